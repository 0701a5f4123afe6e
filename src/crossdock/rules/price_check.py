"""Is the price on a customer's order the one we ask for?"""

from __future__ import annotations

from decimal import Decimal

from crossdock.model.quantity import Price


def outside_tolerance(price: Price, list_price: Price | None, tolerance_percent: Decimal) -> bool:
    """Does `price` differ from the list by more than `tolerance_percent` of the list price, up or down?

    Without a list price there is nothing to judge by. Another currency or unit is never the same price.
    """
    if list_price is None:
        return False
    if price.currency != list_price.currency or price.per.unit != list_price.per.unit:
        return True
    # Both sides times both bases, so that no division rounds.
    asked = list_price.amount * price.per.amount
    offered = price.amount * list_price.per.amount
    return abs(offered - asked) * 100 > asked * tolerance_percent
