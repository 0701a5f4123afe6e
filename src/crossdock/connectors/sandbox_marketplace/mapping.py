"""The marketplace's own words to ours and back."""

from __future__ import annotations

from typing import Any

import msgspec

from crossdock.connectors._kit.reading import (
    Findings,
    Instant,
    Refused,
    amount,
    currency,
    decode,
    number,
    one_of,
    price,
    quantity,
    utc,
)
from crossdock.connectors._kit.writing import VendorCall, Writers, plain, segment
from crossdock.connectors.sandbox_marketplace.client import ORDERS, STOCK
from crossdock.events.sales_order import SalesOrderPlaced
from crossdock.model.party import PartyRef
from crossdock.model.publication import AvailabilityPublication, AvailableItem, OrderStatusUpdate
from crossdock.model.purchase_order import Charge
from crossdock.model.sales_order import SalesOrder, SalesOrderLine
from crossdock.ports.connector import RawDocument, Record, Route, Translation


class OrderItem(msgspec.Struct):
    """A line of an order; a free one is a sample."""

    line: str
    sku: str
    qty: str
    price: str
    title: str = ""


class Fee(msgspec.Struct):
    """A charge: postage, a service."""

    code: str
    amount: str


class Order(msgspec.Struct):
    """An order that the marketplace has already promised to its buyer."""

    seq: int
    id: str
    entity: str
    buyer: str
    placed_at: Instant
    currency: str
    items: list[OrderItem]
    country: str = ""
    fees: list[Fee] = []


class Page(msgspec.Struct):
    """One page of orders."""

    orders: list[msgspec.Raw]


class Source(msgspec.Struct, frozen=True):
    """What this marketplace may speak of: its channel, and the companies that sell there."""

    system: str
    channel: str
    companies: tuple[str, ...]


def to_canonical(raw: RawDocument, source: Source) -> Translation:
    """What one page of orders says."""
    findings = Findings()
    with findings.part("/"):
        for index, entry in enumerate(decode(raw.content, Page, container=True).orders):
            pointer = f"/orders/{index}"
            with findings.part(pointer):
                findings.records.append(_record(decode(entry, Order), source, pointer))
    return findings.translation()


def _record(order: Order, source: Source, pointer: str) -> Record:
    company = one_of(source.companies, order.entity, "unknown_company")
    placed = _sales_order(order, source.channel)
    return Record(
        body=SalesOrderPlaced(placed),
        company_id=company,
        occurred_at=placed.ordered_at,
        subject=f"sales_order/{company}/{source.channel}/{placed.number}",
        identity=("sales_order", source.system, placed.number, ""),
        keys=(Route("sales_order", source.channel, placed.number),),
        source_sequence=order.seq,
        pointer=pointer,
    )


def _sales_order(order: Order, channel: str) -> SalesOrder:
    if not order.items and not order.fees:
        raise Refused("lines_missing", f"order {order.id[:40]} has neither lines nor fees")
    customer = PartyRef(order.buyer, country=order.country)
    return SalesOrder(
        company_id=order.entity,
        channel=channel,
        number=number(order.id),
        customer=customer,
        ordered_at=utc(order.placed_at),
        currency=currency(order.currency),
        lines=tuple(_line(item, order.currency) for item in order.items),
        promise="told",
        charges=tuple(Charge(fee.code, amount(fee.amount)) for fee in order.fees),
    )


def _line(item: OrderItem, code: str) -> SalesOrderLine:
    unit_price = price(item.price, code)
    return SalesOrderLine(
        line=item.line,
        item=item.sku,
        quantity=quantity(item.qty),
        price=unit_price,
        description=item.title,
        sample=not unit_price.amount,
    )


def availability(publication: AvailabilityPublication) -> VendorCall:
    """What may be promised. The marketplace ignores a version lower than its last, and takes a level that names a
    version only while it shows that one."""
    payload: dict[str, Any] = {
        "entity": publication.company_id,
        "batch": publication.number,
        "at": publication.at,
        "levels": [_level(item) for item in publication.items],
    }
    return VendorCall(STOCK, payload, "PUT")


def _level(item: AvailableItem) -> dict[str, Any]:
    level = {"sku": item.item, "quantity": plain(item.quantity), "version": item.version}
    return level if item.expected_version is None else level | {"if_version": item.expected_version}


def order_status(update: OrderStatusUpdate) -> VendorCall:
    """How an order stands."""
    payload: dict[str, Any] = {
        "sequence": update.sequence,
        "status": update.status,
        "at": update.at,
        "shipment": update.shipment,
        "lines": [{"line": line, "state": state, "quantity": plain(left)} for line, state, left in update.lines],
    }
    return VendorCall(f"{ORDERS}/{segment(update.order_number)}/updates", payload)


WRITERS: Writers = {"availability": availability, "order_status": order_status}
