"""`EventLogSuite`: what every event log must show. Subclass it and provide a `store` fixture with the schema applied.

class TestOurLog(EventLogSuite):
    pass
"""

from __future__ import annotations

import asyncio
import datetime as dt
import random
from collections.abc import Sequence

import asyncpg
import pytest

from crossdock import log
from crossdock.events.envelope import NewEvent
from crossdock.events.intake import DeadlinePassed
from crossdock.log.leases import StaleLease, advance, ensure_consumer
from crossdock.store import Store

NOW = dt.datetime(2010, 12, 1, 8, 26, tzinfo=dt.UTC)

# (company, partition key) -> slot. These never change: positions already written depend on them.
SLOT_VECTOR = {
    ("albion_uk", "purchase_order/albion_uk/4500001"): 8,
    ("albion_ie", "purchase_order/albion_ie/4500001"): 16,
    ("", "intake/erp"): 51,
    ("c", "s/1"): 57,
}


def fact(subject: str, name: str = "x", company: str = "c") -> NewEvent:
    """A small event about `subject`."""
    return NewEvent(
        body=DeadlinePassed(name, NOW), subject=subject, company_id=company, occurred_at=NOW, source="suite"
    )


async def positions(store: Store, slot: int) -> list[int]:
    """All positions of a slot, as a reader sees them."""
    async with store.transaction() as tx:
        return [row["position"] for row in await log.read(tx, slot, 0, limit=100_000)]


