"""What all EDIFACT maps share when they write: values in the forms of the directories, and their limits."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from functools import lru_cache

from crossdock.edi.charges import service
from crossdock.edi.edifact.writer import OutgoingSegment, composite
from crossdock.edi.kernel.writing import COMPONENT, CannotWrite, Text
from crossdock.edi.maps.context import MapContext
from crossdock.edi.maps.edifact.reading import AGENCIES
from crossdock.edi.maps.moments import as_said
from crossdock.model.party import PartyRef
from crossdock.model.purchase_order import Charge
from crossdock.model.quantity import Price, Quantity
from crossdock.model.units import known

_AGENCY_OF = {ours: theirs for theirs, ours in AGENCIES.items()} | {"9": "16"}
LONGEST_ID, _LONGEST_TEXT = 35, 35
LONGEST_LINE, _LONGEST_CODE, _LONGEST_UNIT = 6, 3, 8
"""Data elements 1082 and 1156, the codes of charges, and 6411."""
_UPC = 12
_BEFORE_TEXT = COMPONENT * 3


class Writing:
    """One message being written."""

    __slots__ = ("_as_buyer", "_ours", "_theirs", "context", "currency")

    def __init__(self, context: MapContext, currency: str = "") -> None:
        self.context = context
        self.currency = currency
        self._as_buyer = context.role == "buyer"
        self._ours, self._theirs = ("IN", "SA") if self._as_buyer else ("SA", "IN")

    def ids(self, item: str, supplier_item: str, buyer_item: str, gtin: str = "") -> list[tuple[str, str]]:
        """(id, its type) of an item: ours, and the partner's, asked of the cross-reference where it is not given; none
        that the GTIN says, which stands elsewhere."""
        theirs = supplier_item if self._as_buyer else buyer_item
        item = self.context.own_number(item, theirs, gtin)
        if item and not theirs:
            theirs = self.context.their_item(item) or ""
        found = [(limited("PIA 7140", item), self._ours)] if item else []
        if theirs:
            found.append((limited("PIA 7140", theirs), self._theirs))
        return found

    def items(self, kind: str, item: str, supplier_item: str, buyer_item: str, gtin: str = "") -> list[OutgoingSegment]:
        """PIA for each of these ids."""
        theirs = supplier_item if self._as_buyer else buyer_item
        if item and theirs and item != theirs:  # what nearly every line has
            ours, theirs = limited("PIA 7140", item), limited("PIA 7140", theirs)
            return [
                ("PIA", kind, f"{ours}{COMPONENT}{self._ours}"),
                ("PIA", kind, f"{theirs}{COMPONENT}{self._theirs}"),
            ]
        return [("PIA", kind, one + COMPONENT + of) for one, of in self.ids(item, supplier_item, buyer_item, gtin)]

    def price(self, price: Price, unit: str, kind: str = "AAA") -> OutgoingSegment:
        """PRI: net, or of another kind."""
        return "PRI", COMPONENT.join((kind, *self.priced(price, unit)[1:]))

    def priced(self, price: Price, unit: str) -> tuple[str, ...]:
        """The components of a net price (C509), with what it is for where that is not one of the line's unit. Refused
        in another currency than the message's."""
        if price.currency != self.currency:
            raise CannotWrite(f"a price in {price.currency} in a message in {self.currency or 'no currency'}")
        per = price.per
        if per.unit == unit and per.amount == 1:
            return "AAA", number(price.amount)
        return "AAA", number(price.amount), "", "", number(per.amount), unit_code(per.unit)

    def party(self, role: str, party: PartyRef) -> OutgoingSegment:
        """NAD."""
        given, agency, name = self.named(party)
        who = composite(given, "", agency) if given else ""
        return ("NAD", role, who, "", name) if name else ("NAD", role, who)

    def named(self, party: PartyRef) -> tuple[str, str, Text]:
        """The id the other side knows, else our id as one assigned by the buyer; whose list it is of; the name."""
        given, qualifier = (party.their_id, party.qualifier) if party.their_id else (party.id, "92")
        return limited("NAD 3039", given), _AGENCY_OF.get(qualifier, qualifier) if given else "", text(party.name)

    def quantity(self, qualifier: str, quantity: Quantity) -> OutgoingSegment:
        """QTY."""
        said = f"{qualifier}{COMPONENT}{number(quantity.amount)}{COMPONENT}{unit_code(quantity.unit)}"
        return ("QTY", said)


