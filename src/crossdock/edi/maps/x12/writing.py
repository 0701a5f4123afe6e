"""What all maps share when they write. Each segment is held against the guide: we send nothing we would not take."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable, Sequence
from decimal import Decimal
from functools import lru_cache

from crossdock.edi.charges import of_x12
from crossdock.edi.guides import Guide, segment_rules
from crossdock.edi.guides.check import check, elements
from crossdock.edi.kernel.writing import COMPONENT, ELEMENT, END, CannotWrite, Joined, Text, is_printed, joined
from crossdock.edi.maps.context import GTIN_BY_LENGTH, MapContext
from crossdock.edi.maps.moments import as_said
from crossdock.edi.maps.x12.price_bases import basis_of
from crossdock.edi.maps.x12.reading import ASSIGNED_BY_BUYER, TAX_KINDS
from crossdock.edi.x12.envelope import Delimiters, GroupHeader, InterchangeHeader, TransactionSet
from crossdock.edi.x12.writer import OutgoingSegment
from crossdock.model.party import PartyRef
from crossdock.model.purchase_order import Charge
from crossdock.model.quantity import EACH, Price, Quantity
from crossdock.model.tax import Tax, TaxRate
from crossdock.model.units import known

_X12_CHARGE = re.compile(r"[A-Z][0-9]{3}\Z")
_TAX_CODES = {ours: theirs for theirs, ours in TAX_KINDS.items()}
_GTINS = {8: "EO", 12: "UP", 13: "EN", 14: "UK"}
# Separators that no checked value may hold, so that checking does not depend on the interchange's own.
_MARKS = Delimiters(element=ELEMENT, component=COMPONENT, terminator=END)
_CHECKING = InterchangeHeader("", "", "", "", "", "", "", "", False, "", _MARKS)
_NO_GROUP = GroupHeader("", "", "", "", "", "", "", 0, 0)
_EMPTY = ELEMENT + END


class Writing:
    """One document being written."""

    __slots__ = ("_as_buyer", "_ours", "_theirs", "context", "currency")

    def __init__(self, context: MapContext, currency: str = "") -> None:
        self.context = context
        self.currency = currency
        self._as_buyer = context.role == "buyer"
        buyer, supplier = context.options.buyer_item_qualifier, context.options.supplier_item_qualifier
        self._ours, self._theirs = (buyer, supplier) if self._as_buyer else (supplier, buyer)

    def ids(self, item: str, theirs: str = "", gtin: str = "") -> tuple[str, ...]:
        """Pairs of qualifier and id: ours, the partner's (asked of the cross-reference where not given), the GTIN."""
        if item and theirs and not gtin and item != theirs:  # what nearly every line has
            return self._ours, item, self._theirs, theirs
        item = self.context.own_number(item, theirs, gtin)
        theirs = theirs or (self.context.their_item(item) or "" if item else "")
        pairs: tuple[str, ...] = (self._ours, item) if item else ()
        if theirs:
            pairs += (self._theirs, theirs)
        return (*pairs, self.gtin_qualifier(gtin), gtin) if gtin else pairs

    def gtin_qualifier(self, gtin: str) -> str:
        """The code of element 235 for a GTIN: as agreed, else that of its length."""
        agreed = self.context.options.gtin_qualifier
        return _GTINS.get(len(gtin), agreed) if agreed == GTIN_BY_LENGTH else agreed

    def partner_item(self, supplier_item: str, buyer_item: str) -> str:
        """Of the two sides' ids, the one that is not ours."""
        return supplier_item if self._as_buyer else buyer_item

    def price(self, price: Price | None, unit: str) -> tuple[str, str]:
        """Price and its basis. Refused in another currency or unit than the document's and the line's."""
        if price is None:
            return "", ""
        if price.currency != self.currency:
            raise CannotWrite(f"a price in {price.currency} in a document in {self.currency or 'no currency'}")
        per = price.per
        basis = "" if per.amount == 1 and per.unit == unit else basis_of(per, unit)
        if basis is None:
            raise CannotWrite(f"a price per {per.amount} {per.unit} of a line in {unit}")
        return number(price.amount), basis

    def party(self, role: str, party: PartyRef) -> OutgoingSegment:
        """N1: the id the other side knows, else our id as one assigned by the buyer."""
        given, qualifier = party.their_id or party.id, party.qualifier if party.their_id else ""
        return ("N1", role, text(party.name, 60), (qualifier or ASSIGNED_BY_BUYER) if given else "", given)

    def parties(self, *named: tuple[str, PartyRef]) -> list[OutgoingSegment]:
        """N1 of each that has a name or a number; of others X12 knows no segment (condition R0203)."""
        return [self.party(role, party) for role, party in named if party.their_id or party.id or party.name.strip()]

    def charge(self, charge: Charge) -> OutgoingSegment:
        """SAC: codes of X12's own list stand in SAC02, ours in SAC13."""
        code = of_x12(charge.code)
        listed = _X12_CHARGE.match(code) is not None
        head = (
            "SAC",
            "A" if charge.amount < 0 else "C",
            code if listed else "ZZZZ",
            "",
            "",
            cents(abs(charge.amount)),
        )
        tail = ("" if listed else code, "", text(charge.description, 80))
        return (*head, "", "", "", "", "", "", "", *tail)

    def rate(self, rate: TaxRate) -> OutgoingSegment:
        """TXI of a line: which tax, at which rate."""
        return "TXI", *_taxed(rate, "")

    def tax(self, tax: Tax) -> OutgoingSegment:
        """TXI: which tax, how much, at which rate (0.08 for 8 %), and of what."""
        taxable = "" if tax.taxable is None else f"{tax.taxable:f}"
        return "TXI", *_taxed(tax.rate, f"{tax.amount:f}"), "", "", "", "", taxable

    def currency_row(self, role: str) -> list[OutgoingSegment]:
        """CUR, where a currency is known."""
        return [("CUR", role, self.currency)] if self.currency else []


