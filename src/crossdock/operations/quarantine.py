"""Quarantine: documents that could not be taken, with the reason, and their way back."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from uuid import UUID

import asyncpg
import msgspec

from crossdock.engine.intake import raw
from crossdock.events.envelope import NewEvent
from crossdock.events.intake import DocumentDismissed, DocumentReceived
from crossdock.identity import Actor, Denied
from crossdock.log import append, uuid7
from crossdock.operations import audit
from crossdock.operations.cases import exception_case
from crossdock.operations.context import Context
from crossdock.operations.exceptions import close
from crossdock.operations.paging import Page, cut, start_id
from crossdock.operations.policies import must_be_a_source
from crossdock.operations.problems import Problem, must_say_why, not_found
from crossdock.ports.connector import Fault
from crossdock.store import Connection, load_queries

SQL = load_queries(Path(__file__).with_name("quarantine.sql"))
_WHERE = "`crossdock quarantine list` (GET /process/v1/quarantine) names those that are held."
_UNREAD = "quarantined"
_COPY = "mended_as"
"""In the audit of a document: the mended copy that took its place."""
_HELD = ("quarantined", "partial", "conflict")


class Held(msgspec.Struct, frozen=True):
    """A document that could not be taken (`quarantined`), not whole (`partial`), or says something else than the one
    that came before under its number (`conflict`)."""

    id: UUID
    source: str
    kind: str
    content_type: str
    name: str
    size: int
    received_at: dt.datetime
    status: str
    faults: tuple[Fault, ...]
    records: int

    @property
    def held(self) -> bool:
        """Does it say what its source may not state?"""
        return any(fault.code == "fact_without_authority" for fault in self.faults)


class HeldContent(msgspec.Struct, frozen=True):
    """A document with its bytes."""

    document: Held
    content: bytes


async def list_held(
    context: Context, actor: Actor, *, source: str = "", cursor: str = "", limit: int = 100
) -> Page[Held]:
    """Oldest first. Raises `Problem` for a source that there is not."""
    _must_see(actor, "operations:read")
    async with context.store.transaction(readonly=True) as tx:
        rows = await tx.fetch(SQL.list, source or None, start_id(cursor), limit + 1)
        if source and not rows:
            await must_be_a_source(tx, source, calls=True)
    return cut([_held(row) for row in rows], [str(row["id"]) for row in rows], limit)


async def show_document(context: Context, actor: Actor, document_id: UUID) -> HeldContent:
    """A document as it came, held or not. Raises `Problem` if there is none."""
    _must_see(actor, "operations:read")
    async with context.store.transaction(readonly=True) as tx:
        return await _find(tx, document_id)


async def release(context: Context, actor: Actor, document_id: UUID, reason: str, content: bytes | None = None) -> UUID:
    """Have a document translated again, as it is or mended (`content`); returns the id it now goes by.

    What it said before stays: records that were taken are known and not taken twice. Facts that were held because their
    source may not state them count now, on the word of the actor. A document whose mended copy could not be read either
    can be released again: the copy is dismissed then. Raises `Problem` for a document that is not held, or one that
    came by a call (its caller was told, and sends it anew), and for a copy that is empty.
    """
    _must_see(actor, "operations:write")
    must_say_why(reason)
    if content is not None and not content.strip():
        advice = "Write what the document should have said; `dismiss` says that nothing is to be taken from it."
        raise Problem("malformed_request", "the mended copy is empty", advice=advice)
    async with context.store.transaction() as tx:
        found = await _find(tx, document_id)
        await _must_be_open(tx, found.document)
        if found.document.kind == "api":
            raise Problem("conflict", "it came by a call, whose caller was told; dismiss it, or have it placed anew")
        released, vouched = document_id, found.document.held
        if content is None:
            changed = await tx.fetchval(SQL.release, document_id, found.document.status, vouched)
        else:
            released = uuid7()
            changed = await tx.fetchval(SQL.replace, document_id, found.document.status)
            await raw.write_raw(tx, [(released, _mended(found.document, content, released, context.now()))])
            if vouched:
                await tx.execute(SQL.vouch, released, document_id)
        if changed is None:
            raise Problem("conflict", "somebody else has just dealt with it")
        unread = await _drop_unread_copy(tx, context, actor, found.document)
        mended = {_COPY: str(released)} if content is not None else {}
        closed = await _settle(tx, context, actor, document_id, "release_document", f"released: {reason}", **mended)
        await append(tx, [*unread, *closed, _received(found, released, content, context.now(), actor)])
    return released


async def dismiss(context: Context, actor: Actor, document_id: UUID, reason: str) -> None:
    """Nothing is to be taken from a held document; it is kept."""
    _must_see(actor, "operations:write")
    must_say_why(reason)
    async with context.store.transaction() as tx:
        found = await _find(tx, document_id)
        _must_be_held(found.document)
        if await tx.fetchval(SQL.dismiss, document_id, found.document.status) is None:
            raise Problem("conflict", "somebody else has just dealt with it")
        closed = await _settle(tx, context, actor, document_id, "dismiss_document", f"dismissed: {reason}")
        document = found.document
        told = NewEvent(
            body=DocumentDismissed(document_id),
            subject=f"intake/{document.source}",
            company_id="",
            occurred_at=context.now(),
            source=document.source,
            actor=actor.name,
            causation_id=document_id,
        )
        await append(tx, [*closed, told] if document.held else closed)


def _must_see(actor: Actor, scope: str) -> None:
    """What nobody understands belongs to no company or channel yet: only those who see everything see it."""
    actor.must(scope)
    if actor.companies or actor.channel or actor.partner:
        raise Denied("documents that could not be taken are for operators of the whole installation")


def _must_be_held(document: Held) -> None:
    if document.status not in _HELD:
        raise Problem("conflict", f"the document is not held: its status is {document.status}")


async def _must_be_open(tx: Connection, document: Held) -> None:
    """Held, or replaced by a mended copy of which nothing could be taken: that copy must not use up the original."""
    copy = await _copy_of(tx, document)
    if copy is None:
        _must_be_held(document)
    elif copy.status == "received":
        raise Problem("conflict", f"its mended copy {copy.id} is not translated yet", advice="Try again in a moment.")
    elif copy.status != _UNREAD:
        raise Problem("conflict", f"its mended copy {copy.id} took its place: it is {copy.status}", advice=_WHERE)


async def _copy_of(tx: Connection, document: Held) -> Held | None:
    """The last mended copy that took the place of a document."""
    if document.status != "replaced":
        return None
    deeds = [msgspec.json.decode(deed.detail) for deed in await audit.trail(tx, f"raw/{document.id}")]
    copies = [deed[_COPY] for deed in deeds if _COPY in deed]
    return (await _find(tx, UUID(copies[-1]))).document if copies else None


async def _drop_unread_copy(tx: Connection, context: Context, actor: Actor, document: Held) -> list[NewEvent]:
    """The copy that nobody could read waits for nobody any more."""
    if (copy := await _copy_of(tx, document)) is None:
        return []
    if await tx.fetchval(SQL.dismiss, copy.id, _UNREAD) is None:
        raise Problem("conflict", "somebody else has just dealt with its mended copy")
    words = f"dismissed: {document.id} is released again"
    return await _settle(tx, context, actor, copy.id, "dismiss_document", words)


async def _settle(
    tx: Connection, context: Context, actor: Actor, document_id: UUID, action: str, resolution: str, **more: str
) -> list[NewEvent]:
    """Audit, and the end of the exception case that the document made."""
    subject = f"raw/{document_id}"
    await audit.record(tx, actor, "operations:write", action, "", subject, resolution=resolution, **more)
    row = await tx.fetchrow(SQL.exception, str(document_id))
    return [] if row is None else [await close(tx, context, actor, exception_case(row), resolution)]


def _mended(document: Held, content: bytes, identifier: UUID, now: dt.datetime) -> raw.Arrival:
    return raw.Arrival(
        source=document.source,
        kind=document.kind,
        content=content,
        transport_key=f"mended/{identifier}",
        received_at=now,
        content_type=document.content_type,
        name=document.name,
    )


def _received(found: HeldContent, identifier: UUID, mended: bytes | None, now: dt.datetime, actor: Actor) -> NewEvent:
    document = found.document
    return NewEvent(
        body=DocumentReceived(
            document_id=identifier,
            source=document.source,
            kind=document.kind,
            content_type=document.content_type,
            name=document.name,
            size=len(found.content if mended is None else mended),
        ),
        subject=f"intake/{document.source}",
        company_id="",
        occurred_at=now,
        source=document.source,
        actor=actor.name,
        causation_id=identifier,
    )


async def _find(tx: Connection, document_id: UUID) -> HeldContent:
    row = await tx.fetchrow(SQL.find, document_id)
    if row is None:
        raise not_found(f"document {document_id}", _WHERE)
    return HeldContent(_held(row), row["content"] or b"")


def _held(row: asyncpg.Record) -> Held:
    fields = {name: row[name] for name in Held.__struct_fields__}
    faults = msgspec.json.decode(row["faults"] or "[]", type=tuple[Fault, ...])
    return Held(**{**fields, "faults": faults})
