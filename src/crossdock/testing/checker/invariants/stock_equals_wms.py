"""By company, item, location and condition: our physical book, the warehouse, and the sum of what it did agree."""

from __future__ import annotations

from collections import defaultdict
from decimal import Decimal

from crossdock.testing.checker.books import number
from crossdock.testing.checker.evidence import Evidence
from crossdock.testing.checker.ruling import Ruling
from crossdock.testing.checker.warehouse import CONDITIONS, Level


def judge(evidence: Evidence, ruling: Ruling) -> None:
    """Three ways to the same numbers."""
    warehouses = evidence.warehouses
    if not any(warehouses.opening(name) for name in warehouses.names):
        ruling.fail("no warehouse says what it opened with, so what it did adds up to nothing that can be compared")
        return
    folded = warehouses.fold()
    ours = _ours(evidence)
    for level in sorted(folded.keys() | ours.keys()):
        what = f"{_words(level)}: by what the warehouse did"
        ruling.equal(f"{what}, and in our book", folded.get(level, Decimal(0)), ours.get(level, Decimal(0)))
    told = warehouses.told_now()
    sites = {warehouses.sites[name] for name in warehouses.asked}
    for level in sorted(level for level in folded.keys() | told.keys() if level[2] in sites):
        what = f"{_words(level)}: by what the warehouse did"
        ruling.equal(f"{what}, and as it says now", folded.get(level, Decimal(0)), told.get(level, Decimal(0)))


def _ours(evidence: Evidence) -> dict[Level, Decimal]:
    levels: dict[Level, Decimal] = defaultdict(Decimal)
    for row in evidence.product.stock:
        for condition in CONDITIONS:
            levels[row["company"], row["item"], row["location"], condition] += number(row[condition])
    return levels


def _words(level: Level) -> str:
    company, item, location, condition = level
    return f"{item} of {company} in {location}, {condition}"
