"""Workers that come, go, are killed and are paused: the others take over, nothing is lost, nobody writes twice."""

from __future__ import annotations

import asyncio
import os
import random
import signal
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest

from crossdock.engine.leasing import Slots
from crossdock.engine.worker import Worker
from crossdock.log import SLOTS
from crossdock.store import Connection, Store
from crossdock.store.embedded import EmbeddedServer
from tests.faults.outside import serving
from tests.faults.small_flow import at_rest, letters, start_worker, stop, story
from tests.integration.conftest import fresh_database
from tests.integration.engine.harness import begun, context, notes, rows, say, told

LETTERS = letters(count=10, parcels=8)


async def shares(store: Store, consumer: str = "cases") -> Counter[str]:
    found = await rows(store, "select owner from checkpoint where consumer = $1 and owner <> ''", consumer)
    return Counter(owner for (owner,) in found)


async def test_a_worker_that_joins_later_gets_its_share_of_the_slots(store: Store) -> None:
    first, second = Slots(store, "cases", "first"), Slots(store, "cases", "second")
    await first.start()
    await first.balance()
    assert await shares(store) == {"first": SLOTS}
    for _ in range(3):
        await second.balance()
        await first.balance()
    assert await shares(store) == {"first": SLOTS // 2, "second": SLOTS // 2}
    assert sorted([*first.held, *second.held]) == list(range(SLOTS))


async def test_a_worker_that_ends_leaves_everything_to_the_other_at_once(store: Store) -> None:
    first, second = Slots(store, "cases", "first"), Slots(store, "cases", "second")
    await first.start()
    for _ in range(3):
        await first.balance()
        await second.balance()
    await second.give_back()
    await first.balance()
    assert await shares(store) == {"first": SLOTS}


class LosesAnAnswer(Store):
    """The next commit happens, and its answer never comes: nobody can know whether it did."""

    armed = False

    @asynccontextmanager
    async def batch(self, owner: str, *, relaxed: bool = False) -> AsyncIterator[Connection]:
        async with super().batch(owner, relaxed=relaxed) as tx:
            yield tx
        if self.armed:
            self.armed = False
            raise ConnectionResetError("the connection was lost after the commit")


async def test_a_batch_that_committed_without_an_answer_is_done_once_and_the_slot_goes_on(store: Store) -> None:
    lossy = LosesAnAnswer(store._pool, store.url)
    worker = Worker(context(lossy))
    await worker._start()
    await say(store, begun("a"), told("a", "first"))
    ((lease, size),) = (await worker._news(worker._cases, 100))[0]
    lossy.armed = True
    with pytest.raises(ConnectionResetError):
        await worker._batches.run([(lease, size)])
    await say(store, told("a", "second"))
    for _ in range(4):
        await worker._case_step()
        await worker._cases.balance()
    assert await notes(store, "a") == ["", "first", "second"]


@pytest.fixture(scope="module")
def undisturbed(server: EmbeddedServer, template: str) -> dict[str, Any]:
    async def play() -> dict[str, Any]:
        async with fresh_database(server, template) as database:
            store = await Store.connect(database, max_size=2)
            with serving(LETTERS) as outside:
                worker = start_worker(database, outside)
                await at_rest(store, outside)
                await stop(worker)
            found = await story(store, outside)
            await store.close()
            return found

    return asyncio.run(play())


async def deadlocks(store: Store) -> int:
    ((found,),) = await rows(store, "select deadlocks from pg_stat_database where datname = current_database()")
    return int(found)


async def test_two_workers_killed_at_random_times_lose_nothing(
    database: str, store: Store, undisturbed: dict[str, Any]
) -> None:
    choice = random.Random(7)
    with serving(LETTERS) as outside:
        workers = [start_worker(database, outside) for _ in range(2)]
        for _ in range(6):
            await asyncio.sleep(choice.uniform(0.1, 0.7))
            victim = choice.randrange(2)
            workers[victim].kill()
            workers[victim].join()
            workers[victim] = start_worker(database, outside)
        await at_rest(store, outside)
        for worker in workers:
            await stop(worker)
    assert await story(store, outside) == undisturbed
    assert await deadlocks(store) == 0


async def _open_transactions(store: Store, pid: int) -> int:
    query = """select count(*) from pg_stat_activity
        where application_name like '%-' || $1 || '-%' and state in ('active', 'idle in transaction')"""
    ((found,),) = await rows(store, query, str(pid))
    return int(found)


async def _pause_inside_a_batch(store: Store, pid: int) -> None:
    """Stop a worker at a moment when it has a transaction open."""
    for _ in range(2000):
        os.kill(pid, signal.SIGSTOP)
        if await _open_transactions(store, pid):
            return
        os.kill(pid, signal.SIGCONT)
        await asyncio.sleep(0.002)
    raise AssertionError("the worker was never met inside a batch")


async def test_a_worker_paused_inside_a_batch_holds_nobody_up_and_is_refused_when_it_wakes(
    database: str, store: Store, undisturbed: dict[str, Any], tmp_path: Path
) -> None:
    log = tmp_path / "paused.log"
    with serving(LETTERS) as outside:
        paused = start_worker(database, outside, log=str(log))
        other = start_worker(database, outside)
        assert paused.pid is not None
        await _pause_inside_a_batch(store, paused.pid)
        await at_rest(store, outside)
        os.kill(paused.pid, signal.SIGCONT)
        await asyncio.sleep(0.5)
        assert "leases_lost" in log.read_text() or "database_trouble" in log.read_text()
        await stop(paused)
        await stop(other)
    assert await story(store, outside) == undisturbed
    assert await deadlocks(store) == 0


async def test_postgresql_killed_under_two_workers_comes_back_with_everything(
    server: EmbeddedServer, database: str, store: Store, undisturbed: dict[str, Any]
) -> None:
    with serving(LETTERS) as outside:
        workers = [start_worker(database, outside) for _ in range(2)]
        while len(outside.letters) > len(LETTERS) - 4:  # noqa: ASYNC110 - the outside is a thread
            await asyncio.sleep(0.05)
        for process in server.processes():
            os.kill(process.pid, signal.SIGKILL)
        await asyncio.to_thread(server.restart)
        await at_rest(store, outside)
        for worker in workers:
            assert worker.is_alive()
            await stop(worker)
    assert await story(store, outside) == undisturbed
