"""Lines that a supplier ships straight to the customer: they ask nothing of the ledger and never touch our books.

The order places a purchase order with the supplier, which stands here as a warehouse's shipping order does. How much of
a line waits and how much the supplier has in hand follows from what it answered and what it shipped, whichever came
first. What it will not ship waits without supply: a buyer owns that.
"""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

from crossdock.events.purchase_order import PurchaseOrderPlaced
from crossdock.events.sales_order import DropShipAnswered
from crossdock.model.party import PartyRef
from crossdock.model.purchase_order import DropShip, PurchaseOrder, PurchaseOrderLine, Schedule
from crossdock.model.quantity import ZERO
from crossdock.processes._kit import Effect, Emit, Link
from crossdock.processes.sales_order import v1_stock as stock
from crossdock.processes.sales_order.v1_checks import ask, settle
from crossdock.processes.sales_order.v1_data import DropShipped, Part, SalesLine, SalesOrderCase
from crossdock.rules import sourcing
from crossdock.rules.drop_ship import order_number


def place_orders(case: SalesOrderCase) -> Iterator[Effect]:
    """Order from each supplier what it is to ship: one purchase order for each currency that it is paid in."""
    wanted: dict[tuple[str, str], list[PurchaseOrderLine]] = {}
    for line_id, line in case.data.alive().items():
        if line.drop_ship is not None and line.missing > ZERO:
            key = (line.drop_ship.supplier, line.drop_ship.price.currency)
            wanted.setdefault(key, []).append(_bought(line_id, line, line.drop_ship))
    for (supplier, currency), lines in sorted(wanted.items()):
        body = _purchase_order(case, supplier, currency, lines)
        shipping = stock.new_shipping_order(case, supplier)
        shipping.by_supplier = True
        case.data.shipping_orders[body.number] = shipping
        for bought in lines:
            part = case.data.lines[bought.line].parts.setdefault(shipping.n, Part())
            part.grants = [(body.number, bought.quantity.amount)]
        subject = f"purchase_order/{case.company_id}/{body.number}"
        yield Link(kind="shipping_order", issuer=case.company_id, value=body.number)
        yield Link(document=subject, role="drop_ship")
        yield Emit(PurchaseOrderPlaced(body), subject)


def _purchase_order(
    case: SalesOrderCase, supplier: str, currency: str, lines: list[PurchaseOrderLine]
) -> PurchaseOrder:
    order = case.data.head
    return PurchaseOrder(
        company_id=case.company_id,
        number=order_number(case.company_id, order.channel, order.number, supplier, currency),
        buyer=PartyRef(case.company_id),
        supplier=PartyRef(supplier),
        ship_to=order.ship_to or order.customer,
        ordered_on=case.on(),
        currency=currency,
        lines=tuple(lines),
        reference=order.customer_reference or order.number,
        drop_ship=DropShip(order.channel, order.number, order.customer),
    )


def _bought(line_id: str, line: SalesLine, drop_ship: DropShipped) -> PurchaseOrderLine:
    quantity = line.quantity(line.missing)
    return PurchaseOrderLine(
        line=line_id,
        item=line.item,
        quantity=quantity,
        price=drop_ship.price,
        supplier_item=drop_ship.supplier_item,
        schedules=(Schedule(quantity, line.due_on),) if line.due_on else (),
    )


def take_answer(case: SalesOrderCase, event: DropShipAnswered) -> Iterator[Effect]:
    """The supplier's answer to some lines is other than it was."""
    shipping = case.data.shipping_orders.get(event.purchase_order)
    if shipping is None:
        return
    for told in event.lines:
        line = case.data.lines.get(told.line)
        if line is not None and line.drop_ship is not None:
            line.drop_ship.answer = told
            line.follow_supplier(shipping.n)
            stock.stand(case, (told.line,))
    yield from own_what_is_refused(case)


def refused(line: SalesLine) -> Decimal:
    """What its supplier will not ship, and nobody else does so far."""
    return line.backordered - line.pegged if line.drop_ship is not None else ZERO


def is_under_way(line: SalesLine) -> bool:
    """Does its supplier have some of it in hand, or promised it for later?"""
    return line.drop_ship is not None and (line.pegged > ZERO or line.total("promised") > ZERO)


def cancel(line: SalesLine) -> None:
    """Nobody waits any longer for what the supplier will not ship. The rest it was asked to ship."""
    given_up = refused(line)
    line.cancelled += given_up
    line.backordered -= given_up


def own_what_is_refused(case: SalesOrderCase) -> Iterator[Effect]:
    """A buyer owns what a supplier will not ship: another way is found, or the customer gets it no more."""
    lines = {line_id: line for line_id, line in case.data.lines.items() if refused(line) > ZERO}
    if not lines:
        yield from settle(case, "drop_ship_refused", "the supplier ships it after all, or nobody wants it")
        return
    policy = case.reads.sales_policy(case.company_id, case.data.head.channel)
    shown = ", ".join(_shown(line_id, line) for line_id, line in lines.items())
    answer_on = sourcing.answer_due_on(case.on(), policy)
    yield from ask(case, "drop_ship_refused", f"not shipped: {shown}", lines, owner="buyer", expected_on=answer_on)


def _shown(line_id: str, line: SalesLine) -> str:
    supplier = line.drop_ship.supplier if line.drop_ship is not None else ""
    return f"line {line_id}: {refused(line)} of {line.item} by {supplier}"
