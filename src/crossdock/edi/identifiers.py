"""Identifiers that carry a check digit, and codes of units: is what stands there one?

GS1 numbers are judged by `biip` (GS1 General Specifications); each value once, for items and parties come again.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cache, lru_cache
from typing import Literal

from crossdock.model.units import UNITS

Kind = Literal["gtin", "gln", "sscc", "upc", "unit"]
_LENGTHS: dict[str, tuple[int, ...]] = {
    "gtin": (8, 12, 13, 14), "gln": (13,), "sscc": (18, 20), "upc": (6, 7, 8, 12),
}  # fmt: skip
_NAMES = {"gtin": "GTIN", "gln": "GLN", "sscc": "SSCC", "upc": "UPC"}
_SSCC_PREFIX = "00"
_DUNS_WITH_SUFFIX = 13
_X12_UNITS = {code for unit in UNITS for code in unit.x12}
_REC20_UNITS = {code for unit in UNITS for code in unit.rec20} | {"PCE"}


@lru_cache(maxsize=1 << 16)
def fault_of(kind: Kind, value: str, dialect: str = "x12") -> tuple[str, str]:
    """The code and words of what is wrong with an identifier; both empty if it is one. Units are codes of X12 element
    355 or of UN/ECE Recommendation 20 (and packages of 21), each list for itself."""
    if kind == "unit":
        known, words = (_X12_UNITS, "X12 element 355") if dialect == "x12" else (_REC20_UNITS, "UN/ECE Rec 20")
        return ("", "") if value in known else ("unit_unknown", f"{value[:10]!r} is no unit of {words} that we know")
    name = _NAMES[kind]
    if not (value.isascii() and value.isdigit()):
        return "identifier_malformed", f"{value[:40]!r} is no {name}: it has characters other than digits"
    if len(value) not in _LENGTHS[kind]:
        wanted = " or ".join(map(str, _LENGTHS[kind]))
        return "identifier_malformed", f"{value[:40]!r} is no {name}: it has {len(value)} digits, not {wanted}"
    if kind == "sscc" and len(value) == 20:
        if not value.startswith(_SSCC_PREFIX):
            return "identifier_malformed", f"{value!r} is no SSCC: twenty digits begin with the identifier 00"
        value = value[2:]
    parsers, refusals = _parsers()
    try:
        parsers[kind](value)
    except refusals as problem:
        return "check_digit_wrong", _words(name, value, str(problem))
    return "", ""


@cache
def _parsers() -> tuple[dict[str, Callable[[str], object]], tuple[type[Exception], ...]]:
    """What reads a number of each kind, and what it raises for those that are none."""
    # Imported for the first number: biip brings the register of GS1 prefixes, and many documents have no such number.
    from biip import ParseError
    from biip.gln import Gln
    from biip.gtin import Gtin
    from biip.sscc import Sscc
    from biip.upc import Upc

    return {"gtin": Gtin.parse, "gln": Gln.parse, "sscc": Sscc.parse, "upc": Upc.parse}, (ParseError, ValueError)


def _check_digit(digits: str) -> int:
    from biip.checksums import gs1_standard_check_digit

    return gs1_standard_check_digit(digits)


def _words(name: str, value: str, told: str) -> str:
    if "check digit" in told.lower() and len(value) in (12, 13, 14, 18):
        return f"{name} {value} ends in {value[-1]}; its check digit is {_check_digit(value[:-1])}"
    return f"{name} {value}: {told}"


def duns(number: str) -> str:
    """The code of X12 (element 66) for a number of Dun & Bradstreet: `9` with its suffix of four, else `1`. EDIFACT
    (3055) and ISO 6523 have one code for both."""
    return "9" if len(number) == _DUNS_WITH_SUFFIX else "1"


def with_check_digit(digits: str) -> str:
    """A GS1 number: the digits, and behind them the check digit."""
    return digits + str(_check_digit(digits))
