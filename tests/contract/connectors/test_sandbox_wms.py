"""The sandbox WMS's connector, with samples both ways."""

from __future__ import annotations

import datetime as dt
import json
from decimal import Decimal
from typing import Any

from crossdock.connectors import CONNECTORS
from crossdock.events.inventory import InventoryAdjusted, InventoryReported
from crossdock.events.reconciliation import StockStated
from crossdock.events.returns import ReturnProgressed
from crossdock.events.sales_order import WarehouseProgressed
from crossdock.events.shipment import ShipmentDispatched
from crossdock.events.supplier_documents import GoodsReceiptPosted, InventoryHoldCarriedOut
from crossdock.events.transfer import TransferReceived, TransferShipped
from crossdock.model.fulfillment import (
    InventoryAdjustment,
    InventoryAdjustmentLine,
    InventoryReport,
    ReturnedLine,
    ReturnProgress,
    ShippedOrder,
    ShippingLine,
    StockLevel,
    WarehouseProgress,
    WarehouseShippingAdvice,
    WarehouseShippingOrder,
)
from crossdock.model.party import PartyRef
from crossdock.model.quantity import Price, Quantity
from crossdock.model.reconciliation import StatedChange, StatedFact, StatedLevel, StockStatement
from crossdock.model.sales_order import ReturnAuthorization, ReturnLine
from crossdock.model.ship_notice import (
    GoodsReceipt,
    GoodsReceiptLine,
    InboundAdvice,
    InventoryHold,
    InventoryHoldLine,
    ShipNoticeLine,
)
from crossdock.model.transfer import (
    TransferAdvice,
    TransferLine,
    TransferOrder,
    TransferReceipt,
    TransferReceiptLine,
)
from crossdock.ports.connector import Record, Route
from crossdock.testing.connector_suite import Came, ConnectorCase, Sent, connector_suite
from crossdock.testing.vendor_server import Answer, Request
from tests.contract.connectors.vendor_api import http_vendor

AT = dt.datetime(2010, 12, 1, 9, 5, tzinfo=dt.UTC)
STAMP = "2010-12-01T09:05:00Z"
SUBJECTS = {"ships": "shipment/albion_uk/north/SHN000012"}


def pieces(amount: str) -> Quantity:
    return Quantity(Decimal(amount))


def webhook(event: str, data: dict[str, Any]) -> bytes:
    return json.dumps({"event": event, "sequence": 7, "occurred_at": STAMP, "data": data}).encode()


