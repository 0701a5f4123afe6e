"""Facts about stock, and what the Promise Ledger answered to the cases that asked it."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

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


class PromisedLine(msgspec.Struct, frozen=True, omit_defaults=True):
    """What one asked line got: `location` and `quantity` of one grant; a line may have several."""

    line: str
    item: str
    location: str
    quantity: Decimal
    reservation: str


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
