"""The order flow: raw document, events, case, movements of both books, deliveries, keys and links, projections; from
intake to shipped and invoiced. Against one event per transaction. `python -m bench.flow` prints; `main` writes
`flow.json`."""

from __future__ import annotations

import asyncio
import json
import statistics
import subprocess
import sys
import time
from pathlib import Path

import uvloop

from bench.flow_world import AT, network_for_bench, order_call, stock_up, webhook_calls
from bench.machine import server_of_its_own
from crossdock.app import prepare
from crossdock.engine.clock import set_clock
from crossdock.engine.context import BATCH
from crossdock.operations.order_desk import OrderDesk
from crossdock.operations.webhook_desk import WebhookDesk
from crossdock.store import Store

ORDERS, NAIVE_ORDERS, ROUNDS, WORKERS = 1500, 60, 3, 2


class Workers:
    """Worker processes on one database."""

    def __init__(self, url: str, batch_size: int) -> None:
        command = [sys.executable, "-m", "bench.flow_worker", url, str(batch_size)]
        self._processes = [subprocess.Popen(command) for _ in range(WORKERS)]

    def __enter__(self) -> Workers:
        return self

    def __exit__(self, *_: object) -> None:
        for process in self._processes:
            process.terminate()
        for process in self._processes:
            process.wait(20)


async def at_rest(store: Store) -> None:
    """Wait until cases and projections have read everything."""
    while True:
        async with store.transaction() as tx:
            left = await tx.fetchval(
                "select coalesce(sum(h.position - c.position), 1) from log_head h join checkpoint c on c.slot = h.slot"
            )
        if left == 0:
            return
        await asyncio.sleep(0.01)


async def rows_written(store: Store) -> int:
    async with store.transaction() as tx:
        await tx.execute("select pg_stat_clear_snapshot()")
        return int(await tx.fetchval("select sum(n_tup_ins) from pg_stat_user_tables"))


async def flow(store: Store, first: int, count: int, group: int) -> float:
    """Take `count` orders through the whole flow; orders per second."""
    orders, webhooks = OrderDesk(store, most=group), WebhookDesk(store, most=group)
    numbers = range(first, first + count)
    calls = [order_call(number) for number in numbers]
    told = [call for number in numbers for call in webhook_calls(number)]
    begun = time.perf_counter()
    await asyncio.gather(*(orders.place(call) for call in calls))
    await at_rest(store)
    await asyncio.gather(*(webhooks.receive(call) for call in told))
    await at_rest(store)
    return count / (time.perf_counter() - begun)


async def check(store: Store, orders: int) -> None:
    """What was counted was done."""
    async with store.transaction() as tx:
        shipped = await tx.fetchval(
            "select count(*) from case_status where process = 'sales_order' and state = 'shipped'"
        )
        invoices = await tx.fetchval("select count(*) from delivery where operation = 'invoice' and system = 'erp'")
        problems = await tx.fetch("select code, min(detail) from exception_case group by code")
    assert (shipped, invoices) == (orders, orders), (shipped, invoices, orders, problems)


async def measure(url: str) -> dict[str, float]:
    store = await Store.connect(url, min_size=4, max_size=8)
    await stock_up(store)
    async with store.transaction() as tx:
        await set_clock(tx, AT, 1)
    fast, naive, done = [], [], 0
    for _ in range(ROUNDS):
        with Workers(url, BATCH):
            await warm(store)
            before = await rows_written(store)
            fast.append(await flow(store, done, ORDERS, 200))
            done += ORDERS
            await asyncio.sleep(1)
            rows = (await rows_written(store) - before) / ORDERS
        with Workers(url, 1):
            await warm(store)
            naive.append(await flow(store, done, NAIVE_ORDERS, 1))
            done += NAIVE_ORDERS
    await check(store, done)
    await store.close()
    return {
        "orders_per_second": round(statistics.median(fast), 1),
        "naive_per_second": round(statistics.median(naive), 1),
        "vs_naive": round(statistics.median(fast) / statistics.median(naive), 1),
        "rows_per_order": round(rows, 1),
    }


async def warm(store: Store) -> None:
    """Until all slots have an owner."""
    while True:
        async with store.transaction() as tx:
            owned = await tx.fetchval("select count(*) from checkpoint where leased_until > clock_timestamp()")
        if owned == 128:
            await asyncio.sleep(0.5)
            return
        await asyncio.sleep(0.05)


def main(out: Path) -> dict[str, float]:
    """Measure on an embedded server of its own and write `flow.json` into `out`."""
    with server_of_its_own() as (url, fsync):
        asyncio.run(prepare(url, network_for_bench()))
        figures = uvloop.run(measure(url))
    figures["fsync_ms"] = round(fsync, 3)
    out.mkdir(parents=True, exist_ok=True)
    (out / "flow.json").write_text(json.dumps(figures, indent=2) + "\n", encoding="utf-8")
    print(f"order flow, orders of 3 lines, {WORKERS} workers, fsync {fsync:.3f} ms")
    for name, value in figures.items():
        print(f"  {name:<24} {value:,}")
    return figures


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else Path("bench/results"))