PICKED = {
    "owner": "albion_uk",
    "order_ref": "536365-north-1",
    "site": "north",
    "sequence": 2,
    "at": STAMP,
    "lines": [{"sales_order": "536365", "order_line": "1", "sku": "85123A", "qty": "6"}],
}
DISPATCHED = {
    "owner": "albion_uk",
    "shipment": "SHN000012",
    "site": "north",
    "at": STAMP,
    "customer": "17850",
    "country": "United Kingdom",
    "ship_to": {"code": "STORE1", "name": "Store 1"},
    "carrier": "carrier",
    "packs": ["003400000000000012"],
    "orders": [
        {
            "order_ref": f"{order}-north-1",
            "channel": "shop",
            "sales_order": order,
            "lines": [{"order_line": "1", "sku": "85123A", "qty": "6"}],
        }
        for order in ("536365", "536366")
    ],
}
RECEIPT = {
    "owner": "albion_uk",
    "receipt": "RCN000045",
    "site": "north",
    "at": STAMP,
    "vendor": "brightware",
    "advices_closed": ["BW-ASN-1", "BW-ASN-2"],
    "lines": [
        {
            "line": "1",
            "advice": "BW-ASN-1",
            "po": "4500001",
            "po_line": "10",
            "sku": "85123A",
            "qty": "46",
            "condition": "OK",
            "weight": "115.25",
            "weight_unit": "KGM",
        },
        {
            "line": "2",
            "advice": "BW-ASN-1",
            "po": "4500001",
            "po_line": "10",
            "sku": "85123A",
            "qty": "2",
            "condition": "DMG",
        },
        {
            "line": "3",
            "advice": "BW-ASN-2",
            "po": "4500002",
            "po_line": "10",
            "sku": "22752",
            "qty": "5",
            "condition": "QUA",
            "stock_owner": "consignment_in:kilncraft",
        },
    ],
}
ADJUSTED = {
    "owner": "albion_uk",
    "number": "ADJN0001",
    "site": "north",
    "at": STAMP,
    "lines": [{"line": "1", "sku": "85123A", "qty": "-10", "reason": "damages"}],
}
RETURNED = {
    "owner": "albion_uk",
    "rma": "C536391",
    "site": "north",
    "sequence": 2,
    "at": STAMP,
    "lines": [
        {"line": "1", "sku": "22556", "qty": "12", "verdict": "RESTOCK"},
        {"line": "2", "sku": "21984", "qty": "24", "verdict": "SCRAP"},
    ],
}
MOVED = {"owner": "albion_uk", "site": "north", "at": STAMP, "transfer": "T1"}
LEFT = {**MOVED, "to_site": "south", "shipment": "TSN000001", "lines": [{"line": "1", "sku": "85123A", "qty": "24"}]}
ARRIVED = {
    **MOVED,
    "receipt": "TRN000001",
    "final": True,
    "lines": [{"line": "1", "sku": "85123A", "qty": "2", "condition": "DMG"}],
}
OPENING = {
    "at": "2010-12-01T00:00:00Z",
    "site": "north",
    "report": "OPEN-north",
    "levels": [
        {"owner": "albion_uk", "sku": "85123A", "qty": "120"},
        {"owner": "albion_ie", "sku": "85123A", "qty": "30", "stock_owner": "customer_owned:17850"},
        {"owner": "albion_uk", "sku": "22752", "qty": "lots"},
        {"owner": "albion_uk", "sku": "22752", "qty": "7"},
    ],
}


NOW = {
    "at": STAMP,
    "site": "north",
    "report": "NOW-north-1",
    "messages": 17,
    "levels": [{"owner": "albion_uk", "sku": "85123A", "on_hand": "114", "picked": "6"}],
    "changes": [
        {
            "n": 17,
            "event": "order.picked",
            "at": STAMP,
            "owner": "albion_uk",
            "sku": "85123A",
            "on_hand": "-6",
            "picked": "6",
        }
    ],
}


def stated(company: str, levels: tuple[StatedLevel, ...]) -> Record:
    moved = (StatedChange("unrestricted", Decimal(-6)), StatedChange("picked", Decimal(6)))
    statement = StockStatement(
        company_id=company,
        system="vendor",
        kind="warehouse",
        location="north",
        number="NOW-north-1",
        stated_at=AT,
        levels=levels,
        conditions=("unrestricted", "picked", "packed", "quarantined", "damaged"),
        sequence=17,
        facts=(StatedFact("17", "85123A", AT, moved, "order.picked", again="messages:16"),) if levels else (),
        lists_facts=True,
    )
    return Record(
        body=StockStated(statement),
        company_id=company,
        occurred_at=AT,
        subject=f"stock_statement/{company}/vendor.north/NOW-north-1",
        identity=("stock_statement", "vendor", "north.NOW-north-1", ""),
        pointer="/levels",
    )


def took(body: Any, identity: tuple[str, str, str], **rest: Any) -> Record:
    document, number, revision = identity
    return Record(
        body=body,
        company_id="albion_uk",
        occurred_at=AT,
        identity=(document, "vendor", number, revision),
        pointer="/data",
        **rest,
    )


def shipped(order: str) -> ShippedOrder:
    return ShippedOrder(f"{order}-north-1", "shop", order, (ShippingLine(order, "1", "85123A", pieces("6")),))


def opening(company: str, *levels: StockLevel) -> Record:
    at = dt.datetime(2010, 12, 1, tzinfo=dt.UTC)
    return Record(
        body=InventoryReported(InventoryReport(company, "north", "OPEN-north", at, levels, opening=True)),
        company_id=company,
        occurred_at=at,
        subject=f"inventory_report/{company}/north/OPEN-north",
        identity=("inventory_report", "vendor", "OPEN-north", ""),
        keys=(Route("inventory_report", "north", "OPEN-north"),),
        pointer="/levels",
    )


