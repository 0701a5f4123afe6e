"""The sandbox ERP's connector, with samples both ways."""

from __future__ import annotations

import datetime as dt
import json
from decimal import Decimal
from typing import Any

from msgspec.structs import replace

from crossdock.connectors import CONNECTORS
from crossdock.connectors.sandbox_erp.mapping import to_canonical
from crossdock.events.purchase_order import PurchaseOrderChanged, PurchaseOrderPlaced
from crossdock.events.reconciliation import StockStated
from crossdock.events.returns import ReturnAuthorized
from crossdock.model.fulfillment import GoodsMovement, GoodsMovementLine, InventoryAdjustment, InventoryAdjustmentLine
from crossdock.model.invoice import Invoice, InvoiceLine
from crossdock.model.masterdata import Customer, Item
from crossdock.model.party import PartyRef
from crossdock.model.purchase_order import (
    Charge,
    DropShip,
    LineAnswer,
    PurchaseOrder,
    PurchaseOrderAcknowledgement,
    PurchaseOrderChange,
    PurchaseOrderChangeLine,
    PurchaseOrderLine,
)
from crossdock.model.quantity import Price, Quantity
from crossdock.model.reconciliation import StatedChange, StatedFact, StatedLevel, StockStatement
from crossdock.model.sales_order import ReturnAuthorization, ReturnLine, SalesOrder, SalesOrderLine
from crossdock.model.ship_notice import GoodsReceipt, GoodsReceiptLine
from crossdock.ports.connector import MasterRecord, RawDocument, Record, Route
from crossdock.testing.connector_suite import Came, ConnectorCase, Sent, connector_suite
from crossdock.testing.samples import RECEIVED_AT
from crossdock.testing.vendor_server import Answer, Request
from tests.contract.connectors.vendor_api import answering, http_vendor

AT = dt.datetime(2010, 12, 1, 8, 26, tzinfo=dt.UTC)
DAY = dt.date(2010, 12, 1)
DUE = dt.date(2010, 12, 3)
UK = PartyRef("albion_uk")


def pieces(amount: str) -> Quantity:
    return Quantity(Decimal(amount))


HUNDRED_FOR_102 = Price(Decimal(102), "GBP", Quantity(Decimal(100)))


def pounds(amount: str) -> Price:
    return Price(Decimal(amount), "GBP")


PER_KILO = Price(Decimal("12.50"), "GBP", Quantity(Decimal(1), "KGM"))
ITEM = {
    "entity": "albion_uk",
    "code": "85123A",
    "name": "WHITE HANGING HEART – ♥",
    "uom": "EA",
    "type": "STOCK",
    "vendor": "brightware",
    "vendor_code": "B-85123A",
    "cost": "1.02",
    "list_price": "2.55",
    "currency": "GBP",
    "default_site": "north",
    "barcode": "",
    "a_field_of_next_year": 1,
}
CHARGE = {**ITEM, "code": "POST", "type": "CHARGE", "cost": None, "list_price": None, "vendor": "", "vendor_code": ""}
CUSTOMER = {
    "entity": "albion_ie",
    "code": "14911",
    "name": "Müller",
    "country": "EIRE",
    "credit_limit": "25000.00",
    "blocked": True,
}
CASH = {"entity": "albion_uk", "code": "CASH", "name": "Cash", "country": "", "credit_limit": None, "blocked": False}
LINE: dict[str, Any] = {
    "line": "10",
    "item": "85123A",
    "vendor_item": "B-85123A",
    "qty": "48",
    "uom": "EA",
    "unit_cost": "1.02",
    "status": "OPEN",
}
ORDER: dict[str, Any] = {
    "entity": "albion_uk",
    "po_number": "4500001",
    "revision": 0,
    "vendor": "brightware",
    "site": "north",
    "order_date": "2010-12-01",
    "required_date": "2010-12-03",
    "currency": "GBP",
    "lines": [LINE],
}
CHANGED = {
    **ORDER,
    "revision": 1,
    "lines": [
        {**LINE, "qty": "24"},
        {**LINE, "line": "20", "status": "CANCELLED"},
        {**LINE, "line": "30", "new": True},
    ],
}
RETURN = {
    "entity": "albion_uk",
    "rma": "C536391",
    "customer": "17548",
    "site": "north",
    "channel": "shop",
    "created_at": "2010-12-01T10:24:00+02:00",
    "currency": "GBP",
    "lines": [
        {
            "line": "1",
            "item": "22556",
            "qty": "12",
            "price": "1.65",
            "order": "536367",
            "order_line": "3",
            "reason": "damaged",
        },
        {"line": "2", "item": "21984", "qty": "24", "price": "0.29", "order": "", "order_line": "", "reason": ""},
    ],
}


