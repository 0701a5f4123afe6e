"""Amounts: exact, and as documents round them."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import ROUND_HALF_EVEN, ROUND_HALF_UP, Decimal

ZERO = Decimal(0)
CENT = Decimal("0.01")
_ROUNDINGS = (ROUND_HALF_UP, ROUND_HALF_EVEN)


def allowed_totals(lines: Iterable[tuple[Decimal, Decimal]], charges: Decimal = ZERO) -> set[Decimal]:
    """What lines of (quantity, price) and charges may add up to: exactly, rounded once, or rounded line by line."""
    values = [quantity * price for quantity, price in lines]
    exact = sum(values, ZERO)
    totals = {exact + charges}
    for rounding in _ROUNDINGS:
        totals.add(exact.quantize(CENT, rounding) + charges)
        totals.add(sum((value.quantize(CENT, rounding) for value in values), ZERO) + charges)
        totals.add((exact + charges).quantize(CENT, rounding))
    return totals
