"""Goods that must keep, where stock is set aside: all pools of a location share its lots."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Any

import pytest

from crossdock.inventory.ledger.books import ZERO, Books, Position
from crossdock.inventory.ledger.filling import fill, fill_all
from crossdock.inventory.ledger.pools import Pools
from crossdock.inventory.ledger.promising import decide
from crossdock.model.stock import MadeOf, PromiseRequest, StockRequestLine
from crossdock.model.stock_policy import PoolRule, Scope, StockPolicies
from tests.unit.inventory.shelves import ENTRY, entry

COMPANY = "albion_uk"
TODAY, SOON, LATE = (dt.date(2010, 12, day) for day in (1, 10, 20))


def shelves(item: str = "HAM", *, shared: int, shop: int, soon: int, late: int, lends: bool = False) -> Books:
    """What everybody may be promised and what is set aside for the shop, and when how much of both expires."""
    rule = PoolRule(name="shop", pool="shop", floor=Decimal(shop), lends=lends, scope=Scope(channels=("shop",)))
    found = Books(Pools(StockPolicies(pools=(rule,)), TODAY))
    stock(found, item, shared=shared, shop=shop)
    found.lots.watch([(COMPANY, item)])
    keeping = found.lots.of((COMPANY, item))
    assert keeping is not None
    for lot, quantity, expires_on in (("L1", soon, SOON), ("L2", late, LATE)):
        keeping.describe(lot, expires_on)
        keeping.add("north", lot, Decimal(quantity))
    return found


def stock(into: Books, item: str, **pools: int) -> None:
    for pool, quantity in pools.items():
        key = (COMPANY, item, "north", "" if pool == "shared" else pool)
        into.load_position(Position(key, len(into.positions) + 1, Decimal(quantity), ZERO, ZERO, ZERO, 0))


def keep(quantity: int, source: str, **more: Any) -> PromiseRequest:
    line = StockRequestLine("1", "HAM", Decimal(quantity), ("north",), keeps_until=LATE)
    return PromiseRequest(COMPANY, "k", "c", "asked", (line,), source=source, **more)


def come(into: Books, quantity: int, lot: str, pool: str = "") -> list[int]:
    keeping = into.lots.of((COMPANY, "HAM"))
    assert keeping is not None
    keeping.add("north", lot, Decimal(quantity))
    into.book(into.positions[(COMPANY, "HAM", "north", pool)], "move", ENTRY, on_hand=Decimal(quantity))
    return [int(piece.line.quantity) for piece in fill(into, (COMPANY, "HAM"), ENTRY)]


@pytest.mark.parametrize("source", ["shop", "other"])
def test_who_must_be_served_whole_counts_what_keeps_once_though_it_may_be_of_two_pools(source: str) -> None:
    books = shelves(shared=4, shop=5, soon=4, late=5, lends=True)
    told = decide(books, keep(10, source, partial=False), entry(1))
    assert told.promised == ()
    assert come(books, 1, "L2") == []
    assert sum(come(books, 4, "L2")) == 10


def test_a_kit_is_not_made_of_a_component_that_keeps_and_is_counted_in_two_pools() -> None:
    books = shelves(shared=1, shop=1, soon=1, late=1)
    for item in ("SET", "PLATE"):
        stock(books, item, shared=0, shop=0)
    made_of = (MadeOf("HAM", Decimal(2), LATE), MadeOf("PLATE", Decimal(1)))
    line = StockRequestLine("1", "SET", Decimal(1), ("north",), made_of=made_of)
    decide(books, PromiseRequest(COMPANY, "k", "c", "asked", (line,), source="shop"), entry(1))
    plate = books.positions[(COMPANY, "PLATE", "north", "")]
    books.book(plate, "move", ENTRY, on_hand=Decimal(1))
    assert fill_all(books, [(COMPANY, "PLATE")], ENTRY, {}) == []
    assert plate.free == 1


def lent(books: Books) -> int:
    return sum(
        int(movement.on_hand) for movement in books.movements if movement.kind == "lend" and movement.on_hand > 0
    )


def test_no_more_is_lent_to_who_asks_for_goods_that_keep_than_there_is_of_those() -> None:
    books = shelves(shared=2, shop=8, soon=7, late=3, lends=True)
    told = decide(books, keep(10, "other"), entry(1))
    assert sum(int(piece.quantity) for piece in told.promised) == 3
    assert lent(books) == 1


def test_nothing_is_lent_to_who_waits_for_goods_that_keep_while_none_of_them_come() -> None:
    books = shelves(shared=0, shop=0, soon=0, late=0, lends=True)
    decide(books, keep(10, "other"), entry(1))
    assert come(books, 9, "L1", "shop") == []
    assert lent(books) == 0
    assert come(books, 2, "L2", "shop") == [2]
    assert lent(books) == 2
