"""What all EDIFACT maps share when they write: values in the forms of the directories, and their limits."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from decimal import Decimal

from crossdock.edi.edifact.writer import OutgoingSegment
from crossdock.edi.kernel.writing import CannotWrite, Text
from crossdock.edi.maps.context import MapContext
from crossdock.edi.maps.edifact.reading import AGENCIES
from crossdock.model.party import PartyRef
from crossdock.model.quantity import Price, Quantity
from crossdock.model.units import known

_AGENCY_OF = {ours: theirs for theirs, ours in AGENCIES.items()}
_LONGEST_ID, _LONGEST_TEXT = 35, 35


class Writing:
    """One message being written."""

    __slots__ = ("context", "currency")

    def __init__(self, context: MapContext, currency: str = "") -> None:
        self.context = context
        self.currency = currency

    def ids(self, item: str, supplier_item: str, buyer_item: str) -> Iterator[tuple[str, str]]:
        """(id, its type) of an item: ours, and the partner's, asked of the cross-reference where it is not given."""
        buyer = self.context.role == "buyer"
        theirs = supplier_item if buyer else buyer_item
        theirs = theirs or (self.context.their_item(item) or "" if item else "")
        for value, of_buyer in ((item, buyer), (theirs, not buyer)):
            if value:
                yield limited("PIA", value), "IN" if of_buyer else "SA"

    def price(self, price: Price, unit: str) -> OutgoingSegment:
        """PRI: net, per what it is for where that is not one of the line's unit. Refused in another currency than the
        message's."""
        if price.currency != self.currency:
            raise CannotWrite(f"a price in {price.currency} in a message in {self.currency or 'no currency'}")
        per = price.per
        basis = ("", "", "") if per == Quantity(Decimal(1), unit) else ("", number(per.amount), unit_code(per.unit))
        return ("PRI", ("AAA", number(price.amount), "", *basis))

    def party(self, role: str, party: PartyRef) -> OutgoingSegment:
        """NAD: the id the other side knows, else our id as one assigned by the buyer."""
        given, qualifier = (party.their_id, party.qualifier) if party.their_id else (party.id, "92")
        agency = _AGENCY_OF.get(qualifier, qualifier) if given else ""
        name = text(party.name)
        return ("NAD", role, (limited("NAD", given), "", agency), "", name)

    def quantity(self, qualifier: str, quantity: Quantity) -> OutgoingSegment:
        """QTY."""
        return ("QTY", (qualifier, number(quantity.amount), unit_code(quantity.unit)))


def day(qualifier: str, value: dt.date) -> OutgoingSegment:
    """DTM with a day."""
    return ("DTM", (qualifier, dt.date.isoformat(value).replace("-", ""), "102"))


def moment(qualifier: str, value: dt.datetime) -> OutgoingSegment:
    """DTM with an instant, in UTC. Parts of a second cannot be written."""
    value = value.astimezone(dt.UTC)
    if value.microsecond:
        raise CannotWrite(f"{value.isoformat()} is finer than a second")
    return ("DTM", (qualifier, f"{value:%Y%m%d%H%M%S}", "204"))


def number(value: Decimal) -> str:
    """A number without exponent."""
    if not value.is_finite():
        raise CannotWrite(f"{value} is not a number")
    text = str(value)
    return f"{value:f}" if "E" in text else text


def unit_code(unit: str) -> str:
    """The code of UN/ECE Recommendation 20 for a unit of ours; a code of nobody's table stands as it is."""
    found = known(unit)
    return found.rec20[0] if found and found.rec20 else unit


def limited(tag: str, value: str) -> str:
    """An identifier, if the directory has room for it."""
    if len(value) > _LONGEST_ID:
        raise CannotWrite(f"{tag} has room for {_LONGEST_ID} characters, not for {value!r}")
    return value


def text(value: str) -> Text:
    """Free text, cut to what one component takes."""
    return Text(" ".join(value.split())[:_LONGEST_TEXT].rstrip())


def description(value: str) -> tuple[Text, ...]:
    """Free text in two components, parted where a word ends if one ends there."""
    words = " ".join(value.split())
    if len(words) <= _LONGEST_TEXT:
        return (Text(words),)
    parted = words.rfind(" ", 0, _LONGEST_TEXT)
    first, rest = (words[:parted], words[parted + 1 :]) if parted > 0 else (words[:35], words[35:])
    return Text(first), Text(rest[:_LONGEST_TEXT].rstrip())


def joined(components: list[str]) -> str:
    """A description as it was before it was parted: a first part that is full goes on in the second."""
    if len(components) == 1:
        return components[0]
    first, *rest = [*components, ""][:2]
    return first + ("" if len(first) == _LONGEST_TEXT or not rest or not rest[0] or not first else " ") + "".join(rest)