def feed(*records: Any) -> bytes:
    entries = [{"seq": 11 + n, "action": action, "record": record} for n, (action, record) in enumerate(records)]
    return json.dumps({"records": entries, "cursor": "12", "more": False}, ensure_ascii=False).encode()


PLACED = PurchaseOrder(
    company_id="albion_uk",
    number="4500001",
    buyer=UK,
    supplier=PartyRef("brightware"),
    ship_to=PartyRef("north"),
    ordered_on=DAY,
    currency="GBP",
    lines=(PurchaseOrderLine("10", "85123A", pieces("48"), pounds("1.02"), supplier_item="B-85123A"),),
    due_on=DUE,
)


def change_line(line: str, action: Any, quantity: str) -> PurchaseOrderChangeLine:
    return PurchaseOrderChangeLine(line, action, "85123A", pieces(quantity), pounds("1.02"), DUE, "B-85123A")


CHANGE = PurchaseOrderChange(
    company_id="albion_uk",
    number="4500001",
    revision=1,
    changed_on=None,
    buyer=UK,
    supplier=PartyRef("brightware"),
    currency="GBP",
    lines=(change_line("10", "change", "24"), change_line("20", "cancel", "48"), change_line("30", "add", "48")),
)
RETURNED = ReturnAuthorization(
    company_id="albion_uk",
    number="C536391",
    customer=PartyRef("17548"),
    warehouse="north",
    authorized_at=dt.datetime(2010, 12, 1, 8, 24, tzinfo=dt.UTC),
    currency="GBP",
    lines=(
        ReturnLine("1", "22556", pieces("12"), pounds("1.65"), "536367", "3", "damaged"),
        ReturnLine("2", "21984", pieces("24"), pounds("0.29")),
    ),
    channel="shop",
)


def test_a_change_that_is_read_again_another_day_says_the_same() -> None:
    def change_of(day: dt.timedelta) -> Any:
        content = feed(("change", {**ORDER, "revision": 1}))
        raw = RawDocument("raw-1", "erp", "poll", content, "application/json", "purchase_orders", RECEIVED_AT + day)
        (record,) = to_canonical(raw, "erp", ("albion_uk",)).records
        return record.body

    assert change_of(dt.timedelta()) == change_of(dt.timedelta(days=1))


def order_record(body: Any, revision: str, sequence: int, pointer: str) -> Record:
    return Record(
        body=body,
        company_id="albion_uk",
        occurred_at=RECEIVED_AT,
        subject="purchase_order/albion_uk/4500001",
        identity=("purchase_order", "vendor", "4500001", revision),
        keys=(Route("purchase_order", "albion_uk", "4500001"),),
        source_sequence=sequence,
        pointer=pointer,
    )


LEVEL = {"entity": "albion_uk", "site": "north", "item": "85123A", "qty": "114"}
ON_HAND: dict[str, Any] = {
    "at": "2010-12-01T08:26:00Z",
    "report": "OH-7",
    "postings": 7,
    "sites": ["north"],
    "levels": [LEVEL],
    "changes": [
        {**LEVEL, "qty": "-6", "n": 7, "kind": "goods_movements", "posting": "GM000001"}
        | {"at": "2010-12-01T08:20:00Z", "reference": "albion_uk:goods_movement:1"}
    ],
}
SHIPPED = StatedFact(
    "7",
    "85123A",
    dt.datetime(2010, 12, 1, 8, 20, tzinfo=dt.UTC),
    (StatedChange("book", Decimal(-6)),),
    what="goods_movements GM000001",
    reference="albion_uk:goods_movement:1",
)


def stated(company: str, levels: tuple[StatedLevel, ...], facts: tuple[StatedFact, ...] = ()) -> Record:
    statement = StockStatement(
        company_id=company, system="vendor", kind="erp", location="north", number="OH-7", stated_at=AT, levels=levels,
        conditions=("book",), sequence=7, facts=facts, lists_facts=True,
    )  # fmt: skip
    return Record(
        body=StockStated(statement),
        company_id=company,
        occurred_at=AT,
        subject=f"stock_statement/{company}/vendor.north/OH-7",
        identity=("stock_statement", "vendor", "north.OH-7", ""),
        pointer="/levels",
    )


