"""`python -m crossdock.sandbox`: all simulated systems, each on its own port, in one process.

The first line on stdout is JSON: `{"ready": true, "ports": {...}, "begins_at": ..., "first_order_at": ...,
"last_order_at": ..., "trading_days": [...], "sftp_host_key": ...}`.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import signal
import sys
from pathlib import Path

import msgspec
import uvloop

from crossdock.sandbox.clock import iso
from crossdock.sandbox.control import Control
from crossdock.sandbox.http import HttpServer
from crossdock.sandbox.plan import Plan
from crossdock.sandbox.stage import Secrets
from crossdock.sandbox.world import HOST, Options, running

_SECRETS = {
    "token": "SANDBOX_TOKEN",
    "webhook": "SANDBOX_WEBHOOK_SECRET",
    "sftp_password": "SANDBOX_SFTP_PASSWORD",
    "shop_api_key": "SANDBOX_SHOP_API_KEY",
}


def parse_arguments(arguments: list[str]) -> Options:
    """Options out of the command line and secrets out of the environment."""
    parser = argparse.ArgumentParser(prog="python -m crossdock.sandbox", description=__doc__)
    parser.add_argument("--config", type=Path, required=True, help="sandbox.yaml")
    parser.add_argument("--data", type=Path, required=True, help="folder with day files (*.csv)")
    parser.add_argument("--books", type=Path, required=True, help="folder for the books")
    parser.add_argument("--state", type=Path, required=True, help="folder for SFTP homes and the host key")
    parser.add_argument("--orders", type=int, help="play only the first N orders by time")
    parser.add_argument("--seed", type=int, default=7)
    parser.add_argument("--crossdock", required=True, help="base URL of Crossdock's API")
    parser.add_argument("--ports", default="{}", help='JSON such as {"control": 8100, "erp": 8101}; others are chosen')
    parser.add_argument("--only", default="", help="comma-separated names of the systems to run here")
    given = parser.parse_args(arguments)
    try:
        ports = msgspec.json.decode(given.ports.encode(), type=dict[str, int])
    except msgspec.MsgspecError as fault:
        parser.error(f"--ports: {fault}")
    if missing := [name for name in _SECRETS.values() if not os.environ.get(name)]:
        parser.error(f"environment variables missing: {', '.join(missing)}")
    return Options(
        config=given.config,
        data=given.data,
        books=given.books,
        state=given.state,
        crossdock=given.crossdock,
        secrets=Secrets(**{field: os.environ[name] for field, name in _SECRETS.items()}),
        orders=given.orders,
        seed=given.seed,
        ports=ports,
        only=tuple(name for name in given.only.split(",") if name),
    )


async def run(options: Options) -> None:
    """Run until stopped by a signal or through the control port."""
    async with running(options) as world:
        control = Control(world, options.secrets.token)
        server = HttpServer(control, HOST, options.ports.get("control", 0))
        ports = {"control": await server.start()} | world.ports
        loop = asyncio.get_running_loop()
        for each in (signal.SIGINT, signal.SIGTERM):
            loop.add_signal_handler(each, control.stopped.set)
        ready = {"ready": True, "ports": ports, **_when(world.stage.plan), "sftp_host_key": world.host_key}
        print(msgspec.json.encode(ready).decode(), flush=True)
        await control.stopped.wait()
        await server.stop()


def _when(plan: Plan) -> dict[str, object]:
    """When it is played, for whoever sets the clock."""
    return {
        "begins_at": iso(plan.begins_at),
        "first_order_at": iso(plan.first_order_at),
        "last_order_at": iso(plan.ends_at),
        "trading_days": plan.trading_days,
    }


def main() -> None:
    """Entry point."""
    options = parse_arguments(sys.argv[1:])
    try:
        uvloop.run(run(options))
    except (ValueError, OSError) as fault:
        sys.exit(f"sandbox: {fault}")


if __name__ == "__main__":
    main()
