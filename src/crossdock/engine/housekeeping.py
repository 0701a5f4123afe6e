"""Housekeeping: what one worker does for all, now and then."""

from __future__ import annotations

import datetime as dt

import structlog

from crossdock.engine.channel_numbers import SQL as CHANNELS
from crossdock.engine.clock import business_now
from crossdock.engine.context import EngineContext
from crossdock.engine.failures import in_words, pause_after
from crossdock.engine.tasks import SQL, Task, finish
from crossdock.events.envelope import NewEvent
from crossdock.inventory.ledger.expiry import expire_due, first_due, forget_put_off, put_off
from crossdock.inventory.reconciliation.statements import forget_statements
from crossdock.log import append
from crossdock.log.segments import open_segment_if_due
from crossdock.store import Connection
from crossdock.store.pool import TRANSIENT

log = structlog.get_logger()
EXPIRY = "housekeeping/expiry"
CHORES = "housekeeping/chores"
EXPIRE_MOST = 200
_PUT_OFF_MOST = 20
"""So many reservations of one turn; more of them fail of something else than themselves."""
_EXPIRY_PAUSE = dt.timedelta(seconds=1)
_CHORES_PAUSE = dt.timedelta(minutes=1)
KEEP_NUMBERS = dt.timedelta(days=30)
"""So long (technical time) what channels were told can be derived again; the last number of each item for ever."""
KEEP_STATEMENTS = dt.timedelta(days=90)
"""So long (business time) what systems said of their stock is kept once it was compared."""
FORGET_MOST = 5_000
_FORGET_EVERY = dt.timedelta(hours=1)


async def run_expiry(context: EngineContext, owner: str, task: Task) -> int:
    """End reservations whose business time is over, as many at a time as hold stock rows only for a moment. One that
    fails of more than what passes by itself is found by halves and put off, and the others end."""
    ended = failed = 0
    many = most = EXPIRE_MOST
    while many >= most and failed < _PUT_OFF_MOST:
        try:
            many = await _expire(context, most)
        except TRANSIENT:
            raise
        except Exception as error:
            if most > 1:
                log.exception("expiry_halved", most=most)
                many = most = most // 2
            else:
                await _put_off(context, error)
                failed += 1
        else:
            ended += many
            if many >= most:
                many = most = min(2 * most, EXPIRE_MOST)
    async with context.store.transaction() as tx:
        await finish(tx, task, owner, _EXPIRY_PAUSE)
    return ended


async def _expire(context: EngineContext, most: int) -> int:
    """What these reservations free goes to waiting backorders. Two that run at once end nothing twice."""
    async with context.store.transaction() as tx:
        now = await business_now(tx)
        ended, outcomes = await expire_due(
            tx, now, most, policies=context.stock_policies, network_version=context.network_version
        )
        events = [
            NewEvent(body=o.body, subject=o.subject, company_id=o.company_id, occurred_at=now, source="ledger")
            for o in outcomes
            if o.subject
        ]
        await append(tx, events)
    return ended


async def _put_off(context: EngineContext, error: Exception) -> None:
    """The first that is due; raises the error where none is, for then it is of none."""
    async with context.store.transaction() as tx:
        first = await first_due(tx, await business_now(tx))
        if first is None:
            raise error
        reservation, failed = first
        log.error("expiry_put_off", reservation=reservation, attempts=failed + 1, exc_info=error)
        await put_off(tx, reservation, pause_after(failed + 1), in_words(error))


async def run_chores(context: EngineContext, owner: str, task: Task) -> int:
    """Open the next log segment when it is time, forget dead workers, old published numbers and statements of stock,
    and do what other rooms ask for. The task's cursor is when numbers and statements are forgotten next."""
    for chore in context.chores:
        await chore()
    async with context.store.transaction() as tx:
        await tx.execute(SQL.forget_workers)
        await forget_put_off(tx)
        now = await tx.fetchval(CHANNELS.technical_now)
        if not task.cursor or dt.datetime.fromisoformat(task.cursor) <= now:
            forgotten = await forget_numbers(tx, now - KEEP_NUMBERS)
            forgotten = max(forgotten, await forget_statements(tx, KEEP_STATEMENTS, FORGET_MOST))
            task.cursor = (now if forgotten >= FORGET_MOST else now + _FORGET_EVERY).isoformat()
        await finish(tx, task, owner, _CHORES_PAUSE)
        await open_segment_if_due(tx)
    return 0


async def forget_numbers(tx: Connection, before: dt.datetime) -> int:
    """Forget what channels were told before this technical time, once the guard has derived it again and found it
    right; at most `FORGET_MOST`. Returns how many."""
    status: str = await tx.execute(CHANNELS.forget_numbers, before, FORGET_MOST)
    return int(status.split()[-1])
