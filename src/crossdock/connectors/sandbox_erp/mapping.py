"""The ERP's own words to ours and back."""

from __future__ import annotations

import datetime as dt
from typing import Any, Literal

import msgspec

from crossdock.connectors._kit.packs import ToldComponent, ToldPack, catch_weight, told_structure
from crossdock.connectors._kit.reading import (
    Findings,
    Instant,
    Refused,
    amount,
    code,
    currency,
    decode,
    number,
    one_of,
    positive_quantity,
    price,
    quantity,
    utc,
)
from crossdock.connectors._kit.writing import VendorCall, Writers, each, plain, price_of, qty, weighed
from crossdock.connectors.sandbox_erp.parts.goods import goods_movement, goods_receipt, inventory_adjustment, posting
from crossdock.connectors.sandbox_erp.parts.stock import on_hand
from crossdock.events.purchase_order import PurchaseOrderChanged, PurchaseOrderPlaced
from crossdock.events.returns import ReturnAuthorized
from crossdock.model.invoice import Invoice
from crossdock.model.masterdata import Customer, Item
from crossdock.model.party import PartyRef
from crossdock.model.purchase_order import (
    PurchaseOrder,
    PurchaseOrderAcknowledgement,
    PurchaseOrderChange,
    PurchaseOrderChangeLine,
    PurchaseOrderLine,
)
from crossdock.model.quantity import EACH, Price
from crossdock.model.sales_order import ReturnAuthorization, ReturnLine, SalesOrder
from crossdock.ports.connector import MasterRecord, RawDocument, Record, Route, Translation

ITEM_KINDS: dict[str, Literal["stock", "charge"]] = {"STOCK": "stock", "CHARGE": "charge"}
LINE_ACTIONS: dict[str, Literal["change", "cancel"]] = {"OPEN": "change", "CANCELLED": "cancel"}
ORDER_ACTIONS: dict[str, str] = {"create": "placed", "change": "changed"}


class ErpItem(msgspec.Struct):
    """An item as the ERP keeps it."""

    entity: str
    code: str
    type: str
    name: str = ""
    uom: str = EACH
    vendor: str = ""
    vendor_code: str = ""
    cost: str | None = None
    list_price: str | None = None
    currency: str = ""
    default_site: str = ""
    barcode: str = ""
    packs: list[ToldPack] = []
    components: list[ToldComponent] = []
    catch_uom: str = ""
    """Catch weight: the unit in which it is weighed, bought and sold; `cost` and `list_price` are for one of it."""
    catch_per_uom: str = ""
    """What one `uom` weighs on average."""


class ErpCustomer(msgspec.Struct):
    """A customer as the ERP keeps it."""

    entity: str
    code: str
    name: str = ""
    country: str = ""
    credit_limit: str | None = None
    blocked: bool = False


class ErpOrderLine(msgspec.Struct):
    """A purchase order line."""

    line: str
    item: str
    qty: str
    unit_cost: str
    vendor_item: str = ""
    uom: str = EACH
    status: str = "OPEN"
    new: bool = False
    price_uom: str = ""
    """Catch weight: `unit_cost` is for one of this, not of `uom`."""


class ErpOrder(msgspec.Struct):
    """A purchase order: always the whole of one revision."""

    entity: str
    po_number: str
    vendor: str
    site: str
    order_date: dt.date
    currency: str
    lines: list[ErpOrderLine]
    revision: int = 0
    required_date: dt.date | None = None


class ErpReturnLine(msgspec.Struct):
    """A line of a return; `order` is empty where no earlier sale explains it."""

    line: str
    item: str
    qty: str
    price: str
    order: str = ""
    order_line: str = ""
    reason: str = ""


class ErpReturn(msgspec.Struct):
    """A return the ERP agreed to."""

    entity: str
    rma: str
    customer: str
    site: str
    created_at: Instant
    currency: str
    lines: list[ErpReturnLine]
    channel: str = ""


class Change(msgspec.Struct):
    """One entry of the ERP's change feed."""

    seq: int
    action: str
    record: msgspec.Raw


class Page(msgspec.Struct):
    """One page of the change feed."""

    records: list[msgspec.Raw]


class _Whole(msgspec.Struct):  # a page of the change feed has no levels
    levels: msgspec.Raw = msgspec.Raw(b"")


class _Shape(msgspec.Struct):
    """The fields by which the four objects of the feed differ: no two of them share one."""

    po_number: msgspec.Raw = msgspec.Raw(b"")
    rma: msgspec.Raw = msgspec.Raw(b"")
    type: msgspec.Raw = msgspec.Raw(b"")


def to_canonical(raw: RawDocument, system: str, companies: tuple[str, ...]) -> Translation:
    """What one page of the change feed, or one report of what is on hand, says."""
    findings = Findings()
    with findings.part("/"):
        if bytes(decode(raw.content, _Whole, container=True).levels):
            on_hand(findings, raw.content, system, companies)
            return findings.translation()
        for index, entry in enumerate(decode(raw.content, Page, container=True).records):
            with findings.part(f"/records/{index}"):
                _change(findings, decode(entry, Change), raw, system, companies, f"/records/{index}")
    return findings.translation()


