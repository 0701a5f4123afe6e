"""Deciding requests for stock: what is asked may be refused, what is told is always booked."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from decimal import Decimal

import msgspec

from crossdock.events.inventory import BackorderedLine, PromisedLine, StockPromised
from crossdock.inventory.ledger.books import BACKORDERED, RESERVED, SHORT, ZERO, Books, Promise
from crossdock.inventory.ledger.filling import peg
from crossdock.inventory.ledger.keys import PositionKey
from crossdock.inventory.ledger.pools import SHARED
from crossdock.model.stock import PromiseRequest, StockRequestLine
from crossdock.rules.sourcing import whole_at


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

    def promise(
        self,
        line: StockRequestLine,
        location: str,
        quantity: Decimal,
        state: str,
        pool: str = SHARED,
        beside: tuple[str, ...] = (),
    ) -> Promise:
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
            pool=pool,
            quantity=quantity,
            remaining=quantity,
            state=state,
            candidates=line.locations,
            waiting=state != RESERVED,
            entry=self.entry,
            whole=not request.partial and request.kind == "asked",
            source=request.source,
            customer=request.customer,
            expires_at=request.expires_at,
            due_on=line.due_on,
            keeps_until=line.keeps_until,
            together=f"{self._stem}/{line.together}" if beside else "",
            per=line.per if beside else ZERO,
            beside=beside,
        )
        self.books.add_promise(promise)
        return promise

    def take(self, line: StockRequestLine, wanted: Decimal, locations: Sequence[str] = ()) -> Decimal:
        """Reserve what is free, place by place, then what other pools lend; what is left wanting."""
        locations = locations or line.locations
        wanted = self._take_free(line, wanted, locations)
        if wanted and self.books.pools:
            request = self.request
            item = (request.company_id, line.item)
            asker = (request.source, request.customer)
            self.books.borrow(item, locations, *asker, wanted, line.keeps_until, self.entry)
            wanted = self._take_free(line, wanted, locations)
        return wanted

    def _take_free(self, line: StockRequestLine, wanted: Decimal, locations: Sequence[str]) -> Decimal:
        for key in self.places(line, locations):
            quantity = min(wanted, self.books.most(self.books.positions[key], line.keeps_until))
            if quantity <= 0:
                continue
            self.reserve(line, key, quantity, self.request.kind)
            wanted -= quantity
            if not wanted:
                break
        return wanted

    def reserve(self, line: StockRequestLine, at: PositionKey, quantity: Decimal, kind: str) -> None:
        """Grant a quantity at a place."""
        promise = self.promise(line, at[2], quantity, RESERVED, at[3])
        self.books.book(self.books.positions[at], kind, self.entry, reserved=quantity, reservation=promise.id)
        self.promised.append(PromisedLine(line.line, line.item, at[2], quantity, promise.id))

    def places(self, line: StockRequestLine, locations: Sequence[str]) -> list[PositionKey]:
        """Where this request may be served, in order."""
        request = self.request
        return self.books.pools.places((request.company_id, line.item), locations, request.source, request.customer)

    def free(self, line: StockRequestLine, locations: Sequence[str]) -> Decimal:
        """What it could get there."""
        request = self.request
        item = (request.company_id, line.item)
        return self.books.could_get(item, locations, request.source, request.customer, line.keeps_until)

    def wait(self, line: StockRequestLine, quantity: Decimal, state: str, beside: tuple[str, ...] = ()) -> Promise:
        """Book what stock does not cover as waiting, pegged to what should come; `beside` are the items of its set."""
        promise = self.promise(line, line.locations[0], quantity, state, beside=beside)
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
    adopted = _adopt(answer) if request.adopts else {}
    sets: dict[str, list[StockRequestLine]] = {}
    for line in _whole_first(answer, request.lines):
        if line.together:
            sets.setdefault(line.together, []).append(line)
        elif line.made_of:
            _kit(answer, line, line.quantity - adopted.get(line.line, ZERO))
        else:
            _line(answer, line, line.quantity - adopted.get(line.line, ZERO))
    for lines in sets.values():
        _set(answer, lines)
    return answer.event()


def _whole_first(answer: _Answer, lines: Sequence[StockRequestLine]) -> Sequence[StockRequestLine]:
    """Lines that prefer one location for all of them ask that one first."""
    marked = [line for line in lines if line.whole_first]
    if not marked:
        return lines
    order = [place for place in marked[0].locations if all(place in line.locations for line in marked)]
    whole = next((place for place in order if _all_at(answer, marked, place)), None)
    if whole is None:
        return lines
    return [
        msgspec.structs.replace(line, locations=tuple(dict.fromkeys((whole, *line.locations))))
        if line.whole_first
        else line
        for line in lines
    ]


def _all_at(answer: _Answer, lines: Sequence[StockRequestLine], place: str) -> bool:
    """Does one location have all of it? Of kits, what is not in stock as such must be there as components."""
    asked: list[tuple[StockRequestLine, Decimal]] = []
    for line in lines:
        stocked = _stocked(answer, line, line.quantity, (place,)) if line.made_of else line.quantity
        asked.append((line, stocked))
        asked += [(part, part.quantity) for part in _parts(line, line.quantity - stocked)]
    free = {(line.item, place): answer.free(line, (place,)) for line, quantity in asked if quantity}
    return whole_at((place,), [(line.item, quantity) for line, quantity in asked], free) is not None


def _line(answer: _Answer, line: StockRequestLine, wanted: Decimal) -> None:
    if not wanted:
        return
    request = answer.request
    if request.kind == "told" or request.partial or answer.free(line, line.locations) >= wanted:
        wanted = answer.take(line, wanted)
    _rest(answer, line, wanted)


def _rest(answer: _Answer, line: StockRequestLine, rest: Decimal) -> None:
    """What stock does not cover. Somebody may have promised it already: then it is booked all the same and is a
    shortage. What was only asked for waits, or is refused."""
    if not rest:
        return
    if _waits(answer, line, rest):
        return
    answer.refused.append((line.line, rest))


def _waits(answer: _Answer, line: StockRequestLine, rest: Decimal, beside: tuple[str, ...] = ()) -> bool:
    """Book what waits, if it may."""
    if answer.request.kind == "told":
        promise = answer.wait(line, rest, SHORT, beside)
        answer.books.book(
            answer.books.positions[promise.at], SHORT, answer.entry, reserved=rest, reservation=promise.id
        )
        answer.shortage.append((line.line, rest))
    elif answer.request.backorder:
        answer.wait(line, rest, BACKORDERED, beside)
    else:
        return False
    return True


def _adopt(answer: _Answer) -> dict[str, Decimal]:
    """Take over what callers had reserved for this, at its very place: it need not be free for anybody, and nobody
    else can get it in between. What was over by then has ended; what has another item or place is not for this."""
    books, adopted = answer.books, dict[str, Decimal]()
    held = [books.promises[name] for name in dict.fromkeys(answer.request.adopts) if name in books.promises]
    for line in answer.request.lines:
        for old in held:
            wanted = line.quantity - adopted.get(line.line, ZERO)
            quantity = min(wanted, old.remaining)
            if quantity <= 0 or line.together or not _fits(old, line, answer.request):
                continue
            quantity = min(quantity, _that_keeps(books, old, line))
            if quantity <= 0:
                continue
            _take_over(answer, line, old, quantity)
            adopted[line.line] = adopted.get(line.line, ZERO) + quantity
        if line.made_of:
            kits = _adopt_components(answer, line, held, line.quantity - adopted.get(line.line, ZERO))
            adopted[line.line] = adopted.get(line.line, ZERO) + kits
    return adopted


def _take_over(answer: _Answer, line: StockRequestLine, old: Promise, quantity: Decimal) -> None:
    books = answer.books
    books.book(books.positions[old.at], "adopt", answer.entry, reserved=-quantity, reservation=old.id)
    books.end(old, quantity, "adopted")
    answer.reserve(line, old.at, quantity, "adopt")


def _adopt_components(answer: _Answer, line: StockRequestLine, held: Sequence[Promise], wanted: Decimal) -> Decimal:
    """Take over as many whole kits as callers hold components of at one location; how many that was."""
    adopted = ZERO
    for location in line.locations:
        parts = _parts(line, wanted - adopted)
        here = [
            [
                old
                for old in held
                if old.remaining and old.location == location and _fits(old, part, answer.request) and _keeps(old, part)
            ]
            for part in parts
        ]
        sums = [sum((old.remaining for old in olds), ZERO) // part.per for part, olds in zip(parts, here, strict=True)]
        kits = min([*sums, wanted - adopted])
        if kits <= 0:
            continue
        for part, olds in zip(parts, here, strict=True):
            rest = kits * part.per
            for old in olds:
                if quantity := min(rest, old.remaining):
                    _take_over(answer, part, old, quantity)
                    rest -= quantity
        adopted += kits
    return adopted


def _that_keeps(books: Books, held: Promise, line: StockRequestLine) -> Decimal:
    """How much of what a caller held can be promised of goods that keep as long as the order needs them to: it may have
    held them for somebody who needs less."""
    if line.keeps_until is None:
        return held.remaining
    return books.that_keep(books.positions[held.at], line.keeps_until, besides=held)


def _keeps(held: Promise, line: StockRequestLine) -> bool:
    """Was it held for somebody who needs it to keep as long as this line does?"""
    return line.keeps_until is None or (held.keeps_until is not None and held.keeps_until >= line.keeps_until)


def _fits(held: Promise, line: StockRequestLine, request: PromiseRequest) -> bool:
    return (
        held.company_id == request.company_id
        and not held.subject
        and held.state == RESERVED
        and held.item == line.item
        and held.location in line.locations
    )


def _set(answer: _Answer, lines: Sequence[StockRequestLine]) -> None:
    """Whole sets of several lines; what is left of them waits as one, or is refused."""
    wanted = min(line.quantity // line.per for line in lines)
    left = _sets(answer, lines, wanted)
    items = _items(lines)
    for line in lines:
        rest = line.quantity - (wanted - left) * line.per
        if rest and not _waits(answer, line, rest, items):
            answer.refused.append((line.line, rest))


def _kit(answer: _Answer, line: StockRequestLine, wanted: Decimal) -> None:
    """Kits that are stocked go first, the rest is made of components, those of one kit from one location. Neither kits
    that wait nor kits that are refused hold any of their components."""
    request = answer.request
    stocked = _stocked(answer, line, wanted, line.locations)
    parts = _parts(line, wanted - stocked)
    if not (request.kind == "told" or request.partial):
        found = sum((_sets_at(answer, parts, location) for location in line.locations), ZERO) if parts else ZERO
        if stocked + found < wanted:
            stocked, parts = ZERO, _parts(line, wanted)
            _kits_wait(answer, line, parts, wanted)
            return
    if stocked:
        answer.take(line, stocked)
    if parts:
        _kits_wait(answer, line, parts, _sets(answer, parts, wanted - stocked))


def _kits_wait(answer: _Answer, line: StockRequestLine, parts: Sequence[StockRequestLine], kits: Decimal) -> None:
    """So many kits are not there: their components wait as one, or they are refused. Shortages are told in kits."""
    if not kits:
        return
    waits, items = True, _items(parts)
    told = len(answer.shortage)
    for part in parts:
        waits = waits and _waits(answer, part, kits * part.per, items)
    if not waits:
        answer.refused.append((line.line, kits))
    elif answer.request.kind == "told":
        answer.shortage[told:] = [(line.line, kits)]


def _stocked(answer: _Answer, line: StockRequestLine, wanted: Decimal, locations: Sequence[str]) -> Decimal:
    """How many whole kits stock has."""
    return min(wanted, answer.free(line, locations) // 1)


def _parts(line: StockRequestLine, kits: Decimal) -> list[StockRequestLine]:
    """What so many kits are made of, as lines to be granted together."""
    if not kits:
        return []
    return [
        StockRequestLine(
            line.line,
            part.item,
            kits * part.per,
            line.locations,
            line.due_on,
            part.keeps_until,
            together=line.line,
            per=part.per,
        )
        for part in line.made_of
    ]


def _items(lines: Sequence[StockRequestLine]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(line.item for line in lines))


def _sets(answer: _Answer, lines: Sequence[StockRequestLine], wanted: Decimal) -> Decimal:
    """Grant whole sets, location by location: as many as the scarcest of their items allows. An item that stands in
    several lines is counted once for all of them. Returns how many sets are left wanting."""
    request = answer.request
    found = {location: _sets_at(answer, lines, location) for location in lines[0].locations}
    left = wanted
    if request.kind == "told" or request.partial or sum(found.values(), ZERO) >= wanted:
        for location, possible in found.items():
            granted = min(possible, left)
            if granted > 0:
                for line in lines:
                    answer.take(line, granted * line.per, (location,))
                left -= granted
    return left


def _sets_at(answer: _Answer, lines: Sequence[StockRequestLine], location: str) -> Decimal:
    needed: dict[str, Decimal] = defaultdict(Decimal)
    for line in lines:
        needed[line.item] += line.per
    return min(answer.free(line, (location,)) // needed[line.item] for line in lines)
