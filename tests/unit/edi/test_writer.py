from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crossdock.edi import maps, x12
from crossdock.edi.kernel.writing import Text
from tests.unit.edi.samples import BUYING, codes, envelope, faults, order, sets, written

ROWS = [("BEG", "00", "SA", "4500001", "", "20101201"), ("PO1", "10", "6", "EA", "2.55", "", "IN", "85123A")]


def test_what_is_written_reads_without_a_fault_and_counts_itself() -> None:
    data = x12.write_interchange(
        envelope(),
        [x12.OutgoingSet("PO", "850", ROWS), x12.OutgoingSet("PO", "850", ROWS), x12.OutgoingSet("PC", "860", ROWS)],
    )
    assert faults(data) == []
    read = sets(data)
    assert [(ts.type, ts.control_number, ts.group.control_number, ts.count) for ts in read] == [
        ("850", "0001", "7", 4),
        ("850", "0002", "7", 4),
        ("860", "0001", "8", 4),
    ]
    assert data.startswith(
        b"ISA*00*          *00*          *ZZ*ALBIONUK       *ZZ*BRIGHTWARE     *101201*0826*U*00401*"
    )
    assert data.index(b"~") == 105


@pytest.mark.parametrize(
    "marks",
    [
        x12.Delimiters(terminator="\n"),
        x12.Delimiters(element="|", suffix="\r\n"),
        x12.Delimiters(element="^", component=":", terminator="'"),
    ],
)
def test_a_partner_gets_the_separators_it_wants(marks: x12.Delimiters) -> None:
    data = written(("purchase_order", order()), delimiters=marks)
    (ts,) = sets(data)
    assert faults(data) == []
    assert maps.read_document(ts, BUYING).body == order()
    assert ts.interchange.delimiters == marks


def test_an_identifier_with_a_separator_in_it_is_refused() -> None:
    with pytest.raises(x12.CannotWrite, match="BEG03"):
        x12.write_interchange(envelope(), [x12.OutgoingSet("PO", "850", [("BEG", "00", "SA", "45*1", "", "20101201")])])


def test_a_separator_in_free_text_becomes_a_blank() -> None:
    rows = [("PID", "F", "", "", "", x12.Text("HEART ~ 2*3\ncm"))]
    (ts,) = sets(x12.write_interchange(envelope(), [x12.OutgoingSet("PO", "850", rows)]))
    assert ts.segments[1][5] == "HEART   2 3 cm"


@pytest.mark.parametrize("number", [0, 1_000_000_000])
def test_a_control_number_that_has_no_place_is_refused(number: int) -> None:
    with pytest.raises(x12.CannotWrite):
        x12.write_interchange(envelope(number), [])


def test_every_fault_has_words_a_level_and_a_code_for_the_acknowledgement_where_one_exists() -> None:
    for code, kind in x12.FAULTS.items():
        assert kind.code == code
        assert kind.words
        assert bool(kind.ak) == (kind.level in ("group", "set", "segment", "element")) or kind.ak == ""
    assert codes([]) == []


@pytest.mark.parametrize("marks", [x12.Delimiters(), x12.Delimiters(element="|", terminator="'", suffix="\r\n")])
def test_what_was_read_is_written_back_byte_for_byte(marks: x12.Delimiters) -> None:
    data = written(("purchase_order", order()), ("purchase_order", order("4500002")), delimiters=marks)
    again = [
        x12.OutgoingSet("PO", ts.type, [tuple(segment.elements) for segment in ts.segments[1:-1]]) for ts in sets(data)
    ]
    assert x12.write_interchange(envelope(delimiters=marks), again) == data


@given(st.lists(st.lists(st.text(st.sampled_from("A1 é*~>\x1d\n"), max_size=4).map(Text), max_size=4), max_size=3))
def test_a_set_is_written_as_it_is_beside_one_whose_text_must_be_changed(bodies: list[list[Text]]) -> None:
    plain = x12.OutgoingSet("PO", "850", [("MSG", *body) for body in bodies])
    changed = x12.OutgoingSet("PO", "850", [("MSG", Text("a*b"))])
    alone = x12.write_interchange(envelope(), [plain]).split(b"ST*")[1].split(b"GE*")[0]
    assert x12.write_interchange(envelope(), [plain, changed]).split(b"ST*")[1] == alone


@pytest.mark.parametrize(
    ("version", "name", "written_as", "repetition"),
    [
        ("004010", "A^B", "A^B", "U"),
        ("004020", "AB", "AB", "^"),
        ("005010", "A^B", "A^B", "|"),
        ("005010", "A^|!\\`B", "A |!\\`B", "^"),
    ],
)
def test_from_version_00402_on_isa11_separates_repetitions(
    version: str, name: str, written_as: str, repetition: str
) -> None:
    rows = [("BEG", "00", "SA", "1", "", "20101201"), ("MSG", Text(name))]
    data = x12.write_interchange(envelope(version=version), [x12.OutgoingSet("PO", "850", rows)])
    assert data.split(b"*")[11].decode() == repetition
    assert f"MSG*{written_as}~".encode() in data
    assert faults(data) == []
