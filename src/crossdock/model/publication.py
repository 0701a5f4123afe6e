"""What channels are told about stock."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

import msgspec


class AvailableItem(msgspec.Struct, frozen=True, omit_defaults=True):
    """What may be promised of one item. `version` only rises: an older number never overwrites a newer one."""

    item: str
    quantity: Decimal
    version: int
    expected_version: int | None = None
    """The version that the channel is believed to show, for channels that compare before they set; None: not known."""


class AvailabilityPublication(msgspec.Struct, frozen=True):
    """The changed quantities for one channel since the last publication."""

    company_id: str
    channel: str
    number: str
    at: dt.datetime
    items: tuple[AvailableItem, ...]


class OrderStatusUpdate(msgspec.Struct, frozen=True, omit_defaults=True):
    """How an order stands, for the channel it came through. `status` is the header state of the sales order."""

    company_id: str
    channel: str
    order_number: str
    status: str
    sequence: int
    at: dt.datetime
    shipment: str = ""
    lines: tuple[tuple[str, str, Decimal], ...] = ()
    """(order line, state, quantity) of the lines this update is about."""
