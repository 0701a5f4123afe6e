"""The documents a sales order sends, made from its lines."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from decimal import Decimal
from typing import Literal, NamedTuple

from crossdock.model.fulfillment import ShippingLine, WarehouseShippingOrder
from crossdock.model.invoice import Invoice, InvoiceLine
from crossdock.model.party import PartyRef
from crossdock.model.publication import OrderStatusUpdate
from crossdock.model.purchase_order import LineAnswer, PurchaseOrderAcknowledgement
from crossdock.model.quantity import ZERO, Quantity
from crossdock.model.sales_order import SalesOrder, SalesOrderLine
from crossdock.processes._kit import Effect, Link, Send
from crossdock.processes.sales_order.v1_data import DEAD, SalesLine, SalesOrderCase, ShippingOrder, header

# States of the order that the channel is told of.
TOLD = frozenset({"promised", "backordered", "partially_shipped", "shipped", "delivered", "cancelled", "invoiced"})


def post_order(case: SalesOrderCase) -> Iterator[Effect]:
    """Tell the ERP what was sold, once it is known what the customer gets."""
    order, lines = case.data.head, case.data.alive()
    if not lines and not order.charges:
        return
    body = SalesOrder(
        company_id=order.company_id,
        channel=order.channel,
        number=order.number,
        customer=order.customer,
        ordered_at=order.ordered_at,
        currency=order.currency,
        lines=tuple(_sold(line_id, line) for line_id, line in lines.items()),
        ship_to=order.ship_to,
        promise=order.promise,
        charges=order.charges,
        customer_reference=order.customer_reference,
    )
    # Two channels may number their orders alike.
    number = f"{order.channel}-{order.number}"
    yield Send("sales_order", body, to=case.reads.system(case.company_id, "erp"), number=number)


def _sold(line_id: str, line: SalesLine) -> SalesOrderLine:
    return SalesOrderLine(
        line=line_id,
        item=line.item,
        quantity=line.quantity(line.wanted),
        price=line.price,
        their_line=line.their_line,
        their_item=line.their_item,
        due_on=line.due_on,
        sample=line.sample,
        stated=line.stated,
    )


def shipping_order(case: SalesOrderCase, number: str, location: str, n: str) -> WarehouseShippingOrder:
    """What one warehouse is asked to ship: the parts that carry `n`."""
    order = case.data.head
    return WarehouseShippingOrder(
        company_id=case.company_id,
        number=number,
        warehouse=location,
        channel=order.channel,
        customer=order.customer,
        order_number=order.number,
        lines=tuple(
            ShippingLine(
                order.number,
                line.of_kit or line_id,
                line.item,
                line.quantity(line.parts[n].promised),
                kit=case.data.lines[line.of_kit].item if line.of_kit else "",
                weigh_in=line.second_unit,
            )
            for line_id, line in case.data.with_components()
            if n in line.parts
        ),
        ship_to=order.ship_to,
        cross_dock=case.data.shipping_orders[number].receipt,
    )


def answer_partner(case: SalesOrderCase) -> Iterator[Effect]:
    """Answer an EDI customer's order, line by line: accepted, backordered with its date, rejected."""
    order = case.data.head
    partner = case.reads.partner_of(order.channel)
    if not partner or not case.reads.sends(partner, "purchase_order_acknowledgement", case.company_id):
        return
    body = PurchaseOrderAcknowledgement(
        company_id=case.company_id,
        order_number=order.number,
        supplier=PartyRef(case.company_id),
        acknowledged_on=case.on(),
        answers=tuple(answer for key, line in case.data.in_order() for answer in _answers(key, line)),
        buyer=order.customer,
        order_date=case.reads.date_at(partner, order.ordered_at),
        currency=order.currency,
    )
    yield Send("purchase_order_acknowledgement", body, to=partner, number=order.number)


def _answers(line_id: str, line: SalesLine) -> Iterator[LineAnswer]:
    given_up = line.refused + line.cancelled
    if line.state == "rejected":
        given_up = line.ordered
    amounts: tuple[tuple[Literal["accepted", "backordered", "rejected"], Decimal], ...] = (
        ("accepted", line.ordered - line.backordered - given_up),
        ("backordered", line.backordered),
        ("rejected", given_up),
    )
    for kind, amount in amounts:
        if amount > ZERO:
            yield LineAnswer(
                line=line.their_line or line_id,
                kind=kind,
                quantity=line.quantity(amount),
                # An answer has one unit per line: of catch weight goods it tells the quantity.
                price=None if line.second_unit else line.price,
                due_on=line.expected_on if kind == "backordered" else line.due_on,
                item=line.item,
                supplier_item=line.item,
                stated=line.stated,
            )


