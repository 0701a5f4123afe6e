"""Guidelines that tests hold documents against: small, in YAML as people write them."""

from __future__ import annotations

from pathlib import Path

from crossdock.edi.guidelines.compiled import Compiled
from crossdock.edi.guidelines.packs import Guidelines, read_guideline
from crossdock.edi.guidelines.reading import Problem

ORDER = """\
partner: northgate
dialect: x12
document: "850"
version: "004010"
directions: [in, out]
source: {title: a guideline made for tests}
segments:
  - segment: BEG
    use: M
    elements:
      01: {use: M, codes: {"00": original, "07": duplicate}}
      02: {use: M, codes: {SA: stand-alone order}}
      03:
        {use: M, name: Order number, length: 1..22, format: "[A-Z0-9]+", example: A1,
         says: Our order numbers are letters and digits}
      05: {use: M, type: DT}
  - segment: CUR
    elements:
      02: {use: M, codes: {GBP: pounds, USD: dollars}}
  - segment: REF[01=DP]
    name: Department
    use: M
    says: Every order names its department
    elements:
      01: {use: M}
      02: {use: M, length: 3}
  - segment: REF[01=IA]
    name: Vendor
    elements:
      01: {use: M}
      02: {use: M, value: "4711"}
  - segment: DTM
    max: 3
    elements:
      01: {use: M, codes: {"002": wanted, "010": ship wanted}}
      02: {use: M, type: DT}
  - segment: N1
    max: 5
    elements:
      01: {use: M, codes: {BY: buyer, SU: supplier, ST: ship to}, require: [ST]}
    segments:
      - segment: N4
  - segment: PO1
    use: M
    max: 0
    elements:
      01: {use: M}
      02: {use: M}
      03: {use: M, check: unit}
      04: {use: M}
      05: {use: X}
    pairs:
      first: 6
      ids:
        IN: {use: M, name: Our item number, length: 1..20}
        VN: {name: Your item number}
        UK: {check: gtin, says: We want the case GTIN}
    segments:
      - segment: PID
        max: 2
      - segment: REF
        elements:
          01: {use: M, codes: {LI: line}}
      - segment: SAC
        max: 3
  - segment: CTT
    use: M
    elements:
      01: {use: M}
conditions:
  - at: PO1
    amount: PO1.02 > 0
    says: We never order nothing
  - at: PO1
    if: PO1.03 == "CA"
    amount: PO1.02 is whole
  - at: DTM[01=002]
    must: date(DTM.02) >= date(BEG.05)
    says: Nothing is wanted before it is ordered
  - at: CTT
    amount: CTT.01 == count(PO1)
  - at: SAC
    amount: SAC.05 <= 10 % of PO1.04
"""

SOUND = (
    "ST*850*0001",
    "BEG*00*SA*4500001**20101201",
    "CUR*BY*GBP",
    "REF*IA*4711",
    "REF*DP*042",
    "DTM*002*20101215",
    "N1*BY**92*4711",
    "N4*LEEDS",
    "N1*ST**92*north",
    "PO1*10*6*EA*2.55**IN*85123A*VN*B-1",
    "PID*F****HEART HOLDER",
    "PO1*20*12*CA*30**UK*10012345678902*IN*85124A",
    "SAC*A*C310***250",
    "CTT*2",
    "SE*15*0001",
)


def compiled(text: str = ORDER) -> Compiled:
    found, problems = read_guideline(Path("850.yaml"), text)
    assert found is not None, problems
    assert problems == []
    return found


def problems(text: str) -> list[Problem]:
    return read_guideline(Path("850.yaml"), text)[1]


def guidelines(text: str = ORDER) -> Guidelines:
    return Guidelines("northgate", (compiled(text),))
