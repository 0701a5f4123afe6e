"""May a customer have these goods before paying for them?"""

from __future__ import annotations

from decimal import Decimal

from crossdock.model.masterdata import Customer


def reason_to_hold(customer: Customer, order_value: Decimal) -> str:
    """Why an order of this value waits for a person, in words; empty if it may go on."""
    if customer.on_hold:
        return f"customer {customer.id} is on hold"
    if customer.credit_limit is not None and order_value > customer.credit_limit:
        return f"order value {order_value} exceeds the credit limit {customer.credit_limit} of customer {customer.id}"
    return ""
