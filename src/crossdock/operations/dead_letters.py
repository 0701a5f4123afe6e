"""Dead letters: outgoing documents that are not tried any more. They are kept for ever; a person decides."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from uuid import UUID

import msgspec

from crossdock.engine.deliveries.deliverer import advance_keys
from crossdock.identity import Actor
from crossdock.log import append
from crossdock.operations import audit, idempotency
from crossdock.operations.cases import exception_case
from crossdock.operations.context import Context
from crossdock.operations.exceptions import close
from crossdock.operations.idempotency import Answer, KeyUse
from crossdock.operations.paging import Page, cut, start_id
from crossdock.operations.policies import must_be_a_source
from crossdock.operations.problems import Problem, must_say_why, not_found
from crossdock.store import Connection, load_queries

SQL = load_queries(Path(__file__).with_name("dead_letters.sql"))
_WHERE = "`crossdock dead-letter list` (GET /process/v1/dead-letters) names those there are; a case shows what it sent."


class DeadLetter(msgspec.Struct, frozen=True):
    """An outgoing document that was given up, refused, or may or may not have arrived (`outcome` `Unknown`)."""

    id: UUID
    system: str
    ordering_key: str
    document: str
    number: str
    company_id: str
    case_id: str
    attempts: int
    outcome: str
    code: str
    detail: str
    target: str
    method: str
    content_type: str
    size: int
    business_at: dt.datetime
    created_at: dt.datetime


class Cause(msgspec.Struct, frozen=True):
    """Dead letters that one thing stopped."""

    system: str
    document: str
    outcome: str
    code: str
    count: int
    oldest: dt.datetime
    example: str


class Payload(msgspec.Struct, frozen=True):
    """An outgoing document, whatever became of it, with its bytes."""

    id: UUID
    system: str
    ordering_key: str
    document: str
    number: str
    company_id: str
    case_id: str
    status: str
    attempts: int
    outcome: str
    code: str
    detail: str
    reply: str
    target: str
    method: str
    content_type: str
    content: bytes
    idempotency_key: str
    business_at: dt.datetime
    created_at: dt.datetime
    delivered_at: dt.datetime | None
    waiting_behind: int


class Decided(msgspec.Struct, frozen=True):
    """What becomes of a dead letter: `ready` to be tried, or `superseded`."""

    id: UUID
    status: str
    warning: str = ""


async def list_dead_letters(
    context: Context, actor: Actor, *, system: str = "", code: str = "", cursor: str = "", limit: int = 100
) -> Page[DeadLetter]:
    """Oldest first. Raises `Problem` for a system or partner that there is not."""
    actor.must("operations:read")
    async with context.store.transaction(readonly=True) as tx:
        rows = await tx.fetch(SQL.list, actor.visible(), system or None, code or None, start_id(cursor), limit + 1)
        if system and not rows:
            await must_be_a_source(tx, system)
    return cut([DeadLetter(**dict(row)) for row in rows], [str(row["id"]) for row in rows], limit)


async def causes(context: Context, actor: Actor) -> list[Cause]:
    """Dead letters by what stopped them, the largest group first."""
    actor.must("operations:read")
    async with context.store.transaction(readonly=True) as tx:
        return [Cause(**dict(row)) for row in await tx.fetch(SQL.causes, actor.visible())]


async def show_delivery(context: Context, actor: Actor, delivery_id: UUID) -> Payload:
    """An outgoing document with its bytes. Raises `Problem` if there is none that the actor may see."""
    actor.must("operations:read")
    async with context.store.transaction(readonly=True) as tx:
        return await _find(tx, actor, delivery_id)


async def replay(context: Context, actor: Actor, delivery_id: UUID, use: KeyUse | None = None) -> Answer:
    """Try a dead letter again, with its old bytes and key: a receiver that has it already answers as it did then.

    Raises `Problem` for one that is no dead letter any more, or has no bytes because it could not be written.
    """
    actor.must("operations:write")
    async with context.store.transaction() as tx:
        found = await _find(tx, actor, delivery_id)
        warning = ""
        if found.outcome == "Unknown":
            warning = f"{found.system} may have it already; whether it takes it twice is for {found.system} to know"
        answer = Answer(202, msgspec.json.encode(Decided(found.id, "ready", warning)).decode())
        if use is not None and (said := await idempotency.once(tx, use, answer)) is not None:
            return said
        if not found.content:
            raise Problem("conflict", f"it was never written: {found.detail}; its case has to send it anew")
        await tx.fetchval(SQL.lock_key, found.system, found.ordering_key)
        if await tx.fetchval(SQL.revive, delivery_id) is None:
            raise Problem("conflict", f"it is no dead letter: its status is {found.status}")
        await tx.execute(SQL.unpark, found.system, found.ordering_key)
        await _settle(tx, context, actor, found, "replay_dead_letter", "replayed")
    return answer


async def skip(context: Context, actor: Actor, delivery_id: UUID, reason: str, use: KeyUse | None = None) -> Answer:
    """Never send a dead letter; what waits behind it goes. It is kept, with the reason.

    What a publication of stock would have told is told by the next.
    """
    actor.must("operations:write")
    must_say_why(reason)
    async with context.store.transaction() as tx:
        found = await _find(tx, actor, delivery_id)
        answer = Answer(200, msgspec.json.encode(Decided(found.id, "superseded")).decode())
        if use is not None and (said := await idempotency.once(tx, use, answer)) is not None:
            return said
        await tx.fetchval(SQL.lock_key, found.system, found.ordering_key)
        if await tx.fetchval(SQL.supersede, delivery_id, reason) is None:
            raise Problem("conflict", f"it is no dead letter: its status is {found.status}")
        await advance_keys(tx, [(found.system, found.ordering_key)])
        if found.document == "availability":
            await tx.execute(SQL.not_told, found.company_id, found.number)
        await _settle(tx, context, actor, found, "skip_dead_letter", f"not sent: {reason}")
    return answer


async def _settle(tx: Connection, context: Context, actor: Actor, found: Payload, action: str, resolution: str) -> None:
    """The audit row, and the end of the exception cases that the dead letter made."""
    await audit.record(
        tx, actor, "operations:write", action, found.company_id, found.case_id,
        delivery=str(found.id), system=found.system, document=found.document, number=found.number, code=found.code,
    )  # fmt: skip
    made = await tx.fetch(SQL.exceptions, str(found.id), found.case_id)
    await append(tx, [await close(tx, context, actor, exception_case(row), resolution) for row in made])


async def _find(tx: Connection, actor: Actor, delivery_id: UUID) -> Payload:
    row = await tx.fetchrow(SQL.find, delivery_id)
    if row is None or not actor.sees(row["company_id"]):
        raise not_found(f"outgoing document {delivery_id}", _WHERE)
    fields = dict(row)
    sequence = fields.pop("sequence")
    behind = await tx.fetchval(SQL.behind, row["system"], row["ordering_key"], sequence)
    return Payload(**fields, waiting_behind=behind)
