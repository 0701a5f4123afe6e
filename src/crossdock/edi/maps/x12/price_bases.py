"""What a price is for: data element 639 <-> how much, in which unit.

Codes tell the kind of a price (catalogue, contract, quoted, retail, wholesale), how many units it is for, or of which
measure. How many and of what is read; the kind alone is in no object. What an agreement of the two sides or a span of
time measures (a price per ton of no named kind, per month) cannot be read as a quantity.
"""

from __future__ import annotations

from decimal import Decimal

from crossdock.model.quantity import Quantity
from crossdock.model.units import known

_ONE = Decimal(1)
_COUNTS = {
    10: "PN", 12: "PD LD RD TD WD", 100: "HP LC QH RC TC WC", 1000: "TP LM QS RM TM WM", 10_000: "TT", 100_000: "HT",
}  # fmt: skip
_AMOUNTS = {code: Decimal(amount) for amount, listed in _COUNTS.items() for code in listed.split()}
_MEASURES = {
    "PG": (1, "GR"), "PK": (1, "KG"), "PO": (1, "OZ"), "PP": (1, "LB"), "ML": (1, "ML"), "PL": (1, "LT"),
    "PF": (1, "FT"), "HF": (100, "FT"), "TF": (1000, "FT"), "PY": (1, "YD"), "PS": (1000, "SF"),
}  # fmt: skip
"""Those of a measure, whatever the unit of the line is."""
_SAME_AS_UNIT = {"DZ": Decimal(12), "HU": Decimal(100), "TH": Decimal(1000)}
"""Units that hold so many: 100 DZ at a price per dozen are a hundred times that price."""
OF_AMOUNT = frozenset((*_AMOUNTS, *_MEASURES))
"""Those that say for how much a price is."""
_OF_ONE = "AP AW BD BR CA CP CR CT DI DR DS EC EH ES FB FO FX KA KP KR LE LR NC NE NQ NS NT PE PQ PR PV QE QR QT RE RS"
KNOWN = OF_AMOUNT | frozenset(f"{_OF_ONE} RT SC SR ST SW TB TE UM VQ WE WH".split())
"""Those that are read: the others are of one unit, and say only what kind of price it is."""
_CODES = {Decimal(amount): listed[:2] for amount, listed in _COUNTS.items()} | {_ONE: ""}
_MEASURE_CODES = {(Decimal(amount), unit): code for code, (amount, unit) in _MEASURES.items()}


def per_of(basis: str, unit: str) -> Quantity:
    """How much a price is for, of a line in `unit`; one of that unit where the basis says no other amount."""
    if basis in _MEASURES:
        amount, measure = _MEASURES[basis]
        return Quantity(Decimal(amount), unit if _same(unit, measure) else measure)
    amounts = _AMOUNTS.get(basis, _ONE)
    return Quantity(_ONE if amounts == _SAME_AS_UNIT.get(unit) else amounts, unit)


def basis_of(per: Quantity, unit: str) -> str | None:
    """The code of what a price is for, of a line in `unit`; empty for one of that unit, None where there is none."""
    if _same(per.unit, unit):
        counted = "" if per.amount == _SAME_AS_UNIT.get(unit) else _CODES.get(per.amount)
        if counted is not None and (counted or per.amount == _ONE):
            return counted
    fits = (code for (much, of), code in _MEASURE_CODES.items() if much == per.amount and _same(per.unit, of))
    return next(fits, None)


def _same(unit: str, other: str) -> bool:
    """Are two codes of one unit?"""
    if unit == other:
        return True
    found = known(unit)
    return found is not None and found is known(other)
