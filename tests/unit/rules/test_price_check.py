"""When does a price differ too much from the list?"""

from __future__ import annotations

from decimal import Decimal

import pytest

from crossdock.model.quantity import Price, Quantity
from crossdock.rules.price_check import outside_tolerance

FIVE = Decimal(5)


def gbp(amount: str, per: str = "1") -> Price:
    return Price(Decimal(amount), "GBP", Quantity(Decimal(per)))


@pytest.mark.parametrize("amount", ["1.90", "2.00", "2.10"])
def test_a_price_at_the_edge_of_the_tolerance_is_inside(amount: str) -> None:
    assert not outside_tolerance(gbp(amount), gbp("2.00"), FIVE)


@pytest.mark.parametrize("amount", ["1.8999", "2.1001", "0"])
def test_a_price_beyond_the_edge_is_outside_up_or_down(amount: str) -> None:
    assert outside_tolerance(gbp(amount), gbp("2.00"), FIVE)


def test_a_price_per_dozen_is_compared_with_a_price_for_each() -> None:
    assert not outside_tolerance(gbp("24.00", "12"), gbp("2.00"), Decimal(0))


def test_another_currency_is_another_price() -> None:
    assert outside_tolerance(Price(Decimal("2.00"), "EUR"), gbp("2.00"), Decimal(100))


def test_without_a_list_price_there_is_nothing_to_judge_by() -> None:
    assert not outside_tolerance(gbp("999"), None, FIVE)


def test_what_costs_nothing_on_the_list_may_cost_nothing_only() -> None:
    assert outside_tolerance(gbp("0.01"), gbp("0"), FIVE)
    assert not outside_tolerance(gbp("0"), gbp("0"), FIVE)
