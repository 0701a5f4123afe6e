"""Stock of a sales order: ask for it, hand what was promised to the warehouses, book what they did."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator, Sequence
from decimal import Decimal
from typing import NamedTuple

from msgspec.structs import replace

from crossdock.events.inventory import PromisedLine, PromiseWithdrawn, StockPromised
from crossdock.model.masterdata import SalesPolicy
from crossdock.model.quantity import ZERO, Price, Quantity
from crossdock.model.stock import OWN, MadeOf, StockMoveLine, StockRequestLine
from crossdock.processes._kit import (
    CloseExceptionCase,
    Commit,
    Effect,
    Expect,
    Link,
    Met,
    Move,
    Release,
    Reserve,
    Send,
    line_beside,
    tell_goods,
)
from crossdock.processes.sales_order import v1_documents as documents
from crossdock.processes.sales_order import v1_kits as kits
from crossdock.processes.sales_order.v1_checks import ask, settle
from crossdock.processes.sales_order.v1_data import DEAD, Part, SalesLine, SalesOrderCase, ShippingOrder, Unweighed
from crossdock.rules import goods_flow, shelf_life, sourcing
from crossdock.rules.stock_policy import Subject, first


def ask_for_stock(case: SalesOrderCase) -> Iterator[Effect]:
    """Ask the ledger for every line that can be filled; what somebody promised already is booked, not asked. What its
    caller held for the order is taken over. Nothing is asked where a warehouse has shipped all of it unbidden, nor of
    what a supplier ships straight to the customer."""
    order = case.data.head
    policy = case.reads.sales_policy(case.company_id, order.channel)
    wanted = []
    for line_id, line in case.data.alive().items():
        if line.missing > ZERO and line.drop_ship is None:
            wanted.append(_asked_for(case, line_id, line, policy))
        case.move(line_id, line, "requested")
    if not wanted:
        if order.reservations:
            yield Release("unneeded", reservations=order.reservations, reason="the order needs nothing of it")
        return
    if order.promise == "told":
        yield Commit(tuple(wanted), source=order.channel, customer=order.customer.id, adopts=order.reservations)
    else:
        yield Reserve(
            tuple(wanted),
            source=order.channel,
            backorder=policy.backorder,
            partial=policy.partial,
            customer=order.customer.id,
            adopts=order.reservations,
        )


def _asked_for(case: SalesOrderCase, line_id: str, line: SalesLine, policy: SalesPolicy) -> StockRequestLine:
    """A line as the ledger is asked for it, from where the sourcing rule of today says if there is one."""
    item = case.reads.item(case.company_id, line.item)
    until = _keeps_until(case, line.item)
    rule = first(case.reads.stock_policies().sourcing, _subject(case, line.item), case.on())
    return StockRequestLine(
        line_id,
        line.item,
        line.missing,
        sourcing.locations(item.preferred_location if item else "", policy, rule),
        line.due_on,
        until,
        whole_first=rule is not None and rule.prefer == "whole_order",
        made_of=tuple(MadeOf(part, per, _later(until, _keeps_until(case, part))) for part, per in line.made_of),
    )


def _keeps_until(case: SalesOrderCase, item_id: str) -> dt.date | None:
    """The day until which the goods must keep for this customer, if a rule says so."""
    return shelf_life.keeps_until(case.reads.stock_policies().shelf_life, _subject(case, item_id), case.on())


def _later(one: dt.date | None, other: dt.date | None) -> dt.date | None:
    return max((day for day in (one, other) if day is not None), default=None)


def _subject(case: SalesOrderCase, item_id: str) -> Subject:
    order = case.data.head
    return Subject(case.company_id, item_id, channel=order.channel, customer=order.customer.id)


def take_promise(case: SalesOrderCase, promise: StockPromised) -> Iterator[Effect]:
    """Enter what the ledger granted, backordered and refused. A line cancelled meanwhile gives back what it got."""
    lines = case.data.lines
    granted: list[PromisedLine] = []
    unwanted: list[str] = []
    for grant in promise.promised:
        if lines[grant.line].state == "cancelled":
            unwanted.append(grant.reservation)
            continue
        granted.append(grant)
        line = lines[kits.line_for(case, grant.line, grant.item)]
        line.ordered += grant.quantity if line.of_kit else ZERO
    for waiting in promise.backordered:
        if lines[waiting.line].state == "cancelled":
            unwanted.append(waiting.reservation)
            continue
        line = lines[kits.line_for(case, waiting.line, waiting.item)]
        line.ordered += waiting.quantity if line.of_kit else ZERO
        line.backordered += waiting.quantity
        line.pegged += waiting.pegged
        line.expected_on = waiting.expected_on
        line.waiting.append(waiting.reservation)
    for line_id, quantity in promise.refused:
        if lines[line_id].state != "cancelled":
            lines[line_id].refused += quantity
    for line_id, quantity in promise.shortage:
        if lines[line_id].state != "cancelled":
            lines[line_id].short += quantity
            for _, part in kits.components(case.data, line_id):
                part.short += quantity * part.per
    yield from give_back(unwanted)
    yield from ship(case, granted)


def give_back(unwanted: Sequence[str]) -> Iterator[Effect]:
    """End promises that nobody needs any more."""
    if unwanted:
        yield Release(f"unwanted {unwanted[0]}", reservations=tuple(unwanted))


def fill(case: SalesOrderCase, grants: Iterable[PromisedLine]) -> Iterator[Effect]:
    """Stock came for what waited. What was cancelled meanwhile gives it back; what was shipped once is not again."""
    granted: list[PromisedLine] = []
    unwanted: list[str] = []
    for grant in grants:
        line = case.data.lines[kits.line_for(case, grant.line, grant.item)]
        if line.counts_on(grant.reservation) or call_promise(line, grant.waited_as, grant.reservation, grant.quantity):
            continue
        if line.backordered <= ZERO:
            unwanted.append(grant.reservation)
            continue
        line.waits_for_less(grant.quantity)
        granted.append(grant)
    yield from give_back(unwanted)
    yield from ship(case, granted)
    stand(case, [kits.line_for(case, grant.line, grant.item) for grant in granted])


def call_promise(line: SalesLine, before: str, now: str, quantity: Decimal) -> bool:
    """A promise behind a shipping order has another name now: it was withdrawn, or goods came for it again."""
    return bool(before) and any(part.call_promise(before, now, quantity) for part in line.parts.values())


def withdraw(case: SalesOrderCase, event: PromiseWithdrawn) -> Iterator[Effect]:
    """A promise has no goods any more. Its warehouse keeps the shipping order and ships when goods come; what nobody
    wants waits for none."""
    line = case.data.lines[kits.line_for(case, event.line, event.item)]
    if not call_promise(line, event.reservation, event.waiting, event.quantity):
        yield from give_back([event.waiting])


def stand(case: SalesOrderCase, line_ids: Iterable[str]) -> None:
    """Let lines take the state that follows from their quantities. One that asks for nothing any more stays so, and
    before the ledger has answered, lines wait for that. A kit follows its components."""
    touched = kits.refresh(case.data, line_ids)
    if not case.data.answered:
        return
    for line_id in touched:
        line = case.data.lines[line_id]
        if line.state not in DEAD:
            case.move(line_id, line, line.standing())


def ship(case: SalesOrderCase, grants: Iterable[PromisedLine], receipt: str = "") -> Iterator[Effect]:
    """Ask each warehouse that has goods for this order to ship them; straight from a `receipt`, if that is said."""
    by_location: dict[str, list[PromisedLine]] = {}
    for grant in grants:
        by_location.setdefault(grant.location, []).append(grant)
    order, reads = case.data.head, case.reads
    hours = reads.sales_policy(case.company_id, order.channel).ship_hours
    for location, granted in sorted(by_location.items()):
        shipping = new_shipping_order(case, location)
        shipping.receipt, shipping.came_at = receipt, case.at if receipt else None
        number = f"{order.channel}-{order.number}-{location}-{shipping.n}"
        case.data.shipping_orders[number] = shipping
        for grant in granted:
            line = case.data.lines[kits.line_for(case, grant.line, grant.item)]
            part = line.parts.setdefault(shipping.n, Part())
            part.grants.append((grant.reservation, grant.quantity))
            part.straight += grant.quantity if receipt else ZERO
        wms = reads.system(case.company_id, "wms", location)
        yield Link(kind="shipping_order", issuer=case.company_id, value=number)
        body = documents.shipping_order(case, number, location, shipping.n)
        yield Send("warehouse_shipping_order", body, to=wms, number=number)
        yield Expect(f"shipped {number}", within=reads.within(location, case.at, hours), of=wms)


def new_shipping_order(case: SalesOrderCase, location: str) -> ShippingOrder:
    """The next shipping order of this order, at a location."""
    return ShippingOrder(n=str(len(case.data.shipping_orders) + 1), location=location)


def shipping_order(case: SalesOrderCase, number: str, location: str) -> ShippingOrder:
    """The shipping order a warehouse speaks of. One that we never sent is entered all the same: goods moved."""
    found = case.data.shipping_orders.get(number)
    if found is None:
        found = case.data.shipping_orders[number] = new_shipping_order(case, location)
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
        stand(case, (line_id,))
    if on_shelf:
        # They were never on the dock: our book of that time is compared with what the warehouse says of it.
        yield Move(f"{document}/put away", tuple(on_shelf), reason="put_away", at=shipping.came_at)
    if moves and not shipping.by_supplier:
        yield Move(document, tuple(moves))
        yield from tell_goods(case, document, moves, "shipped")
    yield from _too_much(case, shipping, step)
    if fewer_wait:
        yield from own_what_waits(case)


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
    on_shelf = [
        StockMoveLine(
            line_id,
            told.item,
            shipping.location,
            quantity,
            "packed",
            "unrestricted",
            reservation=ended,
            stays_promised_as=now,
        )
        for ended, now, quantity in part.find_on_shelf()
    ]
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


def own_what_waits(case: SalesOrderCase) -> Iterator[Effect]:
    """A buyer owns what a channel promised beyond stock, and backorders that no expected supply will fill."""
    lines = [row for row in case.data.with_components() if row[1].backordered > ZERO and row[1].waits_for_stock]
    short = [row for row in lines if row[1].short > ZERO]
    bare = [row for row in lines if row[1].short <= ZERO and row[1].pegged < row[1].backordered]
    told = ", ".join(f"line {line_id}: {line.short} of {line.item}" for line_id, line in short)
    yield from _own(case, "told_shortage", f"the channel promised beyond stock: {told}", short)
    asked = ", ".join(f"line {line_id}: {line.backordered - line.pegged} of {line.item}" for line_id, line in bare)
    yield from _own(case, "backorder_without_supply", f"no supply is expected for {asked}", bare)


def _own(case: SalesOrderCase, code: str, detail: str, lines: Sequence[tuple[str, SalesLine]]) -> Iterator[Effect]:
    if not lines:
        yield from settle(case, code, "supply is expected or came")
        return
    policy = case.reads.sales_policy(case.company_id, case.data.head.channel)
    dates = [line.expected_on for _, line in lines if line.expected_on and line.pegged >= line.backordered]
    answer_on = sourcing.answer_due_on(case.on(), policy)
    yield from ask(
        case,
        code,
        detail,
        case.data.named(line_id for line_id, _ in lines),
        owner="buyer",
        expected_on=max(dates) if len(dates) == len(lines) else answer_on,
    )
