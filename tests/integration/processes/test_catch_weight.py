"""Catch weight through the real engine and ledger: weighed in, promised by the piece, weighed out, invoiced."""

from __future__ import annotations

from decimal import Decimal

import msgspec
from msgspec.structs import replace

from crossdock.events.envelope import NewEvent
from crossdock.events.sales_order import ShippedGoodsWeighed
from crossdock.events.shipment import ShipmentDispatched
from crossdock.events.supplier_documents import GoodsReceiptPosted
from crossdock.model.fulfillment import ShippedOrder, ShippingLine, WarehouseShippingAdvice
from crossdock.model.party import PartyRef
from crossdock.model.quantity import Quantity
from crossdock.model.ship_notice import GoodsReceipt, GoodsReceiptLine
from crossdock.processes import PROCESSES
from crossdock.store import Store
from crossdock.testing.scenario import COMPANY, MORNING
from tests.integration.engine.harness import Peer, context, rows, say, settle
from tests.integration.processes.test_order_to_cash import case_data, problems, verified
from tests.unit.processes.order_to_cash import network, ordered, pieces, placed
from tests.unit.processes.test_catch_weight import CHEESE, kg

ORDER = f"sales_order/{COMPANY}/homestead/536365"


async def happen(store: Store, subject: str, body: msgspec.Struct) -> None:
    """A fact comes in, and everything that follows from it happens."""
    await say(store, NewEvent(body=body, subject=subject, company_id=COMPANY, occurred_at=MORNING, source="test"))
    engine = context(store)
    engine.processes = PROCESSES
    engine.connectors = {name: Peer() for name in ("erp", "wms_north", "wms_south", "carrier", "homestead")}
    engine.reads = network(more=[CHEESE])
    await settle(engine)


def left(shipment: str, quantity: str, second: Quantity | None) -> ShipmentDispatched:
    line = ShippingLine("536365", "1", "CHEESE", pieces(quantity), second=second)
    carried = ShippedOrder("homestead-536365-north-1", "homestead", "536365", (line,))
    advice = WarehouseShippingAdvice(COMPANY, "north", shipment, MORNING, PartyRef("HOME"), (carried,), "carrier")
    return ShipmentDispatched(advice)


async def test_goods_are_weighed_in_and_out_and_what_nobody_weighed_is_invoiced_once_it_is_said(store: Store) -> None:
    come = GoodsReceiptLine("1", "", "", "CHEESE", pieces("5"), second=kg("12.4"))
    receipt = GoodsReceipt(COMPANY, "RCN1", "north", MORNING, (come,))
    await happen(store, f"goods_receipt/{COMPANY}/north/RCN1", GoodsReceiptPosted(receipt))
    line = replace(ordered("1", "CHEESE", "5"), price=CHEESE.sales_price)
    await happen(store, ORDER, placed(line, channel="homestead", customer="HOME"))
    assert (await case_data(store, ORDER)).state == "promised"

    await happen(store, f"shipment/{COMPANY}/north/SHN1", left("SHN1", "3", kg("7.354")))
    await happen(store, f"shipment/{COMPANY}/north/SHN2", left("SHN2", "2", None))
    assert "shipped_without_weight" in await problems(store)
    assert (await case_data(store, ORDER)).lines["1"].invoiced == 3

    await happen(store, ORDER, ShippedGoodsWeighed("north.SHN2", (("1", Decimal("5.046")),), "protocol"))
    assert "shipped_without_weight" not in await problems(store)
    order = await case_data(store, ORDER)
    assert (order.state, order.lines["1"].invoiced, order.unweighed) == ("shipped", 5, [])
    sent = await rows(store, "select count(*) from delivery where system = 'homestead' and operation = 'invoice'")
    assert sent == [(2,)]
    assert await rows(store, "select unit, quantity, weighed from stock_position_second") == [
        ("KGM", Decimal(0), Decimal(0))
    ]
    await verified(store)
