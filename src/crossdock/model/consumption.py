"""Goods of ours that lay with a customer on consignment, and that it used."""

from __future__ import annotations

import datetime as dt

import msgspec

from crossdock.model.quantity import Quantity


class ConsumptionLine(msgspec.Struct, frozen=True, omit_defaults=True):
    """So much of one item, in its base unit."""

    line: str
    item: str
    quantity: Quantity
    lot: str = ""


class Consumption(msgspec.Struct, frozen=True, omit_defaults=True):
    """What a customer says that it used of our goods at a location. `number` is unique within the location."""

    company_id: str
    location: str
    customer: str
    number: str
    consumed_at: dt.datetime
    lines: tuple[ConsumptionLine, ...]
