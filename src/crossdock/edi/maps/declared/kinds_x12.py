"""Kinds of X12 beside the common ones.

`day`; `moment(time, zone)` with the elements of time and zone, which may be left out; `cents` two implied decimals;
`its_day` the day of a moment which another element tells whole; `level(party.id)` a field of what the level that HL02
names says; `sscc` the number of a pack; `unit` of element 355; `price(basis, unit)` with the elements of both; `ids`
pairs of qualifier and number from here on, `ids(4, 6, 15)` in these elements, and behind them `UA@3` a number that
stands alone and is of this kind; `weight(qualifier, unit, codes)` a weight with the elements of its qualifier, of
which only these are meant, and of its unit, `volume(unit)` likewise; `rows(n)` as many elements;
`questioned(list)` the quantities in question of an RCD with their codes; `shipped(CC, CP,
ordered)` whether it is as much as that field; `party(known)` name, qualifier and number from here on, `known` being
`buyer`, `supplier`, `us` or `partner` where the agreement says who that is; `charge` a whole SAC.
"""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Any

from crossdock.edi.kernel.writing import CannotWrite, Text
from crossdock.edi.maps.declared.definition import PART, Cell
from crossdock.edi.maps.declared.kinds import COMMON, Cells, Kind, Place, Sheet, as_number, name_item, taken, write_an
from crossdock.edi.maps.declared.kinds_measures import read_volume, read_weight, write_volume, write_weight
from crossdock.edi.maps.declared.scope import ItemId, Scope
from crossdock.edi.maps.declared.source import X12Source
from crossdock.edi.maps.x12.price_bases import OF_AMOUNT
from crossdock.edi.maps.x12.qualifiers import ITEM_QUALIFIERS
from crossdock.edi.maps.x12.reading import percentage
from crossdock.edi.maps.x12.ship_notice import pack_number
from crossdock.edi.maps.x12.times import as_zone
from crossdock.edi.maps.x12.writing import Writing, cents, day, moment, unit_code
from crossdock.model.party import PartyRef
from crossdock.model.purchase_order import Charge
from crossdock.model.quantity import EACH, Price, Quantity

_MOST_PAIRS = 15
_QUALIFIER = 2
_CODE = 4
_LOT = "LT"
_OF_PIECES = {"SN": "serials", "PO": "order_number"}


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
    known = bool(zone) and as_zone(source.value(place.row, (zone, 0)))
    for each in (element, clock, zone if known else 0):  # of a zone that may be any the code is kept
        if each and source.value(place.row, (each, 0)):
            source.take(place.position, each)
    return source.reading.instant(place.row, element, clock, zone, place.position)


def write_moment(value: dt.datetime, sheet: Sheet) -> Cells:
    """Date, time, zone; of the zone agreed on where none can be told. What has no element must be midnight."""
    clock, zone = _others(sheet.cell.arguments)
    date, time, of_zone = moment(value, None if zone else sheet.pen.context.options.zone)
    if time and not clock:
        raise CannotWrite(f"{sheet.cell.path} has a time, for which {sheet.definition.type} has no element")
    found = {sheet.cell.at: date, (clock, 0): time, (zone, 0): of_zone}
    return {at: text for at, text in found.items() if at[0] and text}


def read_its_day(source: X12Source, place: Place) -> dt.datetime | None:
    """The day of a moment, its midnight; where another element tells the moment, that stands."""
    return source.reading.instant(place.row, place.cell.at[0], 0, 0, place.position) if taken(source, place) else None


def write_its_day(value: dt.datetime, sheet: Sheet) -> Cells:
    """Eight digits."""
    return {sheet.cell.at: day(value.astimezone(dt.UTC))}


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
    if amount is None:
        return None
    if basis in OF_AMOUNT:
        source.take(place.position, basis_at)
    unit = source.value(place.row, (unit_at, 1)) if unit_at else ""
    if unit:
        source.take(place.position, unit_at)
    return source.reading.price(str(amount), basis, unit or EACH, place.position, basis_at)


