"""Goods that must keep are promised only from lots that do; nobody else is kept from the rest."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal as D

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crossdock.events.inventory import BackorderFilled, StockPromised
from crossdock.inventory.ledger.lots import Keeping
from crossdock.masterdata import upsert
from crossdock.model.masterdata import Lot
from crossdock.model.stock import PromiseRequest, StockRequestLine
from crossdock.store import Store
from tests.integration.inventory.helpers import COMPANY, MUG, answer, ask, book, holds, move, pick, receive

SOON, LATE, LATEST = (dt.date(2010, 12, day) for day in (10, 20, 30))


@pytest.fixture
async def stocked(store: Store) -> Store:
    """Ten that expire soon, five late, and three of a lot that nobody described."""
    async with store.transaction() as tx:
        await upsert(tx, [Lot(COMPANY, MUG, "L1", expires_on=SOON), Lot(COMPANY, MUG, "L2", expires_on=LATE)])
    await book(store, receive(10, lot="L1"), receive(5, lot="L2"), receive(3, lot="L9"))
    return store


def keep(quantity: int, until: dt.date, case: str, **more: object) -> PromiseRequest:
    line = StockRequestLine("1", MUG, D(quantity), ("north",), keeps_until=until)
    return PromiseRequest(COMPANY, f"{case}:order", case, "asked", (line,), **more)  # type: ignore[arg-type]


async def got(store: Store, request: PromiseRequest) -> D:
    body = await answer(store, request)
    assert isinstance(body, StockPromised)
    return sum((line.quantity for line in body.promised), D(0))


async def test_only_lots_that_keep_are_promised_to_whom_they_must(stocked: Store) -> None:
    assert await got(stocked, keep(8, LATE, "sales_order/fussy", backorder=False)) == D(5)
    assert await got(stocked, keep(1, LATE, "sales_order/fussier", backorder=False)) == D(0)
    assert await got(stocked, keep(1, LATEST, "sales_order/fussiest", backorder=False)) == D(0)
    await holds(stocked)


async def test_nobody_else_is_kept_from_the_rest(stocked: Store) -> None:
    await got(stocked, keep(5, LATE, "sales_order/fussy"))
    assert await got(stocked, ask(20, backorder=False)) == D(13)
    await holds(stocked)


async def test_a_need_for_less_may_be_served_from_what_keeps_longer_but_not_from_what_is_promised(
    stocked: Store,
) -> None:
    await got(stocked, keep(3, LATE, "sales_order/fussy"))
    assert await got(stocked, keep(20, SOON, "sales_order/easy", backorder=False)) == D(12)
    assert await got(stocked, keep(1, LATE, "sales_order/late", backorder=False)) == D(0)
    await holds(stocked)


async def test_whole_or_nothing_counts_only_what_keeps(stocked: Store) -> None:
    assert await got(stocked, keep(6, LATE, "sales_order/whole", backorder=False, partial=False)) == D(0)
    assert await got(stocked, keep(5, LATE, "sales_order/fits", backorder=False, partial=False)) == D(5)


async def test_who_waits_for_goods_that_keep_is_not_filled_with_others(stocked: Store) -> None:
    assert await got(stocked, keep(7, LATE, "sales_order/fussy")) == D(5)
    await book(stocked, receive(4, lot="L1"))
    await book(stocked, receive(1, lot="L2"))
    async with stocked.transaction() as tx:
        waits = await tx.fetchval("select remaining from reservation where waiting and item = $1", MUG)
    assert waits == D(1)
    await holds(stocked)


async def test_a_lot_of_which_there_was_none_yet_serves_who_waits_for_it(stocked: Store) -> None:
    assert await got(stocked, keep(9, LATEST, "sales_order/fussy")) == D(0)
    async with stocked.transaction() as tx:
        await upsert(tx, [Lot(COMPANY, MUG, "L3", expires_on=LATEST)])
    (told,) = await book(stocked, receive(4, lot="L3"))
    assert isinstance(told.body, BackorderFilled)
    assert [line.quantity for line in told.body.lines] == [D(4)]
    await book(stocked, pick(4, told.body.lines[0].reservation, lot="L3"))
    (told,) = await book(stocked, receive(3, lot="L3"))  # there is none of it again
    assert isinstance(told.body, BackorderFilled)
    await holds(stocked)


async def test_what_was_picked_or_given_back_is_promised_to_the_next(stocked: Store) -> None:
    body = await answer(stocked, keep(5, LATE, "sales_order/fussy"))
    assert isinstance(body, StockPromised)
    await book(stocked, pick(2, body.promised[0].reservation, lot="L2"))
    assert await got(stocked, keep(1, LATE, "sales_order/next", backorder=False)) == D(0)
    await book(stocked, move(2, "picked", "unrestricted", lot="L2"))
    assert await got(stocked, keep(3, LATE, "sales_order/last", backorder=False)) == D(2)
    await holds(stocked)


async def test_requests_of_one_batch_see_each_other(stocked: Store) -> None:
    outcomes = await book(
        stocked,
        keep(4, LATE, "sales_order/a", backorder=False),
        receive(2, lot="L2"),
        keep(4, LATE, "sales_order/b", backorder=False),
    )
    promised = [sum(line.quantity for line in o.body.promised) for o in outcomes if isinstance(o.body, StockPromised)]
    assert promised == [D(4), D(3)]
    await holds(stocked)


days = st.integers(0, 5)
piles = st.lists(st.tuples(days, st.integers(1, 5)), max_size=6)


@given(stock=piles, asked=st.lists(st.tuples(days, st.integers(1, 5)), max_size=8))
def test_everybody_who_was_promised_can_be_served_and_nobody_who_could_was_refused(
    stock: list[tuple[int, int]], asked: list[tuple[int, int]]
) -> None:
    keeping, promised = Keeping(), list[tuple[int, int]]()
    for lot, (expires, quantity) in enumerate(stock):
        keeping.describe(str(lot), day(expires))
        keeping.add("north", str(lot), D(quantity))
    for until, quantity in asked:
        free = int(keeping.free("north", day(until)))
        assert free == _could_be_served(stock, promised, until)
        if taken := min(free, quantity):
            keeping.promise("north", day(until), D(taken))
            promised.append((until, taken))


def day(number: int) -> dt.date:
    return SOON + dt.timedelta(days=number)


def _could_be_served(stock: list[tuple[int, int]], promised: list[tuple[int, int]], until: int) -> int:
    """Serve units one by one, the most demanding first from what expires first and still keeps: the most that fits."""
    more = 0
    while _serves(stock, [*promised, (until, more + 1)]):
        more += 1
    return more


def _serves(stock: list[tuple[int, int]], promised: list[tuple[int, int]]) -> bool:
    units = sorted(expires for expires, quantity in stock for _ in range(quantity))
    for until in sorted((until for until, quantity in promised for _ in range(quantity)), reverse=True):
        fits = [expires for expires in units if expires >= until]
        if not fits:
            return False
        units.remove(max(fits))
    return True
