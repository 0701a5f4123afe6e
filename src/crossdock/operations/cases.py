"""Cases as people and callers see them: where a business process stands, and all that hangs on it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from decimal import Decimal
from pathlib import Path
from typing import Any
from uuid import UUID

import msgspec

from crossdock.identity import Actor
from crossdock.operations.audit import Deed, trail
from crossdock.operations.context import Context
from crossdock.operations.paging import Page, cut, start
from crossdock.operations.problems import Problem, not_found
from crossdock.processes import PROCESSES
from crossdock.store import Connection, load_queries

SQL = load_queries(Path(__file__).with_name("cases.sql"))


class Name(msgspec.Struct, frozen=True):
    """A business key: `value` of this `kind`, given out by `issuer`."""

    kind: str
    issuer: str
    value: str


class Link(msgspec.Struct, frozen=True):
    """`document` is part of the story of `subject`."""

    document: str
    subject: str
    line: str
    role: str


class Waiting(msgspec.Struct, frozen=True):
    """A deadline, or an expected document with the money at risk if it does not come."""

    name: str
    kind: str
    due_at: dt.datetime
    fired_at: dt.datetime | None
    owed_by: str
    money_at_risk: Decimal | None
    currency: str


class Sent(msgspec.Struct, frozen=True):
    """A document that left, or is to leave."""

    id: UUID
    system: str
    document: str
    number: str
    status: str
    attempts: int
    code: str
    detail: str
    reply: str
    business_at: dt.datetime
    delivered_at: dt.datetime | None


class ExceptionCase(msgspec.Struct, frozen=True):
    """A problem that waits, or waited, for a person."""

    id: UUID
    case_id: str
    company_id: str
    code: str
    key: str
    detail: str
    lines: tuple[str, ...]
    owner: str
    money_at_risk: Decimal | None
    currency: str
    expected_on: dt.date | None
    reference: str
    opened_at: dt.datetime
    changed_at: dt.datetime
    closed_at: dt.datetime | None
    resolution: str


class CaseHeader(msgspec.Struct, frozen=True):
    """A case without what hangs on it. `parked`: it stopped at an event that could not be handled."""

    id: str
    process: str
    version: str
    company_id: str
    state: str
    opened_at: dt.datetime
    changed_at: dt.datetime
    finished: bool
    parked: bool


class CaseInList(CaseHeader, frozen=True):
    """A case in a list. `problems`: how many exception cases of it are open."""

    problems: int


class CaseView(msgspec.Struct, frozen=True):
    """A case with what hangs on it. `lines` and `details` are as the process keeps them."""

    case: CaseHeader
    lines: tuple[dict[str, Any], ...]
    details: dict[str, Any]
    keys: tuple[Name, ...]
    links: tuple[Link, ...]
    waiting: tuple[Waiting, ...]
    sent: tuple[Sent, ...]
    exceptions: tuple[ExceptionCase, ...]
    deeds: tuple[Deed, ...]
    """What people and callers did to it, beyond the documents that came in."""


async def show_case(tx: Connection, actor: Actor, case_id: str) -> CaseView:
    """Everything about a case. Raises `Problem` if there is none that the actor may see."""
    row = await tx.fetchrow(SQL.find, case_id)
    if row is None or not actor.sees(row["company_id"]):
        raise no_case(case_id)
    data = msgspec.json.decode(row["data"] or "{}")
    fields = {name: row[name] for name in CaseHeader.__struct_fields__}
    return CaseView(
        case=CaseHeader(**fields),
        lines=lines_of(data),
        details={name: value for name, value in data.items() if name not in ("lines", "early", "state")},
        keys=tuple(Name(*key) for key in await tx.fetch(SQL.keys, case_id)),
        links=tuple(Link(*link) for link in await tx.fetch(SQL.links, case_id)),
        waiting=tuple(Waiting(*waiting) for waiting in await tx.fetch(SQL.deadlines, case_id)),
        sent=tuple(Sent(*sent) for sent in await tx.fetch(SQL.deliveries, case_id)),
        exceptions=tuple(exception_case(found) for found in await tx.fetch(SQL.exceptions, case_id)),
        deeds=tuple(await trail(tx, case_id)),
    )


async def list_cases(
    context: Context,
    actor: Actor,
    *,
    process: str = "",
    state: str = "",
    open_only: bool = False,
    missing: bool = False,
    cursor: str = "",
    limit: int = 100,
) -> Page[CaseInList]:
    """Cases in the order of their ids, page by page; `missing`: those that wait for a document which should have come.
    Raises `Problem` for a process that there is not."""
    actor.must("operations:read")
    if process and process not in PROCESSES:
        advice = f"There are {', '.join(sorted(PROCESSES))}."
        raise Problem("malformed_request", f"there is no process {process!r}", advice=advice)
    async with context.store.transaction(readonly=True) as tx:
        rows = await tx.fetch(
            SQL.list_all,
            *(start(cursor), process, actor.visible(), actor.channel or None, state or None),
            *(open_only, missing, limit + 1),
        )
    return cut([CaseInList(**dict(row)) for row in rows], [row["id"] for row in rows], limit)


def lines_of(data: dict[str, Any]) -> tuple[dict[str, Any], ...]:
    """The lines of a case's data in the order a person numbers them (2 before 10), each with its id."""
    lines = data.get("lines") or {}
    ordered = sorted(lines, key=lambda line: (len(line), line))
    return tuple({"line": line, **lines[line]} for line in ordered)


