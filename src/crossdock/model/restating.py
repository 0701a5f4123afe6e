"""Documents whose lines are told in other units: found wherever they stand, and told back as they were stated."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from typing import Any, Literal, TypeVar, cast, get_args

import msgspec

from crossdock.model import units
from crossdock.model.packs import Conversion
from crossdock.model.quantity import Price, Quantity
from crossdock.model.units import ConversionRefused

Body = TypeVar("Body", bound=msgspec.Struct)
Preference = Literal["stated", "base"]


def each_line(body: Body, restated: Callable[[Any], Any]) -> Body:
    """The document with each of its lines as `restated` gives it; the very same object where no line differs.

    A line is any object with an `item` and a `quantity`, at any depth.
    """
    is_line, parts = _shape(type(body))
    if is_line:
        return cast(Body, restated(body))
    changed: dict[str, Any] = {}
    for name in parts:
        before = getattr(body, name)
        if isinstance(before, tuple):
            after: Any = tuple([each_line(one, restated) for one in before])
            if all(one is other for one, other in zip(before, after, strict=True)):
                continue
        elif before is None or (after := each_line(before, restated)) is before:
            continue
        changed[name] = after
    return msgspec.structs.replace(body, **changed) if changed else body


def as_stated(body: Body, prefer: Preference = "stated") -> Body:
    """The document in the units that its lines' own documents used, for those who sent them or speak of the same.

    What does not come out as a whole number of packs is told in base units; with `prefer` `base`, everything is whose
    price per base unit is a finite number. Quantities and prices keep their value to the last digit. Raises
    `ConversionRefused` for a line that can be told in neither.
    """

    def restated(line: Any) -> Any:
        stated = getattr(line, "stated", None)
        return line if stated is None or line.quantity is None else _told(line, stated.conversion, prefer)

    return each_line(body, restated)


def amount_as_stated(quantity: Quantity, conversion: Conversion) -> Quantity:
    """A quantity in a conversion's unit where that is a whole number of packs, or an exact measure; else as it is."""
    if quantity.unit != conversion.base:
        return quantity
    try:
        told = conversion.from_base(quantity)
    except ConversionRefused:
        return quantity
    whole = not units.is_counted(conversion.unit) or told.amount == told.amount.to_integral_value()
    return told if whole else quantity


def _told(line: Any, conversion: Conversion, prefer: Preference) -> Any:
    quantity, price = line.quantity, getattr(line, "price", None)
    if quantity.unit != conversion.base:
        return line
    in_base = _one(price, Conversion(conversion.base, conversion.base, 1))
    packs = amount_as_stated(quantity, conversion)
    whole = packs.unit == conversion.unit and (price is None or _one(price, conversion) is not None)
    if price is None or in_base is not None:
        if prefer == "base" or not whole:
            return _with(line, quantity, in_base, None)
    elif not whole:
        packs = conversion.from_base(quantity)  # half a case: neither whole packs nor a price of one each
    told = price if price is None or price.per.unit != conversion.base else conversion.price_from_base(price)
    return _with(line, packs, told, conversion)


def _one(price: Price | None, conversion: Conversion) -> Price | None:
    """The price of one unit, None where it is no finite number, or the price is for yet another unit."""
    if price is None or price.per.unit != conversion.base:
        return price
    try:
        return conversion.price_from_base(price)
    except ConversionRefused:
        return None


def _with(line: Any, quantity: Quantity, price: Price | None, conversion: Conversion | None) -> Any:
    changed: dict[str, Any] = {"quantity": quantity}
    if price is not None:
        changed["price"] = price
    if conversion is not None and (schedules := getattr(line, "schedules", ())):
        changed["schedules"] = tuple(
            msgspec.structs.replace(split, quantity=conversion.from_base(split.quantity))
            if split.quantity.unit == conversion.base
            else split
            for split in schedules
        )
    return msgspec.structs.replace(line, **changed)


@cache
def _shape(kind: type[msgspec.Struct]) -> tuple[bool, tuple[str, ...]]:
    """Is an object of this kind a line, and which of its fields hold lines?"""
    fields = msgspec.structs.fields(kind)
    if {"item", "quantity"} <= {field.name for field in fields}:
        return True, ()
    return False, tuple(field.name for field in fields if any(map(holds_lines, _structs(field.type))))


def holds_lines(kind: type[msgspec.Struct]) -> bool:
    """Has a document of this kind lines anywhere?"""
    is_line, parts = _shape(kind)
    return is_line or bool(parts)


def _structs(annotation: Any) -> list[type[msgspec.Struct]]:
    if isinstance(annotation, type) and issubclass(annotation, msgspec.Struct):
        return [annotation]
    return [found for part in get_args(annotation) for found in _structs(part)]
