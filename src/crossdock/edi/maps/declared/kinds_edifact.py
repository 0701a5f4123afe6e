"""Kinds of EDIFACT beside the common ones.

`day` and `moment` the value component of a date (C507), whose form stands in the next; `unit` of data element 6411;
`price` all of a PRI's C509; `ids` an item number and its type (C212) in this element and those behind it, `gtin` the
GTIN alone; `party(known)` all of a NAD from its second element on, `known` being `buyer`, `supplier`, `us` or `partner`
where the agreement says who that is; `words` free text in two components.
"""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Any

from crossdock.edi.maps.declared.kinds import COMMON, Cells, Kind, Place, Sheet, as_number, name_item, taken
from crossdock.edi.maps.declared.scope import ItemId, Scope
from crossdock.edi.maps.declared.source import EdifactSource
from crossdock.edi.maps.edifact.reading import GTINS, unit_of
from crossdock.edi.maps.edifact.writing import Writing, day, description, joined, limited, moment, unit_code
from crossdock.edi.maps.edifact.writing import number as number_text
from crossdock.model.party import PartyRef
from crossdock.model.quantity import EACH, Price, Quantity

_MOST_IDS = 5
_IDENTIFIER = 35


def read_an(source: EdifactSource, place: Place) -> str | None:
    """An identifier."""
    return taken(source, place) or None


def write_an(value: str, sheet: Sheet) -> Cells:
    """An identifier; 35 characters unless said otherwise."""
    if sheet.cell.arguments:
        return COMMON["an"].write(value, sheet)
    return {sheet.cell.at: limited(sheet.cell.path, value)}


def read_day(source: EdifactSource, place: Place) -> dt.date | None:
    """The day of a date."""
    found = read_moment(source, place)
    return found.date() if found else None


def write_day(value: dt.date, sheet: Sheet) -> Cells:
    """Form 102."""
    return _date(day("", value), sheet)


def read_moment(source: EdifactSource, place: Place) -> dt.datetime | None:
    """The moment of a date, in the form that it says."""
    element, component = place.cell.at
    for each in (component, component + 1):
        if source.value(place.row, (element, each)):
            source.take(place.position, element, each)
    parts = source.reading.parts(place.row, element)
    return source.reading.moment(["", *parts[component - 1 :]], place.position, element) if parts else None


def write_moment(value: dt.datetime, sheet: Sheet) -> Cells:
    """Form 204, in UTC."""
    return _date(moment("", value), sheet)


def _date(row: Any, sheet: Sheet) -> Cells:
    element, component = sheet.cell.at
    return {(element, component): row[1][1], (element, component + 1): row[1][2]}


def read_unit(source: EdifactSource, place: Place) -> str | None:
    """Our unit for a code of Recommendation 20."""
    text = taken(source, place)
    return unit_of(text) if text else None


def write_unit(value: str, sheet: Sheet) -> Cells:
    """The code of Recommendation 20."""
    return {sheet.cell.at: unit_code(value)}


def read_price(source: EdifactSource, place: Place) -> None:
    """A PRI; what it is for, the line's unit says where it does not, so it is read when the line was."""
    for component in (2, 5, 6):
        if source.value(place.row, (1, component)):
            source.take(place.position, 1, component)

    parts = source.reading.parts(place.row, 1)

    def finish(scope: Scope) -> None:
        unit = scope.values.get("quantity.unit") or EACH
        if place.cell.path not in scope.values:
            scope.values[place.cell.path] = source.reading.price(parts, place.position, unit)

    place.scope.later.append(finish)


def write_price(value: Price, sheet: Sheet) -> Cells:
    """A PRI."""
    quantity: Quantity | None = getattr(sheet.owner, "quantity", None)
    row: Any = sheet.pen.price(value, quantity.unit if quantity else EACH)
    return {(1, index): text for index, text in enumerate(row[1], 1) if text and index > 1}


def read_ids(source: EdifactSource, place: Place) -> None:
    """Numbers of the item with their types; looked up when all of the line was read."""
    scope = place.scope
    if not scope.named:
        scope.named = True
        scope.later.append(lambda scope: _named(source, scope))
    for element in range(place.cell.at[0], place.cell.at[0] + _MOST_IDS):
        value, kind = (source.value(place.row, (element, component)) for component in (1, 2))
        if value:
            scope.ids.append(ItemId(value, kind, place.position, ((element, 1), (element, 2))))


def _named(source: EdifactSource, scope: Scope) -> None:
    if scope.ids:
        named = {each.kind: each.value for each in reversed(scope.ids)}  # of each kind the first
        name_item(source, scope, source.reading.items(named, scope.ids[0].position))


def write_gtin(value: Any, sheet: Sheet) -> Cells:
    """The GTIN and its type."""
    gtin = getattr(value, "gtin", "")
    element = sheet.cell.at[0]
    return {(element, 1): gtin, (element, 2): GTINS[0]} if gtin else {}


def write_ids(value: Any, sheet: Sheet) -> Cells:
    """Our number of the item and the partner's, with their types."""
    pen: Writing = sheet.pen
    pairs = pen.ids(value.item, getattr(value, "supplier_item", ""), getattr(value, "buyer_item", ""))
    first = sheet.cell.at[0]
    return {
        (first + index, component): text
        for index, pair in enumerate(pairs)
        for component, text in enumerate(pair, 1)
    }  # fmt: skip


def read_party(source: EdifactSource, place: Place) -> PartyRef:
    """A NAD."""
    row = place.row
    for component in (1, 3):
        if source.value(row, (2, component)):
            source.take(place.position, 2, component)
    named = next((each for each in (4, 3) for part in (1, 2, 3, 4, 5) if source.value(row, (each, part))), 0)
    part = next((each for each in (1, 2, 3, 4, 5) if named and source.value(row, (named, each))), 0)
    if part:
        source.take(place.position, named, part)
    known = getattr(source.context, place.cell.arguments[0]) if place.cell.arguments else None
    return source.reading.party(row, known)


def write_party(value: PartyRef, sheet: Sheet) -> Cells:
    """A NAD."""
    row: Any = sheet.pen.party("", value)
    given, _, agency = row[2]
    return {at: text for at, text in (((2, 1), given), ((2, 3), agency), ((4, 1), row[4])) if text}


def read_words(source: EdifactSource, place: Place) -> str | None:
    """Free text, joined as it was before it was parted."""
    element, component = place.cell.at
    parts = [source.value(place.row, (element, each)) for each in (component, component + 1)]
    for each, text in enumerate(parts, component):
        if text:
            source.take(place.position, element, each)
    return joined(parts).strip() or None


def write_words(value: str, sheet: Sheet) -> Cells:
    """Free text in two components."""
    element, component = sheet.cell.at
    return {(element, component + index): text for index, text in enumerate(description(value))}


def read_number(source: EdifactSource, place: Place) -> Decimal | None:
    """A number."""
    text = taken(source, place)
    return as_number(source, place, text) if text else None


def write_number(value: Decimal, sheet: Sheet) -> Cells:
    """A number without exponent."""
    return {sheet.cell.at: number_text(value)}


KINDS: dict[str, Kind[Any]] = {
    **COMMON,
    "an": Kind(read_an, write_an),
    "number": Kind(read_number, write_number),
    "day": Kind(read_day, write_day),
    "moment": Kind(read_moment, write_moment),
    "unit": Kind(read_unit, write_unit),
    "price": Kind(read_price, write_price),
    "ids": Kind(read_ids, write_ids),
    "gtin": Kind(read_ids, write_gtin),
    "party": Kind(read_party, write_party),
    "words": Kind(read_words, write_words),
}
