"""The terms of an answer. All quantities are in the item's base unit; all instants are of business time."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Literal

import msgspec

Use = Literal["own", "shared", "lending", "protected"]
"""What a position is to the asker: its own pool, everybody's, a pool that lends, or a pool that is not for it."""


class KeptBack(msgspec.Struct, frozen=True):
    """Why part of a position is never promised: `reason` is `safety`, `haircut` or `held_fact`, `source` the rule, the
    system or the fact, `rule` its name and network version."""

    reason: str
    source: str
    rule: str
    quantity: Decimal
    since: dt.datetime


class PositionTerms(msgspec.Struct, frozen=True, kw_only=True):
    """One row of the promise book: `free = on_hand - safety - reserved - allocated`.

    `safety` is the sum of `kept_back`. `shortage` is the part of `reserved` that was told to us beyond stock and waits
    for supply. `counted` is what the answer takes from here: what is free, if the asker may use it and it is not below
    zero. `rule` is the pool's, and `version` the number of the last movement.
    """

    location: str
    pool: str = ""
    use: Use = "shared"
    rule: str = ""
    on_hand: Decimal = Decimal(0)
    safety: Decimal = Decimal(0)
    reserved: Decimal = Decimal(0)
    allocated: Decimal = Decimal(0)
    free: Decimal = Decimal(0)
    counted: Decimal = Decimal(0)
    shortage: Decimal = Decimal(0)
    kept_back: tuple[KeptBack, ...] = ()
    version: int = 0


class SupplyTerms(msgspec.Struct, frozen=True, kw_only=True):
    """One line of expected supply: `open = quantity - received`; what is not pegged may be promised for its date.
    `version` counts how often the line changed."""

    item: str
    source: str
    line: str
    location: str
    quantity: Decimal
    received: Decimal
    pegged: Decimal
    expected_on: dt.date
    confidence: str
    version: int = 0

    @property
    def open(self) -> Decimal:
        """What is still to come; an over-receipt leaves nothing."""
        return max(self.quantity - self.received, Decimal(0))


class MovementTerms(msgspec.Struct, frozen=True, kw_only=True):
    """A movement of a position: its number there, what it changed, and what booked it: key, document, case, rule, who.

    `occurred_at` is when it happened by what was reported, `recorded_at` since when we know.
    """

    item: str
    location: str
    pool: str = ""
    number: int
    kind: str
    on_hand: Decimal
    reserved: Decimal
    allocated: Decimal = Decimal(0)
    safety: Decimal = Decimal(0)
    free_after: Decimal
    reservation: str = ""
    rule: str = ""
    what: str = ""
    key: str
    document: str = ""
    subject: str = ""
    reason: str = ""
    actor: str = ""
    occurred_at: dt.datetime
    recorded_at: dt.datetime

    @property
    def change(self) -> Decimal:
        """What it did to what is free."""
        return self.on_hand - self.safety - self.reserved - self.allocated


class Change(msgspec.Struct, frozen=True):
    """One reason why a number is another: a kind of movement and how many there were; or `below_zero` (what lies below
    zero counts as none), `policy` (who may use a position changed), `components` (what a kit can be made of changed),
    `shelf_life` (what does not keep for who asks).

    What came and what went for one reason are two changes. `why`: for what goods moved, as the ledger's entry says it
    (`receipt`, `correction`), else of which kind the case was.
    """

    reason: str
    change: Decimal
    movements: int = 0
    why: str = ""


class PositionChange(msgspec.Struct, frozen=True):
    """What changed at one position between two moments: the movements behind `before.version` up to `after.version`,
    summed up by kind. The changes add up to `after.counted - before.counted`."""

    item: str
    before: PositionTerms
    after: PositionTerms
    changes: tuple[Change, ...]


class SupplyChange(msgspec.Struct, frozen=True):
    """A line of expected supply that is not what it was; None where it was not open."""

    source: str
    line: str
    before: SupplyTerms | None
    after: SupplyTerms | None


class Difference(msgspec.Struct, frozen=True, kw_only=True):
    """Why the number is another than at an earlier moment: `changes` add up to `change` exactly, and so do those of the
    positions (of a kit's components: to what can be made of them, see `components_changed`)."""

    before_at: dt.datetime
    after_at: dt.datetime
    quantity_before: Decimal
    quantity_after: Decimal
    change: Decimal
    changes: tuple[Change, ...]
    positions: tuple[PositionChange, ...]
    components_changed: tuple[PositionChange, ...] = ()
    supply: tuple[SupplyChange, ...] = ()
    movements: tuple[MovementTerms, ...] = ()
    next: str = ""
    """The cursor of the following page of movements; empty on the last."""


class SecondQuantity(msgspec.Struct, frozen=True):
    """What `weighed` base units of catch weight goods weigh, in the unit in which they are invoiced."""

    unit: str
    quantity: Decimal
    weighed: Decimal


class PhysicalTerms(msgspec.Struct, frozen=True, kw_only=True):
    """What lies in one place: a row of the physical book. `promisable`: goods of this owner may be promised, as far as
    they are unrestricted; ours at a customer's and a customer's own never are. `seconds` is told of this moment alone.
    """

    location: str
    owner: str
    lot: str
    unrestricted: Decimal
    picked: Decimal
    packed: Decimal
    in_transfer: Decimal
    quarantined: Decimal
    damaged: Decimal
    expired: Decimal
    seconds: tuple[SecondQuantity, ...] = ()
    promisable: bool = True
    version: int = 0


