"""What every benchmark says of the machine it ran on, and the server it ran against."""

from __future__ import annotations

import os
import statistics
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from crossdock.store.embedded import EmbeddedServer


def fsync_milliseconds(directory: Path) -> float:
    """How long this machine takes to make 4 kB durable."""
    times = []
    with (directory / "fsync.probe").open("wb") as probe:
        for _ in range(200):
            probe.write(b"x" * 4096)
            probe.flush()
            begun = time.perf_counter()
            os.fdatasync(probe.fileno())
            times.append(time.perf_counter() - begun)
    return statistics.median(times) * 1000


@contextmanager
def server_of_its_own() -> Iterator[tuple[str, float]]:
    """A fresh PostgreSQL: its URL, and the fsync time where it keeps its data."""
    with tempfile.TemporaryDirectory(prefix="crossdock-bench-") as name:
        directory = Path(name)
        for parent in (directory, *directory.parents):
            # The server runs as a user of its own, who must get there.
            if os.geteuid() == 0 and parent != Path("/"):
                parent.chmod(parent.stat().st_mode | 0o011)
        fsync = fsync_milliseconds(directory)
        with EmbeddedServer(directory / "postgres") as server:
            yield server.url, fsync
