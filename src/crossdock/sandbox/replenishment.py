"""The purchasing department of the simulated ERP: its own view of supply and demand, and a reorder point per item.

It knows what it was told: sales orders, receipts, adjustments and confirmations posted to the ERP. Goods on order that
nobody delivered or confirmed anew stop counting after a while, so that every shortage is ordered again.
"""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable
from decimal import ROUND_CEILING, Decimal

import msgspec

from crossdock.sandbox.clock import Calendar
from crossdock.sandbox.dataset import ZERO
from crossdock.sandbox.plan import Item, StockPoint

Key = tuple[str, str]
"""Entity and item."""
_SMALL_PACK, _LARGE_PACK = Decimal(6), Decimal(12)
_NO_POINT = StockPoint({}, ZERO, ZERO)


class OrderedLine(msgspec.Struct):
    """A purchase order line as purchasing sees it."""

    key: Key
    line: str
    quantity: Decimal
    cost: Decimal
    expected_on: dt.date
    confirmed: Decimal | None = None
    confirmed_on: dt.date | None = None
    received: Decimal = ZERO
    cancelled: bool = False
    closed: bool = False

    @property
    def open(self) -> Decimal:
        """What should still come."""
        if self.cancelled or self.closed:
            return ZERO
        return max(ZERO, (self.quantity if self.confirmed is None else self.confirmed) - self.received)


class Need(msgspec.Struct, frozen=True):
    """One item to order, and how much."""

    item: Item
    quantity: Decimal


class Replenishment:
    """Stock and supply by entity and item, over all warehouses of the entity."""

    def __init__(
        self, items: dict[Key, Item], stock: dict[Key, StockPoint], calendar: Calendar, grace_days: int
    ) -> None:
        self._items = items
        self._stock = stock
        self._calendar = calendar
        self._grace_days = grace_days
        self._view: dict[Key, Decimal] = defaultdict(Decimal)
        for key, point in stock.items():
            self._view[key] = sum(point.opening.values(), ZERO)
        self._lines: dict[tuple[str, str], dict[str, OrderedLine]] = defaultdict(dict)
        self._by_item: dict[Key, list[OrderedLine]] = defaultdict(list)

    def change(self, entity: str, item: str, quantity: Decimal) -> None:
        """Goods came (positive), were ordered by customers or vanished (negative)."""
        self._view[entity, item] += quantity

    def sell(self, entity: str, item: str, quantity: Decimal) -> None:
        """Customers ordered: of a kit, what is not there as such takes components."""
        known = self._items.get((entity, item))
        there = quantity
        if known is not None and known.components:
            there = min(quantity, max(self._view[entity, item], ZERO))
            for part, per in known.components:
                self.change(entity, part, (there - quantity) * per)
        self.change(entity, item, -there)

    def place(self, entity: str, order: str, lines: Iterable[OrderedLine]) -> None:
        """A purchase order went out."""
        for line in lines:
            self._lines[entity, order][line.line] = line
            self._by_item[line.key].append(line)

    def line(self, entity: str, order: str, line: str) -> OrderedLine | None:
        """A line of a purchase order, if there is one."""
        return self._lines[entity, order].get(line)

    def confirm(self, entity: str, order: str, line: str, quantity: Decimal, on: dt.date | None) -> None:
        """The supplier said how much comes, over all its answers, and when the last of it does."""
        known = self.line(entity, order, line)
        if known is not None:
            known.confirmed = quantity
            if on is not None:
                known.confirmed_on = known.expected_on = on

    def receive(self, entity: str, order: str, line: str, quantity: Decimal, on: dt.date) -> None:
        """Goods were counted in. What is then still missing counts only if it was promised for a later day."""
        known = self.line(entity, order, line)
        if known is not None:
            known.received += quantity
            known.closed = known.confirmed_on is None or known.confirmed_on <= on

    def on_order(self, key: Key, today: dt.date) -> Decimal:
        """What purchasing still counts on."""
        return sum((line.open for line in self._by_item[key] if not self._lapsed(line, today)), ZERO)

    def _lapsed(self, line: OrderedLine, today: dt.date) -> bool:
        return today > self._calendar.next_working_day(line.expected_on, self._grace_days)

    def needs(self, today: dt.date) -> dict[tuple[str, str, str], list[Need]]:
        """What to order now, by entity, vendor and site."""
        found: dict[tuple[str, str, str], list[Need]] = defaultdict(list)
        for key in sorted(self._view):
            item = self._items.get(key)
            if item is None or item.charge:
                continue
            policy = self._stock.get(key, _NO_POINT)
            available = self._view[key] + self.on_order(key, today)
            if available < policy.point or available < 0:
                wanted = in_packs(max(policy.target, policy.point) - available)
                found[item.entity, item.vendor, item.site].append(Need(item, wanted))
        return dict(sorted(found.items()))

    def satisfied(self, today: dt.date) -> bool:
        """Is nothing needed, and would nothing be needed if no open order ever came?"""
        for key, view in self._view.items():
            policy = self._stock.get(key, _NO_POINT)
            if key in self._items and min(view, view - policy.point) < 0 and not self._items[key].charge:
                return False
        return True


def in_packs(quantity: Decimal) -> Decimal:
    """Small quantities exactly, larger ones in whole packs."""
    if quantity <= _SMALL_PACK:
        return quantity
    pack = _SMALL_PACK if quantity <= 4 * _LARGE_PACK else _LARGE_PACK
    return (quantity / pack).to_integral_value(ROUND_CEILING) * pack
