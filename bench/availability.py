"""The availability question over HTTP, with its terms: asked 500 times a second, with little history and with much.

PostgreSQL with fsync on, the API (one process, granian), and a load generator that asks by the clock, whether the
answer before has come or not: the time an answer took counts from when it should have been asked. In the same run,
round by round in turn, for the ratio: two databases, in which the items were reserved and given back a few times, and
many times. Both answers name the same number of movements.

    python -m bench.availability
"""

from __future__ import annotations

import asyncio
import json
import statistics
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from decimal import Decimal
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import asyncpg
import uvloop

from bench.flow_world import COMPANY, ITEMS, stock_up
from bench.http import TOKEN
from bench.machine import server_of_its_own
from bench.reserve import publish
from crossdock.inventory.reservations import ReservationDesk
from crossdock.store import Store
from crossdock.store.migrations import migrate

PER_SECOND = 500
SECONDS = 3.0
ROUNDS = 5
# The items that are asked for, and how often each was reserved and given back.
ASKED, LITTLE, MUCH = 100, 5, 500
CALLERS = 64

Run = dict[str, float]


def main(out_dir: Path) -> dict[str, Any]:
    """Measure, print and write `availability.json`."""
    with server_of_its_own() as (url, fsync):
        much_url = uvloop.run(_another_database(url))
        for each, times in ((url, LITTLE), (much_url, MUCH)):
            uvloop.run(_prepare(each))
            uvloop.run(_make_history(each, times))
        little, much = _rounds(url, much_url)
        result = _summary(little, much, fsync, uvloop.run(_count(url)), uvloop.run(_count(much_url)))
    out_dir.mkdir(parents=True, exist_ok=True)
    (out_dir / "availability.json").write_text(json.dumps(result, indent=2) + "\n", encoding="utf-8")
    _print(result)
    return result


async def _another_database(url: str) -> str:
    connection = await asyncpg.connect(url)
    await connection.execute("create database much_history")
    await connection.close()
    return urlsplit(url)._replace(path="/much_history").geturl()


async def _prepare(url: str) -> None:
    from crossdock.identity import register

    await migrate(url)
    store = await Store.connect(url)
    await stock_up(store)
    async with store.transaction() as tx:
        await register(tx, TOKEN, "planner", ["stock:read"])
    await _tidy(store)


async def _make_history(url: str, times: int) -> None:
    """Reserve each of the items and give it back so many times: what may be promised is the same as before."""
    store = await Store.connect(url, min_size=4, max_size=8)
    desk = ReservationDesk(store, publish)

    async def caller(number: int) -> None:
        for time in range(number, times, CALLERS):
            for item in range(ASKED):
                key = f"{item}-{time}"
                answer = await desk.reserve(COMPANY, key, f"I{item}", ("north", "south"), Decimal(1))
                await desk.release(COMPANY, f"back-{key}", [granted.reservation for granted in answer.granted])

    await asyncio.gather(*(caller(number) for number in range(CALLERS)))
    await _tidy(store)


async def _tidy(store: Store) -> None:
    async with store.connection() as connection:
        await connection.execute("vacuum analyze")
        await connection.execute("checkpoint")
    await store.close()


async def _count(url: str) -> dict[str, int]:
    connection = await asyncpg.connect(url)
    tables = ("promise_position", "promise_movement", "reservation", "ledger_entry")
    counts = {table: await connection.fetchval(f"select count(*) from {table}") for table in tables}
    await connection.close()
    return counts


def _rounds(*urls: str) -> list[list[Run]]:
    """The runs on each database, in turn: what else the machine does falls on all of them."""
    with ExitStack() as stack:
        ports = [stack.enter_context(_serving(url)) for url in urls]
        for port in ports:
            _load(port, 1.0)
        runs = [[_load(port, SECONDS) for port in ports] for _ in range(ROUNDS)]
    return [list(of_one) for of_one in zip(*runs, strict=True)]


@contextmanager
def _serving(url: str) -> Iterator[int]:
    command = [sys.executable, "-m", "bench.http_server", url, "availability"]
    server = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    try:
        assert server.stdout is not None
        yield json.loads(server.stdout.readline())["port"]
    finally:
        server.terminate()
        server.wait()


def _load(port: int, seconds: float) -> Run:
    command = [sys.executable, "-m", "bench.availability_load", str(port), str(PER_SECOND), str(seconds), str(ASKED)]
    output = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True).stdout
    result: Run = json.loads(output)
    return result


def _summary(
    little: list[Run], much: list[Run], fsync: float, counted_little: dict[str, int], counted: dict[str, int]
) -> dict[str, Any]:
    def median(runs: list[Run], what: str) -> float:
        return statistics.median(run[what] for run in runs)

    return {
        "asked_per_second": PER_SECOND,
        "answered_per_second": round(median(much, "per_second"), 1),
        "p50_ms": round(median(much, "p50_ms"), 2),
        "p99_ms": round(median(much, "p99_ms"), 2),
        "little_history_p50_ms": round(median(little, "p50_ms"), 2),
        "little_history_p99_ms": round(median(little, "p99_ms"), 2),
        "p50_vs_little_history": round(median(much, "p50_ms") / median(little, "p50_ms"), 2),
        "p99_vs_little_history": round(median(much, "p99_ms") / median(little, "p99_ms"), 2),
        "items": ITEMS,
        "items_asked": ASKED,
        "fsync_ms": round(fsync, 3),
        "rounds": ROUNDS,
        "little_history_counted": counted_little,
        "counted": counted,
    }


def _print(result: dict[str, Any]) -> None:
    print(f"fsync {result['fsync_ms']} ms; {PER_SECOND} questions/s for {SECONDS:.0f} s, median of {ROUNDS} rounds")
    for words, prefix in (("little history", "little_history_"), ("much history", "")):
        print(f"availability, {words:<15} p50 {result[f'{prefix}p50_ms']} ms   p99 {result[f'{prefix}p99_ms']} ms")
    p50, p99 = result["p50_vs_little_history"], result["p99_vs_little_history"]
    print(f"much against little history: p50 {p50} times, p99 {p99} times; answered {result['answered_per_second']}/s")
    print(f"counted, little history: {result['little_history_counted']}")
    print(f"counted, much history:   {result['counted']}")


if __name__ == "__main__":
    main(Path(__file__).parent / "results")
