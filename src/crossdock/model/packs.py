"""What the units of an item hold: pack levels, and the exact conversions that follow from them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from decimal import Decimal
from fractions import Fraction
from typing import Literal

import msgspec

from crossdock.model import units
from crossdock.model.masterdata import Item
from crossdock.model.quantity import Price, Quantity
from crossdock.model.units import ConversionRefused

Level = Literal["each", "inner", "case", "pallet", ""]
LEVELS: tuple[Level, ...] = ("each", "inner", "case", "pallet")
"""From small to large. A pack without a level (a pair, a dozen) stands beside them."""


class Pack(msgspec.Struct, frozen=True, omit_defaults=True):
    """One `unit` of an item holds `contains` of the item's base unit, from `valid_from` until before `valid_until`.

    `party` empty: the item's own; else as this trading partner packs it. `source` is the system or person who says so;
    a later statement of the same source takes the place of its earlier ones from its first day on. `document` is what
    said it, `version` the master data with which the row last changed (filled when it is read).
    """

    company_id: str
    item: str
    unit: str
    contains_numerator: int
    contains_denominator: int = 1
    party: str = ""
    level: Level = ""
    valid_from: dt.date | None = None
    valid_until: dt.date | None = None
    source: str = ""
    document: str = ""
    version: int = 0

    @property
    def contains(self) -> Fraction:
        """Base units in one pack."""
        return Fraction(self.contains_numerator, self.contains_denominator)


class Conversion(msgspec.Struct, frozen=True, omit_defaults=True):
    """One `unit` is `numerator / denominator` of `base`, and who says so: kept beside what was converted by it.

    `version` is the version of the master data, 0 for a general unit (`source` then names the table).
    """

    unit: str
    base: str
    numerator: int
    denominator: int = 1
    source: str = ""
    document: str = ""
    party: str = ""
    valid_from: dt.date | None = None
    version: int = 0

    @property
    def ratio(self) -> Fraction:
        """Base units in one of `unit`."""
        return Fraction(self.numerator, self.denominator)

    def to_base(self, quantity: Quantity) -> Quantity:
        """The quantity in base units. Raises `ConversionRefused` where that is no finite number, or no whole number of
        something counted."""
        amount = units.exactly(Fraction(quantity.amount) * self.ratio)
        if amount is None or (units.is_counted(self.base) and amount != amount.to_integral_value()):
            kind = "whole" if units.is_counted(self.base) else "finite"
            words = f"{quantity.amount:f} {self.unit} is no {kind} number of {self.base} ({self})"
            raise ConversionRefused("inexact", words)
        return Quantity(amount, self.base)

    def from_base(self, quantity: Quantity) -> Quantity:
        """The same quantity in this unit. Raises `ConversionRefused` where that is no finite number."""
        amount = units.exactly(Fraction(quantity.amount) / self.ratio)
        if amount is None:
            words = f"{quantity.amount:f} {self.base} is no finite number of {self.unit} ({self})"
            raise ConversionRefused("inexact", words)
        return Quantity(amount, self.unit)

    def price_to_base(self, price: Price) -> Price:
        """The same price per as many base units as it was for: 30.00 for a case of 12 is 30.00 per 12 EA."""
        return Price(price.amount, price.currency, self._plain(Fraction(price.per.amount) * self.ratio, self.base))

    def price_from_base(self, price: Price) -> Price:
        """The same price per unit. Raises `ConversionRefused` where its amount is no finite number."""
        one = Fraction(price.amount) / Fraction(price.per.amount) * self.ratio
        amount = price.amount if one == Fraction(price.amount) else units.exactly(one)
        if amount is None:
            said = f"{price.amount:f} {price.currency} per {price.per.amount:f} {price.per.unit}"
            raise ConversionRefused("inexact", f"{said} is no finite price of one {self.unit}")
        return Price(amount, price.currency, Quantity(Decimal(1), self.unit))

    def _plain(self, amount: Fraction, unit: str) -> Quantity:
        found = units.exactly(amount)
        if found is None:
            raise ConversionRefused("inexact", f"a price per {amount} {unit} cannot be written ({self})")
        return Quantity(found, unit)

    def __str__(self) -> str:
        size = f"{self.numerator}" if self.denominator == 1 else f"{self.numerator}/{self.denominator}"
        whose = f" of {self.party}" if self.party else ""
        since = f" from {self.valid_from}" if self.valid_from else ""
        said = " ".join(part for part in (self.source, self.document) if part)
        return f"1 {self.unit}{whose} = {size} {self.base}{since}" + (f", says {said}" if said else "")


class Stated(msgspec.Struct, frozen=True, omit_defaults=True):
    """What a document itself said, in its own unit, and the conversion by which we read it."""

    quantity: Quantity
    conversion: Conversion


def in_force(packs: Iterable[Pack], on: dt.date) -> list[Pack]:
    """Of the statements about one unit of an item, those that hold on a day: of each source the one begun last."""
    newest: dict[tuple[str, str], Pack] = {}
    for pack in sorted(packs, key=lambda each: each.valid_from or dt.date.min):
        begun = pack.valid_from is None or pack.valid_from <= on
        if begun and (pack.valid_until is None or on < pack.valid_until):
            newest[pack.party, pack.source] = pack
    return list(newest.values())


def conversion(item: Item, unit: str, packs: Iterable[Pack], on: dt.date, party: str = "") -> Conversion:
    """What one `unit` of an item is in its base unit on a day, for a partner. `packs` are those of this item and unit.

    What the partner's own packs say wins over the item's. Raises `ConversionRefused`.
    """
    if unit == item.unit:
        return Conversion(unit, unit, 1)
    holding = in_force(packs, on)
    theirs = [pack for pack in holding if pack.party and pack.party == party]
    chosen = theirs or [pack for pack in holding if not pack.party]
    if len({pack.contains for pack in chosen}) > 1:
        raise ConversionRefused("ambiguous", _ambiguous(item, unit, chosen, on))
    if chosen:
        pack = min(chosen, key=lambda each: (each.source, each.valid_from or dt.date.min))
        size = pack.contains
        return Conversion(
            *(unit, item.unit, size.numerator, size.denominator, pack.source, pack.document, pack.party),
            *(pack.valid_from, pack.version),
        )
    try:
        size = units.ratio(unit, item.unit)
    except ConversionRefused as refusal:
        raise ConversionRefused(refusal.problem, _missing(item, unit, on, party, str(refusal))) from None
    return Conversion(unit, item.unit, size.numerator, size.denominator, "UN/ECE Rec 20")


def _ambiguous(item: Item, unit: str, packs: list[Pack], on: dt.date) -> str:
    said = "; ".join(
        f"{pack.contains} {item.unit} says {pack.source or 'somebody'} {pack.document}".rstrip()
        for pack in sorted(packs, key=lambda each: (each.source, each.contains))
    )
    return (
        f"{item.id}: two different sizes of one {unit} hold on {on}: {said}. "
        "End or correct one of them in the system that states it, then release the document"
    )


def _missing(item: Item, unit: str, on: dt.date, party: str, why: str) -> str:
    said = f"{item.id} is kept in {item.unit} and nothing says what one {unit} holds on {on}"
    said += f" for {party}" if party else ""
    if units.known(unit) is None:
        return f"{said}; it is no unit we know. Have the document sent in {item.unit}"
    reason = "" if units.is_pack(unit) else f": {why}"
    return f"{said}{reason}. State the pack in the item's master data, or have the document sent in {item.unit}"
