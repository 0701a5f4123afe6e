"""What one worker does for all."""

from __future__ import annotations

import asyncio
import datetime as dt
from collections.abc import AsyncIterator
from decimal import Decimal

import pytest

from crossdock.engine import housekeeping
from crossdock.engine.clock import business_now, set_clock
from crossdock.engine.context import Poll
from crossdock.engine.intake.poll import task_name
from crossdock.engine.tasks import Task, ensure_tasks
from crossdock.engine.worker import Worker
from crossdock.inventory.desk.desk import ReservationDesk
from crossdock.inventory.reconciliation.statements import forget_statements
from crossdock.ports.connector import RawPage
from crossdock.store import Connection, Store
from tests.integration.engine.harness import Peer, context, rows
from tests.integration.inventory.helpers import COMPANY, MUG, book, receive
from tests.integration.reconciliation.world import World, did, minute


async def _publish(tx: Connection, outcomes: list[object]) -> None:
    assert not outcomes


async def test_reservations_that_end_together_end_in_one_turn(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(housekeeping, "EXPIRE_MOST", 5)
    await book(store, receive(20))
    desk = ReservationDesk(store, _publish)
    async with store.transaction() as tx:
        gone = await business_now(tx) - dt.timedelta(seconds=1)
        await ensure_tasks(tx, [housekeeping.EXPIRY])
        await tx.execute("update task set worker = 'me'")
    await asyncio.gather(
        *(desk.reserve(COMPANY, f"k{n}", MUG, ["north"], Decimal(1), expires_at=gone) for n in range(12))
    )
    assert await housekeeping.run_expiry(context(store), "me", Task(housekeeping.EXPIRY, "", "")) == 12
    assert await rows(store, "select count(*) from reservation where remaining > 0") == [(0,)]
    assert await rows(store, "select worker, next_at > now() from task") == [("", True)]


class Defective(Peer):
    """Its `fetch` does what no connector may."""

    polls = ("notes",)

    async def fetch(self, kind: str, cursor: str) -> AsyncIterator[RawPage]:
        yield RawPage(b"", "text/plain", cursor, True, 0)
        raise ZeroDivisionError("a defect\x00")


async def test_a_poll_that_fails_of_a_defect_is_counted_as_failing(store: Store) -> None:
    poll = Poll("peer", "notes", dt.timedelta(0))
    worker = Worker(context(store, Defective(), polls=(poll,)))
    async with store.transaction() as tx:
        await ensure_tasks(tx, [task_name(poll)])
        await tx.execute("update task set worker = $1", worker.owner)
    await worker._turn(Task(task_name(poll), "", ""))
    await worker._turn(Task(task_name(poll), "", ""))
    detail = "ZeroDivisionError: a defect\ufffd"
    assert await rows(store, "select worker, failures, detail, next_at > now() from task") == [("", 1, detail, True)]


async def test_statements_of_long_ago_are_forgotten_but_for_the_latest_and_what_a_drift_is_about(store: Store) -> None:
    world = World(store)
    await world.opened(50)
    for number in range(10, 60, 10):
        await world.states(number, did(number, number, unrestricted=0), unrestricted=50)
    await world.erp_states(15, 44)
    async with store.transaction() as tx:
        assert await forget_statements(tx, dt.timedelta(days=365 * 30), 100) == 0
        await set_clock(tx, minute(60) + dt.timedelta(days=91), 0.000001)
        assert await forget_statements(tx, housekeeping.KEEP_STATEMENTS, 100) == 3 + 5
    kept = await rows(store, "select system, number from stock_statement order by system, number")
    assert [row[0] for row in kept] == ["erp", "wms_north", "wms_north"]
    assert await rows(store, "select count(*) from stated_level where statement not in (select id from stock_statement)"
                      ) == [(0,)]  # fmt: skip
    assert [drift.system for drift in await world.drifts()] == ["erp"]
    await world.states(70, unrestricted=49)
    assert {drift.system for drift in await world.drifts()} == {"erp", "wms_north"}
