"""Writing vendor JSON: one function per document, exact numbers as plain text."""

from __future__ import annotations

import urllib.parse
from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import Any

import msgspec

from crossdock.model import units
from crossdock.model.quantity import EACH, Price, Quantity
from crossdock.model.restating import as_stated
from crossdock.model.units import ConversionRefused
from crossdock.ports.connector import Rendered
from crossdock.ports.outcomes import Unsupported

JSON = "application/json"
ONE = Decimal(1)
ANSWERS = frozenset({"purchase_order_acknowledgement"})
"""Documents that answer one of the system's own: told in the units of that one. All others are in base units, but for
lines whose price per base unit is no finite number."""


class VendorCall(msgspec.Struct, frozen=True):
    """An operation of a vendor's API with its payload, before it is bytes."""

    path: str
    payload: Any
    method: str = "POST"


Writers = Mapping[str, Callable[[Any], VendorCall]]
"""Document name -> how this system takes it."""


def render(writers: Writers, document: str, body: msgspec.Struct, system: str) -> Rendered:
    """The bytes of a document; `Unsupported` where the system has no form for it."""
    writer = writers.get(document)
    if writer is None:
        raise Unsupported(f"{system} has no form for {document}")
    try:
        call = writer(as_stated(body, "stated" if document in ANSWERS else "base"))
    except ConversionRefused as refusal:
        raise Unsupported(str(refusal)) from refusal
    return Rendered(msgspec.json.encode(call.payload), JSON, call.path, call.method)


def qty(quantity: Quantity) -> dict[str, str]:
    """`qty`, and `uom` where it is not counted in pieces."""
    amount = {"qty": plain(quantity.amount)}
    return amount if quantity.unit == EACH else {**amount, "uom": quantity.unit}


def weighed(second: Quantity | None) -> dict[str, str]:
    """What catch weight goods weigh, beside how many they are; nothing for all others."""
    return {"weight": plain(second.amount), "weight_uom": second.unit} if second is not None else {}


def price_of(price: Price, quantity: Quantity) -> dict[str, str]:
    """`price` of one, and `price_uom` where it is for what is weighed. Raises `Unsupported` as `each` does."""
    unit = price.per.unit
    if unit == quantity.unit or units.is_counted(unit):
        return {"price": each(price, quantity)}
    return {"price": each(price, Quantity(ONE, unit)), "price_uom": unit}


def plain(value: Decimal) -> str:
    """A number as vendors read it: digits and a point, never an exponent."""
    return format(value, "f")


def each(price: Price, quantity: Quantity) -> str:
    """What one unit of a quantity costs, for vendors who know no other prices. Raises `Unsupported` where that is no
    exact number, or where the price is for another unit."""
    one = price.amount / price.per.amount
    if price.per.unit != quantity.unit or one * price.per.amount != price.amount:
        raise Unsupported(
            f"{plain(price.amount)} for {plain(price.per.amount)} {price.per.unit} is no price of one {quantity.unit}"
        )
    return plain(one)


def segment(text: str) -> str:
    """A text as one segment of a path."""
    return urllib.parse.quote(text, safe="")
