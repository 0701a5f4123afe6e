"""Workers that come, go, are killed and are paused: the others take over, nothing is lost, nobody writes twice."""

from __future__ import annotations

import asyncio
import os
import random
import signal
import time
from collections import Counter
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

import pytest

from crossdock.engine.leasing import Slots
from crossdock.engine.worker import Worker
from crossdock.log import SLOTS
from crossdock.store import Connection, Store
from crossdock.store.embedded import EmbeddedServer
from tests.faults.outside import Outside, serving
from tests.faults.small_flow import at_rest, ended, letters, start_worker, stop, story
from tests.integration.engine.harness import begun, context, notes, rows, say, told


async def until(condition: Callable[[], object], seconds: float = 15) -> None:
    deadline = time.monotonic() + seconds
    while not (found := condition()) or (asyncio.iscoroutine(found) and not await found):
        assert time.monotonic() < deadline, "it did not come to that"
        await asyncio.sleep(0.05)


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
    async def transaction(self, *, readonly: bool = False, snapshot: bool = False) -> AsyncIterator[Connection]:
        async with super().transaction(readonly=readonly, snapshot=snapshot) as tx:
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
