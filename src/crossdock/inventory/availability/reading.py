"""Reads what an answer rests on: from the books as they stand, or as they stood, from their movements alone."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable, Sequence
from decimal import Decimal
from pathlib import Path
from uuid import UUID

import msgspec

from crossdock.inventory.availability.terms import KeptBack, MovementTerms, PhysicalTerms, SupplyTerms
from crossdock.inventory.ledger.books import ZERO
from crossdock.inventory.ledger.lots import Keeping
from crossdock.inventory.ledger.reading import SQL as LEDGER
from crossdock.store import Connection, load_queries
from crossdock.store.arrays import columns, texts

SQL = load_queries(Path(__file__).with_name("reading.sql"))

_STRETCH = 1_000
"""So many movements of a journal are read back at first, four times as many each time they do not do."""


class PositionRow(msgspec.Struct, frozen=True):
    """A row of the promise book as it stands, or stood."""

    item: str
    location: str
    pool: str
    on_hand: Decimal
    safety: Decimal
    reserved: Decimal
    allocated: Decimal
    shortage: Decimal
    version: int
    id: int = 0
    """Told of a past moment alone."""

    @property
    def free(self) -> Decimal:
        """What may be promised here; negative is a shortage."""
        return self.on_hand - self.safety - self.reserved - self.allocated


class KeptRow(KeptBack, frozen=True):
    """What is kept back, and where."""

    item: str
    location: str
    pool: str


class KitLine(msgspec.Struct, frozen=True):
    """One kit takes so many of a component, which may be a kit, too."""

    kit: str
    component: str
    quantity: Decimal


class Facts(msgspec.Struct):
    """What was read; of the components of a kit, and of kits in it, those that began last come last, the rest is in
    no order."""

    positions: list[PositionRow]
    kept_back: list[KeptRow]
    supply: list[SupplyTerms]
    movements: list[MovementTerms]
    physical: list[PhysicalTerms]
    components: list[KitLine] = []
    preferred: str = ""
    """The location of the first item, by master data."""
    heard: dict[str, dt.datetime | None] = {}
    """When each source last said anything, in business time."""


class Wanted(msgspec.Struct, frozen=True):
    """What to read: the positions and supply of `items` and of all they are made of on a day; of the first of them
    also the last `movements` of each position and what lies where; when `sources` last said anything."""

    company_id: str
    items: Sequence[str]
    locations: Sequence[str]
    on: dt.date
    movements: int = 0
    physical: bool = False
    sources: Sequence[str] = ()


async def read_keeping(tx: Connection, company_id: str, items: Iterable[str]) -> dict[str, Keeping]:
    """The lots of items that must keep, and what is promised of them, as the ledger reads it."""
    found = {item: Keeping() for item in items}
    wanted = columns([(company_id, item) for item in sorted(found)], (texts, texts))
    for _, item, location, lot, quantity, expires_on in await tx.fetch(LEDGER.lots_of_items, *wanted):
        found[item].add(location, lot, quantity)
        if expires_on is not None:
            found[item].describe(lot, expires_on)
    for _, item, location, keeps_until, quantity in await tx.fetch(LEDGER.keeping_of_items, *wanted):
        found[item].promise(location, keeps_until, quantity)
    return found


class _Walk:
    """A position's journal, read backwards from a moment: what was promised there, as far as it was found."""

    def __init__(self, position: PositionRow) -> None:
        self.position = position
        self._behind = position.version
        self._found: dict[str, Decimal] = defaultdict(Decimal)
        self._began: set[str] = set()
        self._keep: dict[str, dt.date] = {}

    def take(self, reservation: str, quantity: Decimal, began: bool, short: bool, keeps_until: dt.date | None) -> None:
        """What a stretch says of a promise. What was promised beyond stock is of no goods."""
        self._found[reservation] += quantity
        if began:
            self._began.add(reservation)
            if keeps_until is not None and not short:
                self._keep[reservation] = keeps_until

    @property
    def goes_on(self) -> bool:
        """Are there promises that began before what was read? A promise begins with all of its quantity."""
        known = sum((self._found[name] for name in self._began), ZERO)
        return self._behind > 0 and known != self.position.reserved

    def step(self, length: int) -> tuple[int, int, int]:
        """The next stretch to read: of which position, behind which number, up to which."""
        until, self._behind = self._behind, max(self._behind - length, 0)
        return self.position.id, self._behind, until

    def promise(self, keeping: Keeping) -> None:
        """Tell the lots what is promised of goods that keep."""
        for name, until in self._keep.items():
            keeping.promise(self.position.location, until, self._found[name])


async def read_keeping_then(
    tx: Connection, company_id: str, positions: Sequence[PositionRow], locations: Sequence[str], at: dt.datetime
) -> dict[str, Keeping]:
    """The same as of `at` (technical time), from movements; `positions` as they stood, at `locations`."""
    found = {row.item: Keeping() for row in positions}
    lots = await tx.fetch(SQL.lots_then, company_id, list(found), list(locations), at)
    for item, location, lot, quantity, expires_on in lots:
        found[item].add(location, lot, quantity)
        if expires_on is not None:
            found[item].describe(lot, expires_on)
    for walk in await _walk_back(tx, positions):
        walk.promise(found[walk.position.item])
    return found


async def _walk_back(tx: Connection, positions: Sequence[PositionRow]) -> Iterable[_Walk]:
    """Read journals back to the oldest promise that was open."""
    walks = {row.id: _Walk(row) for row in positions}
    length = _STRETCH
    while back := [walk for walk in walks.values() if walk.goes_on]:
        stretches = [walk.step(length) for walk in back]
        for position, *said in await tx.fetch(SQL.booked, *map(list, zip(*stretches, strict=True))):
            walks[position].take(*said)
        length *= 4
    return walks.values()


class Dropped(msgspec.Struct, frozen=True):
    """What a supplier said last that it has of an item, in its unit, and what was ordered there for customers since;
    the item's base unit, and the one in which it is weighed."""

    base_unit: str
    second_unit: str
    quantity: Decimal | None
    unit: str | None
    stated_at: dt.datetime | None
    ordered_since: Decimal


async def read_dropped(tx: Connection, company_id: str, item: str, supplier: str) -> Dropped:
    """What a supplier said last of an item that it ships to customers."""
    (row,) = await tx.fetch(SQL.dropped, company_id, item, supplier)
    return Dropped(**dict(row))


_FACTS = msgspec.json.Decoder(Facts)
_PHYSICAL = msgspec.json.Decoder(list[PhysicalTerms])


async def read_facts(
    tx: Connection, wanted: Wanted, *, at: dt.datetime | None = None, moment: dt.datetime | None = None
) -> Facts:
    """What is wanted; as of `at` (technical time), which is `moment` in business time, if given. Of what is now, one
    statement, so one snapshot."""
    items, places, sources = list(wanted.items), list(wanted.locations), list(wanted.sources)
    values = (wanted.company_id, items, places, wanted.movements, wanted.on)
    if at is None:
        return _FACTS.decode(await tx.fetchval(SQL.now, *values, wanted.physical, sources))
    facts = _FACTS.decode(await tx.fetchval(SQL.then, *values, at, sources, moment or at, _last_id_by(at)))
    if wanted.physical:
        text = await tx.fetchval(SQL.physical_then, wanted.company_id, items[:1], places, at)
        facts.physical = _PHYSICAL.decode(text)
    return facts


def _last_id_by(technical: dt.datetime) -> UUID:
    """The greatest id that a document could be given by then: ids begin with the milliseconds of their making."""
    return UUID(int=max((int(technical.timestamp() * 1000) + 1 << 80) - 1, 0))
