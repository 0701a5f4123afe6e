"""By hand: `PYTHONPATH=src:. python -m tests.integration.sandbox.run_days ORDERS RATE [FAULT RATE]` plays the days."""

from __future__ import annotations

import asyncio
import datetime as dt
import sys
import tempfile
import time
from pathlib import Path

import msgspec
import uvloop

from crossdock.sandbox.faults import FaultSettings
from crossdock.sandbox.stage import Secrets
from crossdock.sandbox.world import Options, running
from tests.integration.sandbox.naive_middleware import NaiveMiddleware

SECRETS = Secrets(token="t", webhook="whsec_c2VjcmV0", sftp_password="p", shop_api_key="k")
EXAMPLE = Path("examples/wholesaler")


async def play(orders: int | None, rate: float, fault_rate: float = 0.0, seconds: float = 600) -> dict[str, object]:
    middleware = NaiveMiddleware(SECRETS.token, SECRETS.webhook, SECRETS.sftp_password)
    url = await middleware.open()
    folder = Path(tempfile.mkdtemp())
    options = Options(
        config=EXAMPLE / "sandbox.yaml",
        data=EXAMPLE / "data",
        books=folder / "books",
        state=folder / "state",
        crossdock=url,
        secrets=SECRETS,
        orders=orders,
    )
    try:
        async with running(options) as world:
            if fault_rate:
                world.stage.faults.replace(
                    FaultSettings(20, fault_rate, fault_rate, duplicate_webhook=fault_rate, reorder_webhook=fault_rate)
                )
            await middleware.connect(world)
            world.start(dt.datetime.now(dt.UTC), world.stage.plan.begins_at, rate)
            until = time.monotonic() + seconds
            status = world.status()
            while time.monotonic() < until:
                await asyncio.sleep(0.5)
                status = world.status()
                if status["done"]:
                    break
            return status | {
                "books": str(folder),
                "middleware": dict(middleware.documents),
                "backorders": len(middleware.backorders),
                "problems": middleware.problems[:5],
            }
    finally:
        await middleware.close()


if __name__ == "__main__":
    began = time.monotonic()
    count = int(sys.argv[1]) or None
    outcome = uvloop.run(play(count, float(sys.argv[2]), float(sys.argv[3]) if len(sys.argv) > 3 else 0.0))
    outcome["dataset"] = None
    if "-v" not in sys.argv:
        outcome["systems"] = None
    print(msgspec.json.format(msgspec.json.encode(outcome)).decode())  # noqa: T201
    print(f"{time.monotonic() - began:.1f} s, cpu {time.process_time():.1f} s")  # noqa: T201