class Freshness(msgspec.Struct, frozen=True, kw_only=True):
    """The system that states the facts of a location: when it last said anything (None: never), how long before the
    answer that was, and what is kept back because it is silent, by which rule."""

    company: str
    location: str
    system: str
    last_fact_at: dt.datetime | None
    lag_seconds: int | None
    haircut: Decimal = Decimal(0)
    rule: str = ""


class AvailableOn(msgspec.Struct, frozen=True):
    """What may be promised for a date and after."""

    on: dt.date
    quantity: Decimal


class Component(msgspec.Struct, frozen=True):
    """What one kit needs of an item, and what there is of it."""

    item: str
    per_kit: Decimal
    now: Decimal
    positions: tuple[PositionTerms, ...]
    supply: tuple[SupplyTerms, ...]


class KitAt(msgspec.Struct, frozen=True):
    """How many kits can be made at a location, and of which component there is too little for one more."""

    location: str
    kits: Decimal
    scarce: str


class Kit(msgspec.Struct, frozen=True):
    """Kits that can be made of components: all of a kit come from one location."""

    kits: Decimal
    components: tuple[Component, ...]
    by_location: tuple[KitAt, ...]


class Substitute(msgspec.Struct, frozen=True):
    """What may be offered instead: `now` of it may be promised, which stands for `instead_of` of what was asked for."""

    item: str
    ratio: Decimal
    rule: str
    now: Decimal
    instead_of: Decimal
    by_date: tuple[AvailableOn, ...]


class Piece(msgspec.Struct, frozen=True):
    """Part of an order as it would be filled now: from a pool, empty for what is everybody's; `lent` by that pool, or
    `made` of components."""

    location: str
    quantity: Decimal
    pool: str = ""
    lent: bool = False
    made: bool = False


class Sourcing(msgspec.Struct, frozen=True):
    """From where an order of `quantity` would be filled now: the locations in the order in which they are asked, by
    which rule (empty: as the channel's sales policy lists them). `missing` is what nothing covers."""

    quantity: Decimal
    rule: str
    locations: tuple[str, ...]
    pieces: tuple[Piece, ...]
    missing: Decimal


class KeepsAt(msgspec.Struct, frozen=True):
    """`keep` is what may be promised at a location of goods that keep long enough; `less` of what counts there does
    not, or is promised to others who need it to."""

    location: str
    keep: Decimal
    less: Decimal


class ShelfLife(msgspec.Struct, frozen=True):
    """How long goods must keep for who asks, by which rule and network version; location by location."""

    rule: str
    days: int
    keeps_until: dt.date
    locations: tuple[KeepsAt, ...]

    @property
    def less(self) -> Decimal:
        """What counts and cannot be promised to who asks."""
        return sum((at.less for at in self.locations), Decimal(0))


class DropShipTerms(msgspec.Struct, frozen=True, kw_only=True):
    """Who ships the item straight to the customers of who asks, by which rule, and what it said that it has.

    `stated` is what it had at `stated_at`, in the item's base unit; `ordered_since` was ordered there for customers
    since then, which leaves `free`. All three are None where it is `unknown`, which then says why. What is ordered now
    should come on `expected_on`. Who speaks for one channel is told neither the supplier nor what that said."""

    supplier: str
    rule: str
    expected_on: dt.date
    stated: Decimal | None = None
    stated_at: dt.datetime | None = None
    lag_seconds: int | None = None
    ordered_since: Decimal | None = None
    free: Decimal | None = None
    unknown: str = ""


class AvailableToPromise(msgspec.Struct, frozen=True, kw_only=True):
    """The answer: a quantity now, the steps by which it rises, and the terms of both.

    `now` is the sum of `counted` over the positions, less what does not keep long enough for who asks, and for a kit
    what can be made of its components. A past moment is answered without `drop_ship`; at this moment, nothing that
    lies with us counts for who is served by a supplier's, and `by_date` says what that has.
    """

    company_id: str
    item: str
    channel: str = ""
    customer: str = ""
    network_version: int = 0
    now: Decimal
    by_date: tuple[AvailableOn, ...]
    positions: tuple[PositionTerms, ...] = ()
    freshness: tuple[Freshness, ...] = ()
    supply: tuple[SupplyTerms, ...] = ()
    shelf_life: ShelfLife | None = None
    kit: Kit | None = None
    drop_ship: DropShipTerms | None = None
    substitutes: tuple[Substitute, ...] = ()
    sourcing: Sourcing | None = None
    physical: tuple[PhysicalTerms, ...] = ()
    movements: tuple[MovementTerms, ...] = ()

    def on(self, date: dt.date) -> Decimal:
        """What may be promised for `date`."""
        return max((step.quantity for step in self.by_date if step.on <= date), default=self.now)

    def when(self, quantity: Decimal, today: dt.date) -> dt.date | None:
        """The first date for which `quantity` may be promised; None if nothing expected covers it."""
        if self.now >= quantity:
            return today
        return next((max(step.on, today) for step in self.by_date if step.quantity >= quantity), None)
