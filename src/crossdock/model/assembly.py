"""Goods that are made of other goods: kits assembled and taken apart, packs broken and packed anew."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Literal

import msgspec

from crossdock.model.quantity import Quantity

AssemblyKind = Literal["assembly", "disassembly", "repack"]


class AssemblyLine(msgspec.Struct, frozen=True, omit_defaults=True):
    """Goods that went in, came out, or were broken on the way, in the item's base unit."""

    line: str
    item: str
    quantity: Quantity
    lot: str = ""


class BillLine(msgspec.Struct, frozen=True, omit_defaults=True):
    """One `item` consists of so many of `component`, both in their base units: a line of a bill of materials."""

    item: str
    component: str
    quantity: Decimal


class Assembly(msgspec.Struct, frozen=True, omit_defaults=True):
    """What was made of what at one location. `bill` is the bill of materials it was made by; what went in and what came
    out (`scrapped` too) consist of the same by it."""

    company_id: str
    number: str
    location: str
    kind: AssemblyKind
    made_at: dt.datetime
    consumed: tuple[AssemblyLine, ...]
    produced: tuple[AssemblyLine, ...]
    bill: tuple[BillLine, ...]
    scrapped: tuple[AssemblyLine, ...] = ()
