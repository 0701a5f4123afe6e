"""The connectors of the sandbox's web shop and marketplace, with samples both ways."""

from __future__ import annotations

import datetime as dt
import json
from decimal import Decimal
from typing import Any

from crossdock.connectors import CONNECTORS
from crossdock.events.sales_order import SalesOrderPlaced
from crossdock.model.party import PartyRef
from crossdock.model.publication import AvailabilityPublication, AvailableItem, OrderStatusUpdate
from crossdock.model.purchase_order import Charge
from crossdock.model.quantity import Price, Quantity
from crossdock.model.sales_order import SalesOrder, SalesOrderLine
from crossdock.ports.connector import Record, Route
from crossdock.testing.connector_suite import Came, ConnectorCase, Sent, connector_suite
from tests.contract.connectors.vendor_api import answering, http_vendor

AT = dt.datetime(2010, 12, 1, 8, 34, tzinfo=dt.UTC)

AVAILABILITY = AvailabilityPublication(
    "albion_uk", "shop", "42", AT, (AvailableItem("85123A", Decimal("1E+2"), 7), AvailableItem("22752", Decimal(0), 3))
)
AVAILABILITY_PAYLOAD = {
    "entity": "albion_uk",
    "batch": "42",
    "at": "2010-12-01T08:34:00Z",
    "levels": [
        {"sku": "85123A", "quantity": "100", "version": 7},
        {"sku": "22752", "quantity": "0", "version": 3},
    ],
}
STATUS = OrderStatusUpdate("albion_uk", "shop", "A 1/2", "shipped", 3, AT, "SHN000012", (("1", "shipped", Decimal(6)),))
STATUS_PAYLOAD = {
    "sequence": 3,
    "status": "shipped",
    "at": "2010-12-01T08:34:00Z",
    "shipment": "SHN000012",
    "lines": [{"line": "1", "state": "shipped", "quantity": "6"}],
}

ORDER: dict[str, Any] = {
    "seq": 5,
    "id": "536367",
    "entity": "albion_uk",
    "buyer": "13047",
    "country": "United Kingdom",
    "placed_at": "2010-12-01T08:34:00Z",
    "currency": "GBP",
    "items": [
        {"line": "1", "sku": "84879", "qty": "32", "price": "1.69", "title": "ASSORTED COLOUR BIRD ORNAMENT"},
        {"line": "2", "sku": "22745", "qty": "6", "price": "0.00", "title": ""},
    ],
    "fees": [{"code": "POST", "amount": "18.00"}],
}
TAKEN = SalesOrder(
    company_id="albion_uk",
    channel="marketplace",
    number="536367",
    customer=PartyRef("13047", country="United Kingdom"),
    ordered_at=AT,
    currency="GBP",
    lines=(
        SalesOrderLine(
            "1",
            "84879",
            Quantity(Decimal(32)),
            Price(Decimal("1.69"), "GBP"),
            description="ASSORTED COLOUR BIRD ORNAMENT",
        ),
        SalesOrderLine("2", "22745", Quantity(Decimal(6)), Price(Decimal("0.00"), "GBP"), sample=True),
    ),
    promise="told",
    charges=(Charge("POST", Decimal("18.00")),),
)


def page(*orders: Any) -> bytes:
    return json.dumps({"orders": orders, "cursor": "5", "more": False}).encode()


def taken(index: int) -> Record:
    return Record(
        body=SalesOrderPlaced(TAKEN),
        company_id="albion_uk",
        occurred_at=AT,
        subject="sales_order/albion_uk/marketplace/536367",
        identity=("sales_order", "vendor", "536367", ""),
        keys=(Route("sales_order", "marketplace", "536367"),),
        source_sequence=5,
        pointer=f"/orders/{index}",
    )


SHOP = CONNECTORS["sandbox_shop"]
TestSandboxShop = connector_suite(
    ConnectorCase(
        vendor=http_vendor(SHOP, answering({}, {}, "none"), role="channel", of="shop"),
        manifest=SHOP.manifest,
        sent=(
            Sent("availability", AVAILABILITY, "/shop/v1/stock-levels", AVAILABILITY_PAYLOAD, "PUT"),
            Sent("order_status", STATUS, "/shop/v1/orders/A%201%2F2/updates", STATUS_PAYLOAD),
        ),
        came=(Came("webhook", b"{}", faults=("unexpected_document",)),),
        reply="",
    )
)

MARKETPLACE = CONNECTORS["sandbox_marketplace"]
TestSandboxMarketplace = connector_suite(
    ConnectorCase(
        vendor=http_vendor(MARKETPLACE, answering({}, {"": [ORDER] * 5}, "orders"), role="channel", of="marketplace"),
        manifest=MARKETPLACE.manifest,
        sent=(
            Sent("availability", AVAILABILITY, "/mp/v1/offers/stock", AVAILABILITY_PAYLOAD, "PUT"),
            Sent("order_status", STATUS, "/mp/v1/orders/A%201%2F2/updates", STATUS_PAYLOAD),
        ),
        came=(
            Came("poll", page(ORDER), records=(taken(0),)),
            Came(
                "poll",
                page(
                    {**ORDER, "items": [], "fees": []},
                    {**ORDER, "currency": "pounds"},
                    {**ORDER, "entity": "x"},
                    7,
                    ORDER,
                ),
                records=(taken(4),),
                faults=("lines_missing", "unknown_currency", "unknown_company", "unexpected_form"),
            ),
        ),
        polls={"orders": 5},
        reply="",
    )
)
