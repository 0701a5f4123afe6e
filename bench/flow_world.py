"""The world of the flow benchmark: the example's network, ten thousand items with stock in both warehouses."""

from __future__ import annotations

import datetime as dt
from base64 import b64encode
from decimal import Decimal
from functools import lru_cache
from pathlib import Path
from uuid import UUID

import msgspec

from crossdock.app import load_network
from crossdock.engine.intake.raw import Arrival
from crossdock.inventory.ledger.batch import LedgerBatch
from crossdock.log import uuid7
from crossdock.masterdata import Masterdata
from crossdock.model.masterdata import Customer, Item
from crossdock.model.party import PartyRef
from crossdock.model.quantity import Price, Quantity
from crossdock.model.sales_order import SalesOrder, SalesOrderLine
from crossdock.model.stock import MoveRequest, StockMoveLine
from crossdock.operations.idempotency import KeyUse
from crossdock.operations.order_desk import OrderCall
from crossdock.operations.webhook_desk import WebhookCall
from crossdock.ports.connector import MasterRecord
from crossdock.project import Network
from crossdock.store import Store

COMPANY, ITEMS, LINES = "albion_uk", 10_000, 3
AT = dt.datetime(2010, 12, 1, 9, tzinfo=dt.UTC)
PROJECT = Path(__file__).parent.parent / "examples" / "wholesaler"
PRICE = Price(Decimal("2.55"), "GBP")
_SYSTEMS = ("ERP", "WMS_NORTH", "WMS_SOUTH", "CARRIER", "SHOP", "MARKETPLACE")


@lru_cache(maxsize=1)
def network_for_bench() -> Network:
    """The example's network; its systems are never called."""
    env = {f"SANDBOX_{name}_URL": "http://127.0.0.1:9" for name in _SYSTEMS}
    secrets = ("SANDBOX_TOKEN", "SANDBOX_SFTP_PASSWORD", "SANDBOX_SHOP_API_KEY", "CROSSDOCK_OPERATOR_KEY")
    env |= {name: f"{name.lower()}-0123456789abcdef0123456789abcdef" for name in secrets}
    env |= {"SANDBOX_SFTP_HOST": "127.0.0.1", "SANDBOX_SFTP_PORT": "9"}
    env["SANDBOX_WEBHOOK_SECRET"] = "whsec_" + b64encode(b"0" * 24).decode()
    return load_network(PROJECT, env)


async def stock_up(store: Store) -> None:
    """Items, a customer, and more stock than the runs take."""
    items = [
        Item(COMPANY, f"I{n}", unit="EA", sales_price=PRICE, preferred_location=("north", "south")[n % 2])
        for n in range(ITEMS)
    ]
    masterdata = Masterdata()
    async with store.transaction() as tx:
        records = [MasterRecord(body) for body in (*items, Customer(COMPANY, "17850", "Homestead"))]
        await masterdata.upsert(tx, records)
    for first in range(0, ITEMS, 1000):
        lines = tuple(
            StockMoveLine(f"{n}", f"I{n}", place, Decimal(1_000_000), "opening", "unrestricted")
            for n in range(first, first + 1000)
            for place in ("north", "south")
        )
        request = MoveRequest(COMPANY, f"open/{first}", "inventory_report/x/open", f"OPEN-{first}", lines, AT)
        async with store.transaction() as tx:
            batch = LedgerBatch([request], AT)
            await batch.claim(tx)
            await batch.post(tx)


def order_call(number: int) -> OrderCall:
    """The n-th order of three lines, all of one warehouse."""
    name = f"B{number}"
    place = number % 2
    lines = tuple(
        SalesOrderLine(
            str(line + 1), f"I{(number * 7919 + line * 2 + place) * 2 % ITEMS + place}", Quantity(Decimal(2)), PRICE
        )
        for line in range(LINES)
    )
    order = SalesOrder(COMPANY, "shop", name, PartyRef("17850"), AT, "GBP", lines)
    content = msgspec.json.encode(order)
    use = KeyUse("shop", f"key-{name}", content[:16].ljust(32, b"0")[:32])
    return OrderCall(use=use, order=order, content=content, received_at=AT, actor="shop", correlation_id=uuid7())


def webhook_calls(number: int) -> list[WebhookCall]:
    """What the warehouse tells of the n-th order: allocated, picked, packed, shipped."""
    call = order_call(number)
    site = ("north", "south")[number % 2]
    lines = [
        {"sales_order": call.order.number, "order_line": line.line, "sku": line.item, "qty": "2"}
        for line in call.order.lines
    ]
    reference = f"{call.order.channel}-{call.order.number}-{site}-1"
    step = {"owner": COMPANY, "order_ref": reference, "site": site, "at": "2010-12-01T10:00:00Z", "lines": lines}
    told = [
        {"event": f"order.{name}", "sequence": n, "occurred_at": step["at"], "data": {**step, "sequence": n}}
        for n, name in enumerate(("allocated", "picked", "packed"), start=1)
    ]
    shipped = {
        "owner": COMPANY,
        "shipment": f"SH{number}",
        "site": site,
        "at": step["at"],
        "customer": "17850",
        "country": "United Kingdom",
        "carrier": "carrier",
        "packs": [f"{number:018d}"],
        "orders": [
            {
                "order_ref": reference,
                "channel": "shop",
                "sales_order": call.order.number,
                "lines": [{k: v for k, v in line.items() if k != "sales_order"} for line in lines],
            }
        ],
    }
    told.append({"event": "shipment.dispatched", "sequence": 1, "occurred_at": step["at"], "data": shipped})
    return [_webhook(f"wms_{site}", f"{reference}/{n}", body) for n, body in enumerate(told)]


def _webhook(system: str, key: str, body: dict[str, object]) -> WebhookCall:
    arrival = Arrival(
        source=system, kind="webhook", content=msgspec.json.encode(body), transport_key=key, received_at=AT,
        content_type="application/json",
    )  # fmt: skip
    return WebhookCall(arrival, UUID(int=uuid7().int))
