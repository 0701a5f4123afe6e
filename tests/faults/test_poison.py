"""What cannot be written is no trouble of the database: it is set aside, and everything behind it goes on."""

from __future__ import annotations

import asyncio
import datetime as dt
from collections.abc import AsyncIterator

import msgspec
import pytest

from crossdock.engine.context import Poll
from crossdock.engine.intake.poll import received_event
from crossdock.engine.intake.raw import Arrival, store_arrivals
from crossdock.engine.worker import Worker
from crossdock.events.intake import CaseReleased
from crossdock.log import append
from crossdock.ports.connector import ConnectorUnavailable, RawDocument, RawPage, References, Translation
from crossdock.ports.outcomes import Delivered, Halt, Outcome, Rejected, RetryLater, Unknown
from crossdock.store import Store
from tests.integration.engine.harness import NOW, Peer, _event, begun, context, notes, rows, say, settle, told

POISON = "a \x00 and half of \ud83d"


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


@pytest.mark.parametrize(
    ("outcome", "status"),
    [
        (Delivered(POISON), "delivered"),
        (RetryLater(POISON, dt.timedelta(hours=1)), "ready"),
        (Rejected(POISON, POISON), "dead"),
        (Halt(POISON), "ready"),
        (Unknown(POISON), "dead"),
    ],
)
async def test_whatever_a_receiver_says_its_answer_is_recorded(store: Store, outcome: Outcome, status: str) -> None:
    peer = Peer(lambda outgoing: outcome if outgoing.ordering_key.endswith("/a") else Delivered())
    await say(store, begun("a", "send"), begun("b", "send"))
    await asyncio.wait_for(settle(context(store, peer)), 20)
    assert await rows(store, "select case_id, status from delivery order by case_id") == [
        ("parcel/c/a", status), ("parcel/c/b", "delivered"),
    ]  # fmt: skip


class Feed(Peer):
    """Polled: its pages say what they are given to say."""

    polls = ("notes",)
    cursor = "next"
    trouble = ""

    async def fetch(self, kind: str, cursor: str) -> AsyncIterator[RawPage]:
        if self.trouble:
            raise ConnectorUnavailable(self.trouble)
        if cursor != self.cursor:
            yield RawPage(b"a begin", "text/plain", self.cursor, False, 1)

    async def accepted(self, kind: str, page: RawPage) -> None:
        """Nothing to tell."""


@pytest.mark.parametrize("changes", [{"trouble": POISON}, {"cursor": POISON}, {"cursor": "\x00"}])
async def test_a_poll_that_brings_what_cannot_be_kept_fails_visibly_and_the_worker_goes_on(
    store: Store, changes: dict[str, str]
) -> None:
    feed = Feed()
    vars(feed).update(changes)
    worker = Worker(context(store, feed, polls=(Poll("peer", "notes", dt.timedelta(0)),)))
    running = asyncio.create_task(worker.run())
    for _ in range(200):
        await asyncio.sleep(0.05)
        ((failures, detail),) = await rows(store, "select coalesce(max(failures), 0), max(detail) from task")
        if failures > 2:
            break
    assert failures > 2
    assert detail
    vars(feed).update(trouble="", cursor="mended")
    await say(store, begun("b"), told("b", "goes on"))
    for _ in range(200):
        await asyncio.sleep(0.05)
        if await rows(store, "select 1 from process_case where id = 'parcel/c/a' and state = 'open'"):
            break
    assert not running.done()
    worker.stop()
    await running
    assert await notes(store, "b") == ["", "goes on"]
    assert await notes(store, "a") == [""]


async def test_a_step_that_fails_of_itself_does_not_end_the_worker(store: Store) -> None:
    worker = Worker(context(store))
    failed = asyncio.Event()

    async def defect(wanted: object) -> int:
        failed.set()
        raise ZeroDivisionError

    worker._projector.run = defect  # type: ignore[method-assign]
    running = asyncio.create_task(worker.run())
    await say(store, begun("a"))
    await asyncio.wait_for(failed.wait(), 10)
    await say(store, told("a", "goes on"))
    for _ in range(100):
        await asyncio.sleep(0.05)
        if await rows(store, "select 1 from process_case where sequence = 2"):
            break
    assert not running.done()
    worker.stop()
    await running
    assert await notes(store, "a") == ["", "goes on"]


async def test_an_event_that_only_a_later_release_can_read_parks_its_case_until_that_is_back(store: Store) -> None:
    later = "update event set schema_version = $1 where subject = 'parcel/c/a' and position = $2"
    await say(store, begun("a"), told("a", "unreadable"), told("a", "after"), begun("b"), told("b", "goes on"))
    await rows(store, later, 9, 2)
    await asyncio.wait_for(settle(context(store)), 20)
    assert await notes(store, "a") == [""]
    assert await notes(store, "b") == ["", "goes on"]
    assert await rows(store, "select code from exception_case") == [("handler_failed",)]
    # Released too early, it stays parked; with the later release everything is handled in order.
    await say(store, _event("a", CaseReleased()))
    await asyncio.wait_for(settle(context(store)), 20)
    assert await notes(store, "a") == [""]
    await rows(store, later, 1, 2)
    await say(store, _event("a", CaseReleased()))
    await asyncio.wait_for(settle(context(store)), 20)
    assert await notes(store, "a") == ["", "unreadable", "after"]
