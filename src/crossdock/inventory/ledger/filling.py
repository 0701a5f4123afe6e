"""What happens when stock becomes free or supply changes: waiting rows first, before any new caller.

Whoever *gives* (a receipt, a release, a change of supply) holds all positions of the item; whoever *takes* holds the
positions it takes from. So the position locks guard promises, supply and pegs of the item, too.
"""

from __future__ import annotations

import datetime as dt
import heapq
from collections import defaultdict
from collections.abc import Mapping, Sequence, Set
from decimal import Decimal

from crossdock.events.inventory import BackorderedLine, BackorderExpected, BackorderFilled, PromisedLine
from crossdock.inventory.ledger.allotment import rebalance
from crossdock.inventory.ledger.books import SHORT, ZERO, Books, Promise, Supply
from crossdock.inventory.ledger.granting import Filled, could_get, serve, serve_set, serve_short, shortages_at
from crossdock.inventory.ledger.keys import ItemKey, SupplyKey
from crossdock.inventory.ledger.outcomes import LedgerOutcome
from crossdock.model.quantity import needed


def fill(books: Books, item: ItemKey, entry: bytes, supplies: Sequence[SupplyKey] = ()) -> list[Filled]:
    """Turn free stock of one item into reservations, as `fill_all` does."""
    return fill_all(books, [item], entry, {item: supplies})


def fill_all(
    books: Books, items: Sequence[ItemKey], entry: bytes, came: Mapping[ItemKey, Sequence[SupplyKey]]
) -> list[Filled]:
    """Turn free stock into reservations: told shortages first come first served, then the pegs of the supply that
    came, then everybody else first come first served, skipping who cannot be served whole but must be.

    All items stand in one queue: a set takes of several of them, and must not come before those who wait for one of
    the others and come first. A told kit may leave goods of its other items free where it waited; who waits for those
    has them before any new caller."""
    line = _line_up(books, items)
    supplies = [supply for item in items for supply in came.get(item, ())]
    shortages = [promise for promise in line if promise.state == SHORT]
    held = {*items, *beside(books, items)} if any(promise.together for promise in shortages) else frozenset(items)
    filled = _fill_shortages(books, shortages, entry, supplies)
    if freed := _freed(books, filled, items):
        items = [*items, *freed]
        for item in freed if books.rebalances else ():
            rebalance(books, item, entry)
        line = [promise for promise in _line_up(books, items) if _is_held(promise, held)]
    backorders = [promise for promise in line if promise.state != SHORT]
    if supplies:
        given = frozenset(items)
        for promise in backorders:
            if promise.waiting and (pegged := _pegged(books, promise, supplies)):
                filled += _fill_pegged(books, promise, pegged, entry, supplies, given)
    for promise in backorders:
        if promise.waiting:
            filled += _fill_backorder(books, promise, promise.remaining, entry, supplies)
    return filled


def _freed(books: Books, shortages: Sequence[Filled], items: Sequence[ItemKey]) -> list[ItemKey]:
    """Items of which goods were kept at one position for a told kit that got others at another: they are free now."""
    freed = (
        piece.waiting.of
        for piece in shortages
        if piece.waiting.of not in items and books.promises[piece.line.reservation].at != piece.waiting.at
    )
    return list(dict.fromkeys(freed))


def _is_held(promise: Promise, held: Set[ItemKey]) -> bool:
    """Are all items held that it waits for? A set that is not is served when next somebody gives one of its items."""
    return all((promise.company_id, item) in held for item in promise.beside)


def _line_up(books: Books, items: Sequence[ItemKey]) -> list[Promise]:
    """Who waits for some items. Each item's own order stays as it is; where items have different rules, who came first
    comes first among them, and a set comes when it is its turn for all of them."""
    lines = {item: line for item in items if (line := books.line_up(item))}
    if len(lines) <= 1:
        return next(iter(lines.values()), [])
    rules = (books.pools.fill_rule(item) for item in lines)
    if len({(rule.order, rule.channels) if rule else () for rule in rules}) == 1:
        return books.in_order([promise for line in lines.values() for promise in line], next(iter(lines)))
    merged = list(heapq.merge(*lines.values(), key=lambda promise: (not promise.withdrawn, promise.asked_number)))
    last = {promise.together: promise.id for promise in merged}
    return [promise for promise in merged if not promise.together or last[promise.together] == promise.id]


def _pegged(books: Books, promise: Promise, supplies: Sequence[SupplyKey]) -> Decimal:
    """How much of a waiting row is pegged to these supplies."""
    pegs = books.pegs[promise.id]
    return sum((pegs[key] for key in dict.fromkeys(supplies) if key in pegs), ZERO) if pegs else ZERO


def _fill_shortages(
    books: Books, shortages: Sequence[Promise], entry: bytes, supplies: Sequence[SupplyKey]
) -> list[Filled]:
    filled: list[Filled] = []
    items = list(dict.fromkeys(promise.of for promise in shortages))
    short = shortages_at(books, items)
    for promise in shortages:
        if not promise.together:
            filled += serve_short(books, promise, promise.remaining, short, entry, supplies)
        elif promise.waiting and (served := serve_set(books, promise, entry, supplies)):
            filled += served
            short = shortages_at(books, items)
    return filled


def _fill_pegged(
    books: Books,
    promise: Promise,
    pegged: Decimal,
    entry: bytes,
    supplies: Sequence[SupplyKey],
    given: Set[ItemKey],
) -> list[Filled]:
    """Give what was pegged to the supply that came. A set gets as many as its pegs make of all items that are given:
    what came of them otherwise is for those who come first. Who must be served whole gets all of it or nothing."""
    if not promise.together:
        return _fill_backorder(books, promise, pegged, entry, supplies)
    rows = books.set_of(promise)
    wanted = max(needed(row.remaining, row.per) for row in rows)
    most = wanted
    for item in {row.of for row in rows} & given:
        same = [row for row in rows if row.of == item]
        per = sum((row.per for row in same), ZERO)
        # Of what was picked unasked less waits than these sets take: the first of them take none of it.
        spare = wanted * per - sum((row.remaining for row in same), ZERO)
        kept = sum((_pegged(books, row, supplies) for row in same), ZERO)
        most = min(most, needed(kept + spare, per) if kept else spare // per)
    return serve_set(books, promise, entry, supplies, None if promise.whole else most) if most else []


def _fill_backorder(
    books: Books, promise: Promise, limit: Decimal, entry: bytes, supplies: Sequence[SupplyKey]
) -> list[Filled]:
    """Give at most `limit` of what is free where the backorder may be filled from."""
    if promise.together:
        return serve_set(books, promise, entry, supplies)
    if promise.whole:
        limit = promise.remaining
        if could_get(books, promise, promise.candidates) < limit:
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