CAME = (
    Came(
        "poll",
        feed(("create", ITEM), ("create", CHARGE)),
        master=(
            MasterRecord(
                Item(
                    "albion_uk",
                    "85123A",
                    "WHITE HANGING HEART – ♥",
                    supplier="brightware",
                    supplier_item="B-85123A",
                    purchase_price=pounds("1.02"),
                    sales_price=pounds("2.55"),
                    preferred_location="north",
                )
            ),
            MasterRecord(
                Item("albion_uk", "POST", "WHITE HANGING HEART – ♥", kind="charge", preferred_location="north")
            ),
        ),
    ),
    Came(
        "poll",
        feed(("create", {**ITEM, "code": "CHEESE", "catch_uom": "KGM", "catch_per_uom": "2.5"})),
        master=(
            MasterRecord(
                Item(
                    "albion_uk",
                    "CHEESE",
                    "WHITE HANGING HEART – ♥",
                    supplier="brightware",
                    supplier_item="B-85123A",
                    purchase_price=replace(PER_KILO, amount=Decimal("1.02")),
                    sales_price=replace(PER_KILO, amount=Decimal("2.55")),
                    preferred_location="north",
                    second_unit="KGM",
                    second_per=Decimal("2.5"),
                )
            ),
        ),
    ),
    Came("poll", feed(("create", {**ITEM, "catch_uom": "KGM"})), faults=("unit_invalid",)),
    Came("poll", feed(("create", {**ITEM, "catch_uom": "CA", "catch_per_uom": "1"})), faults=("unit_invalid",)),
    Came(
        "poll",
        feed(("create", CUSTOMER), ("change", CASH)),
        master=(
            MasterRecord(Customer("albion_ie", "14911", "Müller", "EIRE", Decimal("25000.00"), True)),
            MasterRecord(Customer("albion_uk", "CASH", "Cash")),
        ),
    ),
    Came(
        "poll",
        feed(("create", ORDER), ("change", CHANGED)),
        records=(
            order_record(PurchaseOrderPlaced(PLACED), "0", 11, "/records/0"),
            order_record(PurchaseOrderChanged(CHANGE), "1", 12, "/records/1"),
        ),
    ),
    Came(
        "poll",
        feed(("create", RETURN)),
        records=(
            Record(
                body=ReturnAuthorized(RETURNED),
                company_id="albion_uk",
                occurred_at=RETURNED.authorized_at,
                subject="return/albion_uk/C536391",
                identity=("return_authorization", "vendor", "C536391", ""),
                keys=(Route("return", "albion_uk", "C536391"),),
                source_sequence=11,
                pointer="/records/0",
            ),
        ),
    ),
    # What is on hand is only compared; where an entity has nothing, that is said too.
    Came(
        "poll",
        json.dumps(ON_HAND).encode(),
        records=(
            stated("albion_uk", (StatedLevel("85123A", pieces("114"), "book"),), (SHIPPED,)),
            stated("albion_ie", ()),
        ),
        name="stock",
    ),
    # A level that cannot be read would stand for nothing: nothing of the report is taken.
    Came("poll", json.dumps({**ON_HAND, "levels": [{**LEVEL, "qty": "NaN"}]}).encode(), faults=("not_a_number",)),
    Came("poll", json.dumps({**ON_HAND, "levels": [{**LEVEL, "site": "moon"}]}).encode(), faults=("unknown_location",)),
    # One bad record does not hold up its neighbours.
    Came(
        "poll",
        feed(
            ("create", {**ORDER, "entity": "somebody_else"}),
            ("create", {**ORDER, "lines": [{**LINE, "qty": "NaN"}]}),
            ("create", {**ORDER, "lines": [{**LINE, "qty": "1e9"}]}),
            ("create", {**ORDER, "lines": []}),
            ("vanish", ORDER),
            ("create", {**ORDER, "lines": [{**LINE, "status": "PONDERING"}]}),
            ("create", {**ORDER, "po_number": ""}),
            ("create", {**ORDER, "vendor": "bright\x00ware"}),
            ("create", {**RETURN, "lines": [{**RETURN["lines"][0], "qty": "0"}]}),
            ("create", ORDER),
        ),
        records=(order_record(PurchaseOrderPlaced(PLACED), "0", 20, "/records/9"),),
        faults=(
            "unknown_company",
            "not_a_number",
            "not_a_number",
            "lines_missing",
            "unknown_code",
            "unknown_code",
            "number_missing",
            "unsafe_text",
            "quantity_not_positive",
        ),
    ),
)

