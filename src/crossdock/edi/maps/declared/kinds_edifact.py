"""Kinds of EDIFACT beside the common ones.

`day` and `moment` the value component of a date (C507), whose form stands in the next; `unit` of data element 6411;
`price` all of a PRI's C509, `price(charged)` of one that is not told for information; `ids` an item number and its type
(C212) in this element and those behind it, `gtin` the GTIN alone; `serials` numbers of pieces in this element and those
behind it; `party(known)` all of a NAD from its second element on, `known` being `buyer`, `supplier`, `us` or `partner`
where the agreement says who that is; `words` free text in two components, `note` in five (C108), `rows(n)` the lines of
an address; `until` the later day of a date that says from when to when; `allowance` the code that makes an amount
negative (A) or not (C), and `size` that amount, `less` one that is taken off; `sole` the number of a pack, of which
there must be but one to mean anything; `questioned(list)` what is wrong with the goods of a QTY or QVR, which may be
some of those of the line; `equipment(n)` a container or trailer, whose kind stands in the first element; `when(1)` a
code that is written where the field is there; `own(n)` n components that a map of its own reads.
"""

from __future__ import annotations

import datetime as dt
import re
import textwrap
from decimal import Decimal
from typing import Any

from crossdock.edi.edifact.writer import OutgoingSegment
from crossdock.edi.kernel.writing import COMPONENT, CannotWrite, Text
from crossdock.edi.maps.declared.definition import PART
from crossdock.edi.maps.declared.kinds import COMMON, Cells, Kind, Place, Sheet, as_number, name_item, taken
from crossdock.edi.maps.declared.scope import ItemId, Later, Scope
from crossdock.edi.maps.declared.source import EdifactSource
from crossdock.edi.maps.edifact.reading import INFORMATION, RANGES, as_moment, unit_of
from crossdock.edi.maps.edifact.writing import Writing, day, description, gtin_type, joined, limited, moment, unit_code
from crossdock.edi.maps.edifact.writing import number as number_text
from crossdock.edi.maps.edifact.writing import text as short_text
from crossdock.model.party import PartyRef
from crossdock.model.quantity import EACH, Price, Quantity

_MOST_IDS = 5
_CONTAINER = re.compile(r"[A-Z]{3}[UJZ][0-9]{6,7}\Z")
"""ISO 6346: owner, kind of equipment, serial number and check digit."""
_IDENTIFIER = 35
_NOTE_PARTS, _NOTE_LENGTH = 5, 70
_ACCEPTED = "194"
_COUNTED_APART = (_ACCEPTED, "195", "196")
"""Data element 6063: received and accepted; received and not accepted, to go back or to be destroyed."""


def read_an(source: EdifactSource, place: Place) -> str | None:
    """An identifier."""
    return taken(source, place) or None


def write_an(value: str, sheet: Sheet) -> Cells:
    """An identifier; 35 characters unless said otherwise."""
    if sheet.cell.arguments:
        return COMMON["an"].write(value, sheet)
    return {sheet.cell.at: limited(sheet.cell.path, value)}


def write_equipment(value: str, sheet: Sheet) -> Cells:
    """The number of a container or trailer, and which of both it is, as its form tells."""
    kind = "CN" if _CONTAINER.match(value) else "TE"
    return {(1, 1): kind} | write_an(value, sheet)


def read_sole(source: EdifactSource, place: Place) -> str | None:
    """The number of a pack, in this element and those behind it; where the level around it has one, that is the
    pallet's. Several say nothing of which is meant, and are kept: what is known then is the level around them."""
    scope, row = place.scope, place.row
    elements = range(place.cell.at[0], len(row))
    found = [each for element in elements for each in source.reading.parts(row, element) if each]
    _, rank, took = scope.said.get("pack", (0, 1, []))
    if rank == 0 or len(found) > 1:
        source.untake(took)
        scope.said["pack"] = (place.position, 0, [])
        _stand_around(scope)
        return None
    text, around = taken(source, place), scope.around.get("pack", "")
    if text and around and text != around:
        _use_around(scope)
        scope.values["pallet"] = scope.around.get("pallet") or around
    return text or None


def _stand_around(scope: Scope) -> None:
    """A level, or a line in it, is in what the level around it is in."""
    _use_around(scope)
    for name in ("pack", "pallet"):
        scope.values.pop(name, None)
        if name in scope.around:
            scope.values[name] = scope.around[name]


def _use_around(scope: Scope) -> None:
    if scope.above is not None:
        scope.above.used |= {"pack", "pallet"}


