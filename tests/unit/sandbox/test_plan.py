from __future__ import annotations

from collections import Counter
from decimal import Decimal
from pathlib import Path

import pytest

from crossdock.sandbox.chance import Chance
from crossdock.sandbox.dataset import CASH, ChannelRule, load
from crossdock.sandbox.plan import Plan, make_plan
from crossdock.sandbox.settings import load_settings

EXAMPLE = Path(__file__).parents[3] / "examples/wholesaler"
SETTINGS = load_settings(EXAMPLE / "sandbox.yaml")


def plan(count: int | None = 300, seed: int = 7) -> Plan:
    data = load(EXAMPLE / "data", ChannelRule({"17850": "homestead"}))
    return make_plan(data, SETTINGS, Chance(seed), count)


def test_the_first_orders_by_time_come_with_the_returns_and_corrections_until_the_last_of_them() -> None:
    chosen = plan(300)
    assert len(chosen.orders) == 300
    assert max(each.created_at for each in chosen.returns) <= chosen.ends_at
    assert max(each.at for each in chosen.adjustments) <= chosen.ends_at
    numbers = {order.number for order in chosen.orders}
    assert {line.order for each in chosen.returns for line in each.lines} - {""} <= numbers


def test_more_orders_than_there_are_is_an_error() -> None:
    with pytest.raises(ValueError, match="the data holds 337"):
        plan(338)


def test_the_report_accounts_for_every_row() -> None:
    report = plan(300).report
    assert isinstance(report["rules"], dict)
    assert sum(report["rules"].values()) == report["rows"] == 7419
    assert isinstance(report["skipped_rows"], dict)
    assert report["skipped_rows"]["order_after_the_last"] > 0


def test_most_items_have_enough_some_run_short_and_corrections_never_go_below_zero() -> None:
    chosen = plan(300)
    demand: Counter[tuple[str, str]] = Counter()
    lost: Counter[tuple[str, str]] = Counter()
    for order in chosen.orders:
        for line in order.lines:
            demand[SETTINGS.entity_of(order.country), line.item] += int(line.quantity)
    for adjustment in chosen.adjustments:
        for change in adjustment.lines:
            lost[SETTINGS.entity_of(adjustment.country), change.item] += max(0, -int(change.quantity))
    opening = {key: sum(point.opening.values()) for key, point in chosen.stock.items()}
    enough = sum(opening[key] >= demand[key] for key in demand) / len(demand)
    assert 0.6 < enough < 0.85
    assert all(opening[key] >= demand[key] + lost[key] for key in lost if lost[key])
    assert any(len(point.opening) == 2 for point in chosen.stock.values())


def test_opening_stock_follows_from_seed_and_orders_alone() -> None:
    assert plan(100).stock == plan(100).stock
    assert plan(100).stock != plan(100, seed=8).stock


def test_one_early_customer_orders_for_more_than_its_credit_and_nobody_else_does() -> None:
    chosen = plan(300)
    spent: Counter[tuple[str, str]] = Counter()
    for order in chosen.orders:
        spent[SETTINGS.entity_of(order.country), order.customer] += int(order.total)
    over = [
        key
        for key, each in chosen.customers.items()
        if each.credit_limit is not None and spent[key] > each.credit_limit
    ]
    assert len(over) == 1
    assert all(chosen.customers[entity, CASH].credit_limit is None for entity in SETTINGS.companies)
    assert chosen.customers["albion_uk", "17850"].credit_limit is None


def test_every_order_line_names_an_item_of_its_company_with_a_vendor_and_a_cost() -> None:
    chosen = plan(None)
    for order in chosen.orders:
        for line in order.lines:
            item = chosen.items[SETTINGS.entity_of(order.country), line.item]
            assert item.vendor in SETTINGS.suppliers
            assert item.vendor_code == f"{SETTINGS.suppliers[item.vendor].item_prefix}-{line.item}"
            assert item.cost >= Decimal("0.01")
