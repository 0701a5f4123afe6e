"""What all maps share when they read: split segments, values with their faults, items, parties, charges."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from functools import lru_cache

from crossdock.edi.guides import codes
from crossdock.edi.kernel.faults import FAULTS, Fault, Severity
from crossdock.edi.kernel.syntax import X12
from crossdock.edi.maps.context import MapContext
from crossdock.edi.maps.moments import in_utc
from crossdock.edi.maps.purposes import copy_words
from crossdock.edi.maps.x12.price_bases import KNOWN, per_of
from crossdock.edi.maps.x12.qualifiers import (
    ANYBODYS_QUALIFIERS,
    BUYER_QUALIFIERS,
    GTIN_QUALIFIERS,
    NO_ITEMS,
    SUPPLIER_QUALIFIERS,
)
from crossdock.edi.maps.x12.times import ahead, as_time, as_zone
from crossdock.edi.x12.envelope import TransactionSet, as_date
from crossdock.model.party import PartyRef
from crossdock.model.purchase_order import Charge
from crossdock.model.quantity import EACH, ZERO, Price, Quantity
from crossdock.model.tax import Tax, TaxRate

Row = list[str]
Line = tuple[str, str, str, str, str, str, str, str]
"""Id, quantity, unit, price and its basis; our item, the partner's id of it, its GTIN."""
_MOST_FAULTS = 100
_REMEMBERED = 1 << 14
ASSIGNED_BY_BUYER = "92"
"""Code list of party ids that are the buyer's own: read as `PartyRef.id`."""
TAX_KINDS = {"VA": "VAT", "GS": "GST", "ST": "STT", "LT": "LOC", "FT": "FET"}
"""Data element 963 -> 5153 of UN/EDIFACT: value added, goods and services, state sales, local sales, federal excise;
others stay as they are."""
_CENTS = Decimal("0.01")


def percentage(percent: Decimal | None, amount: Decimal | None, basis: Decimal | None) -> Decimal | None:
    """A rate of tax. X12 says 0.08 for 8 %, and some write 8: the amount tells, where it is there."""
    if percent is None:
        return None
    hundred = percent * 100
    if amount and basis:
        return min((hundred, percent), key=lambda each: abs(basis * each * _CENTS - amount))
    return hundred if abs(percent) < 1 else percent


def without_blanks(row: Row) -> Row:
    """Elements of nothing but blanks hold nothing."""
    return ["" if each.isspace() else each for each in row]


