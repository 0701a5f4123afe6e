"""Once a day of each location: which lots have expired there?"""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import msgspec

from crossdock.engine.clock import business_now
from crossdock.engine.context import EngineContext
from crossdock.engine.tasks import Task, finish
from crossdock.events.envelope import NewEvent
from crossdock.events.inventory import ExpiredLot, LotsExpired
from crossdock.log import append
from crossdock.project.versions import version_in_force
from crossdock.store import Connection, load_queries

SQL = load_queries(Path(__file__).with_name("lot_expiry.sql"))
LOT_EXPIRY = "housekeeping/lots"
# A case holds so many lots at most; what is more follows the next day.
_MOST = 2_000
_PAUSE = dt.timedelta(seconds=2)


async def run_lot_expiry(context: EngineContext, owner: str, task: Task) -> int:
    """Look at the locations at which a new day has begun; returns at how many of them lots had expired."""
    looked = msgspec.json.decode(task.state, type=dict[str, dt.date]) if task.state else {}
    found = 0
    async with context.store.transaction() as tx:
        if await version_in_force(tx) != context.network_version:
            # Where a day has begun is known to workers that were started with the network in force.
            await finish(tx, task, owner, _PAUSE)
            return 0
        now = await business_now(tx)
        for company, location in context.stocked:
            today, place = context.reads.date_at(location, now), f"{company}/{location}"
            if looked.get(place) != today:
                found += await _look(tx, company, location, today, now)
                looked[place] = today
        task.state = msgspec.json.encode(looked).decode()
        await finish(tx, task, owner, _PAUSE)
    return found


async def _look(tx: Connection, company: str, location: str, today: dt.date, now: dt.datetime) -> bool:
    rows = await tx.fetch(SQL.expired, company, location, today, _MOST)
    if not rows:
        return False
    lots = tuple(
        ExpiredLot(str(number), row["item"], row["lot"], row["unrestricted"], row["owner"])
        for number, row in enumerate(rows, start=1)
    )
    event = NewEvent(
        body=LotsExpired(location, today, lots),
        subject=f"lot_expiry/{company}/{location}/{today.isoformat()}",
        company_id=company,
        occurred_at=now,
        source="ledger",
    )
    await append(tx, [event])
    return True
