"""Kits through the real engine and the real ledger: sold and told as kits, shipped as components."""

from __future__ import annotations

from decimal import Decimal

import msgspec

from crossdock.events.envelope import NewEvent
from crossdock.events.shipment import ShipmentDispatched
from crossdock.inventory.ledger.batch import LedgerBatch
from crossdock.model.fulfillment import ShippedOrder, ShippingLine, WarehouseShippingAdvice
from crossdock.model.party import PartyRef
from crossdock.model.stock import MoveRequest, StockMoveLine
from crossdock.processes import PROCESSES
from crossdock.store import Store
from crossdock.testing.scenario import COMPANY, MORNING
from tests.integration.engine.harness import Peer, context, rows, say, settle
from tests.integration.processes.test_order_to_cash import case_data, problems, verified
from tests.unit.processes.order_to_cash import item, network, ordered, pieces, placed

ORDER = f"sales_order/{COMPANY}/homestead/536365"
KITS = {"SET": {"CUP": Decimal(2), "PLATE": Decimal(1)}}


async def happen(store: Store, *events: tuple[str, msgspec.Struct]) -> dict[str, Peer]:
    """Facts come in, and everything that follows from them happens; what the systems were sent."""
    told = [NewEvent(body=body, subject=subject, company_id=COMPANY, occurred_at=MORNING, source="test")
            for subject, body in events]  # fmt: skip
    await say(store, *told)
    engine = context(store)
    peers = {name: Peer() for name in ("erp", "wms_north", "wms_south", "carrier", "homestead")}
    engine.processes = PROCESSES
    engine.connectors = dict(peers)
    engine.reads = network(kits=KITS, more=[item("SET", "9.00"), item("CUP"), item("PLATE")])
    await settle(engine)
    return peers


async def come(store: Store, document: str, **goods: int) -> None:
    lines = tuple(
        StockMoveLine(item_id, item_id, "north", Decimal(quantity), "opening", "unrestricted")
        for item_id, quantity in goods.items()
    )
    batch = LedgerBatch([MoveRequest(COMPANY, document, "inventory_report/x", document, lines, MORNING)], MORNING)
    async with store.transaction() as tx:
        await batch.claim(tx)
        await batch.post(tx)


def left(shipment: str, **goods: int) -> tuple[str, ShipmentDispatched]:
    lines = tuple(ShippingLine("536365", "1", item_id, pieces(str(quantity))) for item_id, quantity in goods.items())
    carried = ShippedOrder("homestead-536365-north-1", "homestead", "536365", lines)
    advice = WarehouseShippingAdvice(COMPANY, "north", shipment, MORNING, PartyRef("HOME"), (carried,), "carrier")
    return f"shipment/{COMPANY}/north/{shipment}", ShipmentDispatched(advice)


async def test_an_edi_customer_orders_kits_gets_components_and_hears_of_kits(store: Store) -> None:
    await come(store, "OPEN", SET=1, CUP=7, PLATE=9)
    line = ordered("1", "SET", "4", "9.00")
    await happen(store, (ORDER, placed(line, channel="homestead", customer="HOME")))
    order = await case_data(store, ORDER)
    assert order.state == "promised"
    assert order.lines["1:CUP"].total("promised") == 6

    await happen(store, left("SHN1", SET=1, CUP=6, PLATE=2))
    assert "kit_incomplete" in await problems(store)
    order = await case_data(store, ORDER)
    assert (order.state, order.lines["1"].shipped, order.lines["1"].invoiced) == ("partially_shipped", 3, 3)
    shipment = await case_data(store, f"shipment/{COMPANY}/north/SHN1")
    (named,) = shipment.named["homestead-536365-north-1"]
    assert (named.line, named.item, named.quantity.amount) == ("1", "SET", 3)

    await happen(store, left("SHN2", PLATE=1))
    assert "kit_incomplete" not in await problems(store)
    order = await case_data(store, ORDER)
    assert (order.state, order.lines["1"].invoiced) == ("shipped", 4)
    documents = await rows(store, "select operation from delivery where system = 'homestead' order by operation")
    assert [document for (document,) in documents] == [
        "invoice", "invoice", "purchase_order_acknowledgement", "ship_notice", "ship_notice",
    ]  # fmt: skip
    await verified(store)
