"""What a batch must hold before it can decide: positions (with a guess at what will be booked), items, rows."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from decimal import Decimal

import msgspec

from crossdock.inventory.ledger.books import ZERO, Books
from crossdock.inventory.ledger.facts import line_gives
from crossdock.inventory.ledger.keys import ItemKey, PositionKey, SupplyKey
from crossdock.inventory.ledger.outcomes import RebalanceRequest, RepromiseRequest, SafetyRequest
from crossdock.inventory.ledger.owners import enters_stock, known_owner, leaves_stock
from crossdock.inventory.ledger.pools import NO_POOLS, SHARED, Pools
from crossdock.model.stock import (
    OUTSIDE_STATES,
    PHYSICAL_STATES,
    LedgerRequest,
    MoveRequest,
    PromiseRequest,
    ReleaseRequest,
    StockMoveLine,
    StockRequestLine,
    SupplyRequest,
)

Request = LedgerRequest | SafetyRequest | RebalanceRequest | RepromiseRequest

_STATES = frozenset(PHYSICAL_STATES + OUTSIDE_STATES)


class Guess(msgspec.Struct):
    """What a position would be changed by if nothing ran short: it is applied by the very statement that locks the
    row, so that the common batch needs no second update. Decisions never rest on it."""

    on_hand: Decimal = ZERO
    reserved: Decimal = ZERO
    movements: int = 0


class Plan:
    """The union of what the requests of a batch need."""

    def __init__(self, requests: Iterable[Request], pools: Pools = NO_POOLS) -> None:
        self.pools = pools
        self.guesses: dict[PositionKey, Guess] = defaultdict(Guess)
        self.giving: set[ItemKey] = set()
        """Items of which stock or supply may become free: all their positions and waiting rows are needed."""
        self.beside: set[ItemKey] = set()
        """Items that somebody waits for together with one that gives: needed as those are, though nothing of them
        becomes free."""
        self.picked: dict[str, set[PositionKey]] = defaultdict(set)
        """Promises that moves end -> where the moves happen."""
        self.adopted: set[str] = set()
        """Promises of callers that cases take over."""
        self.named: set[str] = set()
        self.subjects: set[str] = set()
        self.supplies: set[SupplyKey] = set()
        """Supply lines that requests name."""
        self.put_away: set[str] = set()
        """Promises that goods were taken for which are put away again."""
        self.kept: set[ItemKey] = set()
        """Items of which something is to be kept back."""
        self.keeping: set[ItemKey] = set()
        """Items of which goods are asked for that keep: their lots must be known."""
        self.lots: dict[ItemKey, set[str]] = defaultdict(set)
        """Lots that movements take from stock or bring to it."""
        self.repromised: set[tuple[str, str, str]] = set()
        """Places at which promises are to be made again: what is granted there must be known."""
        self._taken: dict[PositionKey, Decimal] = defaultdict(Decimal)
        self._promised_at: set[PositionKey] = set()
        self._sets: list[list[PositionKey]] = []
        """Where what is asked for as one is asked for first, the components of a kit or lines that stay together: if
        one of them runs short, all of them wait."""
        requests = tuple(requests)
        for request in requests:
            self._add(request)
        if self.subjects:
            self._learn_ended(requests)

    def _add(self, request: Request) -> None:
        match request:
            case PromiseRequest():
                self._promise(request)
            case MoveRequest():
                for line in request.lines:
                    self._move(request.company_id, line)
            case ReleaseRequest():
                self.named.update(request.reservations)
                if not request.reservations:
                    self.subjects.add(request.subject)
            case SupplyRequest():
                self._supply(request)
            case SafetyRequest():
                key = (request.company_id, request.item, request.location, request.pool)
                self.guesses[key].movements += 1
                self.giving.add((request.company_id, request.item))
                self.kept.add((request.company_id, request.item))
            case RebalanceRequest():
                self.giving.add((request.company_id, request.item))
            case RepromiseRequest():
                self.giving.add((request.company_id, request.item))
                self.repromised.add((request.company_id, request.item, request.location))

    def _learn_ended(self, requests: Sequence[Request]) -> None:
        """What a case is promised in this very batch, a release in it may free again: nothing stored leads to it."""
        for request in requests:
            if isinstance(request, PromiseRequest) and request.subject in self.subjects:
                for line in request.lines:
                    items = (line.item, *(part.item for part in line.made_of))
                    self.giving.update((request.company_id, item) for item in items)

    def _promise(self, request: PromiseRequest) -> None:
        together: dict[str, list[PositionKey]] = defaultdict(list)
        for line in request.lines:
            if not line.locations or line.quantity <= 0:
                raise ValueError(f"{request.key}: line {line.line} asks for {line.quantity} of {line.locations}")
            if line.keeps_until is not None:
                self.keeping.add((request.company_id, line.item))
            if line.together and line.per <= 0:
                raise ValueError(f"{request.key}: line {line.line} says of no set how much of it makes one")
            if not line.made_of:
                first = self._ask(request, line, line.item, line.quantity)
                if line.together:
                    together[line.together].append(first)
                continue
            self._ask(request, line, line.item, ZERO)  # seldom is a kit in stock
            self._sets.append([])
            for part in line.made_of:
                if part.per <= 0:
                    raise ValueError(f"{request.key}: line {line.line} has {part.per} of {part.item} in a kit")
                if part.keeps_until is not None:
                    self.keeping.add((request.company_id, part.item))
                self._sets[-1].append(self._ask(request, line, part.item, line.quantity * part.per))
        self._sets += together.values()
        self.named.update(request.adopts)
        self.adopted.update(request.adopts)

    def _ask(self, request: PromiseRequest, line: StockRequestLine, item: str, quantity: Decimal) -> PositionKey:
        """So much of an item is probably taken where the line is asked for first: which position that is."""
        key, asker = (request.company_id, item), (line.locations, request.source, request.customer)
        keys = self.pools.places(key, *asker)
        lent = [place for place, _ in self.pools.lenders(key, *asker)] if self.pools else []
        for place in (*keys, *lent):
            self.guesses[place]
        if quantity:
            self.guesses[keys[0]].reserved += quantity
            self.guesses[keys[0]].movements += 1
            self._promised_at.add(keys[0])
            self._taken[keys[0]] += quantity
        if line.whole_first or not quantity:
            # Stocked kits are taken wherever they are, and who wants all from one location may begin with another.
            for place in (*keys[1:], *lent) if quantity else (*keys, *lent):
                self._taken[place] += quantity or line.quantity
        return keys[0]

    def _move(self, company_id: str, line: StockMoveLine) -> None:
        _check(line)
        origin = (company_id, line.item, line.location, SHARED)
        target = (company_id, line.item, line.arrives_at, SHARED)
        leaves, comes = leaves_stock(line), enters_stock(line)
        if leaves:
            self.guesses[origin].on_hand -= line.quantity
            self.guesses[origin].movements += 1
            self._taken[origin] += line.quantity
        if comes:
            self.guesses[target].on_hand += line.quantity
            self.guesses[target].movements += not (leaves and origin == target)
        if line.lot and (leaves or comes):
            self.lots[company_id, line.item].add(line.lot)
        if line.stays_promised_as:
            self.guesses[target].reserved += line.quantity
            self.put_away.add(line.reservation)
        elif line.reservation:
            self.guesses[origin].reserved -= line.quantity
            self.guesses[origin].movements += not (leaves or (comes and origin == target))
            self.picked[line.reservation].add(origin)
        if line.supply is not None:
            self.guesses[origin]
            self.supplies.add((company_id, *line.supply))
        if line_gives(company_id, line, self.pools):
            self.giving.add((company_id, line.item))

    def _supply(self, request: SupplyRequest) -> None:
        for line in request.lines:
            if line.quantity < 0:
                raise ValueError(f"{request.key}: {line.quantity} expected of {line.source} line {line.line}")
            self.guesses[(request.company_id, line.item, line.location, SHARED)]
            self.giving.add((request.company_id, line.item))
            self.supplies.add((request.company_id, line.source, line.line))

    def perhaps_short(self, books: Books) -> set[ItemKey]:
        """Items some line of which may get less than it wants at its first location: their supply must be at hand. Of
        goods that must keep there may be less than is free."""
        short = {
            key
            for key in self._promised_at
            if books.positions[key].free < self._taken[key] or (self.keeping and key[:2] in self.keeping)
        }
        items = {key[:2] for key in short}
        for parts in self._sets:
            if not short.isdisjoint(parts):
                items.update(key[:2] for key in parts)
        return items

    def learn_promises(self, books: Books) -> None:
        """Promises that requests name are read. A release frees stock or pegs of items it does not name; so does a
        move that ends a promise which still waits or stands elsewhere. A move and a release may name the same one."""
        for promise in books.promises.values():
            if not promise.remaining:
                continue
            origins = self.picked.get(promise.id, ())
            released = promise.id in self.named or promise.subject in self.subjects
            if released or promise.waiting or any(promise.at[:3] != origin[:3] for origin in origins):
                self.guesses[promise.at]
                self.giving.add(promise.of)
            elif promise.at not in origins:
                self.guesses[promise.at]  # what a pick takes leaves the pool that it was promised out of

    def learn_places(self, item: ItemKey, locations: Iterable[str]) -> None:
        """Items that give have positions at these locations: their pools there must be held, too."""
        for location in locations:
            for rule in self.pools.at(*item, location):
                self.guesses[(*item, location, rule.pool)]

    def pooled(self) -> list[ItemKey]:
        """Items that give and may have pools; those of the places that requests name are learned here."""
        if not self.pools:
            return []
        for company, item, location, _ in list(self.guesses):
            if (company, item) in self.held:
                self.learn_places((company, item), (location,))
        return sorted(self.held)

    @property
    def held(self) -> set[ItemKey]:
        """Items of which all positions and waiting rows are needed."""
        return self.giving | self.beside if self.beside else self.giving

    def learn_supply(self, key: SupplyKey, item: str) -> None:
        """A supply line that requests name is there already, perhaps of another item."""
        self.giving.add((key[0], item))


def _check(line: StockMoveLine) -> None:
    if line.quantity <= 0:
        raise ValueError(f"line {line.line} moves {line.quantity} of {line.item}; a movement's quantity is positive")
    for owner in (line.owner, line.belongs_to):
        if not known_owner(owner):
            raise ValueError(f"line {line.line} moves {line.item} of an owner we know no kind of: {owner!r}")
    unknown = {line.from_state, line.to_state} - _STATES
    if unknown:
        raise ValueError(f"line {line.line} moves {line.item} between unknown states: {sorted(unknown)}")
