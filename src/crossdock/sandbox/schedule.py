"""Everything that is going to happen, in business time."""

from __future__ import annotations

import asyncio
import datetime as dt
import heapq
import traceback
from collections.abc import Callable

from crossdock.sandbox.clock import Clock

Action = Callable[[dt.datetime], None]
_BREATH = 20  # actions between two chances for the servers of the same loop


class Schedule:
    """A heap of actions. Ties are broken by the action's key, so that the order does not depend on who came first.

    An action is told the instant it was planned for, not the one it got: what follows from it stays the same on a
    slow machine. `background` actions (periodic looks around) do not count as pending work.
    """

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._heap: list[tuple[dt.datetime, str, int, bool, Action]] = []
        self._planned = 0
        self._foreground = 0
        self._changed = asyncio.Event()
        self.failures: list[str] = []

    @property
    def pending(self) -> int:
        """Actions still to come, without the periodic ones."""
        return self._foreground

    def at(self, when: dt.datetime, key: str, action: Action, *, background: bool = False) -> None:
        """Plan an action. `key` names it for good, such as `wms_north/pick/536365-north-1`."""
        self._planned += 1
        self._foreground += not background
        heapq.heappush(self._heap, (when, key, self._planned, background, action))
        self._changed.set()

    def next_at(self) -> dt.datetime | None:
        """When the next action is due."""
        return self._heap[0][0] if self._heap else None

    def last_at(self) -> dt.datetime | None:
        """When the last action is due that counts as pending work."""
        return max((when for when, _, _, background, _ in self._heap if not background), default=None)

    def run_one(self) -> dt.datetime:
        """Run the next action, due or not. What fails is noted and does not stop the others."""
        when, key, _, background, action = heapq.heappop(self._heap)
        self._foreground -= not background
        try:
            action(when)
        except Exception:  # noqa: BLE001 - one broken scene must not end the play; status shows it
            self.failures.append(f"{key}: {traceback.format_exc(limit=-3)}")
        return when

    def run_until(self, until: dt.datetime) -> None:
        """Run what is due up to an instant, including what that causes."""
        while (due := self.next_at()) is not None and due <= until:
            self.run_one()

    async def run(self) -> None:
        """Run actions as business time reaches them, until cancelled."""
        while True:
            self._changed.clear()
            due = self.next_at()
            wait = None if due is None or not self._clock.started else self._clock.seconds_until(due)
            if wait is None or wait > 0:
                await self._sleep(wait)
                continue
            for _ in range(_BREATH):
                due = self.next_at()
                if due is None or self._clock.seconds_until(due) > 0:
                    break
                self.run_one()
            await asyncio.sleep(0)

    async def _sleep(self, seconds: float | None) -> None:
        try:
            async with asyncio.timeout(seconds):
                await self._changed.wait()
        except TimeoutError:
            return

    def wake(self) -> None:
        """The clock changed: look again."""
        self._changed.set()
