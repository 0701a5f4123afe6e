"""Facts about stock, and what the Promise Ledger answered to the cases that asked it."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Literal

import msgspec

from crossdock.events.registry import event
from crossdock.model.fulfillment import InventoryAdjustment, InventoryReport


@event()
class InventoryAdjusted(msgspec.Struct, frozen=True):
    """A warehouse corrected its stock."""

    adjustment: InventoryAdjustment


@event()
class InventoryReported(msgspec.Struct, frozen=True):
    """A warehouse stated its stock."""

    report: InventoryReport


class ExpiredLot(msgspec.Struct, frozen=True, omit_defaults=True):
    """So much of a lot was unrestricted on the day after it expired."""

    line: str
    item: str
    lot: str
    quantity: Decimal
    owner: str = "own"


@event()
class LotsExpired(msgspec.Struct, frozen=True):
    """Lots at a location have expired by a day (the location's own date): they may be promised no more."""

    location: str
    on: dt.date
    lots: tuple[ExpiredLot, ...]


HeldWhy = Literal["over", "not_ordered", "other_item"]
"""More than the order takes; nothing that it takes at all; another item than its line names."""


class HeldGoods(msgspec.Struct, frozen=True, omit_defaults=True):
    """So much of one line of a receipt was put into quarantine."""

    line: str
    item: str
    location: str
    quantity: Decimal
    why: HeldWhy
    owner: str = "own"
    lot: str = ""


@event()
class GoodsHeld(msgspec.Struct, frozen=True):
    """Goods came that nobody had asked for: they are in quarantine until a buyer decides about them."""

    document: str
    lines: tuple[HeldGoods, ...]


class PromisedLine(msgspec.Struct, frozen=True, omit_defaults=True):
    """What one asked line got: `location` and `quantity` of one grant; a line may have several."""

    line: str
    item: str
    location: str
    quantity: Decimal
    reservation: str
    waited_as: str = ""
    """The waiting promise that this came out of, if it waited."""


class BackorderedLine(msgspec.Struct, frozen=True, omit_defaults=True):
    """What one line did not get from stock. `expected_on` is the date of the supply it is pegged to, if any."""

    line: str
    item: str
    quantity: Decimal
    reservation: str
    pegged: Decimal = Decimal(0)
    expected_on: dt.date | None = None


@event()
class StockPromised(msgspec.Struct, frozen=True, omit_defaults=True):
    """The answer to `Reserve` (asked) or `Commit` (told) of one case.

    `promised` can be picked now; `backordered` waits; `refused` gets nothing (asked without backorder).
    `shortage` is what a told promise took beyond stock, by line: it is booked all the same.
    """

    request: str
    promised: tuple[PromisedLine, ...] = ()
    backordered: tuple[BackorderedLine, ...] = ()
    refused: tuple[tuple[str, Decimal], ...] = ()
    shortage: tuple[tuple[str, Decimal], ...] = ()


@event()
class BackorderFilled(msgspec.Struct, frozen=True):
    """A receipt turned backorders of this case into stock, in the receipt's own transaction."""

    receipt: str
    lines: tuple[PromisedLine, ...]


@event()
class GoodsCrossDocked(msgspec.Struct, frozen=True):
    """Goods came that backorders of this case were pegged to, and lie packed for it: they were never free, and their
    warehouse has yet to be told to ship them. `receipt` is the receipt's number at the lines' location."""

    receipt: str
    lines: tuple[PromisedLine, ...]


@event()
class BackorderExpected(msgspec.Struct, frozen=True):
    """Backorders of this case were pegged to other supply, or lost theirs (`expected_on` None)."""

    lines: tuple[BackorderedLine, ...]


@event()
class PromiseReleased(msgspec.Struct, frozen=True):
    """A promise ended without goods: cancelled or expired."""

    reservation: str
    item: str
    quantity: Decimal
    reason: str


@event()
class PromiseWithdrawn(msgspec.Struct, frozen=True, omit_defaults=True):
    """Less is there than was promised, and this promise was the last in line: so much of it waits again, under the
    name `waiting`, before everybody who came later. What its warehouse was asked to ship stands."""

    reservation: str
    line: str
    item: str
    location: str
    quantity: Decimal
    waiting: str
    pegged: Decimal = Decimal(0)
    expected_on: dt.date | None = None


class WithdrawnPiece(msgspec.Struct, frozen=True, omit_defaults=True):
    """Whose promise was withdrawn: of the case `subject`, which waits again as `waiting`, or of a caller (`source`),
    whose reservation is over."""

    reservation: str
    quantity: Decimal
    subject: str = ""
    line: str = ""
    waiting: str = ""
    source: str = ""


@event()
class PromisesWithdrawn(msgspec.Struct, frozen=True):
    """A location has less of an item than was promised from it. These promises have no goods; `because_of` is the case
    whose fact it was."""

    item: str
    location: str
    because_of: str
    pieces: tuple[WithdrawnPiece, ...]


@event()
class WithdrawnPromisesServed(msgspec.Struct, frozen=True):
    """(waiting promise, quantity) of promises once withdrawn: goods came, or nobody wants them any more."""

    item: str
    location: str
    pieces: tuple[tuple[str, Decimal], ...]


@event()
class OwnershipPassed(msgspec.Struct, frozen=True):
    """A supplier's goods that lay with us were used: from then on they are ours, or our customer's, and the supplier
    is owed for them. `used_as` is the state they went to."""

    line: str
    item: str
    location: str
    quantity: Decimal
    from_owner: str
    to_owner: str
    document: str
    used_as: str


@event()
class StockWentNegative(msgspec.Struct, frozen=True):
    """A physical fact took an item below zero at a location; the fact stands, a person owns the difference."""

    item: str
    location: str
    quantity: Decimal
    entry: str
