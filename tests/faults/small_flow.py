"""A small flow through the whole engine, whose workers and API are processes of their own.

Documents come by poll, become events of cases, and the cases send documents out. Processes are forked from a server
that has imported everything already, so that a kill and a new start cost next to nothing.
"""

from __future__ import annotations

import asyncio
import datetime as dt
import multiprocessing
import os
import signal
import time
from collections.abc import AsyncIterator
from multiprocessing.process import BaseProcess
from typing import Any
from urllib.parse import quote

import httpx2
import msgspec
from granian.constants import Interfaces
from granian.server.embed import Server

from crossdock.api.app import create
from crossdock.api.services import Services
from crossdock.engine.context import Poll
from crossdock.engine.worker import Worker
from crossdock.operations.overview import WorkLeft, work_left
from crossdock.ports.connector import ConnectorUnavailable, Outgoing, RawPage
from crossdock.ports.outcomes import Delivered, Outcome, RetryLater
from crossdock.store import Store, crash, run_again
from crossdock.telemetry import logs
from tests.faults.outside import Letter, Outside
from tests.integration.engine.harness import ParcelData, Peer, context
from tests.unit.api.networks import small_network

PARCELS = 6
POLL = Poll("peer", "outbox", dt.timedelta(seconds=1))


def letters(count: int = 6, parcels: int = PARCELS) -> list[Letter]:
    """The first begins the parcels, each following one tells every parcel to send a note; the last says some again."""
    names = [f"k{n}" for n in range(parcels)]
    first = [f"{name} begin send" for name in names] + [f"t{name} begin tell u{name}" for name in names]
    bodies = [first, *([f"{name} send {n} #{name}-{n} " for name in names] for n in range(1, count))]
    bodies[-1] = [*bodies[-1], *bodies[1]]
    return [(f"{n:02}.txt", "\n".join(lines)) for n, lines in enumerate(bodies)]


class Courier(Peer):
    """The harness's peer, over HTTP to an `Outside`."""

    polls = ("outbox",)

    def __init__(self, url: str) -> None:
        super().__init__()
        self._client = httpx2.AsyncClient(base_url=url, timeout=10)

    async def fetch(self, kind: str, cursor: str) -> AsyncIterator[RawPage]:
        try:
            for name, text in (await self._client.get("/outbox")).json():
                yield RawPage(text.encode(), "text/plain", cursor, True, 1, name=name)
        except httpx2.HTTPError as error:
            raise ConnectorUnavailable(repr(error)) from error

    async def accepted(self, kind: str, page: RawPage) -> None:
        await self._client.post(f"/taken/{page.name}", content=b"")

    async def send(self, outgoing: Outgoing) -> Outcome:
        headers = {"Idempotency-Key": quote(outgoing.key), "Ordering-Key": outgoing.ordering_key}
        try:
            await self._client.post("/notes", content=outgoing.rendered.content, headers=headers)
        except httpx2.HTTPError as error:
            return RetryLater(repr(error))
        return Delivered("taken")

    async def close(self) -> None:
        await self._client.aclose()


def _work(database: str, url: str, crash_at: str, log: str) -> None:
    """A worker process. It ends on SIGTERM."""
    _arm(crash_at)
    with open(log, "a", encoding="utf-8") as stream:
        logs.configure("warning", stream)
        asyncio.run(_run_worker(database, url))


async def _run_worker(database: str, url: str) -> None:
    store = await Store.connect(database, max_size=6)
    courier = Courier(url)
    worker = Worker(context(store, courier, polls=(POLL,), batch_size=7))
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, worker.stop)
    try:
        await worker.run()
    finally:
        await courier.close()
        await store.close()


def _serve(database: str, port: int, crash_at: str) -> None:
    """An API process."""
    _arm(crash_at)
    asyncio.run(_run_api(database, port))


