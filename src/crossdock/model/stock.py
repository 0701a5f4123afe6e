"""What is asked of the Promise Ledger: requests in, outcome events out (`events/inventory.py`)."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Literal

import msgspec

PhysicalState = Literal["unrestricted", "picked", "packed", "in_transfer", "quarantined", "damaged", "expired"]
OutsideState = Literal["supplier", "customer", "adjustment", "scrap", "assembly", "claim", "opening", "own_use"]
State = PhysicalState | OutsideState

OWN = "own"
"""The owner of goods that are ours; others are written as a kind and a party (`inventory/ledger/owners.py`)."""

CONSIGNMENT_OUT = "consignment_out"


def consigned_to(customer: str) -> str:
    """The owner of goods that are ours and lie at a customer's, who pays for what it uses of them."""
    return f"{CONSIGNMENT_OUT}:{customer}"


PHYSICAL_STATES: tuple[str, ...] = (
    "unrestricted",
    "picked",
    "packed",
    "in_transfer",
    "quarantined",
    "damaged",
    "expired",
)
OUTSIDE_STATES: tuple[str, ...] = (
    "supplier",
    "customer",
    "adjustment",
    "scrap",
    "assembly",
    "claim",
    "opening",
    "own_use",
)


class MadeOf(msgspec.Struct, frozen=True, omit_defaults=True):
    """One of an item consists of so many (`per`) of this one, in its base unit; `keeps_until` as in the line."""

    item: str
    per: Decimal
    keeps_until: dt.date | None = None


class StockRequestLine(msgspec.Struct, frozen=True, omit_defaults=True):
    """So much of one item, from the first of `locations` that has it, then the next.

    Lines with the same `together` are a set, such as the components of a kit: `per` of each makes one set, and they are
    granted in whole sets, each set from one location.
    """

    line: str
    item: str
    quantity: Decimal
    locations: tuple[str, ...]
    due_on: dt.date | None = None
    keeps_until: dt.date | None = None
    """The goods must not expire before this day; what belongs to no lot, or to one nobody described, may."""
    together: str = ""
    per: Decimal = Decimal(0)
    whole_first: bool = False
    """Before all others the first location that has all of the lines that say so, if there is one."""
    made_of: tuple[MadeOf, ...] = ()
    """What one of a kit consists of. Stock of the kit itself goes first; the rest is taken as components, in whole
    kits, those of one kit from one location. Their promises have this line, and the item of the component."""


class PromiseRequest(msgspec.Struct, frozen=True, omit_defaults=True):
    """Stock for one case. `key` makes it idempotent: the same key is answered as it was the first time.

    `asked` may be refused: what free stock does not cover is backordered (if `backorder`) or refused. `told` always
    books in full at the first location; what stock does not cover is a shortage. Without `partial` an asked line is
    granted whole or not at all. `source` and `customer` decide which pools it may take from.
    """

    company_id: str
    key: str
    subject: str
    kind: Literal["asked", "told"]
    lines: tuple[StockRequestLine, ...]
    source: str = ""
    """Channel or person the promise was made to or by; shortages are counted by it."""
    request: str = "order"
    backorder: bool = True
    partial: bool = True
    expires_at: dt.datetime | None = None
    customer: str = ""
    adopts: tuple[str, ...] = ()
    """Reservations of API callers that this request takes over, as far as its lines need them; what they hold beyond
    that becomes free."""


class ReleaseRequest(msgspec.Struct, frozen=True, omit_defaults=True):
    """End promises and backorders without goods: of `reservations`, or of `lines` of the case, or all of the case."""

    company_id: str
    key: str
    subject: str
    reservations: tuple[str, ...] = ()
    lines: tuple[str, ...] = ()
    reason: str = "cancelled"


class StockMoveLine(msgspec.Struct, frozen=True, omit_defaults=True):
    """Goods from one state to another. `reservation` ends that much of a promise in the same transaction (a pick);
    `supply` = (source, line) says which expected supply the goods are (a receipt)."""

    line: str
    item: str
    location: str
    quantity: Decimal
    from_state: str
    to_state: str
    reservation: str = ""
    supply: tuple[str, str] | None = None
    to_location: str = ""
    """Only for transfers between locations; the same place unless said."""
    owner: str = OWN
    to_owner: str = ""
    """Whose goods they are from then on; the same owner's unless said."""
    lot: str = ""
    second_quantity: Decimal | None = None
    second_unit: str = ""
    only_expected: bool = False
    """A receipt: what is more than its supply line takes (`SupplyLine.most`), or is of no supply line or of another
    item, is put into quarantine by the same entry."""
    cross_dock: bool = False
    """A receipt: what of it is pegged to orders that wait for it goes straight to `packed`, for exactly those orders,
    and is never free; the rest goes to `to_state` as ever."""
    stays_promised_as: str = ""
    """Goods that were taken for `reservation`, which ended with that, and are put away again: they are never free, but
    promised to the same order under this name."""

    @property
    def arrives_at(self) -> str:
        """The location they are at afterwards."""
        return self.to_location or self.location

    @property
    def belongs_to(self) -> str:
        """Whose they are afterwards."""
        return self.to_owner or self.owner


class MoveRequest(msgspec.Struct, frozen=True, omit_defaults=True):
    """A physical fact: booked whole, never refused for quantity, idempotent by `key`."""

    company_id: str
    key: str
    subject: str
    document: str
    lines: tuple[StockMoveLine, ...]
    occurred_at: dt.datetime
    reason: str = ""


class SupplyLine(msgspec.Struct, frozen=True, omit_defaults=True):
    """Expected supply of one source line: the whole quantity still believed in, received or not (the ledger knows
    what was received), its date and how sure it is."""

    source: str
    line: str
    item: str
    location: str
    quantity: Decimal
    expected_on: dt.date
    confidence: Literal["ordered", "acknowledged", "announced", "transfer"] = "ordered"
    most: Decimal | None = None
    """The most of the line that is taken in without asking, received or not; without it, all that comes."""


class SupplyRequest(msgspec.Struct, frozen=True, omit_defaults=True):
    """Set the expected supply of a source, line by line; zero takes it away and frees its pegs."""

    company_id: str
    key: str
    subject: str
    lines: tuple[SupplyLine, ...]


LedgerRequest = PromiseRequest | ReleaseRequest | MoveRequest | SupplyRequest
