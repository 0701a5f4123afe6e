"""What the network says of a system's limits holds over all workers together."""

from __future__ import annotations

import asyncio
import time
from decimal import Decimal

from crossdock.engine.context import SystemLimits
from crossdock.engine.deliveries.deliverer import Deliverer
from crossdock.ports.connector import Outgoing
from crossdock.ports.outcomes import Delivered, Outcome
from crossdock.store import Store
from tests.integration.engine.harness import Peer, begun, context, rows, say, settle


class Timed(Peer):
    """Notes when it was called and how many calls were under way at once."""

    def __init__(self, seconds: float = 0) -> None:
        super().__init__()
        self.seconds = seconds
        self.times: list[float] = []
        self.under_way = self.most_under_way = 0

    async def send(self, outgoing: Outgoing) -> Outcome:
        self.times.append(time.monotonic())
        self.under_way += 1
        self.most_under_way = max(self.most_under_way, self.under_way)
        await asyncio.sleep(self.seconds)
        self.under_way -= 1
        return Delivered()


async def enqueued(store: Store, count: int) -> None:
    """So many documents wait, in as many orders."""
    await say(store, *[begun(f"k{n}", "send") for n in range(count)])
    await rows(store, "insert into system_state (system, paused) values ('peer', true)")
    await settle(context(store))
    await rows(store, "update system_state set paused = false")


async def deliver(
    store: Store, peer: Timed, limits: SystemLimits, seconds: float, workers: int = 2, most: int = 1000
) -> None:
    """Several workers send for a while, or until `most` were sent."""
    engine = context(store, peer, limits={"peer": limits})
    deliverers = [Deliverer(engine, f"worker-{n}") for n in range(workers)]
    await rows(
        store,
        "insert into worker_session select 'worker-' || n, now() + interval '1 hour' from generate_series(0, 9) n",
    )
    end = time.monotonic() + seconds

    async def work(deliverer: Deliverer) -> None:
        while time.monotonic() < end and len(peer.times) < most:
            if not await deliverer.step():
                await asyncio.sleep(0.005)
        await deliverer.close()

    await asyncio.gather(*map(work, deliverers))


async def test_a_systems_rate_is_kept_by_all_workers_together(store: Store) -> None:
    await enqueued(store, 60)
    peer = Timed()
    await deliver(store, peer, SystemLimits(rate_per_second=Decimal(20)), 1.5)
    # Two may go at once after a pause (what a tenth of a second allows), then one every 50 ms.
    assert 20 <= len(peer.times) <= 33
    for start in range(len(peer.times)):
        within = [at for at in peer.times[start:] if at < peer.times[start] + 1]
        assert len(within) <= 23


async def test_a_rate_below_one_in_a_second_lets_one_go_at_a_time(store: Store) -> None:
    await enqueued(store, 5)
    peer = Timed()
    await deliver(store, peer, SystemLimits(rate_per_second=Decimal("0.3")), 0.6)
    assert len(peer.times) == 1


async def test_without_a_limit_everything_goes_at_once(store: Store) -> None:
    await enqueued(store, 60)
    peer = Timed()
    await deliver(store, peer, SystemLimits(), 20, most=60)
    assert len(peer.times) == 60
    assert await rows(store, "select booked_until = '-infinity' from system_state") == [(True,)]


async def test_concurrency_is_that_of_all_workers_together(store: Store) -> None:
    await enqueued(store, 30)
    peer = Timed(seconds=0.02)
    await deliver(store, peer, SystemLimits(concurrency=3), 20, workers=4, most=30)
    assert len(peer.times) == 30
    assert peer.most_under_way == 3
