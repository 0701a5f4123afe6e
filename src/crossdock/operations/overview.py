"""The installation in numbers: for the start page of operations, the demo's progress, and knowing when all is done."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from decimal import Decimal
from pathlib import Path

import msgspec

from crossdock.store import Connection, Store, load_queries

_SQL = load_queries(Path(__file__).with_name("overview.sql"))


class Overview(msgspec.Struct, frozen=True):
    """Counts since the beginning; `*_under_way`, `open_*`, quantities and `business_now` are of this moment."""

    events: int
    orders: int
    purchase_orders: int
    promised: int
    shipments: int
    purchase_orders_sent: int
    invoiced: int
    matched: int
    receipts: int
    acknowledgements: int
    open_exceptions: int
    exceptions: int
    dead_letters: int
    deliveries: int
    deliveries_under_way: int
    quarantined: int
    on_hand: Decimal
    reserved: Decimal
    waiting: int
    business_now: dt.datetime


class WorkLeft(msgspec.Struct, frozen=True):
    """What still runs by itself. All zero: the installation is at rest."""

    events: int
    deliveries: int
    deadlines: int
    documents: int

    @property
    def none(self) -> bool:
        """Nothing left."""
        return not (self.events or self.deliveries or self.deadlines or self.documents)


async def overview(store: Store, partners: list[str]) -> Overview:
    """Counts as of now. `partners` are the trading partners, whose copies of our invoices are not counted twice."""
    async with store.transaction(readonly=True) as tx:
        row = await tx.fetchrow(_SQL.counts, partners)
    assert row is not None
    return Overview(**dict(row))


async def lines_by_state(store: Store, process: str) -> Mapping[str, int]:
    """How many lines of a process's cases are in which state."""
    async with store.transaction(readonly=True) as tx:
        return {row[0]: row[1] for row in await tx.fetch(_SQL.lines_by_state, process)}


async def exceptions_by_code(store: Store) -> Mapping[str, tuple[int, int]]:
    """Code -> (how many ever, how many open)."""
    async with store.transaction(readonly=True) as tx:
        return {row[0]: (row[1], row[2]) for row in await tx.fetch(_SQL.exceptions_by_code)}


async def work_left(store: Store) -> WorkLeft:
    """What still runs by itself."""
    async with store.transaction(readonly=True) as tx:
        row = await tx.fetchrow(_SQL.work_left)
    assert row is not None
    return WorkLeft(**dict(row))


async def events_behind(tx: Connection) -> int:
    """Events that one of the consumers has not read yet."""
    return int(await tx.fetchval(_SQL.events_behind))


async def movements(store: Store) -> int:
    """Physical movements booked."""
    async with store.transaction(readonly=True) as tx:
        return int(await tx.fetchval(_SQL.movements))
