"""What is not written of a document, for what is read where nothing stands says the same."""

from __future__ import annotations

from crossdock.model.invoice import Invoice
from crossdock.model.purchase_order import PurchaseOrder


def to_the_buyer(order: PurchaseOrder) -> bool:
    """Do the goods go to the buyer itself, whom the other side knows by an id of its own? Said of a place, that id
    would be another's; where nothing is said, they go to the buyer."""
    return bool(order.buyer.their_id) and order.ship_to == order.buyer


def only_counted(invoice: Invoice) -> bool:
    """Are its lines numbered from one on, and none says which line of an order it is of? A number that is written would
    be taken for that of the order line."""
    numbers = [str(number) for number in range(1, len(invoice.lines) + 1)]
    return [line.line for line in invoice.lines] == numbers and not any(line.order_line for line in invoice.lines)
