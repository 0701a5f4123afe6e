"""Leases by row: a consumer's place in a slot, its owner and epoch. By database clock, no session state.

A batch moves its checkpoint in the transaction of its effects; if the position, owner or epoch is not the expected
one, somebody else took over and the whole batch is undone. Whoever takes over raises the epoch and ends the former
owner's database sessions, which are recognised by the name each batch gives its own transaction.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

import msgspec

from crossdock.log.append import SQL
from crossdock.store import Connection
from crossdock.store.arrays import literals

LEASE = dt.timedelta(seconds=2)


class StaleLease(Exception):
    """Another worker took these slots over; nothing of this batch may be kept."""

    def __init__(self, slots: frozenset[int]) -> None:
        self.slots = slots
        super().__init__(f"slots {sorted(slots)}")


class Lease(msgspec.Struct):
    """A slot held by this worker, and where its consumer stands."""

    consumer: str
    slot: int
    segment: int
    position: int
    epoch: int


async def ensure_consumer(tx: Connection, consumer: str) -> None:
    """Make the consumer's 64 rows if they do not exist."""
    await tx.execute(SQL.ensure_consumer, consumer)


async def acquire(tx: Connection, consumer: str, owner: str, most: int, lease: dt.timedelta = LEASE) -> list[Lease]:
    """Take up to `most` free or expired slots and end what their former owners still have open."""
    former = [row[0] for row in await tx.fetch(SQL.previous_owners, consumer, owner)]
    if former:
        await tx.execute(SQL.terminate_sessions, former)
    return [Lease(*row) for row in await tx.fetch(SQL.acquire, consumer, owner, most, lease)]


class Advance(msgspec.Struct, frozen=True):
    """How far a batch has come in one slot. `lease` is moved by `kept` once the transaction has committed."""

    lease: Lease
    segment: int
    position: int

    def kept(self) -> None:
        """The batch is committed."""
        self.lease.segment, self.lease.position = self.segment, self.position


async def advance(tx: Connection, owner: str, steps: Sequence[Advance], duration: dt.timedelta = LEASE) -> None:
    """Move the checkpoints of one consumer. Raises `StaleLease`, naming the slots that another worker has."""
    leases = [step.lease for step in steps]
    rows = [(s.lease.slot, s.lease.epoch, s.lease.position, s.segment, s.position) for s in steps]
    moved = await tx.fetch(SQL.advance, leases[0].consumer, owner, *literals(rows), duration)
    if lost := {lease.slot for lease in leases} - {row[0] for row in moved}:
        raise StaleLease(frozenset(lost))


async def renew(tx: Connection, consumer: str, owner: str, lease: dt.timedelta = LEASE) -> set[int]:
    """Keep all slots of this owner that no batch holds just now; returns those kept."""
    return {row[0] for row in await tx.fetch(SQL.renew, consumer, owner, lease)}


async def release(tx: Connection, consumer: str, owner: str, slots: Sequence[int]) -> None:
    """Give slots back at once."""
    await tx.execute(SQL.release, consumer, owner, list(slots))


async def standing(tx: Connection, consumer: str, owner: str) -> list[Lease]:
    """The slots that are this owner's, as the rows say."""
    return [
        Lease(consumer, slot, segment, at, epoch)
        for slot, epoch, segment, at in await tx.fetch(SQL.standing, consumer, owner)
    ]
