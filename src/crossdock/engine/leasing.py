"""A worker's slots: take what is free or expired up to a fair share, keep them, give back what is too much."""

from __future__ import annotations

from crossdock.engine.tasks import SQL as TASKS
from crossdock.log import SLOTS, Lease, acquire, release, renew
from crossdock.log.leases import LEASE, ensure_consumer, standing
from crossdock.store import Store


class Slots:
    """The leases of one consumer that this worker holds. `network_version` is what it was started with."""

    def __init__(self, store: Store, consumer: str, owner: str, network_version: int = 0) -> None:
        self._store = store
        self._consumer = consumer
        self._owner = owner
        self._network_version = network_version
        self.held: dict[int, Lease] = {}
        self.doubtful = False
        """Something went wrong since the rows were looked at: what is held may be another's, or a batch may have
        committed whose answer never came."""

    async def start(self) -> None:
        """Make the consumer known."""
        async with self._store.transaction() as tx:
            await ensure_consumer(tx, self._consumer)

    async def balance(self) -> None:
        """Renew, then take or give back until this worker holds its fair share.

        The rows say whose a slot is. One that is still this worker's there but was lost here (its batch committed and
        the answer never came) is given back, or it would be renewed for ever and worked by nobody.
        """
        async with self._store.transaction() as tx:
            await tx.execute(TASKS.heartbeat, self._owner, LEASE, self._network_version)
            await renew(tx, self._consumer, self._owner)
            mine = {lease.slot: lease.epoch for lease in await standing(tx, self._consumer, self._owner)}
            share = -(-SLOTS // await tx.fetchval(TASKS.working))
            kept = sorted(slot for slot, lease in self.held.items() if mine.get(slot) == lease.epoch)[:share]
            if surplus := sorted(mine.keys() - set(kept)):
                await release(tx, self._consumer, self._owner, surplus)
            taken = await acquire(tx, self._consumer, self._owner, share - len(kept))
        for slot in self.held.keys() - set(kept):
            del self.held[slot]
        for lease in taken:
            self.held[lease.slot] = lease

    async def recall(self) -> bool:
        """Believe the rows: drop what another worker has, go on where the last commit ended. Was anything otherwise?

        Never beside a batch of this consumer, whose commit may be under way.
        """
        async with self._store.connection() as connection:
            rows = {lease.slot: lease for lease in await standing(connection, self._consumer, self._owner)}
        self.doubtful = False
        changed = False
        for slot, lease in list(self.held.items()):
            row = rows.get(slot)
            if row is None or row.epoch != lease.epoch:
                self.lose(slot)
                changed = True
            elif row != lease:
                lease.segment, lease.position = row.segment, row.position
                changed = True
        return changed

    def lose(self, slot: int) -> None:
        """Another worker has it."""
        self.held.pop(slot, None)

    async def give_back(self) -> None:
        """Release everything at once, so that others need not wait for the lease to run out."""
        held, self.held = sorted(self.held), {}
        async with self._store.transaction() as tx:
            await tx.execute(TASKS.farewell, self._owner)
            await release(tx, self._consumer, self._owner, held)
