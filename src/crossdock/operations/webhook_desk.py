"""The webhook desk: what systems push to us, stored in groups, translated later in the order of arrival per system."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

import asyncpg
import msgspec

from crossdock.engine.intake import raw
from crossdock.events.envelope import NewEvent
from crossdock.events.intake import DocumentReceived
from crossdock.log import append
from crossdock.store import GroupCommit, Store, run_again
from crossdock.store.crash import point
from crossdock.store.pool import TRANSIENT


class WebhookCall(msgspec.Struct, frozen=True):
    """A webhook whose signature was found good."""

    arrival: raw.Arrival
    correlation_id: UUID
    trace_id: str = ""


class WebhookDesk:
    """Takes webhooks for any number of senders at once. The same transport key again is taken and forgotten."""

    def __init__(self, store: Store, *, most: int = 200) -> None:
        self._store = store
        self._group: GroupCommit[WebhookCall, raw.Stored] = GroupCommit(self._commit, most=most)

    async def receive(self, call: WebhookCall) -> raw.Stored:
        """Store a webhook and tell the engine; returns when it is safe."""
        return await self._group.submit(call)

    async def _commit(self, calls: Sequence[WebhookCall]) -> Sequence[raw.Stored | BaseException]:
        try:
            return await run_again(lambda: self._transaction(calls))
        except TRANSIENT:
            raise
        except asyncpg.PostgresError as error:
            if len(calls) == 1:
                return [error]
        middle = len(calls) // 2
        return [*await self._commit(calls[:middle]), *await self._commit(calls[middle:])]

    async def _transaction(self, calls: Sequence[WebhookCall]) -> list[raw.Stored]:
        async with self._store.transaction() as tx:
            stored = await raw.store_arrivals(tx, [call.arrival for call in calls])
            fresh = [(call, kept) for call, kept in zip(calls, stored, strict=True) if not kept.repeated]
            await append(tx, [_event(call, kept.document_id) for call, kept in fresh])
            point("api_before_commit")
        point("api_after_commit_before_answer")
        return stored


def _event(call: WebhookCall, document_id: UUID) -> NewEvent:
    arrival = call.arrival
    return NewEvent(
        body=DocumentReceived(
            document_id=document_id,
            source=arrival.source,
            kind=arrival.kind,
            content_type=arrival.content_type,
            name=arrival.name,
            size=len(arrival.content),
        ),
        subject=f"intake/{arrival.source}",
        company_id="",
        occurred_at=arrival.received_at,
        source=arrival.source,
        actor=arrival.source,
        correlation_id=call.correlation_id,
        causation_id=document_id,
        trace_id=call.trace_id,
    )
