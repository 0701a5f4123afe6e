"""Several items in one call, from pools and kits, and what may wait."""

from __future__ import annotations

import asyncio
import datetime as dt
from decimal import Decimal as D

import pytest

from crossdock.inventory.desk.desk import ReservationDesk
from crossdock.inventory.desk.requests import Component, DeskLine, DeskRequest, ReservationAnswer, desk_lines_request
from crossdock.inventory.desk.rules import StockRules
from crossdock.inventory.desk.view import ReservationView, find
from crossdock.inventory.ledger.batch import LedgerBatch
from crossdock.inventory.ledger.outcomes import LedgerConflict, LedgerOutcome, RebalanceRequest
from crossdock.model.stock_policy import PoolRule, Scope, StockPolicies
from crossdock.store import Connection, Store
from tests.integration.inventory.helpers import AT, COMPANY, MUG, book, expect, holds, number, receive

SHOP = PoolRule(name="retail", pool="retail", floor=D(4), scope=Scope(items=(MUG,), channels=("shop",)), precedence=2)
LENT = PoolRule(name="edi", pool="edi", floor=D(3), scope=Scope(items=(MUG,), customers=("GROCER",)), lends=True)
POLICIES = StockPolicies(pools=(SHOP, LENT))


async def ignore(tx: Connection, outcomes: list[LedgerOutcome]) -> None:
    """The log is not this room's business."""


@pytest.fixture
def desk(store: Store) -> ReservationDesk:
    return ReservationDesk(store, ignore, rules=StockRules(lambda: (POLICIES, 7), lambda: AT))


def wanted(*lines: tuple[str, int], key: str = "", kit: tuple[Component, ...] = (), **more: object) -> DeskRequest:
    named = [
        DeskLine(str(n), item, D(quantity), ("north", "south"), kit if item == "SET" else ())
        for n, (item, quantity) in enumerate(lines, start=1)
    ]
    return desk_lines_request(COMPANY, key or f"call/{number()}", named, **more)  # type: ignore[arg-type]


def pieces(answer: ReservationAnswer) -> list[tuple[str, str, str, int]]:
    return [(piece.line, piece.location, piece.pool, int(piece.quantity)) for piece in answer.granted]


async def seen(store: Store, name: str) -> ReservationView:
    async with store.transaction() as tx:
        found = await find(tx, name)
    assert found is not None
    return found


async def set_aside(store: Store) -> None:
    """Ten mugs in the north: four for the shop, three for the grocer, who lends, three for everybody."""
    await book(store, receive(10))
    async with store.transaction() as tx:
        batch = LedgerBatch([RebalanceRequest(COMPANY, f"rebalance/{number()}", MUG)], AT, policies=POLICIES)
        await batch.claim(tx)
        await batch.post(tx)


async def test_all_lines_of_a_call_are_reserved_or_none_is(desk: ReservationDesk, store: Store) -> None:
    await book(store, receive(5), receive(2, "south", item="LAMP"))
    short = await desk.grant(wanted((MUG, 4), ("LAMP", 3)))
    assert short.granted == ()
    assert [(one.line, one.quantity, one.free) for one in short.missing] == [("2", D(1), D(2))]
    whole = await desk.grant(wanted((MUG, 4), ("LAMP", 2)))
    assert pieces(whole) == [("1", "north", "", 4), ("2", "south", "", 2)]
    await holds(store)


async def test_a_partial_call_gets_what_is_there_and_hears_what_is_missing(desk: ReservationDesk, store: Store) -> None:
    await book(store, receive(5))
    answer = await desk.grant(wanted((MUG, 4), ("LAMP", 3), (MUG, 2), mode="partial"))
    assert pieces(answer) == [("1", "north", "", 4), ("3", "north", "", 1)]
    assert [(one.line, one.quantity) for one in answer.missing] == [("2", D(3)), ("3", D(1))]
    await holds(store)


