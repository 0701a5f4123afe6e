"""What X12 asks of parties and dates is told where no guideline is, and kept to in what is written."""

from __future__ import annotations

import msgspec
import pytest

from crossdock.edi import maps
from crossdock.edi.explain import ExplainedSet, explain
from crossdock.edi.kernel.writing import CannotWrite
from crossdock.edi.validate import ValidatedSet, validate
from crossdock.model.party import PartyRef
from tests.unit.edi.samples import SELLING, interchange, order, written

ORDER = (
    "ST*850*0001",
    "BEG*00*SA*4500001**20101201",
    "N1*ST*NORTH",
    "PO1*10*6*EA*2.55**IN*85123A",
    "CTT*1",
    "SE*6*0001",
)


def told(data: bytes) -> list[tuple[str, str, int, int]]:
    (found,) = validate(data)
    assert isinstance(found, ValidatedSet)
    assert not found.refused
    (again,) = explain(data)
    assert isinstance(again, ExplainedSet)
    assert again.faults == found.faults
    return [(each.code, each.severity, each.position, each.element) for each in found.faults]


def changed(old: str, new: str, version: str = "004010") -> bytes:
    data = interchange(*(new if each == old else each for each in ORDER))
    assert b"*004010~" in data
    return data.replace(b"*004010~", f"*{version}~".encode())


@pytest.mark.parametrize(
    ("party", "wrong"),
    [
        ("N1*ST*NORTH", False),
        ("N1*ST**92*7", False),
        ("N1*ST**92", False),
        ("N1*ST", True),
        ("N1*ST* ", True),
        ("N1*ST***7", True),
    ],
)
def test_a_party_needs_a_name_or_the_code_of_its_number(party: str, wrong: bool) -> None:
    expected = [("element_condition", "warning", 3, 2)] if wrong else []
    assert [each for each in told(changed(ORDER[2], party)) if each[0] == "element_condition"] == expected


@pytest.mark.parametrize(
    ("date", "version", "wrong"),
    [("101201", "004010", True), ("101201", "003060", False), ("20101201", "004010", False)],
)
def test_dates_say_their_century_from_004010_on(date: str, version: str, wrong: bool) -> None:
    expected = [("element_too_short", "warning", 2, 5)] if wrong else []
    assert told(changed(ORDER[1], f"BEG*00*SA*4500001**{date}", version)) == expected


def test_a_party_without_name_and_number_is_not_written() -> None:
    nobody = msgspec.structs.replace(order(), buyer=PartyRef(""), supplier=PartyRef(""))
    data = written(("purchase_order", nobody), context=SELLING)
    assert b"N1*BY" not in data
    assert b"N1*SU" not in data
    assert b"N1*ST*" in data


def test_an_order_to_a_place_of_which_nothing_is_known_is_not_written() -> None:
    lost = msgspec.structs.replace(order(), ship_to=PartyRef(""))
    with pytest.raises(CannotWrite, match="the ship-to has neither name nor number"):
        maps.write_document("purchase_order", lost, SELLING)
