"""Exception cases: the problems that wait for a person."""

from __future__ import annotations

from pathlib import Path
from uuid import UUID

import msgspec

from crossdock.events.envelope import NewEvent
from crossdock.events.intake import CaseReleased, ExceptionCaseClosed
from crossdock.identity import Actor
from crossdock.log import append
from crossdock.operations import audit, idempotency
from crossdock.operations.cases import ExceptionCase, exception_case, no_case
from crossdock.operations.context import Context
from crossdock.operations.idempotency import Answer, KeyUse
from crossdock.operations.paging import Page, cut, start_id
from crossdock.operations.problems import Problem, must_say_why, not_found
from crossdock.store import Connection, load_queries

SQL = load_queries(Path(__file__).with_name("exceptions.sql"))
_WHERE = "`crossdock exception list --all` (GET /process/v1/exceptions?closed=true) names those there are."


class Closed(msgspec.Struct, frozen=True):
    """The problem is over."""

    id: UUID
    case_id: str
    resolution: str


async def list_exceptions(
    context: Context,
    actor: Actor,
    *,
    code: str = "",
    owner: str = "",
    closed_too: bool = False,
    cursor: str = "",
    limit: int = 100,
) -> Page[ExceptionCase]:
    """The open ones (or all), oldest first."""
    actor.must("operations:read")
    async with context.store.transaction(readonly=True) as tx:
        rows = await tx.fetch(
            SQL.list, actor.visible(), code or None, owner or None, closed_too, start_id(cursor), limit + 1
        )
    return cut([exception_case(row) for row in rows], [str(row["id"]) for row in rows], limit)


async def show_exception(context: Context, actor: Actor, exception_id: UUID) -> ExceptionCase:
    """One exception case. Raises `Problem` if there is none that the actor may see."""
    actor.must("operations:read")
    async with context.store.transaction(readonly=True) as tx:
        return await _find(tx, actor, exception_id)


async def close_exception(
    context: Context, actor: Actor, exception_id: UUID, resolution: str, use: KeyUse | None = None
) -> Answer:
    """End a problem by a person's decision. Raises `Problem` if it is over already."""
    must_say_why(resolution)
    actor.must("operations:write")
    async with context.store.transaction() as tx:
        found = await _find(tx, actor, exception_id)
        answer = Answer(200, msgspec.json.encode(Closed(found.id, found.case_id, resolution)).decode())
        if use is not None and (said := await idempotency.once(tx, use, answer)) is not None:
            return said
        await append(tx, [await close(tx, context, actor, found, resolution)])
    return answer


async def close(tx: Connection, context: Context, actor: Actor, found: ExceptionCase, resolution: str) -> NewEvent:
    """Close within a larger deed; returns the event, for the deed to append with its own as the last thing it does."""
    now = context.now()
    if await tx.fetchval(SQL.close, found.id, now, resolution) is None:
        raise Problem("conflict", f"the exception case is over: {found.resolution}")
    await audit.record(
        tx, actor, "operations:write", "close_exception", found.company_id, found.case_id,
        exception=str(found.id), code=found.code, resolution=resolution,
    )  # fmt: skip
    body = ExceptionCaseClosed(exception_id=found.id, code=found.code, resolution=resolution)
    return NewEvent(
        body=body,
        subject=found.case_id,
        company_id=found.company_id,
        occurred_at=now,
        source="operations",
        actor=actor.name,
    )


async def release_case(context: Context, actor: Actor, case_id: str, reason: str) -> None:
    """Let a parked case go on: its waiting events are handled in order. Raises `Problem` if it is not parked."""
    actor.must("operations:write")
    must_say_why(reason)
    async with context.store.transaction() as tx:
        row = await tx.fetchrow("select company_id, parked from process_case where id = $1", case_id)
        if row is None or not actor.sees(row["company_id"]):
            raise no_case(case_id)
        if not row["parked"]:
            raise Problem("conflict", f"the case {case_id} is not parked")
        await audit.record(tx, actor, "operations:write", "release_case", row["company_id"], case_id, reason=reason)
        event = NewEvent(
            body=CaseReleased(reason),
            subject=case_id,
            company_id=row["company_id"],
            occurred_at=context.now(),
            source="operations",
            actor=actor.name,
        )
        await append(tx, [event])


async def _find(tx: Connection, actor: Actor, exception_id: UUID) -> ExceptionCase:
    row = await tx.fetchrow(SQL.find, exception_id)
    if row is None or not (actor.sees(row["company_id"]) or not row["company_id"]):
        raise not_found(f"exception case {exception_id}", _WHERE)
    return exception_case(row)
