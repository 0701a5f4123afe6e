"""One worker of the flow benchmark: cases and projections as in production; deliveries stay rows."""

from __future__ import annotations

import asyncio
import signal
import sys

import uvloop

from bench.flow_world import network_for_bench
from crossdock.app import calm_collector, engine_context, open_installation
from crossdock.engine.worker import IDLE_SECONDS, Worker
from crossdock.projections import projector


async def work(database: str, batch_size: int) -> None:
    """Run until SIGTERM."""
    installation = await open_installation(database, network_for_bench())
    worker = Worker(engine_context(installation, batch_size=batch_size))
    calm_collector()
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, worker.stop)
    await worker._start()
    await asyncio.gather(
        worker._loop(worker._balance, 0.3),
        worker._loop(worker._case_step, IDLE_SECONDS),
        worker._loop(worker._view_step, IDLE_SECONDS),
    )
    await worker._cases.give_back()
    await worker._views.give_back()
    await installation.close()


if __name__ == "__main__":
    size = int(sys.argv[2])
    if size == 1:
        projector.BATCH = 1
    uvloop.run(work(sys.argv[1], size))
