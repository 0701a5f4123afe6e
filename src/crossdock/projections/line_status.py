"""`line_status`: the state of every line of every case."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import asyncpg
import msgspec

from crossdock.projections.timeline import SQL
from crossdock.store import Connection
from crossdock.store.arrays import literals


async def fold(tx: Connection, rows: Sequence[asyncpg.Record]) -> None:
    """The last transition of each line in these events says how it stands."""
    last: dict[tuple[str, str], tuple[Any, ...]] = {}
    for row in rows:
        if row["type"] == "CaseMoved":
            for line, _, state in msgspec.json.decode(row["body"]).get("lines", ()):
                key = (row["subject"], line)
                last[key] = (*key, row["company_id"], state, row["occurred_at"])
    if last:
        await tx.execute(SQL.set_lines, *literals([last[key] for key in sorted(last)]))
