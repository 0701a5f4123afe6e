"""Books in memory for tests of decisions."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

from crossdock.inventory.ledger.books import Books, Position, Supply
from crossdock.model.stock import PromiseRequest, StockRequestLine

ENTRY = bytes(range(16))
ITEM = ("albion_uk", "MUG")


def books(**on_hand: int) -> Books:
    """Positions of one item, by location."""
    found = Books()
    for number, (location, quantity) in enumerate(on_hand.items(), start=1):
        key = (*ITEM, location, "")
        zero = Decimal(0)
        found.positions[key] = Position(key, number, Decimal(quantity), zero, zero, zero, 0)
    return found


def supply(
    into: Books,
    order: str,
    quantity: int,
    day: int,
    location: str = "north",
    confidence: str = "ordered",
    item: str = ITEM[1],
) -> Supply:
    row = Supply(
        company_id=ITEM[0],
        source=order,
        line="1",
        item=item,
        location=location,
        quantity=Decimal(quantity),
        received=Decimal(0),
        pegged=Decimal(0),
        expected_on=dt.date(2010, 12, day),
        confidence=confidence,
        entry=ENTRY,
    )
    into.load_supply(row)
    return row


def request(
    quantity: int, *locations: str, kind: str = "asked", case: str = "a", backorder: bool = True, partial: bool = True
) -> PromiseRequest:
    return PromiseRequest(
        company_id=ITEM[0],
        key=f"{case}:order",
        subject=case,
        kind="asked" if kind == "asked" else "told",
        lines=(StockRequestLine("1", ITEM[1], Decimal(quantity), locations or ("north",)),),
        backorder=backorder,
        partial=partial,
    )


def entry(number: int) -> bytes:
    return bytes([number]) * 16


def free(of: Books, location: str = "north") -> int:
    return int(of.positions[(*ITEM, location, "")].free)


def come(into: Books, quantity: int, location: str = "north") -> None:
    into.book(into.positions[(*ITEM, location, "")], "move", ENTRY, on_hand=Decimal(quantity))
