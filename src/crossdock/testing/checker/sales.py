"""What the books tell of customers' orders: placed, posted, released, shipped, invoiced, told, returned."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable
from decimal import Decimal
from functools import cached_property
from typing import TypeVar

from crossdock.testing.checker.books import Books, BooksBroken, Entry, number
from crossdock.testing.checker.drop_ships import DropShips
from crossdock.testing.checker.kits import Kits
from crossdock.testing.checker.sales_documents import (
    Invoice,
    LineKey,
    MovedLine,
    Order,
    OrderKey,
    Return,
    Shipment,
    Update,
    read_invoice,
    read_order,
    read_return,
    read_shipment,
    read_shipping_order,
    read_update,
)

ZERO = Decimal(0)
Key = TypeVar("Key")
GIVEN_UP = frozenset({"rejected", "refused", "cancelled", "charge"})
"""States a channel is told of lines that nothing more will ship of."""


class Sales:
    """The selling side of the books."""

    def __init__(self, books: Books) -> None:
        self.orders = _orders(books)
        self.kits = Kits(books)
        self.posted = _by(books.effects("sales_orders"), lambda entry: (entry.body["entity"], entry.body["order"]))
        drop_ships = DropShips(books)
        self.shipping_orders = [
            *(read_shipping_order(entry) for entry in books.effects("shipping_order")),
            *drop_ships.shipping_orders,
        ]
        self.shipments = [
            *(read_shipment(entry) for entry in books.effects("sent.shipment.dispatched")),
            *drop_ships.shipments,
        ]
        self.invoices = [read_invoice(entry.body) for entry in books.effects("customer_invoices")]
        self.credit_notes = [read_invoice(entry.body) for entry in books.effects("credit_notes")]
        self.returns = [read_return(entry.body) for entry in books.effects("return.created")]
        self.updates: dict[tuple[str, str], list[Update]] = defaultdict(list)
        for entry in books.effects("order_update"):
            self.updates[entry.system, entry.key].append(read_update(entry))
        self.answers = _by(books.effects("taken.855"), lambda entry: (entry.system, entry.key))
        self.notices = _by(books.effects("taken.856"), lambda entry: (entry.system, entry.entity, entry.key))
        self.partner_invoices = _by(books.effects("taken.810"), lambda entry: (entry.system, entry.entity, entry.key))
        self.released_goods = _goods(line for order in self.shipping_orders for line in order.lines)
        self.released = self._lines(self.released_goods)
        self.shipped = self.in_order_lines(line for shipment in self.shipments for line in shipment.lines)
        self.owed_for = self.shipped | _weights(self.shipments)
        self.invoiced = self.in_order_lines(line for invoice in self.invoices for line in invoice.lines)

    @property
    def accepted(self) -> list[Order]:
        """Orders that are ours to fill."""
        return [order for order in self.orders.values() if order.accepted]

    def in_order_lines(self, moved: Iterable[MovedLine]) -> dict[LineKey, Decimal]:
        """Goods in the lines and words of their orders: of a kit, whole ones."""
        return self._lines(_goods(moved))

    def _lines(self, goods: dict[LineKey, dict[str, Decimal]]) -> dict[LineKey, Decimal]:
        found: dict[LineKey, Decimal] = defaultdict(Decimal)
        for (company, order, line_id), of_line in goods.items():
            placed = self.orders.get((company, order))
            ordered = placed.lines.get(line_id) if placed is not None else None
            item = ordered.item if ordered is not None else ""
            found[company, order, line_id] = self.kits.whole(company, item, of_line)
        return found

    def updates_of(self, order: Order) -> list[Update]:
        """What its channel was told, in the order it heard it."""
        return self.updates.get((order.channel, order.number), [])

    def invoices_of(self, order: Order) -> list[Invoice]:
        """Its invoices. One of nothing but charges names the order in its number alone."""
        nameless = [
            invoice
            for invoice in self._nameless_invoices
            if invoice.company == order.company and named_in(invoice.number, order.number)
        ]
        return [*self._invoices_by_order.get(order.key, ()), *nameless]

    @cached_property
    def _nameless_invoices(self) -> list[Invoice]:
        return [invoice for invoice in self.invoices if not invoice.orders]

    @cached_property
    def _invoices_by_order(self) -> dict[OrderKey, list[Invoice]]:
        found: dict[OrderKey, list[Invoice]] = defaultdict(list)
        for invoice in self.invoices:
            for order in invoice.orders:
                found[order].append(invoice)
        return found

    def shipments_of(self, order: Order) -> list[Shipment]:
        """The shipments that carried some of it."""
        return self._shipments_by_order.get((order.channel, order.key), [])

    @cached_property
    def _shipments_by_order(self) -> dict[tuple[str, OrderKey], list[Shipment]]:
        found: dict[tuple[str, OrderKey], list[Shipment]] = defaultdict(list)
        for shipment in self.shipments:
            for carried in dict.fromkeys(shipment.channels):
                found[carried].append(shipment)
        return found

    def credits_of(self, returned: Return) -> list[Invoice]:
        """The credit notes of a return: they carry its number."""
        return [
            note
            for note in self.credit_notes
            if note.company == returned.company and named_in(note.number, returned.number)
        ]

    def given_up(self, order: Order, line_id: str) -> Decimal:
        """How much of a line the customer was told never to expect."""
        line = order.lines[line_id]
        if order.kind == "retailer":
            return self._answered(order, line_id, ("IR",))
        state, quantity = self._told_last(order, line_id)
        if not state:
            return ZERO
        return line.quantity if state in GIVEN_UP else max(ZERO, line.quantity - quantity)

    def told_backordered(self, order: Order, line_id: str) -> bool:
        """Was the customer ever told that part of a line comes later?"""
        if order.kind == "retailer":
            return self._answered(order, line_id, ("IB",)) > 0
        return any(update.lines.get(line_id, ("",))[0] == "backordered" for update in self.updates_of(order))

    def called_backordered(self, order: Order, line_id: str) -> bool:
        """Does the customer still believe that part of a line comes later, by the last that was said of it?"""
        if order.kind == "retailer":
            return self.told_backordered(order, line_id)
        return self._told_last(order, line_id)[0] == "backordered"

    def _told_last(self, order: Order, line_id: str) -> tuple[str, Decimal]:
        told = [update.lines[line_id] for update in self.updates_of(order) if line_id in update.lines]
        return told[-1] if told else ("", ZERO)

    def _answered(self, order: Order, line_id: str, codes: tuple[str, ...]) -> Decimal:
        answers = self.answers.get((order.channel, order.number), [])
        return sum(
            (
                number(answer["qty"])
                for entry in answers[:1]
                for answer in entry.body["answers"]
                if answer["line"] == line_id and answer["code"] in codes
            ),
            ZERO,
        )

    def open_of(self, order: Order, line_id: str) -> Decimal:
        """What no warehouse was asked to ship yet, of what the customer still expects."""
        line = order.lines[line_id]
        return line.quantity - self.given_up(order, line_id) - self.released[(*order.key, line_id)]


def named_in(document: str, number_: str) -> bool:
    """Does a document's number carry another number, as `INV-536365-1` carries 536365?"""
    return bool(number_) and f"-{number_}-" in f"-{document}-"


