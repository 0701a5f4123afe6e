"""What all EDIFACT maps share when they read: split segments, values with their faults, items, parties, dates."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterable, Sequence
from decimal import Decimal
from functools import lru_cache

from crossdock.edi.edifact.envelope import Message
from crossdock.edi.identifiers import duns
from crossdock.edi.kernel.faults import FAULTS, Fault, Severity
from crossdock.edi.maps.context import MapContext
from crossdock.edi.maps.edifact.remembered import Remembered
from crossdock.edi.maps.edifact.rows import NOTHING, Row, rows_of
from crossdock.edi.maps.moments import in_utc
from crossdock.model.party import PartyRef
from crossdock.model.quantity import EACH, ZERO, NoDecimal, Price, Quantity, stated
from crossdock.model.units import ours

_MOST_FAULTS = 100
# Digits that a number may leave out before or behind its decimal mark.
_LEFT_OUT = re.compile(r"(?<![0-9])\.(?=[0-9])")
INFORMATION = frozenset(("INF", "AAE", "AAF"))
"""Data element 5125: prices that are told and not charged."""
_LONGEST_IDS = 120
"""Of the ids of an item that are remembered."""
_LONGEST_REMEMBERED = 24
"""Of the texts of numbers."""
BUYER_ITEMS, SUPPLIER_ITEMS = ("IN", "BP"), ("SA", "VN")
"""Data element 7143: whose number of an item it is."""
NO_ITEMS = frozenset(("NB", "SN", "PV", "GN", "HS", "CC", "CG", "DR", "EC"))
"""Numbers of data element 7143 that are no item's: of a batch, a piece, a promotion, a class of goods, a drawing."""
GTINS = ("EN", "SRV", "UP")
# Code lists of party ids: data element 3055 beside the X12 codes that `PartyRef` holds.
AGENCIES = {"9": "UL", "92": "92", "91": "91", "16": "1", "ZZZ": "ZZ"}
_DUNS = "16"
_OWN_LIST = "92"
# Codes of units that directories before Recommendation 20 wrote (6411 in D.96A).
_OLD_UNITS = {"PCE": EACH}
# Data element 2379: how a date is written, and in how many digits.
_FORMS = {
    "102": ("%Y%m%d", 8), "203": ("%Y%m%d%H%M", 12), "204": ("%Y%m%d%H%M%S", 14), "101": ("%y%m%d", 6),
    "201": ("%y%m%d%H%M", 10), "2": ("%d%m%y", 6), "3": ("%m%d%y", 6), "4": ("%d%m%Y", 8), "5": ("%d%m%Y%H%M", 12),
}  # fmt: skip
_ZONED = {"303": "203", "304": "204"}
"""Forms with a time zone, and what stands before it."""
_ZONE = re.compile(r"(?P<sign>[+PM-])(?P<hours>\d\d)(?P<minutes>\d\d)?|UTC|GMT|Z")
_FARTHEST = dt.timedelta(hours=14)
_LENGTHS = {8: "102", 12: "203", 14: "204", 6: "101", 10: "201"}
"""What a date is taken for that does not say its form."""
_LONGER = {
    "610": ("%Y%m%d", 6, "01"), "609": ("%y%m%d", 4, "01"), "602": ("%Y%m%d", 4, "0101"), "616": ("%G%V%u", 6, "1"),
}  # fmt: skip
"""Forms of a month, a year or a week, and what makes them the first day of it."""
_CLOCKS = ("401", "402", "404")
"""Forms of a time of a day that another DTM says: by itself it is of no day."""
RANGES = {"718": "102", "711": "102", "719": "203", "717": "101"}
"""Forms that say from which day to which, and in which form each of both is."""
_RANGES = {form: (_FORMS[of][1], of) for form, of in RANGES.items()} | {"716": (6, "616"), "710": (6, "610")}
"""All forms from when to when: how long the first of both is, and its form."""


