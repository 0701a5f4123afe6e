"""What happens when stock becomes free or supply changes: waiting rows first, before any new caller.

Whoever *gives* (a receipt, a release, a change of supply) holds all positions of the item; whoever *takes* holds the
positions it takes from. So the position locks guard promises, supply and pegs of the item, too.
"""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Sequence
from decimal import Decimal

from crossdock.events.inventory import BackorderedLine, BackorderExpected, BackorderFilled, PromisedLine
from crossdock.inventory.ledger.books import SHORT, ZERO, Books, Promise, Supply
from crossdock.inventory.ledger.granting import Filled, serve, serve_set, serve_short, shortages_at
from crossdock.inventory.ledger.keys import ItemKey, SupplyKey
from crossdock.inventory.ledger.outcomes import LedgerOutcome
from crossdock.model.quantity import needed


def fill(books: Books, item: ItemKey, entry: bytes, supplies: Sequence[SupplyKey] = ()) -> list[Filled]:
    """Turn free stock into reservations: told shortages first come first served, then the pegs of the supply that
    came, then everybody else first come first served, skipping who cannot be served whole but must be."""
    line = books.line_up(item)
    filled = _fill_shortages(books, item, [promise for promise in line if promise.state == SHORT], entry, supplies)
    backorders = [promise for promise in line if promise.state != SHORT]
    for supply in supplies:
        for promise in backorders:
            pegged = books.pegs[promise.id].get(supply, ZERO)
            if pegged and promise.waiting:
                filled += _fill_backorder(books, promise, pegged, entry, (supply,))
    for promise in backorders:
        if promise.waiting:
            filled += _fill_backorder(books, promise, promise.remaining, entry, supplies)
    return filled


def _fill_shortages(
    books: Books, item: ItemKey, shortages: list[Promise], entry: bytes, supplies: Sequence[SupplyKey]
) -> list[Filled]:
    filled: list[Filled] = []
    short = shortages_at(books, [item]) if shortages else {}
    for promise in shortages:
        if promise.together:
            filled += serve_set(books, promise, entry, supplies)
            short = shortages_at(books, [item])
        else:
            filled += serve_short(books, promise, promise.remaining, short, entry, supplies)
    return filled


def _fill_backorder(
    books: Books, promise: Promise, limit: Decimal, entry: bytes, supplies: Sequence[SupplyKey]
) -> list[Filled]:
    """Give at most `limit` of what is free where the backorder may be filled from."""
    if promise.together:
        return serve_set(books, promise, entry, supplies, needed(limit, promise.per))
    if promise.whole:
        limit = promise.remaining
        positions = books.places(promise)
        here = sum((max(books.most(position, promise.keeps_until), ZERO) for position in positions), ZERO)
        if here + books.could_borrow(promise.of, promise.candidates, promise.source, promise.customer) < limit:
            return []
    return serve(books, promise, min(limit, promise.remaining), entry, supplies)


def beside(books: Books, items: Sequence[ItemKey]) -> list[ItemKey]:
    """The other items that those who wait for some of these wait for together with them."""
    found = {
        (item[0], other): None
        for item in items
        for promise in books.waiting[item]
        if promise.waiting
        for other in promise.beside
    }
    return [item for item in found if item not in items]


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
