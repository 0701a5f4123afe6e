"""Sales orders: look up, list, cancel, approve. Placing them is the order desk's."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from decimal import Decimal
from typing import Any

import msgspec

from crossdock.events.sales_order import SalesOrderApproved, SalesOrderCancelled, ShippedGoodsWeighed
from crossdock.identity import Actor
from crossdock.operations import idempotency
from crossdock.operations.cases import SQL, ExceptionCase, Sent, find_case, show_case
from crossdock.operations.context import Context
from crossdock.operations.deeds import Accepted, address, tell_case
from crossdock.operations.idempotency import Answer, KeyUse
from crossdock.operations.paging import Page, cut, start
from crossdock.operations.problems import FieldError, Problem, must_say_why
from crossdock.store import Connection

_Told = SalesOrderCancelled | SalesOrderApproved | ShippedGoodsWeighed

RECEIVED = "received"
"""The state of an order that is safe with us and has not been looked at yet."""


class OrderView(msgspec.Struct, frozen=True):
    """A sales order as it stands: `lines` with their states and quantities, as the process keeps them."""

    company: str
    channel: str
    number: str
    subject: str
    state: str
    finished: bool
    opened_at: dt.datetime | None
    changed_at: dt.datetime | None
    lines: tuple[dict[str, Any], ...] = ()
    details: dict[str, Any] = {}
    sent: tuple[Sent, ...] = ()
    exceptions: tuple[ExceptionCase, ...] = ()


class OrderSummary(msgspec.Struct, frozen=True):
    """A sales order in a list."""

    company: str
    channel: str
    number: str
    state: str
    finished: bool
    opened_at: dt.datetime
    changed_at: dt.datetime


async def look_up_order(context: Context, actor: Actor, company_id: str, number: str) -> OrderView:
    """An order as it stands. Raises `Problem` if there is none that the actor may see."""
    actor.must("orders:read")
    async with context.store.transaction(readonly=True) as tx:
        subject = await _subject(tx, actor, company_id, number)
        if await tx.fetchrow(SQL.find, subject) is None:
            return OrderView(*_names(subject), subject, RECEIVED, False, None, None)
        view = await show_case(tx, actor, subject)
    return OrderView(
        *_names(subject),
        subject=subject,
        state=view.case.state or RECEIVED,
        finished=view.case.finished,
        opened_at=view.case.opened_at,
        changed_at=view.case.changed_at,
        lines=view.lines,
        details=view.details,
        sent=view.sent,
        exceptions=view.exceptions,
    )


async def list_orders(
    context: Context,
    actor: Actor,
    *,
    company_id: str = "",
    number: str = "",
    state: str = "",
    cursor: str = "",
    limit: int = 100,
) -> Page[OrderSummary]:
    """The actor's orders, in a stable order, page by page; with `number`, those that have it."""
    actor.must("orders:read")
    if company_id and not actor.sees(company_id):
        return Page((), "")
    companies = [company_id] if company_id else actor.visible()
    async with context.store.transaction(readonly=True) as tx:
        asked = (start(cursor), "sales_order", companies, actor.channel or None, state or None, limit + 1)
        rows = await (tx.fetch(SQL.numbered, *asked, number) if number else tx.fetch(SQL.list, *asked))
    items = [
        OrderSummary(*_names(row["id"]), row["state"], row["finished"], row["opened_at"], row["changed_at"])
        for row in rows
    ]
    return cut(items, [row["id"] for row in rows], limit)


async def cancel_order(
    context: Context,
    actor: Actor,
    company_id: str,
    number: str,
    *,
    lines: tuple[str, ...] = (),
    reason: str = "",
    use: KeyUse | None = None,
) -> Answer:
    """Tell the order that it is cancelled: what is not yet on its way. What became of it, the order shows.

    The company may be left out where the number is that of one order only.
    """
    actor.must("orders:write")
    body = SalesOrderCancelled(lines, reason)
    return await _tell(context, actor, "orders:write", "cancel", company_id, number, body, use)


