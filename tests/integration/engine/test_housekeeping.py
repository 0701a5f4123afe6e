"""What one worker does for all."""

from __future__ import annotations

import asyncio
import datetime as dt
from collections.abc import AsyncIterator
from decimal import Decimal

import pytest

from crossdock.engine import housekeeping
from crossdock.engine.clock import business_now
from crossdock.engine.context import Poll
from crossdock.engine.intake.poll import task_name
from crossdock.engine.tasks import Task, ensure_tasks
from crossdock.engine.worker import Worker
from crossdock.inventory.desk.desk import ReservationDesk
from crossdock.ports.connector import RawPage
from crossdock.store import Connection, Store
from tests.integration.engine.harness import Peer, context, rows
from tests.integration.inventory.helpers import COMPANY, MUG, book, receive


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
