"""What may be offered in place of an item?"""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

from crossdock.model.stock_policy import Scope, SubstituteRule
from crossdock.rules.stock_policy import Subject
from crossdock.rules.substitutes import Substitute, substitutes

ON = dt.date(2026, 3, 2)
CUP = Subject("acme", "CUP", channel="shop")


def test_the_best_comes_first_and_each_item_once() -> None:
    rules = (
        SubstituteRule(name="any_cup", scope=Scope(items=("CUP*",)), substitutes=("MUG", "BEAKER")),
        SubstituteRule(
            name="this_cup", scope=Scope(items=("CUP",)), substitutes=("GLASS", "MUG"), ratio=Decimal(2), precedence=1
        ),
    )
    assert substitutes(rules, CUP, Decimal(3), ON) == (
        Substitute("GLASS", Decimal(6), "this_cup"),
        Substitute("MUG", Decimal(6), "this_cup"),
        Substitute("BEAKER", Decimal(3), "any_cup"),
    )


def test_an_item_does_not_stand_in_its_own_place() -> None:
    rules = (SubstituteRule(name="cups", scope=Scope(items=("C*",)), substitutes=("CUP",)),)
    assert substitutes(rules, CUP, Decimal(3), ON) == ()


def test_another_channel_is_offered_nothing() -> None:
    rules = (SubstituteRule(name="edi", scope=Scope(channels=("homestead",)), substitutes=("MUG",)),)
    assert substitutes(rules, CUP, Decimal(3), ON) == ()
