"""Order <-> `PurchaseOrder`.

ID number, IssueDate, DocumentCurrencyCode, CustomerReference reference; BuyerCustomerParty, SellerSupplierParty;
Delivery with DeliveryLocation (or DeliveryParty) where it goes and RequestedDeliveryPeriod when; AllowanceCharge
charges, also those of lines. Per line ID, SalesOrderID the other side's line, Quantity, Price, Delivery one for each
schedule, Item with the ids of both sides, GTIN and Name (or Description). UBL has no place for a revision.
"""

from __future__ import annotations

import datetime as dt
from collections import Counter

from crossdock.edi.kernel.writing import CannotWrite
from crossdock.edi.ubl.building import Maybe, aggregate, leaf
from crossdock.edi.ubl.reading import Ids, Node, Reading
from crossdock.edi.ubl.writing import Writing, period, quantity, text
from crossdock.model.party import PartyRef
from crossdock.model.purchase_order import PurchaseOrder, PurchaseOrderLine, Schedule
from crossdock.model.quantity import ZERO, Price, Quantity

REQUESTED = ("cac:RequestedDeliveryPeriod/cbc:EndDate", "cac:RequestedDeliveryPeriod/cbc:StartDate")


def read(reading: Reading) -> PurchaseOrder:
    """The order; with faults where it lacks something."""
    root, context = reading.root, reading.context
    number = reading.heading()
    currency = reading.document_currency()
    buyer = reading.party(reading.one(root, "cac:BuyerCustomerParty"), context.buyer) or context.buyer
    supplier = reading.party(reading.one(root, "cac:SellerSupplierParty"), context.supplier) or context.supplier
    delivery = reading.one(root, "cac:Delivery")
    charges = reading.charges(root)
    lines = []
    for line in reading.all(root, "cac:OrderLine/cac:LineItem"):
        lines.append(_line(reading, line))
        charges += reading.charges(line)
    if not lines:
        reading.fault("lines_missing")
    repeated(reading, [line.line for line in lines])
    return PurchaseOrder(
        company_id=context.company_id,
        number=number,
        buyer=buyer,
        supplier=supplier,
        ship_to=reading.place(delivery) or buyer,
        ordered_on=reading.issued(),
        currency=currency,
        lines=tuple(lines),
        due_on=reading.date(delivery, *REQUESTED),
        charges=tuple(charges),
        reference=reading.text(root, "cbc:CustomerReference"),
    )


def repeated(reading: Reading, lines: list[str]) -> None:
    """Lines of the same id are told."""
    for line, times in Counter(lines).items():
        if times > 1 and line:
            reading.fault("line_repeated", None, f"{times} lines have the id {line}")


def _line(reading: Reading, line: Node) -> PurchaseOrderLine:
    item = reading.one(line, "cac:Item")
    ids = reading.items(item, line)
    ordered = reading.quantity(reading.one(line, "cbc:Quantity"))
    if ordered is None:
        reading.fault("element_missing", line, "LineItem has no Quantity")
        ordered = Quantity(ZERO)
    as_buyer = reading.context.role == "buyer"
    return PurchaseOrderLine(
        line=reading.needed(line, "cbc:ID"),
        item=ids.item,
        quantity=ordered,
        price=_price(reading, line, ordered.unit),
        their_line=reading.text(line, "cbc:SalesOrderID"),
        supplier_item=ids.theirs if as_buyer else "",
        buyer_item="" if as_buyer else ids.theirs,
        gtin=ids.gtin,
        description=described(reading, item, ids),
        schedules=tuple(_schedules(reading, line, ordered)),
    )


def described(reading: Reading, item: Node | None, ids: Ids) -> str:
    """What an item is called. Its own id is no name: BIS 3 makes writers put one where there is none."""
    found = reading.text(item, "cbc:Name", "cbc:Description")
    return "" if found in ids else " ".join(found.split())


def _price(reading: Reading, line: Node, unit: str) -> Price:
    price = reading.price(reading.one(line, "cac:Price"), unit)
    if price is None:
        reading.fault("price_missing", line)
    return price or Price(ZERO, reading.currency, Quantity(ZERO + 1, unit))


def _schedules(reading: Reading, line: Node, ordered: Quantity) -> list[Schedule]:
    """The deliveries of a line. One without a quantity is of the whole line."""
    found = []
    for node in reading.all(line, "cac:Delivery"):
        due_on = reading.date(node, *REQUESTED)
        part = reading.quantity(reading.one(node, "cbc:Quantity"))
        to = reading.text(node, "cac:DeliveryLocation/cbc:ID")
        if part is not None or due_on is not None or to:
            found.append(Schedule(part or ordered, due_on, to))
    return found


def write(order: PurchaseOrder, writing: Writing) -> list[Maybe | list[Maybe]]:
    """The elements of the order."""
    writing.currency = order.currency
    if not order.lines:
        raise CannotWrite("an order needs a line")
    return [
        *writing.heading("Order", order.number, order.ordered_on),
        leaf("OrderTypeCode", "220") if writing.peppol else None,
        leaf("DocumentCurrencyCode", order.currency),
        leaf("CustomerReference", order.reference),
        writing.role("BuyerCustomerParty", order.buyer, "buyer"),
        writing.role("SellerSupplierParty", order.supplier, "supplier"),
        delivery(writing, order.ship_to, order.due_on),
        [writing.charge(each) for each in order.charges],
        [aggregate("OrderLine", _line_item(line, writing)) for line in order.lines],
    ]


def delivery(writing: Writing, to: PartyRef, due_on: dt.date | None) -> Maybe:
    """`cac:Delivery` of a whole document."""
    return aggregate("Delivery", writing.location(to), period("RequestedDeliveryPeriod", due_on))


def _line_item(line: PurchaseOrderLine, writing: Writing) -> Maybe:
    return aggregate(
        "LineItem",
        leaf("ID", line.line),
        leaf("SalesOrderID", line.their_line),
        quantity("Quantity", line.quantity),
        [_delivery(each) for each in line.schedules],
        writing.price(line.price, line.quantity.unit),
        writing.item(line.item, line.supplier_item, line.buyer_item, line.gtin, text(line.description)),
    )


def _delivery(schedule: Schedule) -> Maybe:
    return aggregate(
        "Delivery",
        quantity("Quantity", schedule.quantity),
        aggregate("DeliveryLocation", leaf("ID", schedule.ship_to)),
        period("RequestedDeliveryPeriod", schedule.due_on),
    )
