"""Goods for who waits: a reservation out of a waiting row, and rows that are served together or not at all."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from decimal import Decimal

import msgspec

from crossdock.events.inventory import PromisedLine
from crossdock.inventory.ledger.books import RESERVED, SHORT, ZERO, Books, Position, Promise
from crossdock.inventory.ledger.keys import ItemKey, PositionKey, SupplyKey
from crossdock.model.quantity import needed

Short = Mapping[PositionKey, Decimal]
"""Position -> what waits there that was told to us: it is on the book already."""


class Filled(msgspec.Struct, frozen=True):
    """One piece of stock that a waiting row got."""

    waiting: Promise
    line: PromisedLine


def grant(
    books: Books, waiting: Promise, at: Position, quantity: Decimal, entry: bytes, supplies: Sequence[SupplyKey]
) -> PromisedLine:
    """A reservation out of a waiting row, which keeps what it still waits for."""
    waiting.fills += 1
    location, pool = at.key[2:]
    granted = msgspec.structs.replace(
        waiting,
        id=f"{waiting.id}.{waiting.fills}",
        location=location,
        pool=pool,
        quantity=quantity,
        remaining=quantity,
        state=RESERVED,
        waiting=False,
        backorder=waiting.id,
        fills=0,
        entry=entry,
        together="",
        per=ZERO,
        beside=(),
    )
    books.end(waiting, quantity, "filled")
    books.cover_only_remaining(waiting, supplies)
    books.add_promise(granted)
    return PromisedLine(waiting.line, waiting.item, location, quantity, granted.id, waiting.id)


def serve(
    books: Books,
    promise: Promise,
    limit: Decimal,
    entry: bytes,
    supplies: Sequence[SupplyKey],
    locations: Sequence[str] = (),
) -> list[Filled]:
    """Give a backorder at most `limit` of what is free at these locations; at all it may be filled from, if none is
    named. What other pools lend is taken last."""
    locations = locations or promise.candidates
    positions = [position for position in books.places(promise) if position.key[2] in locations]
    if books.pools and (here := could_get(books, promise, locations, lent=False)) < limit:
        asker = (promise.source, promise.customer)
        books.borrow(promise.of, locations, *asker, limit - here, promise.keeps_until, entry)
    filled: list[Filled] = []
    for position in positions:
        quantity = min(limit, books.most(position, promise.keeps_until))
        if quantity <= 0:
            continue
        granted = grant(books, promise, position, quantity, entry, supplies)
        books.book(position, "asked_fill", entry, reserved=quantity, reservation=granted.reservation)
        filled.append(Filled(promise, granted))
        limit -= quantity
    return filled


def could_get(books: Books, promise: Promise, locations: Sequence[str], *, lent: bool = True) -> Decimal:
    """What a backorder could be given at some locations, with what other pools would lend if it may be `lent`."""
    asker = (promise.source, promise.customer)
    return books.could_get(promise.of, locations, *asker, promise.keeps_until, lent=lent)


def serve_short(
    books: Books,
    promise: Promise,
    limit: Decimal,
    short: dict[PositionKey, Decimal],
    entry: bytes,
    supplies: Sequence[SupplyKey],
    locations: Sequence[str] = (),
) -> list[Filled]:
    """The same for what was told to us and is on the book already: stock that no backed reservation needs makes it
    good."""
    filled: list[Filled] = []
    for position in books.places(promise):
        if locations and position.key[2] not in locations:
            continue
        quantity = min(limit, _backed(books, promise, position, short))
        if quantity <= 0:
            continue
        home = promise.at
        short[home] -= quantity
        granted = grant(books, promise, position, quantity, entry, supplies)
        # Two movements even where both are at one position: each promise's journal is what is booked for it.
        books.book(books.positions[home], "shift", entry, reserved=-quantity, reservation=promise.id)
        books.book(position, "told_fill", entry, reserved=quantity, reservation=granted.reservation)
        filled.append(Filled(promise, granted))
        limit -= quantity
        if not limit:
            break
    return filled


def _backed(books: Books, promise: Promise, position: Position, short: Short) -> Decimal:
    quantity = position.free + short.get(position.key, ZERO)
    if promise.keeps_until is not None:
        quantity = min(quantity, books.that_keep(position, promise.keeps_until))
    return quantity


def shortages_at(books: Books, items: Sequence[ItemKey]) -> dict[PositionKey, Decimal]:
    """What waits at each position of some items and was told to us."""
    short: dict[PositionKey, Decimal] = defaultdict(Decimal)
    for item in items:
        for promise in books.waiting[item]:
            if promise.waiting and promise.state == SHORT:
                short[promise.at] += promise.remaining
    return short


def serve_set(
    books: Books, promise: Promise, entry: bytes, supplies: Sequence[SupplyKey], most: Decimal | None = None
) -> list[Filled]:
    """Serve a waiting row together with all it waits with: as many whole sets as the scarcest of their items allows,
    each set from one location; at most `most` of them."""
    rows = books.set_of(promise)
    short = shortages_at(books, [row.of for row in rows]) if promise.state == SHORT else {}
    wanted = max(needed(row.remaining, row.per) for row in rows)
    possible, left = dict[str, Decimal](), wanted
    for location in promise.candidates:
        possible[location] = _sets_at(books, rows, left, location, short)
        left -= possible[location]
    if promise.whole and left:
        return []
    limit = wanted if most is None else min(wanted, most)
    filled: list[Filled] = []
    for location, sets in possible.items():
        here = min(sets, limit)
        if here <= 0:
            continue
        for row in rows:
            quantity = row.remaining - (wanted - here) * row.per
            if quantity <= 0:
                continue
            if row.state == SHORT:
                filled += serve_short(books, row, quantity, short, entry, supplies, (location,))
            else:
                filled += serve(books, row, quantity, entry, supplies, (location,))
        wanted, limit = wanted - here, limit - here
    return filled


def _sets_at(books: Books, rows: Sequence[Promise], left: Decimal, location: str, short: Short) -> Decimal:
    """How many of the sets that are `left` a location can serve. Of an item that was picked unasked less waits than
    makes these sets: the first of them need none of it, wherever they are served. What is there of an item in several
    rows is counted once for all of them, beginning with those that need it first."""
    sets = left
    by_item: dict[ItemKey, list[Promise]] = defaultdict(list)
    for row in rows:
        by_item[row.of].append(row)
    for same in by_item.values():
        there, per = _there(books, same[0], location, short), ZERO
        spared = [(max(left * row.per - row.remaining, ZERO), row.per) for row in same]
        for spare, each in sorted(spared, key=lambda one: one[0] // one[1]):
            there, per = there + spare, per + each
            sets = min(sets, there // per)
    return max(sets, ZERO)


def _there(books: Books, row: Promise, location: str, short: Short) -> Decimal:
    """What a waiting row could get at a location."""
    if row.state != SHORT:
        return could_get(books, row, (location,))
    positions = [position for position in books.places(row) if position.key[2] == location]
    here = sum((max(position.free + short.get(position.key, ZERO), ZERO) for position in positions), ZERO)
    if here and row.keeps_until is not None:
        here = min(here, books.that_keep(positions[0], row.keeps_until))
    return here
