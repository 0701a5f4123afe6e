"""Housekeeping: what one worker does for all, now and then."""

from __future__ import annotations

import datetime as dt

from crossdock.engine.clock import business_now
from crossdock.engine.context import EngineContext
from crossdock.engine.tasks import SQL, Task, finish
from crossdock.events.envelope import NewEvent
from crossdock.inventory.expiry import expire_due
from crossdock.log import append
from crossdock.log.segments import open_segment_if_due

EXPIRY = "housekeeping/expiry"
CHORES = "housekeeping/chores"
EXPIRE_MOST = 200
_EXPIRY_PAUSE = dt.timedelta(seconds=1)
_CHORES_PAUSE = dt.timedelta(minutes=1)


async def run_expiry(context: EngineContext, owner: str, task: Task) -> int:
    """End reservations whose business time is over, as many at a time as hold stock rows only for a moment."""
    ended = many = await _expire(context)
    while many >= EXPIRE_MOST:
        many = await _expire(context)
        ended += many
    async with context.store.transaction() as tx:
        await finish(tx, task, owner, _EXPIRY_PAUSE)
    return ended


async def _expire(context: EngineContext) -> int:
    """What these reservations free goes to waiting backorders. Two that run at once end nothing twice."""
    async with context.store.transaction() as tx:
        now = await business_now(tx)
        ended, outcomes = await expire_due(
            tx, now, EXPIRE_MOST, policies=context.stock_policies, network_version=context.network_version
        )
        events = [
            NewEvent(body=o.body, subject=o.subject, company_id=o.company_id, occurred_at=now, source="ledger")
            for o in outcomes
            if o.subject
        ]
        await append(tx, events)
    return ended


async def run_chores(context: EngineContext, owner: str, task: Task) -> int:
    """Open the next log segment when it is time, forget dead workers, and what other rooms ask for."""
    for chore in context.chores:
        await chore()
    async with context.store.transaction() as tx:
        await tx.execute(SQL.forget_workers)
        await finish(tx, task, owner, _CHORES_PAUSE)
        await open_segment_if_due(tx)
    return 0
