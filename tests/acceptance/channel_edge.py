"""What happened at the edge of the channels, by their own books: what each was told, what it showed, which faults
struck, and what came of them. Nothing here asks our books what is right."""

from __future__ import annotations

import datetime as dt
import re
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
from typing import Any, NamedTuple

Place = tuple[str, str, str]
"""Company, channel, item."""
Row = Mapping[str, Any]
"""A change of a drift: `at`, `cause`, `detail`, `state`."""

HIDING = frozenset({"drop_write", "delay_write", "reorder_write"})
"""The level does not show when it was told."""
BEHIND = frozenset({"reorder_write", "double_write"})
"""The level shows in place of the next one."""
CAUSES = {
    "drop_write": {"missing"},
    "delay_write": {"missing", "late"},
    "reorder_write": {"missing", "late"},
    "double_write": {"late"},
    "foreign_write": {"unowned_change"},
}
SOLD = re.compile(r"^(\S+) that it sold")
LOST = "that it sold never came to us as orders"
_VERSION = re.compile(r"version (\d+)")


class Level(NamedTuple):
    """What was told or shows from a moment on."""

    at: dt.datetime
    version: int
    quantity: Decimal


class Strike(NamedTuple):
    """A fault that came to something at a moment. `version` is the one that a drift would name."""

    place: Place
    fault: str
    version: int
    at: dt.datetime


class Sale(NamedTuple):
    """A line of an order that was placed at a channel."""

    place: Place
    order: str
    quantity: Decimal
    at: dt.datetime


class Span(NamedTuple):
    """A time in which a channel showed something else than it was told. Open, if it never ended."""

    begins: dt.datetime
    ends: dt.datetime | None

    def holds(self, at: dt.datetime) -> bool:
        """Did a moment fall into it?"""
        return self.begins <= at and (self.ends is None or at < self.ends)

    def is_over_by(self, at: dt.datetime) -> bool:
        """Had it ended by a moment?"""
        return self.ends is not None and self.ends <= at


