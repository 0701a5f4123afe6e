"""`event_count`: how many events of each type the log holds."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

import asyncpg

from crossdock.projections.timeline import SQL
from crossdock.store import Connection
from crossdock.store.arrays import literals


async def fold(tx: Connection, rows: Sequence[asyncpg.Record]) -> None:
    """Count, with the rows locked in key order."""
    counts = Counter((row["slot"], row["type"]) for row in rows)
    entries = [(*key, counts[key]) for key in sorted(counts)]
    await tx.execute(SQL.add_counts, *literals(entries))
