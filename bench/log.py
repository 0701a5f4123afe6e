"""Event log: events appended and read per second. `python -m bench.log` prints a table; `main` writes `log.json`."""

from __future__ import annotations

import asyncio
import datetime as dt
import json
import statistics
import sys
import time
from pathlib import Path

import uvloop

from bench.machine import server_of_its_own
from crossdock import log
from crossdock.events.envelope import NewEvent
from crossdock.events.intake import ExpectationMissed
from crossdock.store import Store
from crossdock.store.migrations import migrate

AT = dt.datetime(2010, 12, 1, tzinfo=dt.UTC)
BATCH = 500
ROUNDS = 3
SECONDS = 1.5
BODY = {"600 bytes": 470, "8 kB": 7_900}


def batch_of(keys: list[str], size: int) -> list[NewEvent]:
    """A batch of events over some keys, with bodies of about `size` bytes."""
    body = ExpectationMissed("x" * size, AT)
    return [
        NewEvent(body=body, subject=keys[n % len(keys)], company_id="bench", occurred_at=AT, source="bench")
        for n in range(BATCH)
    ]


def keys_of_writer(writer: int) -> list[str]:
    """Keys whose slots no other writer uses: each writer stays in its slots, as workers do."""
    wanted = range(writer * 8, writer * 8 + 8)
    found: dict[int, str] = {}
    number = 0
    while len(found) < len(wanted):
        key = f"s/{number}"
        if (slot := log.slot_of("bench", key)) in wanted:
            found.setdefault(slot, key)
        number += 1
    return list(found.values())


async def append_for(store: Store, events: list[NewEvent], until: float, latencies: list[float]) -> int:
    done = 0
    while (begun := time.perf_counter()) < until:
        async with store.transaction() as tx:
            await log.append(tx, events)
        latencies.append(time.perf_counter() - begun)
        done += len(events)
    return done


async def writers(url: str, count: int, size: int) -> tuple[float, float]:
    """Events per second of `count` writers in as many processes' stead, and p99 of a batch in milliseconds."""
    stores = [await Store.connect(url) for _ in range(count)]
    latencies: list[float] = []
    until = time.perf_counter() + SECONDS
    begun = time.perf_counter()
    batches = [batch_of(keys_of_writer(number), size) for number in range(count)]
    done = await asyncio.gather(
        *(append_for(store, events, until, latencies) for store, events in zip(stores, batches, strict=True))
    )
    seconds = time.perf_counter() - begun
    for store in stores:
        await store.close()
    return sum(done) / seconds, statistics.quantiles(latencies, n=100)[98] * 1000


async def read_all(url: str) -> float:
    """Events per second read by position, a thousand at a time, as rows."""
    store = await Store.connect(url)
    read, begun = 0, time.perf_counter()
    for slot in range(log.SLOTS):
        position, segment = 0, 0
        while read < 400_000:
            async with store.transaction() as tx:
                rows = await log.read(tx, slot, position, segment=segment, limit=1000)
            if not rows:
                break
            read += len(rows)
            position, segment = rows[-1]["position"], rows[-1]["segment"]
    seconds = time.perf_counter() - begun
    await store.close()
    return read / seconds


async def measure(url: str) -> dict[str, object]:
    by_writers: dict[str, list[tuple[float, float]]] = {}
    reads = []
    for _ in range(ROUNDS):
        for count in (1, 2, 4, 8):
            by_writers.setdefault(str(count), []).append(await writers(url, count, BODY["600 bytes"]))
        by_writers.setdefault("1 with 8 kB", []).append(await writers(url, 1, BODY["8 kB"]))
        reads.append(await read_all(url))
    rates = {name: statistics.median(rate for rate, _ in cells) for name, cells in by_writers.items()}
    return {
        "append_per_second": round(max(rate for name, rate in rates.items() if "kB" not in name)),
        "read_per_second": round(statistics.median(reads)),
        "append_per_second_by_writers": {name: round(rate) for name, rate in rates.items()},
        "append_p99_ms_by_writers": {
            name: round(statistics.median(p99 for _, p99 in cells), 1) for name, cells in by_writers.items()
        },
    }


def main(out: Path) -> dict[str, object]:
    """Measure on an embedded server of its own and write `log.json` into `out`."""
    with server_of_its_own() as (url, fsync):
        asyncio.run(migrate(url))
        figures = uvloop.run(measure(url))
    figures["fsync_ms"] = round(fsync, 3)
    out.mkdir(parents=True, exist_ok=True)
    (out / "log.json").write_text(json.dumps(figures, indent=2) + "\n", encoding="utf-8")
    print(f"event log, batches of {BATCH}, fsync {fsync:.3f} ms")
    for name, value in figures.items():
        print(f"  {name:<32} {value}")
    return figures


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else Path("bench/results"))
