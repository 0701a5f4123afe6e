"""Goods that nobody had asked for: counted, and never promised to anybody before a buyer decides."""

from __future__ import annotations

import asyncio
import datetime as dt
from decimal import Decimal

from crossdock.events.inventory import BackorderFilled, GoodsHeld
from crossdock.model.stock import MoveRequest, SupplyLine, SupplyRequest
from crossdock.store import Store
from tests.integration.inventory.helpers import COMPANY, MUG, ask, book, holds, levels, move, number, receive

ORDER = f"purchase_order/{COMPANY}/4500001"
SUPPLY = (ORDER, "10")
D = Decimal


def ordered(quantity: int, most: str, item: str = MUG) -> SupplyRequest:
    line = SupplyLine(ORDER, "10", item, "north", D(quantity), dt.date(2010, 12, 3), most=D(most))
    return SupplyRequest(COMPANY, f"supply/{number()}", ORDER, (line,))


def came(quantity: int, item: str = MUG, supply: tuple[str, str] | None = SUPPLY) -> MoveRequest:
    return receive(quantity, item=item, supply=supply, only_expected=True)


async def shelves(store: Store) -> tuple[Decimal, Decimal]:
    """Unrestricted, quarantined."""
    async with store.transaction() as tx:
        row = await tx.fetchrow("select sum(unrestricted), sum(quarantined) from stock_position")
    return (row[0], row[1])


def held(outcomes: object) -> list[tuple[Decimal, str]]:
    return [
        (line.quantity, line.why)
        for outcome in outcomes  # type: ignore[attr-defined]
        if isinstance(outcome.body, GoodsHeld)
        for line in outcome.body.lines
    ]


async def test_what_is_beyond_the_order_and_its_tolerance_is_held_and_never_free(store: Store) -> None:
    await book(store, ordered(10, "10.5"))
    assert held(await book(store, came(13))) == [(D("2.5"), "over")]
    assert await shelves(store) == (D("10.5"), D("2.5"))
    assert (await levels(store)).free == D("10.5")
    async with store.transaction() as tx:
        assert await tx.fetchval("select max(free_after) from promise_movement") == D("10.5")
        moved = await tx.fetch("select from_state, to_state, quantity from stock_movement order by number")
    assert [tuple(row) for row in moved] == [
        ("supplier", "unrestricted", D(13)),
        ("unrestricted", "quarantined", D("2.5")),
    ]
    await holds(store)


async def test_who_waits_gets_what_was_ordered_and_nothing_of_the_surplus(store: Store) -> None:
    await book(store, ordered(10, "10"), ask(10), ask(5, case="sales_order/second"))
    outcomes = await book(store, came(15))
    filled = [line.quantity for o in outcomes if isinstance(o.body, BackorderFilled) for line in o.body.lines]
    assert (filled, held(outcomes)) == ([D(10)], [(D(5), "over")])
    assert (await levels(store)).free == 0
    await holds(store)


async def test_receipts_of_one_line_count_together(store: Store) -> None:
    await book(store, ordered(10, "10"))
    assert held(await book(store, came(6), came(7))) == [(D(3), "over")]
    assert held(await book(store, came(2))) == [(D(2), "over")]
    assert await shelves(store) == (D(10), D(5))
    await holds(store)


async def test_two_warehouse_doors_at_once_let_in_no_more_than_one_would(store: Store) -> None:
    await book(store, ordered(10, "10"))
    await asyncio.gather(*[book(store, came(4)) for _ in range(5)])
    assert await shelves(store) == (D(10), D(10))
    assert (await levels(store)).free == 10
    await holds(store)


async def test_an_item_that_the_order_does_not_have_is_held_whole(store: Store) -> None:
    await book(store, ordered(10, "10"))
    assert held(await book(store, came(10, item="22423"))) == [(D(10), "other_item")]
    assert held(await book(store, came(4, supply=(ORDER, "99")))) == [(D(4), "not_ordered")]
    assert held(await book(store, came(3, supply=None))) == [(D(3), "not_ordered")]
    assert await shelves(store) == (D(0), D(17))
    await holds(store)


async def test_a_line_that_was_cancelled_takes_nothing(store: Store) -> None:
    await book(store, ordered(10, "10"))
    await book(store, ordered(0, "0"))
    assert held(await book(store, came(10))) == [(D(10), "not_ordered")]
    await holds(store)


async def test_damaged_goods_are_damaged_whatever_was_ordered(store: Store) -> None:
    await book(store, ordered(10, "10"))
    outcomes = await book(store, move(12, "supplier", "damaged", supply=SUPPLY, only_expected=True))
    assert (held(outcomes), await shelves(store)) == ([], (D(0), D(0)))
    await holds(store)


async def test_a_source_that_sets_no_limit_has_all_that_comes_taken_in(store: Store) -> None:
    line = SupplyLine(ORDER, "10", MUG, "north", D(10), dt.date(2010, 12, 3))
    await book(store, SupplyRequest(COMPANY, "supply/x", ORDER, (line,)))
    assert held(await book(store, came(30))) == []
    assert await shelves(store) == (D(30), D(0))
