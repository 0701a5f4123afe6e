"""A purchase order whose goods the supplier ships straight to a customer: they never come to us.

What is announced counts as received, for it is the customer's from then on, and the supplier's invoice matches against
it. The sales order that bought the goods is told of the supplier's answers, and of what left by a shipment of its own.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from decimal import Decimal

from crossdock.events.purchase_order import AnnouncedLine, Elsewhere, PurchaseOrderLinesAnnounced, ReceivedLine
from crossdock.events.sales_order import DropShipAnswered, DropShipLine
from crossdock.events.shipment import ShipmentDispatched
from crossdock.events.supplier_documents import ShipNoticeLinesReceived
from crossdock.model.fulfillment import ShippedOrder, ShippingLine, WarehouseShippingAdvice
from crossdock.model.purchase_order import DropShip, PurchaseOrder
from crossdock.model.quantity import ZERO, Quantity
from crossdock.processes._kit import Effect, Emit, Link, tell
from crossdock.processes.purchase_order.v1_data import OrderCase, PurchaseLine
from crossdock.processes.purchase_order.v1_lines import coming, latest_date


def begin(case: OrderCase, order: PurchaseOrder) -> Iterator[Effect]:
    """The order goes out: it can be found, belongs to its sales order, and the ERP hears that we bought."""
    if order.drop_ship is not None:
        yield Link(kind="purchase_order", issuer=case.company_id, value=order.number)
        yield Link(document=_sales_order(case, order.drop_ship), role="drop_ship")
        yield from tell(case, "erp", "purchase_order", order, order.number)


def pass_on(case: OrderCase, event: PurchaseOrderLinesAnnounced, taken: Sequence[AnnouncedLine]) -> Iterator[Effect]:
    """Goods left the supplier for the customer: they count as received, here and for the ship notice, and are on their
    way in a shipment of their own."""
    order, travel = case.data.placed(), event.elsewhere
    if order.drop_ship is None or travel is None or not taken:
        return
    for part in taken:
        line, amount = case.data.lines[part.line], part.quantity.amount
        line.notices[event.ship_notice].received += amount
        line.received_good += amount
    received = tuple(
        ReceivedLine(f"{case.key}/{part.line}", part.item, part.quantity, Quantity(ZERO, part.quantity.unit))
        for part in taken
    )
    notice = f"ship_notice/{case.company_id}/{order.supplier.id}/{event.ship_notice}"
    yield Emit(ShipNoticeLinesReceived(case.key, received, final=False), notice)
    case.data.passed_on += 1
    advice = _advice(case, order.drop_ship, travel, taken)
    yield Emit(ShipmentDispatched(advice), f"shipment/{case.company_id}/{advice.warehouse}/{advice.number}")


def _advice(
    case: OrderCase, drop_ship: DropShip, travel: Elsewhere, taken: Sequence[AnnouncedLine]
) -> WarehouseShippingAdvice:
    order = case.data.placed()
    lines = tuple(ShippingLine(drop_ship.order_number, part.line, part.item, part.quantity) for part in taken)
    return WarehouseShippingAdvice(
        company_id=case.company_id,
        warehouse=order.supplier.id,
        # Not the notice's number: that may carry goods of several orders, each of which is a shipment here.
        number=f"{case.key}.{case.data.passed_on}",
        shipped_at=travel.shipped_at,
        customer=drop_ship.customer,
        orders=(ShippedOrder(case.key, drop_ship.channel, drop_ship.order_number, lines),),
        carrier=travel.carrier,
        packs=travel.packs,
        ship_to=order.ship_to,
        supplier=order.supplier.id,
        tracking=travel.tracking,
    )


def tell_sales_order(case: OrderCase) -> Iterator[Effect]:
    """Tell the sales order what the supplier makes of its lines, where that changed."""
    drop_ship = case.data.placed().drop_ship
    if drop_ship is None or case.data.invalid:
        return
    changed = []
    for line_id, line in case.data.lines.items():
        told = _answer(case, line_id, line)
        if told is not None and line.told != told:
            line.told = told
            changed.append(told)
    if changed:
        yield Emit(DropShipAnswered(case.key, tuple(changed)), _sales_order(case, drop_ship))


def _answer(case: OrderCase, line_id: str, line: PurchaseLine) -> DropShipLine | None:
    """What becomes of a line by all that is known; None as long as the supplier has not said, or a buyer must decide
    what is to be made of what it said."""
    if line.disputed or not (line.splits or line.covered or line.given_up):
        return None
    firm, later = coming(line, case.data.closed)
    refused: Decimal = max(line.ordered - firm - later, ZERO)
    return DropShipLine(
        line=line_id,
        accepted=min(firm, line.ordered),
        later=later,
        refused=refused,
        expected_on=latest_date(line, backordered=True) if later else None,
    )


def _sales_order(case: OrderCase, drop_ship: DropShip) -> str:
    return f"sales_order/{case.company_id}/{drop_ship.channel}/{drop_ship.order_number}"
