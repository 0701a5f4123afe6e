"""Deciding requests for stock: what is asked may be refused, what is told is always booked."""

from __future__ import annotations

from decimal import Decimal

from crossdock.events.inventory import BackorderedLine, PromisedLine, StockPromised
from crossdock.inventory.books import BACKORDERED, RESERVED, SHORT, ZERO, Books, Promise
from crossdock.inventory.filling import peg
from crossdock.model.stock import PromiseRequest, StockRequestLine


class _Answer:
    """Collects the answer to one request, and names its promises."""

    def __init__(self, books: Books, request: PromiseRequest, entry: bytes) -> None:
        self.books = books
        self.request = request
        self.entry = entry
        self.promised: list[PromisedLine] = []
        self.backordered: list[BackorderedLine] = []
        self.refused: list[tuple[str, Decimal]] = []
        self.shortage: list[tuple[str, Decimal]] = []
        self._stem = entry.hex()[:24]
        self._count = 0

    def promise(self, line: StockRequestLine, location: str, quantity: Decimal, state: str) -> Promise:
        """A new row; its name can be made again from the request's key alone."""
        request = self.request
        self._count += 1
        promise = Promise(
            id=f"{self._stem}-{self._count}",
            company_id=request.company_id,
            subject=request.subject,
            kind=request.kind,
            request=request.request,
            line=line.line,
            item=line.item,
            location=location,
            pool=request.pool,
            quantity=quantity,
            remaining=quantity,
            state=state,
            candidates=line.locations,
            waiting=state != RESERVED,
            entry=self.entry,
            whole=not request.partial and request.kind == "asked",
            source=request.source,
            expires_at=request.expires_at,
            due_on=line.due_on,
        )
        self.books.add_promise(promise)
        return promise

    def take(self, line: StockRequestLine, wanted: Decimal) -> Decimal:
        """Reserve what is free, location by location; what is left wanting."""
        for location in line.locations:
            position = self.books.positions[(self.request.company_id, line.item, location, self.request.pool)]
            quantity = min(wanted, position.free)
            if quantity <= 0:
                continue
            promise = self.promise(line, location, quantity, RESERVED)
            self.books.book(position, self.request.kind, self.entry, reserved=quantity, reservation=promise.id)
            self.promised.append(PromisedLine(line.line, line.item, location, quantity, promise.id))
            wanted -= quantity
            if not wanted:
                break
        return wanted

    def wait(self, line: StockRequestLine, quantity: Decimal, state: str) -> Promise:
        """Book what stock does not cover as waiting, pegged to what should come."""
        promise = self.promise(line, line.locations[0], quantity, state)
        peg(self.books, promise)
        self.backordered.append(
            BackorderedLine(
                line.line,
                line.item,
                quantity,
                promise.id,
                self.books.pegged(promise),
                self.books.expected_on(promise),
            )
        )
        return promise

    def event(self) -> StockPromised:
        """The answer as the case hears it."""
        return StockPromised(
            request=self.request.request,
            promised=tuple(self.promised),
            backordered=tuple(self.backordered),
            refused=tuple(self.refused),
            shortage=tuple(self.shortage),
        )


def decide(books: Books, request: PromiseRequest, entry: bytes) -> StockPromised:
    """Decide all lines of a request, in order, under the locks already held."""
    answer = _Answer(books, request, entry)
    for line in request.lines:
        if request.kind == "asked":
            _asked(answer, line)
        else:
            _told(answer, line)
    return answer.event()


def _asked(answer: _Answer, line: StockRequestLine) -> None:
    """Never more than is free: the rest waits, or is refused."""
    request, rest = answer.request, line.quantity
    if request.partial or _free(answer, line) >= line.quantity:
        rest = answer.take(line, line.quantity)
    if not rest:
        return
    if request.backorder:
        answer.wait(line, rest, BACKORDERED)
    else:
        answer.refused.append((line.line, rest))


def _free(answer: _Answer, line: StockRequestLine) -> Decimal:
    keys = [(answer.request.company_id, line.item, location, answer.request.pool) for location in line.locations]
    return sum((max(answer.books.positions[key].free, ZERO) for key in keys), ZERO)


def _told(answer: _Answer, line: StockRequestLine) -> None:
    """Somebody has promised it already: what stock does not cover is booked all the same and is a shortage."""
    rest = answer.take(line, line.quantity)
    if not rest:
        return
    promise = answer.wait(line, rest, SHORT)
    answer.books.book(answer.books.positions[promise.at], SHORT, answer.entry, reserved=rest, reservation=promise.id)
    answer.shortage.append((line.line, rest))
