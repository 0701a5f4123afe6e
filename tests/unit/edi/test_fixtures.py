from __future__ import annotations

import time
from pathlib import Path

import pytest

from crossdock.edi import maps, x12
from crossdock.edi.explain import ExplainedSet, explain
from crossdock.edi.guides import guides
from crossdock.model.party import PartyRef

FOLDER = Path(__file__).resolve().parents[4] / "shared" / "fixtures" / "edi"
FILES = sorted(path for path in FOLDER.rglob("*") if path.is_file()) if FOLDER.is_dir() else []
pytestmark = pytest.mark.skipif(not FILES, reason=f"no public samples in {FOLDER}")

# Public samples that are refused, and why: a new refusal is a regression, a mended one a reason to shorten this list.
REFUSED = {
    "850-lineBreak-LF.x12": "segment_missing",
    "850.x12": "segment_missing",
    "ACME_810i.txt": "set_count_mismatch",
    "Example1___846.txt": "lines_missing",
    "Example1_PGWGlass.txt": "purpose_unsupported",
    "X12-interchanges.x12": "segment_missing",
    "diagnosctics.x12": "set_count_mismatch",
    "multiple_transactions.x12": "lines_missing",
    "po850.txt": "set_count_mismatch",
    "x12-sender.edi": "item_missing",
    "x12.810.mandatory-conditions.edi": "set_count_mismatch",
}


@pytest.mark.parametrize("path", FILES, ids=lambda path: f"{path.parent.name}/{path.name}")
def test_every_public_sample_reads_or_is_refused_with_a_named_fault_and_its_place(path: Path) -> None:
    data = path.read_bytes()
    start = time.monotonic()
    understood = 0
    for item in x12.read(data):
        if isinstance(item, x12.InterchangeFault):
            found: tuple[x12.Fault, ...] = (item.fault,)
        else:
            role = "supplier" if item.type in ("850", "860") else "buyer"
            mapped = maps.read_document(item, maps.MapContext("us", PartyRef("us"), PartyRef("them"), role))
            found = mapped.faults
            errors = [fault.code for fault in found if fault.severity == "error"]
            assert (mapped.body is None) == bool(errors)
            if item.type in guides():
                expected = REFUSED.get(path.name)
                assert errors[:1] == ([expected] if expected else []), found
            understood += 1
        for fault in found:
            assert fault.code in x12.FAULTS
            assert fault.segment >= 1
            assert 0 <= fault.offset <= len(data)
    assert understood or found[0].severity == "error"
    assert time.monotonic() - start < 5


@pytest.mark.parametrize("path", FILES, ids=lambda path: f"{path.parent.name}/{path.name}")
def test_every_public_sample_can_be_explained(path: Path) -> None:
    for item in explain(path.read_bytes()):
        if isinstance(item, ExplainedSet):
            assert item.words
