"""Promises are a function of their recorded order: however requests were cut into batches, the same becomes of them;
and with pools, nobody is ever promised what is set aside for others."""

from __future__ import annotations

import itertools
from decimal import Decimal as D

import msgspec
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from crossdock.inventory.ledger.outcomes import RebalanceRequest, RepromiseRequest, SafetyRequest
from crossdock.inventory.ledger.plan import Request
from crossdock.model.stock_policy import FillRule, PoolRule, Scope, StockPolicies
from crossdock.store import Store
from tests.integration.inventory.helpers import (
    COMPANY,
    ask,
    book,
    expect,
    holds,
    move,
    receive,
    release,
    tell,
)

PLACES = ("north", "south")
SOURCES = ("shop", "homestead", "marketplace", "club")
POLICIES = StockPolicies(
    pools=(
        PoolRule(name="retail", pool="retail", floor=D(5), scope=Scope(channels=("homestead",)), precedence=2),
        PoolRule(name="web", pool="web", share_percent=D(40), lends=True, scope=Scope(channels=("shop",))),
    ),
    filling=(FillRule(name="retail first", order="channel", channels=("homestead",)),),
)
_items = itertools.count()

quantities = st.integers(1, 9)
places = st.sampled_from([("north",), ("south",), ("north", "south"), ("south", "north")])
sources = st.sampled_from(SOURCES)
orders = st.integers(0, 6)
steps = st.one_of(
    st.tuples(st.just("ask"), places, quantities, sources, st.booleans(), st.booleans()),
    st.tuples(st.just("tell"), places, quantities, sources),
    st.tuples(st.just("receive"), st.sampled_from(PLACES), quantities),
    st.tuples(st.just("lose"), st.sampled_from(PLACES), quantities),
    st.tuples(st.just("release"), orders),
    st.tuples(st.just("keep"), st.sampled_from(PLACES), st.integers(0, 4)),
    st.tuples(st.just("expect"), st.sampled_from(PLACES), quantities, st.integers(1, 20), st.integers(1, 3)),
    st.tuples(st.just("rebalance")),
    st.tuples(st.just("repromise"), st.sampled_from(PLACES)),
)
histories = st.lists(st.tuples(steps, st.booleans()), min_size=1, max_size=20)


class History:
    """Requests about one item, as the ledger gets them."""

    def __init__(self, item: str) -> None:
        self.item = item
        self.orders: list[str] = []
        self._numbers = itertools.count(1)

    def request(self, step: tuple) -> Request | None:  # type: ignore[type-arg]
        request: Request | None = getattr(self, f"_{step[0]}")(*step[1:])
        return request

    def _order(self) -> str:
        self.orders.append(f"sales_order/{self.item}/{len(self.orders)}")
        return self.orders[-1]

    def _ask(self, at: tuple[str, ...], quantity: int, source: str, whole: bool, wait: bool) -> Request:
        case = self._order()
        return ask(quantity, *at, item=self.item, case=case, source=source, partial=not whole, backorder=wait)

    def _tell(self, at: tuple[str, ...], quantity: int, source: str) -> Request:
        return tell(quantity, *at, item=self.item, case=self._order(), source=source)

    def _receive(self, at: str, quantity: int) -> Request:
        return receive(quantity, at, item=self.item)

    def _lose(self, at: str, quantity: int) -> Request:
        return move(quantity, "unrestricted", "scrap", at, item=self.item)

    def _release(self, number: int) -> Request | None:
        return release(self.orders[number]) if number < len(self.orders) else None

    def _keep(self, at: str, quantity: int) -> Request:
        key = f"keep/{self.item}/{next(self._numbers)}"
        return SafetyRequest(COMPANY, key, self.item, at, D(quantity), source="spring")

    def _expect(self, at: str, quantity: int, day: int, order: int) -> Request:
        return expect(quantity, day, at, item=self.item, order=f"{self.item}-{order}")

    def _rebalance(self) -> Request:
        return RebalanceRequest(COMPANY, f"rebalance/{self.item}/{next(self._numbers)}", self.item)

    def _repromise(self, at: str) -> Request:
        return RepromiseRequest(COMPANY, f"repromise/{self.item}/{next(self._numbers)}", self.item, at)


