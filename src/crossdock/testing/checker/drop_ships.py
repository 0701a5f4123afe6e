"""What the books tell of goods that suppliers ship straight to customers: bought at the ERP, answered and announced.

To the selling side such a purchase order is what a warehouse's shipping order is, and what a ship notice has of it a
shipment. To the buying side what was announced is what was received: the goods are the customer's from then on.
"""

from __future__ import annotations

from collections import defaultdict
from decimal import Decimal
from typing import NamedTuple

from crossdock.testing.checker.books import Books, Entry, number
from crossdock.testing.checker.sales_documents import MovedLine, Shipment, ShippingOrder

ZERO = Decimal(0)
Key = tuple[str, str]
"""Company and purchase order number."""


class Bought(NamedTuple):
    """A purchase order for the goods of a sales order's lines, as posted to the ERP."""

    company: str
    number: str
    supplier: str
    channel: str
    sales_order: str
    entry: Entry

    @property
    def sold_by(self) -> Key:
        """Company and number of the sales order."""
        return self.company, self.sales_order

    def line(self, line_id: str, item: str, quantity: Decimal) -> MovedLine:
        """Goods of a line of the sales order: both orders call it the same."""
        return MovedLine(self.sold_by, line_id, item, quantity)


class DropShips:
    """The purchase orders of drop-ships, and what their suppliers made of them."""

    def __init__(self, books: Books) -> None:
        found = [_bought(entry) for entry in books.effects("purchase_orders")]
        self.orders = {(each.company, each.number): each for each in found}
        self._answered = _answers(books) if found else {}
        self.announced: dict[tuple[str, str, str], Decimal] = defaultdict(Decimal)
        self.shipments: list[Shipment] = []
        for notice in books.effects("sent.856") if found else ():
            self._take_notice(notice)
        self.shipping_orders = [self._asked(order) for order in self.orders.values()]

    def has(self, notice: Entry) -> bool:
        """Does a ship notice carry such goods alone?"""
        return all((notice.entity, line["po"]) in self.orders for line in notice.body["lines"])

    def _take_notice(self, notice: Entry) -> None:
        """Goods of each order in a ship notice are a shipment of their own, numbered as they left."""
        by_order: dict[Key, list[MovedLine]] = defaultdict(list)
        for line in notice.body["lines"]:
            key = (notice.entity, line["po"])
            if key in self.orders:
                quantity = number(line["qty"])
                by_order[key].append(self.orders[key].line(line["po_line"], line["item"], quantity))
                self.announced[(*key, line["po_line"])] += quantity
        for key, lines in by_order.items():
            order = self.orders[key]
            again = sum(each.by_reference[0][0] == order.number for each in self.shipments) + 1
            name = f"{order.number}.{again}"
            channels = ((order.channel, order.sold_by),)
            carried = ((order.number, tuple(lines)),)
            whose = (order.supplier, order.supplier, order.company)
            self.shipments.append(Shipment(*whose, name, name, channels, carried))

    def _asked(self, order: Bought) -> ShippingOrder:
        """What the supplier has to ship: what it was asked to, less what it will not."""
        lines = []
        for row in order.entry.body["lines"]:
            key = (order.company, order.number, row["line"])
            asked = number(row["qty"])
            agreed = max(self._answered.get(key, asked), self.announced.get(key, ZERO))
            lines.append(order.line(row["line"], row["item"], min(asked, agreed)))
        return ShippingOrder(order.supplier, order.company, order.number, order.channel, tuple(lines), order.entry)


def _bought(entry: Entry) -> Bought:
    body = entry.body
    return Bought(body["entity"], body["po_number"], body["vendor"], body["sales_channel"], body["sales_order"], entry)


def _answers(books: Books) -> dict[tuple[str, str, str], Decimal]:
    """How much of each line suppliers promised, by their last answer to it."""
    found: dict[tuple[str, str, str], Decimal] = {}
    for entry in books.effects("sent.855"):
        fresh: dict[tuple[str, str, str], Decimal] = defaultdict(Decimal)
        for answer in entry.body["answers"]:
            key = (entry.entity, entry.body["order"], answer["line"])
            fresh[key] += number(answer["qty"]) if answer["code"] != "IR" else ZERO
        found |= fresh
    return found
