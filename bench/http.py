# ruff: noqa: A005 - named after what it measures
"""Orders accepted over HTTP: a real server, 64 callers, every answer after its commit.

Three processes: PostgreSQL with fsync on, the API (one process, granian), and a load generator that speaks HTTP over
bare sockets so that it costs little itself. In the same run, for the ratio: the same server without a store (what HTTP,
strict JSON and identity cost) and one order per transaction (the naive way).

    python -m bench.http
"""

from __future__ import annotations

import json
import os
import statistics
import subprocess
import sys
from pathlib import Path
from typing import Any

import asyncpg
import uvloop

from bench.machine import server_of_its_own
from crossdock.store.migrations import migrate

CALLERS = 64
SECONDS = 4.0
ROUNDS = 3
TOKEN = "bench-token-of-forty-three-characters-0123456"


def main(out_dir: Path) -> dict[str, Any]:
    """Measure, print and write `http.json`."""
    with server_of_its_own() as (url, fsync):
        uvloop.run(_prepare(url))
        runs = {"group": [], "single": [], "nothing": []}  # type: dict[str, list[dict[str, float]]]
        for _ in range(ROUNDS):
            for way, results in runs.items():
                results.append(_run(url, way))
        result = _summary(runs, fsync, uvloop.run(_count(url)))
    out_dir.mkdir(parents=True, exist_ok=True)
    (out_dir / "http.json").write_text(json.dumps(result, indent=2) + "\n", encoding="utf-8")
    _print(result)
    return result


def _summary(runs: dict[str, list[dict[str, float]]], fsync: float, counted: dict[str, int]) -> dict[str, Any]:
    def median(way: str, what: str) -> float:
        return statistics.median(run[what] for run in runs[way])

    return {
        "accepted_per_second": round(median("group", "per_second")),
        "p50_ms": round(median("group", "p50_ms"), 2),
        "p99_ms": round(median("group", "p99_ms"), 2),
        "vs_naive": round(median("group", "per_second") / median("single", "per_second"), 2),
        "without_store_per_second": round(median("nothing", "per_second")),
        "naive_per_second": round(median("single", "per_second")),
        "server_cpu_us_per_order": round(median("group", "server_cpu_us")),
        "client_cpu_us_per_order": round(median("group", "client_cpu_us")),
        "callers": CALLERS,
        "lines_per_order": 3,
        "fsync_ms": round(fsync, 3),
        "rounds": ROUNDS,
        "counted": counted,
    }


def _print(result: dict[str, Any]) -> None:
    print(f"fsync {result['fsync_ms']} ms; {CALLERS} callers, orders of 3 lines, median of {ROUNDS} rounds")
    rate, p50, p99 = result["accepted_per_second"], result["p50_ms"], result["p99_ms"]
    print(f"accepted over HTTP  {rate:>7,}/s   p50 {p50} ms   p99 {p99} ms")
    print(f"one per transaction {result['naive_per_second']:>7,}/s   ratio {result['vs_naive']}")
    print(f"without a store     {result['without_store_per_second']:>7,}/s   (HTTP, identity, strict JSON alone)")
    server, client = result["server_cpu_us_per_order"], result["client_cpu_us_per_order"]
    print(f"CPU per order: server {server} us, load generator {client} us")
    print(f"counted in the database: {result['counted']}")


async def _prepare(url: str) -> None:
    from crossdock.identity import register
    from crossdock.store import Store

    await migrate(url)
    store = await Store.connect(url)
    async with store.transaction() as tx:
        await register(tx, TOKEN, "shop", ["orders:write"], channel="shop")
    await store.close()


async def _count(url: str) -> dict[str, int]:
    connection = await asyncpg.connect(url)
    tables = ("idempotency_answer", "raw_document", "raw_chunk", "business_identity", "business_key", "event")
    counts = {table: await connection.fetchval(f"select count(*) from {table}") for table in tables}
    await connection.close()
    return counts


def _run(url: str, way: str) -> dict[str, float]:
    server = subprocess.Popen([sys.executable, "-m", "bench.http_server", url, way], stdout=subprocess.PIPE, text=True)
    try:
        assert server.stdout is not None
        port = json.loads(server.stdout.readline())["port"]
        _load(port, 0.7)
        before = _cpu(server.pid)
        load = _load(port, SECONDS)
        load["server_cpu_us"] = (_cpu(server.pid) - before) * 1e6 / load["count"]
        load["client_cpu_us"] = load["client_cpu_seconds"] * 1e6 / load["count"]
        return load
    finally:
        server.terminate()
        server.wait()


def _load(port: int, seconds: float) -> dict[str, float]:
    command = [sys.executable, "-m", "bench.http_load", str(port), str(CALLERS), str(seconds), TOKEN]
    output = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True).stdout
    result: dict[str, float] = json.loads(output)
    return result


def _cpu(pid: int) -> float:
    fields = Path(f"/proc/{pid}/stat").read_text(encoding="ascii").rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


if __name__ == "__main__":
    main(Path(__file__).parent / "results")
