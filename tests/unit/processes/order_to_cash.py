"""A small selling network and short ways to say what happens in it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from decimal import Decimal

from crossdock.events.inventory import (
    BackorderedLine,
    BackorderExpected,
    BackorderFilled,
    PromisedLine,
    StockPromised,
)
from crossdock.events.sales_order import (
    SalesOrderLinesDelivered,
    SalesOrderLinesShipped,
    SalesOrderPlaced,
    ShippedLine,
    WarehouseProgressed,
)
from crossdock.model.fulfillment import ShippingLine, WarehouseProgress
from crossdock.model.masterdata import Customer, Item, SalesPolicy, SupplierTerms
from crossdock.model.party import PartyRef
from crossdock.model.purchase_order import Charge
from crossdock.model.quantity import Price, Quantity
from crossdock.model.sales_order import SalesOrder, SalesOrderLine
from crossdock.model.stock_policy import StockPolicies
from crossdock.processes.sales_order import LIFECYCLE
from crossdock.testing.scenario import COMPANY, MORNING, Scenario, StaticReads, case

GBP = "GBP"


def price(amount: str) -> Price:
    return Price(Decimal(amount), GBP)


def pieces(amount: str) -> Quantity:
    return Quantity(Decimal(amount))


def item(item_id: str, list_price: str = "2.00", location: str = "north", kind: str = "stock") -> Item:
    return Item(COMPANY, item_id, kind=kind, sales_price=price(list_price), preferred_location=location)  # type: ignore[arg-type]


def network(
    policy: SalesPolicy | None = None,
    silent: tuple[tuple[str, str], ...] = (),
    stock: StockPolicies | None = None,
    kits: Mapping[str, Mapping[str, Decimal]] | None = None,
    more: Iterable[Item] = (),
    consignees: Mapping[str, str] | None = None,
    suppliers: Mapping[str, SupplierTerms] | None = None,
) -> StaticReads:
    both = policy or SalesPolicy(locations=("north", "south"))
    return StaticReads(
        stock=stock,
        kits=kits,
        suppliers=suppliers,
        items=[
            *more,
            item("HEART"),
            item("LANTERN"),
            item("MUG", "4.25", "south"),
            item("POST", "18.00", "", "charge"),
        ],
        customers=[
            Customer(COMPANY, "17850", credit_limit=Decimal(1000)),
            Customer(COMPANY, "CASH"),
            Customer(COMPANY, "BLOCKED", on_hold=True),
            Customer(COMPANY, "HOME"),
        ],
        policies={"shop": both, "marketplace": both, "homestead": both},
        systems={
            ("erp", ""): "erp",
            ("wms", "north"): "wms_north",
            ("wms", "south"): "wms_south",
            ("carrier", ""): "carrier",
            ("channel", "shop"): "shop",
            ("channel", "marketplace"): "marketplace",
        },
        partners={"homestead": "homestead"},
        silent=(("homestead", "order_status"), *silent),
        consignees=consignees,
    )


def ordered(
    line: str, item_id: str = "HEART", quantity: str = "10", at: str = "2.00", **more: object
) -> SalesOrderLine:
    return SalesOrderLine(line, item_id, pieces(quantity), price(at), **more)  # type: ignore[arg-type]


def placed(
    *lines: SalesOrderLine,
    channel: str = "shop",
    customer: str = "17850",
    charges: tuple[Charge, ...] = (),
    reference: str = "",
    number: str = "536365",
) -> SalesOrderPlaced:
    return SalesOrderPlaced(
        SalesOrder(
            company_id=COMPANY,
            channel=channel,
            number=number,
            customer=PartyRef(customer),
            ordered_at=MORNING,
            currency=GBP,
            lines=lines or (ordered("1"),),
            promise="asked" if channel == "shop" else "told",
            charges=charges,
            customer_reference=reference,
        )
    )


def granted(line: str = "1", quantity: str = "10", location: str = "north", item_id: str = "HEART") -> PromisedLine:
    return PromisedLine(line, item_id, location, Decimal(quantity), f"r{line}-{location}")


def waiting(
    line: str = "1", quantity: str = "4", pegged: str = "0", expected_on: dt.date | None = None
) -> BackorderedLine:
    return BackorderedLine(line, "HEART", Decimal(quantity), f"b{line}", Decimal(pegged), expected_on)


def promised(*lines: PromisedLine, **more: object) -> StockPromised:
    return StockPromised("order", promised=lines, **more)  # type: ignore[arg-type]


def filled(line: str = "1", quantity: str = "4", location: str = "north", nth: int = 1) -> BackorderFilled:
    return BackorderFilled("RCN1", (PromisedLine(line, "HEART", location, Decimal(quantity), f"b{line}.{nth}"),))


def expected(line: str = "1", quantity: str = "4", pegged: str = "4", on: dt.date | None = None) -> BackorderExpected:
    return BackorderExpected((waiting(line, quantity, pegged, on),))


def progress(
    step: str, *lines: tuple[str, str], sequence: int = 0, number: str = "shop-536365-north-1", item_id: str = "HEART"
) -> WarehouseProgressed:
    return WarehouseProgressed(
        WarehouseProgress(
            company_id=COMPANY,
            warehouse=number.split("-")[2],
            shipping_order=number,
            step=step,  # type: ignore[arg-type]
            sequence=sequence or ("allocated", "picked", "packed").index(step) + 1,
            at=MORNING,
            lines=tuple(
                ShippingLine("536365", line, item_id, pieces(quantity)) for line, quantity in lines or (("1", "10"),)
            ),
        )
    )


def shipped(
    *lines: tuple[str, str], shipment: str = "SHN1", number: str = "shop-536365-north-1", item_id: str = "HEART"
) -> SalesOrderLinesShipped:
    return SalesOrderLinesShipped(
        shipment=shipment,
        shipping_order=number,
        warehouse=number.split("-")[-2],
        shipped_at=MORNING,
        lines=tuple(ShippedLine(line, item_id, pieces(quantity)) for line, quantity in lines or (("1", "10"),)),
    )


def delivered(*lines: tuple[str, str], shipment: str = "SHN1", item_id: str = "HEART") -> SalesOrderLinesDelivered:
    return SalesOrderLinesDelivered(
        shipment, MORNING, tuple(ShippedLine(line, item_id, pieces(q)) for line, q in lines or (("1", "10"),))
    )


def sales_order(channel: str = "shop", reads: StaticReads | None = None, number: str = "536365") -> Scenario:
    return case(LIFECYCLE, f"sales_order/{COMPANY}/{channel}/{number}", reads=reads or network())


def released(channel: str = "shop") -> Scenario:
    """An order of ten hearts that the warehouse was asked to ship."""
    return sales_order(channel).given(placed(channel=channel), promised(granted()))


def moved(scenario: Scenario) -> dict[tuple[str, str], Decimal]:
    """(from state, to state) -> quantity over all stock moves of the last `when`."""
    from crossdock.processes._kit import Move

    total: dict[tuple[str, str], Decimal] = {}
    for move in scenario.all(Move):
        for line in move.lines:
            key = (line.from_state, line.to_state)
            total[key] = total.get(key, Decimal(0)) + line.quantity
    return total
