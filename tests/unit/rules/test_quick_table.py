"""A table made quick to ask answers as the plain one does."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as some

from crossdock.model.places import placed
from crossdock.model.stock_policy import SafetyRule, Scope, StockPolicies
from crossdock.rules.quick_table import QuickTable
from crossdock.rules.stock_policy import Subject, first

ON = dt.date(2026, 3, 2)
_NAMES = some.sampled_from(["2", "22", "221", "3", "CUP", "2*", "22*", "C*", "*"])
_DAYS = some.sampled_from([None, ON - dt.timedelta(1), ON, ON + dt.timedelta(1)])
_SCOPES = some.builds(
    Scope,
    companies=some.sampled_from([(), ("acme",), ("other",), ("acme", "other")]),
    items=some.lists(_NAMES, max_size=3).map(tuple),
    locations=some.sampled_from([(), ("site",), ("north",), ("south",), ("n1", "south"), ("north", "south")]),
)
_RULES = some.lists(
    some.tuples(_SCOPES, some.integers(0, 3), _DAYS, _DAYS), max_size=8
).map(
    lambda drawn: tuple(
        SafetyRule(name=f"r{n}", scope=scope, precedence=weight, from_on=begins, until_on=ends, quantity=Decimal(n))
        for n, (scope, weight, begins, ends) in enumerate(drawn)
    )
)  # fmt: skip


PARENTS = {"site": "", "north": "site", "south": "site", "n1": "north", "n2": "north", "east": ""}


@given(_RULES)
def test_the_winner_is_the_same_as_when_every_rule_is_looked_at(rules: tuple[SafetyRule, ...]) -> None:
    rules = placed(StockPolicies(safety=rules), PARENTS).safety
    table = QuickTable(rules, "acme", ON)
    for item in ("2", "22", "2212", "3", "CUP", "CAN", "X"):
        for location in PARENTS:
            assert table.first(item, location) == first(rules, Subject("acme", item, location), ON)
