"""Stock of a sales order: ask for it, and hand what was promised to the warehouses."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator, Sequence
from decimal import Decimal

from crossdock.events.inventory import PromisedLine, PromiseWithdrawn, StockPromised
from crossdock.model.masterdata import SalesPolicy
from crossdock.model.quantity import ZERO
from crossdock.model.stock import MadeOf, StockRequestLine
from crossdock.processes._kit import (
    Commit,
    Effect,
    Expect,
    Link,
    Release,
    Reserve,
    Send,
)
from crossdock.processes.sales_order import v1_documents as documents
from crossdock.processes.sales_order import v1_kits as kits
from crossdock.processes.sales_order.v1_checks import ask, settle
from crossdock.processes.sales_order.v1_data import DEAD, Part, SalesLine, SalesOrderCase, ShippingOrder
from crossdock.rules import shelf_life, sourcing
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
