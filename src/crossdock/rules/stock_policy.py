"""Which rule of a table holds here and today. Reproducible: the same tables and the same question, the same rule."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator
from typing import NamedTuple, TypeVar

from crossdock.model.stock_policy import PoolRule, Scope, StockRule

Rule = TypeVar("Rule", bound=StockRule)


class Subject(NamedTuple):
    """What a rule is asked about; empty where the question does not say."""

    company: str
    item: str = ""
    location: str = ""
    channel: str = ""
    customer: str = ""


def fitting(rules: Iterable[Rule], subject: Subject, on: dt.date) -> list[Rule]:
    """The rules that hold, the winner first (`rank`)."""
    found = [rule for rule in rules if holds_on(rule, on) and covers(rule.scope, subject)]
    found.sort(key=lambda rule: rank(rule, subject.location))
    return found


def rank(rule: StockRule, location: str) -> tuple[int, int, int, str]:
    """What decides between rules that hold at a location, the least wins: precedence, then how much the scope says,
    then how near the location is that it names, then the name."""
    return -rule.precedence, -rule.scope.said, rule.scope.steps_to(location) or 0, rule.name


def first(rules: Iterable[Rule], subject: Subject, on: dt.date) -> Rule | None:
    """The rule that wins, or None where no rule holds."""
    return next(iter(fitting(rules, subject, on)), None)


def holds_on(rule: StockRule, on: dt.date) -> bool:
    """Is this a day of the rule?"""
    return (rule.from_on is None or rule.from_on <= on) and (rule.until_on is None or on <= rule.until_on)


def covers(scope: Scope, subject: Subject) -> bool:
    """Does the scope include what is asked about? What the question leaves open meets only an open scope."""
    return (
        _meets(scope.companies, subject.company)
        and _meets_item(scope.items, subject.item)
        and scope.steps_to(subject.location) is not None
        and _meets(scope.channels, subject.channel)
        and _meets(scope.customers, subject.customer)
    )


def pools_at(rules: Iterable[PoolRule], company: str, item: str, location: str, on: dt.date) -> list[PoolRule]:
    """The pools there are of an item at a location, in the order in which they are served; each pool once. For whom
    they are is another question (`serves`)."""
    found = [
        rule
        for rule in rules
        if holds_on(rule, on)
        and _meets(rule.scope.companies, company)
        and _meets_item(rule.scope.items, item)
        and rule.scope.steps_to(location) is not None
    ]
    found.sort(key=lambda rule: rank(rule, location))
    return list(_each_pool_once(found))


def serves(rule: PoolRule, channel: str, customer: str) -> bool:
    """Is this pool for an order of this channel and customer?"""
    return _meets(rule.scope.channels, channel) and _meets(rule.scope.customers, customer)


def _each_pool_once(rules: Iterable[PoolRule]) -> Iterator[PoolRule]:
    seen: set[str] = set()
    for rule in rules:
        if rule.pool not in seen:
            seen.add(rule.pool)
            yield rule


def _meets(said: tuple[str, ...], value: str) -> bool:
    return not said or value in said


def _meets_item(said: tuple[str, ...], item: str) -> bool:
    return not said or any(item.startswith(one[:-1]) if one.endswith("*") else one == item for one in said)
