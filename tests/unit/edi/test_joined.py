"""Documents wait for their interchange as one text, and are written as their segments would be one by one."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

import pytest

from crossdock.edi import edifact, maps, x12
from crossdock.edi.kernel.writing import CannotWrite, Joined, is_printed, joined
from crossdock.model.party import PartyRef
from crossdock.model.purchase_order import PurchaseOrder, PurchaseOrderLine
from crossdock.model.quantity import Price, Quantity
from tests.unit.edi.samples import BUYING

AT = dt.datetime(2020, 2, 3, 8, 30)


def order(item: str = "A1", description: str = "HOLDER") -> PurchaseOrder:
    price = Price(Decimal("2.55"), "GBP")
    line = PurchaseOrderLine("1", item, Quantity(Decimal(6)), price, supplier_item="B1", description=description)
    us, them = PartyRef("us"), PartyRef("them")
    return PurchaseOrder("us", "PO1", us, them, us, dt.date(2020, 2, 3), "GBP", (line,))


def as_x12(*orders: PurchaseOrder) -> bytes:
    header = x12.InterchangeOut("US", "THEM", 1, 1, AT)
    return x12.write_interchange(header, [maps.write_document("purchase_order", each, BUYING) for each in orders])


def as_edifact(*orders: PurchaseOrder, syntax: str = "UNOC") -> bytes:
    header = edifact.InterchangeOut("US", "THEM", "1", AT, syntax=syntax)
    made = [maps.write_message("purchase_order", each, BUYING, "D:96A:UN") for each in orders]
    return edifact.write_interchange(header, made)


def test_a_joined_set_has_the_segments_that_were_made() -> None:
    made = maps.write_document("purchase_order", order(), BUYING).segments
    assert isinstance(made, Joined)
    assert (len(made), made[0][:4], made[-1]) == (8, ("BEG", "00", "SA", "PO1"), ("CTT", "1"))
    assert made == list(made)
    assert made != list(made)[1:]


def test_segments_are_joined_unless_a_value_holds_what_joins_them() -> None:
    assert joined([("LIN", "1", ""), ("UNS", "S")]) == "LIN\x1d1\x1d\x1cUNS\x1dS\x1c"
    assert joined([("LIN", "1\x1d2")]) is None
    assert joined([("LIN", "1\x1c")]) is None
    assert joined([]) == ""


@pytest.mark.parametrize(("text", "printed"), [("LIN\x1dé\x1c", True), ("LIN\x1d\t\x1c", False), ("é\x80", False)])
def test_what_is_printed_is_told_beyond_ascii_too(text: str, printed: bool) -> None:
    assert is_printed(text) is printed


def test_a_separator_becomes_a_blank_in_free_text_alone_and_beside_it_nothing_changes() -> None:
    plain, changed = as_x12(order()), as_x12(order(), order(description="A*B"))
    assert b"PID*F****A B~" in changed
    assert changed.split(b"ST*")[1].split(b"SE*")[0] == plain.split(b"ST*")[1].split(b"SE*")[0]
    with pytest.raises(CannotWrite, match="PO1"):
        as_x12(order(), order(item="A*1"))


def test_what_separates_is_released_wherever_it_stands() -> None:
    data = as_edifact(order("A'1", "SO + SO?"), order())
    assert b"PIA+1+A?'1:IN'" in data
    assert b"IMD+F++:::SO ?+ SO??'" in data
    assert b"PIA+1+A1:IN'" in data


def test_a_letter_that_a_repertoire_lacks_becomes_a_blank_in_free_text_alone() -> None:
    assert b"IMD+F++:::CAF '" in as_edifact(order(description="CAF\u20ac"), order())
    with pytest.raises(CannotWrite, match="PIA"):
        as_edifact(order(), order(item="\u20ac1"))