def read_when(source: EdifactSource, place: Place) -> None:
    """Says nothing that another element does not."""
    if source.value(place.row, place.cell.at) in place.cell.arguments:
        source.take(place.position, *place.cell.at)


def write_when(value: Any, sheet: Sheet) -> Cells:
    """The code, where the field is there."""
    return {sheet.cell.at: sheet.cell.arguments[0]}


def read_own(source: EdifactSource, place: Place) -> None:
    """What the map of a message takes in a way that no field of a description can tell."""
    _row(source, place, int(place.cell.arguments[0]) if place.cell.arguments else 1)


def write_own(value: Any, sheet: Sheet) -> Cells:
    """Nothing: the map writes it."""
    return {}


def read_day(source: EdifactSource, place: Place) -> dt.date | None:
    """The day of a date; one that says an hour besides, or more days, is kept as well."""
    parts = _date_parts(source, place)
    found, _ = source.reading.said(parts, place.position, place.cell.at[0]) if parts else (None, False)
    if found is None:
        return None
    if found.time() != dt.time():
        source.untake([(place.position, *place.cell.at)])
    else:
        _keep_days(source, place, parts)
    return found.date()


def _keep_days(source: EdifactSource, place: Place, parts: list[str]) -> None:
    """A week, a month or a range of days is kept, with its form, of which the object has the first day."""
    if source.reading.lasts(parts):
        element, component = place.cell.at
        source.untake((place.position, element, each) for each in (component, component + 1))
        source.take(place.position, element, component - 1)


def write_day(value: dt.date, sheet: Sheet) -> Cells:
    """Form 102."""
    return _date(day("", value), sheet)


def read_moment(source: EdifactSource, place: Place) -> dt.datetime | None:
    """The moment of a date, in the form that it says; a range or a month is kept as well."""
    parts = _date_parts(source, place)
    found = source.reading.moment(parts, place.position, place.cell.at[0]) if parts else None
    if found is not None:
        _keep_days(source, place, parts)
    return found


def _date_parts(source: EdifactSource, place: Place) -> list[str]:
    """A date as C507 has it, its value and form marked as taken."""
    element, component = place.cell.at
    for each in (component, component + 1):
        if source.value(place.row, (element, each)):
            source.take(place.position, element, each)
    parts = source.reading.parts(place.row, element)
    return ["", *parts[component - 1 :]] if parts else []


def write_moment(value: dt.datetime, sheet: Sheet) -> Cells:
    """Form 204, in the zone that is agreed on, else in UTC."""
    return _date(moment("", value, sheet.pen.context.options.zone), sheet)


def _date(row: OutgoingSegment, sheet: Sheet) -> Cells:
    element, component = sheet.cell.at
    _, said, form = str(row[1]).split(COMPONENT)
    return {(element, component): said, (element, component + 1): form}


def read_unit(source: EdifactSource, place: Place) -> str | None:
    """Our unit for a code of Recommendation 20."""
    text = taken(source, place)
    return unit_of(text) if text else None


def write_unit(value: str, sheet: Sheet) -> Cells:
    """The code of Recommendation 20."""
    return {sheet.cell.at: unit_code(value)}


def read_price(source: EdifactSource, place: Place) -> Later | None:
    """A PRI; what it is for, the line's unit says where it does not, so it is read when the line was."""
    parts = source.reading.parts(place.row, 1)
    if not any(parts[1:2]) or (place.cell.arguments and parts[0] in INFORMATION):
        return None
    for component in (2, 5, 6):
        if source.value(place.row, (1, component)):
            source.take(place.position, 1, component)
    position = place.position
    return Later(lambda scope: source.reading.price(parts, position, scope.values.get("quantity.unit") or EACH))


def write_price(value: Price, sheet: Sheet) -> Cells:
    """A PRI."""
    quantity: Quantity | None = getattr(sheet.owner, "quantity", None)
    pen: Writing = sheet.pen
    parts = pen.priced(value, quantity.unit if quantity else EACH)
    return {(1, index): text for index, text in enumerate(parts, 1) if text and index > 1}


def read_ids(source: EdifactSource, place: Place) -> None:
    """Numbers of the item with their types; looked up when all of the line was read."""
    _gather(source, place, _MOST_IDS)


def read_gtin(source: EdifactSource, place: Place) -> None:
    """The one number in this element, of whatever type; what stands behind it (C829) is none."""
    _gather(source, place, 1)


