"""Reservations per second: hot and spread items, one and four processes, a lone caller, and over HTTP; against the best
plain statement that writes the same rows. Half of all stock is set aside for the channel that calls, and who waits is
pegged to expected supply. `python -m bench.reserve` prints a table; `main` writes `reserve.json` too."""

from __future__ import annotations

import asyncio
import datetime as dt
import itertools
import json
import random
import statistics
import sys
import time
from collections.abc import Awaitable, Callable
from decimal import Decimal
from pathlib import Path
from typing import Any

import uvloop

from bench.machine import server_of_its_own
from crossdock.inventory.desk.batch import SQL, as_one
from crossdock.inventory.desk.desk import ReservationDesk
from crossdock.inventory.desk.requests import Granted, ReservationAnswer, desk_request
from crossdock.inventory.desk.rules import StockRules
from crossdock.inventory.guard.verify import verify
from crossdock.inventory.ledger.batch import LedgerBatch
from crossdock.inventory.ledger.outcomes import LedgerOutcome
from crossdock.inventory.ledger.plan import Request
from crossdock.masterdata import upsert
from crossdock.model.masterdata import Item
from crossdock.model.stock import (
    MoveRequest,
    PromiseRequest,
    StockMoveLine,
    StockRequestLine,
    SupplyLine,
    SupplyRequest,
)
from crossdock.model.stock_policy import PoolRule, Scope, StockPolicies
from crossdock.store import Connection, Store
from crossdock.store.migrations import migrate

COMPANY = "bench"
ITEMS = 10_000
CALLERS = 64
ROUNDS = 3
SECONDS = 2.0
ONE = Decimal(1)
AT = dt.datetime(2010, 12, 1, tzinfo=dt.UTC)
CHANNEL, POOL = "shop", "retail"
POLICIES = StockPolicies(
    pools=(PoolRule(name="retail", pool=POOL, share_percent=Decimal(50), scope=Scope(channels=(CHANNEL,))),)
)
WAITING = 200
PEGGED = Decimal(20_000_000)

Reserve = Callable[[str, str], Awaitable[ReservationAnswer]]
"""key, item -> answer"""


async def seed(store: Store) -> None:
    """Ten thousand items with more stock than a run can take, half of it in a pool; for some of them somebody waits for
    expected supply."""
    for first in range(0, ITEMS, 500):
        lines = tuple(
            StockMoveLine(str(n), f"item-{n}", "north", Decimal(10_000_000), "opening", "unrestricted")
            for n in range(first, first + 500)
        )
        await book(
            store, MoveRequest(COMPANY, f"opening/{first}", "inventory_report/bench", f"OPEN-{first}", lines, AT)
        )
    async with store.transaction() as tx:
        await upsert(tx, [Item(COMPANY, f"item-{n}") for n in range(ITEMS)])
    source = f"purchase_order/{COMPANY}/1"
    coming = [
        SupplyLine(source, str(n), f"item-{n}", "south", PEGGED, AT.date(), "acknowledged") for n in range(WAITING)
    ]
    waiting = [StockRequestLine(str(n), f"item-{n}", PEGGED, ("south",)) for n in range(WAITING)]
    await book(store, SupplyRequest(COMPANY, "supply", source, tuple(coming)))
    await book(store, PromiseRequest(COMPANY, "waiting", "sales_order/bench", "asked", tuple(waiting)))


async def book(store: Store, request: Request) -> None:
    """One request, one transaction."""
    async with store.transaction() as tx:
        batch = LedgerBatch([request], AT, policies=POLICIES)
        await batch.claim(tx)
        await batch.post(tx)


async def publish(tx: Connection, outcomes: list[LedgerOutcome]) -> None:
    raise AssertionError("reservations tell no case anything")


def desk_of(store: Store) -> Reserve:
    desk = ReservationDesk(store, publish, rules=StockRules(lambda: (POLICIES, 1), lambda: AT))

    async def reserve(key: str, item: str) -> ReservationAnswer:
        return await desk.grant(desk_request(COMPANY, key, item, ("north",), ONE, channel=CHANNEL))

    return reserve


def naive_of(store: Store) -> Reserve:
    """The best plain way: one statement per caller on a connection of its own, writing the same rows."""

    async def reserve(key: str, item: str) -> ReservationAnswer:
        request = desk_request(COMPANY, key, item, ("north",), ONE, channel=CHANNEL)
        answer = ReservationAnswer((Granted(request.name(1), "north", ONE, pool=POOL),))
        async with store.connection() as connection:
            place = (COMPANY, item, "north", POOL)
            assert await connection.fetchval(SQL.reserve_one, *as_one(request, place, answer))
        return answer

    return reserve


async def load(reserve: Reserve, item_of: Callable[[], str], callers: int, seconds: float, prefix: str) -> list[float]:
    """`callers` callers in a loop, each waiting for its answer; the latency of every answer."""
    latencies: list[float] = []
    numbers = itertools.count()
    until = time.perf_counter() + seconds

    async def caller() -> None:
        while (begun := time.perf_counter()) < until:
            answer = await reserve(f"{prefix}-{next(numbers)}", item_of())
            assert answer.granted
            latencies.append(time.perf_counter() - begun)

    await asyncio.gather(*(caller() for _ in range(callers)))
    return latencies


def hot() -> str:
    return "item-0"


def spread(seed: int) -> Callable[[], str]:
    chooser = random.Random(seed)
    return lambda: f"item-{chooser.randrange(1, ITEMS)}"


