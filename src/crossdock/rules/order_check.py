"""Is a line of a customer's order one that can be promised and priced as it stands?"""

from __future__ import annotations

from crossdock.model.masterdata import Item
from crossdock.model.sales_order import SalesOrderLine


def fault(line: SalesOrderLine, item: Item, currency: str) -> str:
    """What is wrong with a line, in words; empty if nothing is. Quantities are never converted by guess.

    A charge may be negative: then it is an allowance.
    """
    ordered, price = line.quantity, line.price
    goods = item.kind == "stock"
    if goods and ordered.amount <= 0:
        return f"quantity {ordered.amount} of {line.item}"
    if goods and ordered.unit != item.unit:
        return f"{ordered.amount} {ordered.unit} of {line.item}, which is sold in {item.unit}"
    if goods and item.second_unit:
        if price.per.unit != item.second_unit:
            return f"{line.item} priced per {price.per.unit}, it is weighed and invoiced per {item.second_unit}"
    elif price.per.unit != ordered.unit:
        return f"{line.item} priced per {price.per.unit}, ordered in {ordered.unit}"
    if price.currency != currency:
        return f"{line.item} priced in {price.currency}, the order is in {currency}"
    return ""
