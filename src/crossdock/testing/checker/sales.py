"""What the books tell of customers' orders: placed, posted, released, shipped, invoiced, told, returned."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from decimal import Decimal
from functools import cached_property
from typing import TypeVar

from crossdock.testing.checker.books import Body, Books, BooksBroken, Entry, number

ZERO = Decimal(0)
Key = TypeVar("Key")
GIVEN_UP = frozenset({"rejected", "refused", "cancelled", "charge"})
"""States a channel is told of lines that nothing more will ship of."""

OrderKey = tuple[str, str]
"""Company and order number."""
LineKey = tuple[str, str, str]
"""Company, order number, order line."""


@dataclass(frozen=True, slots=True)
class OrderedLine:
    """What a customer ordered."""

    item: str
    quantity: Decimal
    price: Decimal


@dataclass(slots=True)
class Order:
    """An order as its channel's book has it. `asked`: the shop asked us for stock; others had promised already."""

    company: str
    number: str
    channel: str
    kind: str
    customer: str
    lines: dict[str, OrderedLine]
    charges: tuple[tuple[str, Decimal], ...] | None
    """None where the channel's book does not say."""
    answers: list[str] = field(default_factory=list)
    """What our API said to it: accepted or refused."""

    @property
    def key(self) -> OrderKey:
        """Company and number."""
        return self.company, self.number

    @property
    def case(self) -> str:
        """The id of its case in the product."""
        return f"sales_order/{self.company}/{self.channel}/{self.number}"

    @property
    def asked(self) -> bool:
        """Was stock asked for, rather than promised by the channel?"""
        return self.kind == "shop"

    @property
    def accepted(self) -> bool:
        """Is it ours to fill? What a feed or a mailbox held was fetched once everything has settled."""
        return not self.asked or "accepted" in self.answers

    @property
    def shown(self) -> str:
        """How a violation names it."""
        return f"order {self.number} of {self.channel} for {self.company}"


@dataclass(frozen=True, slots=True)
class MovedLine:
    """A quantity of an order line that was released, shipped or invoiced."""

    order: OrderKey
    line: str
    item: str
    quantity: Decimal
    price: Decimal = ZERO


@dataclass(frozen=True, slots=True)
class ShippingOrder:
    """What a warehouse was asked to ship."""

    warehouse: str
    company: str
    reference: str
    channel: str
    lines: tuple[MovedLine, ...]
    entry: Entry


@dataclass(frozen=True, slots=True)
class Shipment:
    """What left a warehouse together. `by_reference` is what it carried of each shipping order."""

    warehouse: str
    company: str
    number: str
    channels: tuple[tuple[str, OrderKey], ...]
    by_reference: tuple[tuple[str, tuple[MovedLine, ...]], ...]

    @property
    def lines(self) -> list[MovedLine]:
        """Everything in it."""
        return [line for _, lines in self.by_reference for line in lines]


@dataclass(frozen=True, slots=True)
class Invoice:
    """An invoice or a credit note as the ERP, or an EDI customer, was told."""

    company: str
    number: str
    customer: str
    total: Decimal
    lines: tuple[MovedLine, ...]
    charges: tuple[tuple[str, Decimal], ...]
    return_lines: tuple[str, ...]
    """Its own line ids; of a credit note they are the return's."""
    header_order: str

    @property
    def orders(self) -> list[OrderKey]:
        """The orders it names, in its head or its lines."""
        named = [(self.company, self.header_order), *(line.order for line in self.lines)]
        return [key for key in dict.fromkeys(named) if key[1]]

    @property
    def shown(self) -> str:
        """How a violation names it."""
        return f"invoice {self.number} of {self.company}"


@dataclass(frozen=True, slots=True)
class Update:
    """What a channel was told of an order. `lines`: line -> (state, quantity)."""

    channel: str
    order: str
    sequence: int
    status: str
    lines: dict[str, tuple[str, Decimal]]


@dataclass(frozen=True, slots=True)
class Return:
    """Goods a customer may send back."""

    company: str
    number: str
    site: str
    customer: str
    lines: dict[str, tuple[OrderedLine, str, str]]
    """Line -> what, its order, its order line."""


