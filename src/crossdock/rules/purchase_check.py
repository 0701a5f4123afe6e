"""May a purchase order be sent? It is checked against master data before its supplier sees it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from crossdock.model.masterdata import Item
from crossdock.model.purchase_order import PurchaseOrder, PurchaseOrderLine


def faults(order: PurchaseOrder, items: Mapping[str, Item | None]) -> Iterator[str]:
    """What is wrong with an order and its lines, in words. `items` are those the lines name, None where unknown."""
    if not order.lines:
        yield "the order has no lines"
    if len({line.line for line in order.lines}) < len(order.lines):
        yield "two lines have the same number"
    for line in order.lines:
        for fault in faults_of_line(line, items.get(line.item), order.currency):
            yield f"line {line.line}: {fault}"


def faults_of_line(line: PurchaseOrderLine, item: Item | None, currency: str) -> Iterator[str]:
    """What is wrong with one line. Quantities are in the item's own unit: nothing is converted."""
    if item is None:
        yield f"unknown item {line.item}"
    elif item.kind != "stock":
        yield f"{line.item} is a charge, not goods"
    elif line.quantity.unit != item.unit:
        yield f"quantity in {line.quantity.unit}, {line.item} is kept in {item.unit}"
    if line.quantity.amount <= 0:
        yield f"quantity {line.quantity.amount}"
    if line.price.currency != currency:
        yield f"price in {line.price.currency}, order in {currency}"
    if item is not None and item.second_unit:
        if line.price.per.unit != item.second_unit:
            yield f"price per {line.price.per.unit}, {line.item} is weighed and paid for per {item.second_unit}"
    elif line.price.per.unit != line.quantity.unit:
        yield f"price per {line.price.per.unit}, quantity in {line.quantity.unit}"
