"""Catch weight goods of a sales order: promised by the piece, invoiced by what was weighed, which is never guessed."""

from __future__ import annotations

from collections.abc import Generator, Iterable, Iterator
from decimal import Decimal

from crossdock.events.sales_order import ShippedGoodsWeighed
from crossdock.model.quantity import ZERO, Quantity
from crossdock.processes._kit import Effect
from crossdock.processes.sales_order import v1_documents as documents
from crossdock.processes.sales_order import v1_warehouse as warehouse
from crossdock.processes.sales_order.v1_checks import ask, settle
from crossdock.processes.sales_order.v1_data import DEAD, SalesOrderCase, Unweighed


def set_aside(
    case: SalesOrderCase,
    shipment: str,
    shipping_order: str,
    left: Iterable[warehouse.Told],
    sold: Iterable[tuple[str, Decimal]],
) -> Generator[Effect, None, list[documents.Sold]]:
    """What of a shipment can be invoiced, of what left and is to be; catch weight goods without a weight wait for a
    person to say it."""
    lines = case.data.lines
    billable = [documents.Sold(line_id, amount) for line_id, amount in sold if not lines[line_id].second_unit]
    bare = False
    for told in left:
        line = lines[told.line]
        if not line.second_unit or line.state in DEAD:
            continue
        if told.second is None or told.second.unit != line.second_unit:
            gone = Unweighed(shipment, shipping_order, told.line, told.quantity, told.owner)
            case.data.unweighed, bare = [*case.data.unweighed, gone], True
        else:
            billable.append(documents.Sold(told.line, told.quantity, told.second))
    if bare:
        yield from _ask(case)
    return billable


def take(case: SalesOrderCase, event: ShippedGoodsWeighed) -> Iterator[Effect]:
    """Take over what somebody says was weighed; what nothing waits for, or weighs nothing, changes nothing."""
    said = {line: weight for line, weight in event.lines if weight > ZERO}
    waiting = [gone for gone in case.data.unweighed if gone.shipment == event.shipment and gone.line in said]
    if not waiting:
        return
    # Of several that left under one line in one shipment, the weight is of all of them: the first bears it.
    weighed = [(gone, said.pop(gone.line, ZERO)) for gone in waiting]
    case.data.weighings += 1
    case.data.unweighed = [gone for gone in case.data.unweighed if gone not in waiting]
    yield from warehouse.book_weights(case, event.shipment, weighed)
    unit = {gone.line: case.data.lines[gone.line].second_unit for gone in waiting}
    sold = [documents.Sold(gone.line, gone.quantity, Quantity(weight, unit[gone.line])) for gone, weight in weighed]
    yield from documents.bill_weighed(case, event.shipment, sold)
    if case.data.unweighed:
        yield from _ask(case)
    else:
        yield from settle(case, "shipped_without_weight", event.reason or "weighed")


def _ask(case: SalesOrderCase) -> Iterator[Effect]:
    waiting = case.data.unweighed
    words = ", ".join(
        f"line {gone.line}: {gone.quantity} of {case.data.lines[gone.line].item} in shipment {gone.shipment}, "
        f"to be weighed in {case.data.lines[gone.line].second_unit}"
        for gone in waiting
    )
    yield from ask(
        case, "shipped_without_weight", words, dict.fromkeys(gone.line for gone in waiting), owner="warehouse"
    )