async def approve_order(
    context: Context,
    actor: Actor,
    company_id: str,
    number: str,
    *,
    hold: str,
    reason: str,
    use: KeyUse | None = None,
) -> Answer:
    """Release an order from a hold: `credit`, `price`, `customer`. Raises `Problem` if it is not held for that."""
    actor.must("operations:write")
    body = SalesOrderApproved(hold, must_say_why(reason))
    return await _tell(context, actor, "operations:write", "approve", company_id, number, body, use)


async def weigh_order(
    context: Context,
    actor: Actor,
    company_id: str,
    number: str,
    *,
    shipment: str,
    weights: Sequence[tuple[str, Decimal]],
    reason: str,
    use: KeyUse | None = None,
) -> Answer:
    """Say what catch weight goods weighed that left in a shipment without a weight: (line, weight) each, in the unit in
    which the item is invoiced. They are booked with it and invoiced. Raises `Problem` for goods that wait for none."""
    actor.must("operations:write")
    if faults := [FieldError(line, f"{weight} weighs nothing") for line, weight in weights if weight <= 0]:
        raise Problem("malformed_request", "a weight is above 0", faults)
    body = ShippedGoodsWeighed(shipment, tuple(weights), must_say_why(reason))
    return await _tell(context, actor, "operations:write", "weigh", company_id, number, body, use)


async def _tell(
    context: Context,
    actor: Actor,
    scope: str,
    action: str,
    company_id: str,
    number: str,
    body: _Told,
    use: KeyUse | None,
) -> Answer:
    async with context.store.transaction() as tx:
        subject = await _subject(tx, actor, company_id, number)
        url = address("orders", subject.split("/")[1], number)
        granted = Answer(202, msgspec.json.encode(Accepted(subject, url)).decode())
        if use is not None and (said := await idempotency.once(tx, use, granted)) is not None:
            return said
        await _must_be_open(tx, subject, body)
        await tell_case(tx, context, actor, scope, f"{action}_order", subject, body)
    return granted


async def _must_be_open(tx: Connection, subject: str, body: _Told) -> None:
    """A hint for the caller: the case itself decides when it handles the event."""
    row = await tx.fetchrow(SQL.find, subject)
    if row is None:
        return
    if row["finished"] and not isinstance(body, ShippedGoodsWeighed):
        raise Problem("conflict", f"the order is {row['state']}")
    known = msgspec.json.decode(row["data"] or "{}")
    lines = known.get("lines", {})
    if isinstance(body, SalesOrderCancelled) and lines and (unknown := sorted(set(body.lines) - lines.keys())):
        raise Problem("conflict", f"the order has no line {', '.join(unknown)}; it has {', '.join(lines)}")
    if isinstance(body, ShippedGoodsWeighed):
        _must_wait_for(body, known.get("unweighed", []))
    holds = known.get("holds", [])
    if isinstance(body, SalesOrderApproved) and not any(_stands_for(body.hold, code) for code in holds):
        words = f"not held for {body.hold}, but for {', '.join(holds)}" if holds else "not held"
        raise Problem("conflict", f"the order is {words}")


def _must_wait_for(body: ShippedGoodsWeighed, unweighed: list[dict[str, Any]]) -> None:
    waiting = {(gone["shipment"], gone["line"]) for gone in unweighed}
    if unknown := sorted(line for line, _ in body.lines if (body.shipment, line) not in waiting):
        known = ", ".join(f"shipment {shipment} line {line}" for shipment, line in sorted(waiting)) or "nothing"
        words = f"line {', '.join(unknown)} of shipment {body.shipment} waits for no weight"
        raise Problem("conflict", f"{words}; what does: {known}")


def _stands_for(hold: str, code: str) -> bool:
    """A hold goes by its exception code (`credit_hold`) or by the word of it that people say (`credit`)."""
    return hold == code or hold in code.split("_")


async def _subject(tx: Connection, actor: Actor, company_id: str, number: str) -> str:
    return await find_case(tx, actor, ["sales_order"], number, company_id or None)


def _names(subject: str) -> tuple[str, str, str]:
    _, company, channel, number = subject.split("/", 3)
    return company, channel, number
