"""What may be offered in place of an item."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from decimal import Decimal
from typing import NamedTuple

from crossdock.model.stock_policy import SubstituteRule
from crossdock.rules.stock_policy import Subject, fitting


class Substitute(NamedTuple):
    """So much of `item` stands for the quantity asked, by the rule named."""

    item: str
    quantity: Decimal
    rule: str


def substitutes(
    rules: Iterable[SubstituteRule], subject: Subject, quantity: Decimal, on: dt.date
) -> tuple[Substitute, ...]:
    """What may stand in place of `quantity` (base units) of the subject's item, the best first, each item once.

    All rules that hold add theirs, the winner first. An item never stands in its own place.
    """
    found: dict[str, Substitute] = {}
    for rule in fitting(rules, subject, on):
        for item in rule.substitutes:
            if item != subject.item:
                found.setdefault(item, Substitute(item, quantity * rule.ratio, rule.name))
    return tuple(found.values())
