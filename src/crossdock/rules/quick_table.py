"""One table of rules made quick to ask: the same winner as `stock_policy.first`, for hundreds of thousands of items.

What the rules of a day say of a company and a location is sorted once; an item then costs a look into a dictionary, and
one comparison for each beginning that rules name.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from typing import Generic, TypeVar

import msgspec

from crossdock.model.stock_policy import StockRule
from crossdock.rules.stock_policy import Subject, covers, holds_on

Rule = TypeVar("Rule", bound=StockRule)


class QuickTable(Generic[Rule]):
    """The rules of one table that hold for a company on a day, for questions without channel and customer."""

    def __init__(self, rules: Iterable[Rule], company: str, on: dt.date) -> None:
        self._company = company
        held = [rule for rule in rules if holds_on(rule, on)]
        self._rules = sorted(held, key=lambda rule: (-rule.precedence, -rule.scope.said, rule.name))
        self._at: dict[str, _Place[Rule]] = {}

    def first(self, item: str, location: str) -> Rule | None:
        """The rule that wins for an item at a location, or None where no rule holds."""
        place = self._at.get(location)
        if place is None:
            place = self._at[location] = _Place(self._rules, self._company, location)
        return place.first(item)

    def items(self) -> set[str]:
        """The items that rules name exactly."""
        return {item for rule in self._rules for item in rule.scope.items if not item.endswith("*")}

    def __bool__(self) -> bool:
        """Is there any rule at all on this day?"""
        return bool(self._rules)


class _Place(Generic[Rule]):
    """The rules for one location, the winner first: the first place of each exact item and of each beginning."""

    def __init__(self, rules: Iterable[Rule], company: str, location: str) -> None:
        self._exact: dict[str, tuple[int, Rule]] = {}
        self._beginnings: list[tuple[int, Rule, tuple[str, ...]]] = []
        for rank, rule in enumerate(rules):
            somewhere = msgspec.structs.replace(rule.scope, items=())
            if not covers(somewhere, Subject(company, location=location)):
                continue
            beginnings = tuple(item[:-1] for item in rule.scope.items if item.endswith("*"))
            if not rule.scope.items:
                beginnings = ("",)
            if beginnings:
                self._beginnings.append((rank, rule, beginnings))
            for item in rule.scope.items:
                self._exact.setdefault(item, (rank, rule))

    def first(self, item: str) -> Rule | None:
        rank, winner = self._exact.get(item, (None, None))
        for place, rule, beginnings in self._beginnings:
            if rank is not None and rank < place:
                return winner
            if item.startswith(beginnings):
                return rule
        return winner
