"""Rules that name a location hold for all that is part of it."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

from crossdock.model.masterdata import SalesPolicy
from crossdock.model.places import placed
from crossdock.model.stock_policy import PoolRule, SafetyRule, Scope, SourcingRule, StockPolicies
from crossdock.operations.policy_settings import notes
from crossdock.rules import sourcing
from crossdock.rules.stock_policy import Subject, first, pools_at

ON = dt.date(2026, 3, 2)
PARENTS = {"site": "", "north": "site", "n1": "north", "n1a": "n1", "south": ""}


def safety(name: str, *locations: str, precedence: int = 0, items: tuple[str, ...] = ()) -> SafetyRule:
    scope = Scope(locations=locations, items=items)
    return SafetyRule(name=name, scope=scope, quantity=Decimal(1), precedence=precedence)


def winner(location: str, *rules: SafetyRule) -> str:
    found = first(placed(StockPolicies(safety=rules), PARENTS).safety, Subject("acme", "MUG", location), ON)
    return found.name if found else ""


def test_a_rule_for_a_site_holds_for_its_warehouses_and_bins_and_nowhere_else() -> None:
    assert [winner(place, safety("all", "site")) for place in ("site", "north", "n1a", "south")] == ["all"] * 3 + [""]
    assert winner("site", safety("bin", "n1a")) == ""


def test_the_nearest_location_wins_among_rules_that_say_as_much() -> None:
    rules = (safety("a_site", "site"), safety("zone", "n1"), safety("b_north", "north"))
    assert [winner(place, *rules) for place in ("site", "north", "n1", "n1a")] == ["a_site", "b_north", "zone", "zone"]


def test_precedence_and_what_else_a_scope_says_come_before_nearness() -> None:
    assert winner("n1", safety("zone", "n1"), safety("site", "site", precedence=1)) == "site"
    assert winner("n1", safety("zone", "n1"), safety("site", "site", items=("MUG",))) == "site"


def test_a_rule_that_names_a_place_and_its_part_is_as_near_as_the_nearer() -> None:
    assert winner("n1a", safety("both", "site", "n1"), safety("a", "north")) == "both"


def test_a_pool_of_a_warehouse_is_one_of_each_bin_and_the_bins_own_rule_fills_it_otherwise() -> None:
    pools = tuple(
        PoolRule(name=place, pool="retail", floor=Decimal(floor), scope=Scope(locations=(place,), channels=("r",)))
        for place, floor in (("north", 5), ("n1a", 2))
    )
    rules = placed(StockPolicies(pools=pools), PARENTS).pools
    assert [rule.floor for rule in pools_at(rules, "acme", "MUG", "n1", ON)] == [5]
    assert [rule.floor for rule in pools_at(rules, "acme", "MUG", "n1a", ON)] == [2]


def test_an_order_is_filled_from_the_bins_of_the_warehouse_that_a_rule_lists() -> None:
    rules = (SourcingRule(name="listed", locations=("south", "north")),)
    (rule,) = placed(StockPolicies(sourcing=rules), PARENTS).sourcing
    assert sourcing.locations("", SalesPolicy(), rule) == ("south", "north", "n1", "n1a")


def test_a_place_costs_what_the_nearest_above_it_costs() -> None:
    figures = {"site": Decimal(3), "n1": Decimal(1), "south": Decimal(2)}
    (rule,) = placed(
        StockPolicies(sourcing=(SourcingRule(name="s", prefer="cost", figures=figures),)), PARENTS
    ).sourcing
    everywhere = SalesPolicy(("site", "north", "n1", "n1a", "south"))
    assert sourcing.locations("", everywhere, rule) == ("n1", "n1a", "south", "site", "north")


def test_without_parts_policies_stay_what_they_are() -> None:
    policies = StockPolicies(safety=(safety("a", "south"),))
    assert placed(policies, {"south": "", "north": ""}) is policies
    assert placed(policies, PARENTS).safety[0] is policies.safety[0]


def test_who_tries_a_rule_for_a_warehouse_hears_that_each_bin_has_a_stronger_one() -> None:
    before = placed(StockPolicies(safety=(safety("site", "site", precedence=1),)), PARENTS)
    rules = (safety("site", "site", precedence=1), safety("new", "north"))
    said = notes(before, placed(StockPolicies(safety=rules), PARENTS), ON)
    assert "safety.new sets nothing now: wherever it holds, site wins" in said
