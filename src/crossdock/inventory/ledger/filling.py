"""What happens when stock becomes free or supply changes: waiting rows first, before any new caller.

Whoever *gives* (a receipt, a release, a change of supply) holds all positions of the item; whoever *takes* holds the
positions it takes from. So the position locks guard promises, supply and pegs of the item, too.
"""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Sequence
from decimal import Decimal

import msgspec

from crossdock.events.inventory import BackorderedLine, BackorderExpected, BackorderFilled, PromisedLine
from crossdock.inventory.ledger.books import RESERVED, SHORT, ZERO, Books, Position, Promise, Supply
from crossdock.inventory.ledger.keys import ItemKey, PositionKey, SupplyKey
from crossdock.inventory.ledger.outcomes import LedgerOutcome


class Filled(msgspec.Struct, frozen=True):
    """One piece of stock that a waiting row got."""

    waiting: Promise
    line: PromisedLine


def fill(books: Books, item: ItemKey, entry: bytes, supplies: Sequence[SupplyKey] = ()) -> list[Filled]:
    """Turn free stock into reservations: told shortages first come first served, then the pegs of the supply that
    came, then everybody else first come first served, skipping who cannot be served whole but must be."""
    line = books.line_up(item)
    filled = _fill_shortages(books, [promise for promise in line if promise.state == SHORT], entry, supplies)
    backorders = [promise for promise in line if promise.state != SHORT]
    for supply in supplies:
        for promise in backorders:
            pegged = books.pegs[promise.id].get(supply, ZERO)
            if pegged:
                filled += _fill_backorder(books, promise, pegged, entry, (supply,))
    for promise in backorders:
        if promise.waiting:
            filled += _fill_backorder(books, promise, promise.remaining, entry, supplies)
    return filled


def _fill_shortages(
    books: Books, shortages: list[Promise], entry: bytes, supplies: Sequence[SupplyKey]
) -> list[Filled]:
    """A shortage is on the book already: stock that no backed reservation needs makes it good."""
    filled: list[Filled] = []
    short: dict[PositionKey, Decimal] = defaultdict(Decimal)
    for promise in shortages:
        short[promise.at] += promise.remaining
    for promise in shortages:
        for position in books.places(promise):
            quantity = min(promise.remaining, position.free + short[position.key])
            if promise.keeps_until is not None:
                quantity = min(quantity, books.that_keep(position, promise.keeps_until))
            if quantity <= 0:
                continue
            home = promise.at
            short[home] -= quantity
            granted = _grant(books, promise, position, quantity, entry, supplies)
            # Two movements even where both are at one position: each promise's journal is what is booked for it.
            books.book(books.positions[home], "shift", entry, reserved=-quantity, reservation=promise.id)
            books.book(position, "told_fill", entry, reserved=quantity, reservation=granted.reservation)
            filled.append(Filled(promise, granted))
            if not promise.remaining:
                break
    return filled


def _fill_backorder(
    books: Books, promise: Promise, limit: Decimal, entry: bytes, supplies: Sequence[SupplyKey]
) -> list[Filled]:
    """Give at most `limit` of what is free where the backorder may be filled from."""
    positions = books.places(promise)
    asker = (promise.of, promise.candidates, promise.source, promise.customer)
    if promise.whole:
        limit = promise.remaining
        if _here(books, promise, positions) + books.could_borrow(*asker) < limit:
            return []
    limit = min(limit, promise.remaining)
    here = _here(books, promise, positions)
    if books.pools and here < limit:
        books.borrow(*asker, limit - here, entry)
    filled: list[Filled] = []
    for position in positions:
        quantity = min(limit, books.most(position, promise.keeps_until))
        if quantity <= 0:
            continue
        granted = _grant(books, promise, position, quantity, entry, supplies)
        books.book(position, "asked_fill", entry, reserved=quantity, reservation=granted.reservation)
        filled.append(Filled(promise, granted))
        limit -= quantity
    return filled


def _here(books: Books, promise: Promise, positions: Sequence[Position]) -> Decimal:
    return sum((max(books.most(position, promise.keeps_until), ZERO) for position in positions), ZERO)


def _grant(
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
    )
    books.end(waiting, quantity, "filled")
    books.cover_only_remaining(waiting, supplies)
    books.add_promise(granted)
    return PromisedLine(waiting.line, waiting.item, location, quantity, granted.id, waiting.id)


def peg(books: Books, promise: Promise) -> None:
    """Tie what is not yet covered to expected supply of the locations it may come from: earliest, then surest."""
    wanting = promise.remaining - books.pegged(promise)
    if wanting <= 0:
        return
    supplies = [s for s in books.supply_of[(promise.company_id, promise.item)] if s.location in promise.candidates]
    for supply in sorted(supplies, key=Supply.preference):
        quantity = min(wanting, supply.open - supply.pegged)
        if quantity > 0:
            books.set_peg(promise, supply, books.pegs[promise.id].get(supply.key, ZERO) + quantity)
            wanting -= quantity


def repeg(books: Books, item: ItemKey) -> None:
    """Make the pegs of an item true again: none beyond what a supply still brings or where it may be used, and
    whoever is not covered gets what nobody else holds."""
    line = books.line_up(item)
    for promise in line:
        for key in list(books.pegs[promise.id]):
            supply = books.supplies[key]
            if supply.location not in promise.candidates or supply.item != promise.item:
                books.set_peg(promise, supply, ZERO)
    for supply in books.supply_of[item]:
        for promise in reversed(line):
            excess = supply.pegged - supply.open
            if excess <= 0:
                break
            held = books.pegs[promise.id].get(supply.key, ZERO)
            books.set_peg(promise, supply, held - min(held, excess))
    for promise in sorted(line, key=lambda promise: promise.state != SHORT):
        peg(books, promise)


Outlook = dict[str, tuple[Decimal, dt.date | None]]
"""Waiting row -> how much of it is pegged, and until when."""


def outlook(books: Books, items: Sequence[ItemKey]) -> Outlook:
    """What those who wait for these items have been told to expect."""
    return {
        promise.id: (books.pegged(promise), books.expected_on(promise))
        for item in items
        for promise in books.waiting[item]
        if promise.waiting
    }


def news(
    books: Books, items: Sequence[ItemKey], before: Outlook, filled: Sequence[Filled], receipt: str
) -> list[LedgerOutcome]:
    """What cases must hear: their backorders that were filled, and those whose supply is another than before."""
    fills: dict[tuple[str, str], list[PromisedLine]] = defaultdict(list)
    for piece in filled:
        fills[(piece.waiting.subject, piece.waiting.company_id)].append(piece.line)
    expected: dict[tuple[str, str], list[BackorderedLine]] = defaultdict(list)
    for item in items:
        for promise in books.line_up(item):
            now = (books.pegged(promise), books.expected_on(promise))
            if promise.id in before and before[promise.id] != now:
                line = BackorderedLine(promise.line, promise.item, promise.remaining, promise.id, *now)
                expected[(promise.subject, promise.company_id)].append(line)
    outcomes = [
        LedgerOutcome(subject, company, BackorderFilled(receipt, tuple(lines)))
        for (subject, company), lines in fills.items()
    ]
    outcomes += [
        LedgerOutcome(subject, company, BackorderExpected(tuple(lines)))
        for (subject, company), lines in expected.items()
    ]
    return outcomes