def _change(
    findings: Findings, change: Change, raw: RawDocument, system: str, companies: tuple[str, ...], pointer: str
) -> None:
    shape = decode(change.record, _Shape)
    if bytes(shape.po_number):
        order = decode(change.record, ErpOrder)
        one_of(companies, order.entity, "unknown_company")
        findings.records.append(_purchase_order(order, change, raw.received_at, system, pointer))
    elif bytes(shape.rma):
        returned = decode(change.record, ErpReturn)
        one_of(companies, returned.entity, "unknown_company")
        findings.records.append(_return(returned, change, system, pointer))
    elif bytes(shape.type):
        told = decode(change.record, ErpItem)
        structure = told_structure(_item(told, companies), told.packs, told.components, system, f"items {change.seq}")
        findings.master += [MasterRecord(body) for body in structure]
    else:
        findings.master.append(MasterRecord(_customer(decode(change.record, ErpCustomer), companies)))


def _item(item: ErpItem, companies: tuple[str, ...]) -> Item:
    second_unit, second_per = catch_weight(item.code, item.uom, item.catch_uom, item.catch_per_uom)
    return Item(
        company_id=one_of(companies, item.entity, "unknown_company"),
        id=number(item.code),
        description=item.name,
        unit=item.uom,
        kind=code(ITEM_KINDS, item.type, "item type"),
        gtin=item.barcode,
        supplier=item.vendor,
        supplier_item=item.vendor_code,
        purchase_price=_price_if_any(item.cost, item),
        sales_price=_price_if_any(item.list_price, item),
        preferred_location=item.default_site,
        second_unit=second_unit,
        second_per=second_per,
    )


def _price_if_any(text: str | None, item: ErpItem) -> Price | None:
    return price(text, item.currency, item.catch_uom or item.uom) if text else None


def _customer(customer: ErpCustomer, companies: tuple[str, ...]) -> Customer:
    return Customer(
        company_id=one_of(companies, customer.entity, "unknown_company"),
        id=number(customer.code),
        name=customer.name,
        country=customer.country,
        credit_limit=amount(customer.credit_limit) if customer.credit_limit else None,
        on_hold=customer.blocked,
    )


def _purchase_order(order: ErpOrder, change: Change, learned_at: dt.datetime, system: str, pointer: str) -> Record:
    """The feed gives an order a date only, so it happened when we learned of it."""
    order_number = number(order.po_number)
    body: PurchaseOrderPlaced | PurchaseOrderChanged
    if code(ORDER_ACTIONS, change.action, "action") == "placed":
        body = PurchaseOrderPlaced(_placed(order, order_number))
    else:
        body = PurchaseOrderChanged(_changed(order, order_number))
    return Record(
        body=body,
        company_id=order.entity,
        occurred_at=learned_at,
        subject=f"purchase_order/{order.entity}/{order_number}",
        identity=("purchase_order", system, order_number, str(order.revision)),
        keys=(Route("purchase_order", order.entity, order_number),),
        source_sequence=change.seq,
        pointer=pointer,
    )


def _placed(order: ErpOrder, order_number: str) -> PurchaseOrder:
    lines = tuple(
        PurchaseOrderLine(
            line=line.line,
            item=line.item,
            quantity=quantity(line.qty, line.uom),
            price=price(line.unit_cost, order.currency, line.price_uom or line.uom),
            supplier_item=line.vendor_item,
        )
        for line in order.lines
        if code(LINE_ACTIONS, line.status, "line status") != "cancel"
    )
    if not lines:
        raise Refused("lines_missing", f"purchase order {order_number} has no open lines")
    return PurchaseOrder(
        company_id=order.entity,
        number=order_number,
        buyer=PartyRef(order.entity),
        supplier=PartyRef(order.vendor),
        ship_to=PartyRef(order.site),
        ordered_on=order.order_date,
        currency=currency(order.currency),
        lines=lines,
        revision=order.revision,
        due_on=order.required_date,
    )


def _changed(order: ErpOrder, order_number: str) -> PurchaseOrderChange:
    """The whole new revision, line by line; what did not change says the same as before.

    The feed does not say when it was made, and read again another day it must say the same: it has no date.
    """
    lines = tuple(
        PurchaseOrderChangeLine(
            line=line.line,
            action="add" if line.new else code(LINE_ACTIONS, line.status, "line status"),
            item=line.item,
            quantity=quantity(line.qty, line.uom),
            price=price(line.unit_cost, order.currency, line.price_uom or line.uom),
            due_on=order.required_date,
            supplier_item=line.vendor_item,
        )
        for line in order.lines
    )
    return PurchaseOrderChange(
        company_id=order.entity,
        number=order_number,
        revision=order.revision,
        changed_on=None,
        buyer=PartyRef(order.entity),
        supplier=PartyRef(order.vendor),
        currency=currency(order.currency),
        lines=lines,
    )