CAME = (
    Came(
        "webhook",
        webhook("order.picked", PICKED),
        records=(
            took(
                WarehouseProgressed(
                    WarehouseProgress(
                        "albion_uk",
                        "north",
                        "536365-north-1",
                        "picked",
                        2,
                        AT,
                        (ShippingLine("536365", "1", "85123A", pieces("6")),),
                    )
                ),
                ("warehouse_progress", "536365-north-1", "2-picked"),
                route=Route("shipping_order", "albion_uk", "536365-north-1"),
                source_sequence=2,
            ),
        ),
    ),
    Came(
        "webhook",
        webhook("order.cross_docked", {**PICKED, "sequence": 3}),
        records=(
            took(
                WarehouseProgressed(
                    WarehouseProgress(
                        "albion_uk",
                        "north",
                        "536365-north-1",
                        "packed",
                        3,
                        AT,
                        (ShippingLine("536365", "1", "85123A", pieces("6")),),
                    )
                ),
                ("warehouse_progress", "536365-north-1", "3-packed"),
                route=Route("shipping_order", "albion_uk", "536365-north-1"),
                source_sequence=3,
            ),
        ),
    ),
    Came(
        "webhook",
        webhook("shipment.dispatched", DISPATCHED),
        records=(
            took(
                ShipmentDispatched(
                    WarehouseShippingAdvice(
                        "albion_uk",
                        "north",
                        "SHN000012",
                        AT,
                        PartyRef("17850", country="United Kingdom"),
                        (shipped("536365"), shipped("536366")),
                        "carrier",
                        ("003400000000000012",),
                        PartyRef("STORE1", name="Store 1"),
                    )
                ),
                ("shipment", "SHN000012", ""),
                subject="shipment/albion_uk/north/SHN000012",
                keys=(Route("shipment", "north", "SHN000012"), Route("pack", "albion_uk", "003400000000000012")),
            ),
        ),
    ),
    Came(
        "webhook",
        webhook("receipt.confirmed", RECEIPT),
        records=(
            took(
                GoodsReceiptPosted(
                    GoodsReceipt(
                        "albion_uk",
                        "RCN000045",
                        "north",
                        AT,
                        (
                            GoodsReceiptLine(
                                *("1", "4500001", "10", "85123A", pieces("46"), "good", "BW-ASN-1"),
                                second=Quantity(Decimal("115.25"), "KGM"),
                            ),
                            GoodsReceiptLine("2", "4500001", "10", "85123A", pieces("2"), "damaged", "BW-ASN-1"),
                            GoodsReceiptLine(
                                "3",
                                "4500002",
                                "10",
                                "22752",
                                pieces("5"),
                                "quarantined",
                                "BW-ASN-2",
                                owner="consignment_in:kilncraft",
                            ),
                        ),
                        "brightware",
                        ("BW-ASN-1", "BW-ASN-2"),
                    )
                ),
                ("goods_receipt", "RCN000045", ""),
                subject="goods_receipt/albion_uk/north/RCN000045",
                keys=(Route("goods_receipt", "north", "RCN000045"),),
            ),
        ),
    ),
    Came(
        "webhook",
        webhook("stock.adjusted", ADJUSTED),
        records=(
            took(
                InventoryAdjusted(
                    InventoryAdjustment(
                        "albion_uk",
                        "north",
                        "ADJN0001",
                        AT,
                        (InventoryAdjustmentLine("1", "85123A", pieces("-10"), "damages"),),
                    )
                ),
                ("inventory_adjustment", "ADJN0001", ""),
                subject="adjustment/albion_uk/north/ADJN0001",
                keys=(Route("adjustment", "north", "ADJN0001"),),
            ),
        ),
    ),
    Came(
        "webhook",
        webhook("return.inspected", RETURNED),
        records=(
            took(
                ReturnProgressed(
                    ReturnProgress(
                        "albion_uk",
                        "north",
                        "C536391",
                        "inspected",
                        AT,
                        (
                            ReturnedLine("1", "22556", pieces("12"), "restock"),
                            ReturnedLine("2", "21984", pieces("24"), "scrap"),
                        ),
                        sequence=2,
                    )
                ),
                ("return_progress", "C536391", "2-inspected"),
                subject="return/albion_uk/C536391",
                source_sequence=2,
            ),
        ),
    ),
    Came(
        "webhook",
        webhook("transfer.shipped", LEFT),
        records=(
            took(
                TransferShipped(
                    TransferAdvice(
                        "albion_uk",
                        "T1",
                        "TSN000001",
                        "north",
                        "south",
                        AT,
                        (TransferLine("1", "85123A", pieces("24")),),
                    )
                ),
                ("transfer_shipment", "TSN000001", ""),
                subject="transfer/albion_uk/T1",
                keys=(Route("transfer_shipment", "north", "TSN000001"),),
            ),
        ),
    ),
    Came(
        "webhook",
        webhook("transfer.received", ARRIVED),
        records=(
            took(
                TransferReceived(
                    TransferReceipt(
                        "albion_uk",
                        "T1",
                        "TRN000001",
                        "north",
                        AT,
                        (TransferReceiptLine("1", "85123A", pieces("2"), "damaged"),),
                        final=True,
                    )
                ),
                ("transfer_receipt", "TRN000001", ""),
                subject="transfer/albion_uk/T1",
                keys=(Route("transfer_receipt", "north", "TRN000001"),),
            ),
        ),
    ),
    # A level that cannot be read does not hold up the others.
    Came(
        "poll",
        json.dumps(OPENING).encode(),
        records=(
            opening("albion_ie", StockLevel("85123A", pieces("30"), owner="customer_owned:17850")),
            opening("albion_uk", StockLevel("85123A", pieces("120")), StockLevel("22752", pieces("7"))),
        ),
        faults=("not_a_number",),
    ),
    # What is there now is only compared; what an owner does not have is said, too.
    Came(
        "poll",
        json.dumps(NOW).encode(),
        records=(
            stated("albion_uk", (StatedLevel("85123A", pieces("114")), StatedLevel("85123A", pieces("6"), "picked"))),
            stated("albion_ie", ()),
        ),
        name="stock",
    ),
    # A message that is asked for again says what it said.
    Came(
        "poll",
        json.dumps(
            {"messages": [json.loads(webhook("stock.vanished", ADJUSTED))], "cursor": "1", "more": False}
        ).encode(),
        faults=("unknown_code",),
    ),
    # Facts about other places and firms, and words we do not know, are for a person.
    Came("webhook", webhook("stock.adjusted", {**ADJUSTED, "site": "south"}), faults=("unknown_location",)),
    Came("webhook", webhook("stock.adjusted", {**ADJUSTED, "owner": "other"}), faults=("unknown_company",)),
    Came("webhook", webhook("stock.vanished", ADJUSTED), faults=("unknown_code",)),
    Came(
        "webhook",
        webhook("stock.adjusted", {**ADJUSTED, "lines": [{**ADJUSTED["lines"][0], "stock_owner": "somebody"}]}),  # type: ignore[dict-item]
        faults=("unknown_code",),
    ),
    Came(
        "webhook",
        webhook("receipt.confirmed", {**RECEIPT, "lines": [{**RECEIPT["lines"][0], "condition": "WET"}]}),  # type: ignore[dict-item]
        faults=("unknown_code",),
    ),
    Came("webhook", webhook("order.picked", {**PICKED, "at": "2010-12-01T09:05:00"}), faults=("unexpected_form",)),
)