def _unique(case: SalesOrderCase) -> str:
    """Two channels may give the same number to orders of theirs."""
    return f"{case.data.head.channel}-{case.data.head.number}"


class Sold(NamedTuple):
    """So much of a line that left; of catch weight goods with what was weighed."""

    line: str
    quantity: Decimal
    second: Quantity | None = None


def bill_shipment(
    case: SalesOrderCase, shipment: str, shipping: ShippingOrder, left: Iterable[Sold]
) -> Iterator[Effect]:
    """Invoice what left in one shipment. What the customer was not to get is not charged: a person was asked about it.

    The number follows from the shipping order, so that it does not depend on which of two shipments is told first. It
    has one part, without a dash, after the order's: another order's number may end in one.
    """
    again = len(shipping.shipments)
    number = f"INV-{_unique(case)}-{shipping.n}" + (f".{again}" if again > 1 else "")
    yield from _bill_lines(case, number, shipment, left)


def bill_weighed(case: SalesOrderCase, shipment: str, left: Iterable[Sold]) -> Iterator[Effect]:
    """Invoice goods of a shipment whose weight was said later. The number counts what was said."""
    yield from _bill_lines(case, f"INV-{_unique(case)}-w{case.data.weighings}", shipment, left)


def _bill_lines(case: SalesOrderCase, number: str, shipment: str, left: Iterable[Sold]) -> Iterator[Effect]:
    sold = [each for each in left if case.data.lines[each.line].state not in DEAD]
    for each in sold:
        case.data.lines[each.line].invoiced += each.quantity
    if sold:
        yield from _bill(case, number, shipment, sold)


def bill_charges(case: SalesOrderCase) -> Iterator[Effect]:
    """Invoice an order of nothing but charges: nothing will ship."""
    if case.data.head.charges:
        yield from _bill(case, f"INV-{_unique(case)}-1", "", [])


def _bill(case: SalesOrderCase, number: str, shipment: str, sold: Sequence[Sold]) -> Iterator[Effect]:
    order, reads = case.data.head, case.reads
    charges = () if case.data.invoices else order.charges  # the first invoice carries them
    case.data.invoices += 1
    lines = tuple(_invoiced(n, order.number, shipment, each, case) for n, each in enumerate(sold, 1))
    total = sum((line.price.extend(line.priced).amount for line in lines), ZERO)
    body = Invoice(
        company_id=case.company_id,
        number=number,
        issuer=PartyRef(case.company_id),
        recipient=order.customer,
        invoiced_on=case.on(),
        currency=order.currency,
        lines=lines,
        total=total + sum((charge.amount for charge in charges), ZERO),
        charges=charges,
        reference=order.customer_reference,
    )
    yield Link(kind="invoice", issuer=case.company_id, value=number)
    yield Send("invoice", body, to=reads.system(case.company_id, "erp"), number=number)
    partner = reads.partner_of(order.channel)
    if partner and reads.sends(partner, "invoice", case.company_id):
        yield Send("invoice", body, to=partner, number=number)


def _invoiced(n: int, order_number: str, shipment: str, sold: Sold, case: SalesOrderCase) -> InvoiceLine:
    line = case.data.lines[sold.line]
    return InvoiceLine(
        line=str(n),
        order_number=order_number,
        order_line=sold.line,
        item=line.item,
        quantity=line.quantity(sold.quantity),
        price=line.price,
        shipment=shipment,
        supplier_item=line.item,
        buyer_item=line.their_item,
        stated=line.stated,
        second=sold.second,
    )


def report(case: SalesOrderCase, shipment: str = "") -> Iterator[Effect]:
    """Tell the channel how the order stands, when that has changed or another part left. The sequence only rises."""
    data, order, reads = case.data, case.data.head, case.reads
    status = header(data)
    another = status == "partially_shipped" and shipment not in ("", *data.reported_shipments)
    if status not in TOLD or (status == data.reported and not another):
        return
    receiver = reads.system(case.company_id, "channel", order.channel) or reads.partner_of(order.channel)
    if not receiver or not reads.sends(receiver, "order_status", case.company_id):
        return
    data.reported, data.reports = status, data.reports + 1
    if another:
        data.reported_shipments.append(shipment)
    body = OrderStatusUpdate(
        company_id=case.company_id,
        channel=order.channel,
        order_number=order.number,
        status=status,
        sequence=data.reports,
        at=case.at,
        shipment=shipment,
        lines=tuple(
            (
                line.their_line or line_id,
                line.state,
                line.in_their_unit(line.ordered if line.state in DEAD else line.wanted),
            )
            for line_id, line in data.in_order()
        ),
    )
    yield Send("order_status", body, to=receiver, number=f"{order.channel}-{order.number}-{data.reports}")
