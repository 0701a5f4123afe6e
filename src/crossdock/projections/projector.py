"""Feeds events to every projection, in one transaction with the consumer's checkpoints."""

from __future__ import annotations

from collections.abc import Sequence

import asyncpg

from crossdock.log import Lease, read_slots
from crossdock.log.leases import advance
from crossdock.log.read import advances
from crossdock.projections import case_status, drop_shipped, event_count, line_status, timeline
from crossdock.store import Connection, Store

PROJECTIONS = (timeline, event_count, case_status, line_status, drop_shipped)
BATCH = 800


class Projector:
    """Runs the `projections` consumer for one worker."""

    def __init__(self, store: Store, owner: str) -> None:
        self._store = store
        self._owner = owner

    async def run(self, wanted: Sequence[tuple[Lease, int]]) -> int:
        """Fold the next events of some slots, up to so many of each; returns how many. Raises `StaleLease`."""
        async with self._store.batch(self._owner, relaxed=True) as tx:
            rows = await read_slots(tx, wanted)
            if not rows:
                return 0
            await fold(tx, rows)
            steps = advances(wanted, rows)
            await advance(tx, self._owner, steps)
        for step in steps:
            step.kept()
        return len(rows)


async def fold(tx: Connection, rows: Sequence[asyncpg.Record]) -> None:
    """Apply events, those of each slot in order, to every read table."""
    for projection in PROJECTIONS:
        await projection.fold(tx, rows)
