"""Publications: channels are told what may be promised, coalesced, newest only.

Never more than one publication per channel is on its way, and it is made from the numbers of its moment: an older
number cannot cost a call, let alone overwrite a newer one. One that was given up keeps the next from being made until
a person has decided; if it is skipped, what it said counts as not told.
"""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

from crossdock.engine.clock import business_now
from crossdock.engine.context import EngineContext, Publication
from crossdock.engine.deliveries.queue import enqueue
from crossdock.engine.tasks import SQL, Task, finish
from crossdock.engine.writes import PendingSend, Writes
from crossdock.events.envelope import Envelope
from crossdock.log import uuid7, write_links
from crossdock.model.publication import AvailabilityPublication, AvailableItem
from crossdock.processes._kit import Send
from crossdock.store import Connection

MOST = 500
_PAUSE = dt.timedelta(milliseconds=500)
_NOWHERE = (Decimal(0), 0)


def task_name(publication: Publication) -> str:
    """The task row of a publication."""
    return f"publish/{publication.company_id}/{publication.channel}"


async def run_publication(context: EngineContext, owner: str, publication: Publication, task: Task) -> int:
    """Send what changed since the channel was told last, at most `MOST` items; returns how many."""
    async with context.store.transaction() as tx:
        case_id = f"publication/{publication.company_id}/{publication.channel}"
        if await tx.fetchval(SQL.open_publication, publication.system, case_id):
            changed: list[AvailableItem] = []
        else:
            changed = await _changed(tx, publication)
        if changed:
            await _send(tx, context, publication, case_id, changed)
        await finish(tx, task, owner, _PAUSE)
    return len(changed)


async def _changed(tx: Connection, publication: Publication) -> list[AvailableItem]:
    """What is another quantity than was told. An item that no location has any more is told as zero, and versions go
    on from what was told: where a location left the channel, the sum of what is counted is less than before."""
    locations = list(publication.locations)
    free = {row[0]: (row[1], row[2]) for row in await tx.fetch(SQL.free_to_promise, publication.company_id, locations)}
    told = {
        row[0]: (row[1], row[2]) for row in await tx.fetch(SQL.published, publication.company_id, publication.channel)
    }
    changed = []
    for item in sorted(free.keys() | told.keys()):
        quantity, counted = free.get(item, _NOWHERE)
        known, version = told.get(item, (None, -1))
        if quantity != known:
            changed.append(AvailableItem(item, quantity.normalize() + 0, max(counted, version + 1)))
    return changed[:MOST]


async def _send(
    tx: Connection, context: EngineContext, publication: Publication, case_id: str, items: list[AvailableItem]
) -> None:
    now = await business_now(tx)
    identifier = uuid7()
    company, channel = publication.company_id, publication.channel
    body = AvailabilityPublication(company, channel, str(identifier), now, tuple(items))
    cause = Envelope(
        0, 0, 0, identifier, "AvailabilityChanged", 1, case_id, case_id, company, "ledger", None, "engine", "", now,
        "instant", "UTC", now, identifier, None, "", context.network_version, "", "",
    )  # fmt: skip
    send = Send(document="availability", body=body, to=publication.system, number=str(identifier), key=case_id)
    writes = Writes(sends=[PendingSend(send, company, case_id, cause)])
    columns = ([i.item for i in items], [i.quantity for i in items], [i.version for i in items])
    await enqueue(tx, context, writes)
    await tx.execute(SQL.mark_published, company, channel, str(identifier), *columns)
    await write_links(tx, writes.links)
