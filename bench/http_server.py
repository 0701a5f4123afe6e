"""The API process of `bench.http`, `bench.reserve` and `bench.availability`: granian in this process, one worker.

Prints its port when it serves.
"""

from __future__ import annotations

import asyncio
import gc
import json
import socket
import sys
from typing import Any

import uvloop
from granian.constants import Interfaces
from granian.server.embed import Server

from bench.flow_world import network_for_bench
from bench.reserve import COMPANY, POLICIES
from crossdock.api.app import create
from crossdock.api.services import Services
from crossdock.operations.idempotency import Answer
from crossdock.operations.order_desk import OrderDesk
from crossdock.project.network import Calendar, Channel, Company, Location, Network, Policies
from crossdock.store import Store
from crossdock.telemetry import logs


def network() -> Network:
    """Two companies and a shop."""
    companies = {name: Company(name, name, "GBP", "Europe/London", "weekdays") for name in ("albion_uk", "albion_ie")}
    shop = Channel("shop", "Shop", "asked", ("albion_uk", "albion_ie"))
    return Network(
        "bench", companies, {"weekdays": Calendar("weekdays")}, {}, {}, {}, {"shop": shop}, (), Policies(), {}
    )


def network_with_pools() -> Network:
    """One company, one location, and half of all stock set aside for the shop."""
    company = Company(COMPANY, COMPANY, "GBP", "Europe/London", "weekdays")
    north = Location("north", "north", (COMPANY,), "Europe/London", "weekdays")
    return Network(
        "bench", {COMPANY: company}, {"weekdays": Calendar("weekdays")}, {"north": north}, {}, {}, {}, (),
        Policies(stock=POLICIES), {}, 1,
    )  # fmt: skip


class NoDesk(OrderDesk):
    """Accepts without a store: what is left is HTTP, identity and strict JSON."""

    async def place(self, call: Any) -> Answer:
        return Answer(202, '{"order":"1"}')


async def serve(url: str, way: str) -> None:
    logs.configure("warning")
    store = await Store.connect(url, min_size=2, max_size=64 if way == "single" else 4)
    networks = {"availability": network_for_bench, "reserve": network_with_pools}
    services = Services.on(store, networks.get(way, network)(), {})
    if way == "single":
        services.orders = OrderDesk(store, most=1, lanes=64)
    elif way == "nothing":
        services.orders = NoDesk(store)
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    server = Server(create(services), address="127.0.0.1", port=port, interface=Interfaces.ASGI, log_enabled=False)
    # What exists now stays: the collector need not look at it again and again.
    gc.collect()
    gc.freeze()
    gc.set_threshold(50_000, 20, 20)
    task = asyncio.create_task(server.serve())
    while True:
        try:
            _, writer = await asyncio.open_connection("127.0.0.1", port)
            writer.close()
            break
        except OSError:
            await asyncio.sleep(0.05)
    print(json.dumps({"port": port}), flush=True)
    await task


if __name__ == "__main__":
    uvloop.run(serve(sys.argv[1], sys.argv[2]))
