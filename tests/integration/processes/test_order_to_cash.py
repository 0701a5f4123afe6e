"""Order to cash through the real engine and the real ledger: what the handlers ask for is what stock then shows."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Any

import msgspec

from crossdock.engine.repromising import promise_again
from crossdock.events.envelope import NewEvent
from crossdock.events.inventory import InventoryAdjusted
from crossdock.events.returns import ReturnAuthorized, ReturnProgressed
from crossdock.events.sales_order import SalesOrderCancelled
from crossdock.events.shipment import MilestoneReached, ShipmentDispatched
from crossdock.inventory.guard.verify import verify
from crossdock.inventory.ledger.batch import LedgerBatch
from crossdock.model.fulfillment import (
    InventoryAdjustment,
    InventoryAdjustmentLine,
    Milestone,
    ReturnedLine,
    ReturnProgress,
    ShippedOrder,
    ShippingLine,
    WarehouseShippingAdvice,
)
from crossdock.model.party import PartyRef
from crossdock.model.sales_order import ReturnAuthorization, ReturnLine
from crossdock.model.stock import MoveRequest, StockMoveLine
from crossdock.processes import PROCESSES
from crossdock.store import Store
from crossdock.testing.scenario import COMPANY, MORNING, StaticReads
from tests.integration.engine.harness import Peer, context, rows, say, settle
from tests.unit.processes.order_to_cash import network, ordered, pieces, placed, price, progress

ORDER = f"sales_order/{COMPANY}/shop/536365"
TOLD = f"sales_order/{COMPANY}/marketplace/536365"


async def happen(store: Store, *events: tuple[str, msgspec.Struct], reads: StaticReads | None = None) -> None:
    """Facts come in, and everything that follows from them happens."""
    await say(
        store,
        *[
            NewEvent(body=body, subject=subject, company_id=COMPANY, occurred_at=MORNING, source="test")
            for subject, body in events
        ],
    )
    systems = ("erp", "wms_north", "wms_south", "carrier", "shop", "marketplace", "homestead")
    engine = context(store)
    engine.processes = PROCESSES
    engine.connectors = {name: Peer() for name in systems}
    engine.reads = reads or network()
    await settle(engine)
    while await promise_again(engine):
        await settle(engine)


async def stocked(store: Store, quantity: int, location: str = "north") -> None:
    line = StockMoveLine("1", "HEART", location, Decimal(quantity), "opening", "unrestricted")
    batch = LedgerBatch(
        [MoveRequest(COMPANY, f"open {location}", "inventory_report/x", "OPEN", (line,), MORNING)], MORNING
    )
    async with store.transaction() as tx:
        await batch.claim(tx)
        await batch.post(tx)


def dispatched(order: str, quantity: str, *, number: str, shipment: str, channel: str = "shop") -> tuple[str, Any]:
    lines = (ShippingLine("536365", "1", "HEART", pieces(quantity)),)
    advice = WarehouseShippingAdvice(
        COMPANY,
        "north",
        shipment,
        MORNING,
        PartyRef("17850"),
        (ShippedOrder(number, channel, "536365", lines),),
        "carrier",
    )
    return f"shipment/{COMPANY}/north/{shipment}", ShipmentDispatched(advice)


async def case_data(store: Store, subject: str) -> Any:
    ((text,),) = await rows(store, "select data from process_case where id = $1", subject)
    return PROCESSES[subject.split("/")[0]].decoder.decode(text)


async def problems(store: Store) -> set[str]:
    return {code for (code,) in await rows(store, "select code from exception_case where closed_at is null")}


async def verified(store: Store) -> None:
    async with store.transaction() as tx:
        found = await verify(tx)
    assert found.compared
    assert not found.discrepancies


async def test_an_order_short_of_stock_goes_out_in_two_shipments_with_goods_that_a_return_brought(store: Store) -> None:
    await stocked(store, 6)
    await happen(store, (ORDER, placed()))
    order = await case_data(store, ORDER)
    assert (order.state, order.lines["1"].backordered) == ("backordered", 4)
    assert await problems(store) == {"backorder_without_supply"}

    await happen(
        store,
        (ORDER, progress("picked", ("1", "6"))),
        dispatched(ORDER, "6", number="shop-536365-north-1", shipment="SHN1"),
        (ORDER, progress("packed", ("1", "6"))),
    )
    assert (await case_data(store, ORDER)).state == "partially_shipped"

    back = ReturnLine("1", "HEART", pieces("4"), price("2.00"))
    agreed = ReturnAuthorization(COMPANY, "C1", PartyRef("CASH"), "north", MORNING, "GBP", (back,), "shop")
    judged = ReturnProgress(
        COMPANY, "north", "C1", "inspected", MORNING, (ReturnedLine("1", "HEART", pieces("4"), "restock"),)
    )
    await happen(
        store, (f"return/{COMPANY}/C1", ReturnAuthorized(agreed)), (f"return/{COMPANY}/C1", ReturnProgressed(judged))
    )
    assert (await case_data(store, ORDER)).lines["1"].total("promised") == 10
    assert "backorder_without_supply" not in await problems(store)

    arrived = MilestoneReached(Milestone("SHN1", "carrier", "delivered", MORNING + dt.timedelta(days=1)))
    await happen(
        store,
        dispatched(ORDER, "4", number="shop-536365-north-2", shipment="SHN2"),
        (f"shipment/{COMPANY}/north/SHN1", arrived),
        (f"shipment/{COMPANY}/north/SHN2", arrived),
    )
    order = await case_data(store, ORDER)
    assert (order.state, order.lines["1"].invoiced) == ("delivered", 10)
    assert await problems(store) == set()
    sent = await rows(store, "select operation, number, status from delivery where case_id = $1 order by 1, 2", ORDER)
    assert {row[2] for row in sent} == {"delivered"}
    assert [row[1] for row in sent if row[0] in ("invoice", "warehouse_shipping_order")] == [
        "INV-shop-536365-1", "INV-shop-536365-2", "shop-536365-north-1", "shop-536365-north-2",
    ]  # fmt: skip
    await verified(store)


async def test_a_loss_of_promised_goods_is_one_exception_and_the_order_is_shipped_when_they_come(store: Store) -> None:
    await stocked(store, 10)
    await happen(store, (ORDER, placed()))
    loss = InventoryAdjustment(
        COMPANY, "north", "ADJ1", MORNING, (InventoryAdjustmentLine("1", "HEART", pieces("-4"), "broken"),)
    )
    adjustment = f"adjustment/{COMPANY}/north/ADJ1"
    await happen(store, (adjustment, InventoryAdjusted(loss)))
    assert await problems(store) == {"promises_withdrawn"}
    ((risk, detail),) = await rows(store, "select money_at_risk, detail from exception_case where closed_at is null")
    assert risk == Decimal("8.00")
    assert f"after {adjustment}: {ORDER} line 1: 4" in detail
    await verified(store)

    found = InventoryAdjustment(
        COMPANY, "north", "ADJ2", MORNING, (InventoryAdjustmentLine("1", "HEART", pieces("4"), "found"),)
    )
    await happen(store, (f"adjustment/{COMPANY}/north/ADJ2", InventoryAdjusted(found)))
    assert await problems(store) == set()
    await happen(
        store,
        (ORDER, progress("picked", ("1", "10"))),
        (ORDER, progress("packed", ("1", "10"))),
        dispatched(ORDER, "10", number="shop-536365-north-1", shipment="SHN1"),
    )
    sent = await rows(store, "select number from delivery where operation = 'warehouse_shipping_order'")
    assert [row[0] for row in sent] == ["shop-536365-north-1"]
    assert (await case_data(store, ORDER)).lines["1"].total("shipped") == 10
    await verified(store)


async def test_a_shortage_told_by_a_channel_is_owned_and_cancelling_gives_it_back(store: Store) -> None:
    await stocked(store, 6)
    await happen(store, (TOLD, placed(channel="marketplace")))
    assert await problems(store) == {"told_shortage"}
    await happen(store, (TOLD, SalesOrderCancelled(("1",))))
    order = await case_data(store, TOLD)
    assert (order.state, order.lines["1"].cancelled) == ("promised", 4)
    assert await problems(store) == {"cancel_too_late"}
    await verified(store)


async def test_an_order_of_many_lines_is_one_promise_and_one_shipping_order(store: Store) -> None:
    await stocked(store, 100)
    await happen(store, (ORDER, placed(*(ordered(str(n), quantity="2") for n in range(1, 22)))))
    order = await case_data(store, ORDER)
    assert order.state == "promised"
    assert {line.total("promised") for line in order.lines.values()} == {Decimal(2)}
    await verified(store)


async def test_goods_on_consignment_are_promised_and_pass_to_the_customer_when_they_leave(store: Store) -> None:
    kiln = "consignment_in:kilncraft"
    for owner, quantity in (("own", 4), (kiln, 6), ("customer_owned:17850", 9)):
        line = StockMoveLine("1", "HEART", "north", Decimal(quantity), "opening", "unrestricted", owner=owner)
        batch = LedgerBatch(
            [MoveRequest(COMPANY, f"open {owner}", "inventory_report/x", "OPEN", (line,), MORNING)], MORNING
        )
        async with store.transaction() as tx:
            await batch.claim(tx)
            await batch.post(tx)
    await happen(store, (ORDER, placed()))
    assert (await case_data(store, ORDER)).lines["1"].total("promised") == 10, "a customer's own goods are not promised"

    lines = tuple(
        ShippingLine("536365", "1", "HEART", pieces(quantity), owner=owner)
        for owner, quantity in (("own", "4"), (kiln, "6"))
    )
    shipped = (ShippedOrder("shop-536365-north-1", "shop", "536365", lines),)
    advice = WarehouseShippingAdvice(COMPANY, "north", "SHN1", MORNING, PartyRef("17850"), shipped, "carrier")
    await happen(store, (f"shipment/{COMPANY}/north/SHN1", ShipmentDispatched(advice)))
    assert dict(await rows(store, "select owner, unrestricted from stock_position")) == {
        "own": 0,
        kiln: 0,
        "customer_owned:17850": 9,
    }
    ((text,),) = await rows(store, "select body from event where type = 'OwnershipPassed'")
    passed = msgspec.json.decode(text)
    assert (passed["from_owner"], passed["to_owner"], passed["quantity"]) == (kiln, "customer", "6")
    assert (await case_data(store, ORDER)).state in ("shipped", "invoiced")
    await verified(store)
