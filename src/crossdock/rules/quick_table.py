"""One table of rules made quick to ask: the same winner as `stock_policy.first`, for hundreds of thousands of items.

What the rules of a day say of a company and a location is sorted once; an item then costs some looks into mappings.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator
from typing import Generic, TypeVar

import msgspec

from crossdock.model.stock_policy import StockRule
from crossdock.rules.stock_policy import Subject, covers, holds_on, rank

Rule = TypeVar("Rule", bound=StockRule)


class QuickTable(Generic[Rule]):
    """The rules of one table that hold for a company on a day. For whom they are (channels, customers) is not asked
    where `for_whom` is true; else only rules for everybody are found."""

    def __init__(self, rules: Iterable[Rule], company: str, on: dt.date, *, for_whom: bool = False) -> None:
        self._company = company
        self._for_whom = for_whom
        self._rules = [rule for rule in rules if holds_on(rule, on)]
        self._at: dict[str, _Place[Rule]] = {}

    def __bool__(self) -> bool:
        """Is there any rule at all on this day?"""
        return bool(self._rules)

    def first(self, item: str, location: str) -> Rule | None:
        """The rule that wins for an item at a location, or None where no rule holds."""
        found = self.fitting(item, location)
        return found[0] if found else None

    def fitting(self, item: str, location: str) -> list[Rule]:
        """The rules that hold for an item at a location, the winner first."""
        place = self._at.get(location)
        if place is None:
            there = sorted(self._there(location), key=lambda rule: rank(rule, location))
            place = self._at[location] = _Place(there)
        return place.fitting(item)

    def items(self) -> set[str]:
        """The items that rules name exactly."""
        return {item for rule in self._rules for item in rule.scope.items if not item.endswith("*")}

    def _there(self, location: str) -> Iterator[Rule]:
        for rule in self._rules:
            open_ended = msgspec.structs.replace(rule.scope, items=())
            if self._for_whom:
                open_ended = msgspec.structs.replace(open_ended, channels=(), customers=())
            if covers(open_ended, Subject(self._company, location=location)):
                yield rule


class _Place(Generic[Rule]):
    """The rules for one location by the items they name: exactly, or by how they begin. However many rules there are, a
    question looks once for the item and once for each length that beginnings have."""

    def __init__(self, rules: Iterable[Rule]) -> None:
        self._exact: dict[str, list[tuple[int, Rule]]] = {}
        self._beginnings: dict[int, dict[str, list[tuple[int, Rule]]]] = {}
        for number, rule in enumerate(rules):
            for item in dict.fromkeys(rule.scope.items or ("*",)):
                # A pattern stands here, too: an item may be called as the pattern is written.
                self._exact.setdefault(item, []).append((number, rule))
                if item.endswith("*"):
                    self._beginnings.setdefault(len(item) - 1, {}).setdefault(item[:-1], []).append((number, rule))

    def fitting(self, item: str) -> list[Rule]:
        found = list(self._exact.get(item, ()))
        for length, beginnings in self._beginnings.items():
            found += beginnings.get(item[:length], ())
        if not found:
            return []
        if len(found) == 1:
            return [found[0][1]]
        return [rule for _, rule in sorted(dict(found).items())]
