"""Answers that are lost at the worst moment: a transaction has committed, or has not, and nobody can know."""

from __future__ import annotations

import asyncio
import datetime as dt
import random
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Any

import asyncpg
import pytest

from crossdock.engine.clock import set_clock
from crossdock.engine.context import Poll, SystemLimits
from crossdock.engine.deliveries.deliverer import Deliverer
from crossdock.engine.leasing import Slots
from crossdock.engine.worker import Worker
from crossdock.log import SLOTS
from crossdock.log.leases import LEASE
from crossdock.ports.connector import Outgoing, RawPage
from crossdock.ports.outcomes import Outcome
from crossdock.store import Connection, Store
from crossdock.store.pool import TRANSIENT
from tests.integration.engine.harness import NOW, Peer, begun, context, notes, rows, say, settle, told

Fate = Callable[[], str]


def well() -> str:
    return "well"


class Unreliable(Store):
    """Asks of each transaction how it ends: `well`, with its answer `lost` after the commit, or `cut` before it."""

    fate: Fate = staticmethod(well)

    @asynccontextmanager
    async def transaction(self, **options: Any) -> AsyncIterator[Connection]:
        async with super().transaction(**options) as tx:
            yield tx
            fate = self.fate()
            if fate == "cut":
                await _cut(tx)
        if fate == "lost":
            raise ConnectionResetError("the connection was lost after the commit")

    @asynccontextmanager
    async def batch(self, owner: str, *, relaxed: bool = False) -> AsyncIterator[Connection]:
        async with super().batch(owner, relaxed=relaxed) as tx:
            yield tx
            fate = self.fate()
            if fate == "cut":
                await _cut(tx)
        if fate == "lost":
            raise ConnectionResetError("the connection was lost after the commit")

    def next_answer(self, *fates: str) -> None:
        """The next transactions end like this, all others well."""
        waiting = list(fates)
        self.fate = lambda: waiting.pop(0) if waiting else "well"


async def _cut(tx: Connection) -> None:
    with pytest.raises(asyncpg.PostgresError):
        await tx.execute("select pg_terminate_backend(pg_backend_pid())")


@pytest.fixture
def unreliable(store: Store) -> Unreliable:
    return Unreliable(store._pool, store.url)


async def tried(step: Callable[[], Awaitable[Any]]) -> None:
    """As a worker's loop does it: again while the database is in trouble."""
    for _ in range(20):
        try:
            await step()
        except TRANSIENT:
            continue
        return
    raise AssertionError("it never ended well")


@pytest.mark.parametrize("fate", ["lost", "cut"])
async def test_slots_taken_without_hearing_of_it_are_taken_up(unreliable: Unreliable, fate: str) -> None:
    slots = Slots(unreliable, "cases", "first")
    await slots.start()
    unreliable.next_answer(fate)
    await tried(slots.balance)
    assert sorted(slots.held) == list(range(SLOTS))


