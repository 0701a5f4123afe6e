from __future__ import annotations

import datetime as dt

from crossdock.model.stock_policy import Scope, ShelfLifeRule
from crossdock.rules.shelf_life import keeps_until
from crossdock.rules.stock_policy import Subject

ON = dt.date(2026, 3, 9)
RULES = (
    ShelfLifeRule(name="all", days=10),
    ShelfLifeRule(name="grocer", days=30, scope=Scope(customers=("grocer",))),
)


def test_goods_must_keep_for_as_many_days_as_the_rule_that_says_most_about_who_asks() -> None:
    assert keeps_until(RULES, Subject("albion_uk", "CHEDDAR", customer="grocer"), ON) == dt.date(2026, 4, 8)
    assert keeps_until(RULES, Subject("albion_uk", "CHEDDAR", customer="corner shop"), ON) == dt.date(2026, 3, 19)


def test_where_no_rule_says_so_goods_need_not_keep() -> None:
    assert keeps_until(RULES[1:], Subject("albion_uk", "CHEDDAR"), ON) is None
