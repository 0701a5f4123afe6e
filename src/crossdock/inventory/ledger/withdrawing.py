"""Making promises again after a shortage: who was promised last, waits.

Goods got lost, were damaged, or were shipped beyond what was asked. Then more is promised at a place than is there, and
somebody will not get it: callers whose reservation is for a time only, then those due last, then those who came last;
everybody's stock before what was set aside. What was picked is no promise any more, so it is never taken back.
"""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Sequence
from decimal import Decimal

from crossdock.events.inventory import (
    PromisesWithdrawn,
    PromiseWithdrawn,
    WithdrawnPiece,
    WithdrawnPromisesServed,
)
from crossdock.inventory.ledger.allotment import rebalance
from crossdock.inventory.ledger.books import ZERO, Books, Position, Promise
from crossdock.inventory.ledger.filling import beside, fill, news, outlook, repeg
from crossdock.inventory.ledger.granting import Filled
from crossdock.inventory.ledger.keys import PositionKey
from crossdock.inventory.ledger.outcomes import LedgerOutcome, RepromiseRequest
from crossdock.inventory.ledger.pools import SHARED


def repromise(books: Books, request: RepromiseRequest, entry: bytes) -> list[LedgerOutcome]:
    """Withdraw what has no goods, at all pools of the location, and serve those who now wait from what there is."""
    item = (request.company_id, request.item)
    items = [item, *beside(books, [item])]
    before = outlook(books, items)
    if books.rebalances:
        rebalance(books, item, entry)
    here = [position for position in books.of_item[item] if position.key[2] == request.location]
    here.sort(key=lambda position: (position.key[3] != SHARED, position.key[3]))
    withdrawn = [row for position in here for row in _withdraw(books, position, entry)]
    filled: list[Filled] = fill(books, item, entry)
    for each in items:
        repeg(books, each)
    if not withdrawn:
        return news(books, items, before, filled, request.key)
    told = [_tell(books, promise, waiting) for promise, waiting in withdrawn]
    pieces = tuple(_piece(promise, waiting) for promise, waiting in withdrawn)
    body = PromisesWithdrawn(request.item, request.location, request.subject, pieces)
    shortage = LedgerOutcome(
        shortage_case(request.company_id, request.item, request.location), request.company_id, body
    )
    return [shortage, *told, *news(books, items, before, filled, request.key)]


def served(books: Books) -> list[LedgerOutcome]:
    """Tell the shortages what of them is over."""
    pieces: dict[PositionKey, list[tuple[str, Decimal]]] = defaultdict(list)
    for promise, quantity in books.served:
        pieces[promise.at].append((promise.id, quantity))
    return [
        LedgerOutcome(
            shortage_case(company, item, location), company, WithdrawnPromisesServed(item, location, tuple(of_place))
        )
        for (company, item, location, _), of_place in pieces.items()
    ]


def shortage_case(company_id: str, item: str, location: str) -> str:
    """The case of all shortages of an item at a location."""
    return f"stock_shortage/{company_id}/{location}/{item}"


def _piece(promise: Promise, waiting: Promise) -> WithdrawnPiece:
    return WithdrawnPiece(
        promise.id,
        waiting.quantity,
        promise.subject,
        promise.line,
        waiting.id if promise.subject else "",
        promise.source,
    )


def _withdraw(books: Books, position: Position, entry: bytes) -> list[tuple[Promise, Promise]]:
    granted = books.granted[position.key]
    lacking = sum((promise.remaining for promise in granted), ZERO) - position.on_hand
    rows = []
    for promise in in_line_to_wait(granted):
        quantity = min(lacking, promise.remaining)
        if quantity <= 0:
            break
        waiting = promise.wait_again(quantity)
        books.book(position, "withdraw", entry, reserved=-quantity, reservation=promise.id)
        books.end(promise, quantity, "withdrawn")
        if promise.subject:
            books.add_promise(waiting)
        rows.append((promise, waiting))
        lacking -= quantity
    return rows


def in_line_to_wait(granted: Sequence[Promise]) -> list[Promise]:
    """The order in which promises are withdrawn."""
    return sorted(
        granted,
        key=lambda promise: (promise.expires_at is not None, promise.due_on or dt.date.max, promise.asked_number),
        reverse=True,
    )


def _tell(books: Books, promise: Promise, waiting: Promise) -> LedgerOutcome:
    body = PromiseWithdrawn(
        promise.id,
        promise.line,
        promise.item,
        promise.location,
        waiting.quantity,
        waiting.id if promise.subject else "",
        books.pegged(waiting),
        books.expected_on(waiting),
    )
    return LedgerOutcome(promise.subject, promise.company_id, body)
