"""Segments: the log is partitioned by them, so that archiving old events is a detach."""

from __future__ import annotations

import datetime as dt

from crossdock.log.append import SQL
from crossdock.log.slots import SLOTS
from crossdock.store import Connection
from crossdock.store.arrays import numbers

MOST_EVENTS = 5_000_000
MOST_AGE = dt.timedelta(days=30)


async def open_segment_if_due(tx: Connection) -> bool:
    """Start the next segment if the newest is large or old enough; returns whether it did."""
    if not await tx.fetchval(SQL.segment_due, MOST_EVENTS, MOST_AGE):
        return False
    await open_segment(tx)
    return True


async def open_segment(tx: Connection) -> int:
    """Start the next segment: a new partition, then all heads, locked in order, point to it.

    The partition is made aside and attached, which waits for no reader or writer; a partition created in place would
    lock the whole log and could deadlock with a batch that has read and now wants the heads.
    """
    segment = int(await tx.fetchval(SQL.add_segment))
    await tx.execute(
        f"create table event_segment_{segment} (like event including all) "
        "with (autovacuum_vacuum_insert_scale_factor = 0.5)"
    )
    await tx.execute(
        f"alter table event attach partition event_segment_{segment} for values from ({segment}) to ({segment + 1})"
    )
    await tx.execute(SQL.lock_heads, numbers(range(SLOTS)))
    await tx.execute(SQL.raise_segment, segment)
    return segment
