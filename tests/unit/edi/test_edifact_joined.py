"""Composites that maps hand over joined are written as if they came in their components."""

from __future__ import annotations

import dataclasses
import datetime as dt
from decimal import Decimal
from typing import Any

import pytest

from crossdock.edi import edifact, maps
from crossdock.edi.edifact import ServiceCharacters
from crossdock.edi.edifact.characters import LEVEL_B
from crossdock.edi.kernel.writing import CannotWrite
from crossdock.model.party import PartyRef
from crossdock.model.purchase_order import PurchaseOrder, PurchaseOrderLine
from crossdock.model.quantity import Price, Quantity
from tests.unit.edi.samples import BUYING

NASTY = [
    "a\x1fb",
    "x\x1dy",
    "z\x1c",
    "O'Neil",
    "a:b",
    "c+d",
    "w?y",
    "é",
    "€",
    "\x80",
    "tab\tx",
    "",
    "A B",
    "x" * 35 + " yy",
]
SERVICE = [ServiceCharacters(), ServiceCharacters(release=""), LEVEL_B, ServiceCharacters(suffix="\r\n")]


def written(order: PurchaseOrder, header: edifact.InterchangeOut, *, joined: bool) -> bytes | None:
    """The interchange of an order, or None where it is refused."""
    try:
        made = maps.write_message("purchase_order", order, BUYING, "D:96A:UN")
        assert made.joined
        if not joined:
            made = dataclasses.replace(made, segments=made.parted, joined=False)
        return edifact.write_interchange(header, [made])
    except CannotWrite:
        return None


@pytest.mark.parametrize("marks", SERVICE)
@pytest.mark.parametrize("value", NASTY)
@pytest.mark.parametrize("field", ["line", "item", "supplier_item", "gtin", "description", "their_line"])
def test_joined_composites_say_what_parted_ones_say(field: str, value: str, marks: ServiceCharacters) -> None:
    usual: dict[str, Any] = {"line": "1", "item": "A1", "supplier_item": "B1", "description": "A HOLDER"}
    line = PurchaseOrderLine(
        quantity=Quantity(Decimal(6)), price=Price(Decimal("2.55"), "GBP"), **(usual | {field: value})
    )
    us, them = PartyRef("us"), PartyRef("them", name="Them Ltd")
    order = PurchaseOrder("us", "PO1", us, them, us, dt.date(2020, 2, 3), "GBP", (line,))
    for syntax in ("UNOA", "UNOC", "UNOW"):
        header = edifact.InterchangeOut("US", "THEM", "1", dt.datetime(2020, 2, 3), syntax=syntax, delimiters=marks)
        found = written(order, header, joined=True)
        assert found == written(order, header, joined=False)
        assert found is None or found.count(b"LIN") == 1


def test_what_joins_components_is_refused_in_codes_and_identifiers() -> None:
    for given in ({"item": "a\x1fb"}, {"line": "a\x1fb"}, {"quantity": Quantity(Decimal(1), "a\x1fb")}):
        fields: dict[str, Any] = {
            "line": "1",
            "item": "A1",
            "quantity": Quantity(Decimal(6)),
            "price": Price(Decimal(1), "GBP"),
        } | given
        us = PartyRef("us")
        order = PurchaseOrder("us", "PO1", us, us, us, dt.date(2020, 2, 3), "GBP", (PurchaseOrderLine(**fields),))
        with pytest.raises(CannotWrite, match="control character"):
            maps.write_message("purchase_order", order, BUYING, "D:96A:UN")


def test_a_text_of_a_message_that_is_not_joined_never_becomes_a_composite() -> None:
    header = edifact.InterchangeOut("US", "THEM", "1", dt.datetime(2020, 2, 3))
    with pytest.raises(CannotWrite):
        edifact.write_interchange(header, [edifact.OutgoingMessage("ORDERS", "D:96A:UN", [("BGM", "220", "a\x1fb")])])