class Edge:
    """Everything that the books of the channels say, by article. `effects` are those of each channel, in order."""

    def __init__(self, effects: Mapping[str, Sequence[Mapping[str, Any]]]) -> None:
        self.told: dict[Place, list[Level]] = defaultdict(list)
        self.shown: dict[Place, list[Level]] = defaultdict(list)
        self.strikes: dict[Place, list[Strike]] = defaultdict(list)
        self.sold: dict[Place, list[Sale]] = defaultdict(list)
        self.untold: set[str] = set()
        """Orders that are in no feed: dropped, or held back to the end."""
        self.late: set[str] = set()
        """Orders that were held back for a while."""
        self._struck: dict[Place, dict[int, set[str]]] = defaultdict(lambda: defaultdict(set))
        self._instead: dict[Place, Level] = {}
        for channel, lines in effects.items():
            held: set[str] = set()
            for effect in lines:
                self._take(channel, effect)
                self._take_order(effect, held)
            self.untold |= held

    def _take(self, channel: str, effect: Mapping[str, Any]) -> None:
        kind, body, at = effect["kind"], effect["body"], at_of(effect)
        if kind == "stock_levels":
            for level in body["levels"]:
                self._tell((effect["entity"], channel, level["sku"]), level_of(at, level))
        elif kind == "order.placed":
            for line in body.get("items", body.get("lines", ())):
                place = (effect["entity"], channel, line.get("sku", line.get("item")))
                quantity = Decimal(line.get("qty", line.get("quantity")))
                self.sold[place].append(Sale(place, effect["key"], quantity, at))
        elif kind.removeprefix("fault.") in CAUSES:
            place = (effect["entity"], channel, body["sku"])
            self._struck[place][body["version"]].add(kind.removeprefix("fault."))
        elif kind == "shows_instead":
            self._instead[effect["entity"], channel, body["sku"]] = level_of(at, body)
        elif kind == "shows_late":
            self._show((effect["entity"], channel, body["sku"]), level_of(at, body), None)

    def _take_order(self, effect: Mapping[str, Any], held: set[str]) -> None:
        """What is held back stands in the feed behind the next order that does. The book says what struck an order
        before it says that it was placed."""
        kind, order = effect["kind"], effect["key"]
        if kind == "fault.drop_order":
            self.untold.add(order)
        elif kind == "fault.reorder_order":
            held.add(order)
            self.late.add(order)
        elif kind == "order.placed" and order not in self.untold and order not in held:
            held.clear()

    def _tell(self, place: Place, level: Level) -> None:
        self.told[place].append(level)
        hidden = sorted(self._struck[place][level.version] & HIDING)
        self.strikes[place] += [Strike(place, fault, level.version, level.at) for fault in hidden]
        if not hidden:
            self._show(place, self._instead.pop(place, level)._replace(at=level.at), level)

    def _show(self, place: Place, shows: Level, told: Level | None) -> None:
        """`told` is what the channel was told at this moment, if it was: what was delayed shows without that, and so
        does what shows in its place."""
        self.shown[place].append(shows)
        behind = sorted(self._struck[place][shows.version] & BEHIND)
        if behind and (told is None or shows.version < told.version):
            self.strikes[place] += [Strike(place, fault, shows.version, shows.at) for fault in behind]
        elif "foreign_write" in self._struck[place][shows.version - 1] and not self._was_told(place, shows):
            self.strikes[place].append(Strike(place, "foreign_write", shows.version, shows.at))

    def _was_told(self, place: Place, shows: Level) -> bool:
        return any((told.version, told.quantity) == shows[1:] for told in self.told[place])

    def spans(self, place: Place) -> list[Span]:
        """When a channel did not show what it was told."""
        found: list[Span] = []
        moments = sorted({level.at for level in (*self.told[place], *self.shown[place])})
        begins: dt.datetime | None = None
        for at in moments:
            differs = _differ(last(self.told[place], at), last(self.shown[place], at))
            if differs and begins is None:
                begins = at
            elif not differs and begins is not None:
                found.append(Span(begins, at))
                begins = None
        return found if begins is None else [*found, Span(begins, None)]

    def unheard(self) -> Iterator[Sale]:
        """What was sold in orders that nobody ever tells of."""
        for sales in self.sold.values():
            yield from (sale for sale in sales if sale.order in self.untold)

    def sold_between(self, place: Place, begins: dt.datetime, ends: dt.datetime, orders: set[str] | None) -> Decimal:
        """What was sold of an article, both ends included; with `orders`, in these."""
        return sum(
            (
                sale.quantity
                for sale in self.sold[place]
                if begins <= sale.at <= ends and (orders is None or sale.order in orders)
            ),
            Decimal(0),
        )


def names(row: Row, strike: Strike) -> bool:
    """Does a change of a drift name the version that a fault is about, as what it was, and not before it struck?"""
    versions = {int(number) for number in _VERSION.findall(row["detail"])}
    return strike.version in versions and row["cause"] in CAUSES[strike.fault] and strike.at <= row["at"]


def last(levels: Sequence[Level], at: dt.datetime) -> Level | None:
    """What was said by a moment."""
    return next((level for level in reversed(levels) if level.at <= at), None)


def after(levels: Sequence[Level], at: dt.datetime) -> Level | None:
    """What was said first after a moment."""
    return next((level for level in levels if level.at > at), None)


def level_of(at: dt.datetime, level: Mapping[str, Any]) -> Level:
    """A level as a book writes it."""
    return Level(at, level["version"], Decimal(level["quantity"]))


def at_of(effect: Mapping[str, Any]) -> dt.datetime:
    """When the book wrote it down."""
    return dt.datetime.fromisoformat(effect["at"])


def _differ(told: Level | None, shown: Level | None) -> bool:
    if told is None or shown is None:
        return told is not shown
    return (told.version, told.quantity) != (shown.version, shown.quantity)
