"""Where an order stands, asked and answered (X12 869, 870; EDIFACT OSTRPT)."""

from __future__ import annotations

import datetime as dt
from typing import Literal

import msgspec

from crossdock.model.party import PartyRef
from crossdock.model.quantity import Quantity

LineStatus = Literal[
    "accepted", "in_process", "shipped", "part_shipped", "backordered", "cancelled", "delivered", "held", "UNKNOWN"
]


class InquiryLine(msgspec.Struct, frozen=True, omit_defaults=True):
    """A line that is asked about."""

    line: str
    item: str = ""
    supplier_item: str = ""
    buyer_item: str = ""
    gtin: str = ""
    quantity: Quantity | None = None


class InquiredOrder(msgspec.Struct, frozen=True, omit_defaults=True):
    """An order that is asked about; without lines, all of it."""

    order_number: str
    order_date: dt.date | None = None
    lines: tuple[InquiryLine, ...] = ()


class OrderStatusInquiry(msgspec.Struct, frozen=True, omit_defaults=True):
    """A buyer's question where its orders stand."""

    company_id: str
    number: str
    asked_on: dt.date
    buyer: PartyRef
    supplier: PartyRef
    orders: tuple[InquiredOrder, ...] = ()


class OrderLineStatus(msgspec.Struct, frozen=True, omit_defaults=True):
    """Where a line, or a part of it, stands; `raw_code` is the partner's own word for `status`."""

    line: str
    status: LineStatus
    quantity: Quantity | None = None
    item: str = ""
    supplier_item: str = ""
    buyer_item: str = ""
    gtin: str = ""
    due_on: dt.date | None = None
    shipped_on: dt.date | None = None
    shipment: str = ""
    tracking: str = ""
    raw_code: str = ""


class OrderEvent(msgspec.Struct, frozen=True, omit_defaults=True):
    """What became of an order as a whole; `party` is who has it now: the carrier, or whom it was delivered to."""

    status: LineStatus
    happened_on: dt.date | None = None
    party: PartyRef | None = None
    raw_code: str = ""


class ReportedOrder(msgspec.Struct, frozen=True, omit_defaults=True):
    """One order of a report."""

    order_number: str
    order_date: dt.date | None = None
    supplier_reference: str = ""
    lines: tuple[OrderLineStatus, ...] = ()
    events: tuple[OrderEvent, ...] = ()


class OrderStatusReport(msgspec.Struct, frozen=True, omit_defaults=True):
    """A supplier's answer, or what it tells unasked."""

    company_id: str
    number: str
    reported_on: dt.date
    buyer: PartyRef
    supplier: PartyRef
    orders: tuple[ReportedOrder, ...]
    inquiry: str = ""