class Reading:
    """One message being read. `rows` are its segments; a row's position is its index plus one. `mark` separates the
    components of an element: `row[1].split(mark)` are what they say."""

    __slots__ = ("_between", "_told", "amounts", "as_buyer", "context", "currency", "faults", "mark", "message", "rows")

    def __init__(self, message: Message, context: MapContext, faults: list[Fault]) -> None:
        self.message = message
        self.context = context
        self.faults = faults
        self.rows, self.mark = rows_of(message)
        self.currency = context.options.currency
        self.as_buyer = context.role == "buyer"
        marks = message.interchange.delimiters
        self._between = marks.element if self.mark == marks.component else ""
        """What no element holds, if there is such a mark."""
        self._told = _items_told(self._between, self.mark, self.as_buyer)
        self.amounts = _amounts(self.mark)
        """What the element of a QTY (C186) says: its qualifier, and the quantity, None where that is nonsense."""

    def fault(
        self, code: str, position: int, element: int = 0, component: int = 0, detail: str = "",
        severity: Severity | None = None,
    ) -> None:  # fmt: skip
        """Note a fault at a segment (UNH being 1). Beyond a hundred only the first that refuses is noted."""
        refusing = (severity or FAULTS[code].severity) == "error"
        if len(self.faults) < _MOST_FAULTS or (refusing and self.faults[-1].severity != "error"):
            self.faults.append(self.message.fault(code, position, element, component, detail, severity))

    def parts(self, row: Row, element: int) -> list[str]:
        """The components of an element; one that is empty where it is absent."""
        return row[element].split(self.mark) if element < len(row) else NOTHING

    def part(self, row: Row, element: int, component: int = 1) -> str:
        """One component, counted from 1; empty where it is absent."""
        found = row[element].split(self.mark) if element < len(row) else NOTHING
        return found[component - 1] if component <= len(found) else ""

    def charge_code(self, row: Row) -> str:
        """What an ALC is for: the code of the service, else the number of the charge."""
        return self.part(row, 5) or self.part(row, 2)

    def first(self, tag: str) -> tuple[Row, int]:
        """The first segment of a tag and its position; an absent one is a fault."""
        for position, row in enumerate(self.rows, 1):
            if row[0] == tag:
                return row, position
        self.fault("segment_missing", len(self.rows), detail=f"the message has no {tag}")
        return [tag], len(self.rows)

    def number(self, text: str, position: int, element: int, component: int = 1) -> Decimal:
        """A number; ISO 9735 takes point and comma alike. An absent one and nonsense are faults."""
        found = NUMBERS[text]
        if found is not None:
            return found
        if not text:
            self.fault("element_missing", position, element, component)
            return ZERO
        try:
            return as_number(text)
        except NoDecimal as refusal:
            self.fault("number_invalid", position, element, component, str(refusal) if refusal.too_long else "")
            return ZERO

    def date(self, parts: list[str], position: int, element: int = 1) -> dt.date | None:
        """The day of a DTM (the components of C507)."""
        found, _ = self.said(parts, position, element)
        return found.date() if found else None

    def moment(self, parts: list[str], position: int, element: int = 1) -> dt.datetime | None:
        """The moment of a DTM (the components of C507) in UTC, in the form that it says; of a range the first. Where it
        names no zone, it is of the one that is agreed on. Nonsense is a fault."""
        found, zoned = self.said(parts, position, element)
        return in_utc(found, self.context.options.zone) if found and not zoned else found

    def said(self, parts: list[str], position: int, element: int) -> tuple[dt.datetime | None, bool]:
        """What a DTM says as if it were in UTC, and whether it names a zone."""
        _, text, form = (*parts, "", "", "")[:3]
        if not text or form in _CLOCKS:
            return None, False
        if form in _RANGES:
            digits, form = _RANGES[form]
            text = text[:digits]
        by_length = _LENGTHS.get(len(text), "")
        found = as_moment(text, form or by_length)
        if found is None:
            found = as_moment(text, by_length)
            words = f"{text!r} is no date of form {form or 'unknown'}" + (", and read as what it is" if found else "")
            self.fault("date_invalid", position, element, 2, words, "warning" if found else "error")
            form = by_length
        return found, form in _ZONED

    def lasts(self, parts: list[str]) -> bool:
        """Does a DTM say a week, a month or a year, or from which day to which other, where we have but one day?"""
        _, text, form = (*parts, "", "", "")[:3]
        digits, of = _RANGES.get(form, (len(text), form))
        return of in _LONGER or text[digits:].removeprefix("-") not in ("", text[:digits])

    def quantity(self, element: str, position: int) -> Quantity:
        """The quantity of a QTY (C186)."""
        found = self.amounts[element][1]
        if found is not None:
            return found
        _, text, unit = (*element.split(self.mark), "", "")[:3]
        return Quantity(self.number(text, position, 1, 2), unit_of(unit))

    def price(self, parts: list[str], position: int, unit: str) -> Price:
        """The price of a PRI (the components of C509), per what it says, else per one of the line's unit."""
        each = PER_EACH if unit == EACH else Quantity(ONE, unit)
        if len(parts) > 4:
            each = self._basis(parts[4], parts[5] if len(parts) > 5 else "", position, unit)
        if len(parts) < 2 or not parts[1]:  # that there is a price, not which
            self.fault("price_missing", position, 1, 2)
            return Price(ZERO, self.currency, each)
        return Price(NUMBERS[parts[1]] or self.number(parts[1], position, 1, 2), self.currency, each)

    def _basis(self, text: str, code: str, position: int, unit: str) -> Quantity:
        """How much a price is for."""
        per = self.number(text, position, 1, 5) if text else ONE
        if per <= 0:
            self.fault("number_invalid", position, 1, 5, f"a price per {text}")
            per = ONE
        return Quantity(per, unit_of(code) if code else unit)

    def party(self, row: Row, known: PartyRef | None = None) -> PartyRef:
        """A party (NAD); `known` is the one the agreement says it is. Addresses stand in no canonical object."""
        given, _, agency = (*self.parts(row, 2), "", "")[:3]
        name = next(
            (each for element in (4, 3) if element < len(row) for each in row[element].split(self.mark) if each), ""
        )
        qualifier = duns(given) if agency == _DUNS else AGENCIES.get(agency, agency)
        if known is not None:
            own = given == known.id and qualifier in ("", _OWN_LIST)
            if not given or own or (given == known.their_id and qualifier == known.qualifier):
                theirs, code = ("", "") if own else (known.their_id, known.qualifier)
                return PartyRef(known.id, theirs, code, name or known.name, known.country, known.contact_ref)
            return PartyRef(known.id, given, qualifier, name)
        own = qualifier == _OWN_LIST
        return PartyRef(given, "" if own else given, "" if own else qualifier, name)

    def counted(self, row: Row, position: int, lines: int) -> None:
        """Compare CNT+2 with what was read."""
        kind, said = (*self.parts(row, 1), "")[:2]
        if kind == "2" and not (said.isascii() and said.isdigit() and int(said[:20]) == lines):
            self.fault("count_mismatch", position, 1, 2, f"CNT+2 says {said or 'nothing'}, {lines} were read")

    def items(self, named: dict[str, str], position: int) -> tuple[str, str, str]:
        """Our item, the partner's id of it, its GTIN, from ids by their type. An unknown item is a fault."""
        item, theirs, gtin = _agreed(named, self.as_buyer)
        if item:
            return item, theirs, gtin
        if not (theirs or gtin):  # of a type that nobody agreed on: whoever wrote it knows it by that
            theirs = next((value for kind, value in named.items() if kind not in NO_ITEMS), "")
        for known in (theirs, gtin):
            found = self.context.our_item(known) if known else None
            if found is not None:
                return found, theirs, gtin
        if theirs or gtin:
            severity: Severity = "warning" if self.as_buyer else "error"
            words = f"no item of ours is known for {theirs or gtin!r}"
            self.fault("item_unknown", position, 0, 0, words, severity)
        else:
            self.fault("item_missing", position, 3)
        return "", theirs, gtin

    def named(self, elements: Iterable[str]) -> dict[str, str]:
        """The ids of an item (each a C212) by their type; of each type the first."""
        return _named(elements, self.mark)

    def items_among(self, elements: Sequence[str], position: int) -> tuple[str, str, str]:
        """The same from the elements themselves (each a C212): a partner names the same items again and again."""
        between = self._between
        if between and (found := self._told[between.join(elements)]) is not None:
            return found
        return self.items(self.named(elements), position)