async def test_a_call_of_several_lines_is_answered_the_same_for_ever(desk: ReservationDesk, store: Store) -> None:
    await book(store, receive(5))
    for mode, key in (("whole", "k1"), ("partial", "k2"), ("backorder", "k3")):
        asked = wanted((MUG, 3), ("LAMP", 1), key=key, mode=mode)
        first = await desk.grant(asked)
        await book(store, receive(5, item="LAMP"))
        assert await desk.grant(asked) == first
        with pytest.raises(LedgerConflict):
            await desk.grant(wanted((MUG, 2), ("LAMP", 1), key=key, mode=mode))
        await book(store, receive(5))
    await holds(store)


async def test_a_key_used_in_one_mode_is_taken_in_every_other(desk: ReservationDesk, store: Store) -> None:
    await book(store, receive(5))
    await desk.grant(wanted((MUG, 1), key="k1"))
    with pytest.raises(LedgerConflict):
        await desk.grant(wanted((MUG, 1), key="k1", mode="backorder"))
    await desk.grant(wanted((MUG, 1), key="k2", mode="backorder"))
    with pytest.raises(LedgerConflict):
        await desk.grant(wanted((MUG, 1), key="k2"))
    await holds(store)


async def test_what_is_set_aside_serves_its_channel_first_and_nobody_else(desk: ReservationDesk, store: Store) -> None:
    await set_aside(store)
    shop = await desk.grant(wanted((MUG, 5), channel="shop"))
    assert pieces(shop) == [("1", "north", "retail", 4), ("1", "north", "", 1)]
    other = await desk.grant(wanted((MUG, 5), mode="partial"))
    assert pieces(other) == [("1", "north", "", 2), ("1", "north", "", 3)]  # shared, then lent by the grocer's pool
    assert other.missing == ()
    async with store.transaction() as tx:
        rules = await tx.fetch("select on_hand, rule from promise_movement where kind = 'lend' order by on_hand")
    assert [(int(row["on_hand"]), row["rule"]) for row in rules] == [(-3, "edi@7"), (3, "edi@7")]
    await holds(store)


async def test_a_lone_caller_of_the_shop_takes_from_its_pool_in_one_statement(
    desk: ReservationDesk, store: Store
) -> None:
    await set_aside(store)
    answer = await desk.grant(wanted((MUG, 2), channel="shop"))
    assert pieces(answer) == [("1", "north", "retail", 2)]
    async with store.transaction() as tx:
        assert await tx.fetchval("select pool from reservation") == "retail"
    await holds(store)


async def test_kits_are_taken_from_stock_then_made_of_components(desk: ReservationDesk, store: Store) -> None:
    kit = (Component("CUP", D(2)), Component("PLATE", D(1)))
    await book(store, receive(1, item="SET"), receive(5, item="CUP"), receive(9, item="PLATE"))
    assert (await desk.grant(wanted(("SET", 4), kit=kit))).granted == ()
    both = await desk.grant(wanted(("SET", 3), ("CUP", 2), kit=kit))
    assert both.granted == ()  # the cups of two sets and two more are six
    answer = await desk.grant(wanted(("SET", 3), ("CUP", 1), kit=kit))
    assert [(one.line, one.item, int(one.quantity)) for one in answer.granted] == [
        ("1", "SET", 1),
        ("1", "CUP", 4),
        ("1", "PLATE", 2),
        ("2", "CUP", 1),
    ]
    await holds(store)


async def test_what_may_wait_is_pegged_and_seen_filled_once_goods_come(desk: ReservationDesk, store: Store) -> None:
    await book(store, receive(3), expect(5, 9))
    asked = wanted((MUG, 7), mode="backorder")
    answer = await desk.grant(asked)
    assert pieces(answer) == [("1", "north", "", 3)]
    (waiting,) = answer.waiting
    assert (waiting.quantity, waiting.pegged, waiting.expected_on) == (D(4), D(4), dt.date(2010, 12, 9))
    before = await seen(store, answer.stem)
    assert [(piece.state, int(piece.remaining)) for piece in before.pieces] == [("reserved", 3), ("backordered", 4)]
    assert (before.state, before.held_by) == ("open", "api")
    await book(store, receive(5, supply=(f"purchase_order/{COMPANY}/4500001", "10")))
    after = await seen(store, answer.stem)
    assert [(piece.state, int(piece.remaining)) for piece in after.pieces] == [
        ("reserved", 3),
        ("filled", 0),
        ("reserved", 4),
    ]
    assert await desk.give_back(COMPANY, [piece.reservation for piece in after.pieces], "enough") == 7
    assert (await seen(store, answer.stem)).state == "ended"
    await holds(store)


