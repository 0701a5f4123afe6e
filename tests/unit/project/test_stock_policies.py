"""Stock policies in the files of a network project."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from pathlib import Path

import pytest

from crossdock.model.stock_policy import PoolRule, SafetyRule, Scope, SourcingRule
from crossdock.project import Network, load
from crossdock.project.canonical import canonical
from tests.unit.project.projects import ENVIRONMENT, REGISTRY, problems_of, write_project


def with_stock(folder: Path, text: str) -> Path:
    """The small project with a section `stock`; its first line is `policies.yaml:2`."""
    return write_project(folder, None, **{"policies.yaml": "stock:\n" + text})


def network_of(folder: Path, text: str) -> Network:
    return load(with_stock(folder, text), ENVIRONMENT, REGISTRY)


def test_every_table_is_read_with_its_scope_written_flat(tmp_path: Path) -> None:
    stock = network_of(
        tmp_path,
        """\
  safety:
    spring_cups: {items: ["22*"], locations: [north], quantity: "12", from_on: 2026-03-01, precedence: 5}
  pools:
    shop_window: {pool: window, channels: [shop], floor: "4", share_percent: "10", lends: true}
  haircuts:
    silent: {percent: "10", after_minutes: 90}
  sourcing:
    cheapest: {prefer: cost, channels: [shop], figures: {north: "1.20"}}
    first: {locations: [north]}
  filling:
    shop_first: {order: channel, channels: [shop]}
  shelf_life:
    fresh: {customers: ["4711"], days: 30}
  substitutes:
    cups: {items: [CUP], substitutes: [MUG], ratio: "2"}
  drop_ship:
    lamps: {items: ["LAMP*"], channels: [shop], supplier: potter}
  publication:
    slow: {channels: [shop], latency: minutes, every_minutes: 15}
  drift:
    erp_differs: {against: erp, window_minutes: 30, apply_units: "2"}
""",
    ).policies.stock

    assert stock.safety == (
        SafetyRule(
            name="spring_cups",
            scope=Scope(items=("22*",), locations=("north",)),
            quantity=Decimal(12),
            from_on=dt.date(2026, 3, 1),
            precedence=5,
        ),
    )
    scope = Scope(channels=("shop",))
    window = PoolRule(
        name="shop_window", scope=scope, pool="window", floor=Decimal(4), share_percent=Decimal(10), lends=True
    )
    assert stock.pools == (window,)
    assert stock.sourcing == (
        SourcingRule(name="cheapest", scope=scope, prefer="cost", figures={"north": Decimal("1.20")}),
        SourcingRule(name="first", locations=("north",)),
    ), "where goods come from is what such a rule sets, so its locations are no condition"
    assert stock.filling[0].channels == ("shop",)
    assert stock.filling[0].scope == Scope()
    assert stock.shelf_life[0].scope.customers == ("4711",)
    assert stock.substitutes[0].substitutes == ("MUG",)
    assert stock.drop_ship[0].supplier == "potter"
    assert stock.publication[0].every_minutes == 15
    assert stock.drift[0].against == "erp"
    assert stock.haircuts[0].after_minutes == 90


def test_a_rule_may_be_based_on_another(tmp_path: Path) -> None:
    text = """\
  safety:
    cups: {items: [CUP], quantity: "12"}
    mugs: {based_on: cups, items: [MUG]}
