"""Cases of a location that are told and booked at once (assemblies, consumptions): how they are listed and found."""

from __future__ import annotations

import datetime as dt
from typing import NamedTuple, TypeVar

import asyncpg
import msgspec

from crossdock.identity import Actor
from crossdock.operations.cases import SQL, CaseView, find_case, show_case
from crossdock.operations.context import Context
from crossdock.operations.orders import RECEIVED
from crossdock.operations.paging import Page, cut, start
from crossdock.operations.places import must_be_places, must_run_the_warehouses

READS = "operations:read"


class PlacedSummary(msgspec.Struct, frozen=True):
    """Such a case in a list. `received`: it is safe with us and has not been looked at yet."""

    company: str
    location: str
    number: str
    state: str
    opened_at: dt.datetime | None = None


Summary = TypeVar("Summary", bound=PlacedSummary)


class PlacedCase(NamedTuple):
    """Such a case as it was found; no `view` while it has not been looked at."""

    subject: str
    company: str
    location: str
    row: asyncpg.Record | None
    view: CaseView | None


async def list_placed(
    context: Context, actor: Actor, process: str, form: type[Summary], company_id: str, location: str, cursor: str,
    limit: int,
) -> Page[Summary]:  # fmt: skip
    """Cases of a process in a stable order, page by page. Raises `Problem` for a company or location that there is
    not."""
    must_run_the_warehouses(actor, READS, company_id)
    companies = [company_id] if company_id else actor.visible()
    async with context.store.transaction(readonly=True) as tx:
        if company_id:
            await must_be_places(tx, company_id, [location] if location else [])
        rows = await tx.fetch(SQL.list, start(cursor), process, companies, location or None, None, limit + 1)
    items = []
    for row in rows:
        _, company, place, number = row["id"].split("/")
        items.append(form(company, place, number, row["state"] or RECEIVED, row["opened_at"]))
    return cut(items, [row["id"] for row in rows], limit)


async def find_placed(
    context: Context, actor: Actor, process: str, number: str, company_id: str, location: str
) -> PlacedCase:
    """One case. Company and location must be said where several have used the number. Raises `Problem` if there is none
    that the actor may see."""
    must_run_the_warehouses(actor, READS, company_id)
    async with context.store.transaction(readonly=True) as tx:
        if company_id:
            await must_be_places(tx, company_id, [location] if location else [])
        subject = await find_case(tx, actor, [process], number, company_id or None, of=location)
        _, company, place, _ = subject.split("/")
        row = await tx.fetchrow(SQL.find, subject)
        known = row is not None and bool(row["state"])
        return PlacedCase(subject, company, place, row, await show_case(tx, actor, subject) if known else None)
