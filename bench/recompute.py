"""A policy change for 100,000 items at 5 locations: what is kept back of every position is computed and written anew.

PostgreSQL with fsync on. The books are filled by statements of this benchmark; then a network version is applied that
keeps back something of every position (every row is new), another one that keeps back more of every position (every row
changes), and the same again (nothing changes). Beside the second, one caller reserves: how long it waits. In the same
run, for the ratio, the ledger is asked for some thousand positions, one request and one transaction each.

    python -m bench.recompute
"""

from __future__ import annotations

import asyncio
import datetime as dt
import json
import resource
import sys
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from decimal import Decimal
from pathlib import Path
from typing import Any

import uvloop

from bench.machine import server_of_its_own
from crossdock.app import calm_collector
from crossdock.engine.clock import business_now
from crossdock.engine.context import Keeping
from crossdock.engine.policies import keeper_of
from crossdock.engine.recomputation import Progress, Recomputation
from crossdock.inventory.ledger.batch import LedgerBatch
from crossdock.inventory.ledger.outcomes import SafetyRequest
from crossdock.model.stock_policy import SafetyRule, Scope, StockPolicies
from crossdock.store import Store
from crossdock.store.migrations import migrate

COMPANY = "albion_uk"
ITEMS = 100_000
LOCATIONS = ("central", "east", "north", "south", "west")
# One request each of the ledger, for the ratio.
ONE_BY_ONE = 2_000

_BOOKS = """
with made as (
    insert into promise_position (company_id, item, location, pool, on_hand, counter)
    select $1, 'I' || lpad(i::text, 6, '0'), location, '', 100, 1
    from generate_series(0, $2 - 1) as i, unnest($3::text[]) as location order by 2, 3
    returning id, item, location
), stocked as (
    insert into stock_position (company_id, item, location, owner, lot, unrestricted, counter)
    select $1, item, location, 'own', '', 100, 1 from made
)
insert into promise_movement (position_id, number, kind, on_hand, free_after, entry, transaction_id)
select id, 1, 'move', 100, 100, '', 1 from made
"""


def main(out_dir: Path) -> dict[str, Any]:
    """Measure, print and add to `availability.json`."""
    with server_of_its_own() as (url, fsync):
        result = uvloop.run(_measure(url)) | {"recompute_fsync_ms": round(fsync, 3)}
    out_dir.mkdir(parents=True, exist_ok=True)
    file = out_dir / "availability.json"
    others = json.loads(file.read_text(encoding="utf-8")) if file.exists() else {}
    file.write_text(json.dumps(others | result, indent=2) + "\n", encoding="utf-8")
    _print(result)
    return result


async def _measure(url: str) -> dict[str, Any]:
    await migrate(url)
    calm_collector()  # as workers do, who apply policies
    store = await Store.connect(url, min_size=4, max_size=6)
    async with store.transaction() as tx:
        await tx.execute("set local statement_timeout = 0; set local transaction_timeout = 0")
        await tx.execute(_BOOKS, COMPANY, ITEMS, list(LOCATIONS), timeout=300)
    async with store.connection() as connection:
        await connection.execute("vacuum analyze promise_position", timeout=300)
        await connection.execute("checkpoint")
    one_by_one = await _one_by_one(store)
    first = await _recompute(store, 1, "5")
    async with _reserving_beside(url) as beside:
        second = await _recompute(store, 2, "7")
    third = await _recompute(store, 3, "7")
    async with store.transaction(readonly=True) as tx:
        wrong = await tx.fetchval("select count(*) from promise_position where safety <> 7")
        movements = await tx.fetchval("select count(*) from promise_movement where kind = 'safety'")
    assert wrong == 0, f"{wrong} positions are not what the rules say"
    await store.close()
    positions = ITEMS * len(LOCATIONS)
    return {
        "recompute_seconds": round(max(first, second), 1),
        "recompute_new_seconds": round(first, 1),
        "recompute_changed_seconds": round(second, 1),
        "recompute_unchanged_seconds": round(third, 1),
        "recompute_positions": positions,
        "recompute_movements": movements,
        "recompute_positions_per_second": round(positions / max(first, second)),
        "recompute_vs_one_request_each": round(positions / max(first, second) / one_by_one, 1),
        **beside,
        "recompute_peak_rss_mb": round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024),
    }


async def _recompute(store: Store, version: int, quantity: str) -> float:
    """Apply a network version in which every item has a rule by its beginning, and some by their name."""
    rules = [SafetyRule(name="usual", quantity=Decimal(quantity))]
    rules += [
        SafetyRule(name=f"hundred_{n}", quantity=Decimal(quantity), scope=Scope(items=(f"I{n:04}*",)), precedence=1)
        for n in range(50)
    ]
    async with store.transaction() as tx:
        keeping = Keeping(COMPANY, LOCATIONS, {})
        keeper = await keeper_of(tx, keeping, StockPolicies(safety=tuple(rules)), version)
    begun = time.perf_counter()
    await Recomputation(store, keeper, LOCATIONS).run(_silently)
    return time.perf_counter() - begun


async def _silently(progress: Progress) -> None:
    return


@asynccontextmanager
async def _reserving_beside(url: str) -> AsyncIterator[dict[str, float]]:
    """Another process reserves meanwhile; its figures are there afterwards."""
    command = [sys.executable, "-m", "bench.recompute_beside", url, str(ITEMS)]
    pipe = asyncio.subprocess.PIPE
    caller = await asyncio.create_subprocess_exec(*command, stdin=pipe, stdout=pipe)
    assert caller.stdout is not None
    await caller.stdout.readline()
    figures: dict[str, float] = {}
    yield figures
    output, _ = await caller.communicate(b"stop\n")
    figures.update(json.loads(output))


async def _one_by_one(store: Store) -> float:
    """Positions in a second where the ledger is asked for each in a transaction of its own."""
    at = dt.datetime.now(dt.UTC)
    begun = time.perf_counter()
    for n in range(ONE_BY_ONE):
        async with store.transaction() as tx:
            await business_now(tx)
            request = SafetyRequest(
                COMPANY, f"one/{n}", f"I{n:06}", "north", Decimal(5), source="usual", rule="usual@1"
            )
            batch = LedgerBatch([request], at)
            await batch.claim(tx)
            await batch.post(tx)
    return ONE_BY_ONE / (time.perf_counter() - begun)


def _print(result: dict[str, Any]) -> None:
    print(f"fsync {result['recompute_fsync_ms']} ms; {result['recompute_positions']:,} positions")
    for words, name in (("every row new", "new"), ("every row changes", "changed"), ("nothing changes", "unchanged")):
        print(f"{words:<20} {result[f'recompute_{name}_seconds']} s")
    print(f"{result['recompute_positions_per_second']:,} positions/s, {result['recompute_vs_one_request_each']} times")
    p50, p99 = result["recompute_reservation_p50_ms"], result["recompute_reservation_p99_ms"]
    print(f"reservations beside: {result['recompute_reservations_beside']:,}, p50 {p50} ms, p99 {p99} ms")
    print(f"peak resident {result['recompute_peak_rss_mb']} MB; {result['recompute_movements']:,} movements written")


if __name__ == "__main__":
    main(Path(__file__).parent / "results")
