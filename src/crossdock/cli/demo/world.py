"""The demo's world: a folder, free ports, secrets, the database, Crossdock's processes and the simulated systems."""

from __future__ import annotations

import asyncio
import datetime as dt
import json
import os
import secrets
import socket
import subprocess
import sys
import time
import urllib.request
from base64 import b64encode
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from crossdock.app import load_network, prepare
from crossdock.cli._children import Child, Children, end_with_parent
from crossdock.cli._database import Keeper
from crossdock.cli.demo.calendar import TradingDays
from crossdock.cli.up import start_children
from crossdock.engine.clock import set_clock
from crossdock.engine.tasks import hold_polls, release_polls
from crossdock.operations.overview import events_behind
from crossdock.project import Network
from crossdock.store import Store
from crossdock.store.embedded import DirectoryInUse, EmbeddedServer, ServerNotReady

# Business time stands this many technical seconds before the opening when the processes are started. Where it runs
# faster than that, a second too few would be hours of the first day, so nothing is risked to begin soon.
_WARM_UP_SECONDS, _SURE_WARM_UP_SECONDS, _FAST = 4, 7, 5760.0


class WorldFailed(Exception):
    """The demo could not be set up; the message says what and where to look."""


@dataclass
class World:
    """Everything that runs. Use `start` and `stop`."""

    project: Path
    directory: Path
    data: Path
    orders: int
    rate: float
    seed: int
    workers: int = 2
    port: int = 0
    ports: dict[str, int] = field(default_factory=dict)
    env: dict[str, str] = field(default_factory=dict)
    children: Children = field(default_factory=Children)
    sandbox: subprocess.Popen[bytes] | None = None
    server: EmbeddedServer | None = None
    network: Network | None = None
    database: str = ""
    days: TradingDays | None = None
    begun_at: float = field(default_factory=time.time)
    """When the command was started, or this part of it: technical time, as of a clock on the wall."""
    started_at: float = 0.0
    """When the trading days were opened, by the monotonic clock."""
    keeper: Keeper | None = None
    tell: Callable[[str], None] = lambda text: None

    @property
    def api(self) -> str:
        """The address of the HTTP interface."""
        return f"http://127.0.0.1:{self.port}"

    @property
    def books(self) -> Path:
        """Where the simulated systems write down what they got and did."""
        return self.directory / "books"

    @property
    def operator_key(self) -> str:
        """The API key of the operations desk."""
        return self.env["CROSSDOCK_OPERATOR_KEY"]

    def warehouses(self) -> list[tuple[str, str]]:
        """The warehouses' systems and where they answer."""
        assert self.network is not None
        return [
            (system.name, self.env[f"SANDBOX_{system.name.upper()}_URL"])
            for system in self.network.systems.values()
            if system.role == "wms"
        ]

    def start(self) -> None:
        """Start all; returns when the business day may begin."""
        self.directory.mkdir(parents=True, exist_ok=True)
        self._choose()
        os.environ.update(self.env)
        self.network = load_network(self.project)
        # First of all: it takes the directory's lock, so that nothing is written into the folders of a running demo.
        self.server = EmbeddedServer(self.directory / "postgres")
        try:
            self.database = self.server.start()
        except (DirectoryInUse, ServerNotReady) as failure:
            raise WorldFailed(str(failure)) from None
        if self.books.exists():
            raise WorldFailed(holds_earlier(self.directory))
        self._start_sandbox()
        self.keeper = Keeper(self.server, self.tell)
        os.environ["CROSSDOCK_DATABASE_URL"] = self.database
        self.network = asyncio.run(prepare(self.database, self.network))
        self.days = self._wait_for_sandbox()
        asyncio.run(self._set_clock(self.days.opens_at))
        self.crossdock = start_children(
            self.children, self.project, self.database, self.directory / "logs", self.workers, "127.0.0.1", self.port
        )
        asyncio.run(self._wait_for_master_data())
        self._open_for_business()

    def _choose(self) -> None:
        names = ["control", "sftp", *_http_systems(self.project)]
        self.ports = dict(zip(names, _free_ports(len(names)), strict=True))
        self.port = self.port or _free_ports(1)[0]
        self.env = {
            "SANDBOX_TOKEN": secrets.token_urlsafe(24),
            "SANDBOX_WEBHOOK_SECRET": "whsec_" + b64encode(secrets.token_bytes(24)).decode(),
            "SANDBOX_SFTP_PASSWORD": secrets.token_urlsafe(24),
            "SANDBOX_SHOP_API_KEY": secrets.token_urlsafe(32),
            "CROSSDOCK_OPERATOR_KEY": secrets.token_urlsafe(32),
            "SANDBOX_SFTP_HOST": "127.0.0.1",
            "SANDBOX_SFTP_PORT": str(self.ports["sftp"]),
        }
        for name in _http_systems(self.project):
            self.env[f"SANDBOX_{name.upper()}_URL"] = f"http://127.0.0.1:{self.ports[name]}"

    async def _set_clock(self, opens_at: dt.datetime) -> None:
        store = await Store.connect(self.database)
        warm_up = dt.timedelta(seconds=_WARM_UP_SECONDS if self.rate < _FAST else _SURE_WARM_UP_SECONDS)
        async with store.transaction() as tx:
            await set_clock(tx, opens_at - warm_up * self.rate, self.rate)
            # As in any cutover: first the items, then the stock of them.
            await hold_polls(tx, self._opening_polls())
        await store.close()

    def sandbox_arguments(self) -> list[str]:
        """How the simulated systems are started; 0 orders are all there are, which they are told by not saying any."""
        return [
            *("--config", str(self.project / "sandbox.yaml"), "--data", str(self.data), "--books", str(self.books)),
            *("--state", str(self.directory / "sandbox"), "--seed", str(self.seed)),
            *(("--orders", str(self.orders)) if self.orders else ()),
            *("--crossdock", self.api, "--ports", json.dumps(self.ports)),
        ]

    def _start_sandbox(self) -> None:
        log = (self.directory / "sandbox.log").open("ab")
        self.sandbox = subprocess.Popen(
            [sys.executable, "-m", "crossdock.sandbox", *self.sandbox_arguments()],
            stdout=subprocess.PIPE,
            stderr=log,
            env={**os.environ, **self.env},
            start_new_session=True,
            preexec_fn=end_with_parent,
        )

    def _wait_for_sandbox(self) -> TradingDays:
        assert self.sandbox is not None
        assert self.sandbox.stdout is not None
        line = self.sandbox.stdout.readline()
        if not line:
            words = (self.directory / "sandbox.log").read_text(encoding="utf-8").strip().splitlines()
            raise WorldFailed("the simulated systems did not start: " + (words[-1] if words else "no word why"))
        return TradingDays.from_ready(json.loads(line))

    def _opening_polls(self) -> list[str]:
        assert self.network is not None
        return [
            f"poll/{system.name}/{poll.kind}"
            for system in self.network.systems.values()
            for poll in system.polls
            if poll.kind == "opening_stock"
        ]

    async def _wait_for_master_data(self) -> None:
        """The ERP's items, then the warehouses' opening stock, must be in the books before the first order."""
        store = await Store.connect(self.database)
        try:
            await self._until(store, "select cursor <> '' and worker = '' from task where name = 'poll/erp/items'")
            async with store.transaction() as tx:
                await release_polls(tx, self._opening_polls())
            await self._until(store, "select count(*) > 0 from case_status where process = 'inventory_report'")
        finally:
            await store.close()

    async def _until(self, store: Store, condition: str) -> None:
        """Wait until `condition` holds and everything that came is worked off."""
        deadline = time.monotonic() + 60
        while time.monotonic() < deadline:
            async with store.transaction() as tx:
                if await tx.fetchval(condition) and (await events_behind(tx)) == 0:
                    return
            await asyncio.sleep(0.05)
        raise WorldFailed(f"master data or opening stock did not come within 60 s; see {self.directory / 'logs'}")

    def _open_for_business(self) -> None:
        row = asyncio.run(self._clock())
        self.control("start", row)
        self.started_at = time.monotonic()

    async def _clock(self) -> dict[str, Any]:
        store = await Store.connect(self.database)
        async with store.transaction() as tx:
            row = await tx.fetchrow("select origin_technical, origin_business, rate from business_clock")
        await store.close()
        assert row is not None
        return {
            "origin_technical": row["origin_technical"].isoformat(),
            "origin_business": row["origin_business"].isoformat(),
            "rate": row["rate"],
        }

    async def first_order_seconds(self) -> float | None:
        """From the start of the command until the first order was accepted; None if none was."""
        store = await Store.connect(self.database)
        async with store.transaction(readonly=True) as tx:
            at = await tx.fetchval("select min(recorded_at) from timeline where type = 'SalesOrderPlaced'")
        await store.close()
        return None if at is None else round(at.timestamp() - self.begun_at, 2)

    def control(self, verb: str, body: dict[str, Any] | None = None) -> Any:
        """Speak to the simulated systems' control port."""
        url = f"http://127.0.0.1:{self.ports['control']}/control/{verb}"
        data = None if verb == "status" else json.dumps(body or {}).encode()
        request = urllib.request.Request(url, data=data, headers={"Content-Type": "application/json"})
        with urllib.request.urlopen(request, timeout=30) as answer:  # noqa: S310 - our own loopback address
            content = answer.read()
        return json.loads(content) if content else None

    def workers_and_api(self) -> tuple[list[Child], Child]:
        """Crossdock's processes."""
        return self.crossdock[1:], self.crossdock[0]

    def stop(self) -> None:
        """Stop all, the database last."""
        self.children.stop()
        if self.sandbox is not None and self.sandbox.poll() is None:
            self.sandbox.terminate()
            try:
                self.sandbox.wait(10)
            except subprocess.TimeoutExpired:
                self.sandbox.kill()
        if self.keeper is not None:
            self.keeper.stop()
        if self.server is not None:
            self.server.stop()


def holds_earlier(directory: Path) -> str:
    """Why a folder cannot be used again."""
    return f"{directory} holds an earlier demo: choose another directory, or remove it first"


def _http_systems(project: Path) -> list[str]:
    return sorted(path.stem for path in (project / "systems").glob("*.yaml"))


def _free_ports(count: int) -> list[int]:
    sockets = [socket.socket() for _ in range(count)]
    try:
        for one in sockets:
            one.bind(("127.0.0.1", 0))
        return [one.getsockname()[1] for one in sockets]
    finally:
        for one in sockets:
            with closing(one):
                pass
