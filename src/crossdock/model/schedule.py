"""Call-offs and forecasts (X12 830, 862; EDIFACT DELFOR)."""

from __future__ import annotations

import datetime as dt
from typing import Literal

import msgspec

from crossdock.model.party import PartyRef
from crossdock.model.quantity import Quantity

Certainty = Literal["firm", "committed", "planned", "UNKNOWN"]


class ScheduledQuantity(msgspec.Struct, frozen=True, omit_defaults=True):
    """So much, by a day or over days, both included."""

    quantity: Quantity
    certainty: Certainty
    begins_on: dt.date
    ends_on: dt.date | None = None
    raw_code: str = ""


class ScheduleLine(msgspec.Struct, frozen=True, omit_defaults=True):
    """The schedule of one item at one place. `cumulative` is what was received in all since the year began."""

    line: str
    item: str = ""
    supplier_item: str = ""
    buyer_item: str = ""
    gtin: str = ""
    description: str = ""
    order_number: str = ""
    ship_to: str = ""
    unit: str = ""
    quantities: tuple[ScheduledQuantity, ...] = ()
    cumulative: Quantity | None = None


class DeliverySchedule(msgspec.Struct, frozen=True, omit_defaults=True):
    """What a buyer will want: a forecast (`planning`), or what is to be shipped (`shipping`)."""

    company_id: str
    number: str
    kind: Literal["planning", "shipping"]
    buyer: PartyRef
    supplier: PartyRef
    issued_on: dt.date
    lines: tuple[ScheduleLine, ...]
    ship_to: PartyRef | None = None
    begins_on: dt.date | None = None
    ends_on: dt.date | None = None
    order_number: str = ""
