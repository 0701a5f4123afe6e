"""Reads what an answer rests on: from the books as they stand, or as they stood, from their movements alone."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from decimal import Decimal
from pathlib import Path

import msgspec

from crossdock.inventory.availability.terms import KeptBack, MovementTerms, PhysicalTerms, SupplyTerms
from crossdock.store import Connection, load_queries

SQL = load_queries(Path(__file__).with_name("reading.sql"))


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
    """One kit takes so many of a component. What the component is made of in its turn is not asked."""

    kit: str
    component: str
    quantity: Decimal


class Facts(msgspec.Struct):
    """What was read; of the components of a kit, those that began last come last, the rest is in no order."""

    positions: list[PositionRow]
    kept_back: list[KeptRow]
    supply: list[SupplyTerms]
    movements: list[MovementTerms]
    physical: list[PhysicalTerms]
    components: list[KitLine] = []
    preferred: str = ""
    """The location of the first item, by master data."""


_FACTS = msgspec.json.Decoder(Facts)
_PHYSICAL = msgspec.json.Decoder(list[PhysicalTerms])


async def read_facts(
    tx: Connection,
    company_id: str,
    items: Sequence[str],
    locations: Sequence[str],
    on: dt.date,
    movements: int = 0,
    physical: bool = False,
    at: dt.datetime | None = None,
) -> Facts:
    """The positions and supply of `items` and of what those are made of on a day; of the first of them also the last
    `movements` of each position and what lies where. As of `at` (technical time) if given."""
    values = (company_id, list(items), list(locations), movements, on)
    if at is None:
        return _FACTS.decode(await tx.fetchval(SQL.now, *values, physical))
    facts = _FACTS.decode(await tx.fetchval(SQL.then, *values, at))
    if physical:
        text = await tx.fetchval(SQL.physical_then, company_id, items[0], list(locations), at)
        facts.physical = _PHYSICAL.decode(text)
    return facts