class Sales:
    """The selling side of the books."""

    def __init__(self, books: Books) -> None:
        self.orders = _orders(books)
        self.posted = _by(books.effects("sales_orders"), lambda entry: (entry.body["entity"], entry.body["order"]))
        self.shipping_orders = [_shipping_order(entry) for entry in books.effects("shipping_order")]
        self.shipments = [_shipment(entry) for entry in books.effects("sent.shipment.dispatched")]
        self.invoices = [_invoice(entry.body) for entry in books.effects("customer_invoices")]
        self.credit_notes = [_invoice(entry.body) for entry in books.effects("credit_notes")]
        self.returns = [_return(entry.body) for entry in books.effects("return.created")]
        self.updates: dict[tuple[str, str], list[Update]] = defaultdict(list)
        for entry in books.effects("order_update"):
            self.updates[entry.system, entry.key].append(_update(entry))
        self.answers = _by(books.effects("taken.855"), lambda entry: (entry.system, entry.key))
        self.notices = _by(books.effects("taken.856"), lambda entry: (entry.system, entry.entity, entry.key))
        self.partner_invoices = _by(books.effects("taken.810"), lambda entry: (entry.system, entry.entity, entry.key))
        self.released = _sum(line for order in self.shipping_orders for line in order.lines)
        self.shipped = _sum(line for shipment in self.shipments for line in shipment.lines)
        self.invoiced = _sum(line for invoice in self.invoices for line in invoice.lines)

    @property
    def accepted(self) -> list[Order]:
        """Orders that are ours to fill."""
        return [order for order in self.orders.values() if order.accepted]

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
        told = [update.lines[line_id] for update in self.updates_of(order) if line_id in update.lines]
        if not told:
            return ZERO
        state, quantity = told[-1]
        return line.quantity if state in GIVEN_UP else max(ZERO, line.quantity - quantity)

    def told_backordered(self, order: Order, line_id: str) -> bool:
        """Was the customer ever told that part of a line comes later?"""
        if order.kind == "retailer":
            return self._answered(order, line_id, ("IB",)) > 0
        return any(update.lines.get(line_id, ("",))[0] == "backordered" for update in self.updates_of(order))

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


def _sum(lines: Iterable[MovedLine]) -> dict[LineKey, Decimal]:
    total: dict[LineKey, Decimal] = defaultdict(Decimal)
    for line in lines:
        total[(*line.order, line.line)] += line.quantity
    return total


def _orders(books: Books) -> dict[OrderKey, Order]:
    orders: dict[OrderKey, Order] = {}
    for entry in books.effects("order.placed"):
        order = _order(entry)
        if order.key in orders:
            raise BooksBroken(f"{order.shown} was placed twice, or by two channels: its documents cannot be told apart")
        orders[order.key] = order
    for entry in books.effects("order.accepted", "order.refused"):
        order = orders[entry.entity, entry.key]
        order.answers.append(entry.kind.removeprefix("order."))
    return orders


def _order(entry: Entry) -> Order:
    """Each kind of channel places orders in its own words."""
    body = entry.body
    if "items" in body:
        lines = {
            one["line"]: OrderedLine(one["sku"], number(one["qty"]), number(one["price"])) for one in body["items"]
        }
        charges = tuple((fee["code"], number(fee["amount"])) for fee in body.get("fees", ()))
        return Order(body["entity"], body["id"], entry.system, "marketplace", body["buyer"], lines, charges)
    if "company" in body:
        lines = {
            one["line"]: OrderedLine(one["item"], number(one["quantity"]), number(one["price"]))
            for one in body["lines"]
        }
        charges = tuple((charge["code"], number(charge["amount"])) for charge in body.get("charges", ()))
        return Order(body["company"], body["number"], entry.system, "shop", body["customer"], lines, charges)
    lines = {one["line"]: OrderedLine(one["item"], number(one["qty"]), number(one["price"])) for one in body["lines"]}
    return Order(entry.entity, body["order"], entry.system, "retailer", body["customer"], lines, None)


def _shipping_order(entry: Entry) -> ShippingOrder:
    body = entry.body
    order = (body["owner"], body["sales_order"])
    lines = tuple(MovedLine(order, one["order_line"], one["sku"], number(one["qty"])) for one in body["lines"])
    return ShippingOrder(entry.system, body["owner"], body["order_ref"], body["channel"], lines, entry)


def _shipment(entry: Entry) -> Shipment:
    data = entry.body["data"]
    company = data["owner"]
    channels, by_reference = [], []
    for carried in data["orders"]:
        order = (company, carried["sales_order"])
        channels.append((carried["channel"], order))
        lines = tuple(MovedLine(order, one["order_line"], one["sku"], number(one["qty"])) for one in carried["lines"])
        by_reference.append((carried["order_ref"], lines))
    return Shipment(entry.system, company, data["shipment"], tuple(channels), tuple(by_reference))


def _invoice(body: Body) -> Invoice:
    company = body["entity"]
    return Invoice(
        company=company,
        number=body["invoice"],
        customer=body.get("customer", ""),
        total=number(body["total"]),
        lines=tuple(
            MovedLine(
                (company, one.get("order", "")),
                one.get("order_line", ""),
                one["item"],
                number(one["qty"]),
                number(one["price"]),
            )
            for one in body["lines"]
        ),
        charges=tuple((charge["code"], number(charge["amount"])) for charge in body.get("charges", ())),
        return_lines=tuple(one["line"] for one in body["lines"]),
        header_order=body.get("order", ""),
    )


def _update(entry: Entry) -> Update:
    body = entry.body
    lines = {one["line"]: (one["state"], number(one["quantity"])) for one in body.get("lines", ())}
    return Update(entry.system, entry.key, int(body["sequence"]), body["status"], lines)


def _return(body: Body) -> Return:
    lines = {
        one["line"]: (
            OrderedLine(one["item"], number(one["qty"]), number(one["price"])),
            one.get("order", ""),
            one.get("order_line", ""),
        )
        for one in body["lines"]
    }
    return Return(body["entity"], body["rma"], body["site"], body["customer"], lines)
