"""Promises are made again where facts left less than was promised, one item after the other, each in its own batch."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import NamedTuple

import structlog

from crossdock.engine.clock import business_now
from crossdock.engine.context import EngineContext
from crossdock.engine.failures import in_words, pause_after
from crossdock.engine.tasks import Task, finish
from crossdock.events.envelope import NewEvent
from crossdock.inventory.ledger.batch import LedgerBatch
from crossdock.inventory.ledger.outcomes import RepromiseRequest
from crossdock.log import append
from crossdock.store import Connection, load_queries
from crossdock.store.pool import TRANSIENT

log = structlog.get_logger()
SQL = load_queries(Path(__file__).with_name("repromising.sql"))
REPROMISE = "promises/again"
_MOST = 20
_PAUSE = dt.timedelta(milliseconds=250)


class _Due(NamedTuple):
    """A place, the case and the entry whose fact left too little there, and how often it has failed."""

    company_id: str
    item: str
    location: str
    subject: str
    entry: bytes
    attempts: int


async def run_repromise(context: EngineContext, owner: str, task: Task) -> int:
    """Withdraw what has no goods at the places where that is due; returns at how many that was tried."""
    done = 0
    while done < _MOST and await promise_again(context):
        done += 1
    async with context.store.transaction() as tx:
        await finish(tx, task, owner, _PAUSE)
    return done


async def promise_again(context: EngineContext) -> bool:
    """Withdraw what has no goods at the next place where that is due; False if there is none. A place that fails of
    more than what passes by itself, or of that several times in a row, is put off, and the others go on."""
    due = None
    try:
        async with context.store.transaction() as tx:
            row = await tx.fetchrow(SQL.next)
            if row is None:
                return False
            due = _Due(*row)
            await _withdraw(tx, context, due)
    except Exception as error:
        if due is None:
            raise
        place = f"{due.company_id}/{due.item}/{due.location}"
        if isinstance(error, TRANSIENT) and not context.in_a_row.too_often(REPROMISE, place):
            raise
        await _put_off(context, due, error)
    return True


async def _withdraw(tx: Connection, context: EngineContext, due: _Due) -> None:
    now = await business_now(tx)
    key = f"repromise/{due.location}/{due.item}/{due.entry.hex()}"
    request = RepromiseRequest(due.company_id, key, due.item, due.location, due.subject)
    batch = LedgerBatch([request], now, "repromise", context.stock_policies, context.network_version)
    await batch.claim(tx)
    outcomes = await batch.post(tx)
    await tx.execute(SQL.done, due.company_id, due.item, due.location)
    events = [
        NewEvent(body=o.body, subject=o.subject, company_id=o.company_id, occurred_at=now, source="ledger")
        for o in outcomes
    ]
    await append(tx, events)


async def _put_off(context: EngineContext, due: _Due, error: Exception) -> None:
    attempts = due.attempts + 1
    log.exception(
        "repromise_put_off", company_id=due.company_id, item=due.item, location=due.location, attempts=attempts
    )
    place = (due.company_id, due.item, due.location, due.entry)
    async with context.store.transaction() as tx:
        await tx.execute(SQL.put_off, *place, pause_after(attempts), in_words(error))
