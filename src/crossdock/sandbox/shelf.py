"""What a channel shows of each article, and what silently goes wrong with what it is told."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from decimal import Decimal
from functools import partial
from typing import Literal
from urllib.parse import unquote

import msgspec

from crossdock.sandbox.books import Body, Book
from crossdock.sandbox.clock import iso
from crossdock.sandbox.http import Request
from crossdock.sandbox.intake import Refused, text
from crossdock.sandbox.stage import Stage

_MOST = 500
Key = tuple[str, str]
Fate = Literal["applied", "ignored_old", "conflicts"]


class StockLevel(msgspec.Struct, frozen=True):
    """How much of one article may be sold. With `if_version`, only while the channel shows that version."""

    sku: str
    quantity: Decimal
    version: int
    entity: str = ""
    if_version: int | None = None


class Shown(msgspec.Struct, frozen=True):
    """What buyers see of one article."""

    level: StockLevel
    changed_at: dt.datetime
    sold: Decimal = Decimal(0)
    """Bought here since the level was written."""


class Shelf:
    """The levels of one channel."""

    def __init__(self, name: str, stage: Stage, book: Book) -> None:
        self._name = name
        self._stage = stage
        self._book = book
        self._shown: dict[Key, Shown] = {}
        self._held: dict[Key, list[StockLevel]] = defaultdict(list)

    def put(self, key: Key, level: StockLevel) -> Fate:
        """Take a level: what is said of it, which need not be what becomes of it."""
        shown = self._shown.get(key)
        if level.if_version is not None and shown is not None and shown.level.version != level.if_version:
            return "conflicts"
        if shown is not None and level.version < shown.level.version:
            return "ignored_old"
        if self._strikes("drop_write", key, level):
            return "applied"
        if self._strikes("delay_write", key, level):
            minutes = self._stage.faults.rates(self._name).write_delay_minutes
            when = self._stage.clock.now() + dt.timedelta(minutes=minutes)
            what = f"{self._name}/level/{key[0]}/{level.sku}/{level.version}"
            self._stage.schedule.at(when, what, partial(self._late, key, level), background=True)
        elif self._strikes("reorder_write", key, level):
            self._held[key].append(level)
        else:
            shows = self._write(key, level)
            if shows is not level:
                self._note("shows_instead", key, shows)
            if self._strikes("double_write", key, level):
                self._held[key].append(level)
        return "applied"

    def sell(self, key: Key, quantity: Decimal) -> None:
        """A buyer bought some: so much less is shown until the next level is written."""
        if shown := self._shown.get(key):
            self._shown[key] = msgspec.structs.replace(shown, sold=shown.sold + quantity)

    def page(self, request: Request, parameters: tuple[str, ...]) -> Body:
        """What is shown: of the articles in `skus` (percent-encoded, with commas), or of all behind `after`."""
        entity, after = request.query.get("entity", ""), request.query.get("after", "")
        try:
            limit = min(_MOST, max(1, int(request.query.get("limit") or _MOST)))
        except ValueError:
            raise Refused(400, "limit is a number") from None
        if wanted := request.query.get("skus"):
            asked = [(entity, unquote(sku)) for sku in wanted.split(",")]
            keys = [key for key in asked if key in self._shown]
            return {"levels": [self._row(key) for key in keys], "after": "", "more": False}
        keys = sorted(key for key in self._shown if key[0] == entity and key[1] > after)
        page = keys[:limit]
        last = page[-1][1] if page else after
        return {"levels": [self._row(key) for key in page], "after": last, "more": len(keys) > limit}

    def _row(self, key: Key) -> Body:
        shown = self._shown[key]
        return {
            "sku": key[1],
            "quantity": text(max(shown.level.quantity - shown.sold, Decimal(0))),
            "version": shown.level.version,
            "sold": text(shown.sold),
            "active": not self._strikes("inactive_listing", key, None),
            "changed_at": iso(shown.changed_at),
        }

    def _late(self, key: Key, level: StockLevel, at: dt.datetime) -> None:
        shown = self._shown.get(key)
        if shown is None or shown.level.version < level.version:
            self._note("shows_late", key, self._write(key, level))

    def _write(self, key: Key, level: StockLevel) -> StockLevel:
        """Returns what shows then."""
        shows = level
        if self._strikes("foreign_write", key, level):
            shows = msgspec.structs.replace(level, quantity=level.quantity + 1, version=level.version + 1)
        for late in self._held.pop(key, ()):
            shows = late
        self._shown[key] = Shown(shows, self._stage.clock.now())
        return shows

    def _note(self, kind: str, key: Key, level: StockLevel) -> None:
        """Write down what becomes of a level: the book is the oracle of tests."""
        told: Body = {"sku": level.sku, "quantity": text(level.quantity), "version": level.version}
        self._book.effect(kind, level.sku, key[0], told)

    def _strikes(self, kind: str, key: Key, level: StockLevel | None) -> bool:
        """Does a fault hit an article, or a level of it? The book says which levels are struck."""
        what = "/".join(key) if level is None else f"{'/'.join(key)}/{level.version}"
        hit = self._stage.faults.strikes(kind, self._name, what, 1)
        if hit and level is not None:
            self._note(f"fault.{kind}", key, level)
        return hit