class Reading:
    """One set being read. `rows` are its segments split into elements; a row's position is its index plus one."""

    __slots__ = ("_gtin", "_ours", "_theirs", "as_buyer", "context", "currency", "faults", "rows", "ts")

    def __init__(self, ts: TransactionSet, context: MapContext, faults: list[Fault]) -> None:
        self.ts = ts
        self.context = context
        self.faults = faults
        blank = f"{ts.interchange.delimiters.element} ".encode()
        self.rows: list[Row] = [without_blanks(row) for row in ts.rows] if blank in ts.raw else ts.rows
        self.currency = context.options.currency
        options = context.options
        ours, theirs = options.buyer_item_qualifier, options.supplier_item_qualifier
        self.as_buyer = context.role == "buyer"
        self._ours, self._theirs = (ours, theirs) if self.as_buyer else (theirs, ours)
        self._gtin = options.gtin_qualifier

    def fault(
        self, code: str, position: int, element: int = 0, detail: str = "", severity: Severity | None = None
    ) -> None:
        """Note a fault at a segment (ST being 1). Beyond a hundred only the first that refuses the set is noted."""
        found = self.faults
        refusing = (severity or FAULTS[code].severity) == "error"
        if len(found) < _MOST_FAULTS or (refusing and found[-1].severity != "error"):
            found.append(self.ts.fault(code, position, element, detail, severity))

    def heading(self, tag: str) -> Row:
        """The second segment, padded: the guide made sure that it is `tag`; where it is not, the first that is."""
        row = self.rows[1] if len(self.rows) > 1 else []
        if not row or row[0] != tag:
            row = next((each for each in self.rows if each[0] == tag), [tag])
        return padded(row, 17)

    def date(self, text: str, position: int, element: int) -> dt.date | None:
        """A date, None where there is none; nonsense is a fault."""
        text = text.strip()
        if not text:
            return None
        found = as_date(text)
        if found is None:
            self.fault("date_invalid", position, element)
        return found

    def needed_date(self, text: str, position: int, element: int) -> dt.date:
        """A date that must be there; the group's own date stands in so that reading can go on."""
        found = self.date(text, position, element)
        if found is None:
            if not text.strip():
                self.fault("element_missing", position, element)
            found = as_date(self.ts.group.date) or dt.date(1970, 1, 1)
        return found

    def instant(self, row: Row, date_at: int, time_at: int, zone_at: int, position: int) -> dt.datetime | None:
        """A date with its time, of the zone agreed on where none is named; midnight UTC where no time is given."""
        day = self.date(at(row, date_at), position, date_at)
        if day is None:
            return None
        said = dt.datetime.combine(day, as_time(at(row, time_at)), dt.UTC)
        zone = at(row, zone_at) if zone_at else ""
        return said - ahead(zone, day) if as_zone(zone) else in_utc(said, self.context.options.zone)

    def timed(self, said: dt.datetime | None, begin: Row, date_at: int, time_at: int) -> dt.datetime | None:
        """The moment that the heading tells, where nothing else does, or only that it is of the same day."""
        if said is not None and not at(begin, date_at).endswith(f"{said:%y%m%d}"):
            return said
        return self.instant(begin, date_at, time_at, 0, 2)

    def missing(self, position: int, element: int) -> str:
        """Note that a number is missing; nothing stands for it, so that reading can go on."""
        self.fault("element_missing", position, element)
        return "0"

    def number(self, text: str, position: int, element: int) -> Decimal:
        """A number; an absent one is a fault."""
        return Decimal(text or self.missing(position, element))

    def cents(self, text: str) -> Decimal:
        """An amount with two implied decimals; one that writes its point means what it writes."""
        return Decimal(text) if "." in text else Decimal(text) * _CENTS

    def price(self, text: str, basis: str, unit: str, position: int, element: int) -> Price:
        """A unit price; the basis, at an element, says for how much it is."""
        if basis and basis not in KNOWN:
            self.basis_unknown(basis, unit, position, element)
        return price_of(text, self.currency, basis, unit)

    def basis_unknown(self, basis: str, unit: str, position: int, element: int) -> None:
        """Tell of a basis of a price that is not read."""
        self.fault("price_basis_unknown", position, element, f"{basis!r}: the price is read as that of one {unit}")

    def line(self, row: Row, position: int) -> Line:
        """What a line (PO1, IT1) says. Without unit it is of pieces; an unknown item is a fault."""
        if len(row) == 10:  # as nearly every line is
            _tag, line, quantity, unit, price, basis, kind, item, other, theirs = row
            if kind == self._ours and other == self._theirs and item and theirs:
                return line, quantity, unit or EACH, price, basis, item, theirs, ""
        elif len(row) < 6:
            row = padded(row, 6)
        _tag, line, quantity, unit, price, basis = row[:6]
        return line, quantity, unit or EACH, price, basis, *self.items(row[6:], position)

    def items_of(self, row: Row, first: int, position: int) -> tuple[str, str, str]:
        """Our item, the partner's id of it, its GTIN, from the pairs of qualifier and id that begin at an element."""
        if len(row) == first + 4:  # what nearly every line says
            kind, item, other, theirs = row[first:]
            if kind == self._ours and other == self._theirs and item and theirs:
                return item, theirs, ""
        return self.items(row[first:], position)

    def items(self, pairs: Row, position: int) -> tuple[str, str, str]:
        """The same from the pairs themselves. An unknown item is a fault."""
        named = dict(zip(pairs[::2], pairs[1::2], strict=False))
        ours, theirs, gtin = named.get(self._ours, ""), named.get(self._theirs, ""), named.get(self._gtin, "")
        if len(named) > bool(ours) + bool(theirs) + bool(gtin):
            ours, theirs, gtin = self._other_qualifiers(named, ours, theirs, gtin)
        if ours:
            return ours, theirs, gtin
        known = theirs or gtin
        if not known:
            return "", "", ""
        found = self.context.our_item(theirs) if theirs else None
        if found is None and gtin:
            found = self.context.our_item(gtin)
        if found is None:
            severity: Severity = "error" if self.context.role == "supplier" else "warning"
            self.fault("item_unknown", position, 0, f"no item of ours is known for {known!r}", severity)
            return "", theirs, gtin
        return found, theirs, gtin

    def _other_qualifiers(self, named: dict[str, str], ours: str, theirs: str, gtin: str) -> tuple[str, str, str]:
        buyer = self.context.role == "buyer"
        of_ours, of_theirs = (BUYER_QUALIFIERS, SUPPLIER_QUALIFIERS)[:: 1 if buyer else -1]
        agreed = {self._ours, self._theirs, self._gtin}
        theirs = theirs or _first(named, of_theirs, agreed)
        ours = ours or _first(named, of_ours, agreed | (set() if theirs != named.get("SK") else {"SK"}))
        gtin = gtin or _first(named, GTIN_QUALIFIERS, agreed)
        if not ours and not theirs and not gtin:
            unknown = [each for each in named if len(each) == 2 and each not in NO_ITEMS]
            theirs = _first(named, (*ANYBODYS_QUALIFIERS, *unknown), agreed)
        return ours, theirs, gtin

    def charge(self, row: Row, position: int) -> Charge | None:
        """A charge or allowance (SAC); None for one that is only information."""
        kind, code, amount = at(row, 1), at(row, 2), at(row, 5)
        if kind not in ("A", "C"):
            return None
        if not amount:
            self.fault("charge_without_amount", position, 5)
            return None
        value = self.cents(amount)
        if code in ("", "ZZZZ"):
            code = at(row, 13) or at(row, 4)
        return Charge(code, -value if kind == "A" else value, at(row, 15))

    def tax(self, row: Row) -> Tax:
        """A tax (TXI): an amount, a rate and what it is of."""
        amount, percent, basis = (Decimal(said) if (said := at(row, n)) else None for n in (2, 3, 8))
        kind = at(row, 1)
        rate = TaxRate("", percentage(percent, amount, basis), TAX_KINDS.get(kind, kind))
        return Tax(rate, amount or ZERO, basis)

    def party(self, row: Row, known: PartyRef | None = None) -> PartyRef:
        """A party (N1); `known` is the one the agreement says it is."""
        name, qualifier, given = at(row, 2), at(row, 3), at(row, 4)
        if known is not None:
            if given == known.id and qualifier in ("", ASSIGNED_BY_BUYER):
                return PartyRef(known.id, name=name)
            if not given or (given == known.their_id and qualifier in (known.qualifier, ASSIGNED_BY_BUYER)):
                return _named(known, name)
        own = qualifier == ASSIGNED_BY_BUYER and known is None
        return PartyRef(known.id if known else given, "" if own else given, "" if own or not given else qualifier, name)

    def counted(self, row: Row, position: int, lines: int) -> None:
        """Compare CTT01 with what was read."""
        said = at(row, 1)
        if said.isdigit() and int(said) != lines:
            self.fault("count_mismatch", position, 1, f"CTT01 says {said}, {lines} were read")

    def purpose(
        self, code: str, refused: tuple[str, ...] = (), element: int = 1, *, taken: tuple[str, ...] = ()
    ) -> None:
        """Refuse a document sent for a purpose that its object cannot say: a cancellation is no order. `taken` are the
        only ones it can say, where they are few. Of one that was sent before, that is told."""
        if code in refused or (taken and code not in taken):
            words = codes("purpose").get(code, "unknown")
            self.fault("purpose_unsupported", 2, element, f"purpose {code} ({words}) is not one we take")
        elif words := copy_words(X12, code):
            self.fault("document_copy", 2, element, words)