SENT = (
    Sent(
        "warehouse_shipping_order",
        WarehouseShippingOrder(
            company_id="albion_uk",
            number="536365-north-1",
            warehouse="north",
            channel="shop",
            customer=PartyRef("17850", country="United Kingdom"),
            order_number="536365",
            lines=(ShippingLine("536365", "1", "85123A", pieces("6"), weigh_in="KGM"),),
            ship_to=PartyRef("0614141000012", "0614141000012", "UL", "Store 1", "United Kingdom"),
            cross_dock="RCN000001",
        ),
        "/wms/v1/shipping-orders",
        {
            "owner": "albion_uk",
            "order_ref": "536365-north-1",
            "channel": "shop",
            "sales_order": "536365",
            "customer": "17850",
            "country": "United Kingdom",
            "lines": [{"order_line": "1", "sku": "85123A", "qty": "6", "weigh_in": "KGM"}],
            "cross_dock": "RCN000001",
            "ship_to": {
                "code": "0614141000012",
                "qualifier": "UL",
                "name": "Store 1",
                "country": "United Kingdom",
            },
        },
    ),
    Sent(
        "inbound_advice",
        InboundAdvice(
            company_id="albion_uk",
            number="BW-ASN-1",
            warehouse="north",
            supplier="brightware",
            lines=(ShipNoticeLine("4500001", "10", "85123A", pieces("48"), pack="0034"),),
            expected_on=dt.date(2010, 12, 3),
        ),
        "/wms/v1/inbound-advices",
        {
            "owner": "albion_uk",
            "advice": "BW-ASN-1",
            "vendor": "brightware",
            "eta": "2010-12-03",
            "lines": [{"po": "4500001", "po_line": "10", "sku": "85123A", "qty": "48", "pack": "0034"}],
        },
    ),
    Sent(
        "return_authorization",
        ReturnAuthorization(
            company_id="albion_uk",
            number="C536391",
            customer=PartyRef("17548"),
            warehouse="north",
            authorized_at=AT,
            currency="GBP",
            lines=(ReturnLine("1", "22556", pieces("12"), Price(Decimal("1.65"), "GBP")),),
        ),
        "/wms/v1/return-advices",
        {
            "owner": "albion_uk",
            "rma": "C536391",
            "customer": "17548",
            "lines": [{"line": "1", "sku": "22556", "qty": "12"}],
        },
    ),
)


