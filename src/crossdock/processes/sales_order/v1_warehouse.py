"""What warehouses did with shipping orders: entered step by step, and booked as it follows from all they said."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from decimal import Decimal
from typing import NamedTuple

from msgspec.structs import replace

from crossdock.model.quantity import ZERO, Price, Quantity
from crossdock.model.stock import OWN, StockMoveLine
from crossdock.processes._kit import CloseExceptionCase, Effect, Met, Move, line_beside, tell_goods
from crossdock.processes.sales_order import v1_kits as kits
from crossdock.processes.sales_order import v1_stock as stock
from crossdock.processes.sales_order.v1_checks import ask
from crossdock.processes.sales_order.v1_data import DEAD, Part, SalesLine, SalesOrderCase, ShippingOrder, Unweighed
from crossdock.rules import goods_flow


def shipping_order(case: SalesOrderCase, number: str, location: str) -> ShippingOrder:
    """The shipping order a warehouse speaks of. One that we never sent is entered all the same: goods moved."""
    found = case.data.shipping_orders.get(number)
    if found is None:
        found = case.data.shipping_orders[number] = stock.new_shipping_order(case, location)
    return found


class Told(NamedTuple):
    """So much of a line in a step of a warehouse; of catch weight goods with what was weighed."""

    line: str
    item: str
    quantity: Decimal
    owner: str
    second: Quantity | None = None


def book_weights(case: SalesOrderCase, shipment: str, weighed: Iterable[tuple[Unweighed, Decimal]]) -> Iterator[Effect]:
    """Book again, with its weight, what had left without one: it is taken back and leaves once more."""
    moves: list[StockMoveLine] = []
    for gone, weight in weighed:
        line = case.data.lines[gone.line]
        place = case.data.shipping_orders[gone.shipping_order].location
        back = StockMoveLine(gone.line, line.item, place, gone.quantity, "customer", "packed", owner=gone.owner)
        again = replace(
            back, from_state="packed", to_state="customer", second_quantity=weight, second_unit=line.second_unit
        )
        moves += [back, again]
    if moves:
        yield Move(f"{shipment}/weighed/{case.data.weighings}", tuple(moves), reason="weighed")


def book(
    case: SalesOrderCase,
    shipping: ShippingOrder,
    step: str,
    told: Iterable[Told],
    document: str,
) -> Iterator[Effect]:
    """Enter what a warehouse did, and book what follows from all it said so far. What a supplier shipped straight to
    the customer was never in our books."""
    moves: list[StockMoveLine] = []
    on_shelf: list[StockMoveLine] = []
    fewer_wait = False
    for each in told:
        line_id = line_of(case, each.line, each.item)
        line = case.data.lines[line_id]
        waited = line.backordered
        step_moves, found = _moves(case, line_id, shipping, step, each)
        moves += step_moves
        on_shelf += found
        fewer_wait = fewer_wait or line.backordered < waited
        if shipping.by_supplier:
            line.follow_supplier(shipping.n)
        stock.stand(case, (line_id,))
    if on_shelf:
        # They were never on the dock: our book of that time is compared with what the warehouse says of it.
        yield Move(f"{document}/put away", tuple(on_shelf), reason="put_away", at=shipping.came_at)
    if moves and not shipping.by_supplier:
        yield Move(document, tuple(moves))
        yield from tell_goods(case, document, moves, "shipped")
    yield from _too_much(case, shipping, step)
    if fewer_wait:
        yield from stock.own_what_waits(case)


def _moves(
    case: SalesOrderCase, line_id: str, shipping: ShippingOrder, step: str, told: Told
) -> tuple[list[StockMoveLine], list[StockMoveLine]]:
    """What one told quantity makes to be booked, owner by owner, and what it says of goods that went straight to
    packed in our book only. What leaves stock ends promises, whoever owned it; a weight belongs to what leaves the
    house."""
    line = case.data.lines[line_id]
    part = line.parts.get(shipping.n)
    if part is None:
        part = line.parts[shipping.n] = Part()
    before = part.booked_by_owner()
    part.enter(step, told.quantity, told.owner)
    on_shelf = list(_put_away(line_id, told.item, shipping.location, part))
    if on_shelf:
        before[OWN] = before[OWN].less(sum((each.quantity for each in on_shelf), ZERO))
    drawn = sum((booked.picked for booked in before.values()), ZERO)
    moves: list[StockMoveLine] = []
    for whose, after in part.booked_by_owner().items():
        for from_state, to_state, amount in after.steps(before.get(whose, goods_flow.Outbound(ZERO, ZERO, ZERO))):
            pieces = [("", amount)]
            if from_state == "unrestricted":
                pieces = list(_draw(line, part, drawn, amount))
                drawn += amount
            weighed = told.second if to_state == "customer" and (whose, amount) == (told.owner, told.quantity) else None
            moves += [
                StockMoveLine(
                    line_id,
                    told.item,
                    shipping.location,
                    piece,
                    from_state,
                    to_state,
                    reservation=reservation,
                    owner=whose,
                    second_quantity=weighed.amount if weighed else None,
                    second_unit=weighed.unit if weighed else "",
                )
                for reservation, piece in pieces
            ]
    return moves, on_shelf


def _put_away(line_id: str, item: str, location: str, part: Part) -> Iterator[StockMoveLine]:
    for ended, now, quantity in part.find_on_shelf():
        yield StockMoveLine(
            line_id, item, location, quantity, "packed", "unrestricted", reservation=ended, stays_promised_as=now
        )


def _draw(line: SalesLine, part: Part, drawn: Decimal, quantity: Decimal) -> Iterator[tuple[str, Decimal]]:
    """The promises that a pick ends: those of its shipping order, and beyond them what still waits."""
    for reservation, piece in goods_flow.draw(part.grants, drawn, quantity):
        here = ZERO if reservation or not line.waiting else min(piece, line.backordered)
        if here:
            line.waits_for_less(here)
            yield line.waiting[0], here
        if piece > here:
            yield reservation, piece - here


def line_of(case: SalesOrderCase, told: str, item: str) -> str:
    """Our id of the line that somebody speaks of. Goods of no line, or of another item than it has, get a line of
    their own; so do components of a kit, which are told by the kit's line."""
    lines = case.data.lines
    line_id = told if told not in lines or lines[told].item == item else line_beside(told, item)
    if line_id not in lines and told in lines:
        kits.enter_component(case, told, item, "unordered")
    elif line_id not in lines:
        line = lines[line_id] = SalesLine(item=item, ordered=ZERO, price=Price(ZERO, case.data.head.currency))
        case.move(line_id, line, "unordered")
    return line_id


def _too_much(case: SalesOrderCase, shipping: ShippingOrder, step: str) -> Iterator[Effect]:
    if step != "shipped":
        return
    over = [line_id for line_id, line in case.data.lines.items() if _shipped_too_much(line, shipping.n)]
    if over:
        detail = f"{shipping.location} shipped more than it was asked to of lines {', '.join(over)}"
        yield from ask(case, "shipped_beyond_order", detail, case.data.named(over), owner="warehouse")


def _shipped_too_much(line: SalesLine, n: str) -> bool:
    part = line.parts.get(n)
    return part is not None and (line.state in DEAD or part.shipped > part.promised)


def finish(case: SalesOrderCase, number: str, shipping: ShippingOrder) -> Iterator[Effect]:
    """Nothing of a shipping order is expected any more once all of it has left."""
    parts = (line.parts.get(shipping.n) for line in case.data.lines.values())
    if shipping.done or any(part.shipped < part.promised for part in parts if part is not None):
        return
    shipping.done = True
    yield Met(f"shipped {number}")
    if shipping.late:
        yield CloseExceptionCase("order_not_shipped", "shipped", key=number)
