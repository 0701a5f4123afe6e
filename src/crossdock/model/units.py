"""Units of measure: what each measures, exactly, and its codes in X12 and UN/ECE lists.

Sources: UN/ECE Recommendation 20 (codes for units of measure; factors of Annex I) and Recommendation 21 (packages, told
with the prefix `X` as the combined list of EN 16931 does); the international yard and pound agreement of 1959 (1 yd =
0.9144 m, 1 lb = 0.45359237 kg); US gallon = 231 cubic inches; imperial gallon = 4.54609 l (UK Units of Measurement
Regulations 1995). X12 data element 355 as public partner guides give it; only what a wholesaler meets.

Our own code is Rec 20's for what is measured, `EA` for pieces, and X12's for packs. A *pack code* (case, carton,
pallet, pair, dozen) says nothing by itself: a dozen of what, and how many cases make a pallet, is the item's business.
"""

from __future__ import annotations

from decimal import Context, Decimal, Inexact, localcontext
from fractions import Fraction
from typing import Literal

import msgspec

from crossdock.model.quantity import EACH, Quantity

Problem = Literal["missing", "ambiguous", "inexact", "incompatible"]
PIECES = "pieces"


class ConversionRefused(ValueError):
    """A quantity has no exact value in another unit: nothing is guessed and nothing is rounded.

    `problem` says why: `missing` (nobody said what the unit holds), `ambiguous` (two say different things), `inexact`
    (no finite or no whole number), `incompatible` (the units measure different things).
    """

    def __init__(self, problem: Problem, words: str) -> None:
        super().__init__(words)
        self.problem = problem


class Unit(msgspec.Struct, frozen=True):
    """A unit: `size` of the smallest unit of what it measures; None for a pack code. Codes are empty where a list
    has none."""

    code: str
    name: str
    measures: str
    size: Fraction | None
    x12: tuple[str, ...] = ()
    rec20: tuple[str, ...] = ()


_INCH_MM = Fraction(254, 10)
_POUND_G = Fraction(45_359_237, 100_000)
_GALLON_ML = Fraction(3_785_411_784, 1_000_000)


def _measured(measures: str, *rows: tuple[str, str, Fraction | int, str]) -> list[Unit]:
    return [Unit(code, name, measures, Fraction(size), tuple(x12.split()), (code,)) for code, name, size, x12 in rows]


def _packs(*rows: tuple[str, str, str]) -> list[Unit]:
    return [Unit(code, name, "packs", None, (code,), (rec20,) if rec20 else ()) for code, name, rec20 in rows]


UNITS: tuple[Unit, ...] = (
    Unit(EACH, "each", PIECES, Fraction(1), ("EA", "PC", "UN"), ("EA", "C62", "H87")),
    *_measured(
        "mass",
        ("MGM", "milligram", Fraction(1, 1000), "ME"),
        ("GRM", "gram", 1, "GR"),
        ("KGM", "kilogram", 1000, "KG 50"),
        ("TNE", "tonne", 1_000_000, "MP"),
        ("ONZ", "ounce", _POUND_G / 16, "OZ"),
        ("LBR", "pound", _POUND_G, "LB 01"),
        ("CWA", "hundred pounds", _POUND_G * 100, "CW"),
        ("STN", "short ton", _POUND_G * 2000, "TN"),
        ("LTN", "long ton", _POUND_G * 2240, "LG"),
    ),
    *_measured(
        "length",
        ("MMT", "millimetre", 1, "MM"),
        ("CMT", "centimetre", 10, "CM"),
        ("MTR", "metre", 1000, "MR"),
        ("INH", "inch", _INCH_MM, "IN"),
        ("FOT", "foot", _INCH_MM * 12, "FT"),
        ("YRD", "yard", _INCH_MM * 36, "YD"),
    ),
    *_measured(
        "area",
        ("MMK", "square millimetre", 1, "MS"),
        ("CMK", "square centimetre", 100, "SC"),
        ("MTK", "square metre", 1_000_000, "SM"),
        ("INK", "square inch", _INCH_MM**2, "SI"),
        ("FTK", "square foot", (_INCH_MM * 12) ** 2, "SF"),
        ("YDK", "square yard", (_INCH_MM * 36) ** 2, "SY"),
    ),
    *_measured(
        "volume",
        ("MLT", "millilitre", 1, "ML"),
        ("CMQ", "cubic centimetre", 1, "CC"),
        ("CLT", "centilitre", 10, ""),
        ("LTR", "litre", 1000, "LT"),
        ("HLT", "hectolitre", 100_000, ""),
        ("MTQ", "cubic metre", 1_000_000, "CR"),
        ("INQ", "cubic inch", _INCH_MM**3 / 1000, "CI"),
        ("FTQ", "cubic foot", (_INCH_MM * 12) ** 3 / 1000, "CF"),
        ("YDQ", "cubic yard", (_INCH_MM * 36) ** 3 / 1000, "CY"),
        ("OZA", "US fluid ounce", _GALLON_ML / 128, "FO"),
        ("PTL", "US liquid pint", _GALLON_ML / 8, "PT"),
        ("QTL", "US liquid quart", _GALLON_ML / 4, "QT"),
        ("GLL", "US gallon", _GALLON_ML, "GA"),
        ("GLI", "imperial gallon", Fraction(454_609, 100), "GI"),
    ),
    *_measured(
        "time",
        ("SEC", "second", 1, "03"),
        ("MIN", "minute", 60, "MJ"),
        ("HUR", "hour", 3600, "HR"),
        ("DAY", "day", 86_400, "DA"),
    ),
    *_packs(
        ("AS", "assortment", ""),
        ("BD", "bundle", "XBE"),
        ("BG", "bag", "XBG"),
        ("BO", "bottle", "XBO"),
        ("BX", "box", "XBX"),
        ("CA", "case", "XCS"),
        ("CN", "can", "XCX"),
        ("CT", "carton", "XCT"),
        ("DR", "drum", "XDR"),
        ("DZ", "dozen", "DZN"),
        ("GS", "gross", "GRO"),
        ("HD", "half dozen", "HD"),
        ("HU", "hundred", "CEN"),
        ("IP", "inner pack", ""),
        ("KT", "kit", "KT"),
        ("LR", "layer", ""),
        ("PA", "pail", "XPL"),
        ("PF", "pallet (lift)", ""),
        ("PK", "package", "XPK"),
        ("PL", "pallet", "XPX"),
        ("PR", "pair", "PR"),
        ("RL", "roll", "XRO"),
        ("SH", "sheet", "XST"),
        ("ST", "set", "SET"),
        ("TH", "thousand", "MIL"),
        ("TY", "tray", "XPU"),
    ),
)
"""Every unit with its codes. X12's `CS` (cassette) and Rec 21's `CS` (case) show why a list must be named."""

