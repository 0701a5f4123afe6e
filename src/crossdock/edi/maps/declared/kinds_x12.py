"""Kinds of X12 beside the common ones.

`day`; `moment(time, zone)` with the elements of time and zone, which may be left out; `cents` two implied decimals;
`unit` of element 355; `price(basis, unit)` with the elements of both; `ids` pairs of qualifier and number from here on;
`party(known)` name, qualifier and number from here on, `known` being `buyer`, `supplier`, `us` or `partner` where the
agreement says who that is; `charge` a whole SAC.
"""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Any

from crossdock.edi.kernel.writing import CannotWrite
from crossdock.edi.maps.declared.kinds import COMMON, Cells, Kind, Place, Sheet, as_number, name_item, taken
from crossdock.edi.maps.declared.scope import ItemId, Scope
from crossdock.edi.maps.declared.source import X12Source
from crossdock.edi.maps.x12.writing import Writing, cents, day, moment, unit_code
from crossdock.model.party import PartyRef
from crossdock.model.purchase_order import Charge
from crossdock.model.quantity import EACH, Price

_MOST_PAIRS = 15


def read_day(source: X12Source, place: Place) -> dt.date | None:
    """A date of six or eight digits."""
    return source.reading.date(taken(source, place), place.position, place.cell.at[0])


def write_day(value: dt.date, sheet: Sheet) -> Cells:
    """Eight digits."""
    return {sheet.cell.at: day(value)}


def read_moment(source: X12Source, place: Place) -> dt.datetime | None:
    """A date with the elements of time and zone that the definition names."""
    element = place.cell.at[0]
    clock, zone = _others(place.cell.arguments)
    for each in (element, clock, zone):
        if each and source.value(place.row, (each, 0)):
            source.take(place.position, each)
    return source.reading.instant(place.row, element, clock, zone, place.position)


def write_moment(value: dt.datetime, sheet: Sheet) -> Cells:
    """Date, time, zone; UTC where the zone cannot be told. What has no element must be midnight."""
    clock, zone = _others(sheet.cell.arguments)
    date, time, of_zone = moment(value)
    if time and not clock:
        raise CannotWrite(f"{sheet.cell.path} has a time, for which {sheet.definition.type} has no element")
    found = {sheet.cell.at: date, (clock, 0): time, (zone, 0): of_zone}
    return {at: text for at, text in found.items() if at[0] and text}


def _others(arguments: tuple[str, ...]) -> tuple[int, int]:
    clock, zone = (*map(int, arguments), 0, 0)[:2]
    return clock, zone


def read_cents(source: X12Source, place: Place) -> Decimal | None:
    """An amount with two implied decimals; one that writes its point means what it writes."""
    text = taken(source, place)
    found = as_number(source, place, text) if text else None
    return found if found is None or "." in text else found.scaleb(-2)


def write_cents(value: Decimal, sheet: Sheet) -> Cells:
    """An amount in hundredths."""
    return {sheet.cell.at: cents(value)}


def read_unit(source: X12Source, place: Place) -> str | None:
    """A unit as it is written: X12's codes are codes of ours."""
    return taken(source, place) or None


def write_unit(value: str, sheet: Sheet) -> Cells:
    """X12's code for a unit."""
    return {sheet.cell.at: unit_code(value)}


def read_price(source: X12Source, place: Place) -> Price | None:
    """A unit price with its basis, in the unit that the line names."""
    amount = read_number(source, place)
    basis_at, unit_at = _others(place.cell.arguments)
    basis = source.value(place.row, (basis_at, 0)) if basis_at else ""
    if basis:
        source.take(place.position, basis_at)
    if amount is None:
        return None
    unit = source.value(place.row, (unit_at, 0)) if unit_at else ""
    return source.reading.price(str(amount), basis, unit or EACH)


def write_price(value: Price, sheet: Sheet) -> Cells:
    """A price and its basis."""
    basis_at, _ = _others(sheet.cell.arguments)
    amount, basis = sheet.pen.price(value, unit_code(value.per.unit))
    if basis and not basis_at:
        raise CannotWrite(f"{sheet.definition.type} has no element for a price per {value.per.amount:f}")
    return {sheet.cell.at: amount} | ({(basis_at, 0): basis} if basis else {})


def read_ids(source: X12Source, place: Place) -> None:
    """Pairs of qualifier and number; looked up when all of the line was read."""
    first, scope = place.cell.at[0], place.scope
    if not scope.named:
        scope.named = True
        scope.later.append(lambda scope: _named(source, scope))
    for element in range(first, min(len(place.row), first + 2 * _MOST_PAIRS), 2):
        kind, value = source.value(place.row, (element, 0)), source.value(place.row, (element + 1, 0))
        if kind and value:
            scope.ids.append(ItemId(value, kind, place.position, ((element, 0), (element + 1, 0))))


def _named(source: X12Source, scope: Scope) -> None:
    if scope.ids:
        flat = [text for each in scope.ids for text in (each.kind, each.value)]
        name_item(source, scope, source.reading.items(flat, scope.ids[0].position))


def write_ids(value: Any, sheet: Sheet) -> Cells:
    """Pairs of qualifier and number."""
    pen: Writing = sheet.pen
    theirs = pen.partner_item(getattr(value, "supplier_item", ""), getattr(value, "buyer_item", ""))
    texts = pen.ids(value.item, theirs, getattr(value, "gtin", ""))
    return {(sheet.cell.at[0] + index, 0): text for index, text in enumerate(texts)}


def read_party(source: X12Source, place: Place) -> PartyRef:
    """Name, qualifier and number of a party."""
    for element in range(place.cell.at[0], place.cell.at[0] + 3):
        if source.value(place.row, (element, 0)):
            source.take(place.position, element)
    known = getattr(source.context, place.cell.arguments[0]) if place.cell.arguments else None
    return source.reading.party(["", "", *place.row[place.cell.at[0] :]], known)


def write_party(value: PartyRef, sheet: Sheet) -> Cells:
    """Name, qualifier and number."""
    _, _, *texts = sheet.pen.party("", value)
    return {(sheet.cell.at[0] + index, 0): text for index, text in enumerate(texts)}


def read_charge(source: X12Source, place: Place) -> Charge | None:
    """A SAC."""
    for element in (1, 2, 5, 13, 15):
        if source.value(place.row, (element, 0)):
            source.take(place.position, element)
    return source.reading.charge(place.row, place.position)


def write_charge(value: Charge, sheet: Sheet) -> Cells:
    """A SAC."""
    return {(index, 0): text for index, text in enumerate(sheet.pen.charge(value)) if index and text}


def read_number(source: X12Source, place: Place) -> Decimal | None:
    """A number of type R."""
    text = taken(source, place)
    return as_number(source, place, text) if text else None


KINDS: dict[str, Kind[Any]] = {
    **COMMON,
    "day": Kind(read_day, write_day),
    "moment": Kind(read_moment, write_moment),
    "cents": Kind(read_cents, write_cents),
    "unit": Kind(read_unit, write_unit),
    "price": Kind(read_price, write_price),
    "ids": Kind(read_ids, write_ids),
    "party": Kind(read_party, write_party),
    "charge": Kind(read_charge, write_charge),
}