def _return(returned: ErpReturn, change: Change, system: str, pointer: str) -> Record:
    rma = number(returned.rma)
    authorization = ReturnAuthorization(
        company_id=returned.entity,
        number=rma,
        customer=PartyRef(returned.customer),
        warehouse=returned.site,
        authorized_at=utc(returned.created_at),
        currency=currency(returned.currency),
        channel=returned.channel,
        lines=tuple(
            ReturnLine(
                line=line.line,
                item=line.item,
                quantity=positive_quantity(line.qty),
                price=price(line.price, returned.currency),
                order_number=line.order and number(line.order),
                order_line=line.order_line,
                reason=line.reason,
            )
            for line in returned.lines
        ),
    )
    return Record(
        body=ReturnAuthorized(authorization),
        company_id=returned.entity,
        occurred_at=authorization.authorized_at,
        subject=f"return/{returned.entity}/{rma}",
        identity=("return_authorization", system, rma, ""),
        keys=(Route("return", returned.entity, rma),),
        source_sequence=change.seq,
        pointer=pointer,
    )


def sales_order(order: SalesOrder) -> VendorCall:
    """A customer's order."""
    return posting(
        "sales_orders",
        {
            "entity": order.company_id,
            "channel": order.channel,
            "order": order.number,
            "customer": order.customer.id,
            "ordered_at": order.ordered_at,
            "currency": order.currency,
            "lines": [
                {
                    "line": line.line,
                    "item": line.item,
                    **qty(line.quantity),
                    **price_of(line.price, line.quantity),
                    "sample": line.sample,
                }
                for line in order.lines
            ],
            "charges": _charges(order),
        },
    )


def purchase_order(order: PurchaseOrder) -> VendorCall:
    """An order that was not placed in the ERP: what a supplier ships straight to a customer."""
    sold = order.drop_ship
    return posting(
        "purchase_orders",
        {
            "entity": order.company_id,
            "po_number": order.number,
            "vendor": order.supplier.id,
            "order_date": order.ordered_on,
            "currency": order.currency,
            "sales_channel": sold.channel if sold else "",
            "sales_order": sold.order_number if sold else "",
            "lines": [
                {
                    "line": line.line,
                    "item": line.item,
                    "vendor_item": line.supplier_item,
                    **qty(line.quantity),
                    "unit_cost": each(line.price, line.quantity),
                }
                for line in order.lines
            ],
        },
    )


def purchase_order_acknowledgement(answer: PurchaseOrderAcknowledgement) -> VendorCall:
    """What of the supplier's answer was taken over."""
    return posting(
        "po_confirmations",
        {
            "entity": answer.company_id,
            "po_number": answer.order_number,
            "revision": answer.revision,
            "lines": [
                {
                    "line": line.line,
                    "answer": line.kind,
                    **qty(line.answered),
                    "price": each(line.price, line.answered) if line.price else None,
                    "date": line.due_on,
                }
                for line in answer.answers
            ],
        },
    )


def supplier_invoice(invoice: Invoice) -> VendorCall:
    """A supplier's invoice that was matched."""
    return posting(
        "vendor_invoices",
        {
            "entity": invoice.company_id,
            "invoice": invoice.number,
            "vendor": invoice.issuer.id,
            "date": invoice.invoiced_on,
            "currency": invoice.currency,
            "total": plain(invoice.total),
            "lines": [
                {
                    "line": line.line,
                    "po_number": line.order_number,
                    "po_line": line.order_line,
                    "item": line.item,
                    **qty(line.quantity),
                    **weighed(line.second),
                    **price_of(line.price, line.quantity),
                }
                for line in invoice.lines
            ],
            "charges": _charges(invoice),
        },
    )


def customer_invoice(invoice: Invoice) -> VendorCall:
    """Our invoice to a customer."""
    return posting("customer_invoices", _to_customer(invoice))


def credit_note(invoice: Invoice) -> VendorCall:
    """Our credit note to a customer."""
    return posting("credit_notes", _to_customer(invoice))


def _to_customer(invoice: Invoice) -> dict[str, Any]:
    orders = {line.order_number for line in invoice.lines}
    return {
        "entity": invoice.company_id,
        "invoice": invoice.number,
        "customer": invoice.recipient.id,
        # The header names an order where there is but one; the lines always do.
        "order": orders.pop() if len(orders) == 1 else "",
        "date": invoice.invoiced_on,
        "currency": invoice.currency,
        "total": plain(invoice.total),
        "lines": [
            {
                "line": line.line,
                "order": line.order_number,
                "order_line": line.order_line,
                "item": line.item,
                **qty(line.quantity),
                **weighed(line.second),
                **price_of(line.price, line.quantity),
            }
            for line in invoice.lines
        ],
        "charges": _charges(invoice),
    }


def _charges(document: Invoice | SalesOrder) -> list[dict[str, str]]:
    return [{"code": charge.code, "amount": plain(charge.amount)} for charge in document.charges]


WRITERS: Writers = {
    "sales_order": sales_order,
    "purchase_order": purchase_order,
    "purchase_order_acknowledgement": purchase_order_acknowledgement,
    "goods_movement": goods_movement,
    "goods_receipt": goods_receipt,
    "supplier_invoice": supplier_invoice,
    "invoice": customer_invoice,
    "credit_note": credit_note,
    "inventory_adjustment": inventory_adjustment,
}
