"""The availability question over HTTP, with its terms: asked 500 times a second, with little history and with much
(10,000 movements of each item that is asked for); and the same question about a past moment.

PostgreSQL with fsync on, the API (one process, granian), and a load generator that asks by the clock, whether the
answer before has come or not: the time an answer took counts from when it should have been asked. In the same run,
round by round in turn, for the ratio: two databases, in which the items were reserved and given back a few times, and
many times. Both answers name the same number of movements. Past moments lie anywhere in the history; balances were
proved every 1,000 movements, as the guard does.

    python -m bench.availability
"""

from __future__ import annotations

import asyncio
import json
import statistics
import subprocess
import sys
from collections.abc import Iterator, Sequence
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
from crossdock.inventory.desk.desk import ReservationDesk
from crossdock.store import Store
from crossdock.store.migrations import migrate

PER_SECOND = 500
SECONDS = 3.0
ROUNDS = 5
# The items that are asked for, and how often each was reserved and given back: two movements each time.
ASKED, LITTLE, MUCH = 20, 5, 5_000
PAST_PER_SECOND = 100
CALLERS = 64

Run = dict[str, float]


def main(out_dir: Path) -> dict[str, Any]:
    """Measure, print and write `availability.json`."""
    with server_of_its_own() as (url, fsync):
        much_url = uvloop.run(_another_database(url))
        for each, times in ((url, LITTLE), (much_url, MUCH)):
            uvloop.run(_prepare(each))
            uvloop.run(_make_history(each, times))
        little, much, past = _rounds(url, much_url, uvloop.run(_moments(much_url)))
        result = _summary(little, much, past, fsync, uvloop.run(_count(url)), uvloop.run(_count(much_url)))
    out_dir.mkdir(parents=True, exist_ok=True)
    file = out_dir / "availability.json"
    others = json.loads(file.read_text(encoding="utf-8")) if file.exists() else {}
    file.write_text(json.dumps(others | result, indent=2) + "\n", encoding="utf-8")
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
                await desk.give_back(COMPANY, [granted.reservation for granted in answer.granted], "cancelled")

    await asyncio.gather(*(caller(number) for number in range(CALLERS)))
    async with store.transaction() as tx:
        await tx.execute(_PROVED)
    await _tidy(store)


_PROVED = """
insert into position_checkpoint (book, position_id, number, on_hand, reserved, allocated, safety, recorded_at)
select 'promise', position_id, number, on_hand, reserved, allocated, safety, recorded_at
from (
    select position_id, number, recorded_at, sum(on_hand) over w as on_hand, sum(reserved) over w as reserved,
        sum(allocated) over w as allocated, sum(safety) over w as safety
    from promise_movement window w as (partition by position_id order by number)
) as folded
where number % 1000 = 0
on conflict do nothing
"""


async def _moments(url: str) -> list[str]:
    """Moments all over the history."""
    connection = await asyncpg.connect(url)
    rows = await connection.fetch(
        "select c.origin_business + (m.recorded_at - c.origin_technical) * c.rate as at"
        " from promise_movement as m cross join business_clock as c where m.number % 500 = 250 order by m.recorded_at"
    )
    await connection.close()
    return [row["at"].isoformat() for row in rows][:: max(len(rows) // 20, 1)]


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


def _rounds(url: str, much_url: str, moments: list[str]) -> tuple[list[Run], list[Run], list[Run]]:
    """The runs on each database, in turn: what else the machine does falls on all of them."""
    with ExitStack() as stack:
        ports = [stack.enter_context(_serving(each)) for each in (url, much_url)]
        for port in ports:
            _load(port, 1.0)
        little, much, past = list[Run](), list[Run](), list[Run]()
        for _ in range(ROUNDS):
            little.append(_load(ports[0], SECONDS))
            much.append(_load(ports[1], SECONDS))
            past.append(_load(ports[1], SECONDS, PAST_PER_SECOND, moments))
    return little, much, past


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


def _load(port: int, seconds: float, per_second: int = PER_SECOND, moments: Sequence[str] = ()) -> Run:
    command = [sys.executable, "-m", "bench.availability_load", str(port), str(per_second), str(seconds), str(ASKED)]
    output = subprocess.run([*command, *moments], check=True, stdout=subprocess.PIPE, text=True).stdout
    result: Run = json.loads(output)
    return result


def _summary(
    little: list[Run],
    much: list[Run],
    past: list[Run],
    fsync: float,
    counted_little: dict[str, int],
    counted: dict[str, int],
) -> dict[str, Any]:
    def median(runs: list[Run], what: str) -> float:
        return statistics.median(run[what] for run in runs)

    return {
        "asked_per_second": PER_SECOND,
        "requests_per_second": round(median(much, "per_second"), 1),
        "p50_ms": round(median(much, "p50_ms"), 2),
        "p99_ms": round(median(much, "p99_ms"), 2),
        "past_moment_asked_per_second": PAST_PER_SECOND,
        "past_moment_p50_ms": round(median(past, "p50_ms"), 2),
        "past_moment_p99_ms": round(median(past, "p99_ms"), 2),
        "little_history_p50_ms": round(median(little, "p50_ms"), 2),
        "little_history_p99_ms": round(median(little, "p99_ms"), 2),
        "p50_vs_little_history": round(median(much, "p50_ms") / median(little, "p50_ms"), 2),
        "p99_vs_little_history": round(median(much, "p99_ms") / median(little, "p99_ms"), 2),
        "items": ITEMS,
        "items_asked": ASKED,
        "movements_of_an_item": 2 * MUCH,
        "fsync_ms": round(fsync, 3),
        "rounds": ROUNDS,
        "little_history_counted": counted_little,
        "counted": counted,
    }


def _print(result: dict[str, Any]) -> None:
    print(f"fsync {result['fsync_ms']} ms; {PER_SECOND} questions/s for {SECONDS:.0f} s, median of {ROUNDS} rounds")
    for words, prefix in (("little history", "little_history_"), ("much history", ""), ("past", "past_moment_")):
        print(f"availability, {words:<15} p50 {result[f'{prefix}p50_ms']} ms   p99 {result[f'{prefix}p99_ms']} ms")
    p50, p99 = result["p50_vs_little_history"], result["p99_vs_little_history"]
    print(f"much against little history: p50 {p50} times, p99 {p99} times; answered {result['requests_per_second']}/s")
    print(f"counted, little history: {result['little_history_counted']}")
    print(f"counted, much history:   {result['counted']}")


if __name__ == "__main__":
    main(Path(__file__).parent / "results")