def exception_case(row: Any) -> ExceptionCase:
    """A row of `exception_case`, all columns."""
    fields = dict(row)
    return ExceptionCase(**{**fields, "lines": tuple(fields["lines"])})


async def find_case(
    tx: Connection, actor: Actor, kinds: Sequence[str], number: str, company_id: str | None = None, of: str = ""
) -> str:
    """The one case that goes by this number for this actor. Raises `Problem` if there is none.

    The same number may stand for cases of several companies, or of several parties (`of`: the third part of a case's
    id); then these must be said.
    """
    rows = await tx.fetch(SQL.by_key, list(kinds), number, company_id)
    found = [row["subject"] for row in rows if actor.sees(row["company_id"]) and _in_channel(actor, row["subject"])]
    found = [subject for subject in found if of in ("", subject.split("/")[2])]
    if len(found) != 1:
        if not found:
            raise no_number(kinds[0], number, company_id)
        raise not_found(
            f"single {kinds[0].replace('_', ' ')} {number!r}: it is one of {', '.join(found)}", "Say which."
        )
    return str(found[0])


_LISTED = {
    "sales_order": "/process/v1/orders",
    "purchase_order": "/process/v1/purchase-orders",
    "transfer": "/process/v1/transfers",
    "assembly": "/process/v1/assemblies",
    "consumption": "/process/v1/consumptions",
}


def no_case(case_id: str) -> Problem:
    """There is no such case, for this actor."""
    advice = "`crossdock trace NUMBER` (GET /process/v1/timeline/NUMBER) finds a case by any of its numbers."
    return not_found(f"case {case_id!r}", advice)


def no_number(kind: str, number: str, company_id: str | None) -> Problem:
    """There is no case of this kind with this number, for this actor."""
    what = f"{kind.replace('_', ' ')} {number!r}" + (f" of {company_id}" if company_id else "")
    over_http = f" (GET {_LISTED[kind]})" if kind in _LISTED else ""
    listed = "transfer list --all" if kind == "transfer" else f"case list --process {kind}"
    advice = f"Check number and company; `crossdock {listed}`{over_http} names those there are."
    return not_found(what, advice)


def _in_channel(actor: Actor, subject: str) -> bool:
    """A sales order's id names its channel; a consumer with a channel sees no other's."""
    parts = subject.split("/")
    return not actor.channel or parts[0] != "sales_order" or parts[2] == actor.channel
