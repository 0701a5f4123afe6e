"""The rows a batch holds, in memory: positions, promises, supply and pegs, and a journal of what was done to them.

Decisions (`promising`, `filling`, `facts`) read and change these objects only; `reading` fills them under the row
locks and `writing` stores what changed.
"""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable, Iterator
from decimal import Decimal

import msgspec

from crossdock.inventory.ledger.keys import ItemKey, KeptKey, PositionKey, SupplyKey
from crossdock.inventory.ledger.lots import Lots
from crossdock.inventory.ledger.pools import NO_POOLS, SHARED, Pools
from crossdock.model.stock import StockMoveLine
from crossdock.model.stock_policy import PoolRule

ZERO = Decimal(0)

_WITHDRAWN = "~"

RESERVED = "reserved"
SHORT = "short"
BACKORDERED = "backordered"

# What counts in a position's `reserved`.
ON_THE_BOOK = frozenset((RESERVED, SHORT))

# Movements by which goods went. Only they can leave a promise without its goods.
_FACTS = frozenset(("move", "pick"))

_RANK = {"transfer": 0, "announced": 0, "acknowledged": 1, "ordered": 2}


class Position(msgspec.Struct):
    """A row of the promise book, as it stands after everything booked so far."""

    key: PositionKey
    id: int
    on_hand: Decimal
    reserved: Decimal
    allocated: Decimal
    safety: Decimal
    counter: int

    @property
    def free(self) -> Decimal:
        """What may be promised here; negative is a shortage."""
        return self.on_hand - self.safety - self.reserved - self.allocated


class Promise(msgspec.Struct):
    """A row of `reservation`; of one that is only to be ended, the fields up to `asked_number`.

    A waiting row (short or backordered) gets its goods by fillings, each a reservation of its own, named after it. Only
    one that was withdrawn may be picked itself: a warehouse was asked to ship it before, and may find goods after all.
    """

    id: str
    company_id: str
    subject: str
    line: str
    item: str
    location: str
    pool: str
    remaining: Decimal
    state: str
    waiting: bool
    fills: int = 0
    asked_number: int = 0
    kind: str = ""
    request: str = ""
    quantity: Decimal = ZERO
    candidates: tuple[str, ...] = ()
    entry: bytes = b""
    whole: bool = False
    source: str = ""
    customer: str = ""
    expires_at: dt.datetime | None = None
    due_on: dt.date | None = None
    keeps_until: dt.date | None = None
    backorder: str = ""
    together: str = ""
    """The set it waits in: all of one set are served at once, so many (`per`) of each, from one location."""
    per: Decimal = ZERO
    beside: tuple[str, ...] = ()
    """All items of the set."""
    new: bool = False

    @property
    def at(self) -> PositionKey:
        """The position whose book it is on."""
        return (self.company_id, self.item, self.location, self.pool)

    @property
    def withdrawn(self) -> bool:
        """Does it wait for what it had been granted before?"""
        return _WITHDRAWN in self.id

    def wait_again(self, quantity: Decimal) -> Promise:
        """The waiting row for so much of it that has no goods any more. Only its own location can serve it: that is
        where a warehouse was asked to ship it."""
        self.fills += 1
        return msgspec.structs.replace(
            self,
            id=f"{self.id}{_WITHDRAWN}{self.fills}",
            quantity=quantity,
            remaining=quantity,
            pool="",
            state=BACKORDERED,
            waiting=True,
            whole=False,
            candidates=(self.location,),
            backorder=self.id,
            fills=0,
            expires_at=None,
        )

    @property
    def of(self) -> ItemKey:
        """The item it is of."""
        return (self.company_id, self.item)


class Supply(msgspec.Struct, kw_only=True):
    """A row of `expected_supply`."""

    company_id: str
    source: str
    line: str
    item: str
    location: str
    quantity: Decimal
    received: Decimal
    pegged: Decimal
    expected_on: dt.date
    confidence: str
    entry: bytes
    changes: int = 0
    most: Decimal | None = None
    new: bool = True

    @property
    def key(self) -> SupplyKey:
        """Its primary key."""
        return (self.company_id, self.source, self.line)

    @property
    def open(self) -> Decimal:
        """What is still to come; an over-receipt leaves nothing."""
        return max(self.quantity - self.received, ZERO)

    def preference(self) -> tuple[dt.date, int, str, str]:
        """Sort key: the earliest first, then the surest."""
        return (self.expected_on, _RANK.get(self.confidence, 3), self.source, self.line)


