"""An API process that is killed at the worst moments: the caller who asks again gets one order and one answer."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx2
import pytest

from crossdock.identity import register
from crossdock.store import Store
from tests.integration.api.conftest import SHOP, order
from tests.integration.engine.harness import rows

ROOT = Path(__file__).parents[3]


@contextmanager
def api(database: str, crash_at: str = "") -> Iterator[tuple[str, subprocess.Popen[str]]]:
    """A real server process."""
    env = {**os.environ, "CROSSDOCK_CRASH_AT": crash_at, "PYTHONPATH": os.pathsep.join([str(ROOT / "src"), str(ROOT)])}
    command = [sys.executable, "-m", "bench.http_server", database, "group"]
    server = subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=env, cwd=ROOT)
    try:
        assert server.stdout is not None
        port = json.loads(server.stdout.readline())["port"]
        yield f"http://127.0.0.1:{port}", server
    finally:
        server.kill()
        server.wait()
        assert server.stdout is not None
        server.stdout.close()


def place(url: str) -> httpx2.Response:
    headers = {"Authorization": f"Bearer {SHOP}", "Idempotency-Key": "shop-536365"}
    return httpx2.post(f"{url}/process/v1/orders", json=order(), headers=headers, timeout=20)


@pytest.mark.parametrize(("point", "safe"), [("api_before_commit", 0), ("api_after_commit_before_answer", 1)])
async def test_a_caller_who_got_no_answer_asks_again_and_the_order_is_placed_once(
    store: Store, database: str, point: str, safe: int
) -> None:
    async with store.transaction() as tx:
        await register(tx, SHOP, "shop", ["orders:write"], channel="shop")
    with api(database, f"{point}:1") as (url, server):
        with pytest.raises(httpx2.TransportError):
            place(url)
        assert server.wait(10) == -signal.SIGKILL
    assert await _orders(store) == safe
    with api(database) as (url, _):
        answer = place(url)
        assert answer.status_code == 202
        assert ("idempotency-replayed" in answer.headers) is bool(safe)
        assert place(url).json() == answer.json()
    assert await _orders(store) == 1


async def _orders(store: Store) -> int:
    """Placed orders, once the server has noticed that its client is gone."""
    deadline = time.monotonic() + 5
    while time.monotonic() < deadline:
        ((busy,),) = await rows(
            store,
            """select count(*) from pg_stat_activity where datname = current_database() and pid <> pg_backend_pid()
                and state like '%transaction%'""",
        )
        if not busy:
            break
    ((count,),) = await rows(store, "select count(*) from event where type = 'SalesOrderPlaced'")
    return int(count)