_BY_X12 = {code: unit for unit in UNITS for code in unit.x12}
_BY_REC20 = {code: unit for unit in UNITS for code in unit.rec20}
_EXACT = Context(prec=60, traps=[Inexact])


def known(code: str) -> Unit | None:
    """The unit of a code whose list is not named: ours, then X12's, then Rec 20's; None for one we do not know."""
    return _BY_OUR_CODE.get(code) or _BY_X12.get(code) or _BY_REC20.get(code)


_BY_OUR_CODE = {unit.code: unit for unit in UNITS}


def ours(code: str, code_list: Literal["x12", "rec20"] | None = None) -> str:
    """Our code for a code of a list; the code itself where the list has no such unit."""
    found = {"x12": _BY_X12, "rec20": _BY_REC20}[code_list].get(code) if code_list else known(code)
    return found.code if found else code


def x12_code(code: str) -> str:
    """The X12 355 code of a unit of ours. Raises `ConversionRefused` where X12 has none."""
    unit = known(code)
    if unit is not None and unit.x12:
        return unit.x12[0]
    raise ConversionRefused("missing", f"unit {code} has no X12 355 code; use one of {', '.join(sorted(_BY_X12))}")


def rec20_code(code: str) -> str:
    """The UN/ECE Rec 20 code of a unit of ours; packages as Rec 21 codes behind an `X`. Raises `ConversionRefused`."""
    unit = known(code)
    if unit is not None and unit.rec20:
        return unit.rec20[0]
    raise ConversionRefused(
        "missing", f"unit {code} has no UN/ECE Rec 20 code; use one of {', '.join(sorted(_BY_REC20))}"
    )


def is_pack(code: str) -> bool:
    """Does the item say what this unit holds? True also for codes we do not know."""
    unit = known(code)
    return unit is None or unit.size is None


def is_counted(code: str) -> bool:
    """Is an item kept in this unit counted, so that a part of one is nothing that can be sold?"""
    unit = known(code)
    return unit is not None and unit.measures in (PIECES, "packs")


def part_of_one(quantity: Quantity, item: str) -> str:
    """Of a quantity in an item's base unit that is no whole number where the item is counted: what it is, in words.
    Empty for any other."""
    if quantity.amount == quantity.amount.to_integral_value() or not is_counted(quantity.unit):
        return ""
    return f"{quantity.amount:f} {quantity.unit} of {item}, which is counted"


def ratio(unit: str, to: str) -> Fraction:
    """How many of `to` one of `unit` is, whatever the item. Raises `ConversionRefused`."""
    if unit == to:
        return Fraction(1)
    measured, wanted = _general(unit), _general(to)
    assert measured.size is not None
    assert wanted.size is not None
    if measured.measures != wanted.measures:
        words = f"{unit} is {measured.measures} and {to} is {wanted.measures}: no conversion"
        raise ConversionRefused("incompatible", words)
    return measured.size / wanted.size


def _general(code: str) -> Unit:
    unit = known(code)
    if unit is None:
        raise ConversionRefused("missing", f"unit {code} is none we know")
    if unit.size is None:
        raise ConversionRefused("missing", f"{code} ({unit.name}) is a pack: only the item says what it holds")
    return unit


def exactly(amount: Fraction) -> Decimal | None:
    """The amount as a decimal number, None where it has no finite one of 60 digits."""
    try:
        with localcontext(_EXACT):
            return Decimal(amount.numerator) / Decimal(amount.denominator)
    except Inexact:
        return None


def convert(quantity: Quantity, to: str) -> Quantity:
    """The same quantity in another general unit. Raises `ConversionRefused`; packs need their item (`model.packs`)."""
    amount = exactly(Fraction(quantity.amount) * ratio(quantity.unit, to))
    if amount is None:
        words = f"{quantity.amount} {quantity.unit} is not a finite number of {to}"
        raise ConversionRefused("inexact", words)
    return Quantity(amount, to)