def _named(elements: Iterable[str], mark: str) -> dict[str, str]:
    found: dict[str, str] = {}
    for element in elements:
        parts = element.split(mark)
        if parts[0]:
            found.setdefault(parts[1] if len(parts) > 1 else "", parts[0])
    return found


def _agreed(named: dict[str, str], as_buyer: bool) -> tuple[str, str, str]:
    """Our item, the partner's id of it, its GTIN, where they are of the types that are used for them."""
    of_buyer, of_supplier, gtin = (
        next((named[kind] for kind in kinds if kind in named), "") for kinds in (BUYER_ITEMS, SUPPLIER_ITEMS, GTINS)
    )
    return (of_buyer, of_supplier, gtin) if as_buyer else (of_supplier, of_buyer, gtin)


@lru_cache(maxsize=16)
def _items_told(between: str, mark: str, as_buyer: bool) -> Remembered[tuple[str, str, str] | None]:
    """What ids say by themselves; None where our id is not among them and must be looked up."""

    def told(said: str) -> tuple[str, str, str] | None:
        found = _agreed(_named(said.split(between), mark), as_buyer)
        return found if found[0] else None

    return Remembered(told, _LONGEST_IDS, 1 << 14)


ONE = Decimal(1)
PER_EACH = Quantity(ONE)


