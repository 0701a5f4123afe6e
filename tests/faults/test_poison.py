"""What cannot be written is no trouble of the database: it is set aside, and everything behind it goes on."""

from __future__ import annotations

import asyncio

import msgspec

from crossdock.engine.intake.poll import received_event
from crossdock.engine.intake.raw import Arrival, store_arrivals
from crossdock.log import append
from crossdock.ports.connector import RawDocument, References, Translation
from crossdock.store import Store
from tests.integration.engine.harness import NOW, Peer, context, notes, rows, settle


class CountsToTheMoon(Peer):
    """Its sequence numbers fit into no column when a line says `moon`."""

    def translate(self, raw: RawDocument, references: References) -> Translation:
        found = super().translate(raw, references)
        far = 2**70 if b"moon" in raw.content else 1
        return Translation(tuple(msgspec.structs.replace(each, source_sequence=far) for each in found.records))


async def arrive(store: Store, text: str) -> None:
    arrival = Arrival(source="peer", kind="webhook", content=text.encode(), transport_key=text, received_at=NOW)
    async with store.transaction() as tx:
        (stored,) = await store_arrivals(tx, [arrival])
        await append(tx, [received_event(arrival, stored.document_id)])


async def test_a_document_with_a_number_that_fits_nowhere_is_quarantined_and_the_next_goes_on(store: Store) -> None:
    await arrive(store, "a begin")
    await arrive(store, "a moon")
    await arrive(store, "a landed")
    await asyncio.wait_for(settle(context(store, CountsToTheMoon())), 20)
    assert await notes(store, "a") == ["", "landed"]
    assert await rows(store, "select status from raw_document order by id") == [
        ("translated",), ("quarantined",), ("translated",),
    ]  # fmt: skip
