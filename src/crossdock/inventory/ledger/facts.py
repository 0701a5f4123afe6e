"""Booking what happened: goods moved, promises ended, supply and safety stock restated."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from decimal import Decimal

import msgspec

from crossdock.events.inventory import GoodsHeld, HeldGoods, OwnershipPassed, PromiseReleased
from crossdock.inventory.ledger import cross_docking, surplus
from crossdock.inventory.ledger.allotment import rebalance
from crossdock.inventory.ledger.books import ON_THE_BOOK, SHORT, ZERO, Books, Fact, Kept, Promise, Supply
from crossdock.inventory.ledger.cross_docking import CrossDocked
from crossdock.inventory.ledger.filling import Outlook, beside, fill_all, news, outlook, repeg
from crossdock.inventory.ledger.keys import ItemKey, PositionKey, SupplyKey
from crossdock.inventory.ledger.outcomes import LedgerOutcome, RebalanceRequest, SafetyRequest
from crossdock.inventory.ledger.owners import enters_stock, leaves_stock, passes_to
from crossdock.inventory.ledger.pools import SHARED, Pools
from crossdock.model.stock import MoveRequest, PromiseRequest, ReleaseRequest, StockMoveLine, SupplyLine, SupplyRequest


def move(
    books: Books, request: MoveRequest, entry: bytes, place: int, giving: frozenset[ItemKey]
) -> list[LedgerOutcome]:
    """Book a physical fact whole; then whoever waits for its goods gets them."""
    items = _those(_concerned(books, request), giving)
    before = outlook(books, [*items, *beside(books, items)])
    came: dict[ItemKey, list[SupplyKey]] = defaultdict(list)
    held: list[HeldGoods] = []
    straight: list[CrossDocked] = []
    for line in request.lines:
        part = surplus.split(books, request.company_id, line)
        held += [part.held] if part.held else []
        gone = cross_docking.straight(books, request.company_id, part.free, entry) if part.free else []
        straight += gone
        books.facts += [Fact(place, request.company_id, booked, entry) for booked in _booked(part.booked, gone)]
        if (free := _less(part.free, gone)) is not None:
            _change_promise_book(books, request.company_id, free, entry)
        if line.supply is not None:
            came[(request.company_id, line.item)].append(_receive(books, request, line, entry))
    told: list[msgspec.Struct] = list(_ownership_passed(request))
    told += [GoodsHeld(request.document, tuple(held))] if held else []
    passed = [LedgerOutcome(request.subject, request.company_id, body) for body in told]
    passed += cross_docking.news(straight, request.document)
    return passed + _give(books, items, before, entry, request.document, came)


def _less(line: StockMoveLine | None, gone: Sequence[CrossDocked]) -> StockMoveLine | None:
    """What is left of a line without the pieces that went straight to whom they are for."""
    if line is None or not gone:
        return line
    rest = line.quantity - sum((piece.booked.quantity for piece in gone), ZERO)
    return msgspec.structs.replace(line, quantity=rest) if rest else None


def _booked(lines: Sequence[StockMoveLine], gone: Sequence[CrossDocked]) -> list[StockMoveLine]:
    """The movements of a receipt's line: what went straight through, then the rest, then what is held of the rest."""
    rest = _less(lines[0], gone)
    parts = [*(piece.booked for piece in gone), *((rest,) if rest else ())]
    if len(parts) > 1 and lines[0].second_quantity is not None:
        # What the parts weigh nobody said: the first bears what all of them weigh together.
        parts[1:] = [msgspec.structs.replace(part, second_quantity=ZERO) for part in parts[1:]]
    return [*parts, *lines[1:]]


def _ownership_passed(request: MoveRequest) -> Iterator[OwnershipPassed]:
    """A supplier's goods that lay with us became ours, or our customer's, in the moment they were used."""
    for line in request.lines:
        if (owner := passes_to(line)) is not None:
            yield OwnershipPassed(
                line.line, line.item, line.location, line.quantity, line.owner, owner, request.document, line.to_state
            )


def _concerned(books: Books, request: MoveRequest) -> Iterable[ItemKey]:
    """The items of which this makes something free, those of the promises and the supply they were moved for among
    them: a substitute may have come. What other requests of the batch make free is theirs to give."""
    for line in request.lines:
        if line_gives(request.company_id, line, books.pools):
            yield (request.company_id, line.item)
        promise = books.promises.get(line.reservation)
        if promise is not None and promise.remaining and promise_gives(promise, request.company_id, line):
            yield promise.of
        expected = books.supplies.get((request.company_id, *line.supply)) if line.supply else None
        if expected is not None:
            yield (expected.company_id, expected.item)


