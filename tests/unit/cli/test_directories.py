"""A directory whose database belongs to another process is left alone."""

from __future__ import annotations

import fcntl
import subprocess
import sys
from pathlib import Path

import pytest

from crossdock.store.embedded import DirectoryInUse, EmbeddedServer


def test_stopping_what_another_process_owns_stops_nothing(tmp_path: Path) -> None:
    (tmp_path / "data").mkdir()
    with subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE) as owner:
        (tmp_path / "data" / "postmaster.pid").write_text(f"{owner.pid}\n", encoding="utf-8")
        with (tmp_path / "owner.lock").open("a+", encoding="utf-8") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            server = EmbeddedServer(tmp_path)
            with pytest.raises(DirectoryInUse, match="choose another directory"):
                server.start()
            server.stop()
        with pytest.raises(subprocess.TimeoutExpired):
            owner.wait(timeout=0.3)
        owner.kill()