"""
    assert [rule.quantity for rule in network_of(tmp_path, text).policies.stock.safety] == [Decimal(12), Decimal(12)]


def test_a_changed_rule_is_another_network(tmp_path: Path) -> None:
    twelve = network_of(tmp_path / "a", '  safety: {all: {quantity: "12"}}\n')
    thirteen = network_of(tmp_path / "b", '  safety: {all: {quantity: "13"}}\n')

    assert canonical(twelve) != canonical(thirteen)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("  saftey: {}", "policies.yaml:2: unknown table `saftey`; did you mean `safety`?"),
        ('  safety: {a: {quantity: "1", loc: [north]}}', "2: unknown key `loc`"),
        ("  safety: {a: {items: [CUP]}}", "2: `a` lacks `quantity`; add `quantity: ...`"),
        ('  safety: {a: {quantity: "-1"}}', "2: `-1` is out of range"),
        ("  safety: {a: {quantity: 1.5}}", "2: 1.5 would be a binary fraction"),
        ('  safety: {a: {quantity: "1", channels: [shop]}}', "2: unknown key `channels`"),
        ('  safety: {A-1: {quantity: "1"}}', "2: `A-1` cannot be an id"),
        ('  safety: {a: {quantity: "1", locations: [nrth]}}', "2: there is no location `nrth`; did you mean `north`?"),
        ('  safety: {a: {quantity: "1", companies: [acne]}}', "2: there is no company `acne`; did you mean `acme`?"),
        ('  safety: {a: {quantity: "1", items: ["2*2"]}}', "2: `2*2` names no items"),
        (
            '  safety:\n    a: {quantity: "1", from_on: 2026-05-02, until_on: 2026-05-01}',
            "3: it ends on 2026-05-01, before it begins; write a day from 2026-05-02 on",
        ),
        ('  pools: {a: {pool: "", channels: [shop], floor: "1"}}', "2: `` cannot be an id"),
        (
            '  pools: {a: {pool: p, channels: [shpo], floor: "1"}}',
            "2: there is no channel `shpo`; did you mean `shop`?",
        ),
        ('  pools: {a: {pool: p, channels: [shop], share_percent: "101"}}', "2: 101 is more than all of it"),
        ('  pools: {a: {pool: p, floor: "1"}}', "2: pool `p` would be for everybody"),
        ("  pools: {a: {pool: p, channels: [shop]}}", "2: nothing is set aside in pool `p`"),
        ('  haircuts: {a: {percent: "120"}}', "2: 120 is more than all of it"),
        ("  sourcing: {a: {prefer: cost}}", "2: no cost is known; write `figures: {location: number}`"),
        ('  sourcing: {a: {prefer: cost, figures: {nrth: "1"}}}', "2: there is no location `nrth`"),
        ('  sourcing: {a: {locations: [north], figures: {north: "1"}}}', "2: `listed` looks at no figures"),
        ("  sourcing: {a: {items: [CUP]}}", "2: no location is listed"),
        ("  sourcing: {a: {prefer: nearest}}", "2: 'nearest' is not possible here; use one of `cost`, `distance`"),
        ("  filling: {a: {cross_dock: [nrth]}}", "2: there is no location `nrth`; did you mean `north`?"),
        ("  filling: {a: {cross_dock: [north]}}", "2: `wms`, the system of `north`, is not told what to ship; add"),
        ("  substitutes: {a: {items: [CUP], substitutes: []}}", "2: nothing stands in its place"),
        ("  substitutes: {a: {items: [CUP], substitutes: [CUP]}}", "2: `CUP` would stand in its own place"),
        ('  substitutes: {a: {substitutes: [MUG], ratio: "0"}}', "2: 0 of it cannot stand for one"),
        ("  drop_ship: {a: {items: [CUP]}}", "2: `a` lacks `supplier`; add `supplier: ...`"),
        ("  drop_ship: {a: {supplier: nobody}}", "2: there is no partner `nobody`"),
        ("  drop_ship: {a: {supplier: potter, locations: [north]}}", "2: unknown key `locations`"),
        ("  drift: {a: {against: epr}}", "2: there is no system or partner `epr`; did you mean `erp`?"),
        ('  publication: {a: {read_back_percent: "500"}}', "2: 500 is more than all of it"),
    ],
)
def test_what_is_wrong_with_a_rule_is_told_with_file_and_line(tmp_path: Path, text: str, expected: str) -> None:
    problems = [str(problem) for problem in problems_of(with_stock(tmp_path, text + "\n"))]

    assert any(expected in problem for problem in problems), problems


def test_goods_are_not_to_wait_on_a_dock_that_nobody_ships_from(tmp_path: Path) -> None:
    folder = with_stock(tmp_path, "  filling:\n    a: {cross_dock: [east]}\n")
    network = folder / "network.yaml"
    east = "  east: {name: East, zone: Europe/London, calendar: office}\n"
    network.write_text(network.read_text().replace("locations:\n", f"locations:\n{east}", 1))
    assert "policies.yaml:3: nobody is told to ship what comes to `east`" in "\n".join(map(str, problems_of(folder)))


@pytest.mark.parametrize(
    ("before", "after", "expected"),
    [
        ("[purchase_order]", "[purchase_order_change]", "policies.yaml:3: `acme` sends `potter` no orders; add"),
        ("[ship_notice]", "[functional_acknowledgement]", "`potter` does not tell `acme` what it shipped; add"),
        ("kind: supplier", "kind: customer", "`acme` buys nothing from `potter`"),
    ],
)
def test_a_supplier_that_ships_for_us_is_one_that_we_order_from_and_hear_from(
    tmp_path: Path, before: str, after: str, expected: str
) -> None:
    folder = with_stock(tmp_path, "  drop_ship:\n    a: {items: [CUP], supplier: potter}\n")
    assert not [problem for problem in problems_of(folder) if "policies.yaml" in str(problem)]
    potter = folder / "partners" / "potter.yaml"
    potter.write_text(potter.read_text().replace(before, after, 1))
    assert expected in "\n".join(map(str, problems_of(folder)))


def test_two_rules_of_which_only_the_name_would_decide_are_told(tmp_path: Path) -> None:
    text = """\
  safety:
    cups: {items: ["2*"], quantity: "1"}
    more_cups: {items: ["22*"], quantity: "2"}