def line_gives(company_id: str, line: StockMoveLine, pools: Pools) -> bool:
    """May a movement make stock or supply of its item free, or leave a pool with more than there is?"""
    leaves, comes = leaves_stock(line), enters_stock(line)
    if line.supply is not None:
        return True
    if leaves and comes and line.arrives_at == line.location:
        return False
    if leaves and not line.reservation and pools.at(company_id, line.item, line.location):
        return True
    return comes or bool(line.reservation and not leaves)


def promise_gives(promise: Promise, company_id: str, line: StockMoveLine) -> bool:
    """Does ending a promise by this movement leave stock or supply free elsewhere?"""
    return promise.waiting or promise.at[:3] != (company_id, line.item, line.location)


def _change_promise_book(books: Books, company_id: str, line: StockMoveLine, entry: bytes) -> None:
    """What a line changes on hand, and the promise it ends: one movement per position."""
    if cross_docking.put_away(books, line, entry):
        return
    on_hand: dict[PositionKey, Decimal] = defaultdict(Decimal)
    reserved: dict[PositionKey, Decimal] = {}
    origin = (company_id, line.item, line.location, SHARED)
    leaves, comes = leaves_stock(line), enters_stock(line)
    if leaves:
        on_hand[origin] -= line.quantity
    if comes:
        on_hand[(company_id, line.item, line.arrives_at, SHARED)] += line.quantity
    if (leaves or comes) and (keeping := books.lots.of((company_id, line.item))) is not None:
        if leaves:
            keeping.add(line.location, line.lot, -line.quantity)
        if comes:
            keeping.add(line.arrives_at, line.lot, line.quantity)
    promise = books.promises.get(line.reservation)
    unbacked = False
    if promise is not None and promise.remaining:
        ended = min(promise.remaining, line.quantity)
        unbacked = promise.state == SHORT
        if promise.state in ON_THE_BOOK:
            reserved[promise.at] = -ended
        if leaves and promise.at[:3] == origin[:3]:
            # What was promised out of a pool leaves that pool.
            on_hand[origin] += ended
            on_hand[promise.at] -= ended
        books.end(promise, ended, "fulfilled")
        books.cover_only_remaining(promise)
    on_hand = {key: quantity for key, quantity in on_hand.items() if quantity}
    for key in on_hand | reserved:
        books.book(
            books.positions[key],
            "pick" if key in reserved else "move",
            entry,
            on_hand=on_hand.get(key, ZERO),
            reserved=reserved.get(key, ZERO),
            reservation=line.reservation if key in reserved else "",
            unbacked=unbacked,
        )


def _receive(books: Books, request: MoveRequest, line: StockMoveLine, entry: bytes) -> SupplyKey:
    """Expected goods came, in whatever condition: they are expected no longer. They may come before anybody said
    so; then what was received is kept for when the expectation is stated."""
    assert line.supply is not None
    source, source_line = line.supply
    key = (request.company_id, source, source_line)
    if key not in books.supplies:
        on = request.occurred_at.date()
        unstated = SupplyLine(source, source_line, line.item, line.location, ZERO, on, most=ZERO)
        books.load_supply(new_supply(request.company_id, unstated, entry))
    expected = books.supplies[key]
    expected.received += line.quantity
    books.touch_supply(expected)
    return key


def release(
    books: Books, request: ReleaseRequest, entry: bytes, giving: frozenset[ItemKey]
) -> tuple[list[PromiseReleased], list[LedgerOutcome]]:
    """End promises without goods; a promise that has ended stays as it ended."""
    promises = [promise for promise in named_by(books, request) if promise.remaining]
    items = _those(((promise.company_id, promise.item) for promise in promises), giving)
    before = outlook(books, [*items, *beside(books, items)])
    released = []
    outcomes = []
    for promise in promises:
        quantity = promise.remaining
        if promise.state in ON_THE_BOOK:
            books.book(books.positions[promise.at], "release", entry, reserved=-quantity, reservation=promise.id)
        books.end(promise, quantity, "expired" if request.reason == "expired" else "released")
        books.cover_only_remaining(promise)
        released.append(PromiseReleased(promise.id, promise.item, quantity, request.reason))
        if promise.subject:
            outcomes.append(LedgerOutcome(promise.subject, promise.company_id, released[-1]))
    return released, outcomes + _give(books, items, before, entry, request.key, {})


def named_by(books: Books, request: ReleaseRequest) -> list[Promise]:
    """The loaded promises a release is about: the named ones, or those of its case (or of some of its lines)."""
    if request.reservations:
        found = [books.promises[name] for name in request.reservations if name in books.promises]
    else:
        found = sorted(books.of_subject[request.subject], key=lambda promise: promise.asked_number)
    return [
        promise
        for promise in found
        if promise.company_id == request.company_id and (not request.lines or promise.line in request.lines)
    ]


