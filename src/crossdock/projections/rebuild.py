"""Rebuilding: fold the whole log again into empty tables and compare with what stands. Runs no handler."""

from __future__ import annotations

import msgspec

from crossdock.log import SLOTS, read
from crossdock.projections.projector import BATCH, fold
from crossdock.store import Store

TABLES = ("timeline", "event_count", "case_status", "line_status", "drop_shipped")


class Rebuilt(msgspec.Struct, frozen=True):
    """One table after rebuilding: rows compared, and rows that are only in the one or the other."""

    table: str
    rows: int
    only_standing: int
    only_rebuilt: int


async def verify(store: Store) -> list[Rebuilt]:
    """Fold every slot up to the projections' checkpoint into temporary twins of the tables and compare.

    Everything happens in one transaction that changes nothing.
    """
    async with store.transaction(snapshot=True) as tx:
        await tx.execute("set local transaction_timeout = 0")
        # Twins in the temporary schema are found before the tables they are named after.
        for table in TABLES:
            await tx.execute(f"create temporary table {table} (like public.{table} including all) on commit drop")
        places = await tx.fetch("select slot, position from checkpoint where consumer = 'projections'")
        end = {row["slot"]: row["position"] for row in places}
        for slot in range(SLOTS):
            position, segment = 0, 0
            while position < end.get(slot, 0):
                limit = min(BATCH, end[slot] - position)
                rows = await read(tx, slot, position, segment=segment, limit=limit)
                if not rows:
                    break
                await fold(tx, rows)
                position, segment = rows[-1]["position"], rows[-1]["segment"]
        results = []
        for table in TABLES:
            rows_ = await tx.fetchval(f"select count(*) from pg_temp.{table}")  # noqa: S608 - names of our own tables
            missing = f"select count(*) from (table public.{table} except table pg_temp.{table}) as d"  # noqa: S608
            extra = f"select count(*) from (table pg_temp.{table} except table public.{table}) as d"  # noqa: S608
            results.append(Rebuilt(table, rows_, await tx.fetchval(missing), await tx.fetchval(extra)))
    return results