def numbered(line: str, gtin: str) -> OutgoingSegment:
    """LIN: the id of a line, and the GTIN of its item."""
    line = limited("LIN 1082", line, LONGEST_LINE)
    return ("LIN", line, "", composite(gtin, gtin_type(gtin))) if gtin else ("LIN", line)


def gtin_type(gtin: str) -> str:
    """The code of 7143 for a GTIN: one of twelve digits is a UPC."""
    return "UP" if len(gtin) == _UPC else "EN"


def charged(charge: Charge) -> list[OutgoingSegment]:
    """ALC and MOA. A code too long for one of the directory's (7161) is the number of the charge (1230)."""
    kind, words = "A" if charge.amount < 0 else "C", text(charge.description)
    code = service(charge.code)
    coded = len(code) <= _LONGEST_CODE
    number_of = "" if coded else limited("ALC 1230", code)
    return [
        ("ALC", kind, number_of, "", "", (limited("ALC 7161", code) if coded else "", "", "", words)),
        ("MOA", composite("8", number(abs(charge.amount)))),
    ]


def day(qualifier: str, value: dt.date) -> OutgoingSegment:
    """DTM with a day."""
    return ("DTM", COMPONENT.join((qualifier, dt.date.isoformat(value).replace("-", ""), "102")))


def moment(qualifier: str, value: dt.datetime, zone: dt.tzinfo | None = None) -> OutgoingSegment:
    """DTM with an instant, in the zone that is agreed on, else in UTC. Parts of a second cannot be written."""
    value = as_said(value, zone)
    if value.microsecond:
        raise CannotWrite(f"{value.isoformat()} is finer than a second")
    return ("DTM", COMPONENT.join((qualifier, f"{value:%Y%m%d%H%M%S}", "204")))


def number(value: Decimal) -> str:
    """A number without exponent."""
    if not value.is_finite():
        raise CannotWrite(f"{value} is not a number")
    text = str(value)
    return f"{value:f}" if "E" in text else text


@lru_cache(maxsize=256)
def unit_code(unit: str) -> str:
    """The code of UN/ECE Recommendation 20 for a unit of ours; a code of nobody's table stands as it is."""
    found = known(unit)
    return found.rec20[0] if found and found.rec20 else limited("QTY 6411", unit, _LONGEST_UNIT)


def limited(field: str, value: str, longest: int = LONGEST_ID) -> str:
    """An identifier, if the directory has room for it in that field (`RFF 1156`)."""
    if len(value) > longest:
        raise CannotWrite(f"{field} has room for {longest} characters, not for {value!r}")
    return value if COMPONENT not in value else _said(value)


def _said(value: str) -> str:
    """A code or identifier as it is, unless it holds what joins components."""
    if COMPONENT in value:
        raise CannotWrite(f"no interchange can say the control character in {value!r}")
    return value


def text(value: str) -> Text:
    """Free text, cut to what one component takes."""
    return Text(" ".join(value.split())[:_LONGEST_TEXT].rstrip())


def description(value: str) -> tuple[Text, ...]:
    """Free text in two components, parted where a word ends if one ends there."""
    return tuple(map(Text, _in_two(value)))


def described(value: str) -> OutgoingSegment:
    """IMD. Behind its code and who lists that comes the text."""
    return ("IMD", "F", "", Text(_BEFORE_TEXT + COMPONENT.join(_in_two(value))))


def _in_two(value: str) -> tuple[str, ...]:
    words = " ".join(value.split())
    if len(words) <= _LONGEST_TEXT:
        return (words,)
    parted = words.rfind(" ", 0, _LONGEST_TEXT)
    ends_here = words[_LONGEST_TEXT] == " "  # what goes on behind a full part is one word with it
    if parted > 0 and (ends_here or len(words) - parted - 1 <= _LONGEST_TEXT):
        first, rest = words[:parted], words[parted + 1 :]
    else:
        first, rest = words[:_LONGEST_TEXT], words[_LONGEST_TEXT:].lstrip()
    return first, rest[:_LONGEST_TEXT].rstrip()


def joined(components: list[str]) -> str:
    """A description as it was before it was parted: a first part that is full goes on in the second."""
    if len(components) == 1:
        return components[0]
    first, *rest = [*components, ""][:2]
    return first + ("" if len(first) == _LONGEST_TEXT or not rest or not rest[0] or not first else " ") + "".join(rest)
