"""Reserves one after the other beside a recomputation, all over the books, until it is told to stop.

python -m bench.recompute_beside URL ITEMS
"""

from __future__ import annotations

import asyncio
import json
import statistics
import sys
import time
from decimal import Decimal

import uvloop

from bench.reserve import publish
from crossdock.inventory.desk.desk import ReservationDesk
from crossdock.store import Store

COMPANY = "albion_uk"


async def main(url: str, items: int) -> None:
    """Print the figures when a line comes on standard input."""
    store = await Store.connect(url)
    desk = ReservationDesk(store, publish)
    told = asyncio.create_task(asyncio.to_thread(sys.stdin.readline))
    print("ready", flush=True)
    waits: list[float] = []
    while not told.done():
        item = f"I{len(waits) * 7919 % items:06}"
        begun = time.perf_counter()
        await desk.reserve(COMPANY, f"beside-{len(waits)}", item, ["north"], Decimal(1))
        waits.append(time.perf_counter() - begun)
        await asyncio.sleep(0.005)
    await store.close()
    waits.sort()
    figures = {
        "recompute_reservations_beside": len(waits),
        "recompute_reservation_p50_ms": round(statistics.median(waits) * 1000, 1),
        "recompute_reservation_p99_ms": round(waits[int(len(waits) * 0.99)] * 1000, 1),
    }
    print(json.dumps(figures))


if __name__ == "__main__":
    uvloop.run(main(sys.argv[1], int(sys.argv[2])))
