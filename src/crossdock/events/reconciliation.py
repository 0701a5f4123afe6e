"""What other systems say of stock, and what becomes of the differences."""

from __future__ import annotations

import msgspec

from crossdock.events.registry import event
from crossdock.model.reconciliation import StatedChange, StockCorrection, StockStatement


@event()
class StockStated(msgspec.Struct, frozen=True):
    """A system stated its stock: something to compare with, never a movement."""

    statement: StockStatement


@event()
class StockCounted(msgspec.Struct, frozen=True):
    """The system that owns the quantities of a location counted: what it found holds."""

    statement: StockStatement


@event()
class StockCorrectionProposed(msgspec.Struct, frozen=True):
    """Two systems differ for longer than what is under way explains; this would make them agree."""

    correction: StockCorrection


@event()
class StockCorrectionApproved(msgspec.Struct, frozen=True):
    """A person lets a proposed correction be booked."""

    reason: str


@event()
class StockCorrectionRejected(msgspec.Struct, frozen=True):
    """A person wants the numbers left as they are."""

    reason: str


@event()
class StockCorrectionWithdrawn(msgspec.Struct, frozen=True):
    """The systems agree by now: what was proposed is not needed any more."""

    reason: str


@event()
class StockCorrectionDerived(msgspec.Struct, frozen=True):
    """Facts came that happened before the moment a correction was made for: it is derived again, by `changes`."""

    number: int
    changes: tuple[StatedChange, ...]
    documents: tuple[str, ...]
