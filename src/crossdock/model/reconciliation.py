"""What other systems say of stock, and what is proposed where they and we differ."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Literal

import msgspec

from crossdock.model.quantity import Quantity

StatementKind = Literal["warehouse", "erp", "supplier"]
DriftCause = Literal["missing", "doubled", "late", "wrong_unit", "unowned_change", "mixed", "unknown"]
DriftState = Literal["explained", "open", "corrected", "closed"]

BOOK = "book"
"""The condition of a system that knows one number per item: everything that physically is there, whatever its state."""


class StatedLevel(msgspec.Struct, frozen=True, omit_defaults=True):
    """How much of an item lies there in one condition, in the unit that the system counts in."""

    item: str
    quantity: Quantity
    condition: str = "unrestricted"
    lot: str = ""


class StatedChange(msgspec.Struct, frozen=True):
    """A signed change of one condition, in the item's base unit."""

    condition: str
    quantity: Decimal


class StatedFact(msgspec.Struct, frozen=True, omit_defaults=True):
    """A change of stock as the other system lists it: what it did, or booked of what it was told.

    `number` is its own and unique per item; `reference` is what we sent it for (our idempotency key), empty for what
    it did by itself; `again` says how the document can be asked for once more.
    """

    number: str
    item: str
    at: dt.datetime
    changes: tuple[StatedChange, ...]
    what: str = ""
    reference: str = ""
    again: str = ""


class StockStatement(msgspec.Struct, frozen=True, omit_defaults=True, kw_only=True):
    """What a system says of its stock of one company at one location, at one moment.

    It speaks of all items there (`complete`) or of those it names, in the `conditions` it knows; what it does not name
    of these is nothing. `facts` are the changes since its statement before; `lists_facts` says that they are all of
    them. `uncertainty_seconds`: how far `stated_at` may be wrong.
    """

    company_id: str
    system: str
    kind: StatementKind
    location: str
    number: str
    stated_at: dt.datetime
    levels: tuple[StatedLevel, ...]
    conditions: tuple[str, ...] = ("unrestricted",)
    complete: bool = True
    uncertainty_seconds: int = 0
    sequence: int | None = None
    facts: tuple[StatedFact, ...] = ()
    lists_facts: bool = False


class StockCorrection(msgspec.Struct, frozen=True, omit_defaults=True, kw_only=True):
    """What would make two systems agree again on one item at one location, as of `stated_at`.

    `target` is who would change its number: `ledger`, or the system that differs. `changes` are those of the target.
    With `applies` it is done without asking; `rule` says which rule allows it.
    """

    company_id: str
    drift: str
    number: str
    system: str
    target: str
    location: str
    item: str
    changes: tuple[StatedChange, ...]
    stated_at: dt.datetime
    cause: DriftCause
    detail: str
    documents: tuple[str, ...] = ()
    money: Decimal | None = None
    currency: str = ""
    applies: bool = False
    rule: str = ""
