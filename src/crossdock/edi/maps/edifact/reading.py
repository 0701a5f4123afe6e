"""What all EDIFACT maps share when they read: split segments, values with their faults, items, parties, dates."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterable
from decimal import Decimal

from crossdock.edi.edifact.envelope import Message
from crossdock.edi.kernel.faults import FAULTS, Fault, Severity
from crossdock.edi.maps.context import MapContext
from crossdock.model.party import PartyRef
from crossdock.model.quantity import EACH, ZERO, NoDecimal, Price, Quantity, stated
from crossdock.model.units import ours

Row = list[str]
"""A segment split into elements, the tag first."""
_MOST_FAULTS = 100
# Digits that a number may leave out before or behind its decimal mark.
_LEFT_OUT = re.compile(r"(?<![0-9])\.(?=[0-9])")
BUYER_ITEMS, SUPPLIER_ITEMS = ("IN", "BP"), ("SA", "VN")
"""Data element 7143: whose number of an item it is."""
GTINS = ("EN", "SRV", "UP")
# Code lists of party ids: data element 3055 beside the X12 codes that `PartyRef` holds.
AGENCIES = {"9": "UL", "92": "92", "91": "91", "16": "1"}
_OWN_LIST = "92"
# Codes of units that directories before Recommendation 20 wrote (6411 in D.96A).
_OLD_UNITS = {"PCE": EACH}
# Data element 2379: how a date is written, and in how many digits.
_FORMS = {
    "102": ("%Y%m%d", 8), "203": ("%Y%m%d%H%M", 12), "204": ("%Y%m%d%H%M%S", 14), "101": ("%y%m%d", 6),
    "201": ("%y%m%d%H%M", 10), "2": ("%d%m%y", 6),
}  # fmt: skip
_LENGTHS = {8: "102", 12: "203", 14: "204", 6: "101", 10: "201"}
"""What a date is taken for that does not say its form."""
_RANGES = {"718": 8, "711": 8, "719": 12}
"""Forms that say from when to when, and how long the first of both is."""


class Reading:
    """One message being read. `rows` are its segments; a row's position is its index plus one."""

    __slots__ = ("_component", "_released", "context", "currency", "faults", "message", "rows")

    def __init__(self, message: Message, context: MapContext, faults: list[Fault]) -> None:
        marks = message.interchange.delimiters
        self.message = message
        self.context = context
        self.faults = faults
        self.rows: list[Row] = [text.split(marks.element) for text in message.texts]
        self.currency = context.options.currency
        self._component = marks.component
        self._released = message.has_released

    def fault(
        self, code: str, position: int, element: int = 0, component: int = 0, detail: str = "",
        severity: Severity | None = None,
    ) -> None:  # fmt: skip
        """Note a fault at a segment (UNH being 1). Beyond a hundred only the first that refuses is noted."""
        refusing = (severity or FAULTS[code].severity) == "error"
        if len(self.faults) < _MOST_FAULTS or (refusing and self.faults[-1].severity != "error"):
            self.faults.append(self.message.fault(code, position, element, component, detail, severity))

    def parts(self, row: Row, element: int) -> list[str]:
        """The components of an element."""
        if element >= len(row):
            return [""]
        found = row[element].split(self._component)
        if self._released:
            return [self.message.value(each).strip() for each in found]
        return [each.strip() for each in found]

    def part(self, row: Row, element: int, component: int = 1) -> str:
        """One component, counted from 1; empty where it is absent."""
        if element >= len(row):
            return ""
        text = row[element]
        if self._component in text:
            found = text.split(self._component, component)
            if component > len(found):
                return ""
            text = found[component - 1]
        elif component > 1:
            return ""
        return self.message.value(text).strip() if self._released else text.strip()

    def first(self, tag: str) -> tuple[Row, int]:
        """The first segment of a tag and its position; an absent one is a fault."""
        for position, row in enumerate(self.rows, 1):
            if row[0] == tag:
                return row, position
        self.fault("segment_missing", len(self.rows), detail=f"the message has no {tag}")
        return [tag], len(self.rows)

    def number(self, text: str, position: int, element: int, component: int = 1) -> Decimal:
        """A number; ISO 9735 takes point and comma alike. An absent one and nonsense are faults."""
        if not text:
            self.fault("element_missing", position, element, component)
            return ZERO
        try:
            return stated(_LEFT_OUT.sub("0.", text.replace(",", ".").removesuffix(".")))
        except NoDecimal as refusal:
            self.fault("number_invalid", position, element, component, str(refusal) if refusal.too_long else "")
            return ZERO

    def date(self, row: Row, position: int, element: int = 1) -> dt.date | None:
        """The day of a DTM."""
        found = self.moment(row, position, element)
        return found.date() if found else None

    def moment(self, row: Row, position: int, element: int = 1) -> dt.datetime | None:
        """The moment of a DTM (C507) in UTC, in the form that it says; of a range the first. Nonsense is a fault."""
        _, text, form = (*self.parts(row, element), "", "", "")[:3]
        if not text:
            return None
        if form in _RANGES:
            text, form = text[: _RANGES[form]], _LENGTHS[_RANGES[form]]
        by_length = _LENGTHS.get(len(text), "")
        found = as_moment(text, form or by_length)
        if found is None:
            found = as_moment(text, by_length)
            words = f"{text!r} is no date of form {form or 'unknown'}" + (", and read as what it is" if found else "")
            self.fault("date_invalid", position, element, 2, words, "warning" if found else "error")
        return found

    def unit(self, code: str) -> str:
        """Our unit for a code of data element 6411; pieces where there is none."""
        return _OLD_UNITS.get(code) or ours(code, "rec20") if code else EACH

    def quantity(self, row: Row, position: int) -> Quantity:
        """The quantity of a QTY (C186)."""
        return Quantity(self.number(self.part(row, 1, 2), position, 1, 2), self.unit(self.part(row, 1, 3)))

    def price(self, row: Row, position: int, unit: str) -> Price:
        """The price of a PRI (C509), per what it says, else per one of the line's unit."""
        basis, code = self.part(row, 1, 5), self.part(row, 1, 6)
        per = self.number(basis, position, 1, 5) if basis else Decimal(1)
        if per <= 0:
            self.fault("number_invalid", position, 1, 5, f"a price per {basis}")
            per = Decimal(1)
        amount = self.number(self.part(row, 1, 2), position, 1, 2)
        return Price(amount, self.currency, Quantity(per, self.unit(code) if code else unit))

    def party(self, row: Row, known: PartyRef | None = None) -> PartyRef:
        """A party (NAD); `known` is the one the agreement says it is. Addresses stand in no canonical object."""
        given, _, agency = (*self.parts(row, 2), "", "")[:3]
        name = next((each for element in (4, 3) for each in self.parts(row, element) if each), "")
        qualifier = AGENCIES.get(agency, agency)
        if known is not None:
            if not given or given == known.id or (given == known.their_id and qualifier == known.qualifier):
                own = given == known.id
                theirs, code = ("", "") if own else (known.their_id, known.qualifier)
                return PartyRef(known.id, theirs, code, name or known.name, known.country, known.contact_ref)
            return PartyRef(known.id, given, qualifier, name)
        own = qualifier == _OWN_LIST
        return PartyRef(given, "" if own else given, "" if own else qualifier, name)

    def counted(self, row: Row, position: int, lines: int) -> None:
        """Compare CNT+2 with what was read."""
        said = self.part(row, 1, 2)
        if self.part(row, 1) == "2" and not (said.isascii() and said.isdigit() and int(said[:20]) == lines):
            self.fault("count_mismatch", position, 1, 2, f"CNT+2 says {said or 'nothing'}, {lines} were read")

    def items(self, ids: Iterable[tuple[str, str]], position: int) -> tuple[str, str, str]:
        """Our item, the partner's id of it, its GTIN, from (id, its type). An unknown item is a fault."""
        named: dict[str, str] = {}
        for value, kind in ids:
            if value:
                named.setdefault(kind, value)
        buyer = self.context.role == "buyer"
        of_ours, of_theirs = (BUYER_ITEMS, SUPPLIER_ITEMS) if buyer else (SUPPLIER_ITEMS, BUYER_ITEMS)
        item, theirs, gtin = (
            next((named[kind] for kind in kinds if kind in named), "") for kinds in (of_ours, of_theirs, GTINS)
        )
        if not (item or theirs or gtin):  # of a type that nobody agreed on: whoever wrote it knows it by that
            theirs = next(iter(named.values()), "")
        if item:
            return item, theirs, gtin
        for known in (theirs, gtin):
            found = self.context.our_item(known) if known else None
            if found is not None:
                return found, theirs, gtin
        if theirs or gtin:
            severity: Severity = "warning" if buyer else "error"
            words = f"no item of ours is known for {theirs or gtin!r}"
            self.fault("item_unknown", position, 0, 0, words, severity)
        else:
            self.fault("item_missing", position, 3)
        return "", theirs, gtin


def as_moment(text: str, form: str) -> dt.datetime | None:
    """A date of a form of data element 2379 that we know; None for any other, or nonsense."""
    pattern, digits = _FORMS.get(form, ("", 0))
    # The digits are counted here: `strptime` finds a year 1012 in six of them.
    if len(text) != digits or not (text.isascii() and text.isdigit()):
        return None
    try:
        return dt.datetime.strptime(text, pattern).replace(tzinfo=dt.UTC)
    except ValueError:
        return None