class PromiseMovement(msgspec.Struct, frozen=True):
    """A row of `promise_movement`."""

    position: int
    number: int
    kind: str
    reservation: str
    on_hand: Decimal
    reserved: Decimal
    safety: Decimal
    free_after: Decimal
    entry: bytes
    rule: str = ""


class Kept(msgspec.Struct):
    """A row of `kept_back`: part of a position that is never promised, and why."""

    quantity: Decimal
    rule: str
    entry: bytes
    marked: bool = False


class Fact(msgspec.Struct, frozen=True):
    """A physical movement to be written: which request (by its place in the batch), which line, which entry."""

    request: int
    company_id: str
    line: StockMoveLine
    entry: bytes


class Books:
    """What one batch holds under its locks. `pools` are those of its day; with `rebalances` stock that becomes free is
    set aside for them."""

    def __init__(self, pools: Pools = NO_POOLS, *, rebalances: bool = False) -> None:
        self.pools = pools
        self.rebalances = rebalances
        self.positions: dict[PositionKey, Position] = {}
        self.of_item: dict[ItemKey, list[Position]] = defaultdict(list)
        self.kept: dict[KeptKey, Kept] = {}
        self.changed_kept: set[KeptKey] = set()
        self.promises: dict[str, Promise] = {}
        self.of_subject: dict[str, list[Promise]] = defaultdict(list)
        self.waiting: dict[ItemKey, list[Promise]] = defaultdict(list)
        self.supplies: dict[SupplyKey, Supply] = {}
        self.supply_of: dict[ItemKey, list[Supply]] = defaultdict(list)
        self.pegs: dict[str, dict[SupplyKey, Decimal]] = defaultdict(dict)
        self.movements: list[PromiseMovement] = []
        self.facts: list[Fact] = []
        self.changed_promises: dict[str, Promise] = {}
        self.changed_supplies: dict[SupplyKey, Supply] = {}
        self.supply_entries: dict[SupplyKey, bytes] = {}
        """Which entry changed a supply row last."""
        self.entry = b""
        """The request that is being decided."""
        self.lots = Lots()
        self.granted: dict[PositionKey, list[Promise]] = defaultdict(list)
        """What is granted at positions that promises are to be made again of."""
        self.served: list[tuple[Promise, Decimal]] = []
        """What was withdrawn once and waits for less now."""
        self.fell: dict[PositionKey, bytes] = {}
        """Positions at which a fact left less than is promised, and the entry that did."""
        self.changed_pegs: set[tuple[str, SupplyKey]] = set()
        self._asked = 1 << 62  # behind every number the database has given out

    def book(
        self,
        position: Position,
        kind: str,
        entry: bytes,
        *,
        on_hand: Decimal = ZERO,
        reserved: Decimal = ZERO,
        safety: Decimal = ZERO,
        reservation: str = "",
        rule: str = "",
        unbacked: bool = False,
    ) -> None:
        """Change a position and journal it under the position's next number. `unbacked`: what is not reserved any more
        had no goods, so those that went were somebody else's."""
        position.on_hand += on_hand
        position.reserved += reserved
        position.safety += safety
        position.counter += 1
        fell = on_hand < (ZERO if unbacked else reserved)
        if fell and position.free < 0 and kind in _FACTS:
            self.fell[position.key] = entry
        self.movements.append(
            PromiseMovement(
                position.id, position.counter, kind, reservation, on_hand, reserved, safety, position.free, entry, rule
            )
        )

    def most(self, position: Position, keeps_until: dt.date | None) -> Decimal:
        """What may be promised at a position of goods that keep until a day, if that is asked for."""
        if keeps_until is None:
            return position.free
        return min(position.free, self.that_keep(position, keeps_until))

    def that_keep(self, position: Position, keeps_until: dt.date, besides: Promise | None = None) -> Decimal:
        """What may be promised at a position's location of goods that keep until a day, over all its pools; as if one
        promise were not there, if it is named."""
        keeping = self.lots.of(position.key[:2])
        if keeping is None:
            raise LookupError(f"the lots of {position.key[1]} were not read")
        if besides is None:
            return keeping.free(position.key[2], keeps_until)
        self._keeps(besides, -besides.remaining)
        try:
            return keeping.free(position.key[2], keeps_until)
        finally:
            self._keeps(besides, besides.remaining)

    def load_position(self, position: Position) -> None:
        """Take in a row as held."""
        self.positions[position.key] = position
        self.of_item[position.key[:2]].append(position)

    def places(self, promise: Promise) -> list[Position]:
        """The positions that may fill a promise, in the order it prefers; a pool nothing was ever put into is none."""
        keys = self.pools.places(promise.of, promise.candidates, promise.source, promise.customer)
        return [self.positions[key] for key in keys if key in self.positions]

    def could_get(
        self,
        item: ItemKey,
        locations: Iterable[str],
        channel: str,
        customer: str,
        keeps_until: dt.date | None,
        *,
        lent: bool = True,
    ) -> Decimal:
        """What may be promised at some locations, with what pools that lend would put there if it may be `lent`. All
        pools of a location share its lots: what keeps long enough is counted once."""
        found = ZERO
        for location in locations:
            here = self._free_at(item, location, channel, customer)
            if lent and self.pools:
                here += self.could_borrow(item, (location,), channel, customer)
            if here and keeps_until is not None:
                here = min(here, self.that_keep(self.positions[(*item, location, SHARED)], keeps_until))
            found += here
        return found

    def _free_at(self, item: ItemKey, location: str, channel: str, customer: str) -> Decimal:
        keys = self.pools.places(item, (location,), channel, customer)
        positions = (self.positions[key] for key in keys if key in self.positions)
        return sum((max(position.free, ZERO) for position in positions), ZERO)

    def borrow(
        self,
        item: ItemKey,
        locations: Iterable[str],
        channel: str,
        customer: str,
        wanted: Decimal,
        keeps_until: dt.date | None,
        entry: bytes,
    ) -> None:
        """Let pools that lend put up to `wanted` of what nobody holds there among what is everybody's; for goods that
        must keep no more than what is free already leaves of those that do."""
        for lender, rule in self._lenders(item, locations, channel, customer):
            quantity = min(wanted, lender.free)
            if quantity > 0 and keeps_until is not None:
                free = self._free_at(item, lender.key[2], channel, customer)
                quantity = min(quantity, self.that_keep(lender, keeps_until) - free)
            if quantity <= 0:
                continue
            label = self.pools.label(rule)
            self.book(lender, "lend", entry, on_hand=-quantity, rule=label)
            self.book(self.positions[(*lender.key[:3], SHARED)], "lend", entry, on_hand=quantity, rule=label)
            wanted -= quantity

    def could_borrow(self, item: ItemKey, locations: Iterable[str], channel: str, customer: str) -> Decimal:
        """What pools that lend would put among what is everybody's."""
        lenders = self._lenders(item, locations, channel, customer)
        return sum((max(lender.free, ZERO) for lender, _ in lenders), ZERO)

    def _lenders(
        self, item: ItemKey, locations: Iterable[str], channel: str, customer: str
    ) -> Iterator[tuple[Position, PoolRule]]:
        """Where shared stock is short, what is lent would only serve those who were promised beyond it."""
        for key, rule in self.pools.lenders(item, tuple(locations), channel, customer):
            lender = self.positions.get(key)
            if lender is not None and self.positions[(*key[:3], SHARED)].free >= 0:
                yield lender, rule

    def load_promise(self, promise: Promise) -> None:
        """Take in a row as read."""
        self.promises[promise.id] = promise
        self._index(promise)

    def add_promise(self, promise: Promise) -> None:
        """A new promise, to be inserted."""
        promise.new = True
        self._asked += 1
        promise.asked_number = self._asked
        self.load_promise(promise)
        self.touch(promise)
        if promise.state == RESERVED:
            self._keeps(promise, promise.remaining)

    def _keeps(self, promise: Promise, quantity: Decimal) -> None:
        if promise.keeps_until is not None and (keeping := self.lots.of(promise.of)) is not None:
            keeping.promise(promise.location, promise.keeps_until, quantity)

    def _index(self, promise: Promise) -> None:
        self.of_subject[promise.subject].append(promise)
        if promise.waiting:
            self.waiting[(promise.company_id, promise.item)].append(promise)

    def set_of(self, promise: Promise) -> list[Promise]:
        """All that waits together with a row, itself among it; the row alone if it waits for itself."""
        if not promise.together:
            return [promise]
        items = ((promise.company_id, item) for item in promise.beside)
        rows = (row for item in items for row in self.waiting[item])
        return [row for row in rows if row.waiting and row.together == promise.together]

    def touch(self, promise: Promise) -> None:
        """A promise was changed and must be stored."""
        self.changed_promises[promise.id] = promise

    def line_up(self, item: ItemKey) -> list[Promise]:
        """Who waits for an item: who had been promised it before, then in the order of the rule for it; first come
        first where there is none."""
        line = [promise for promise in self.waiting[item] if promise.waiting]
        self.waiting[item] = self.in_order(line, item)
        return line

    def in_order(self, line: list[Promise], item: ItemKey) -> list[Promise]:
        """The same list, sorted by the rule for an item."""
        rule = self.pools.fill_rule(item)
        line.sort(key=lambda promise: promise.asked_number)
        if rule is not None and rule.order == "due_date":
            line.sort(key=lambda promise: promise.due_on or dt.date.max)
        elif rule is not None and rule.order == "channel":
            rank = {channel: place for place, channel in enumerate(rule.channels)}
            line.sort(key=lambda promise: rank.get(promise.source, len(rank)))
        line.sort(key=lambda promise: not promise.withdrawn)
        return line

    def load_supply(self, supply: Supply) -> None:
        """Take in a row of expected supply, read or new."""
        if supply.key not in self.supplies:
            self.supplies[supply.key] = supply
            self.supply_of[(supply.company_id, supply.item)].append(supply)

    def touch_supply(self, supply: Supply) -> None:
        """A supply row was changed and must be stored."""
        self.changed_supplies[supply.key] = supply
        self.supply_entries[supply.key] = self.entry

    def set_peg(self, promise: Promise, supply: Supply, quantity: Decimal) -> None:
        """Peg `quantity` of a supply to a waiting row, in place of what was pegged before; zero takes the peg away."""
        pegs = self.pegs[promise.id]
        before = pegs.get(supply.key, ZERO)
        if quantity == before:
            return
        if quantity:
            pegs[supply.key] = quantity
        else:
            del pegs[supply.key]
        supply.pegged += quantity - before
        self.changed_pegs.add((promise.id, supply.key))
        self.touch_supply(supply)

    def pegged(self, promise: Promise) -> Decimal:
        """How much of a waiting row is covered by expected supply."""
        return sum(self.pegs[promise.id].values(), ZERO)

    def expected_on(self, promise: Promise) -> dt.date | None:
        """When the last supply it is pegged to should be here."""
        return max((self.supplies[key].expected_on for key in self.pegs[promise.id]), default=None)

    def unpeg(self, promise: Promise, quantity: Decimal, first: Iterable[SupplyKey] = ()) -> None:
        """Give `quantity` of a waiting row's pegs back, from `first`, then from the latest supply."""
        pegs = self.pegs[promise.id]
        # The same supply may have come in several lines: some good, some damaged.
        order = list(dict.fromkeys(key for key in first if key in pegs))
        rest = [self.supplies[key] for key in pegs if key not in order]
        rest.sort(key=Supply.preference, reverse=True)
        for key in [*order, *(supply.key for supply in rest)]:
            if not quantity:
                return
            less = min(pegs[key], quantity)
            self.set_peg(promise, self.supplies[key], pegs[key] - less)
            quantity -= less

    def cover_only_remaining(self, promise: Promise, first: Iterable[SupplyKey] = ()) -> None:
        """A waiting row never holds more pegs than it still waits for."""
        excess = self.pegged(promise) - promise.remaining
        if excess > 0:
            self.unpeg(promise, excess, first)

    def end(self, promise: Promise, quantity: Decimal, state: str) -> None:
        """Take `quantity` off a promise; at nothing remaining it has come to its one end, `state`."""
        promise.remaining -= quantity
        if promise.state == RESERVED:
            self._keeps(promise, -quantity)
        if promise.withdrawn and promise.waiting:
            self.served.append((promise, quantity))
        if not promise.remaining:
            promise.state = state
            promise.waiting = False
            promise.expires_at = None
        self.touch(promise)
