"""From where is an order filled, and by when must a backorder have an answer?"""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal

from crossdock.model.masterdata import SalesPolicy
from crossdock.model.stock_policy import SourcingRule


def locations(preferred: str, policy: SalesPolicy, rule: SourcingRule | None = None) -> tuple[str, ...]:
    """The locations to ask, in order: the item's own first, then the others of the policy; a rule says otherwise.

    Where the rule prefers a location that has all of it, `whole_first` goes on from this order.
    """
    usual = _usual(preferred, policy)
    if rule is None:
        return usual
    named = rule.locations or usual
    if rule.prefer in ("cost", "distance"):
        # What is not named comes last; of equals the one that comes first without the rule.
        return tuple(sorted(named, key=lambda place: (place not in rule.figures, rule.figures.get(place, Decimal(0)))))
    return named


def _usual(preferred: str, policy: SalesPolicy) -> tuple[str, ...]:
    if not preferred:
        return policy.locations
    if policy.locations and policy.locations[0] == preferred:
        return policy.locations
    return (preferred, *(other for other in policy.locations if other != preferred))


def whole_first(
    order: Sequence[str], wanted: Iterable[tuple[str, Decimal]], free: Mapping[tuple[str, str], Decimal]
) -> tuple[str, ...]:
    """The same locations, and before all others the first that has all of it (`whole_at`), if there is one."""
    whole = whole_at(order, wanted, free)
    return tuple(order) if whole is None else (whole, *(other for other in order if other != whole))


def whole_at(
    order: Sequence[str], wanted: Iterable[tuple[str, Decimal]], free: Mapping[tuple[str, str], Decimal]
) -> str | None:
    """The first location that has all of it, or None.

    `wanted` are items with quantities in base units, all of what shall go out together; `free` is what may be promised
    by (item, location), nothing where it says nothing.
    """
    sums: dict[str, Decimal] = defaultdict(Decimal)
    for item, quantity in wanted:
        sums[item] += quantity
    for place in order:
        if all(free.get((item, place), Decimal(0)) >= quantity for item, quantity in sums.items()):
            return place
    return None


def answer_due_on(on: dt.date, policy: SalesPolicy) -> dt.date:
    """The date by which a buyer says when a backorder without supply will come: when it was due at the customer."""
    return on + dt.timedelta(days=-(-policy.delivery_hours // 24))