CUSTOMER_INVOICE = Invoice(
    company_id="albion_uk",
    number="INV-536365-1",
    issuer=UK,
    recipient=PartyRef("17850"),
    invoiced_on=DAY,
    currency="GBP",
    lines=(InvoiceLine("1", "536365", "1", "85123A", pieces("6"), pounds("2.55")),),
    total=Decimal("33.30"),
    charges=(Charge("POST", Decimal("18.00")),),
)
INVOICE_PAYLOAD = {
    "entity": "albion_uk",
    "invoice": "INV-536365-1",
    "customer": "17850",
    "order": "536365",
    "date": "2010-12-01",
    "currency": "GBP",
    "total": "33.30",
    "lines": [{"line": "1", "order": "536365", "order_line": "1", "item": "85123A", "qty": "6", "price": "2.55"}],
    "charges": [{"code": "POST", "amount": "18.00"}],
}

WEIGHED_INVOICE = replace(
    CUSTOMER_INVOICE,
    lines=(
        replace(CUSTOMER_INVOICE.lines[0], item="CHEESE", second=Quantity(Decimal("7.354"), "KGM"), price=PER_KILO),
    ),
    total=Decimal("109.93"),
)
WEIGHED_LINE = {"item": "CHEESE", "weight": "7.354", "weight_uom": "KGM", "price": "12.50", "price_uom": "KGM"}
WEIGHED_PAYLOAD = INVOICE_PAYLOAD | {"total": "109.93", "lines": [{**INVOICE_PAYLOAD["lines"][0], **WEIGHED_LINE}]}  # type: ignore[dict-item]

