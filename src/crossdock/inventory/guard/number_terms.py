"""The terms of a published number: which positions it was added up from, and how.

Most numbers are a plain sum of positions, written as `position:number`. What pools lend, what must keep for the channel
and what is made of components is written as JSON.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal

import msgspec

from crossdock.inventory.ledger.books import ZERO
from crossdock.inventory.ledger.lots import Keeping
from crossdock.model.quantity import tidy

Term = tuple[int, int]
"""A position, and the number of its last movement at that moment."""
Lot = tuple[int, int, dt.date]
"""A physical position, the number of its last movement, and when what lies there expires."""
Held = tuple[int, int, str, dt.date]
"""A promise position, the number of its last movement, a promise there, and the day until which its goods must keep."""


class Keep(msgspec.Struct, frozen=True, omit_defaults=True):
    """Goods must keep `until` a day: what there is with a date, and what of it others were promised."""

    until: dt.date
    lots: tuple[Lot, ...] = ()
    held: tuple[Held, ...] = ()


class Shelf(msgspec.Struct, frozen=True, omit_defaults=True):
    """What counts of an item at one location: what is free at each position, none below zero; what pools lend, too,
    while everybody's position (`shared`) is not short; no more of all that than keeps."""

    location: str = ""
    counts: tuple[Term, ...] = ()
    lends: tuple[Term, ...] = ()
    shared: Term | None = None
    keep: Keep | None = None

    @property
    def is_plain(self) -> bool:
        """Is it a sum of positions?"""
        return not self.lends and self.keep is None


class Part(msgspec.Struct, frozen=True, omit_defaults=True):
    """What one kit takes of a component, and where that lies."""

    item: str
    per: Decimal
    shelves: tuple[Shelf, ...] = ()


class NumberTerms(msgspec.Struct, frozen=True, omit_defaults=True):
    """What a number was added up from: the item's own shelves, and whole kits of its parts, each from one location."""

    shelves: tuple[Shelf, ...] = ()
    parts: tuple[Part, ...] = ()

    def every(self) -> Iterable[Shelf]:
        """All shelves."""
        yield from self.shelves
        for part in self.parts:
            yield from part.shelves

    def own(self) -> list[Term]:
        """The promise positions of the item itself that count."""
        return [term for shelf in self.shelves for term in (*shelf.counts, *shelf.lends)]

    def of_parts(self) -> list[Term]:
        """The same of its parts, each once."""
        shelves = (shelf for part in self.parts for shelf in part.shelves)
        return sorted({term for shelf in shelves for term in (*shelf.counts, *shelf.lends)})

    def positions(self) -> set[Term]:
        """All promise positions that say something about the number."""
        found: set[Term] = set()
        for shelf in self.every():
            found.update(shelf.counts, shelf.lends, [shelf.shared] if shelf.shared else ())
            found.update((position, number) for position, number, _, _ in (shelf.keep.held if shelf.keep else ()))
        return found

    def lots(self) -> set[Term]:
        """All physical positions."""
        kept = (shelf.keep.lots for shelf in self.every() if shelf.keep)
        return {(position, number) for lots in kept for position, number, _ in lots}

    def held(self) -> set[tuple[int, int, str]]:
        """All promises of goods that keep."""
        kept = (shelf.keep.held for shelf in self.every() if shelf.keep)
        return {(position, number, promise) for held in kept for position, number, promise, _ in held}


class Levels(msgspec.Struct):
    """What was there after these movements: free at promise positions, unrestricted at physical ones, held by
    promises."""

    free: Mapping[Term, Decimal]
    unrestricted: Mapping[Term, Decimal] = {}
    held: Mapping[tuple[int, int, str], Decimal] = {}


def write_terms(terms: Sequence[Term]) -> str:
    """Positions as stored beside a number: `position:number`, sorted."""
    return " ".join(f"{position}:{number}" for position, number in sorted(terms))


def write(terms: NumberTerms) -> str:
    """As stored beside a number."""
    if terms.parts or not all(shelf.is_plain for shelf in terms.shelves):
        return msgspec.json.encode(terms).decode()
    return write_terms(terms.own())


def read(text: str) -> NumberTerms:
    """The other way round."""
    if text.startswith("{"):
        return msgspec.json.decode(text, type=NumberTerms)
    pairs = (pair.partition(":") for pair in text.split())
    counts = tuple((int(position), int(number)) for position, _, number in pairs)
    return NumberTerms((Shelf(counts=counts),) if counts else ())


def told(terms: NumberTerms, levels: Levels, hold_back: Decimal) -> Decimal:
    """What a channel is told: what counts, and what can be made, less what is never shown; none below zero."""
    own = sum((_level(shelf, levels) for shelf in terms.shelves), ZERO)
    return tidy(max(own + _kits(terms.parts, levels) - hold_back, ZERO))


def _level(shelf: Shelf, levels: Levels) -> Decimal:
    counted = _free(shelf.counts, levels)
    if shelf.lends and (shelf.shared is None or levels.free[shelf.shared] >= 0):
        counted += _free(shelf.lends, levels)
    return counted if shelf.keep is None else min(counted, _keeps(shelf.keep, levels))


def _free(terms: Iterable[Term], levels: Levels) -> Decimal:
    return sum((max(levels.free[term], ZERO) for term in terms), ZERO)


def _keeps(keep: Keep, levels: Levels) -> Decimal:
    """As the ledger grants it: for each day that somebody was promised, what keeps until then covers all of them."""
    goods = Keeping()
    for position, number, expires_on in keep.lots:
        goods.describe(str(position), expires_on)
        goods.add("", str(position), levels.unrestricted[position, number])
    for position, number, promise, until in keep.held:
        goods.promise("", until, levels.held[position, number, promise])
    return goods.free("", keep.until)


def _kits(parts: Sequence[Part], levels: Levels) -> Decimal:
    """Whole kits: at each location as many as the scarcest component makes."""
    if not parts:
        return ZERO
    possible = [{shelf.location: _level(shelf, levels) // part.per for shelf in part.shelves} for part in parts]
    return sum((min(made.get(location, ZERO) for made in possible) for location in possible[0]), ZERO)
