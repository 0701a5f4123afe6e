"""Transfers between two places of our own: what is ordered, what left, what arrived."""

from __future__ import annotations

import datetime as dt
from typing import Literal

import msgspec

from crossdock.model.quantity import Quantity
from crossdock.model.ship_notice import ReceiptCondition

LossAccount = Literal["scrap", "claim"]
"""Where goods go that never arrived: written off, or claimed from whoever carried them."""


class TransferLine(msgspec.Struct, frozen=True, omit_defaults=True):
    """So much of one item, in its base unit."""

    line: str
    item: str
    quantity: Quantity


class TransferOrder(msgspec.Struct, frozen=True, omit_defaults=True):
    """Goods that are to go from one location to another. `number` is unique within the company.

    `arrives_on` is the day on which they should be there; without it, two working days of the destination after they
    left.
    """

    company_id: str
    number: str
    from_location: str
    to_location: str
    ordered_at: dt.datetime
    lines: tuple[TransferLine, ...]
    arrives_on: dt.date | None = None


class TransferAdvice(msgspec.Struct, frozen=True, omit_defaults=True):
    """What left the sending warehouse, as it tells us and as the receiving one is told.

    `shipment` is the sender's number of the message. Once one is `final`, nothing more leaves for this transfer.
    """

    company_id: str
    number: str
    shipment: str
    from_location: str
    to_location: str
    shipped_at: dt.datetime
    lines: tuple[TransferLine, ...]
    final: bool = True
    expected_on: dt.date | None = None


class TransferReceiptLine(msgspec.Struct, frozen=True, omit_defaults=True):
    """What was counted of one line in one condition, in the item's base unit."""

    line: str
    item: str
    quantity: Quantity
    condition: ReceiptCondition = "good"


class TransferReceipt(msgspec.Struct, frozen=True, omit_defaults=True):
    """What the receiving warehouse counted. `receipt` is its own number; with `final`, it expects nothing more.
    `all_of_it`: it names no lines, and means all that is under way, in good order."""

    company_id: str
    number: str
    receipt: str
    warehouse: str
    received_at: dt.datetime
    lines: tuple[TransferReceiptLine, ...]
    final: bool = False
    all_of_it: bool = False
