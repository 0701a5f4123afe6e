"""The documents of the selling side, as the books have them."""

from __future__ import annotations

from dataclasses import dataclass, field
from decimal import Decimal

from crossdock.testing.checker.books import Body, Entry, number

ZERO = Decimal(0)

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
    weight: Decimal | None = None
    """Of goods that are paid for by weight."""

    @property
    def paid_for(self) -> Decimal:
        """What its price is for."""
        return self.quantity if self.weight is None else self.weight


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
    site: str
    company: str
    number: str
    reference: str
    """What the carrier and EDI customers are told as its number."""
    channels: tuple[tuple[str, OrderKey], ...]
    by_reference: tuple[tuple[str, tuple[MovedLine, ...]], ...]

    @property
    def case(self) -> str:
        """The id of its case in the product."""
        return f"shipment/{self.company}/{self.site}/{self.number}"

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


def read_order(entry: Entry) -> Order:
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


def read_shipping_order(entry: Entry) -> ShippingOrder:
    """A shipping order as a warehouse took it."""
    body = entry.body
    order = (body["owner"], body["sales_order"])
    lines = tuple(MovedLine(order, one["order_line"], one["sku"], number(one["qty"])) for one in body["lines"])
    return ShippingOrder(entry.system, body["owner"], body["order_ref"], body["channel"], lines, entry)


def read_shipment(entry: Entry) -> Shipment:
    """A shipment as a warehouse told it."""
    data = entry.body["data"]
    company = data["owner"]
    channels, by_reference = [], []
    for carried in data["orders"]:
        order = (company, carried["sales_order"])
        channels.append((carried["channel"], order))
        lines = tuple(
            MovedLine(order, one["order_line"], one["sku"], number(one["qty"]), weight=_weight(one))
            for one in carried["lines"]
        )
        by_reference.append((carried["order_ref"], lines))
    reference = f"{data['site']}.{data['shipment']}"
    site, shipped = data["site"], tuple(by_reference)
    return Shipment(entry.system, site, company, data["shipment"], reference, tuple(channels), shipped)


def read_invoice(body: Body) -> Invoice:
    """An invoice or a credit note as posted to the ERP."""
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
                _weight(one),
            )
            for one in body["lines"]
        ),
        charges=tuple((charge["code"], number(charge["amount"])) for charge in body.get("charges", ())),
        return_lines=tuple(one["line"] for one in body["lines"]),
        header_order=body.get("order", ""),
    )


def _weight(line: Body) -> Decimal | None:
    return number(line["weight"]) if line.get("weight") else None


def read_update(entry: Entry) -> Update:
    """An update as a channel took it."""
    body = entry.body
    lines = {one["line"]: (one["state"], number(one["quantity"])) for one in body.get("lines", ())}
    return Update(entry.system, entry.key, int(body["sequence"]), body["status"], lines)


def read_return(body: Body) -> Return:
    """A return as the ERP agreed to it."""
    lines = {
        one["line"]: (
            OrderedLine(one["item"], number(one["qty"]), number(one["price"])),
            one.get("order", ""),
            one.get("order_line", ""),
        )
        for one in body["lines"]
    }
    return Return(body["entity"], body["rma"], body["site"], body["customer"], lines)
