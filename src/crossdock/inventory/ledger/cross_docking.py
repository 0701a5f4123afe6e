"""Goods that go from a receipt straight to the orders that wait for them: packed at once, and never free.

What is pegged to a supply line is what was kept for an order when it had to wait. So the pegs decide whose goods they
are, as they do where goods are put away first; no stock, safety stock or pool is asked, for none of it is touched.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from decimal import Decimal
from typing import NamedTuple

import msgspec

from crossdock.events.inventory import GoodsCrossDocked, PromisedLine
from crossdock.inventory.ledger.books import ON_THE_BOOK, RESERVED, ZERO, Books, Promise
from crossdock.inventory.ledger.keys import SupplyKey
from crossdock.inventory.ledger.outcomes import LedgerOutcome
from crossdock.model.stock import StockMoveLine

STRAIGHT_TO = "packed"


class CrossDocked(NamedTuple):
    """One piece of a receipt that went straight to a waiting promise: the movement, and what its case is told."""

    booked: StockMoveLine
    waiting: Promise
    line: PromisedLine


def straight(books: Books, company_id: str, line: StockMoveLine, entry: bytes) -> list[CrossDocked]:
    """The pieces of a receipt's line that are pegged to waiting orders, first come first served as the rule says; they
    end what waits for them. The line's other goods are left to the caller."""
    if not line.cross_dock or line.supply is None or (company_id, *line.supply) not in books.supplies:
        return []
    key = (company_id, *line.supply)
    left = line.quantity
    found: list[CrossDocked] = []
    for promise in books.line_up((company_id, line.item)):
        quantity = min(books.pegs[promise.id].get(key, ZERO), promise.remaining, left)
        if quantity > ZERO and _may(promise, quantity, line.location):
            found.append(_take(books, promise, line, quantity, key, entry))
            left -= quantity
    return found


def _may(promise: Promise, quantity: Decimal, location: str) -> bool:
    """Only a case can have goods shipped, and only from where it asked for them. What was withdrawn has its shipping
    order already, which waits for goods on the shelf; goods that must keep are matched to lots there; a component
    waits for the rest of its kit; and who wants all of it gets no part of it."""
    if not promise.subject or promise.withdrawn or promise.together or promise.keeps_until is not None:
        return False
    if location not in promise.candidates:
        return False
    return not promise.whole or quantity == promise.remaining


def _take(
    books: Books, waiting: Promise, line: StockMoveLine, quantity: Decimal, supply: SupplyKey, entry: bytes
) -> CrossDocked:
    """A promise out of a waiting row that is kept in the moment it is made."""
    if waiting.state in ON_THE_BOOK:
        books.book(books.positions[waiting.at], "cross_dock", entry, reserved=-quantity, reservation=waiting.id)
    waiting.fills += 1
    kept = msgspec.structs.replace(
        waiting,
        id=f"{waiting.id}.{waiting.fills}",
        location=line.location,
        pool="",
        quantity=quantity,
        remaining=ZERO,
        state="fulfilled",
        waiting=False,
        backorder=waiting.id,
        fills=0,
        entry=entry,
    )
    books.end(waiting, quantity, "filled")
    books.cover_only_remaining(waiting, (supply,))
    books.add_promise(kept)
    booked = msgspec.structs.replace(
        line, quantity=quantity, to_state=STRAIGHT_TO, reservation=kept.id, only_expected=False, cross_dock=False
    )
    told = PromisedLine(waiting.line, waiting.item, line.location, quantity, kept.id, waiting.id)
    return CrossDocked(booked, waiting, told)


def put_away(books: Books, line: StockMoveLine, entry: bytes) -> bool:
    """Goods that went straight to packed and lie on a shelf after all, for the order they came for: promised to it as
    they are put away, so never free. False where the line is no such thing, or nobody knows that promise any more."""
    kept = books.promises.get(line.reservation) if line.stays_promised_as else None
    if kept is None:
        return False
    again = msgspec.structs.replace(
        kept,
        id=line.stays_promised_as,
        quantity=line.quantity,
        remaining=line.quantity,
        state=RESERVED,
        fills=0,
        entry=entry,
    )
    books.add_promise(again)
    here = books.positions[again.at]
    books.book(here, "put_away", entry, on_hand=line.quantity, reserved=line.quantity, reservation=again.id)
    return True


def news(pieces: Iterable[CrossDocked], receipt: str) -> Iterator[LedgerOutcome]:
    """What the cases whose goods went straight through must hear, each once."""
    told: dict[tuple[str, str], list[PromisedLine]] = defaultdict(list)
    for piece in pieces:
        told[piece.waiting.subject, piece.waiting.company_id].append(piece.line)
    for (subject, company_id), lines in told.items():
        yield LedgerOutcome(subject, company_id, GoodsCrossDocked(receipt, tuple(lines)))
