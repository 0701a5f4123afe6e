"""Words for the tests of procure to pay: documents as they come, with the values that matter to a test."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from uuid import UUID

from crossdock.events.deliveries import DocumentDelivered
from crossdock.events.intake import DeadlinePassed, ExpectationMissed
from crossdock.events.purchase_order import (
    AcknowledgementAccepted,
    AnnouncedLine,
    FunctionalAcknowledgementReceived,
    InvoicedLine,
    PurchaseOrderAcknowledged,
    PurchaseOrderChanged,
    PurchaseOrderLinesAnnounced,
    PurchaseOrderLinesInvoiced,
    PurchaseOrderLinesReceived,
    PurchaseOrderPlaced,
    ReceivedLine,
)
from crossdock.events.supplier_documents import GoodsReceiptPosted, ShipNoticeReceived, SupplierInvoiceReceived
from crossdock.model.acknowledgement import AcknowledgedSet, FunctionalAcknowledgement, FunctionalVerdict
from crossdock.model.invoice import Invoice, InvoiceLine
from crossdock.model.masterdata import Item, SupplierTerms
from crossdock.model.party import PartyRef
from crossdock.model.purchase_order import (
    AnswerKind,
    Charge,
    LineAnswer,
    PurchaseOrder,
    PurchaseOrderAcknowledgement,
    PurchaseOrderChange,
    PurchaseOrderChangeLine,
    PurchaseOrderLine,
)
from crossdock.model.quantity import EACH, Price, Quantity
from crossdock.model.ship_notice import GoodsReceipt, GoodsReceiptLine, ReceiptCondition, ShipNotice, ShipNoticeLine
from crossdock.processes import purchase_order
from crossdock.testing.scenario import COMPANY, MORNING, Scenario, StaticReads, case

ORDER = "4500001"
SUBJECT = f"purchase_order/{COMPANY}/{ORDER}"
INVOICE = f"supplier_invoice/{COMPANY}/brightware/INV1"
TODAY = MORNING.date()
DUE = dt.date(2010, 12, 3)
LATER = dt.date(2010, 12, 10)
BRIGHTWARE = PartyRef("brightware")
US = PartyRef(COMPANY)
NORTH = PartyRef("north")
TERMS = SupplierTerms(
    quantity_under_percent=Decimal(10),
    quantity_over_percent=Decimal(5),
    price_percent=Decimal(2),
    price_total=Decimal("10.00"),
    late_days=1,
)


def ea(amount: str | int) -> Quantity:
    return Quantity(Decimal(amount))


def gbp(amount: str) -> Price:
    return Price(Decimal(amount), "GBP")


def reads(*, unknown: str = "", silent: tuple[tuple[str, str], ...] = (), terms: SupplierTerms = TERMS) -> StaticReads:
    """Three items, a supplier with terms, an ERP and a warehouse. `unknown` is an item that is missing."""
    items = [
        Item(COMPANY, number, purchase_price=gbp("1.00"), supplier="brightware", supplier_item=f"B-{number}")
        for number in ("85123A", "22423", "47566")
        if number != unknown
    ]
    return StaticReads(
        items=items,
        suppliers={"brightware": terms},
        systems={("erp", ""): "erp", ("wms", "north"): "wms_north"},
        silent=silent,
    )


def order(known: StaticReads | None = None) -> Scenario:
    """A purchase order case that has seen nothing yet."""
    return case(purchase_order.LIFECYCLE, SUBJECT, reads=known or reads())


def order_line(line: str, item: str, quantity: str, price: str = "1.00") -> PurchaseOrderLine:
    return PurchaseOrderLine(line, item, ea(quantity), gbp(price))


def placed(
    *lines: PurchaseOrderLine, supplier: PartyRef = BRIGHTWARE, ship_to: PartyRef = NORTH
) -> PurchaseOrderPlaced:
    """By default line 10 with 100 and line 20 with 50."""
    lines = lines or (order_line("10", "85123A", "100"), order_line("20", "22423", "50"))
    ordered_on = MORNING.date()
    return PurchaseOrderPlaced(
        PurchaseOrder(COMPANY, ORDER, US, supplier, ship_to, ordered_on, "GBP", tuple(lines), due_on=DUE)
    )


def one_line() -> PurchaseOrderPlaced:
    return placed(order_line("10", "85123A", "100"))


def delivered(number: str = ORDER, document: str = "purchase_order") -> DocumentDelivered:
    return DocumentDelivered(UUID(int=1), document, "brightware", number)


def functional(
    verdict: FunctionalVerdict = "accepted", document: str = "purchase_order", number: str = ORDER
) -> FunctionalAcknowledgementReceived:
    sets = (AcknowledgedSet("850", "0001", verdict),)
    acknowledgement = FunctionalAcknowledgement("PO", "1", verdict, sets)
    return FunctionalAcknowledgementReceived("brightware", document, number, acknowledgement)


def answer(
    line: str, kind: AnswerKind, quantity: str, *, price: str = "", due_on: dt.date | None = None, item: str = ""
) -> LineAnswer:
    return LineAnswer(line, kind, ea(quantity) if quantity else None, gbp(price) if price else None, due_on, item)


def acknowledged(
    *answers: LineAnswer, revision: int = 0, on: dt.date = TODAY, supplier: PartyRef = BRIGHTWARE
) -> PurchaseOrderAcknowledged:
    return PurchaseOrderAcknowledged(
        PurchaseOrderAcknowledgement(COMPANY, ORDER, supplier, on, answers, revision=revision)
    )


def accepted_by_buyer(*lines: str, reason: str = "") -> AcknowledgementAccepted:
    return AcknowledgementAccepted(lines, reason)


def change(revision: int, *lines: PurchaseOrderChangeLine, on: dt.date = TODAY) -> PurchaseOrderChanged:
    return PurchaseOrderChanged(PurchaseOrderChange(COMPANY, ORDER, revision, on, US, BRIGHTWARE, "GBP", lines))


def changed_line(line: str, item: str, quantity: str, price: str = "1.00") -> PurchaseOrderChangeLine:
    return PurchaseOrderChangeLine(line, "change", item, ea(quantity), gbp(price))


def announced(
    quantity: str,
    *,
    notice: str = "SN1",
    line: str = "10",
    item: str = "85123A",
    unit: str = EACH,
    supplier: str = "brightware",
) -> PurchaseOrderLinesAnnounced:
    line_announced = AnnouncedLine(line, item, Quantity(Decimal(quantity), unit))
    return PurchaseOrderLinesAnnounced(notice, (line_announced,), DUE, supplier)


def received(
    good: str,
    bad: str = "0",
    *,
    receipt: str = "north/R1",
    notice: str = "SN1",
    line: str = "10",
    item: str = "85123A",
    closes: tuple[str, ...] | None = None,
    supplier: str = "brightware",
) -> PurchaseOrderLinesReceived:
    """A receipt that finishes its ship notice, unless said otherwise."""
    closed = (notice,) if closes is None else closes
    return PurchaseOrderLinesReceived(receipt, (ReceivedLine(line, item, ea(good), ea(bad), notice),), closed, supplier)


def invoiced(
    quantity: str, price: str = "1.00", *, invoice: str = "INV1", line: str = "10", supplier: str = "brightware"
) -> PurchaseOrderLinesInvoiced:
    subject = f"supplier_invoice/{COMPANY}/{supplier}/{invoice}"
    charged_line = InvoicedLine(line, "1", ea(quantity), gbp(price))
    return PurchaseOrderLinesInvoiced(invoice, subject, (charged_line,), supplier)


def overdue(name: str) -> ExpectationMissed:
    return ExpectationMissed(name, MORNING)


def deadline(name: str) -> DeadlinePassed:
    return DeadlinePassed(name, MORNING)


def ship_notice(*lines: ShipNoticeLine, number: str = "SN1", ship_to: PartyRef = NORTH) -> ShipNoticeReceived:
    return ShipNoticeReceived(ShipNotice(COMPANY, number, BRIGHTWARE, ship_to, MORNING, lines, expected_on=DUE))


def packed(order_number: str, line: str, item: str, quantity: str, pack: str = "") -> ShipNoticeLine:
    return ShipNoticeLine(order_number, line, item, ea(quantity), pack=pack)


def counted(
    line: str,
    order_number: str,
    order_line_id: str,
    item: str,
    quantity: str,
    condition: ReceiptCondition = "good",
    notice: str = "SN1",
) -> GoodsReceiptLine:
    return GoodsReceiptLine(line, order_number, order_line_id, item, ea(quantity), condition, notice)


def goods_receipt(
    *lines: GoodsReceiptLine, number: str = "R1", closes: tuple[str, ...] = ("SN1",), supplier: str = "brightware"
) -> GoodsReceiptPosted:
    return GoodsReceiptPosted(GoodsReceipt(COMPANY, number, "north", MORNING, lines, supplier, closes))


def charged(line: str, order_number: str, order_line_id: str, quantity: str, price: str = "1.00") -> InvoiceLine:
    return InvoiceLine(line, order_number, order_line_id, "85123A", ea(quantity), gbp(price))


def supplier_invoice(
    *lines: InvoiceLine,
    total: str,
    number: str = "INV1",
    charges: tuple[Charge, ...] = (),
    issuer: PartyRef = BRIGHTWARE,
) -> SupplierInvoiceReceived:
    return SupplierInvoiceReceived(
        Invoice(COMPANY, number, issuer, US, DUE, "GBP", lines, Decimal(total), charges=charges)
    )