async def _run_api(database: str, port: int) -> None:
    logs.configure("critical")
    services = Services.on(await Store.connect(database, max_size=6), small_network(), {})
    await Server(create(services), address="127.0.0.1", port=port, interface=Interfaces.ASGI, log_enabled=False).serve()


def _arm(crash_at: str) -> None:
    os.environ["CROSSDOCK_CRASH_AT"] = crash_at
    crash._ARMED.update(crash._armed())


_processes = multiprocessing.get_context("forkserver")
_processes.set_forkserver_preload(["tests.faults.small_flow"])


def start_worker(database: str, outside: Outside, crash_at: str = "", log: str = os.devnull) -> BaseProcess:
    """A worker on this database, armed to kill itself if `crash_at` says so."""
    return _started(_processes.Process(target=_work, args=(database, outside.url, crash_at, log), daemon=True))


def start_api(database: str, port: int, crash_at: str = "") -> BaseProcess:
    """An API process on this database."""
    return _started(_processes.Process(target=_serve, args=(database, port, crash_at), daemon=True))


def start_process(target: Any, *args: Any) -> BaseProcess:
    """Any function in a process of its own, forked from the server that has imported everything."""
    return _started(_processes.Process(target=target, args=args, daemon=True))


def _started(process: Any) -> BaseProcess:
    process.start()
    return process  # type: ignore[no-any-return]


async def ended(process: BaseProcess, seconds: float = 30) -> int | None:
    """The exit code, or None if the process still lives after so many seconds."""
    deadline = time.monotonic() + seconds
    while process.is_alive() and time.monotonic() < deadline:  # noqa: ASYNC110 - a process tells nobody that it died
        await asyncio.sleep(0.02)
    return process.exitcode


async def stop(process: BaseProcess) -> None:
    """Ask a process to end, and make it."""
    process.terminate()
    if await ended(process, 10) is None:
        process.kill()
    process.join()


async def at_rest(store: Store, outside: Outside, seconds: float = 30) -> None:
    """Wait until the outbox is empty and nothing moves any more."""
    left: WorkLeft | None = None
    deadline = time.monotonic() + seconds
    while outside.letters or not (left := await run_again(lambda: work_left(store))).none:
        assert time.monotonic() < deadline, f"{len(outside.letters)} letters in the outbox, or {left}"
        await asyncio.sleep(0.05)


async def story(store: Store, outside: Outside) -> dict[str, Any]:
    """Everything that must not depend on who died when."""
    async with store.transaction(snapshot=True) as tx:
        cases = await tx.fetch("select id, state, data, parked from process_case order by id")
        documents = await tx.fetch("select name, status, records from raw_document order by name")
        events = await tx.fetch("select type, count(*) from event group by type order by type")
        counted = await tx.fetch("select type, sum(count)::bigint from event_count group by type order by type")
        deliveries = await tx.fetch("select idempotency_key, status from delivery order by idempotency_key")
        log_is_whole = await tx.fetchval(
            """select not exists (select 1 from log_head h where h.position <> (
                select count(distinct position) from event e where e.slot = h.slot))"""
        )
        all_read = await tx.fetchval(
            "select bool_and(c.position = h.position) from checkpoint c join log_head h on h.slot = c.slot"
        )
    return {
        "cases": {row["id"]: (row["state"], _told(row["data"]), row["parked"]) for row in cases},
        "documents": [tuple(row) for row in documents],
        "events": [tuple(row) for row in events],
        "counted by the projection": [tuple(row) for row in counted],
        "deliveries": [tuple(row) for row in deliveries],
        "the log has no gap": log_is_whole,
        "everything was read": all_read,
        "effects outside": outside.effects(),
        "rendered once": all(len(contents) == 1 for contents in outside.contents().values()),
    }


def _told(data: str) -> tuple[list[str], int]:
    """A parcel's notes in order, and how often it heard of a delivery, which may come between any of them."""
    notes = msgspec.json.decode(data, type=ParcelData).notes
    return [note for note in notes if note != "DocumentDelivered"], notes.count("DocumentDelivered")