def _gather(source: EdifactSource, place: Place, most: int) -> None:
    scope = place.scope
    if not scope.named:
        scope.named = True
        scope.later.append(lambda scope: _named(source, scope))
    for element in range(place.cell.at[0], place.cell.at[0] + most):
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
    return {(element, 1): gtin, (element, 2): gtin_type(gtin)} if gtin else {}


def write_ids(value: Any, sheet: Sheet) -> Cells:
    """Our number of the item and the partner's, with their types."""
    pen: Writing = sheet.pen
    named = (getattr(value, name, "") for name in ("supplier_item", "buyer_item", "gtin"))
    pairs = pen.ids(value.item, *named)
    first = sheet.cell.at[0]
    return {
        (first + index, component): text
        for index, pair in enumerate(pairs)
        for component, text in enumerate(pair, 1)
    }  # fmt: skip


def read_serials(source: EdifactSource, place: Place) -> None:
    """Serial numbers in this element and those behind it, each in the list of the cell. One element may say from which
    to which (C208): both are among them, and that more lie between is kept with the last."""
    found = place.scope.lists.setdefault(place.cell.path, [])
    for element in range(place.cell.at[0], len(place.row)):
        parts = source.reading.parts(place.row, element)
        found += [each for each in parts if each]
        for component, each in enumerate(parts, 1):
            if each and (component == 1 or _follows(parts[component - 2], each)):
                source.take(place.position, element, component)


def _follows(one: str, other: str) -> bool:
    """Is a number the next one, its letters being the same?"""
    if not one or len(one) != len(other):
        return False
    digits = len(one) - len(one.rstrip("0123456789"))
    letters = len(one) - digits
    numbers = one[letters:], other[letters:]
    return (
        one[:letters] == other[:letters] and all(map(str.isdecimal, numbers)) and int(numbers[0]) + 1 == int(numbers[1])
    )


def read_party(source: EdifactSource, place: Place) -> PartyRef | None:
    """A NAD. One that names nobody is somebody where the agreement says who has its role."""
    row = place.row
    for component in (1, 3):
        if source.value(row, (2, component)):
            source.take(place.position, 2, component)
    named = next((each for each in (4, 3) for part in (1, 2, 3, 4, 5) if source.value(row, (each, part))), 0)
    part = next((each for each in (1, 2, 3, 4, 5) if named and source.value(row, (named, each))), 0)
    if part:
        source.take(place.position, named, part)
    known = getattr(source.context, place.cell.arguments[0]) if place.cell.arguments else None
    found = source.reading.party(row, known)
    return found if known is not None or found.id or found.name else None


def write_party(value: PartyRef, sheet: Sheet) -> Cells:
    """A NAD."""
    pen: Writing = sheet.pen
    given, agency, name = pen.named(value)
    return {at: text for at, text in (((2, 1), given), ((2, 3), agency), ((4, 1), name)) if text}


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


def read_note(source: EdifactSource, place: Place) -> str | None:
    """Free text of C108: its parts one after the other."""
    parts = [each for each in _row(source, place, _NOTE_PARTS) if each]
    return " ".join(parts) or None


def write_note(value: str, sheet: Sheet) -> Cells:
    """Free text in five parts of 70 characters, parted between words; what is longer is cut."""
    parts = textwrap.wrap(" ".join(value.split()), _NOTE_LENGTH)[:_NOTE_PARTS]
    element, component = sheet.cell.at
    return {(element, component + index): Text(part) for index, part in enumerate(parts)}


def read_rows(source: EdifactSource, place: Place) -> tuple[str, ...] | None:
    """The components of an element, one line each."""
    return tuple(each for each in _row(source, place, int(place.cell.arguments[0])) if each) or None


def _row(source: EdifactSource, place: Place, most: int) -> list[str]:
    element, component = place.cell.at
    found = [source.value(place.row, (element, each)) for each in range(component, component + most)]
    for each, text in enumerate(found, component):
        if text:
            source.take(place.position, element, each)
    return found


def write_rows(value: tuple[str, ...], sheet: Sheet) -> Cells:
    """One component for each line."""
    element, component = sheet.cell.at
    most = int(sheet.cell.arguments[0])
    if len(value) > most:
        raise CannotWrite(f"{sheet.cell.path} has room for {most} lines, not for {len(value)}")
    return {(element, component + index): short_text(each) for index, each in enumerate(value)}


