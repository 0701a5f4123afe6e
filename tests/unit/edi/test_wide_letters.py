"""Files in UTF-16 or UTF-32 are explained, checked and converted as if they were not, and that is told; what is no text
of such an encoding, and letters of mainframes, are refused by name. Letters that are none, or of two sets, are told."""

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


@pytest.mark.parametrize(
    ("letters", "words"),
    [
        (b"5 \x80", "the byte 80 is a control character of Latin-1, as which the set is read"),
        (b"5 \xc2\x80", "U+0080 is a control character"),
        (b"Z\xfcr \xc3\xa9", "'é' is of UTF-8, other letters of the set are not; it is read as Latin-1"),
    ],
    ids=["Windows", "UTF-8", "both"],
)
def test_control_characters_beyond_ascii_and_mixed_letters_are_told_with_their_place(
    letters: bytes, words: str
) -> None:
    data = ORDER.replace("PO1*10", "N1*ST*NAME~PO1*10").replace("SE*4", "SE*5").encode().replace(b"NAME", letters)
    (shown,) = explain(data)
    assert isinstance(shown, ExplainedSet)
    (found,) = shown.faults
    assert (found.code, found.severity, found.segment_id, found.element) == ("element_character", "warning", "N1", 2)
    assert found.detail == words
    assert found.offset == data.index(b"N1*ST*") + len(b"N1*ST*")


@pytest.mark.parametrize("letters", ["Zür".encode("latin-1"), "Zür 5 €".encode(), b"BIN"])
def test_letters_of_either_set_and_counted_data_are_what_they_are(letters: bytes) -> None:
    data = ORDER.replace("PO1*10", "N1*ST*NAME~PO1*10").replace("SE*4", "SE*5").encode().replace(b"NAME", letters)
    if letters == b"BIN":
        data = ORDER.encode().replace(b"PO1*10", b"BIN*3*\x80\xff\xc3~PO1*10").replace(b"SE*4", b"SE*5")
    (shown,) = explain(data)
    assert isinstance(shown, ExplainedSet)
    assert "element_character" not in [each.code for each in shown.faults]