def write_price(value: Price, sheet: Sheet) -> Cells:
    """A price and its basis."""
    basis_at, unit_at = _others(sheet.cell.arguments)
    amount, basis = sheet.pen.price(value, unit_code(value.per.unit))
    if basis and not basis_at:
        raise CannotWrite(f"{sheet.definition.type} has no element for a price per {value.per.amount:f}")
    return {sheet.cell.at: amount} | ({(basis_at, 0): basis} if basis else {}) | _unit_of(value, unit_at)


def _unit_of(value: Price, unit_at: int) -> Cells:
    """The unit that a price is for. Where the line has the element for its quantity, both must say the same."""
    return {(unit_at, 1): unit_code(value.per.unit)} if unit_at else {}


def read_code(source: X12Source, place: Place) -> str | None:
    """An identifier. Of the short ones, which are codes of the same length in every version, the length is told."""
    text = taken(source, place)
    longest, shortest = (*map(int, place.cell.arguments), *(99, 0)[len(place.cell.arguments) :])[:2]
    if text and longest <= _CODE and not shortest <= len(text) <= longest and not place.cell.at[1]:
        code = "element_too_long" if len(text) > longest else "element_too_short"
        source.fault(
            code, place.position, place.cell.at, f"{text!r} is not text of {shortest or 1} to {longest} characters"
        )
    return text or None


def read_ids(source: X12Source, place: Place) -> None:
    """Pairs of qualifier and number; looked up when all of the line was read. Where a qualifier stands in
    the place of a number, or a number in that of a qualifier, that is told."""
    first, scope = place.cell.at[0], place.scope
    if not scope.named:
        scope.named = True
        scope.later.append(lambda scope: _named(source, scope))
    alone = [each.split("@") for each in place.cell.arguments if "@" in each]
    pairs = _pairs(place.cell) or range(first, min(len(place.row), first + 2 * _MOST_PAIRS), 2)
    for element in pairs:
        kind, value = source.value(place.row, (element, 0)), source.value(place.row, (element + 1, 0))
        if kind and value and _is_kind(kind, source, place, element):
            scope.ids.append(ItemId(value, kind, place.position, ((element, 0), (element + 1, 0))))
    for kind, where in alone:
        value = source.value(place.row, (int(where), 0))
        if value and _stands_alone(value, source, place, int(where)):
            scope.ids.append(ItemId(value, kind, place.position, ((int(where), 0),)))


def _is_kind(kind: str, source: X12Source, place: Place, element: int) -> bool:
    """Is a text a qualifier by its length? One that is none is told."""
    if len(kind) > _QUALIFIER:
        source.fault("element_too_long", place.position, (element, 0), f"{kind!r} is no kind of number")
        return False
    return True


def _stands_alone(text: str, source: X12Source, place: Place, element: int) -> bool:
    """Is a text a number of an item, and no qualifier that stands one element too early? One that is, is told."""
    if text in ITEM_QUALIFIERS:
        source.fault("element_too_short", place.position, (element, 0), f"{text!r} is no number of an item but a kind")
        return False
    return True


def _pairs(cell: Cell) -> list[int]:
    """Elements at which a pair may begin; none where all behind the first may."""
    return [int(each) for each in cell.arguments if "@" not in each]


def _named(source: X12Source, scope: Scope) -> None:
    """The item of all numbers that were read; the lot, where one of them is that."""
    for each in scope.ids:
        if each.kind == _LOT and "lot" in scope.fields and not scope.values.get("lot"):
            scope.values["lot"] = each.value
            for at in each.cells:
                source.take(each.position, *at)
        name = _OF_PIECES.get(each.kind, "")
        if name in scope.fields and (name == "serials" or not scope.values.get(name)):
            _piece(source, scope, name, each)
    if scope.ids:
        flat = tuple(text for each in scope.ids for text in (each.kind, each.value))
        name_item(source, scope, source.items(flat, scope.ids[0].position))


def _piece(source: X12Source, scope: Scope, name: str, found: ItemId) -> None:
    """A number that is not of the item but of a piece, or of its order."""
    if name == "serials":
        scope.lists.setdefault(name, []).insert(0, found.value)
        scope.lists[name] = list(dict.fromkeys(scope.lists[name]))
    else:
        scope.values[name] = found.value
    for at in found.cells:
        source.take(found.position, *at)