TRANSFERRED = (TransferLine("1", "85123A", pieces("24")),)
HELD = {
    "owner": "albion_uk",
    "hold": "RCN000045.hold.0",
    "receipt": "RCN000045",
    "action": "HOLD",
    "lines": [{"line": "1", "sku": "85123A", "qty": "3", "stock_owner": "own"}],
}
HOLD = InventoryHold(
    "albion_uk",
    "RCN000045.hold.0",
    "north",
    "RCN000045",
    "hold",
    (InventoryHoldLine("1", "85123A", pieces("3")),),
)
CAME += (
    Came(
        "webhook",
        webhook("stock.held", {**HELD, "site": "north", "at": STAMP}),
        records=(
            took(
                InventoryHoldCarriedOut(HOLD),
                ("inventory_hold", "RCN000045.hold.0", ""),
                subject="goods_receipt/albion_uk/north/RCN000045",
            ),
        ),
    ),
    Came(
        "webhook",
        webhook("stock.held", {**HELD, "site": "north", "at": STAMP, "action": "SELL"}),
        faults=("unknown_code",),
    ),
)
SENT += (
    Sent("inventory_hold", HOLD, "/wms/v1/holds", HELD),
    Sent(
        "transfer_order",
        TransferOrder("albion_uk", "T1", "north", "south", AT, TRANSFERRED),
        "/wms/v1/transfer-orders",
        {
            "owner": "albion_uk",
            "transfer": "T1",
            "to_site": "south",
            "lines": [{"line": "1", "sku": "85123A", "qty": "24"}],
        },
    ),
    Sent(
        "transfer_advice",
        TransferAdvice(
            "albion_uk", "T1", "TSS000001", "south", "north", AT, TRANSFERRED, expected_on=dt.date(2010, 12, 3)
        ),
        "/wms/v1/transfer-advices",
        {
            "owner": "albion_uk",
            "transfer": "T1",
            "shipment": "TSS000001",
            "from_site": "south",
            "eta": "2010-12-03",
            "lines": [{"line": "1", "sku": "85123A", "qty": "24"}],
        },
    ),
)


def respond(request: Request) -> Answer:
    if request.method == "GET":
        return Answer(200, json.dumps(OPENING).encode())
    return Answer(201, b'{"id":"IN-1"}')


WMS = CONNECTORS["sandbox_wms"]
TestSandboxWms = connector_suite(
    ConnectorCase(
        vendor=http_vendor(WMS, respond, role="wms", of="north", webhooks=True),
        manifest=WMS.manifest,
        sent=SENT,
        came=CAME,
        polls={"opening_stock": 4},
        reply="IN-1",
    )
)