class EventLogSuite:
    """Order, gaplessness under writers, refusal of stale workers, replay, and the slot test vector."""

    def test_the_slot_of_a_key_never_changes(self) -> None:
        """Positions are per slot, so the function is part of the data."""
        assert {key: log.slot_of(*key) for key in SLOT_VECTOR} == SLOT_VECTOR

    async def test_events_of_a_key_are_read_in_the_order_they_were_appended(self, store: Store) -> None:
        """Within one transaction and over several."""
        for start in range(0, 90, 30):
            async with store.transaction() as tx:
                await log.append(tx, [fact("s/1", str(n)) for n in range(start, start + 30)])
        async with store.transaction() as tx:
            events = log.decode(await log.read(tx, log.slot_of("c", "s/1"), 0, limit=1000))
        assert [event.body for event in events] == [DeadlinePassed(str(n), NOW) for n in range(90)]
        assert [event.envelope.position for event in events] == list(range(1, 91))

    async def test_many_events_at_once_keep_their_order_too(self, store: Store) -> None:
        """The bulk path and the small one write the same."""
        async with store.transaction() as tx:
            await log.append(tx, [fact(f"s/{n % 3}", str(n)) for n in range(500)])
        for key in range(3):
            slot = log.slot_of("c", f"s/{key}")
            async with store.transaction() as tx:
                events = log.decode(await log.read(tx, slot, 0, limit=1000))
            mine = [int(e.body.name) for e in events if e.envelope.subject == f"s/{key}"]  # type: ignore[attr-defined]
            assert mine == [n for n in range(500) if n % 3 == key]

    async def test_a_transaction_that_fails_leaves_no_gap(self, store: Store) -> None:
        """Positions are taken in the transaction, so they are given back with it."""
        with pytest.raises(ZeroDivisionError):
            await self._append_and_fail(store)
        async with store.transaction() as tx:
            (written,) = await log.append(tx, [fact("s/1")])
        assert written.position == 1

    async def _append_and_fail(self, store: Store) -> None:
        async with store.transaction() as tx:
            await log.append(tx, [fact("s/1")])
            raise ZeroDivisionError

    async def test_no_reader_ever_sees_a_gap_while_sixteen_writers_append(self, store: Store) -> None:
        """The bug of every home-made log: a later position visible before an earlier one."""
        keys = [f"s/{n}" for n in range(12)]
        slots = sorted({log.slot_of("c", key) for key in keys})
        done = asyncio.Event()
        gaps: list[tuple[int, Sequence[int]]] = []
        reader = asyncio.create_task(self._watch(store, slots, done, gaps))
        await asyncio.gather(*(self._write(store, keys, seed) for seed in range(16)))
        done.set()
        assert await reader > 0
        assert gaps == []
        total = 0
        for slot in slots:
            seen = await positions(store, slot)
            assert seen == list(range(1, len(seen) + 1))
            total += len(seen)
        assert total == 16 * 25 * 4

    async def _write(self, store: Store, keys: Sequence[str], seed: int) -> None:
        choice = random.Random(seed)
        for _ in range(25):
            async with store.transaction() as tx:
                await log.append(tx, [fact(choice.choice(keys)) for _ in range(4)])
                if choice.random() < 0.3:
                    await asyncio.sleep(0.003)

    async def _watch(
        self, store: Store, slots: Sequence[int], done: asyncio.Event, gaps: list[tuple[int, Sequence[int]]]
    ) -> int:
        at = dict.fromkeys(slots, 0)
        polls = 0
        while not done.is_set():
            for slot in slots:
                async with store.transaction() as tx:
                    found = [row["position"] for row in await log.read(tx, slot, at[slot], limit=1000)]
                if found and found != list(range(at[slot] + 1, at[slot] + 1 + len(found))):
                    gaps.append((slot, found))
                at[slot] = found[-1] if found else at[slot]
                polls += 1
            await asyncio.sleep(0)
        return polls

    async def test_reading_starts_again_at_any_position(self, store: Store) -> None:
        """Replay: the same rows, wherever one begins."""
        async with store.transaction() as tx:
            await log.append(tx, [fact("s/1", str(n)) for n in range(40)])
        slot = log.slot_of("c", "s/1")
        async with store.transaction() as tx:
            whole = [row["id"] for row in await log.read(tx, slot, 0, limit=100)]
            for start in (0, 1, 17, 39, 40):
                assert [row["id"] for row in await log.read(tx, slot, start, limit=100)] == whole[start:]

    async def test_positions_go_on_in_a_new_segment(self, store: Store) -> None:
        """Raising the segment neither loses nor repeats a position."""
        slot = log.slot_of("c", "s/1")
        async with store.transaction() as tx:
            await log.append(tx, [fact("s/1") for _ in range(3)])
        async with store.transaction() as tx:
            segment = await log.open_segment(tx)
        async with store.transaction() as tx:
            await log.append(tx, [fact("s/1") for _ in range(3)])
            rows = await log.read(tx, slot, 1, limit=100)
        assert [(row["segment"], row["position"]) for row in rows] == [
            (segment - 1, 2), (segment - 1, 3), (segment, 4), (segment, 5), (segment, 6),
        ]  # fmt: skip

    async def test_a_worker_whose_slot_was_taken_over_is_refused(self, store: Store) -> None:
        """Its whole transaction is undone: neither its events nor its checkpoint stay."""
        old = await self._take(store, "old")
        async with store.transaction() as tx:
            await tx.execute("update checkpoint set leased_until = '-infinity'")
        new = await self._take(store, "new")
        assert new.epoch == old.epoch + 1
        with pytest.raises(StaleLease):
            await self._work_as_before(store, old)
        assert await positions(store, log.slot_of("c", "s/1")) == []
        async with store.transaction() as tx:
            await advance(tx, "new", [log.Advance(new, 0, 5)])

    async def _work_as_before(self, store: Store, old: log.Lease) -> None:
        async with store.transaction() as tx:
            await log.append(tx, [fact("s/1")])
            await advance(tx, "old", [log.Advance(old, 0, 1)])

    async def test_a_checkpoint_moves_only_from_where_its_worker_believes_it_is(self, store: Store) -> None:
        """A batch that ran twice commits once."""
        lease = await self._take(store, "me")
        async with store.transaction() as tx:
            await advance(tx, "me", [log.Advance(lease, 0, 7)])
        with pytest.raises(StaleLease):
            async with store.transaction() as tx:
                await advance(tx, "me", [log.Advance(lease, 0, 7)])

    async def test_taking_over_ends_what_the_former_owner_has_open(self, store: Store) -> None:
        """A stopped client can hold row locks for ever, whatever timeouts are set."""
        await self._take(store, "stopped-worker")
        stuck = await Store.connect(store.url, max_size=1)
        held = asyncio.Event()
        batch = asyncio.create_task(self._hold_a_head(stuck, held))
        await held.wait()
        async with store.transaction() as tx:
            await tx.execute("update checkpoint set leased_until = '-infinity'")
        await self._take(store, "fresh-worker")
        async with store.transaction() as tx:
            await asyncio.wait_for(tx.fetch("select 1 from log_head where slot = 0 for update"), 2)
        with pytest.raises((asyncpg.PostgresError, asyncpg.InterfaceError, ConnectionError)):
            await batch
        await stuck.close()

    async def _hold_a_head(self, store: Store, held: asyncio.Event) -> None:
        async with store.transaction() as tx:
            await tx.execute("set local application_name = 'stopped-worker'")
            await tx.execute("select 1 from log_head where slot = 0 for update")
            held.set()
            await asyncio.sleep(1)
            await tx.execute("select 1")

    async def _take(self, store: Store, owner: str) -> log.Lease:
        async with store.transaction() as tx:
            await ensure_consumer(tx, "suite")
            (lease,) = await log.acquire(tx, "suite", owner, 1)
        return lease

    async def test_random_lock_order_deadlocks_where_ours_never_does(self, store: Store) -> None:
        """The control must bite, or the proof below it proves nothing."""
        keys = [f"s/{n}" for n in range(40)]
        assert await self._contend(store, keys, ordered=False) > 0
        assert await self._contend(store, keys, ordered=True) == 0

    async def _contend(self, store: Store, keys: Sequence[str], *, ordered: bool) -> int:
        deadlocks = 0

        async def writer(seed: int) -> None:
            nonlocal deadlocks
            choice = random.Random(seed)
            for _ in range(10):
                chosen = choice.sample(keys, 8)
                try:
                    async with store.transaction() as tx:
                        await tx.execute("set local deadlock_timeout = '10ms'")
                        if ordered:
                            await log.append(tx, [fact(key) for key in chosen])
                        else:
                            for key in chosen:
                                await log.append(tx, [fact(key)])
                        await asyncio.sleep(0.001)
                except asyncpg.DeadlockDetectedError:
                    deadlocks += 1

        await asyncio.gather(*(writer(seed) for seed in range(8)))
        return deadlocks