def read_sscc(source: X12Source, place: Place) -> str | None:
    """The number of a pack; where the level around it has one, that is the pallet's."""
    text = pack_number(taken(source, place))
    values = place.scope.values
    around = values.get("pack", "")
    if text and around and around != text and place.scope.said.get("pack", (0, 0, []))[0] == place.scope.position:
        values["pallet"] = values.get("pallet") or around
    return text or None


def write_ids(value: Any, sheet: Sheet) -> Cells:
    """Pairs of qualifier and number."""
    pen: Writing = sheet.pen
    theirs = pen.partner_item(getattr(value, "supplier_item", ""), getattr(value, "buyer_item", ""))
    gtin = getattr(value, "gtin", "")
    texts = pen.ids(value.item, theirs, gtin)
    pairs = _pairs(sheet.cell) or range(sheet.cell.at[0], sheet.cell.at[0] + len(texts), 2)
    alone = next((int(each.split("@")[1]) for each in sheet.cell.arguments if "@" in each), 0)
    beside: Cells = {}
    if 2 * len(pairs) < len(texts) and alone:
        texts, beside = pen.ids(value.item, theirs), {(alone, 0): gtin}
    if 2 * len(pairs) < len(texts):
        raise CannotWrite(f"{sheet.definition.type} has room for {len(pairs)} numbers of an item")
    return beside | {(pairs[index // 2] + index % 2, 0): text for index, text in enumerate(texts)}


def read_party(source: X12Source, place: Place) -> PartyRef | None:
    """Name, qualifier and number of a party; a role alone says who it is where the agreement does."""
    first = place.cell.at[0]
    name, qualifier, given = (source.value(place.row, (first + each, 0)) for each in range(3))
    known = getattr(source.context, place.cell.arguments[0]) if place.cell.arguments else None
    if known is None and not (name or given):
        return None
    if name:
        source.take(place.position, first)
    if given:
        source.take(place.position, first + 2)
    if qualifier and given:
        if known is None or given != known.id:
            source.take(place.position, first + 1)
        else:
            source.idle[place.position, first + 1] = "the number after it is ours for the party, whatever its code list"
    return source.reading.party(["", "", *place.row[first:]], known)


def read_level(source: X12Source, place: Place) -> Any:
    """What the level that HL02 names says in a field."""
    above = source.levels.get(taken(source, place))
    name, _, part = place.cell.arguments[0].partition(".")
    found = above.values.get(name) if above is not None else None
    return getattr(found, part) if found is not None and part else found


def write_level(value: Any, sheet: Sheet) -> Cells:
    """Levels are numbered by whoever writes them."""
    return {}


def write_party(value: PartyRef, sheet: Sheet) -> Cells:
    """Name, qualifier and number."""
    _, _, *texts = sheet.pen.party("", value)
    return {(sheet.cell.at[0] + index, 0): text for index, text in enumerate(texts)}


def read_rows(source: X12Source, place: Place) -> tuple[str, ...] | None:
    """Elements from here on, one line each."""
    first = place.cell.at[0]
    found = []
    for element in range(first, first + int(place.cell.arguments[0])):
        if text := source.value(place.row, (element, 0)):
            source.take(place.position, element)
            found.append(text)
    return tuple(found) or None


def write_rows(value: tuple[str, ...], sheet: Sheet) -> Cells:
    """One element for each line."""
    most = int(sheet.cell.arguments[0])
    if len(value) > most:
        raise CannotWrite(f"{sheet.cell.path} has room for {most} lines, not for {len(value)}")
    return {(sheet.cell.at[0] + index, 0): Text(each) for index, each in enumerate(value)}


def read_shipped(source: X12Source, place: Place) -> None:
    """Whether all or a part was shipped: taken where it says what the quantities say."""
    said = source.value(place.row, place.cell.at)
    place.scope.later.append(lambda scope: _agree(source, place, scope, said))


def _agree(source: X12Source, place: Place, scope: Scope, said: str) -> None:
    complete, partly, ordered = place.cell.arguments
    asked = scope.values.get(ordered)
    if said == (complete if asked in (None, scope.values.get(f"{place.cell.path}.amount")) else partly):
        source.take(place.position, *place.cell.at)


def write_shipped(value: Quantity, sheet: Sheet) -> Cells:
    """The code of what was shipped complete, or in part."""
    complete, partly, ordered = sheet.cell.arguments
    asked = getattr(sheet.owner, ordered)
    return {sheet.cell.at: complete if asked in (None, value.amount) else partly}


_QUESTIONS = range(6, 19, 3)


def read_questioned(source: X12Source, place: Place) -> None:
    """How much of what was received is in question, and why: all of the line, or parts of it that become lines."""
    known = place.definition.codes[place.cell.arguments[0]]
    received = source.value(place.row, (2, 0))
    for element in _QUESTIONS:
        said, code = source.value(place.row, (element, 0)), source.value(place.row, (element + 2, 0))
        meant = known.get(code, known["*"]) if code else ""
        if not code or (meant == "good" and code != next(iter(known))):
            continue
        amount = as_number(source, place, said) if said else None
        for at in ((element, 0), (element + 1, 1), (element + 1, 0), (element + 2, 0)):
            if source.value(place.row, at):
                source.take(place.position, *at)
        if amount is None or (received and amount == as_number(source, place, received)):
            place.scope.values["condition"] = meant
            continue
        part = Scope(place.position, place.scope.path, place.scope, PART, part=True)
        unit = source.value(place.row, (element + 1, 1)) or source.value(place.row, (3, 1))
        part.values = {"quantity.amount": amount, "quantity.unit": unit or EACH, "condition": meant}
        place.scope.parts.append(part)


def write_questioned(value: str, sheet: Sheet) -> Cells:
    """All of the line is in question, where it is."""
    known = sheet.definition.codes[sheet.cell.arguments[0]]
    code = next(code for code, meant in known.items() if meant == value)
    if value == "good":
        return {(8, 0): code}
    quantity: Quantity = sheet.owner.quantity
    return {(6, 0): f"{quantity.amount:f}", (7, 1): unit_code(quantity.unit), (8, 0): code}


def read_charge(source: X12Source, place: Place) -> Charge | None:
    """A SAC."""
    found = source.reading.charge(place.row, place.position)
    if found is not None:
        listed = source.value(place.row, (2, 0)) not in ("", "ZZZZ")
        named = () if listed else (13,) if source.value(place.row, (13, 0)) else (4,)
        for element in (1, 2, 5, *named, 15):
            if source.value(place.row, (element, 0)):
                source.take(place.position, element)
    return found


def write_charge(value: Charge, sheet: Sheet) -> Cells:
    """A SAC."""
    return {(index, 0): text for index, text in enumerate(sheet.pen.charge(value)) if index and text}


def read_percent(source: X12Source, place: Place) -> Decimal | None:
    """A rate of tax, held against amount and base, whose elements the definition names."""
    text = taken(source, place)
    percent = as_number(source, place, text) if text else None
    others = (source.value(place.row, (int(at), 0)) for at in place.cell.arguments)
    amount, basis = (as_number(source, place, said) if said else None for said in others)
    return percentage(percent, amount, basis)


def write_percent(value: Decimal, sheet: Sheet) -> Cells:
    """A fraction: 0.08 for 8 %."""
    return {sheet.cell.at: f"{value.scaleb(-2).normalize():f}"}


def read_number(source: X12Source, place: Place) -> Decimal | None:
    """A number of type R."""
    text = taken(source, place)
    return as_number(source, place, text) if text else None


KINDS: dict[str, Kind[Any]] = {
    **COMMON,
    "an": Kind(read_code, write_an),
    "percent": Kind(read_percent, write_percent),
    "day": Kind(read_day, write_day),
    "moment": Kind(read_moment, write_moment),
    "its_day": Kind(read_its_day, write_its_day),
    "cents": Kind(read_cents, write_cents),
    "unit": Kind(read_unit, write_unit),
    "price": Kind(read_price, write_price),
    "ids": Kind(read_ids, write_ids),
    "party": Kind(read_party, write_party),
    "weight": Kind(read_weight, write_weight),
    "volume": Kind(read_volume, write_volume),
    "rows": Kind(read_rows, write_rows),
    "shipped": Kind(read_shipped, write_shipped),
    "questioned": Kind(read_questioned, write_questioned),
    "charge": Kind(read_charge, write_charge),
    "level": Kind(read_level, write_level),
    "sscc": Kind(read_sscc, write_level),
}
