"""Cross-dock through the real engine: purchase order, backorder, receipt, shipping order from the dock, shipment."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

import msgspec

from crossdock.events.envelope import NewEvent
from crossdock.events.purchase_order import PurchaseOrderPlaced
from crossdock.events.sales_order import SalesOrderCancelled
from crossdock.events.shipment import ShipmentDispatched
from crossdock.model.fulfillment import ShippedOrder, ShippingLine, WarehouseShippingAdvice, WarehouseShippingOrder
from crossdock.model.masterdata import Customer, Item, SalesPolicy, SupplierTerms
from crossdock.model.party import PartyRef
from crossdock.model.purchase_order import PurchaseOrder, PurchaseOrderLine
from crossdock.model.stock_policy import FillRule, Scope, StockPolicies
from crossdock.processes import PROCESSES
from crossdock.store import Store
from crossdock.testing.scenario import COMPANY, MORNING, StaticReads
from tests.integration.engine.harness import Peer, context, rows, say, settle
from tests.integration.processes.test_order_to_cash import case_data, verified
from tests.unit.processes.order_to_cash import ordered, pieces, placed, price, progress
from tests.unit.processes.procure_to_pay import counted, goods_receipt

FIRST, SECOND = (f"sales_order/{COMPANY}/shop/{number}" for number in ("536365", "536366"))
SUPPLY = f"purchase_order/{COMPANY}/4500001"
RECEIPT = f"goods_receipt/{COMPANY}/north"


def network() -> StaticReads:
    item = Item(
        COMPANY, "HEART", sales_price=price("2.00"), purchase_price=price("1.00"), preferred_location="north",
        supplier="brightware", supplier_item="B-HEART",
    )  # fmt: skip
    rule = FillRule(name="straight", scope=Scope(items=("HEART",)), cross_dock=("north",))
    return StaticReads(
        items=[item],
        customers=[Customer(COMPANY, "17850", credit_limit=Decimal(1000))],
        policies={"shop": SalesPolicy(locations=("north",))},
        suppliers={"brightware": SupplierTerms(quantity_over_percent=Decimal(20))},
        systems={
            ("erp", ""): "erp", ("wms", "north"): "wms_north", ("carrier", ""): "carrier", ("channel", "shop"): "shop",
        },
        stock=StockPolicies(filling=(rule,)),
    )  # fmt: skip


async def happen(store: Store, *events: tuple[str, msgspec.Struct]) -> Peer:
    """Facts come in, and everything that follows from them happens; returns what the warehouse was told."""
    await say(
        store,
        *[
            NewEvent(body=body, subject=to, company_id=COMPANY, occurred_at=MORNING, source="test")
            for to, body in events
        ],
    )
    engine = context(store)
    engine.processes, engine.reads = PROCESSES, network()
    engine.connectors = {name: Peer() for name in ("erp", "wms_north", "carrier", "shop", "brightware")}
    await settle(engine)
    return engine.connectors["wms_north"]


def purchase(quantity: str) -> tuple[str, PurchaseOrderPlaced]:
    lines = (PurchaseOrderLine("10", "HEART", pieces(quantity), price("1.00")),)
    order = PurchaseOrder(
        COMPANY, "4500001", PartyRef(COMPANY), PartyRef("brightware"), PartyRef("north"), MORNING.date(), "GBP", lines,
        due_on=dt.date(2010, 12, 3),
    )  # fmt: skip
    return SUPPLY, PurchaseOrderPlaced(order)


def sale(subject: str, quantity: str) -> tuple[str, msgspec.Struct]:
    return subject, placed(ordered("1", quantity=quantity), number=subject.rpartition("/")[2])


def came(quantity: str, number: str) -> tuple[str, msgspec.Struct]:
    counted_in = counted("1", "4500001", "10", "HEART", quantity)
    return f"{RECEIPT}/{number}", goods_receipt(counted_in, number=number, closes=())


def left(order: str, quantity: str, shipment: str) -> tuple[str, ShipmentDispatched]:
    lines = (ShippingLine(order, "1", "HEART", pieces(quantity)),)
    shipped = ShippedOrder(f"shop-{order}-north-1", "shop", order, lines)
    advice = WarehouseShippingAdvice(COMPANY, "north", shipment, MORNING, PartyRef("17850"), (shipped,), "carrier")
    return f"shipment/{COMPANY}/north/{shipment}", ShipmentDispatched(advice)


async def stock(store: Store) -> dict[str, Decimal]:
    ((*levels,),) = await rows(store, "select unrestricted, picked, packed, quarantined from stock_position")
    return dict(zip(("unrestricted", "picked", "packed", "quarantined"), levels, strict=True))


async def most_free(store: Store) -> Decimal:
    """The most that was free at any moment, by the movements of the promise book."""
    ((most,),) = await rows(store, "select coalesce(max(free_after), 0) from promise_movement")
    return Decimal(most)


def asked(warehouse: Peer) -> list[tuple[str, str, int]]:
    """Shipping orders a warehouse got: number, the receipt they come from, quantity."""
    bodies = [
        msgspec.json.decode(one.rendered.content.split(b" ", 1)[1], type=WarehouseShippingOrder)
        for one in warehouse.got
        if one.rendered.target == "warehouse_shipping_order"
    ]
    return [(one.number, one.cross_dock, int(sum(line.quantity.amount for line in one.lines))) for one in bodies]


async def test_goods_that_two_orders_wait_for_go_from_the_receipt_to_their_customers_and_are_never_free(
    store: Store,
) -> None:
    await happen(store, purchase("10"), sale(FIRST, "6"))
    await happen(store, sale(SECOND, "4"))
    assert await rows(store, "select sum(quantity) from peg") == [(Decimal(10),)]

    # Less came than was pegged: the first has all of it, the second a part.
    warehouse = await happen(store, came("8", "R1"))
    assert asked(warehouse) == [("shop-536365-north-1", "R1", 6), ("shop-536366-north-1", "R1", 2)]
    assert await stock(store) == {"unrestricted": 0, "picked": 0, "packed": 8, "quarantined": 0}
    first, second = await case_data(store, FIRST), await case_data(store, SECOND)
    assert (first.lines["1"].state, second.lines["1"].state, second.lines["1"].backordered) == (
        "packed",
        "backordered",
        2,
    )
    assert await most_free(store) == 0
    await verified(store)

    # Who waits no longer leaves the goods to the ordinary way, and what is beyond the order is held.
    warehouse = await happen(store, (SECOND, SalesOrderCancelled()), came("6", "R2"))
    assert asked(warehouse) == []
    assert await stock(store) == {"unrestricted": 4, "picked": 0, "packed": 8, "quarantined": 2}
    await verified(store)

    # Of the second order the warehouse leaves one behind on the dock, and the line is closed short.
    await happen(
        store,
        left("536365", "6", "SHN1"),
        left("536366", "1", "SHN2"),
    )
    assert (await stock(store))["packed"] == 1
    await happen(store, (SECOND, SalesOrderCancelled(("1",))))
    assert await stock(store) == {"unrestricted": 5, "picked": 0, "packed": 0, "quarantined": 2}
    assert [(await case_data(store, order)).state for order in (FIRST, SECOND)] == ["shipped", "shipped"]
    picks = await rows(store, "select count(*) from stock_movement where to_state = 'picked'")
    assert picks == [(0,)]
    await verified(store)


async def test_what_its_warehouse_picks_from_a_shelf_was_put_away_when_it_came(store: Store) -> None:
    await happen(store, purchase("10"), sale(FIRST, "6"))
    await happen(store, sale(SECOND, "4"))
    await happen(store, came("8", "R1"))

    await happen(store, (FIRST, progress("allocated", ("1", "6"))))
    assert await stock(store) == {"unrestricted": 6, "picked": 0, "packed": 2, "quarantined": 0}
    assert await most_free(store) == 0
    await verified(store)

    await happen(store, (FIRST, progress("picked", ("1", "6"))))
    assert await stock(store) == {"unrestricted": 0, "picked": 6, "packed": 2, "quarantined": 0}
    await happen(store, left("536365", "6", "SHN1"), left("536366", "2", "SHN2"))
    assert await stock(store) == {"unrestricted": 0, "picked": 0, "packed": 0, "quarantined": 0}
    promises = await rows(
        store, "select quantity, remaining, state from reservation where subject = $1 order by asked_number", FIRST
    )
    assert [tuple(row) for row in promises] == [(6, 0, "filled"), (6, 0, "fulfilled"), (6, 0, "fulfilled")]
    assert await most_free(store) == 0
    await verified(store)
