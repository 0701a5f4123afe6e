"""What the receiver of the corpus asks for where it checks GS1 numbers and codes of units, and nothing else."""

from __future__ import annotations

from functools import cache
from pathlib import Path

from crossdock.edi.guidelines.packs import Guidelines, read_guideline

_PAIRS = "pairs: {first: %s, ids: {UP: {check: upc}, UK: {check: gtin}, VN: {}, IN: {}}}"
_PARTY = "{segment: 'N1[03=UL]', max: 0, elements: {04: {check: gln}}}"
_DETAIL = {
    "850": (
        _PARTY,
        f"{{segment: PO1, max: 0, elements: {{03: {{check: unit}}}}, {_PAIRS % 6}}}",
    ),
    "810": (f"{{segment: IT1, max: 0, elements: {{03: {{check: unit}}}}, {_PAIRS % 6}}}",),
    "856": (
        "{segment: HL, max: 0, segments: ["
        "{segment: 'MAN[01=GM]', max: 0, elements: {02: {check: sscc}}}, "
        "{segment: SN1, elements: {03: {check: unit}}}]}",
    ),
}
_LINE = (
    "{segment: LIN, max: 0, elements: {03: {components: {01: {check: gtin}}}}, segments: ["
    "{segment: QTY, max: 0, elements: {01: {components: {03: {check: unit}}}}}]}"
)
_NAD = "{segment: 'NAD[02.3=9]', max: 0, elements: {02: {components: {01: {check: gln}}}}}"
_CPS = (
    "{segment: CPS, max: 0, segments: ["
    "{segment: 'GIN[01=BJ]', max: 0, elements: {02: {components: {01: {check: sscc}}}}}, " + _LINE + "]}"
)
_MESSAGES = {"ORDERS": (_NAD, _LINE), "INVOIC": (_NAD, _LINE), "ORDRSP": (_NAD, _LINE), "DESADV": (_NAD, _CPS)}


@cache
def checking_identifiers() -> Guidelines:
    """Guidelines that describe the places of identifiers alone; all other segments are let pass."""
    made = []
    for dialect, version, documents in (("x12", "004010", _DETAIL), ("edifact", "D:96A", _MESSAGES)):
        for document, segments in documents.items():
            lines = "\n".join(f"  - {each}" for each in segments)
            text = (
                f'partner: anybody\ndialect: {dialect}\ndocument: "{document}"\nversion: "{version}"\n'
                f"directions: [in]\nothers: ignored\nsource: {{title: the corpus}}\nsegments:\n{lines}\n"
            )
            compiled, problems = read_guideline(Path(f"{document}.yaml"), text)
            assert compiled is not None, problems
            assert problems == []
            made.append(compiled)
    return Guidelines("anybody", tuple(made))
