"""Polls: pages are stored and the cursor moved in one transaction, then the source is told."""

from __future__ import annotations

import datetime as dt
from hashlib import sha256
from uuid import UUID

import asyncpg
import structlog

from crossdock.engine.clock import business_now, read_clock
from crossdock.engine.context import EngineContext, Poll
from crossdock.engine.intake.raw import Arrival, store_arrivals
from crossdock.engine.tasks import Task, fail, finish, keep
from crossdock.events.envelope import NewEvent
from crossdock.events.intake import DocumentReceived
from crossdock.log import append
from crossdock.ports.connector import ConnectorUnavailable, RawPage
from crossdock.store import Connection, crash, run_again
from crossdock.store.text import storable

log = structlog.get_logger()
# Documents belong to a company only once they are read; until then to the installation.
NO_COMPANY = ""
_LEAST_PAUSE = dt.timedelta(milliseconds=200)


def task_name(poll: Poll) -> str:
    """The task row of a poll."""
    return f"poll/{poll.system}/{poll.kind}"


def received_event(arrival: Arrival, document_id: UUID) -> NewEvent:
    """The fact that raw bytes are safe; translated in order of arrival per source."""
    body = DocumentReceived(
        document_id, arrival.source, arrival.kind, arrival.content_type, arrival.name, len(arrival.content)
    )
    return NewEvent(
        body=body,
        subject=f"intake/{arrival.source}",
        company_id=NO_COMPANY,
        occurred_at=arrival.received_at,
        source=arrival.source,
    )


async def run_poll(context: EngineContext, owner: str, poll: Poll, task: Task) -> int:
    """Fetch everything behind the cursor; returns how many records came."""
    connector = context.connectors[poll.system]
    records = 0
    try:
        async for page in connector.fetch(poll.kind, task.cursor):
            if page.records:
                await run_again(lambda page=page: _store(context, owner, poll, task, page))  # type: ignore[misc]
                crash.point("intake_after_commit")
                await connector.accepted(poll.kind, page)
                records += page.records
            if not page.more:
                break
    except (ConnectorUnavailable, asyncpg.DataError) as trouble:
        # A cursor or name can hold what no column takes; doctor shows it until a later look finds it mended.
        log.warning("poll_failed", system=poll.system, kind=poll.kind, detail=str(trouble))
        async with context.store.transaction() as tx:
            await fail(tx, task, owner, storable(str(trouble)), _LEAST_PAUSE)
        return records
    async with context.store.transaction() as tx:
        await finish(tx, task, owner, await _pause(tx, poll.every))
    return records


async def _pause(tx: Connection, every: dt.timedelta) -> dt.timedelta:
    """A business interval as technical time, but never a busy loop."""
    return max(every / (await read_clock(tx)).rate, _LEAST_PAUSE)


async def _store(context: EngineContext, owner: str, poll: Poll, task: Task, page: RawPage) -> None:
    async with context.store.transaction() as tx:
        now = await business_now(tx)
        digest = sha256(page.content).hexdigest()
        arrival = Arrival(
            source=poll.system,
            kind="file" if page.name and page.name != poll.kind else "poll",
            content=page.content,
            transport_key=f"{page.name or poll.kind}:{len(page.content)}:{digest}{page.again and ':' + page.again}",
            received_at=now,
            content_type=page.content_type,
            name=page.name or poll.kind,
        )
        (stored,) = await store_arrivals(tx, [arrival])
        if page.cursor != task.cursor:
            await keep(tx, task, owner, page.cursor)
        crash.point("intake_before_commit")
        if not stored.repeated:
            await append(tx, [received_event(arrival, stored.document_id)])
    task.cursor = page.cursor
