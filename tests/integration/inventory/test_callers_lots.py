"""Callers whose goods must keep: granted from lots that do, exactly as availability says, at no cost to the others."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal as D

import pytest

from crossdock.inventory.availability import AvailableToPromise, Detail, Question, available_to_promise
from crossdock.inventory.desk.desk import ReservationDesk
from crossdock.inventory.desk.requests import Component, DeskLine, DeskRequest, ReservationAnswer, desk_lines_request
from crossdock.inventory.desk.rules import StockRules
from crossdock.inventory.desk.view import find
from crossdock.inventory.ledger.outcomes import LedgerConflict, RebalanceRequest
from crossdock.masterdata import upsert
from crossdock.model.masterdata import KitComponent, Lot
from crossdock.model.stock import PromiseRequest, StockRequestLine
from crossdock.model.stock_policy import PoolRule, Scope, ShelfLifeRule, StockPolicies
from crossdock.store import Store
from tests.integration.inventory.helpers import AT, COMPANY, MUG, book, expect, holds, number, receive
from tests.integration.inventory.test_desk_lines import ignore

SOON, LATE = (AT.date() + dt.timedelta(days=days) for days in (5, 40))
FUSSY = ShelfLifeRule(name="grocers", days=30, scope=Scope(customers=("GROCER",)))
LENT = PoolRule(name="lent", pool="lent", floor=D(2), scope=Scope(items=(MUG,), channels=("edi",)), lends=True)
POLICIES = StockPolicies(shelf_life=(FUSSY,))


def desk_of(store: Store, policies: StockPolicies = POLICIES) -> ReservationDesk:
    return ReservationDesk(store, ignore, rules=StockRules(lambda: (policies, 7), lambda: AT))


@pytest.fixture
async def stocked(store: Store) -> Store:
    """Ten that expire soon, five late, and three of a lot that nobody described."""
    async with store.transaction() as tx:
        await upsert(tx, [Lot(COMPANY, MUG, "L1", expires_on=SOON), Lot(COMPANY, MUG, "L2", expires_on=LATE)])
    await book(store, receive(10, lot="L1"), receive(5, lot="L2"), receive(3, lot="L9"))
    return store


def wants(quantity: int, *more: int, mode: str = "whole", key: str = "", customer: str = "GROCER") -> DeskRequest:
    lines = [DeskLine(str(n), MUG, D(wanted), ("north",)) for n, wanted in enumerate((quantity, *more), start=1)]
    return desk_lines_request(COMPANY, key or f"call/{number()}", lines, mode=mode, customer=customer)  # type: ignore[arg-type]


def granted(answer: ReservationAnswer) -> D:
    return sum((piece.quantity for piece in answer.granted), D(0))


async def atp(
    store: Store, policies: StockPolicies = POLICIES, item: str = MUG, at: dt.datetime | None = None
) -> AvailableToPromise:
    question = Question(
        company_id=COMPANY, item=item, locations=("north",), customer="GROCER", on=AT.date(), policies=policies,
        version=7,
    )  # fmt: skip
    async with store.transaction() as tx:
        return await available_to_promise(tx, question, Detail(sourcing=at is None), at=at)


async def test_a_caller_gets_of_lots_that_keep_as_much_as_availability_said(stocked: Store) -> None:
    desk = desk_of(stocked)
    said = await atp(stocked)
    assert (said.now, said.positions[0].counted) == (D(5), D(18))
    assert said.shelf_life is not None
    assert (said.shelf_life.rule, said.shelf_life.less) == ("grocers@7", D(13))
    assert said.sourcing is not None
    assert said.sourcing.missing == 0
    refused = await desk.grant(wants(6))
    assert (refused.held, refused.missing[0].quantity, refused.missing[0].free) == (False, D(1), D(5))
    assert granted(await desk.grant(wants(4))) == 4
    assert (await atp(stocked)).now == 1
    await holds(stocked)


async def test_a_call_is_answered_the_same_again_and_its_reservation_is_found_and_given_back(stocked: Store) -> None:
    desk = desk_of(stocked)
    first = await desk.grant(wants(2, 3, key="again"))
    assert await desk.grant(wants(2, 3, key="again")) == first
    assert await desk_of(stocked, StockPolicies()).grant(wants(2, 3, key="again")) == first
    with pytest.raises(LedgerConflict):
        await desk.grant(wants(2, 4, key="again"))
    async with stocked.transaction() as tx:
        found = await find(tx, first.stem)
    assert found is not None
    assert [piece.quantity for piece in found.pieces] == [D(2), D(3)]
    await desk.give_back(COMPANY, [piece.reservation for piece in first.granted], "not needed")
    assert (await atp(stocked)).now == 5
    await holds(stocked)


async def test_a_refused_call_takes_nothing_and_stays_refused(stocked: Store) -> None:
    desk = desk_of(stocked)
    refused = await desk.grant(wants(3, 3, key="much"))
    assert [(short.line, short.quantity, short.free) for short in refused.missing] == [("2", D(1), D(2))]
    assert (await atp(stocked)).now == 5
    await book(stocked, receive(9, lot="L2"))
    assert await desk.grant(wants(3, 3, key="much")) == refused
    await holds(stocked)


async def test_in_part_or_waiting_only_what_keeps_is_granted(stocked: Store) -> None:
    desk = desk_of(stocked)
    assert granted(await desk.grant(wants(3, mode="partial"))) == 3
    part = await desk.grant(wants(7, mode="partial"))
    assert (granted(part), part.missing[0].quantity) == (D(2), D(5))
    await book(stocked, expect(10, 9))
    waits = await desk.grant(wants(4, mode="backorder"))
    assert (granted(waits), waits.waiting[0].quantity) == (D(0), D(4))
    await holds(stocked)


async def test_others_are_answered_by_the_desk_itself_and_get_the_rest(stocked: Store) -> None:
    desk = desk_of(stocked)
    assert desk.rules.must_keep(wants(1))
    assert not desk.rules.must_keep(wants(1, customer="SHOP"))
    assert granted(await desk.grant(wants(5))) == 5
    other = await desk.grant(wants(13, customer="SHOP"))
    async with stocked.transaction() as tx:
        keys = await tx.fetchval("select count(*) from ledger_entry where key like 'desk/%'")
    assert (granted(other), keys) == (D(13), 1)
    await holds(stocked)


async def test_kits_and_what_they_are_made_of_must_keep(stocked: Store) -> None:
    async with stocked.transaction() as tx:
        await upsert(tx, [Lot(COMPANY, "SET", "S1", expires_on=SOON), Lot(COMPANY, "SET", "S2", expires_on=LATE)])
        await upsert(tx, [KitComponent(COMPANY, "SET", MUG, D(2), dt.date(2010, 1, 1))])
    await book(stocked, receive(4, item="SET", lot="S1"), receive(1, item="SET", lot="S2"))
    kits = StockPolicies(shelf_life=(ShelfLifeRule(name="sets", days=30, scope=Scope(items=("SET",))),))
    assert (await atp(stocked, kits, "SET")).now == 3
    async with stocked.connection() as connection:
        then = await connection.fetchval("select clock_timestamp()")
    line = DeskLine("1", "SET", D(4), ("north",), (Component(MUG, D(2)),))
    refused = await desk_of(stocked, kits).grant(desk_lines_request(COMPANY, "four", [line]))
    assert (refused.held, refused.missing[0].free) == (False, D(3))
    three = DeskLine("1", "SET", D(3), ("north",), (Component(MUG, D(2)),))
    got = await desk_of(stocked, kits).grant(desk_lines_request(COMPANY, "three", [three]))
    assert {(piece.item, piece.quantity) for piece in got.granted} == {("SET", D(1)), (MUG, D(4))}
    assert ((await atp(stocked, kits, "SET")).now, (await atp(stocked, kits, "SET", then)).now) == (0, 3)
    await holds(stocked)


async def test_kits_that_keep_are_granted_out_of_a_pool_that_lends_as_availability_says(store: Store) -> None:
    lent = PoolRule(name="lent", pool="lent", floor=D(3), scope=Scope(items=("SET",), channels=("edi",)), lends=True)
    sets = ShelfLifeRule(name="sets", days=30, scope=Scope(items=("SET",)))
    policies = StockPolicies(shelf_life=(sets,), pools=(lent,))
    async with store.transaction() as tx:
        await upsert(tx, [Lot(COMPANY, "SET", "S1", expires_on=SOON), Lot(COMPANY, "SET", "S2", expires_on=LATE)])
    await book(store, receive(1, item="SET", lot="S1"), receive(4, item="SET", lot="S2"))
    await book(store, RebalanceRequest(COMPANY, "rebalance", "SET"), policies=policies)
    assert (await atp(store, policies, "SET")).now == 4
    for mode, quantity in (("backorder", 2), ("whole", 2), ("partial", 0)):
        line = DeskLine("1", "SET", D(2), ("north",), (Component(MUG, D(2)),))
        request = desk_lines_request(COMPANY, mode, [line], mode=mode)  # type: ignore[arg-type]
        assert granted(await desk_of(store, policies).grant(request)) == quantity
    await holds(store)


async def test_an_order_takes_over_only_what_keeps_as_long_as_it_needs(stocked: Store) -> None:
    kept = await desk_of(stocked).grant(wants(5))
    other = await desk_of(stocked).grant(wants(8, customer="SHOP"))
    names = tuple(piece.reservation for piece in (*other.granted, *kept.granted))
    line = StockRequestLine("1", MUG, D(9), ("north",), keeps_until=AT.date() + dt.timedelta(days=31))
    case = "sales_order/fussy"
    order = PromiseRequest(COMPANY, f"{case}:order", case, "asked", (line,), backorder=False, adopts=names)
    (outcome, *_) = await book(stocked, order)
    assert sum(piece.quantity for piece in outcome.body.promised) == 5  # type: ignore[attr-defined]
    await holds(stocked)
