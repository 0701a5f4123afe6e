"""Feeds events of a slot to every projection, in one transaction with the consumer's checkpoint."""

from __future__ import annotations

from collections.abc import Sequence

import asyncpg

from crossdock.log import Lease, read
from crossdock.log.leases import advance, name_session
from crossdock.projections import case_status, event_count, line_status, timeline
from crossdock.store import Connection, Store

PROJECTIONS = (timeline, event_count, case_status, line_status)
BATCH = 400


class Projector:
    """Runs the `projections` consumer for one worker."""

    def __init__(self, store: Store, owner: str) -> None:
        self._store = store
        self._owner = owner

    async def run(self, lease: Lease) -> int:
        """Fold the next events of a slot; returns how many. Raises `StaleLease`."""
        async with self._store.transaction() as tx:
            await name_session(tx, self._owner)
            rows = await read(tx, lease.slot, lease.position, segment=lease.segment, limit=BATCH)
            if not rows:
                return 0
            await fold(tx, rows)
            await advance(tx, lease, self._owner, rows[-1]["segment"], rows[-1]["position"])
        lease.segment, lease.position = rows[-1]["segment"], rows[-1]["position"]
        return len(rows)


async def fold(tx: Connection, rows: Sequence[asyncpg.Record]) -> None:
    """Apply events of one slot, in order, to every read table."""
    for projection in PROJECTIONS:
        await projection.fold(tx, rows)
