"""Lots that are over stop being promised the day after, and whoever was promised of them waits."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal as D

from crossdock.engine import lot_expiry
from crossdock.engine.clock import business_now
from crossdock.engine.context import EngineContext
from crossdock.engine.repromising import promise_again
from crossdock.engine.tasks import Task, ensure_tasks
from crossdock.masterdata import upsert
from crossdock.model.masterdata import Lot
from crossdock.processes import PROCESSES
from crossdock.store import Store
from tests.integration.engine.harness import context, rows, settle
from tests.integration.inventory.helpers import COMPANY, MUG, Levels, ask, book, holds, levels, receive


async def look(engine: EngineContext) -> int:
    """One turn of the task, as its worker takes it; then everything that follows."""
    async with engine.store.transaction() as tx:
        await ensure_tasks(tx, [lot_expiry.LOT_EXPIRY])
        await tx.execute("update task set worker = 'me'")
        state = await tx.fetchval("select state from task")
    found = await lot_expiry.run_lot_expiry(engine, "me", Task(lot_expiry.LOT_EXPIRY, "", state or ""))
    await settle(engine)
    while await promise_again(engine):
        await settle(engine)
    return found


async def test_what_has_expired_is_set_apart_once_and_promises_of_it_wait(store: Store) -> None:
    engine = context(store, stocked=[(COMPANY, "north"), (COMPANY, "south")])
    engine.processes = PROCESSES
    async with store.transaction() as tx:
        today = (await business_now(tx)).date()
        yesterday, tomorrow = today - dt.timedelta(days=1), today + dt.timedelta(days=1)
        await upsert(
            tx, [Lot(COMPANY, MUG, "OLD", expires_on=yesterday), Lot(COMPANY, MUG, "NEW", expires_on=tomorrow)]
        )
    await book(store, receive(6, lot="OLD"), receive(4, lot="NEW"), ask(7, case="sales_order/first"))
    engine.network_version = 6
    assert await look(engine) == 0  # a worker that was started with another version of the network
    engine.network_version = 0
    assert await look(engine) == 1
    assert await levels(store) == Levels(D(4), D(4), D(0))
    assert await rows(store, "select lot, unrestricted, expired from stock_position order by lot") == [
        ("NEW", 4, 0),
        ("OLD", 0, 6),
    ]
    codes = await rows(store, "select code from exception_case order by code")
    assert [code for (code,) in codes] == ["lots_expired", "promises_withdrawn"]
    assert await look(engine) == 0
    await holds(store)


async def test_a_day_without_expired_lots_says_nothing(store: Store) -> None:
    engine = context(store, stocked=[(COMPANY, "north")])
    await book(store, receive(6))
    assert await look(engine) == 0
    assert await rows(store, "select count(*) from event") == [(0,)]