def as_number(text: str) -> Decimal:
    """The number a text states, with point or comma. Raises `NoDecimal`."""
    return stated(_LEFT_OUT.sub("0.", text.replace(",", ".").removesuffix(".")))


def unit_of(code: str) -> str:
    """Our unit for a code of data element 6411; pieces where there is none."""
    return _OLD_UNITS.get(code) or ours(code, "rec20") if code else EACH


@lru_cache(maxsize=16)
def _amounts(mark: str) -> Remembered[tuple[str, Quantity | None]]:
    def amount(element: str) -> tuple[str, Quantity | None]:
        kind, text, unit = (*element.split(mark), "", "")[:3]
        found = NUMBERS[text]
        return kind, None if found is None else Quantity(found, unit_of(unit))

    return Remembered(amount, _LONGEST_REMEMBERED)


def _number(text: str) -> Decimal | None:
    try:
        return as_number(text)
    except NoDecimal:
        return None


NUMBERS = Remembered(_number, _LONGEST_REMEMBERED)
"""The number a text states; None where it is nonsense."""


def as_moment(text: str, form: str) -> dt.datetime | None:
    """A date of a form of data element 2379 that we know; None for any other, or nonsense."""
    if form in _ZONED:
        return _zoned(text, form)
    pattern, digits, rest = (*_FORMS[form], "") if form in _FORMS else _LONGER.get(form, ("", 0, ""))
    # The digits are counted here: `strptime` finds a year 1012 in six of them.
    if len(text) != digits or not (text.isascii() and text.isdigit()):
        return None
    return _parsed(text + rest, pattern)


def _zoned(text: str, form: str) -> dt.datetime | None:
    """A date with its time zone behind it: how many hours, and perhaps minutes, it is ahead of UTC (P or M for the
    sign, as some write it), or its name."""
    digits = _FORMS[_ZONED[form]][1]
    local, zone = as_moment(text[:digits], _ZONED[form]), _ZONE.fullmatch(text[digits:])
    if local is None or zone is None:
        return None
    ahead = dt.timedelta(hours=int(zone["hours"] or 0), minutes=int(zone["minutes"] or 0))
    if ahead > _FARTHEST:
        return None
    try:
        return local + ahead if zone["sign"] in ("-", "M") else local - ahead
    except OverflowError:
        return None


@lru_cache(maxsize=4096)
def _parsed(text: str, pattern: str) -> dt.datetime | None:
    try:
        return dt.datetime.strptime(text, pattern).replace(tzinfo=dt.UTC)
    except ValueError:
        return None
