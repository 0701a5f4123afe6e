"""Did what was promised come, and in what condition?"""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from typing import Literal, NamedTuple

from crossdock.model.masterdata import SupplierTerms
from crossdock.rules.tolerance import lower_limit, upper_limit

Finding = Literal["over", "short", "damaged"]


class Counted(NamedTuple):
    """What was received of one line; `complete` when nothing more of it is believed to come."""

    good: Decimal
    bad: Decimal
    complete: bool


def findings(
    terms: SupplierTerms, agreed: Decimal, counted: Counted, surplus: Decimal = Decimal(0)
) -> Iterator[tuple[Finding, Decimal]]:
    """What is wrong with a receipt, and with how much of it.

    `surplus` is what a buyer took in beyond the agreed quantity. Damaged goods matter as long as they were not
    replaced; a shortage only once nothing more is to come.
    """
    total = counted.good + counted.bad
    if total > upper_limit(terms, agreed) + surplus:
        yield "over", total - agreed - surplus
    if counted.complete and total < lower_limit(terms, agreed):
        yield "short", agreed - total
    if counted.bad > 0 and counted.good < agreed:
        yield "damaged", min(counted.bad, agreed - counted.good)