async def test_kits_that_may_wait_hold_whole_sets_and_wait_for_the_rest(desk: ReservationDesk, store: Store) -> None:
    kit = (Component("CUP", D(2)), Component("PLATE", D(1)))
    await book(store, receive(1, item="SET"), receive(5, item="CUP"), receive(9, item="PLATE"))
    answer = await desk.grant(wanted(("SET", 4), kit=kit, mode="backorder"))
    assert {(one.item, int(one.quantity)) for one in answer.granted} == {("SET", 1), ("CUP", 4), ("PLATE", 2)}
    assert {(one.item, int(one.quantity)) for one in answer.waiting} == {("CUP", 2), ("PLATE", 1)}
    await holds(store)


@pytest.mark.parametrize("mode", ["whole", "partial", "backorder"])
async def test_kits_in_the_callers_own_pool_or_one_that_lends_are_its_own_however_it_asks(
    store: Store, mode: str
) -> None:
    own = PoolRule(name="r", pool="retail", floor=D(4), scope=Scope(items=("SET",), channels=("shop",)))
    lent = PoolRule(name="l", pool="edi", floor=D(2), scope=Scope(items=("SET",), channels=("edi",)), lends=True)
    policies = StockPolicies(pools=(own, lent))
    desk = ReservationDesk(store, ignore, rules=StockRules(lambda: (policies, 7), lambda: AT))
    await book(store, receive(6, item="SET"))
    await book(store, RebalanceRequest(COMPANY, "rebalance", "SET"), policies=policies)
    kit = (Component("CUP", D(2)),)
    answer = await desk.grant(wanted(("SET", 5), kit=kit, mode=mode, channel="shop"))
    assert sorted(pieces(answer)) == [("1", "north", "", 1), ("1", "north", "retail", 4)]
    assert (answer.missing, answer.waiting) == ((), ())
    await holds(store)


async def test_callers_of_several_lines_that_come_together_get_exactly_what_is_there(
    desk: ReservationDesk, store: Store
) -> None:
    await book(store, receive(20), receive(15, item="LAMP"))
    other = ReservationDesk(store, ignore, lanes=2)
    calls = [wanted((MUG, 1), ("LAMP", 1)) if n % 2 else wanted(("LAMP", 1), (MUG, 2)) for n in range(40)]
    answers = await asyncio.gather(*((desk, other)[n % 2].grant(call) for n, call in enumerate(calls)))
    taken = {item: sum(p.quantity for a in answers for p in a.granted if p.item == item) for item in (MUG, "LAMP")}
    assert taken[MUG] <= 20
    assert taken["LAMP"] <= 15
    assert taken[MUG] == 20 or taken["LAMP"] == 15
    await holds(store)


async def test_what_runs_short_at_its_first_place_is_decided_again_with_all_places(
    desk: ReservationDesk, store: Store
) -> None:
    """Whoever shares the batch is answered as if all places had been held from the start."""
    await set_aside(store)
    await book(store, receive(3, "south", item="LAMP"), receive(1, item="LAMP"))
    calls = [
        wanted((MUG, 3), channel="shop"),
        wanted(("LAMP", 2)),
        wanted((MUG, 2), channel="shop"),
        wanted((MUG, 9), channel="shop"),
        wanted(("LAMP", 2)),
    ]
    desk._inside += 1  # as if somebody were being served: nobody goes straight through, all of these share a batch
    answers = await asyncio.gather(*(desk.grant(call) for call in calls))
    assert [pieces(answer) for answer in answers] == [
        [("1", "north", "retail", 3)],
        [("1", "north", "", 1), ("1", "south", "", 1)],
        [("1", "north", "retail", 1), ("1", "north", "", 1)],
        [],
        [("1", "south", "", 2)],
    ]
    await holds(store)
