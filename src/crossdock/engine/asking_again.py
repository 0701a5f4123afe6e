"""What a system said that it did and never told us: it is asked for it once more."""

from __future__ import annotations

import asyncio
import datetime as dt
from collections.abc import Mapping, Sequence
from hashlib import sha256

import structlog

from crossdock.engine.context import EngineContext
from crossdock.engine.intake.poll import received_event
from crossdock.engine.intake.raw import Arrival, store_arrivals
from crossdock.events.envelope import NewEvent
from crossdock.inventory.reconciliation.statements import Waiting
from crossdock.ports.connector import Connector, ConnectorUnavailable, RawPage
from crossdock.store import Connection

log = structlog.get_logger()
Pages = Mapping[str, RawPage | None]
"""What was asked for, and what came; None for what the system no longer has. What it was not asked for, or gave no
answer to, is not named."""
_MOST = 50
LONGEST_SECONDS = 30.0
"""For all that one statement asks for: the statements of every other system wait."""


async def ask_again(context: EngineContext, statement: Waiting, wanted: Sequence[str]) -> Pages:
    """Fetch these once more, as many as there is time for. What a system does not answer is not asked further: the next
    statement asks again, and begins with something else."""
    connector = context.connectors.get(statement.system)
    pages: dict[str, RawPage | None] = {}
    if connector is None or not wanted:
        return pages
    mixed = sorted(wanted, key=lambda again: sha256(f"{statement.id}/{again}".encode()).digest())
    try:
        async with asyncio.timeout(LONGEST_SECONDS):
            for again in mixed[:_MOST]:
                pages[again] = await _page(connector, again)
    except (ConnectorUnavailable, OSError) as trouble:  # a connection that breaks here is theirs, and so is the time
        log.warning(
            "fetch_again_failed", system=statement.system, answered=len(pages), of=len(wanted), detail=str(trouble)
        )
    return pages


async def _page(connector: Connector, again: str) -> RawPage | None:
    kind, _, cursor = again.partition(":")
    return await anext(connector.fetch(kind, cursor), None)


async def store_pages(tx: Connection, statement: Waiting, pages: Pages, now: dt.datetime) -> list[NewEvent]:
    """Keep what came as it came; returns the events that tell of what was not there yet."""
    arrivals = [
        Arrival(
            source=statement.system,
            kind="poll",
            content=page.content,
            transport_key=f"again:{again}:{sha256(page.content).hexdigest()}",
            received_at=now,
            content_type=page.content_type,
            name=again.partition(":")[0],
        )
        for again, page in sorted(pages.items())
        if page is not None
    ]
    stored = await store_arrivals(tx, arrivals) if arrivals else []
    return [received_event(a, s.document_id) for a, s in zip(arrivals, stored, strict=True) if not s.repeated]
