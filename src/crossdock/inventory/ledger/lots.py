"""Promises of goods that keep: from lots that do not expire before the day a customer needs them to.

The promise book knows no lots: which one is picked is the warehouse's choice. So a promise is granted only if there is
still a way to serve everybody: for each day that somebody was promised, the goods that keep until then cover all who
need them to. Those without a need take what is left, so they are in nobody's way.
"""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable
from decimal import Decimal

from crossdock.inventory.ledger.keys import ItemKey

ZERO = Decimal(0)


class Keeping:
    """The lots of one item that may be promised, by location, and what is promised of goods that keep."""

    def __init__(self) -> None:
        self._stock: dict[tuple[str, str], Decimal] = defaultdict(Decimal)
        self._expires: dict[str, dt.date] = {}
        self._promised: dict[str, dict[dt.date, Decimal]] = defaultdict(lambda: defaultdict(Decimal))

    def describe(self, lot: str, expires_on: dt.date) -> None:
        """When a lot expires."""
        self._expires[lot] = expires_on

    def add(self, location: str, lot: str, quantity: Decimal) -> None:
        """So much more of a lot is unrestricted at a location; less if negative."""
        self._stock[location, lot] += quantity

    def promise(self, location: str, keeps_until: dt.date, quantity: Decimal) -> None:
        """So much more is promised there of goods that keep until a day; less if negative."""
        self._promised[location][keeps_until] += quantity

    def free(self, location: str, keeps_until: dt.date) -> Decimal:
        """What may still be promised there of goods that keep until a day."""
        days = {day for day in self._promised[location] if day <= keeps_until} | {keeps_until}
        return max(min(self._keep(location, day) - self._needed(location, day) for day in days), ZERO)

    def _keep(self, location: str, day: dt.date) -> Decimal:
        return sum(
            (
                quantity
                for (place, lot), quantity in self._stock.items()
                if place == location and lot in self._expires and self._expires[lot] >= day
            ),
            ZERO,
        )

    def _needed(self, location: str, day: dt.date) -> Decimal:
        return sum((quantity for until, quantity in self._promised[location].items() if until >= day), ZERO)


class Lots:
    """What the requests of a batch must know of lots: nothing, unless somebody asks for goods that keep."""

    def __init__(self) -> None:
        self._items: dict[ItemKey, Keeping] = {}

    def watch(self, items: Iterable[ItemKey]) -> None:
        """These items are read: from now on what happens to them is followed."""
        for item in items:
            self._items.setdefault(item, Keeping())

    def of(self, item: ItemKey) -> Keeping | None:
        """The lots of an item, if it is watched."""
        return self._items.get(item)