SENT = (
    Sent("invoice", WEIGHED_INVOICE, "/api/v1/postings/customer_invoices", WEIGHED_PAYLOAD),
    Sent(
        "sales_order",
        SalesOrder(
            company_id="albion_uk",
            channel="shop",
            number="536365",
            customer=PartyRef("17850"),
            ordered_at=AT,
            currency="GBP",
            lines=(
                SalesOrderLine("1", "85123A", pieces("6"), pounds("2.55")),
                SalesOrderLine("2", "22752", Quantity(Decimal("1E+3")), pounds("0"), sample=True),
            ),
            charges=(Charge("POST", Decimal("18.00")),),
        ),
        "/api/v1/postings/sales_orders",
        {
            "entity": "albion_uk",
            "channel": "shop",
            "order": "536365",
            "customer": "17850",
            "ordered_at": "2010-12-01T08:26:00Z",
            "currency": "GBP",
            "lines": [
                {"line": "1", "item": "85123A", "qty": "6", "price": "2.55", "sample": False},
                {"line": "2", "item": "22752", "qty": "1000", "price": "0", "sample": True},
            ],
            "charges": [{"code": "POST", "amount": "18.00"}],
        },
    ),
    Sent(
        "purchase_order",
        PurchaseOrder(
            company_id="albion_uk",
            number="DSQ2Z",
            buyer=PartyRef("albion_uk"),
            supplier=PartyRef("brightware"),
            ship_to=PartyRef("17850"),
            ordered_on=DAY,
            currency="GBP",
            lines=(PurchaseOrderLine("1", "22423", pieces("3"), pounds("5.10"), supplier_item="B-22423"),),
            drop_ship=DropShip("shop", "536365", PartyRef("17850")),
        ),
        "/api/v1/postings/purchase_orders",
        {
            "entity": "albion_uk",
            "po_number": "DSQ2Z",
            "vendor": "brightware",
            "order_date": DAY.isoformat(),
            "currency": "GBP",
            "sales_channel": "shop",
            "sales_order": "536365",
            "lines": [
                {"line": "1", "item": "22423", "vendor_item": "B-22423", "qty": "3", "unit_cost": "5.10"},
            ],
        },
    ),
    Sent(
        "purchase_order_acknowledgement",
        PurchaseOrderAcknowledgement(
            company_id="albion_uk",
            order_number="4500001",
            supplier=PartyRef("brightware"),
            acknowledged_on=DAY,
            answers=(
                LineAnswer("10", "changed", pieces("40"), pounds("1.05"), DUE),
                LineAnswer("10", "backordered", pieces("8")),
            ),
        ),
        "/api/v1/postings/po_confirmations",
        {
            "entity": "albion_uk",
            "po_number": "4500001",
            "revision": 0,
            "lines": [
                {"line": "10", "answer": "changed", "qty": "40", "price": "1.05", "date": "2010-12-03"},
                {"line": "10", "answer": "backordered", "qty": "8", "price": None, "date": None},
            ],
        },
    ),
    Sent(
        "goods_receipt",
        GoodsReceipt(
            company_id="albion_uk",
            number="RCN000045",
            warehouse="north",
            received_at=AT,
            lines=(GoodsReceiptLine("1", "4500001", "10", "85123A", pieces("48"), "damaged", "ASN1"),),
        ),
        "/api/v1/postings/goods_receipts",
        {
            "entity": "albion_uk",
            "receipt": "RCN000045",
            "site": "north",
            "received_at": "2010-12-01T08:26:00Z",
            "lines": [
                {
                    "line": "1",
                    "po_number": "4500001",
                    "po_line": "10",
                    "item": "85123A",
                    "qty": "48",
                    "condition": "damaged",
                }
            ],
        },
    ),
    Sent(
        "supplier_invoice",
        Invoice(
            company_id="albion_uk",
            number="BW-1",
            issuer=PartyRef("brightware"),
            recipient=UK,
            invoiced_on=DAY,
            currency="GBP",
            lines=(InvoiceLine("1", "4500001", "10", "85123A", pieces("48"), HUNDRED_FOR_102),),
            total=Decimal("52.96"),
            charges=(Charge("D240", Decimal("4.00")),),
        ),
        "/api/v1/postings/vendor_invoices",
        {
            "entity": "albion_uk",
            "invoice": "BW-1",
            "vendor": "brightware",
            "date": "2010-12-01",
            "currency": "GBP",
            "total": "52.96",
            "lines": [
                {"line": "1", "po_number": "4500001", "po_line": "10", "item": "85123A", "qty": "48", "price": "1.02"}
            ],
            "charges": [{"code": "D240", "amount": "4.00"}],
        },
    ),
    Sent("credit_note", CUSTOMER_INVOICE, "/api/v1/postings/credit_notes", INVOICE_PAYLOAD),
    Sent(
        "inventory_adjustment",
        InventoryAdjustment(
            "albion_uk", "north", "ADJN0001", AT, (InventoryAdjustmentLine("1", "85123A", pieces("-3"), "damp"),)
        ),
        "/api/v1/postings/stock_adjustments",
        {
            "entity": "albion_uk",
            "site": "north",
            "number": "ADJN0001",
            "at": "2010-12-01T08:26:00Z",
            "lines": [{"line": "1", "item": "85123A", "qty": "-3", "reason": "damp"}],
        },
    ),
    Sent(
        "goods_movement",
        GoodsMovement(
            "albion_uk", "north", "SO1.north.S1", AT, "shipped", (GoodsMovementLine("1", "85123A", Decimal("-6")),)
        ),
        "/api/v1/postings/goods_movements",
        {
            "entity": "albion_uk",
            "site": "north",
            "number": "SO1.north.S1",
            "at": "2010-12-01T08:26:00Z",
            "reason": "shipped",
            "lines": [{"line": "1", "item": "85123A", "qty": "-6"}],
        },
    ),
)

FEEDS: dict[str, list[dict[str, Any]]] = {
    "items": [{"seq": n, "action": "create", "record": ITEM} for n in range(5)],
    "customers": [{"seq": n, "action": "create", "record": CASH} for n in range(4)],
    "purchase_orders": [{"seq": 1, "action": "create", "record": ORDER}],
    "returns": [{"seq": n, "action": "create", "record": RETURN} for n in range(3)],
}

changes = answering({"posting": "GR000123"}, FEEDS, "records")


def respond(request: Request) -> Answer:
    """What is on hand, or the change feed."""
    if request.path == "/api/v1/stock":
        return Answer(200, json.dumps(ON_HAND).encode())
    return changes(request)


ERP = CONNECTORS["sandbox_erp"]
TestSandboxErp = connector_suite(
    ConnectorCase(
        vendor=http_vendor(ERP, respond, role="erp"),
        manifest=ERP.manifest,
        sent=SENT,
        came=CAME,
        polls={kind: len(rows) for kind, rows in FEEDS.items()},
        reply="GR000123",
    )
)