@pytest.mark.parametrize("fate", ["lost", "cut"])
async def test_slots_given_up_without_hearing_of_it_go_to_the_other_worker(unreliable: Unreliable, fate: str) -> None:
    first, second = Slots(unreliable, "cases", "first"), Slots(unreliable, "cases", "second")
    await first.start()
    await first.balance()
    await second.balance()  # which makes it known, and finds nothing free
    unreliable.next_answer(fate)
    await tried(first.balance)
    for _ in range(3):
        await second.balance()
        await first.balance()
    assert sorted([*first.held, *second.held]) == list(range(SLOTS))
    owners = await rows(unreliable, "select owner, count(*) from checkpoint group by owner order by owner")
    assert owners == [("first", SLOTS // 2), ("second", SLOTS // 2)]


async def test_slots_lost_in_a_batch_and_still_ours_are_worked_on_again(unreliable: Unreliable) -> None:
    worker = Worker(context(unreliable))
    await worker._start()
    await say(unreliable, *[begun(f"k{n}") for n in range(20)])
    unreliable.next_answer("lost")
    with pytest.raises(ConnectionResetError):
        await worker._case_step()
    await say(unreliable, *[told(f"k{n}", "second") for n in range(20)])
    held = len(worker._cases.held)
    await worker._case_step()
    assert len(worker._cases.held) < held  # the batch was refused: its checkpoints had moved
    for _ in range(2):
        await worker._balance()
        await worker._case_step()
    assert len(worker._cases.held) == SLOTS
    for n in range(20):
        assert await notes(unreliable, f"k{n}") == ["", "second"]


async def test_a_slot_whose_lease_ran_out_and_that_another_has_is_not_written_by_us(unreliable: Unreliable) -> None:
    first, second = Worker(context(unreliable)), Worker(context(unreliable))
    await first._start()
    await say(unreliable, begun("a"))
    await rows(unreliable, "update checkpoint set leased_until = now() - $1::interval", LEASE)
    await second._start()
    assert len(second._cases.held) > 0
    for _ in range(3):
        await first._case_step()
        await second._case_step()
        await first._balance()
        await second._balance()
    assert await notes(unreliable, "a") == [""]
    assert not first._cases.held.keys() & second._cases.held.keys()
    assert len(first._cases.held) + len(second._cases.held) == SLOTS


async def waiting_note(store: Store) -> None:
    """One document waits to be sent, and nobody has tried."""
    await say(store, begun("a", "send"))
    await rows(store, "insert into system_state (system, paused) values ('peer', true)")
    await settle(context(store))
    await rows(store, "update system_state set paused = false")
    await rows(store, "insert into worker_session values ('me', now() + interval '1 hour')")


@pytest.mark.parametrize("resend", ["idempotent", "neither"])
async def test_a_delivery_claimed_without_hearing_of_it_is_sent_once(unreliable: Unreliable, resend: str) -> None:
    await waiting_note(unreliable)
    peer = Peer()
    deliverer = Deliverer(context(unreliable, peer, limits={"peer": SystemLimits(resend=resend)}), "me")
    unreliable.next_answer("lost")
    with pytest.raises(ConnectionResetError):
        await deliverer.step()
    assert await rows(unreliable, "select status, worker from delivery") == [("sending", "me")]
    assert await deliverer.reap() == 1
    await deliverer.step()
    await deliverer.close()
    assert len(peer.got) == 1
    assert await rows(unreliable, "select status from delivery") == [("delivered",)]


async def test_what_this_worker_is_sending_is_not_taken_for_lost(unreliable: Unreliable) -> None:
    await waiting_note(unreliable)
    answer = asyncio.Event()

    class Slow(Peer):
        async def send(self, outgoing: Outgoing) -> Outcome:
            await answer.wait()
            return await super().send(outgoing)

    peer = Slow()
    deliverer = Deliverer(context(unreliable, peer), "me")
    await asyncio.gather(deliverer.step(), deliverer.reap(), deliverer.reap())
    assert await deliverer.reap() == 0
    answer.set()
    await deliverer.close()
    assert len(peer.got) == 1


@pytest.mark.parametrize("fate", ["lost", "cut"])
async def test_an_outcome_is_recorded_once_however_often_its_answer_is_lost(unreliable: Unreliable, fate: str) -> None:
    await waiting_note(unreliable)
    peer = Peer()
    deliverer = Deliverer(context(unreliable, peer), "me")
    await deliverer.step()
    unreliable.next_answer(*[fate] * 3)
    await deliverer.close()
    assert await deliverer.reap() == 0
    assert await rows(unreliable, "select status, attempts from delivery") == [("delivered", 1)]
    await rows(unreliable, "delete from worker_session")
    await settle(context(unreliable))
    assert await notes(unreliable, "a") == ["send", "DocumentDelivered"]


class Postbox(Peer):
    """A file a time, until it was told that the file is safe."""

    polls = ("outbox",)

    def __init__(self, *texts: str) -> None:
        super().__init__()
        self.files = {f"{n}.txt": text for n, text in enumerate(texts)}

    async def fetch(self, kind: str, cursor: str) -> AsyncIterator[RawPage]:
        for name, text in list(self.files.items()):
            yield RawPage(text.encode(), "text/plain", cursor, True, 1, name=name)

    async def accepted(self, kind: str, page: RawPage) -> None:
        self.files.pop(page.name, None)


@pytest.mark.parametrize("seed", range(4))
async def test_a_worker_whose_connections_break_again_and_again_does_everything_once(
    unreliable: Unreliable, seed: int
) -> None:
    async with unreliable.transaction() as tx:
        await set_clock(tx, NOW, 1)
    names = [f"k{n}" for n in range(6)]
    files = ["\n".join(f"{name} begin send" for name in names)]
    files += ["\n".join(f"{name} send {n} #{name}-{n} " for name in names) for n in range(5)]
    peer = Postbox(*files)
    poll = Poll("peer", "outbox", dt.timedelta(seconds=1))
    worker = Worker(context(unreliable, peer, polls=(poll,), batch_size=7))
    chance = random.Random(seed)
    unreliable.fate = lambda: chance.choices(("well", "lost", "cut"), (10, 1, 1))[0]
    running = asyncio.create_task(worker.run())
    for _ in range(300):
        if running.done() or await _at_rest(unreliable, len(names) * 6, peer):
            break
        await asyncio.sleep(0.1)
    unreliable.fate = well
    worker.stop()
    await running
    for name in names:
        mine = [outgoing.key for outgoing in peer.got if outgoing.ordering_key == f"parcel/c/{name}"]
        assert list(dict.fromkeys(mine)) == [
            f"c:note:{name}.0",
            *(f"c:note:{name}.send {n} #{name}-{n} " for n in range(5)),
        ]
        said = await notes(unreliable, name)
        assert said.count("DocumentDelivered") == 1
        assert [word for word in said if word.startswith("send ")] == [f"send {n} #{name}-{n} " for n in range(5)]
    assert await rows(unreliable, "select code from exception_case") == []


async def _at_rest(store: Unreliable, documents: int, peer: Postbox) -> bool:
    found = await asyncpg.connect(store.url)
    try:
        return not peer.files and await found.fetchval(
            """select (select count(*) from delivery where status = 'delivered') = $1 and not exists (
                select 1 from checkpoint c join log_head h using (slot) where c.position < h.position)""",
            documents,
        )
    finally:
        await found.close()
