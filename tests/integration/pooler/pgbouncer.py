"""A pgbouncer in transaction mode before the embedded server, where two transactions may meet different servers.

Few servers for many clients: whatever would stay in a session is soon missed, or met by somebody else.
"""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from crossdock.store.embedded import EmbeddedServer

PROGRAM = shutil.which("pgbouncer", path=f"{os.environ.get('PATH', '')}:/usr/sbin")
_SETTINGS = """
[databases]
* = host={sockets} port=5432 user=postgres
[pgbouncer]
listen_addr = 127.0.0.1
listen_port = {port}
unix_socket_dir =
auth_type = any
pool_mode = transaction
default_pool_size = 6
max_client_conn = 200
server_reset_query =
server_lifetime = 3
log_connections = 0
log_disconnections = 0
pidfile = {folder}/pgbouncer.pid
logfile = {folder}/pgbouncer.log
"""


@pytest.fixture(scope="session")
def pooler(server: EmbeddedServer) -> Iterator[int]:
    """The port of a pgbouncer before the embedded server."""
    if PROGRAM is None:
        pytest.skip("pgbouncer is not installed (Debian package pgbouncer)")
    data = server.directory / "data"
    # It refuses to run as root, and the server's socket is open to the server's own user alone.
    user = data.owner() if os.geteuid() == 0 else None
    with tempfile.TemporaryDirectory(prefix="crossdock-pooler-") as folder, socket.socket() as probe:
        Path(folder).chmod(0o777)
        probe.bind(("127.0.0.1", 0))
        port = int(probe.getsockname()[1])
        probe.close()
        settings = Path(folder) / "pgbouncer.ini"
        settings.write_text(_SETTINGS.format(sockets=data, port=port, folder=folder))
        settings.chmod(0o644)
        process = subprocess.Popen([PROGRAM, "-q", str(settings)], user=user, cwd=folder)
        try:
            _wait_for(port, process)
            yield port
        finally:
            process.terminate()
            process.wait(10)


def _wait_for(port: int, process: subprocess.Popen[bytes]) -> None:
    deadline = time.monotonic() + 10
    while time.monotonic() < deadline:
        assert process.poll() is None, "pgbouncer ended at once"
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.02)
    raise AssertionError("pgbouncer does not listen")


def through(port: int, url: str) -> str:
    """The database of a URL, reached through the pooler."""
    return f"postgresql://postgres@127.0.0.1:{port}{urlsplit(url).path}?pooler=transaction"