def _by(entries: Iterable[Entry], key: Callable[[Entry], Key]) -> dict[Key, list[Entry]]:
    found: dict[Key, list[Entry]] = defaultdict(list)
    for entry in entries:
        found[key(entry)].append(entry)
    return found


def _weights(shipments: Iterable[Shipment]) -> dict[LineKey, Decimal]:
    """What left of lines that are paid for by weight."""
    total: dict[LineKey, Decimal] = defaultdict(Decimal)
    weighed = [line for shipment in shipments for line in shipment.lines if line.weight is not None]
    keys = {(*line.order, line.line) for line in weighed}
    for line in (line for shipment in shipments for line in shipment.lines if (*line.order, line.line) in keys):
        total[(*line.order, line.line)] += line.paid_for
    return total


def _goods(lines: Iterable[MovedLine]) -> dict[LineKey, dict[str, Decimal]]:
    total: dict[LineKey, dict[str, Decimal]] = defaultdict(lambda: defaultdict(Decimal))
    for line in lines:
        total[(*line.order, line.line)][line.item] += line.quantity
    return total


def _orders(books: Books) -> dict[OrderKey, Order]:
    orders: dict[OrderKey, Order] = {}
    for entry in books.effects("order.placed"):
        order = read_order(entry)
        if order.key in orders:
            raise BooksBroken(f"{order.shown} was placed twice, or by two channels: its documents cannot be told apart")
        orders[order.key] = order
    for entry in books.effects("order.accepted", "order.refused"):
        order = orders[entry.entity, entry.key]
        order.answers.append(entry.kind.removeprefix("order."))
    return orders
