"""Numbers without gaps: counters locked in name order, taken in the transaction that uses them."""

from __future__ import annotations

from collections.abc import Mapping

from crossdock.log.append import SQL
from crossdock.store import Connection


async def take_numbers(tx: Connection, wanted: Mapping[str, int]) -> dict[str, int]:
    """Take so many numbers of each counter; returns the first of each. Counters start at 1."""
    if not wanted:
        return {}
    names = sorted(wanted)
    rows = await tx.fetch(SQL.take_numbers, names, [wanted[name] for name in names])
    return {name: last - wanted[name] + 1 for name, last in rows}