def _taxed(rate: TaxRate, amount: str) -> tuple[str, str, str]:
    percent = "" if rate.percent is None else f"{rate.percent.scaleb(-2).normalize():f}"
    if not amount and not percent:
        raise CannotWrite(f"TXI of a line needs a rate; the line says tax {rate.kind} {rate.category} alone")
    return _TAX_CODES.get(rate.kind, rate.kind), amount, percent


def finished(guide: Guide, make: Callable[[], list[OutgoingSegment]]) -> Joined[OutgoingSegment]:
    """The segments, if they keep to the guide; else `CannotWrite` with the first fault."""
    segments = make()
    text = _joined(segments)
    faults = check(_draft(guide.type, text, len(segments)), guide)
    if faults:
        raise CannotWrite(f"{guide.name}: {faults[0].code} in {faults[0].segment_id}: {faults[0].detail}")
    return Joined(text, len(segments), make)


def hold_against_segments(name: str, kind: str, segments: Sequence[OutgoingSegment]) -> None:
    """Refuses segments that we would not take ourselves, of a set without a guide."""
    rules, draft = segment_rules(), _draft(kind, _joined(segments), len(segments))
    for position, text in enumerate(draft.texts, 1):
        row = text.split(ELEMENT)
        if row[0] in rules and (fault := next(elements(draft, rules[row[0]], row, position), None)) is not None:
            raise CannotWrite(f"{name}: {fault.code} in {fault.segment_id}: {fault.detail}")


def _joined(segments: Sequence[OutgoingSegment]) -> str:
    """The segments in one text, without the empty elements at their ends."""
    text = joined(segments)
    # A value with a control character would shift every element behind it.
    if text is None or not is_printed(text):
        bad = next(row for row in segments if not "".join(row).replace(COMPONENT, "").isprintable())
        raise CannotWrite(f"{bad[0]} holds a control character: {bad}")
    while _EMPTY in text:
        text = text.replace(_EMPTY, END)
    return text


def _draft(kind: str, text: str, count: int) -> TransactionSet:
    """The set as it will be, between separators of its own."""
    first, last = ("ST", kind, "0001"), ("SE", str(count + 2), "0001")
    raw = f"{ELEMENT.join(first)}{END}{text}{ELEMENT.join(last)}{END}".encode()
    return _Draft(_CHECKING, _NO_GROUP, kind, "0001", raw, 1, 0, count + 2)


class _Draft(TransactionSet):
    __slots__ = ()

    def split_plainly(self, text: str = "") -> None:
        """Nobody looks into a draft that is faultless."""


def number(value: Decimal) -> str:
    """A number without exponent."""
    if not value.is_finite():
        raise CannotWrite(f"{value} is not a number")
    text = str(value)
    return f"{value:f}" if "E" in text else text


def cents(value: Decimal) -> str:
    """An amount with two implied decimals."""
    scaled = value.scaleb(2)
    if not value.is_finite() or scaled != scaled.to_integral_value():
        raise CannotWrite(f"{value} has more than two decimals")
    return f"{scaled:.0f}"


def amount(quantity: Quantity) -> tuple[str, str]:
    """Quantity and unit, with X12's code for it where it has one."""
    return number(quantity.amount), unit_code(quantity.unit)


def unit_code(unit: str) -> str:
    """X12's code (element 355) for a unit of ours; a code of nobody's table stands as it is."""
    if unit == EACH:
        return unit
    found = known(unit)
    return found.x12[0] if found and found.x12 and unit not in found.x12 else unit


@lru_cache(maxsize=1024)
def day(value: dt.date | None) -> str:
    """`YYYYMMDD`, empty for None."""
    return dt.date.isoformat(value).replace("-", "") if value else ""


def moment(value: dt.datetime, unnamed: dt.tzinfo | None = None) -> tuple[str, str, str]:
    """Date, time and zone of an instant: UTC, or the `unnamed` zone that is agreed on where none can be named. Parts of
    a second below a hundredth cannot be written."""
    value = as_said(value, unnamed)
    if value.microsecond % 10_000:
        raise CannotWrite(f"{value.isoformat()} is finer than a hundredth of a second")
    if value.time() == dt.time():
        return f"{value:%Y%m%d}", "", ""
    clock = f"{value:%H%M%S}" if value.second or value.microsecond else f"{value:%H%M}"
    hundredths = f"{value.microsecond // 10_000:02d}" if value.microsecond else ""
    return f"{value:%Y%m%d}", clock + hundredths, "UT"


def text(value: str, longest: int) -> Text:
    """Free text: cut to what the element takes, control characters made blanks."""
    if not value.isprintable():
        value = "".join(c if c.isprintable() else " " for c in value)
    return Text(value[:longest].rstrip())
