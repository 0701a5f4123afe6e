"""`case_status`: the header state of every case."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import asyncpg
import msgspec

from crossdock.projections.timeline import SQL
from crossdock.store import Connection
from crossdock.store.arrays import literals


async def fold(tx: Connection, rows: Sequence[asyncpg.Record]) -> None:
    """The last transition of each case says how it stands, its first ever when it was opened."""
    last: dict[str, tuple[Any, ...]] = {}
    for row in rows:
        if row["type"] == "CaseMoved":
            body = msgspec.json.decode(row["body"])
            subject, at = row["subject"], row["occurred_at"]
            opened = last[subject][4] if subject in last else at
            last[subject] = (subject, body["process"], row["company_id"], body["to_state"], opened, at)
    if last:
        await tx.execute(SQL.set_cases, *literals([last[key] for key in sorted(last)]))
