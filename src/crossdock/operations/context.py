"""What every operation is given: the store, and business time."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass

from crossdock.engine.clock import read_clock
from crossdock.ports.clock import BusinessClock
from crossdock.store import Store

Now = Callable[[], dt.datetime]


@dataclass(frozen=True)
class Context:
    """`now` is business time."""

    store: Store
    now: Now


class BusinessTime:
    """Business time of this installation without asking the database each time.

    `refresh` follows a clock that was set anew; call it at start and every few seconds.
    """

    def __init__(self, store: Store) -> None:
        self._store = store
        self._clock: BusinessClock | None = None
        self._ahead = dt.timedelta(0)

    async def refresh(self) -> None:
        """Read the clock's line, and how far the database's technical time is ahead of this machine's."""
        async with self._store.transaction(readonly=True) as tx:
            self._clock = await read_clock(tx)
            technical: dt.datetime = await tx.fetchval("select clock_timestamp()")
        self._ahead = technical - dt.datetime.now(dt.UTC)

    def now(self) -> dt.datetime:
        """Business time at this moment."""
        assert self._clock is not None, "refresh comes first"
        return self._clock.at(dt.datetime.now(dt.UTC) + self._ahead)