@lru_cache(maxsize=_REMEMBERED)
def quantity_of(text: str, unit: str) -> Quantity:
    """A quantity. Partners order the same few numbers of everything, so the same object serves again."""
    return Quantity(Decimal(text), unit)


@lru_cache(maxsize=_REMEMBERED)
def price_of(text: str, currency: str, basis: str, unit: str) -> Price:
    """A unit price. An item costs the same in one document after the other."""
    return Price(Decimal(text), currency, per_of(basis, unit))


def first_of(parties: dict[str, PartyRef], roles: tuple[str, ...], known: PartyRef) -> PartyRef:
    """The party of the first of some roles that is named; `known` where none is."""
    for role in roles:
        if role in parties:
            return parties[role]
    return known


def at(row: Row, element: int) -> str:
    """An element, empty where it is absent."""
    return row[element].strip() if element < len(row) else ""


def padded(row: Row, size: int) -> Row:
    """The row with empty elements up to `size`, each without surrounding blanks."""
    return [each.strip() for each in row] + [""] * (size - len(row))


def has_time(row: Row, time_at: int, zone_at: int) -> bool:
    """Does a date have more than its day?"""
    return bool(at(row, time_at)) or as_zone(at(row, zone_at))


def _named(known: PartyRef, name: str) -> PartyRef:
    return PartyRef(known.id, known.their_id, known.qualifier, name or known.name, known.country, known.contact_ref)


def _first(named: dict[str, str], wanted: tuple[str, ...], but: set[str]) -> str:
    return next((named[each] for each in wanted if each not in but and named.get(each)), "")
