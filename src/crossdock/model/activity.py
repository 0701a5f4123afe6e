"""What a partner sold, holds and expects (X12 852, 867; EDIFACT SLSRPT)."""

from __future__ import annotations

import datetime as dt
from typing import Literal

import msgspec

from crossdock.model.party import PartyRef
from crossdock.model.quantity import Price, Quantity

ActivityKind = Literal[
    "sold", "returned", "transferred", "on_hand", "on_order", "received", "out_of_stock", "forecast", "adjusted",
    "UNKNOWN",
]  # fmt: skip


class ActivityLine(msgspec.Struct, frozen=True, omit_defaults=True):
    """So much of one item at one place. `place` is the partner's number of the store or warehouse, `customer` whom it
    went to, `raw_code` the partner's own word for `kind`."""

    line: str
    kind: ActivityKind
    quantity: Quantity
    item: str = ""
    supplier_item: str = ""
    buyer_item: str = ""
    gtin: str = ""
    place: str = ""
    customer: PartyRef | None = None
    price: Price | None = None
    document: str = ""
    happened_on: dt.date | None = None
    lot: str = ""
    serial: str = ""
    raw_code: str = ""
    begins_on: dt.date | None = None
    """From this day on, where it is not all of the report's period."""
    ends_on: dt.date | None = None


class ProductActivity(msgspec.Struct, frozen=True, omit_defaults=True):
    """A partner's report of a period, both days included."""

    company_id: str
    number: str
    reporter: PartyRef
    reported_on: dt.date
    lines: tuple[ActivityLine, ...]
    begins_on: dt.date | None = None
    ends_on: dt.date | None = None
    supplier: PartyRef | None = None
    currency: str = ""
