from __future__ import annotations

import datetime as dt
from decimal import Decimal

import pytest

from crossdock.inventory.ledger import facts
from crossdock.inventory.ledger.books import Books
from crossdock.inventory.ledger.promising import decide
from crossdock.model.stock import MoveRequest, StockMoveLine
from tests.unit.inventory.shelves import ENTRY, ITEM, books, entry, request


def pick(held: Books, quantity: int, reservation: str, location: str = "north") -> None:
    line = StockMoveLine("1", ITEM[1], location, Decimal(quantity), "unrestricted", "picked", reservation=reservation)
    at = dt.datetime(2010, 12, 1, tzinfo=dt.UTC)
    facts.move(held, MoveRequest(ITEM[0], "pick", "", "document", (line,), at), ENTRY, 0, frozenset([ITEM]))


@pytest.mark.parametrize("location", ["north", "south"])
def test_goods_shipped_for_a_shortage_are_missing_to_whom_they_were_promised(location: str) -> None:
    held = books(north=5, south=5)
    decide(held, request(5, "north", case="granted"), entry(1))
    decide(held, request(5, "south", case="granted too"), entry(2))
    short = decide(held, request(5, "north", "south", case="told", kind="told"), entry(3)).backordered[0]
    pick(held, 3, short.reservation, location)
    assert held.fell == {(*ITEM, location, ""): ENTRY}


def test_goods_shipped_for_whom_they_were_promised_are_missing_to_nobody() -> None:
    held = books(north=5)
    granted = decide(held, request(5, case="granted"), entry(1)).promised[0]
    decide(held, request(5, case="told", kind="told"), entry(2))
    pick(held, 3, granted.reservation)
    assert held.fell == {}
