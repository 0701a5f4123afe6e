"""Reading by slot and position."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import asyncpg

from crossdock.events.envelope import Envelope, Event
from crossdock.log.append import SQL
from crossdock.log.codec import decode_body
from crossdock.log.leases import Advance, Lease
from crossdock.store import Connection
from crossdock.store.arrays import literals, numbers, texts


async def read(
    tx: Connection, slot: int, after: int, *, segment: int = 0, limit: int = 100
) -> Sequence[asyncpg.Record]:
    """The next rows of a slot behind position `after`, oldest first; `segment` is where that position was."""
    return await tx.fetch(SQL.read_slot, segment, slot, after, limit)


async def read_slots(
    tx: Connection, wanted: Sequence[tuple[Lease, int]], *, without: Sequence[str] = ()
) -> Sequence[asyncpg.Record]:
    """The next rows of several slots, up to so many of each, slot by slot, in one query.

    Events of the types in `without` are left out, unless such a one is the last of its slot.
    """
    columns = [(lease.segment, lease.slot, lease.position, most) for lease, most in wanted]
    return await tx.fetch(SQL.read_slots, *literals(columns), texts(without))


def advances(wanted: Sequence[tuple[Lease, int]], rows: Iterable[asyncpg.Record]) -> list[Advance]:
    """How far these rows bring each slot."""
    last = {row["slot"]: row for row in rows}
    return [
        Advance(lease, last[lease.slot]["segment"], last[lease.slot]["position"])
        for lease, _ in wanted
        if lease.slot in last
    ]


async def heads(tx: Connection, slots: Sequence[int]) -> dict[int, int]:
    """The last position of each slot."""
    return {row[0]: row[2] for row in await tx.fetch(SQL.heads, numbers(slots))}


def envelope(row: asyncpg.Record) -> Envelope:
    """The header of a stored event."""
    return Envelope(*row[:3], *row[3:23])


def decode(rows: Iterable[asyncpg.Record]) -> list[Event]:
    """Rows as events. Raises `UnknownEvent` for types or versions this release does not know."""
    return [Event(envelope(row), decode_body(row[4], row[5], row[23])) for row in rows]
