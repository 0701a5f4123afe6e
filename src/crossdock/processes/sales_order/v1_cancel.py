"""Cancelling what is not yet on its way."""

from __future__ import annotations

from collections.abc import Iterator

from crossdock.events.sales_order import SalesOrderCancelled
from crossdock.model.quantity import ZERO
from crossdock.processes._kit import Effect
from crossdock.processes.sales_order import v1_cross_dock as cross_dock
from crossdock.processes.sales_order import v1_drop_ship as drop_ship
from crossdock.processes.sales_order import v1_kits as kits
from crossdock.processes.sales_order import v1_stock as stock
from crossdock.processes.sales_order import v1_warehouse as warehouse
from crossdock.processes.sales_order.v1_checks import ask, settle
from crossdock.processes.sales_order.v1_data import DEAD, SalesLine, SalesOrderCase


def cancel_lines(case: SalesOrderCase, event: SalesOrderCancelled) -> Iterator[Effect]:
    """End what waits for a person or for stock, and what a shipment left behind; say which lines a warehouse has."""
    data = case.data
    freed: list[str] = []
    too_late: list[str] = []
    on_the_dock: list[cross_dock.Left] = []
    known = (line_id for line_id in event.lines or tuple(data.lines) if line_id in data.lines)
    for line_id in data.named(known):
        line = data.lines[line_id]
        if line.state in DEAD:
            continue
        parts = list(kits.components(data, line_id))
        for each_id, each in [(line_id, line), *parts]:
            on_the_dock += _left_on_the_dock(case, each_id, each)
        goods = [line, *(part for _, part in parts)]
        ended = [name for each in goods for name in _cancel(case, line_id, each)]
        left_behind = [name for each in goods for name in _close_short(case, each)]
        freed += ended + left_behind
        if parts:
            kits.give_up_rest(data, line_id)
        stock.stand(case, (*(part_id for part_id, _ in parts), line_id))
        if any(_is_too_late(each, closed_short=bool(left_behind)) for each in goods):
            too_late.append(line_id)
    yield from stock.give_back(freed)
    yield from cross_dock.put_away(on_the_dock)
    for number, shipping in data.shipping_orders.items():
        if shipping.shipments:
            yield from warehouse.finish(case, number, shipping)
    if too_late:
        detail = f"a warehouse has lines {', '.join(too_late)} already: {event.reason or 'cancelled'}"
        yield from ask(case, "cancel_too_late", detail, too_late)
    yield from stock.own_what_waits(case)
    yield from drop_ship.own_what_is_refused(case)
    if not data.alive():
        yield from _forget_problems(case)


def _is_too_late(line: SalesLine, *, closed_short: bool) -> bool:
    """Was somebody asked to ship some of it, and did not leave it behind?"""
    return drop_ship.is_under_way(line) or line.total("promised") > (line.total("shipped") if closed_short else ZERO)


def _cancel(case: SalesOrderCase, line_id: str, line: SalesLine) -> list[str]:
    """The reservations that nobody needs any more; for a drop-ship there are none."""
    if line.state in ("accepted", "requested"):
        line.cancelled = line.ordered
        case.move(line_id, line, "cancelled")
        return []
    if line.drop_ship is not None:
        drop_ship.cancel(line)
        return []
    if line.backordered <= ZERO:
        return []
    freed, line.waiting = line.waiting, []
    line.cancelled += line.backordered
    line.backordered = line.pegged = line.short = ZERO
    line.expected_on = None
    return freed


def _left_on_the_dock(case: SalesOrderCase, line_id: str, line: SalesLine) -> Iterator[cross_dock.Left]:
    """What went straight to packed and its warehouse left behind when it shipped."""
    for shipping in case.data.shipping_orders.values():
        part = line.parts.get(shipping.n)
        if shipping.shipments and part and (left := part.put_away()):
            yield cross_dock.Left(line_id, line.item, shipping.location, left, f"{line_id} of {shipping.n}")


def _close_short(case: SalesOrderCase, line: SalesLine) -> list[str]:
    """The reservations of what shipping orders left without: nobody picks it any more."""
    freed: list[str] = []
    for shipping in case.data.shipping_orders.values():
        if shipping.shipments and not shipping.by_supplier and (part := line.parts.get(shipping.n)):
            given_up, promises = part.give_up_rest()
            line.cancelled += given_up
            freed += promises
    line.given_back += freed
    return freed


def _forget_problems(case: SalesOrderCase) -> Iterator[Effect]:
    case.data.holds = []
    for code in tuple(case.data.problems):
        yield from settle(case, code, "cancelled")
