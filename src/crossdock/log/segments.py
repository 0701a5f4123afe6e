"""Segments: the log is partitioned by them, so that archiving old events is a detach."""

from __future__ import annotations

from crossdock.log.append import SQL
from crossdock.log.slots import SLOTS
from crossdock.store import Connection


async def open_segment(tx: Connection) -> int:
    """Start the next segment: all heads are locked in order, later events go to a new partition."""
    await tx.execute(SQL.lock_heads, list(range(SLOTS)))
    segment = int(await tx.fetchval("insert into log_segment (segment) select max(segment) + 1 from log_segment "
                                    "returning segment"))
    await tx.execute(
        f"create table event_segment_{segment} partition of event for values from ({segment}) to ({segment + 1}) "
        "with (autovacuum_vacuum_insert_scale_factor = 0.5)"
    )
    await tx.execute(SQL.raise_segment, segment)
    return segment
