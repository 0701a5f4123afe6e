"""Files in UTF-16 or UTF-32 are explained, checked and converted as if they were not, and that is told; what is no text
of such an encoding, and letters of mainframes, are refused by name."""

from __future__ import annotations

import pytest

from crossdock.edi import documents
from crossdock.edi.explain import ExplainedSet, explain
from crossdock.edi.told import ExplainedFault
from crossdock.edi.validate import ValidatedSet, validate
from tests.unit.edi.samples import interchange
from tests.unit.edi.test_edifact_invoic import HEAD, LINES, SUMS

ORDER = interchange("ST*850*0001", "BEG*00*SA*4500001**20101201", "PO1*10*6*EA*2.55**IN*85123A", "SE*4*0001").decode()
INVOICE = "".join(
    each + "'"
    for each in (
        "UNB+UNOC:3+5412345000013:14+5498765000010:14+101201:0830+R1", "UNH+1+INVOIC:D:96A:UN:EAN008", *HEAD[:4],
        "NAD+SU+5412345000013::9++Kühn", *HEAD[5:], *LINES, *SUMS, f"UNT+{len(HEAD + LINES + SUMS) + 2}+1", "UNZ+1+R1",
    )
)  # fmt: skip


@pytest.mark.parametrize("codec", ["utf-16", "utf-16-le", "utf-16-be", "utf-32"])
@pytest.mark.parametrize(("text", "kind"), [(ORDER, "850"), (INVOICE, "INVOIC")], ids=["X12", "EDIFACT"])
def test_wide_letters_are_read_and_told(text: str, kind: str, codec: str) -> None:
    data = text.encode(codec)
    for chunks in (data, [data[:3], data[3:70], data[70:]]):
        note, shown = explain(chunks)
        assert isinstance(note, ExplainedFault)
        assert (note.code, note.severity) == ("encoding_unsupported", "warning")
        assert isinstance(shown, ExplainedSet)
        assert (shown.type, shown.refused) == (kind, False)
        note, checked = validate(chunks)
        assert isinstance(note, ExplainedFault)
        assert isinstance(checked, ValidatedSet)
        assert not checked.refused
    note_of, read = documents.read(data)
    assert [each.code for each in note_of.faults] == ["encoding_unsupported"]
    assert read.body == next(iter(documents.read(text.encode("latin-1")))).body


def test_letters_of_the_encoding_that_unb_says_are_kept() -> None:
    *_, found = documents.read(INVOICE.encode("utf-16"))
    assert found.body is not None
    assert found.body.issuer.name == "Kühn"  # type: ignore[attr-defined]


@pytest.mark.parametrize("data", [ORDER.encode("cp037"), b"\xff\xfeI\x00S\x00A\x00\x00\xd8"])
def test_what_is_no_such_text_is_refused_by_name(data: bytes) -> None:
    (fault,) = explain(data)
    assert isinstance(fault, ExplainedFault)
    assert (fault.code, fault.severity) == ("encoding_unsupported", "error")
