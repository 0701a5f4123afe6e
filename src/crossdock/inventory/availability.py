"""What may be promised: now, by date, and when so much; with the terms behind every number."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from decimal import Decimal
from itertools import groupby
from pathlib import Path

import msgspec

from crossdock.inventory.books import ZERO
from crossdock.store import Connection, load_queries

SQL = load_queries(Path(__file__).with_name("availability.sql"))


class LocationTerms(msgspec.Struct, frozen=True):
    """One location's part: `free = on_hand - safety - reserved - allocated`; `shortage` is the part of `reserved`
    that was told to us beyond stock and waits for supply. `version` counts every change of this position."""

    location: str
    on_hand: Decimal
    safety: Decimal
    reserved: Decimal
    allocated: Decimal
    free: Decimal
    shortage: Decimal
    version: int


class SupplyTerms(msgspec.Struct, frozen=True):
    """One line of expected supply: `open = quantity - received`; what is not pegged may be promised for its date."""

    source: str
    line: str
    location: str
    quantity: Decimal
    received: Decimal
    pegged: Decimal
    expected_on: dt.date
    confidence: str


class MovementTerms(msgspec.Struct, frozen=True):
    """One of the last movements of a position: its number there and what booked it."""

    location: str
    number: int
    kind: str
    on_hand: Decimal
    reserved: Decimal
    free_after: Decimal
    key: str
    occurred_at: dt.datetime


class AvailableOn(msgspec.Struct, frozen=True):
    """What may be promised for a date and after."""

    on: dt.date
    quantity: Decimal


class AvailableToPromise(msgspec.Struct, frozen=True):
    """The answer: a quantity now, the steps by which it rises, and the terms of both."""

    company_id: str
    item: str
    now: Decimal
    by_date: tuple[AvailableOn, ...]
    locations: tuple[LocationTerms, ...]
    supply: tuple[SupplyTerms, ...]
    movements: tuple[MovementTerms, ...]

    def on(self, date: dt.date) -> Decimal:
        """What may be promised for `date`."""
        return max((step.quantity for step in self.by_date if step.on <= date), default=self.now)

    def when(self, quantity: Decimal, today: dt.date) -> dt.date | None:
        """The first date for which `quantity` may be promised; None if nothing expected covers it."""
        if self.now >= quantity:
            return today
        return next((max(step.on, today) for step in self.by_date if step.quantity >= quantity), None)


class _Terms(msgspec.Struct, frozen=True):
    locations: tuple[LocationTerms, ...]
    supply: tuple[SupplyTerms, ...]
    movements: tuple[MovementTerms, ...]


async def available_to_promise(
    tx: Connection, company_id: str, item: str, locations: Sequence[str], movements: int = 3
) -> AvailableToPromise:
    """Answer for one item over `locations`, from one snapshot, with the last `movements` of each location. Cost does
    not grow with history. An item nobody ever had is answered with zeros."""
    text = await tx.fetchval(SQL.terms, company_id, item, list(dict.fromkeys(locations)), movements)
    terms = msgspec.json.decode(text, type=_Terms)
    return AvailableToPromise(
        company_id,
        item,
        sum((max(place.free, ZERO) for place in terms.locations), ZERO),
        by_date(terms.locations, terms.supply),
        terms.locations,
        terms.supply,
        terms.movements,
    )


def by_date(locations: Sequence[LocationTerms], supply: Sequence[SupplyTerms]) -> tuple[AvailableOn, ...]:
    """The steps by which supply that nobody is tied to raises what may be promised.

    What is pegged is spoken for, and so is the shortage it will make good; stock below zero for any other reason eats
    what comes first.
    """
    level = {place.location: place.free + place.shortage for place in locations}
    steps = []
    for day, rows in groupby(sorted(supply, key=lambda row: row.expected_on), key=lambda row: row.expected_on):
        for row in rows:
            level[row.location] += max(row.quantity - row.received, ZERO) - row.pegged
        steps.append(AvailableOn(day, sum((max(quantity, ZERO) for quantity in level.values()), ZERO)))
    return tuple(steps)
