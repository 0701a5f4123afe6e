"""The rows a batch holds, in memory: positions, promises, supply and pegs, and a journal of what was done to them.

Decisions (`promising`, `filling`, `facts`) read and change these objects only; `reading` fills them under the row
locks and `writing` stores what changed.
"""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable
from decimal import Decimal

import msgspec

from crossdock.model.stock import StockMoveLine

ZERO = Decimal(0)

PositionKey = tuple[str, str, str, str]
"""Company, item, location, pool."""
ItemKey = tuple[str, str]
"""Company, item."""
SupplyKey = tuple[str, str, str]
"""Company, source, line."""

RESERVED = "reserved"
SHORT = "short"
BACKORDERED = "backordered"

# What counts in a position's `reserved`.
ON_THE_BOOK = frozenset((RESERVED, SHORT))

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

    A waiting row (short or backordered) is never picked itself: each filling of it is a reservation of its own, named
    after it.
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
    expires_at: dt.datetime | None = None
    due_on: dt.date | None = None
    backorder: str = ""
    new: bool = False

    @property
    def at(self) -> PositionKey:
        """The position whose book it is on."""
        return (self.company_id, self.item, self.location, self.pool)

    def candidate_keys(self) -> list[PositionKey]:
        """The positions that may fill it, in the order it prefers."""
        return [(self.company_id, self.item, location, self.pool) for location in self.candidates]


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


class Fact(msgspec.Struct, frozen=True):
    """A physical movement to be written: which request (by its place in the batch), which line, which entry."""

    request: int
    company_id: str
    line: StockMoveLine
    entry: bytes


class Books:
    """What one batch holds under its locks."""

    def __init__(self) -> None:
        self.positions: dict[PositionKey, Position] = {}
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
    ) -> None:
        """Change a position and journal it under the position's next number."""
        position.on_hand += on_hand
        position.reserved += reserved
        position.safety += safety
        position.counter += 1
        self.movements.append(
            PromiseMovement(
                position.id, position.counter, kind, reservation, on_hand, reserved, safety, position.free, entry
            )
        )

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

    def _index(self, promise: Promise) -> None:
        self.of_subject[promise.subject].append(promise)
        if promise.waiting:
            self.waiting[(promise.company_id, promise.item)].append(promise)

    def touch(self, promise: Promise) -> None:
        """A promise was changed and must be stored."""
        self.changed_promises[promise.id] = promise

    def line_up(self, item: ItemKey) -> list[Promise]:
        """Who waits for an item, first come first."""
        line = [promise for promise in self.waiting[item] if promise.waiting]
        line.sort(key=lambda promise: promise.asked_number)
        self.waiting[item] = line
        return line

    def load_supply(self, supply: Supply) -> None:
        """Take in a row of expected supply, read or new."""
        if supply.key not in self.supplies:
            self.supplies[supply.key] = supply
            self.supply_of[(supply.company_id, supply.item)].append(supply)

    def touch_supply(self, supply: Supply) -> None:
        """A supply row was changed and must be stored."""
        self.changed_supplies[supply.key] = supply

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
        if not promise.remaining:
            promise.state = state
            promise.waiting = False
            promise.expires_at = None
        self.touch(promise)
