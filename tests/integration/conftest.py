"""One embedded PostgreSQL for the whole test run; a fresh migrated database per test, copied from a template."""

from __future__ import annotations

import asyncio
import itertools
import tempfile
from collections import deque
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from pathlib import Path
from urllib.parse import urlsplit

import asyncpg
import pytest

from crossdock.store import Store
from crossdock.store.embedded import EmbeddedServer
from crossdock.store.migrations import migrate
from tests.integration.pooler.pgbouncer import PROGRAM, pooler, through

__all__ = ["pooler"]

BOTH_WAYS = ("log", "store")
_numbers = itertools.count(1)
# Dropping a database waits for its last sessions, which a pooler keeps for a while: by then they are gone.
_KEPT = 12
_used: deque[str] = deque()


def _database(url: str, name: str) -> str:
    return urlsplit(url)._replace(path=f"/{name}").geturl()


@pytest.fixture(scope="session")
def server() -> Iterator[EmbeddedServer]:
    # Not below pytest's own folder: another pytest that starts closes that to the user the server runs as.
    with tempfile.TemporaryDirectory(prefix="crossdock-test-") as folder:
        Path(folder).chmod(0o755)
        with EmbeddedServer(Path(folder) / "postgres") as embedded:
            asyncio.run(_without_fsync(embedded.url))
            yield embedded


async def _without_fsync(url: str) -> None:
    """Only a machine that stops loses what was not synced, and no test here stops one; hundreds of databases come and
    go the faster."""
    admin = await asyncpg.connect(url)
    await admin.execute("alter system set fsync = off")
    await admin.execute("select pg_reload_conf()")
    await admin.close()


@pytest.fixture(scope="session")
def template(server: EmbeddedServer) -> str:
    asyncio.run(_make_template(server.url))
    return "template_crossdock"


async def _make_template(url: str) -> None:
    admin = await asyncpg.connect(url)
    await admin.execute("create database template_crossdock")
    await admin.close()
    await migrate(_database(url, "template_crossdock"))


@asynccontextmanager
async def fresh_database(server: EmbeddedServer, template: str) -> AsyncIterator[str]:
    """The URL of a fresh database with the newest schema, dropped when some others have come after it."""
    name = f"test_{next(_numbers)}"
    admin = await asyncpg.connect(server.url)
    # A copy of the files, not of each page through the log and the buffers: less than half the time, to drop it too.
    await admin.execute(f"create database {name} template {template} strategy file_copy")
    # Settings made by ALTER DATABASE are not copied with a template, so the first migration's are repeated.
    await admin.execute(f"alter database {name} set idle_in_transaction_session_timeout = '5s'")
    await admin.execute(f"alter database {name} set jit = off")
    await admin.close()
    yield _database(server.url, name)
    _used.append(name)
    if len(_used) > _KEPT:
        admin = await asyncpg.connect(server.url)
        await admin.execute(f"drop database if exists {_used.popleft()} with (force)")
        await admin.close()


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Every test goes through a pooler, where there is one; those of the store and the log go directly, too. What the
    others do directly is seen by the fault and acceptance tests."""
    if "database" in metafunc.fixturenames:
        room = metafunc.module.__name__.split(".")[2]
        ways = (
            ["directly", "pooled"] if room in BOTH_WAYS else ["pooled" if PROGRAM or room == "pooler" else "directly"]
        )
        metafunc.parametrize("database", ways, indirect=True)


@pytest.fixture
async def database(request: pytest.FixtureRequest, server: EmbeddedServer, template: str) -> AsyncIterator[str]:
    """A fresh database of the test's own."""
    async with fresh_database(server, template) as url:
        yield through(request.getfixturevalue("pooler"), url) if request.param == "pooled" else url


@pytest.fixture
async def store(database: str) -> AsyncIterator[Store]:
    opened = await Store.connect(database, min_size=2, max_size=20)
    yield opened
    await opened.close()