"""
    assert [str(problem) for problem in problems_of(with_stock(tmp_path, text))] == [
        "policies.yaml:4: where `cups` and `more_cups` both hold, only their names decide which one wins; "
        "give one a higher `precedence` (both have 0), or let them hold elsewhere"
    ]


@pytest.mark.parametrize(
    "other",
    [
        'items: ["22*"], precedence: 1',
        'items: ["3*"]',
        "items: [CUP]",
        'items: ["22*"], locations: [north]',
        'items: ["22*"], from_on: 2026-02-01',
    ],
)
def test_rules_that_something_else_decides_between_do_not_tie(tmp_path: Path, other: str) -> None:
    text = f"""\
  safety:
    cups: {{items: ["2*"], quantity: "1", until_on: 2026-01-31}}
    others: {{{other}, quantity: "2"}}
"""
    assert problems_of(with_stock(tmp_path, text)) == []


def test_pools_with_other_names_stand_side_by_side(tmp_path: Path) -> None:
    text = """\
  pools:
    one: {pool: one, channels: [shop], floor: "1"}
    two: {pool: two, channels: [shop], floor: "1"}
"""
    assert problems_of(with_stock(tmp_path, text)) == []


def test_a_rule_that_cannot_be_read_whole_is_judged_by_what_of_it_can(tmp_path: Path) -> None:
    text = """
    safety:
      many: {items: ["1"], quantity: "5", from_on: 2026-12-24, until_on: 2026-12-01}
      few: {items: ["1"], quantity: 2.5, from_on: 2026-11-24, until_on: 2026-11-01}
      none: {items: ["1"]}
    pools:
      everybody: {pool: all, floor: "6", share_percent: "120", channels: [nowhere]}
    haircuts:
      silent: {percent: "130", after_minutes: soon}
    """
    problems = [str(problem) for problem in problems_of(with_stock(tmp_path, text))]

    for words in (
        "2.5 would be a binary fraction",
        "it ends on 2026-11-01, before it begins",
        "it ends on 2026-12-01, before it begins",
        "`none` lacks `quantity`",
        "there is no channel `nowhere`",
        "120 is more than all of it",
        "130 is more than all of it",
        "`soon` is no whole number",
    ):
        assert any(words in problem for problem in problems), (words, problems)
    assert not any("protects nothing" in problem for problem in problems), problems


def test_a_tie_with_a_rule_that_cannot_be_read_whole_is_told(tmp_path: Path) -> None:
    text = """
    safety:
      many: {items: ["1"], quantity: "5"}
      few: {items: ["1"], quantity: 2.5}
      nothing: 5
      elsewhere: {items: ["1"], locations: [nowhere], quantity: "5"}
    """
    problems = [str(problem) for problem in problems_of(with_stock(tmp_path, text))]

    ties = [problem for problem in problems if "only their names decide" in problem]
    assert len(ties) == 1, problems
    assert "`many` and `few`" in ties[0]
