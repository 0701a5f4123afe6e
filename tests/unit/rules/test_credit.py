"""When does an order wait for a person before goods go out on credit?"""

from __future__ import annotations

from decimal import Decimal

from crossdock.model.masterdata import Customer
from crossdock.rules.credit import reason_to_hold


def test_an_order_up_to_the_limit_goes_on() -> None:
    assert reason_to_hold(Customer("c", "17850", credit_limit=Decimal(100)), Decimal(100)) == ""


def test_an_order_above_the_limit_waits_and_says_why() -> None:
    reason = reason_to_hold(Customer("c", "17850", credit_limit=Decimal(100)), Decimal("100.01"))
    assert "100.01" in reason
    assert "17850" in reason


def test_no_limit_means_unlimited() -> None:
    assert reason_to_hold(Customer("c", "CASH"), Decimal(10**9)) == ""


def test_a_limit_of_nothing_is_a_limit() -> None:
    assert reason_to_hold(Customer("c", "17850", credit_limit=Decimal(0)), Decimal("0.01"))


def test_a_customer_on_hold_waits_whatever_the_order_is_worth() -> None:
    assert "on hold" in reason_to_hold(Customer("c", "17850", on_hold=True), Decimal(0))
