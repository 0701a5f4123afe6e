"""Purchase orders: look up, list."""

from __future__ import annotations

import datetime as dt
from typing import Any

import msgspec

from crossdock.identity import Actor
from crossdock.operations.cases import SQL, ExceptionCase, Link, Sent, Waiting, find_case, no_number, show_case
from crossdock.operations.context import Context
from crossdock.operations.paging import Page, cut, start


class PurchaseOrderView(msgspec.Struct, frozen=True):
    """A purchase order as it stands: `lines` with their states and quantities, as the process keeps them."""

    company: str
    number: str
    supplier: str
    subject: str
    state: str
    finished: bool
    opened_at: dt.datetime
    changed_at: dt.datetime
    lines: tuple[dict[str, Any], ...]
    details: dict[str, Any]
    waiting: tuple[Waiting, ...]
    sent: tuple[Sent, ...]
    links: tuple[Link, ...]
    exceptions: tuple[ExceptionCase, ...]


class PurchaseOrderSummary(msgspec.Struct, frozen=True):
    """A purchase order in a list."""

    company: str
    number: str
    state: str
    finished: bool
    opened_at: dt.datetime
    changed_at: dt.datetime


async def look_up_purchase_order(
    context: Context, actor: Actor, number: str, company_id: str | None = None
) -> PurchaseOrderView:
    """An order we placed. Raises `Problem` if there is none that the actor may see."""
    actor.must("purchasing:read")
    async with context.store.transaction(readonly=True) as tx:
        subject = await find_case(tx, actor, ["purchase_order"], number, company_id)
        view = await show_case(tx, actor, subject)
    order = view.details.get("order") or {}
    supplier = str((order.get("supplier") or {}).get("id", ""))
    if actor.partner and supplier != actor.partner:
        raise no_number("purchase_order", number, company_id)
    return PurchaseOrderView(
        company=view.case.company_id,
        number=number,
        supplier=supplier,
        subject=subject,
        state=view.case.state,
        finished=view.case.finished,
        opened_at=view.case.opened_at,
        changed_at=view.case.changed_at,
        lines=view.lines,
        details=view.details,
        waiting=view.waiting,
        sent=view.sent,
        links=view.links,
        exceptions=view.exceptions,
    )


async def list_purchase_orders(
    context: Context, actor: Actor, *, company_id: str = "", state: str = "", cursor: str = "", limit: int = 100
) -> Page[PurchaseOrderSummary]:
    """The orders we placed, in a stable order, page by page. Not for partners, who see theirs one by one."""
    actor.must("purchasing:read")
    if actor.partner or (company_id and not actor.sees(company_id)):
        return Page((), "")
    companies = [company_id] if company_id else actor.visible()
    async with context.store.transaction(readonly=True) as tx:
        rows = await tx.fetch(SQL.list, start(cursor), "purchase_order", companies, None, state or None, limit + 1)
    items = [
        PurchaseOrderSummary(
            *(row["company_id"], row["id"].rsplit("/", 1)[-1], row["state"], row["finished"]),
            *(row["opened_at"], row["changed_at"]),
        )
        for row in rows
    ]
    return cut(items, [row["id"] for row in rows], limit)
