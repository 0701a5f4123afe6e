from __future__ import annotations

import datetime as dt
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import asyncpg
import pytest

from crossdock.engine.context import Poll
from crossdock.engine.intake.poll import received_event, run_poll, task_name
from crossdock.engine.intake.raw import Arrival, store_arrivals
from crossdock.engine.tasks import Task, ensure_tasks
from crossdock.log import append
from crossdock.ports.connector import RawPage
from crossdock.store import Connection, Store
from tests.integration.engine.harness import NOW, Peer, begun, context, notes, rows, say, settle, told


async def arrive(store: Store, text: str, key: str = "", source: str = "peer") -> bool:
    """A document comes in; False if the transport gate knew it."""
    arrival = Arrival(source=source, kind="webhook", content=text.encode(), transport_key=key or text, received_at=NOW)
    async with store.transaction() as tx:
        (stored,) = await store_arrivals(tx, [arrival])
        if not stored.repeated:
            await append(tx, [received_event(arrival, stored.document_id)])
    return not stored.repeated


async def test_a_stored_document_becomes_events_of_cases(store: Store) -> None:
    await arrive(store, "a begin x\na first\nb begin y")
    await settle(context(store))
    assert await notes(store, "a") == ["x", "first"]
    assert await notes(store, "b") == ["y"]
    assert await rows(store, "select status, records from raw_document") == [("translated", 3)]


async def test_documents_of_a_source_are_translated_in_the_order_they_came(store: Store) -> None:
    await say(store, begun("a"))
    for n in range(40):
        await arrive(store, f"a {n}")
    await settle(context(store), batch_size=6)
    assert await notes(store, "a") == ["", *map(str, range(40))]


async def test_the_same_transmission_again_is_stored_once(store: Store) -> None:
    assert await arrive(store, "a begin", "m-1")
    assert not await arrive(store, "a begin", "m-1")
    assert await rows(store, "select count(*) from raw_document") == [(1,)]


async def test_the_same_business_document_again_is_ignored(store: Store) -> None:
    await arrive(store, "a begin\na note#7 ", "m-1")
    await arrive(store, "a note#7 ", "m-2")
    await settle(context(store))
    assert await notes(store, "a") == ["", "note#7 "]
    assert await rows(store, "select status from raw_document order by received_at, id") == [
        ("translated",), ("duplicate",),
    ]  # fmt: skip


async def test_another_document_under_the_same_identity_is_a_conflict_for_a_person(store: Store) -> None:
    await arrive(store, "a begin\na note#7 ", "m-1")
    await arrive(store, "a other#7 ", "m-2")
    await settle(context(store))
    assert await notes(store, "a") == ["", "note#7 "]
    assert await rows(store, "select code from exception_case") == [("document_conflict",)]
    assert await rows(store, "select count(*) from raw_document where status = 'conflict'") == [(1,)]


async def test_an_answer_finds_its_case_by_the_control_number(store: Store) -> None:
    await say(store, begun("a", "send"))
    await settle(context(store))
    await arrive(store, "=1 answered")
    await settle(context(store))
    assert await notes(store, "a") == ["send", "DocumentDelivered", "answered"]


async def test_an_answer_says_which_of_several_documents_it_is_about(store: Store) -> None:
    await say(store, begun("a", "send"), told("a", "send 1"))
    await settle(context(store))
    await arrive(store, "=2 accepted")
    await settle(context(store))
    assert (await notes(store, "a"))[-1] == "note a.send 1 accepted"


async def test_an_answer_to_nothing_is_quarantined_with_its_reason(store: Store) -> None:
    await arrive(store, "=99 answered")
    await settle(context(store))
    ((status, faults),) = await rows(store, "select status, faults from raw_document")
    assert status == "quarantined"
    assert "unknown_reference" in faults
    assert await rows(store, "select code from exception_case") == [("document_quarantined",)]


async def test_garbage_is_quarantined_and_the_good_beside_it_goes_on(store: Store) -> None:
    await arrive(store, "\ud7ff".encode().decode() + " begin", "good")
    async with store.transaction() as tx:
        arrival = Arrival(source="peer", kind="file", content=b"\xff\xfe", transport_key="bad", received_at=NOW)
        (stored,) = await store_arrivals(tx, [arrival])
        await append(tx, [received_event(arrival, stored.document_id)])
    await arrive(store, "a begin")
    await arrive(store, "from nowhere", source="nobody")
    await settle(context(store))
    assert await notes(store, "a") == [""]
    found = await rows(store, "select status from raw_document order by status")
    assert found == [("quarantined",), ("quarantined",), ("translated",), ("translated",)]


class Outbox(Peer):
    """A folder with one file, and when it was laid out again."""

    polls = ("outbox",)
    again = ""

    async def fetch(self, kind: str, cursor: str) -> AsyncIterator[RawPage]:
        yield RawPage(b"a begin", "text/plain", cursor, False, 1, name="order.txt", again=self.again)

    async def accepted(self, kind: str, page: RawPage) -> None:
        """It stays where it is."""


class Feed(Peer):
    """One page, and the cursor behind it."""

    polls = ("notes",)

    async def fetch(self, kind: str, cursor: str) -> AsyncIterator[RawPage]:
        if cursor == "":
            yield RawPage(b"a begin", "text/plain", "1", False, 1)

    async def accepted(self, kind: str, page: RawPage) -> None:
        """Nothing is to be told."""


@pytest.mark.parametrize("answered", [True, False])
async def test_a_page_whose_transaction_is_run_again_moves_the_cursor(
    store: Store, monkeypatch: pytest.MonkeyPatch, answered: bool
) -> None:
    failures = iter([asyncpg.SerializationError()])
    transaction = store.transaction

    @asynccontextmanager
    async def troubled(**options: bool) -> AsyncIterator[Connection]:
        async with transaction(**options) as tx:
            yield tx
            if answered and (failure := next(failures, None)):
                raise failure
        if failure := next(failures, None):
            raise failure

    poll = Poll("peer", "notes", dt.timedelta(0))
    async with store.transaction() as tx:
        await ensure_tasks(tx, [task_name(poll)])
        await tx.execute("update task set worker = 'me'")
    with monkeypatch.context() as patched:
        patched.setattr(store, "transaction", troubled)
        await run_poll(context(store, Feed()), "me", poll, Task(task_name(poll), "", ""))
    assert await rows(store, "select worker, cursor from task") == [("", "1")]
    assert await rows(store, "select count(*) from raw_document") == [(1,)]


async def test_a_file_is_stored_once_each_time_it_was_laid_out(store: Store) -> None:
    outbox = Outbox()
    poll = Poll("peer", "outbox", dt.timedelta(0))
    for outbox.again in ("", "", "monday", "monday", "tuesday"):
        async with store.transaction() as tx:
            await ensure_tasks(tx, [task_name(poll)])
            await tx.execute("update task set worker = 'me', next_at = now()")
        await run_poll(context(store, outbox), "me", poll, Task(task_name(poll), "", ""))
    assert await rows(store, "select count(*) from raw_document") == [(3,)]