class Cell:
    """The rounds of one thing measured."""

    def __init__(self) -> None:
        self.rates: list[float] = []
        self.p99: list[float] = []

    def add(self, latencies: list[float], seconds: float) -> None:
        self.rates.append(len(latencies) / seconds)
        self.p99.append(statistics.quantiles(latencies, n=100)[98] * 1000)

    @property
    def rate(self) -> float:
        return statistics.median(self.rates)

    def line(self, name: str) -> str:
        low, high, p99 = min(self.rates), max(self.rates), statistics.median(self.p99)
        return f"  {name:<34} {self.rate:>9,.0f}/s  [{low:,.0f}-{high:,.0f}]  p99 {p99:.1f} ms"


async def measure(url: str) -> dict[str, Cell]:
    """All cells, interleaved round by round."""
    store = await Store.connect(url, min_size=16, max_size=16)
    await seed(store)
    desk, naive = desk_of(store), naive_of(store)
    plans: list[tuple[str, Reserve, Callable[[], str], int]] = [
        ("hot", desk, hot, CALLERS),
        ("hot naive", naive, hot, CALLERS),
        ("spread", desk, spread(1), CALLERS),
        ("spread naive", naive, spread(2), CALLERS),
        ("single", desk, spread(3), 1),
        ("single naive", naive, spread(4), 1),
    ]
    cells = {name: Cell() for name, *_ in plans}
    for name, reserve, item_of, callers in plans:
        await load(reserve, item_of, callers, 0.5, f"warm-{name}")
    async with store.connection() as connection:
        await connection.execute("vacuum analyze")  # as autovacuum would, some seconds later
    for round_number in range(ROUNDS):
        for name, reserve, item_of, callers in plans:
            latencies = await load(reserve, item_of, callers, SECONDS, f"{name}-{round_number}")
            cells[name].add(latencies, SECONDS)
    await store.close()
    return cells


async def one_of_four(url: str, name: str, begin: float) -> None:
    """A process of its own: a quarter of the callers, all on the hot item."""
    store = await Store.connect(url, min_size=2, max_size=2)
    reserve = desk_of(store)
    await load(reserve, hot, CALLERS // 4, 0.3, f"warm-{name}")
    await asyncio.sleep(max(0.0, begin - time.time()))
    latencies = await load(reserve, hot, CALLERS // 4, SECONDS, name)
    await store.close()
    print(json.dumps(latencies))


async def four_processes(url: str) -> Cell:
    cell = Cell()
    for round_number in range(ROUNDS):
        begin = time.time() + 4
        processes = [
            await asyncio.create_subprocess_exec(
                sys.executable,
                "-m",
                "bench.reserve",
                "--one-of-four",
                url,
                f"four-{round_number}-{n}",
                str(begin),
                stdout=asyncio.subprocess.PIPE,
                limit=1 << 26,
            )
            for n in range(4)
        ]
        outputs = [await process.communicate() for process in processes]
        cell.add([latency for output, _ in outputs for latency in json.loads(output)], SECONDS)
    return cell


async def prove(url: str) -> int:
    """After all that: every law of the ledger, and how many facts were compared."""
    store = await Store.connect(url)
    async with store.transaction() as tx:
        found = await verify(tx)
    await store.close()
    assert found.discrepancies == (), found.discrepancies[:5]
    return sum(found.compared.values())


async def run(url: str) -> dict[str, Any]:
    await migrate(url)
    cells = await measure(url)
    cells["hot, four processes"] = await four_processes(url)
    compared = await prove(url)
    print(f"reservations, {CALLERS} callers, median of {ROUNDS} rounds of {SECONDS:.0f} s")
    for name, cell in cells.items():
        print(cell.line(name))
    print(f"  every law of the ledger holds afterwards ({compared:,} facts compared)")
    return {
        "hot_per_second": round(cells["hot"].rate),
        "hot_vs_naive": round(cells["hot"].rate / cells["hot naive"].rate, 2),
        "spread_per_second": round(cells["spread"].rate),
        "spread_vs_naive": round(cells["spread"].rate / cells["spread naive"].rate, 2),
        "p99_ms": round(max(statistics.median(cells[name].p99) for name in ("hot", "spread")), 2),
        "single_vs_naive": round(cells["single"].rate / cells["single naive"].rate, 3),
        "hot_four_processes_per_second": round(cells["hot, four processes"].rate),
        "four_processes_p99_ms": round(statistics.median(cells["hot, four processes"].p99), 2),
        "facts_compared": compared,
    }


def main(out_dir: Path) -> dict[str, Any]:
    """Run everything on an embedded server of its own and write `reserve.json`."""
    # Both know of each other: the flow's world is loaded only here.
    from bench.beside import beside_flow
    from bench.reserve_http import over_http

    with server_of_its_own() as (url, fsync):
        result = uvloop.run(run(url))
        result |= over_http(url)
    with server_of_its_own() as (url, _):
        cell, handled = uvloop.run(beside_flow(url))
    print(cell.line("beside two workers, spread"), f" ({handled:,.0f} events/s handled meanwhile)")
    print(f"  fsync here {fsync:.3f} ms")
    result |= {
        "beside_flow_per_second": round(cell.rate),
        "beside_flow_p99_ms": round(statistics.median(cell.p99), 2),
        "beside_flow_events_per_second": round(handled),
        "fsync_ms": round(fsync, 3),
    }
    out_dir.mkdir(parents=True, exist_ok=True)
    (out_dir / "reserve.json").write_text(json.dumps(result, indent=2) + "\n", encoding="utf-8")
    return result


if __name__ == "__main__":
    if sys.argv[1:2] == ["--one-of-four"]:
        uvloop.run(one_of_four(sys.argv[2], sys.argv[3], float(sys.argv[4])))
    else:
        print(json.dumps(main(Path("bench/results")), indent=2))
