"""Places in the order of each key, taken for a batch in one sorted statement: keys are locked until the commit."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from pathlib import Path

from crossdock.store import Connection, load_queries
from crossdock.store.arrays import literals

SQL = load_queries(Path(__file__).with_name("deliveries.sql"))
Key = tuple[str, str]
"""System, ordering key."""


class Places:
    """What a batch has taken, handed out one by one."""

    def __init__(self, taken: dict[Key, tuple[int, int]]) -> None:
        self._next = taken

    @classmethod
    async def take(cls, tx: Connection, keys: Iterable[Key]) -> Places:
        """Take one place for each time a key is named."""
        counts = Counter(keys)
        rows = await tx.fetch(SQL.take_sequences, *literals([(*key, counts[key]) for key in sorted(counts)]))
        return cls({(r[0], r[1]): (r[2] - counts[r[0], r[1]] + 1, r[3]) for r in rows})

    def next(self, key: Key) -> tuple[int, str]:
        """The next place of a key, and whether what stands there may go: `ready` or `waiting`."""
        sequence, head = self._next[key]
        self._next[key] = (sequence + 1, head)
        return sequence, "ready" if sequence == head else "waiting"
