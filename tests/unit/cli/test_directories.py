"""A directory whose database belongs to another process is left alone."""

from __future__ import annotations

import fcntl
import subprocess
import sys
import threading
from pathlib import Path

import psutil
import pytest

from crossdock.cli import _database
from crossdock.cli._database import Keeper
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


@pytest.mark.parametrize("content", ["", "\n", "?", "0\n", "-17x"])
def test_a_lock_file_that_was_cut_short_stands_for_no_server(tmp_path: Path, content: str) -> None:
    lock = tmp_path / "data" / "postmaster.pid"
    lock.parent.mkdir()
    lock.write_text(content, encoding="utf-8")
    server = EmbeddedServer(tmp_path)
    assert not server.alive
    server._reap()
    assert not lock.exists()


def test_a_server_that_ends_while_it_is_looked_at_is_not_alive(tmp_path: Path) -> None:
    gone = subprocess.Popen([sys.executable, "-c", ""])
    gone.wait()
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "postmaster.pid").write_text(f"{gone.pid}\n", encoding="utf-8")
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(psutil, "pid_exists", lambda pid: True)
        assert not EmbeddedServer(tmp_path).alive


def test_the_keeper_goes_on_whatever_kept_the_server_from_starting(tmp_path: Path) -> None:
    said: list[str] = []
    back = threading.Event()

    class Server(EmbeddedServer):
        alive = False

        def restart(self) -> str:
            if not said[1:]:
                raise ZeroDivisionError("a defect")
            back.set()
            return ""

    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(_database, "_PATIENCE_SECONDS", 0)
        keeper = Keeper(Server(tmp_path), said.append)
        assert back.wait(5)
        keeper.stop()
    assert said[:2] == ["PostgreSQL died and is started again", "PostgreSQL does not start: a defect"]
