"""Policies that somebody tries: taken as a project's file would take them, and told when they change nothing."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal as D
from pathlib import Path

import pytest

from crossdock.model.stock_policy import FillRule, SafetyRule, Scope, StockPolicies
from crossdock.operations.policies import PoliciesSaid, StockNetwork
from crossdock.operations.policy_settings import changed, notes
from crossdock.operations.problems import Problem
from crossdock.project import load

DAY = dt.date(2010, 12, 6)


@pytest.fixture(scope="module")
def wholesaler() -> StockNetwork:
    return StockNetwork.of(load(Path(__file__).parents[3] / "examples" / "wholesaler", None))


def usual(quantity: int) -> SafetyRule:
    return SafetyRule(name="usual", quantity=D(quantity))


def small(stock: StockPolicies) -> StockNetwork:
    return StockNetwork({}, {}, {}, PoliciesSaid(stock))


def test_settings_change_a_rule_make_one_and_drop_one() -> None:
    found = changed(
        small(StockPolicies(safety=(usual(2),), filling=(FillRule(name="all"),))),
        {"safety.usual.quantity": "20", "safety.cups.items": "22*, 85123A", "safety.cups.quantity": "3",
         "safety.cups.from_on": "2026-03-01", "pools.a.pool": "a", "pools.a.lends": "true", "pools.a.floor": "1",
         "pools.a.customers": "C1"},
        ("filling.all",),
        ("safety.cups", "pools.a"),
    ).policies.stock  # fmt: skip
    assert found.safety == (
        usual(20),
        SafetyRule(name="cups", quantity=D(3), scope=Scope(items=("22*", "85123A")), from_on=dt.date(2026, 3, 1)),
    )
    assert found.filling == ()
    assert found.pools[0].lends


@pytest.mark.parametrize(
    ("settings", "dropped", "added", "words"),
    [
        ({"safety.usual.quantty": "1"}, (), (), "rules of `safety` have no field `quantty`"),
        ({"safety.usual": "1"}, (), (), "'safety.usual' names no setting"),
        ({"saftey.usual.quantity": "1"}, (), (), "there is no table 'saftey'"),
        ({"safety.usual.quantity.more": "1"}, (), (), "names no setting"),
        (
            {"filling.all.order": "luck"},
            (),
            ("filling.all",),
            "filling.all.order: 'luck' is none of first_come, channel",
        ),
        ({"safety.usual.from_on": "soon"}, (), (), "safety.usual.from_on: 'soon' is not a day"),
        ({"filling.a.cross_dock": "nrth"}, (), ("filling.a",), "such rules cannot be meant"),
        ({"drop_ship.a.supplier": "acne"}, (), ("drop_ship.a",), "such rules cannot be meant"),
        ({"safety.usual.quantity": "many"}, (), (), "safety.usual.quantity: 'many' is not a number"),
        (
            {"safety.new.items": "A"},
            (),
            ("safety.new",),
            "safety.new needs a `quantity`: --set safety.new.quantity=VALUE",
        ),
        ({}, ("safety.other",), (), "there is no rule 'safety.other'"),
        ({}, (), ("safety.usual",), "there is a rule 'safety.usual' already"),
        ({}, (), ("saftey.new",), "'saftey.new' names no rule of a table"),
    ],
)
def test_settings_that_cannot_be_meant_are_told(
    settings: dict[str, str], dropped: tuple[str, ...], added: tuple[str, ...], words: str
) -> None:
    with pytest.raises(Problem) as raised:
        changed(small(StockPolicies(safety=(usual(2),))), settings, dropped, added)
    assert words in raised.value.detail


def test_a_misspelt_rule_is_refused_with_those_there_are(wholesaler: StockNetwork) -> None:
    with pytest.raises(Problem) as raised:
        changed(wholesaler, {"safety.cake_stand.quantity": "3"})
    assert "there is no rule 'safety.cake_stand'" in raised.value.detail
    assert raised.value.advice == (
        "There are cake_stands, christmas_cake_stands, lunch_bags. `--add safety.cake_stand` makes a new one."
    )


@pytest.mark.parametrize(
    ("setting", "value", "words"),
    [
        ("safety.cake_stands.quantity", "-3", "-3 is out of range; write a number from 0 up"),
        ("safety.cake_stands.quantity", "Infinity", "out of range"),
        ("haircuts.silent_warehouse.percent", "300", '300 is more than all of it; write "0" to "100"'),
        ("haircuts.silent_warehouse.after_minutes", "-1", "-1 is out of range"),
        ("safety.cake_stands.locations", "nort", "there is no 'nort'; did you mean `north`?"),
        ("safety.cake_stands.channels", "shop", "the table does not ask about it"),
        ("safety.cake_stands.until_on", "2010-12-01", ""),
    ],
)
def test_values_are_held_to_what_a_project_may_say(
    wholesaler: StockNetwork, setting: str, value: str, words: str
) -> None:
    settings = {setting: value}
    if not words:
        settings["safety.cake_stands.from_on"] = "2010-12-05"
        words = "before it begins"
    with pytest.raises(Problem) as raised:
        changed(wholesaler, settings)
    (fault,) = raised.value.errors
    assert fault.pointer == setting
    assert words in fault.detail


def test_a_rule_that_wins_nowhere_today_is_said_so(wholesaler: StockNetwork) -> None:
    def said(settings: dict[str, str], added: tuple[str, ...] = (), on: dt.date = DAY) -> list[str]:
        return notes(wholesaler.policies.stock, changed(wholesaler, settings, (), added).policies.stock, on)

    stands = {"safety.cake_stands.quantity": "20"}
    assert said(stands) == ["safety.cake_stands sets nothing now: wherever it holds, christmas_cake_stands wins"]
    assert said(stands, on=dt.date(2011, 1, 3)) == []
    assert said({"safety.christmas_cake_stands.quantity": "20"}, on=dt.date(2011, 1, 3)) == [
        "safety.christmas_cake_stands sets nothing now: 2011-01-03 is no day of it"
    ]
    assert said({"safety.lunch_bags.quantity": "20"}) == []
    assert said({"safety.all.quantity": "1"}, ("safety.all",)) == ["adds the rule safety.all, which holds everywhere"]
    assert said({"safety.a.quantity": "1", "safety.a.items": "2*"}, ("safety.a",)) == [
        "adds the rule safety.a, which holds for items 2*"
    ]


@pytest.mark.parametrize(
    ("value", "why"),
    [("9" * 20, "has too many digits: it must"), ("1_0", "must be"), ("1e1", "must be"), ("\u0663", "must")],
)
def test_numbers_are_written_as_everywhere(wholesaler: StockNetwork, value: str, why: str) -> None:
    with pytest.raises(Problem, match=f"safety.cake_stands.quantity: {value!r} {why}"):
        changed(wholesaler, {"safety.cake_stands.quantity": value})
