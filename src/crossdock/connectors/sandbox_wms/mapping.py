"""The WMS's own words to ours and back."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Literal

import msgspec

from crossdock.connectors._kit.reading import (
    Findings,
    Instant,
    code,
    decode,
    number,
    positive_quantity,
    quantity,
    utc,
)
from crossdock.connectors._kit.webhooks import Webhook
from crossdock.connectors._kit.writing import VendorCall, Writers, plain
from crossdock.connectors.sandbox_wms.parts.holds import carried_out, inventory_hold
from crossdock.connectors.sandbox_wms.parts.site import CONDITIONS, Site, stock_owner
from crossdock.connectors.sandbox_wms.parts.stock import opening_stock, stock_now
from crossdock.connectors.sandbox_wms.parts.transfers import (
    transfer_advice,
    transfer_order,
    transfer_received,
    transfer_shipped,
)
from crossdock.connectors.sandbox_wms.parts.weights import weigh_in, weight
from crossdock.events.inventory import InventoryAdjusted
from crossdock.events.returns import ReturnProgressed
from crossdock.events.sales_order import WarehouseProgressed
from crossdock.events.shipment import ShipmentDispatched
from crossdock.events.supplier_documents import GoodsReceiptPosted
from crossdock.model.fulfillment import (
    InventoryAdjustment,
    InventoryAdjustmentLine,
    ReturnDisposition,
    ReturnedLine,
    ReturnProgress,
    ShippedOrder,
    ShippingLine,
    WarehouseProgress,
    WarehouseShippingAdvice,
    WarehouseShippingOrder,
    WarehouseStep,
)
from crossdock.model.party import PartyRef
from crossdock.model.sales_order import ReturnAuthorization
from crossdock.model.ship_notice import GoodsReceipt, GoodsReceiptLine, InboundAdvice
from crossdock.ports.connector import RawDocument, Record, Route, Translation

STEPS: dict[str, WarehouseStep] = {
    "order.allocated": "allocated",
    "order.picked": "picked",
    "order.packed": "packed",
    "order.cross_docked": "packed",
}
RETURN_STEPS: dict[str, Literal["received", "inspected"]] = {
    "return.received": "received",
    "return.inspected": "inspected",
}
VERDICTS: dict[str, ReturnDisposition] = {"RESTOCK": "restock", "SCRAP": "scrap"}


class OrderLine(msgspec.Struct):
    """Goods of one sales order line."""

    order_line: str
    sku: str
    qty: str
    sales_order: str = ""
    stock_owner: str = "own"
    weight: str = ""
    weight_unit: str = ""


class Progress(msgspec.Struct):
    """A step of one shipping order."""

    owner: str
    order_ref: str
    site: str
    sequence: int
    at: Instant
    lines: list[OrderLine]


class DispatchedOrder(msgspec.Struct):
    """One shipping order in a shipment."""

    order_ref: str
    channel: str
    sales_order: str
    lines: list[OrderLine]


class ShipTo(msgspec.Struct, omit_defaults=True):
    """Where goods go; `qualifier` says whose code it is, if it is not ours."""

    code: str
    qualifier: str = ""
    name: str = ""
    country: str = ""


class Dispatched(msgspec.Struct):
    """Goods handed to the carrier."""

    owner: str
    shipment: str
    site: str
    at: Instant
    customer: str
    orders: list[DispatchedOrder]
    country: str = ""
    carrier: str = ""
    packs: list[str] = []
    ship_to: ShipTo | None = None


class ReceiptLine(msgspec.Struct):
    """What was counted of one announced line."""

    line: str
    sku: str
    qty: str
    condition: str
    advice: str = ""
    po: str = ""
    po_line: str = ""
    stock_owner: str = "own"
    weight: str = ""
    weight_unit: str = ""


class Receipt(msgspec.Struct):
    """Goods counted in."""

    owner: str
    receipt: str
    site: str
    at: Instant
    lines: list[ReceiptLine]
    vendor: str = ""
    advices_closed: list[str] = []


class AdjustedLine(msgspec.Struct):
    """A correction of one item; `qty` is signed."""

    line: str
    sku: str
    qty: str
    reason: str = ""
    stock_owner: str = "own"
    weight: str = ""
    weight_unit: str = ""


class Adjusted(msgspec.Struct):
    """A correction of stock."""

    owner: str
    number: str
    site: str
    at: Instant
    lines: list[AdjustedLine]


class ReturnedGoods(msgspec.Struct):
    """Goods of one return line; `verdict` when they were inspected."""

    line: str
    sku: str
    qty: str
    verdict: str = ""


class Returned(msgspec.Struct):
    """A return in the warehouse."""

    owner: str
    rma: str
    site: str
    sequence: int
    at: Instant
    lines: list[ReturnedGoods]


class _Shape(msgspec.Struct):  # a webhook has none of these
    levels: msgspec.Raw = msgspec.Raw(b"")
    changes: msgspec.Raw = msgspec.Raw(b"")
    messages: msgspec.Raw = msgspec.Raw(b"")


def to_canonical(raw: RawDocument, site: Site) -> Translation:
    """What one webhook or one stock report says."""
    findings = Findings()
    with findings.part("/"):
        shape = decode(raw.content, _Shape, container=True)
        if bytes(shape.changes):
            stock_now(findings, raw.content, site)
        elif bytes(shape.levels):
            opening_stock(findings, raw.content, site)
        elif bytes(shape.messages):
            for index, entry in enumerate(decode(shape.messages, list[msgspec.Raw], container=True)):
                with findings.part(f"/messages/{index}"):
                    _told(findings, entry, site)
        else:
            with findings.part("/data"):
                _told(findings, raw.content, site)
    return findings.translation()


def _told(findings: Findings, content: bytes | msgspec.Raw, site: Site) -> None:
    """A webhook, or one once more as it was sent."""
    message = decode(content, Webhook)
    findings.records.append(code(READERS, message.event, "event")(message, site))


def _progress(message: Webhook, site: Site) -> Record:
    data = decode(message.data, Progress)
    company = site.check(data.owner, data.site)
    step = STEPS[message.event]
    shipping_order = number(data.order_ref)
    progress = WarehouseProgress(
        company_id=company,
        warehouse=data.site,
        shipping_order=shipping_order,
        step=step,
        sequence=data.sequence,
        at=utc(data.at),
        lines=tuple(_shipping_line(line, line.sales_order) for line in data.lines),
    )
    return Record(
        body=WarehouseProgressed(progress),
        company_id=company,
        occurred_at=progress.at,
        route=Route("shipping_order", company, shipping_order),
        identity=("warehouse_progress", site.system, shipping_order, f"{data.sequence}-{step}"),
        source_sequence=data.sequence,
        pointer="/data",
    )


def _shipping_line(line: OrderLine, sales_order: str) -> ShippingLine:
    whose = stock_owner(line.stock_owner)
    return ShippingLine(
        number(sales_order), line.order_line, line.sku, positive_quantity(line.qty), owner=whose, second=weight(line)
    )


def _dispatched(message: Webhook, site: Site) -> Record:
    data = decode(message.data, Dispatched)
    company = site.check(data.owner, data.site)
    shipment = number(data.shipment)
    advice = WarehouseShippingAdvice(
        company_id=company,
        warehouse=data.site,
        number=shipment,
        shipped_at=utc(data.at),
        customer=PartyRef(data.customer, country=data.country),
        orders=tuple(
            ShippedOrder(
                shipping_order=number(order.order_ref),
                channel=order.channel,
                order_number=number(order.sales_order),
                lines=tuple(_shipping_line(line, order.sales_order) for line in order.lines),
            )
            for order in data.orders
        ),
        carrier=data.carrier,
        packs=tuple(data.packs),
        ship_to=_place(data.ship_to) if data.ship_to else None,
    )
    packs = tuple(Route("pack", company, pack) for pack in advice.packs if pack)
    return Record(
        body=ShipmentDispatched(advice),
        company_id=company,
        occurred_at=advice.shipped_at,
        subject=f"shipment/{company}/{data.site}/{shipment}",
        identity=("shipment", site.system, shipment, ""),
        keys=(Route("shipment", data.site, shipment), *packs),
        pointer="/data",
    )


def _place(told: ShipTo) -> PartyRef:
    return PartyRef(told.code, told.code if told.qualifier else "", told.qualifier, told.name, told.country)


def _ship_to(place: PartyRef) -> ShipTo:
    return ShipTo(place.their_id or place.id, place.qualifier if place.their_id else "", place.name, place.country)


def _receipt(message: Webhook, site: Site) -> Record:
    data = decode(message.data, Receipt)
    company = site.check(data.owner, data.site)
    receipt = GoodsReceipt(
        company_id=company,
        number=number(data.receipt),
        warehouse=data.site,
        received_at=utc(data.at),
        supplier=data.vendor,
        closes=tuple(number(advice) for advice in data.advices_closed),
        lines=tuple(
            GoodsReceiptLine(
                line=line.line,
                order_number=line.po and number(line.po),
                order_line=line.po_line,
                item=line.sku,
                quantity=quantity(line.qty),
                condition=code(CONDITIONS, line.condition, "condition"),
                ship_notice=line.advice and number(line.advice),
                owner=stock_owner(line.stock_owner),
                second=weight(line),
            )
            for line in data.lines
        ),
    )
    return Record(
        body=GoodsReceiptPosted(receipt),
        company_id=company,
        occurred_at=receipt.received_at,
        subject=f"goods_receipt/{company}/{data.site}/{receipt.number}",
        identity=("goods_receipt", site.system, receipt.number, ""),
        keys=(Route("goods_receipt", data.site, receipt.number),),
        pointer="/data",
    )


def _adjusted(message: Webhook, site: Site) -> Record:
    data = decode(message.data, Adjusted)
    company = site.check(data.owner, data.site)
    adjustment = InventoryAdjustment(
        company_id=company,
        warehouse=data.site,
        number=number(data.number),
        at=utc(data.at),
        lines=tuple(
            InventoryAdjustmentLine(
                line.line,
                line.sku,
                quantity(line.qty),
                line.reason,
                owner=stock_owner(line.stock_owner),
                second=weight(line),
            )
            for line in data.lines
        ),
    )
    return Record(
        body=InventoryAdjusted(adjustment),
        company_id=company,
        occurred_at=adjustment.at,
        subject=f"adjustment/{company}/{data.site}/{adjustment.number}",
        identity=("inventory_adjustment", site.system, adjustment.number, ""),
        keys=(Route("adjustment", data.site, adjustment.number),),
        pointer="/data",
    )


def _returned(message: Webhook, site: Site) -> Record:
    data = decode(message.data, Returned)
    company = site.check(data.owner, data.site)
    step = RETURN_STEPS[message.event]
    rma = number(data.rma)
    progress = ReturnProgress(
        company_id=company,
        warehouse=data.site,
        return_number=rma,
        step=step,
        at=utc(data.at),
        lines=tuple(
            ReturnedLine(line.line, line.sku, positive_quantity(line.qty), _disposition(step, line))
            for line in data.lines
        ),
        sequence=data.sequence,
    )
    return Record(
        body=ReturnProgressed(progress),
        company_id=company,
        occurred_at=progress.at,
        subject=f"return/{company}/{rma}",
        identity=("return_progress", site.system, rma, f"{data.sequence}-{step}"),
        source_sequence=data.sequence,
        pointer="/data",
    )


def _disposition(step: str, line: ReturnedGoods) -> ReturnDisposition | None:
    return code(VERDICTS, line.verdict, "verdict") if step == "inspected" else None


READERS: dict[str, Callable[[Webhook, Site], Record]] = {
    "transfer.received": transfer_received,
    "transfer.shipped": transfer_shipped,
    **dict.fromkeys(STEPS, _progress),
    **dict.fromkeys(RETURN_STEPS, _returned),
    "shipment.dispatched": _dispatched,
    "receipt.confirmed": _receipt,
    "stock.adjusted": _adjusted,
    "stock.held": carried_out,
}


def inbound_advice(advice: InboundAdvice) -> VendorCall:
    """Goods that will come."""
    payload: dict[str, Any] = {
        "owner": advice.company_id,
        "advice": advice.number,
        "vendor": advice.supplier,
        "eta": advice.expected_on,
        "lines": [
            {
                "po": line.order_number,
                "po_line": line.order_line,
                "sku": line.item,
                "qty": plain(line.quantity.amount),
                "pack": line.pack,
                **weigh_in(line.weigh_in),
            }
            for line in advice.lines
        ],
    }
    return VendorCall("/wms/v1/inbound-advices", payload)


def shipping_order(order: WarehouseShippingOrder) -> VendorCall:
    """Goods to be shipped."""
    payload: dict[str, Any] = {
        "owner": order.company_id,
        "order_ref": order.number,
        "channel": order.channel,
        "sales_order": order.order_number,
        "customer": order.customer.id,
        "country": (order.ship_to or order.customer).country or order.customer.country,
        "lines": [
            {
                "order_line": line.order_line,
                "sku": line.item,
                "qty": plain(line.quantity.amount),
                **({"kit": line.kit} if line.kit else {}),
                **weigh_in(line.weigh_in),
            }
            for line in order.lines
        ],
    }
    if order.cross_dock:
        payload["cross_dock"] = order.cross_dock
    if order.ship_to:
        payload["ship_to"] = _ship_to(order.ship_to)
    return VendorCall("/wms/v1/shipping-orders", payload)


def return_advice(authorization: ReturnAuthorization) -> VendorCall:
    """Goods that will come back."""
    payload: dict[str, Any] = {
        "owner": authorization.company_id,
        "rma": authorization.number,
        "customer": authorization.customer.id,
        "lines": [
            {"line": line.line, "sku": line.item, "qty": plain(line.quantity.amount)} for line in authorization.lines
        ],
    }
    return VendorCall("/wms/v1/return-advices", payload)


WRITERS: Writers = {
    "inbound_advice": inbound_advice,
    "inventory_hold": inventory_hold,
    "warehouse_shipping_order": shipping_order,
    "return_authorization": return_advice,
    "transfer_advice": transfer_advice,
    "transfer_order": transfer_order,
}
