"""Units of measure: conversions are exact or refused.

Codes of UN/ECE Recommendation 20, with those of X12 element 355 that mean the same. Packs (a case of 12) belong to an
item and are given by the caller.
"""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Context, Decimal, Inexact, localcontext
from fractions import Fraction

from crossdock.model.quantity import Quantity

# X12 355 code -> Recommendation 20 code.
_ALIASES = {
    "EA": "C62",
    "PC": "C62",
    "H87": "C62",
    "UN": "C62",
    "DZ": "DZN",
    "GS": "GRO",
    "KG": "KGM",
    "GR": "GRM",
    "LB": "LBR",
    "OZ": "ONZ",
    "MR": "MTR",
    "CM": "CMT",
    "MM": "MMT",
    "FT": "FOT",
    "IN": "INH",
    "YD": "YRD",
    "LT": "LTR",
    "ML": "MLT",
}
# Unit -> (what it measures, how much of that in one).
_UNITS = {
    "C62": ("pieces", Fraction(1)),
    "PR": ("pieces", Fraction(2)),
    "DZN": ("pieces", Fraction(12)),
    "GRO": ("pieces", Fraction(144)),
    "CEN": ("pieces", Fraction(100)),
    "MIL": ("pieces", Fraction(1000)),
    "GRM": ("mass", Fraction(1)),
    "KGM": ("mass", Fraction(1000)),
    "TNE": ("mass", Fraction(1_000_000)),
    "LBR": ("mass", Fraction(45_359_237, 100_000)),
    "ONZ": ("mass", Fraction(45_359_237, 1_600_000)),
    "MMT": ("length", Fraction(1)),
    "CMT": ("length", Fraction(10)),
    "MTR": ("length", Fraction(1000)),
    "INH": ("length", Fraction(254, 10)),
    "FOT": ("length", Fraction(3048, 10)),
    "YRD": ("length", Fraction(9144, 10)),
    "MLT": ("volume", Fraction(1)),
    "LTR": ("volume", Fraction(1000)),
}
_EXACT = Context(prec=60, traps=[Inexact])


class ConversionRefused(ValueError):
    """Two units have no exact conversion: nothing is guessed and nothing is rounded."""


def convert(quantity: Quantity, to: str, *, base: str = "EA", packs: Mapping[str, Fraction] | None = None) -> Quantity:
    """The same quantity in another unit. `packs` says how many `base` units each pack of the item holds.

    Raises `ConversionRefused` where the units measure different things or the result is no finite decimal.
    """
    if quantity.unit == to:
        return quantity
    packs = packs or {}
    measured, size = _measure(quantity.unit, base, packs)
    wanted, wanted_size = _measure(to, base, packs)
    if measured != wanted:
        raise ConversionRefused(f"{quantity.unit} is {measured} and {to} is {wanted}: no conversion")
    amount = Fraction(quantity.amount) * size / wanted_size
    try:
        with localcontext(_EXACT):
            return Quantity(Decimal(amount.numerator) / Decimal(amount.denominator), to)
    except Inexact:
        raise ConversionRefused(f"{quantity.amount} {quantity.unit} is not a finite number of {to}") from None


def _measure(unit: str, base: str, packs: Mapping[str, Fraction]) -> tuple[str, Fraction]:
    if unit in packs:
        measured, size = _measure(base, base, {})
        return measured, size * packs[unit]
    known = _UNITS.get(_ALIASES.get(unit, unit))
    if known is None:
        raise ConversionRefused(f"unit {unit} is neither a general unit nor a pack of this item")
    return known