async def play(store: Store, item: str, history: list, *, one_by_one: bool) -> list[str]:  # type: ignore[type-arg]
    told, batch = History(item), list[Request]()
    for step, ends in history:
        request = told.request(step)
        batch += [] if request is None else [request]
        if (ends or one_by_one) and batch:
            await book(store, *batch, policies=POLICIES)
            batch = []
    if batch:
        await book(store, *batch, policies=POLICIES)
    return told.orders


STANDING = """
    select 'position' as what, location as a, pool as b, on_hand::text as c, reserved::text as d, safety::text as e
    from promise_position where item = $1 and (on_hand <> 0 or reserved <> 0 or safety <> 0)
    union all
    select 'promise', substring(subject from '[0-9]+$') || ' ' || location, pool, state,
        sum(remaining)::text, sum(quantity)::text
    from reservation where item = $1 group by subject, location, pool, state
    union all
    select 'supply', line || substring(source from '[0-9]+$'), location, quantity::text, pegged::text, received::text
    from expected_supply where item = $1
    order by 1, 2, 3, 4, 5, 6
"""
STRANGERS = """
    select count(*) from reservation where item = $1 and pool <> ''
    and not (pool = 'retail' and source = 'homestead') and not (pool = 'web' and source = 'shop')
"""
LENT = "select count(*) from promise_movement where kind = 'lend' and rule not like 'web@%'"


class Row(msgspec.Struct, frozen=True):
    location: str
    pool: str
    on_hand: D
    free: D


async def positions(store: Store, item: str) -> dict[tuple[str, str], Row]:
    async with store.transaction() as tx:
        rows = await tx.fetch(
            "select location, pool, on_hand, on_hand - safety - reserved - allocated from promise_position"
            " where item = $1",
            item,
        )
    return {(row[0], row[1]): Row(*row) for row in rows}


async def standing(store: Store, item: str) -> list[tuple[str, ...]]:
    async with store.transaction() as tx:
        return [tuple(row) for row in await tx.fetch(STANDING, item)]


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(history=histories)
async def test_the_cut_into_batches_changes_nothing(store: Store, history: list) -> None:  # type: ignore[type-arg]
    number = next(_items)
    batched, single = f"BATCHED{number}X", f"SINGLE{number}X"
    await play(store, batched, history, one_by_one=False)
    await play(store, single, history, one_by_one=True)
    assert await standing(store, batched) == await standing(store, single)
    await holds(store)


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(history=histories)
async def test_what_is_set_aside_is_for_those_it_is_set_aside_for(store: Store, history: list) -> None:  # type: ignore[type-arg]
    item = f"POOLED{next(_items)}X"
    await play(store, item, history, one_by_one=False)
    async with store.transaction() as tx:
        assert await tx.fetchval(STRANGERS, item) == 0
        assert await tx.fetchval(LENT) == 0
    for (_, pool), row in (await positions(store, item)).items():
        if pool:
            assert row.free >= 0
    await holds(store)


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(history=histories)
async def test_once_pools_are_made_true_nothing_protected_is_missing_that_is_free(store: Store, history: list) -> None:  # type: ignore[type-arg]
    item = f"TRUE{next(_items)}X"
    await play(store, item, history, one_by_one=False)
    await book(store, RebalanceRequest(COMPANY, f"end/{item}", item), policies=POLICIES)
    rows = await positions(store, item)
    for place in PLACES:
        shared, retail = rows.get((place, "")), rows.get((place, "retail"))
        if shared is not None and retail is not None and shared.free > 0:
            assert retail.on_hand >= 5
