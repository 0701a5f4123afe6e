"""A worker's slots: take what is free or expired up to a fair share, keep them, give back what is too much."""

from __future__ import annotations

from crossdock.engine.tasks import SQL as TASKS
from crossdock.log import SLOTS, Lease, acquire, release, renew
from crossdock.log.leases import LEASE, ensure_consumer, owners
from crossdock.store import Store


class Slots:
    """The leases of one consumer that this worker holds."""

    def __init__(self, store: Store, consumer: str, owner: str) -> None:
        self._store = store
        self._consumer = consumer
        self._owner = owner
        self.held: dict[int, Lease] = {}

    async def start(self) -> None:
        """Make the consumer known."""
        async with self._store.transaction() as tx:
            await ensure_consumer(tx, self._consumer)

    async def balance(self) -> None:
        """Renew, then take or give back until this worker holds its fair share."""
        async with self._store.transaction() as tx:
            await tx.execute(TASKS.heartbeat, self._owner, LEASE)
            await renew(tx, self._consumer, self._owner)
            working = await owners(tx, self._consumer)
            share = -(-SLOTS // len({*working, self._owner}))
            surplus = sorted(self.held)[share:]
            if surplus:
                await release(tx, self._consumer, self._owner, surplus)
            taken = await acquire(tx, self._consumer, self._owner, max(share - len(self.held), 0))
        for slot in surplus:
            self.held.pop(slot, None)
        for lease in taken:
            self.held[lease.slot] = lease

    def lose(self, slot: int) -> None:
        """Another worker has it."""
        self.held.pop(slot, None)

    async def give_back(self) -> None:
        """Release everything at once, so that others need not wait for the lease to run out."""
        held, self.held = sorted(self.held), {}
        if held:
            async with self._store.transaction() as tx:
                await release(tx, self._consumer, self._owner, held)
