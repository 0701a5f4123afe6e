"""Promises are made again where facts left less than was promised, one item after the other, each in its own batch."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

from crossdock.engine.clock import business_now
from crossdock.engine.context import EngineContext
from crossdock.engine.tasks import Task, finish
from crossdock.events.envelope import NewEvent
from crossdock.inventory.ledger.batch import LedgerBatch
from crossdock.inventory.ledger.outcomes import RepromiseRequest
from crossdock.log import append
from crossdock.store import load_queries

SQL = load_queries(Path(__file__).with_name("repromising.sql"))
REPROMISE = "promises/again"
_MOST = 20
_PAUSE = dt.timedelta(milliseconds=250)


async def run_repromise(context: EngineContext, owner: str, task: Task) -> int:
    """Withdraw what has no goods at the places where that is due; returns how many there were."""
    done = 0
    while done < _MOST and await promise_again(context):
        done += 1
    async with context.store.transaction() as tx:
        await finish(tx, task, owner, _PAUSE)
    return done


async def promise_again(context: EngineContext) -> bool:
    """Withdraw what has no goods at the next place where that is due; False if there is none."""
    async with context.store.transaction() as tx:
        row = await tx.fetchrow(SQL.next)
        if row is None:
            return False
        company, item, location, subject, entry = row
        now = await business_now(tx)
        key = f"repromise/{location}/{item}/{entry.hex()}"
        request = RepromiseRequest(company, key, item, location, subject)
        batch = LedgerBatch([request], now, "repromise", context.stock_policies, context.network_version)
        await batch.claim(tx)
        outcomes = await batch.post(tx)
        await tx.execute(SQL.done, company, item, location)
        events = [
            NewEvent(body=o.body, subject=o.subject, company_id=o.company_id, occurred_at=now, source="ledger")
            for o in outcomes
        ]
        await append(tx, events)
    return True
