"""Faults for `--chaos`: kills of workers, the API and PostgreSQL, and what the simulated systems do wrong."""

from __future__ import annotations

import os
import random
import signal
import threading
import time
from collections import Counter
from collections.abc import Callable
from typing import Any

from crossdock.cli._children import Child
from crossdock.cli.demo.world import World
from crossdock.store.crash import POINTS

WORKER_KILLS, API_KILLS, DATABASE_KILLS = 12, 6, 1
# So many there must have been, deaths at crash points included.
WANTED = {"worker_kills": 10, "api_kills": 5, "database_kills": 1}
# What is killed needs so long to be back before the next kill; a faster clock leaves no room for all of them.
_SECONDS_PER_KILL = 2
# What the simulated systems do wrong: shares of calls, by hash of seed and business key.
SANDBOX_FAULTS: dict[str, Any] = {
    "error_5xx": 0.03,
    "lost_reply": 0.03,
    "duplicate_webhook": 0.05,
    "reorder_webhook": 0.05,
    "latency_ms": 20,
}
_WORKER_POINTS = [name for name in POINTS if not name.startswith("api_")]
_API_POINTS = [name for name in POINTS if name.startswith("api_")]


class Chaos:
    """Kills processes at times spread over the trading days. Some die at a named crash point, inside a batch."""

    def __init__(self, world: World, tell: Callable[[str], None], seed: int) -> None:
        self._world = world
        self._tell = tell
        self._choice = random.Random(seed)
        self._seconds = 0.0
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, daemon=True)
        self.faults: Counter[str] = Counter()
        self._killed: dict[str, str] = {}
        self._armed: dict[str, str] = {}

    def start(self) -> None:
        """Spread the kills over the trading days, from now on, and let the simulated systems misbehave."""
        world = self._world
        assert world.days is not None
        assert world.network is not None
        self._seconds = world.days.kill_seconds(world.rate)
        if not self._long_enough:
            self._tell("business time is too fast for all kills: how many there were is not judged")
        world.control("faults", {**SANDBOX_FAULTS, "outages": world.days.outages(world.network)})
        self._thread.start()

    @property
    def _long_enough(self) -> bool:
        return self._seconds >= _SECONDS_PER_KILL * (WORKER_KILLS + API_KILLS + DATABASE_KILLS)

    def wanting(self) -> list[str]:
        """What should have been killed more often, in words. Days that were too short for it are not judged."""
        if not self._long_enough:
            return []
        return [
            f"{kind.replace('_', ' ')}: {self.faults[kind]}, at least {least} wanted"
            for kind, least in WANTED.items()
            if self.faults[kind] < least
        ]

    def _run(self) -> None:
        kinds = ["worker"] * WORKER_KILLS + ["api"] * API_KILLS + ["database"] * DATABASE_KILLS
        self._choice.shuffle(kinds)
        begun = time.monotonic()
        for number, kind in enumerate(kinds, start=1):
            due = begun + self._seconds * number / (len(kinds) + 1)
            if self._stop.wait(max(due - time.monotonic(), 0.5)):
                return
            getattr(self, f"_kill_{kind}")()

    def _kill_worker(self) -> None:
        self._kill(self._choice.choice(self._world.workers_and_api()[0]), _WORKER_POINTS)

    def _kill_api(self) -> None:
        self._kill(self._world.workers_and_api()[1], _API_POINTS)

    def _kill(self, child: Child, points: list[str]) -> None:
        """Now, and armed to die once more at a named point after it is back."""
        point = self._choice.choice(points)
        while not child.running:  # it has died at a point and is not back yet
            if self._stop.wait(0.05):
                return
        child.env = {**child.env, "CROSSDOCK_CRASH_AT": f"{point}:{self._choice.randint(2, 12)}"}
        self._killed[child.name] = point
        self._tell(f"kill -9 {child.name}; it will die again at {point}")
        try:
            os.kill(child.pid, signal.SIGKILL)
        except ProcessLookupError:
            return  # it died by itself this very moment
        self._count(child)

    def _count(self, child: Child) -> None:
        self.faults[f"{child.name.partition('-')[0]}_kills"] += 1

    def _kill_database(self) -> None:
        server = self._world.server
        assert server is not None
        self._tell("kill -9 PostgreSQL, all of it")
        for process in server.processes():
            try:
                os.kill(process.pid, signal.SIGKILL)
            except ProcessLookupError:
                continue
        self.faults["database_kills"] += 1

    def died(self, child: Child) -> None:
        """Called before a child is started again: the first start after a kill is armed, the one after it is not."""
        if point := self._killed.pop(child.name, ""):
            self._armed[child.name] = point
        elif point := self._armed.pop(child.name, ""):
            child.env = {**child.env, "CROSSDOCK_CRASH_AT": ""}
            if child.process is not None and child.process.returncode == -signal.SIGKILL:
                self._tell(f"{child.name} died at {point}")
                self.faults[f"crash_point/{point}"] += 1
                self._count(child)

    def stop(self) -> None:
        """No more kills; the simulated systems behave again."""
        self._stop.set()
        self._thread.join()
        self._world.control("faults", {})
        for child in (*self._world.workers_and_api()[0], self._world.workers_and_api()[1]):
            child.env = {**child.env, "CROSSDOCK_CRASH_AT": ""}