def read_until(source: EdifactSource, place: Place) -> dt.date | None:
    """The later day of a range, which the earlier one's cell has read; nothing where it is no range."""
    text, form = (source.value(place.row, (place.cell.at[0], component)) for component in (2, 3))
    half, rest = divmod(len(text), 2)
    if form not in RANGES or rest:
        return None
    found = as_moment(text[half:], RANGES[form])
    if found is None:
        source.fault("date_invalid", place.position, place.cell.at, f"{text!r} is no date of form {form}")
        return None
    element, component = place.cell.at
    for each in (component, component + 1):
        source.take(place.position, element, each)
    return found.date()


def read_allowance(source: EdifactSource, place: Place) -> None:
    """Whether the amount that follows is taken off."""
    if taken(source, place) == "A":

        def finish(scope: Scope) -> None:
            if (amount := scope.values.get(place.cell.path)) is not None:
                scope.values[place.cell.path] = -amount

        place.scope.later.append(finish)


def write_allowance(value: Decimal, sheet: Sheet) -> Cells:
    """A for what is taken off, else C."""
    return {sheet.cell.at: "A" if value < 0 else "C"}


def write_size(value: Decimal, sheet: Sheet) -> Cells:
    """A number without its sign."""
    return {sheet.cell.at: number_text(abs(value))}


def read_questioned(source: EdifactSource, place: Place) -> None:
    """What is wrong with goods that came; how many of the line's they are is known when all of it was read."""
    place.scope.later.append(lambda scope: None if scope.part else _question(source, place, scope))


def _question(source: EdifactSource, place: Place, scope: Scope) -> None:
    """All of the line, or so many of its goods, which become a line of their own: those that are not accepted came
    besides those that are. What a QVR says of goods that a QTY has told is kept, and so is more than came."""
    row, position, path = place.row, place.position, place.cell.path
    meant = place.definition.codes[place.cell.arguments[0]].get(source.value(row, place.cell.at), "")
    counted, _, _ = scope.said.get("quantity.amount", (0, 0, []))
    if not meant or not counted:
        return
    if scope.said.get("quantity.unit", (counted,))[0] != counted:  # that of a quantity that does not count
        other, _, took = scope.said.pop("quantity.unit")
        del scope.values["quantity.unit"]
        source.untake([*took, (other, 1, 1)])
    of_all, variance = source.value(source.rows[counted - 1], (1, 1)), source.tag(row) == "QVR"
    unit = "" if variance else source.value(row, (1, 3))
    if unit and unit_of(unit) != scope.values.get("quantity.unit", EACH):
        return
    at = 1 if variance else 2
    text = source.value(row, (1, at))
    amount = as_number(source, place, text) if text else None
    came: Decimal = scope.values["quantity.amount"]
    besides = of_all == _ACCEPTED or (of_all in _COUNTED_APART and not variance)
    if position == counted or amount is None or (not besides and abs(amount) == came):
        scope.values[path] = meant
    elif (variance and scope.parts) or not amount or (not besides and abs(amount) > came):
        return
    else:
        part = Scope(position, scope.path, scope, PART, part=True)
        part.values = {"quantity.amount": abs(amount), path: meant}
        scope.parts.append(part)
        if besides:
            scope.values["quantity.amount"] = came + abs(amount)
    for cell in (place.cell.at, (1, 1), (1, 2), (1, 3)):
        if source.value(row, cell):
            source.take(position, *cell)


def read_number(source: EdifactSource, place: Place) -> Decimal | None:
    """A number."""
    text = taken(source, place)
    return as_number(source, place, text) if text else None


def read_less(source: EdifactSource, place: Place) -> Decimal | None:
    """A number that is taken off."""
    found = read_number(source, place)
    return -found if found else found


def write_less(value: Decimal, sheet: Sheet) -> Cells:
    """A number with the other sign."""
    return {sheet.cell.at: number_text(-value)}


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
    "gtin": Kind(read_gtin, write_gtin),
    "party": Kind(read_party, write_party),
    "words": Kind(read_words, write_words),
    "note": Kind(read_note, write_note),
    "rows": Kind(read_rows, write_rows),
    "until": Kind(read_until, write_day),
    "allowance": Kind(read_allowance, write_allowance),
    "size": Kind(read_number, write_size),
    "less": Kind(read_less, write_less),
    "equipment": Kind(read_an, write_equipment),
    "questioned": Kind(read_questioned, COMMON["code"].write),
    "sole": Kind(read_sole, write_an),
    "serials": Kind(read_serials, COMMON["taken"].write),
    "when": Kind(read_when, write_when),
    "own": Kind(read_own, write_own),
}
