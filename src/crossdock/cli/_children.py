"""Child processes of `up`, `run` and `demo`: started, watched, started again when they die, stopped last to first."""

from __future__ import annotations

import contextlib
import ctypes
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

_PR_SET_PDEATHSIG = 1
_libc = ctypes.CDLL(None)


def end_with_parent() -> None:
    """Called in a child before it becomes its program: when the parent is killed, the child is asked to end (Linux)."""
    if sys.platform == "linux":
        _libc.prctl(_PR_SET_PDEATHSIG, signal.SIGTERM)


@dataclass
class Child:
    """A command that should be running. `restarts` counts how often it had to be started again."""

    name: str
    command: Sequence[str]
    env: Mapping[str, str]
    log: Path | None
    process: subprocess.Popen[bytes] | None = None
    restarts: int = 0
    started_at: float = 0.0

    def start(self) -> None:
        """Start it, its output going to its log."""
        output = self.log.open("ab") if self.log else None
        try:
            self.process = subprocess.Popen(
                self.command,
                env={**os.environ, **self.env},
                stdout=output,
                stderr=output,
                start_new_session=True,
                preexec_fn=end_with_parent,
            )
        finally:
            if output is not None:
                output.close()
        self.started_at = time.monotonic()

    @property
    def pid(self) -> int:
        """The process id; 0 before the first start."""
        return self.process.pid if self.process else 0

    @property
    def running(self) -> bool:
        """Is it alive?"""
        return self.process is not None and self.process.poll() is None


@dataclass
class Children:
    """All children of this command, watched by one thread."""

    on_death: Callable[[Child], None] = lambda child: None
    children: list[Child] = field(default_factory=list)
    _stopping: threading.Event = field(default_factory=threading.Event)
    _thread: threading.Thread | None = None

    def add(
        self, name: str, arguments: Sequence[str], env: Mapping[str, str], *, log: Path | None, module: str = ""
    ) -> Child:
        """Start `crossdock ARGUMENTS` (or `python -m MODULE ARGUMENTS`) and keep it running."""
        command = [sys.executable, "-m", module or "crossdock.cli.main", *arguments]
        child = Child(name, command, env, log)
        child.start()
        self.children.append(child)
        if self._thread is None:
            self._thread = threading.Thread(target=self._watch, daemon=True)
            self._thread.start()
        return child

    def _watch(self) -> None:
        while not self._stopping.wait(0.1):
            for child in list(self.children):
                if child.running or self._stopping.is_set():
                    continue
                # One that dies at once is not started again at once.
                if time.monotonic() - child.started_at < 1 and child.restarts:
                    time.sleep(0.5)
                child.restarts += 1
                self.on_death(child)
                child.start()

    def stop(self, seconds: float = 15) -> None:
        """Ask all to end, the last started first; kill those that do not within `seconds`."""
        self._stopping.set()
        if self._thread is not None:
            self._thread.join()
        for child in reversed(self.children):
            if child.process is not None and child.running:
                child.process.terminate()
        deadline = time.monotonic() + seconds
        for child in reversed(self.children):
            if child.process is None:
                continue
            with contextlib.suppress(subprocess.TimeoutExpired):
                child.process.wait(max(deadline - time.monotonic(), 0.1))
            if child.running:
                os.killpg(child.pid, signal.SIGKILL)
                child.process.wait()
