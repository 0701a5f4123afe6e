"""Quantities, money and prices: exact, always with their unit or currency."""

from __future__ import annotations

import re
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction

import msgspec

ZERO = Decimal(0)
EACH = "EA"

# Quantities, money and weights, wherever somebody states one: 15 digits before the point and 9 behind it exceed
# anything a distributor writes. Decimal itself also takes `NaN`, `1_0`, ` 1`, other scripts' digits and any exponent,
# so the text itself is read.
DECIMAL_PATTERN = r"-?[0-9]{1,15}(?:\.[0-9]{1,9})?"
DECIMAL_RULE = "must be a decimal with at most 15 digits before and 9 behind the point, without exponent"
_DECIMAL = re.compile(DECIMAL_PATTERN)
_DIGITS = re.compile(r"-?[0-9]+(?:\.[0-9]+)?")

# Decimals a currency is written with (ISO 4217 minor units); two for all not named.
_MINOR_UNITS = {"JPY": 0, "KRW": 0, "ISK": 0, "BHD": 3, "KWD": 3, "TND": 3}


class NoDecimal(ValueError):
    """A text is no decimal that we take; says which are taken. `too_long`: it has too many digits."""

    def __init__(self, text: str) -> None:
        self.too_long = _DIGITS.fullmatch(text) is not None
        super().__init__(f"has too many digits: it {DECIMAL_RULE}" if self.too_long else DECIMAL_RULE)


def stated(text: str) -> Decimal:
    """The decimal that somebody states, digit for digit. Raises `NoDecimal` for what is none, or does not fit."""
    if _DECIMAL.fullmatch(text) is None:
        raise NoDecimal(text)
    return Decimal(text)


def tidy(amount: Decimal) -> Decimal:
    """The same number as it is told: without zeros at its end, and never with an exponent."""
    return amount.normalize() + 0


def needed(amount: Decimal, each: Decimal) -> Decimal:
    """How many times `each` it takes to cover an amount; of the last one a part may be enough. `each` is positive.

    A Decimal's `//` goes towards zero and not down, so `-(-amount // each)` would leave the last one out.
    """
    whole, rest = divmod(amount, each)
    return whole + 1 if rest > 0 else whole


class UnitMismatch(ValueError):
    """Two quantities of different units, or amounts of different currencies, were combined."""


class Quantity(msgspec.Struct, frozen=True, omit_defaults=True):
    """An amount in a unit (UN/ECE Recommendation 20 or X12 355 code; `EA` where nothing else is said)."""

    amount: Decimal
    unit: str = EACH

    def __add__(self, other: Quantity) -> Quantity:
        return Quantity(self.amount + self._same(other), self.unit)

    def __sub__(self, other: Quantity) -> Quantity:
        return Quantity(self.amount - self._same(other), self.unit)

    def _same(self, other: Quantity) -> Decimal:
        if other.unit != self.unit:
            raise UnitMismatch(f"{self.unit} and {other.unit} cannot be combined without a conversion")
        return other.amount


class Money(msgspec.Struct, frozen=True):
    """An amount in an ISO 4217 currency."""

    amount: Decimal
    currency: str


class Price(msgspec.Struct, frozen=True, omit_defaults=True):
    """What one `per` of an item costs: `Price(2.55, GBP)` is 2.55 GBP for each."""

    amount: Decimal
    currency: str
    per: Quantity = Quantity(Decimal(1))

    def extend(self, quantity: Quantity) -> Money:
        """The value of `quantity` at this price, rounded half up to the currency's minor unit."""
        if quantity.unit != self.per.unit:
            raise UnitMismatch(f"price per {self.per.unit} cannot value {quantity.unit}")
        return Money(round_money(self.worth(quantity.amount), self.currency), self.currency)

    def worth(self, amount: Decimal) -> Decimal | Fraction:
        """What so much, in the price's own unit, is worth: exactly, not rounded."""
        if self.per.amount == 1:
            return self.amount * amount
        return Fraction(self.amount) * Fraction(amount) / Fraction(self.per.amount)


def round_money(amount: Decimal | Fraction, currency: str) -> Decimal:
    """Round half up (away from zero) to the minor unit of `currency` (ISO 4217)."""
    digits = _MINOR_UNITS.get(currency, 2)
    if isinstance(amount, Fraction):
        scaled = abs(amount) * 10**digits
        units = (2 * scaled.numerator + scaled.denominator) // (2 * scaled.denominator)
        return Decimal(-units if amount < 0 else units).scaleb(-digits)
    return amount.quantize(Decimal(1).scaleb(-digits), rounding=ROUND_HALF_UP)