def supply(books: Books, request: SupplyRequest, entry: bytes, giving: frozenset[ItemKey]) -> list[LedgerOutcome]:
    """Take over what a source says will come. Stock is not touched; who waits may hear another date."""
    stated = [(request.company_id, line.item) for line in request.lines]
    known = (books.supplies.get((request.company_id, line.source, line.line)) for line in request.lines)
    items = _those([*stated, *((row.company_id, row.item) for row in known if row is not None)], giving)
    before = outlook(books, [*items, *beside(books, items)])
    for line in request.lines:
        _state_supply(books, request.company_id, line, entry)
    for item in items:
        repeg(books, item)
    return news(books, items, before, (), "")


def _state_supply(books: Books, company_id: str, line: SupplyLine, entry: bytes) -> None:
    row = books.supplies.get((company_id, line.source, line.line))
    if row is None:
        row = new_supply(company_id, line, entry)
        books.load_supply(row)
    if row.item != line.item:
        _drop_pegs(books, row)
        books.supply_of[(company_id, row.item)].remove(row)
        row.item = line.item
        books.supply_of[(company_id, row.item)].append(row)
    row.location, row.quantity = line.location, line.quantity
    row.expected_on, row.confidence, row.entry = line.expected_on, line.confidence, entry
    row.most = line.most
    books.touch_supply(row)


def _drop_pegs(books: Books, row: Supply) -> None:
    for promise in books.waiting[(row.company_id, row.item)]:
        books.set_peg(promise, row, ZERO)


def new_supply(company_id: str, line: SupplyLine, entry: bytes) -> Supply:
    """A supply line nobody spoke of before."""
    return Supply(
        company_id=company_id,
        source=line.source,
        line=line.line,
        item=line.item,
        location=line.location,
        quantity=line.quantity,
        received=ZERO,
        pegged=ZERO,
        expected_on=line.expected_on,
        confidence=line.confidence,
        entry=entry,
        most=line.most,
    )


def safety(books: Books, request: SafetyRequest, entry: bytes, giving: frozenset[ItemKey]) -> list[LedgerOutcome]:
    """Set what is kept back at a position for one reason; what that frees goes to those who wait."""
    position = books.positions[(request.company_id, request.item, request.location, request.pool)]
    items = _those([(request.company_id, request.item)], giving)
    before = outlook(books, [*items, *beside(books, items)])
    key = (position.key, request.reason, request.source)
    known = books.kept.get(key)
    books.kept[key] = Kept(request.quantity, request.rule, entry, request.marked)
    books.changed_kept.add(key)
    change = request.quantity - (known.quantity if known else ZERO)
    books.book(position, request.reason, entry, safety=change, rule=request.rule)
    return _give(books, items, before, entry, request.key, {})


def allot(books: Books, request: RebalanceRequest, entry: bytes, giving: frozenset[ItemKey]) -> list[LedgerOutcome]:
    """Make the pools of an item what the rules of the day say."""
    items = _those([(request.company_id, request.item)], giving)
    return _give(books, items, outlook(books, [*items, *beside(books, items)]), entry, request.key, {})


def give_back(books: Books, request: PromiseRequest, entry: bytes, giving: frozenset[ItemKey]) -> list[LedgerOutcome]:
    """What callers had reserved for an order and it did not need becomes free: the order says what it takes."""
    unused = [promise for name in request.adopts if (promise := books.promises.get(name)) and promise.remaining]
    unused = [promise for promise in unused if promise.company_id == request.company_id and not promise.subject]
    items = _those((promise.of for promise in unused), giving)
    before = outlook(books, [*items, *beside(books, items)])
    for promise in unused:
        quantity = promise.remaining
        if promise.state in ON_THE_BOOK:
            books.book(books.positions[promise.at], "release", entry, reserved=-quantity, reservation=promise.id)
        books.end(promise, quantity, "released")
        books.cover_only_remaining(promise)
    return _give(books, items, before, entry, request.key, {})


def _those(items: Iterable[ItemKey], giving: frozenset[ItemKey]) -> list[ItemKey]:
    """The items of a request whose waiting rows are at hand, each once, in order."""
    return [item for item in dict.fromkeys(items) if item in giving]


def _give(
    books: Books,
    items: Sequence[ItemKey],
    before: Outlook,
    entry: bytes,
    receipt: str,
    came: dict[ItemKey, list[SupplyKey]],
) -> list[LedgerOutcome]:
    concerned = [*items, *beside(books, items)]
    if books.rebalances:
        for item in items:
            rebalance(books, item, entry)
    filled = fill_all(books, items, entry, came)
    for item in concerned:
        repeg(books, item)
    return news(books, concerned, before, filled, receipt)
