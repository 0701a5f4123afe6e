"""Enqueueing: order, control numbers, rendering and bytes, all in the batch's transaction."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from crossdock.engine.context import EngineContext
from crossdock.engine.deliveries.again import copies_of, send_again
from crossdock.engine.deliveries.places import SQL, Key, Places
from crossdock.engine.writes import ExceptionChange, PendingSend, Writes
from crossdock.log import BusinessKey, DocumentLink, take_numbers, uuid7
from crossdock.ports.connector import Rendered
from crossdock.ports.outcomes import Unsupported
from crossdock.store import Connection
from crossdock.store.arrays import literals


class TakenNumbers:
    """Numbers taken for a batch, handed out one by one."""

    def __init__(self, first: Mapping[str, int]) -> None:
        self._next = dict(first)

    def take(self, counter: str) -> int:
        """The next number of `counter`; it must have been asked for beforehand."""
        number = self._next[counter]
        self._next[counter] = number + 1
        return number


def idempotency_key(send: PendingSend) -> str:
    """Stable for ever: which document of which company."""
    return key_of(send.company_id, send.send.document, send.send.number)


def key_of(company_id: str, document: str, number: str) -> str:
    """The idempotency key of a document."""
    return f"{company_id}:{document}:{number}"


async def enqueue(tx: Connection, context: EngineContext, writes: Writes) -> None:
    """Store the batch's outgoing documents: new ones, rendered, and those that are asked for once more.

    What was enqueued before is left out.
    """
    sends = sorted(await _new(tx, context, writes), key=_place)
    copies = await copies_of(tx, writes)
    if not sends and not copies:
        return
    places = await Places.take(tx, [*map(_place, sends), *(copy.place for copy in copies)])
    if sends:
        await _send(tx, context, sends, places, writes)
    if copies:
        await send_again(tx, copies, places, writes)


async def _send(
    tx: Connection, context: EngineContext, sends: Sequence[PendingSend], places: Places, writes: Writes
) -> None:
    numbers = TakenNumbers(await take_numbers(tx, _counters(context, sends)))
    rows, parked = [], []
    for pending in sends:
        sequence, status = places.next(_place(pending))
        identifier = uuid7()
        rendered, code, detail = _render(context, pending, numbers)
        _register(context, pending, identifier, rendered, writes)
        if code:
            if status == "ready":
                parked.append(_place(pending))
            status = "dead"
            writes.exceptions.append(_unsupported(pending, identifier, code, detail))
        rows.append(_row(identifier, pending, sequence, status, rendered, code, detail))
    await tx.execute(SQL.insert, *literals(rows))
    if parked:
        await tx.execute(SQL.park_keys, *literals(sorted(parked)))


async def _new(tx: Connection, context: EngineContext, writes: Writes) -> list[PendingSend]:
    """What the batch wants sent, once each, to receivers the network has."""
    unique: dict[Key, PendingSend] = {}
    for pending in writes.sends:
        if pending.send.to in context.connectors:
            unique.setdefault((pending.send.to, idempotency_key(pending)), pending)
        else:
            writes.exceptions.append(_no_receiver(pending))
    if not unique:
        return []
    known = await tx.fetch(SQL.known, *literals(sorted(unique)))
    for row in known:
        unique.pop((row[0], row[1]), None)
    return list(unique.values())


def _ordering_key(pending: PendingSend) -> str:
    return pending.send.key or pending.case_id


def _place(pending: PendingSend) -> Key:
    return pending.send.to, _ordering_key(pending)


def _counters(context: EngineContext, sends: Sequence[PendingSend]) -> dict[str, int]:
    wanted: dict[str, int] = {}
    for pending in sends:
        connector = context.connectors[pending.send.to]
        for counter in connector.counters(pending.send.document, pending.send.body):
            wanted[counter] = wanted.get(counter, 0) + 1
    return wanted


def _render(context: EngineContext, pending: PendingSend, numbers: TakenNumbers) -> tuple[Rendered, str, str]:
    connector = context.connectors[pending.send.to]
    try:
        return connector.render(pending.send.document, pending.send.body, context.references, numbers), "", ""
    except Unsupported as refusal:
        return Rendered(b"", "", pending.send.document), "unsupported_document", str(refusal)
    except Exception as error:  # noqa: BLE001 - a defect in one map must not stop the batch; the document is a dead letter
        return Rendered(b"", "", pending.send.document), "renderer_failed", f"{type(error).__name__}: {error}"


def _register(
    context: EngineContext, pending: PendingSend, identifier: UUID, rendered: Rendered, writes: Writes
) -> None:
    """Make the document findable by the numbers it carries, and part of the story of its case."""
    if rendered.content:
        connector = context.connectors[pending.send.to]
        for key in connector.sent_keys(pending.send.document, pending.send.body, rendered):
            sent = pending.send.document, pending.send.number
            writes.keys.append(BusinessKey(pending.company_id, key.kind, key.issuer, key.value, pending.case_id, *sent))
    writes.links.append(
        DocumentLink(pending.company_id, f"delivery/{identifier}", pending.case_id, "", pending.send.document)
    )


def _row(
    identifier: UUID, pending: PendingSend, sequence: int, status: str, rendered: Rendered, code: str, detail: str
) -> tuple[Any, ...]:
    send, cause = pending.send, pending.cause
    return (
        *(identifier, send.to, _ordering_key(pending), sequence, send.document, send.number),
        *(idempotency_key(pending), pending.company_id, pending.case_id, send.report, status),
        *(rendered.content, rendered.content_type, rendered.target, rendered.method, cause.trace_id),
        *(cause.correlation_id, cause.occurred_at, "Rejected" if code else "", code, detail),
    )


def _no_receiver(pending: PendingSend) -> ExceptionChange:
    send = pending.send
    detail = f"{send.document} {send.number} is addressed to {send.to!r}, which is not in the network"
    return _exception(pending, "no_receiver", detail)


def _unsupported(pending: PendingSend, identifier: UUID, code: str, detail: str) -> ExceptionChange:
    words = f"{pending.send.document} {pending.send.number} for {pending.send.to}: {detail}"
    return _exception(pending, code, words, f"delivery/{identifier}")


def _exception(pending: PendingSend, code: str, detail: str, reference: str = "") -> ExceptionChange:
    key = f"{pending.send.to}/{idempotency_key(pending)}"
    cause, whose = pending.cause, (pending.case_id, pending.company_id)
    return ExceptionChange(*whose, code, key, True, detail, cause.occurred_at, cause, reference=reference)
