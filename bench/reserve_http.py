"""Reservations over HTTP: a real server, 64 callers, every answer after its commit. Part of `bench.reserve`."""

from __future__ import annotations

import json
import statistics
import subprocess
import sys
from typing import Any

import uvloop

from bench.http import CALLERS, TOKEN
from bench.reserve import CHANNEL, prove
from crossdock.identity import register
from crossdock.store import Store

SECONDS, ROUNDS = 3.0, 3


def over_http(url: str) -> dict[str, Any]:
    """Reservations a second on the store that `bench.reserve` has filled, and the p99 of what a caller waits."""
    uvloop.run(_register(url))
    runs = [_run(url) for _ in range(ROUNDS)]
    uvloop.run(prove(url))
    rate = statistics.median(run["per_second"] for run in runs)
    p99 = statistics.median(run["p99_ms"] for run in runs)
    low, high = min(run["per_second"] for run in runs), max(run["per_second"] for run in runs)
    print(f"  {'over HTTP, spread':<34} {rate:>9,.0f}/s  [{low:,.0f}-{high:,.0f}]  p99 {p99:.1f} ms")
    return {"http_per_second": round(rate), "http_p99_ms": round(p99, 2)}


async def _register(url: str) -> None:
    store = await Store.connect(url)
    async with store.transaction() as tx:
        await register(tx, TOKEN, "shop", ["stock:reserve"], channel=CHANNEL)
    await store.close()


def _run(url: str) -> dict[str, float]:
    command = [sys.executable, "-m", "bench.http_server", url, "reserve"]
    server = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    try:
        assert server.stdout is not None
        port = json.loads(server.stdout.readline())["port"]
        _load(port, 0.7)
        return _load(port, SECONDS)
    finally:
        server.terminate()
        server.wait()


def _load(port: int, seconds: float) -> dict[str, float]:
    command = [sys.executable, "-m", "bench.http_load", str(port), str(CALLERS), str(seconds), TOKEN, "reserve"]
    output = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True).stdout
    result: dict[str, float] = json.loads(output)
    return result
