"""From where are orders filled?"""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

from crossdock.model.masterdata import SalesPolicy
from crossdock.model.stock_policy import SourcingRule
from crossdock.rules import sourcing


def test_the_items_own_location_is_asked_first_and_no_location_twice() -> None:
    assert sourcing.locations("south", SalesPolicy(locations=("north", "south"))) == ("south", "north")
    assert sourcing.locations("north", SalesPolicy(locations=("north", "south"))) == ("north", "south")


def test_an_item_without_a_location_of_its_own_follows_the_policy() -> None:
    assert sourcing.locations("", SalesPolicy(locations=("north", "south"))) == ("north", "south")


def test_a_location_outside_the_policy_is_asked_before_it() -> None:
    assert sourcing.locations("east", SalesPolicy(locations=("north",))) == ("east", "north")


def test_a_backorder_has_an_answer_by_the_day_the_goods_were_due() -> None:
    wednesday = dt.date(2010, 12, 1)
    assert sourcing.answer_due_on(wednesday, SalesPolicy(delivery_hours=120)) == dt.date(2010, 12, 6)
    assert sourcing.answer_due_on(wednesday, SalesPolicy(delivery_hours=25)) == dt.date(2010, 12, 3)


BOTH = SalesPolicy(locations=("north", "south"))


def test_a_rule_lists_the_locations_whatever_the_item_prefers() -> None:
    rule = SourcingRule(name="south_first", locations=("south", "east"))
    assert sourcing.locations("north", BOTH, rule) == ("south", "east")


def test_the_lowest_figure_comes_first_and_what_has_none_last() -> None:
    figures = {"south": Decimal("1.10"), "east": Decimal("0.90")}
    rule = SourcingRule(name="cheapest", prefer="cost", figures=figures, locations=("north", "south", "east"))
    assert sourcing.locations("north", BOTH, rule) == ("east", "south", "north")


def test_equal_figures_leave_the_order_as_it_is_without_the_rule() -> None:
    rule = SourcingRule(name="near", prefer="distance", figures={"north": Decimal(5), "south": Decimal(5)})
    assert sourcing.locations("south", BOTH, rule) == ("south", "north")


def test_a_location_that_has_all_of_it_comes_before_any_split() -> None:
    free = {("CUP", "north"): Decimal(9), ("MUG", "north"): Decimal(1), ("CUP", "south"): Decimal(4)}
    free[("MUG", "south")] = Decimal(2)
    wanted = [("CUP", Decimal(2)), ("MUG", Decimal(2)), ("CUP", Decimal(2))]
    assert sourcing.whole_first(("north", "south"), wanted, free) == ("south", "north")
    assert sourcing.whole_first(("north", "south"), [("CUP", Decimal(2))], free) == ("north", "south")
    assert sourcing.whole_first(("north", "south"), [("CUP", Decimal(99))], free) == ("north", "south")
