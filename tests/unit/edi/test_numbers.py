"""GS1 numbers are looked at without a guideline: as warnings, where a qualifier says that they are some."""

from __future__ import annotations

import pytest

from crossdock.edi.explain import ExplainedSet, explain
from crossdock.edi.validate import ValidatedSet, validate
from tests.unit.edi.guidelines import SOUND, guidelines
from tests.unit.edi.samples import interchange

LINE = "PO1*20*12*CA*30**UK*10012345678902*IN*85124A"


def told(data: bytes) -> list[tuple[str, str, str, int]]:
    (item,) = validate(data)
    assert isinstance(item, ValidatedSet)
    assert not item.refused
    (said,) = explain(data)
    assert isinstance(said, ExplainedSet)
    assert [str(each) for each in said.faults] == [str(each) for each in item.faults]
    return [(each.code, each.severity, each.segment_id, each.element) for each in item.faults]


def order(line: str = LINE, party: str = "N1*ST**92*north") -> bytes:
    rows = [line if row == LINE else party if row == "N1*ST**92*north" else row for row in SOUND]
    return interchange(*rows)


def test_a_sound_order_has_nothing_to_tell() -> None:
    assert told(order()) == []


@pytest.mark.parametrize(
    ("line", "element"),
    [
        ("PO1*20*12*CA*30**UK*10012345678903*IN*85124A", 7),
        ("PO1*20*12*CA*30**IN*85124A*UP*061414123456", 9),
        ("PO1*20*12*CA*30**EN*9520000000001*IN*85124A", 7),
    ],
)
def test_a_wrong_check_digit_of_an_item_is_a_warning(line: str, element: int) -> None:
    assert told(order(line)) == [("check_digit_wrong", "warning", "PO1", element)]


def test_a_tag_that_runs_into_its_first_element_has_no_numbers() -> None:
    (said,) = explain(order("PO120*12*CA*30**UK*10012345678903*IN*85124A"))
    assert isinstance(said, ExplainedSet)
    assert "check_digit_wrong" not in [each.code for each in said.faults]


@pytest.mark.parametrize(
    "line",
    [
        "PO1*20*12*CA*30**UI*06141412345*IN*85124A",  # has no check digit
        "PO1*20*12*CA*30**VN*061414123456*IN*85124A",
    ],
)
def test_what_is_no_such_number_is_not_judged(line: str) -> None:
    assert told(order(line)) == []


@pytest.mark.parametrize(
    "number",
    [
        "UP*12345",
        "UP*ABCDEFGHIJKL",
        "UP*12345678905",  # without its check digit, or its first
        "UP*01234567890A",
        "EN*123",
        "EN*061414123452",  # twelve digits, and EN means thirteen
        "UK*00012345678905*UP*1",
    ],
)
def test_what_its_qualifier_does_not_let_it_be_is_a_warning(number: str) -> None:
    (found,) = told(order(f"PO1*20*12*CA*30**{number}*IN*85124A"))
    assert found == ("identifier_malformed", "warning", "PO1", 9 if number.startswith("UK") else 7)


@pytest.mark.parametrize("number", ["541234500001", "95200000000A1"])
def test_a_malformed_gln_is_a_warning(number: str) -> None:
    party = f"N1*ST*NORTH*UL*{number}"
    assert told(order(party=party)) == [("identifier_malformed", "warning", "N1", 4)]


def test_a_malformed_number_of_edifact_is_a_warning() -> None:
    data = message("BGM+351+1+9'DTM+137:20260302:102'CPS+1'LIN+1++123:EN'QTY+12:5'RFF+ON:1:1")
    (item,) = validate(data)
    assert isinstance(item, ValidatedSet)
    assert ("identifier_malformed", "warning", "LIN", 3) in [
        (each.code, each.severity, each.segment_id, each.element) for each in item.faults
    ]


def test_a_wrong_gln_is_a_warning() -> None:
    assert told(order(party="N1*ST*NORTH*UL*9520000000001")) == [("check_digit_wrong", "warning", "N1", 4)]


def test_with_a_guideline_it_says_what_is_checked() -> None:
    (item,) = validate(order("PO1*20*12*CA*30**UP*061414123456*IN*85124A"), guidelines())
    assert isinstance(item, ValidatedSet)
    assert "check_digit_wrong" not in {each.code for each in item.faults}


def message(text: str) -> bytes:
    rows = text.split("'")
    body = ["UNH+1+DESADV:D:96A:UN:EAN005", *rows, f"UNT+{len(rows) + 2}+1"]
    return ("'".join(["UNB+UNOC:3+A:14+B:14+260302:0830+1", *body, "UNZ+1+1"]) + "'").encode()


@pytest.mark.parametrize(
    ("segment", "place"),
    [
        ("NAD+ST+9520000000001::9", ("NAD", 2)),
        ("GIN+BJ+095200000000000001", ("GIN", 2)),
        ("GIN+BJ+395200000000000001:495200000000000002", ("GIN", 2)),
        ("LIN+2++9520000000001:SRV", ("LIN", 3)),
        ("PIA+1+9520000000001:EN", ("PIA", 2)),
    ],
)
def test_so_it_is_in_edifact(segment: str, place: tuple[str, int]) -> None:
    data = message(
        "BGM+351+1+9'DTM+137:20260302:102'NAD+SU+5412345000013::9'CPS+1'PAC+1'PCI+33E'"
        f"LIN+1++5412345000013:EN'QTY+12:5'RFF+ON:1:1'{segment}'QTY+12:5"
    )
    (item,) = validate(data)
    assert isinstance(item, ValidatedSet)
    found = [(each.segment_id, each.element) for each in item.faults if each.code == "check_digit_wrong"]
    assert set(found) == {place}
    assert {each.severity for each in item.faults if each.code == "check_digit_wrong"} == {"warning"}


def test_a_shipping_container_is_judged_in_a_ship_notice() -> None:
    rows = (
        "ST*856*0001", "BSN*00*S1*20260302*0830", "HL*1**S", "HL*2*1*O", "PRF*PO1", "HL*3*2*P",
        "MAN*GM*00095200000000000001", "HL*4*3*I", "LIN*1*VN*A-1", "SN1**5*EA", "CTT*4", "SE*12*0001",
    )  # fmt: skip
    assert ("check_digit_wrong", "warning", "MAN", 2) in told(interchange(*rows, group="SH"))
