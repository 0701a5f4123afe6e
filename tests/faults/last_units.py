"""Sixty-four callers on the last units of ten items, through API processes that are killed, beside a worker that is.

Each caller repeats its call under the same key until it is answered. Some place orders, which the worker promises from
the same stock. Nothing is given back, so whoever was refused must not fit in what is left afterwards.
"""

from __future__ import annotations

import asyncio
import multiprocessing
import os
import random
import signal
import socket
from collections import Counter
from multiprocessing.process import BaseProcess
from typing import Any, Literal

import httpx2
import msgspec
from granian.constants import Interfaces
from granian.server.embed import Server

from crossdock.api.app import create
from crossdock.api.services import Services
from crossdock.app import Installation, engine_context
from crossdock.engine.worker import Worker
from crossdock.identity import register
from crossdock.inventory.desk.batch import SQL
from crossdock.masterdata import Masterdata
from crossdock.model.masterdata import Customer, Item, SalesPolicy
from crossdock.ports.connector import MasterRecord
from crossdock.project.network import Network
from crossdock.store import Store, crash
from crossdock.telemetry import logs
from tests.integration.api.conftest import CHANNEL_SCOPES, SHOP
from tests.integration.inventory.helpers import COMPANY, book, receive
from tests.unit.api.networks import small_network

CALLERS = 64
ITEMS = [f"LAST-{n}" for n in range(10)]
STOCK = {"north": 11, "south": 7}
Bug = Literal["", "guard", "key"]
"""`guard`: one more is free than there is. `key`: a key for each attempt."""


def network() -> Network:
    """A shop that sells from both warehouses; no system to tell anything to."""
    made = small_network()
    shop = msgspec.structs.replace(made.channels["shop"], policies={COMPANY: SalesPolicy(("north", "south"))})
    return msgspec.structs.replace(made, channels={**made.channels, "shop": shop})


def _serve(database: str, port: int, bug: Bug, crash_at: str) -> None:
    os.environ["CROSSDOCK_CRASH_AT"] = crash_at
    crash._ARMED.update(crash._armed())
    if bug == "guard":
        SQL._statements["hold"] = SQL.hold.replace("(p.on_hand -", "(1 + p.on_hand -")
        SQL._statements["reserve_one"] = SQL.reserve_one.replace(">= $4\n", "> $4 - 2\n")
    asyncio.run(_run_api(database, port))


async def _run_api(database: str, port: int) -> None:
    logs.configure("critical")
    services = Services.on(await Store.connect(database, max_size=4), network(), {})
    await Server(create(services), address="127.0.0.1", port=port, interface=Interfaces.ASGI, log_enabled=False).serve()


def _work(database: str) -> None:
    logs.configure("critical")
    asyncio.run(_run_worker(database))


async def _run_worker(database: str) -> None:
    store = await Store.connect(database, max_size=4)
    await Worker(engine_context(Installation(store, network(), {}, await Masterdata.load(store)))).run()


_processes = multiprocessing.get_context("forkserver")
_processes.set_forkserver_preload(["tests.faults.last_units"])


class Call(msgspec.Struct):
    """What one caller wants, and every answer it got."""

    key: str
    path: str
    body: dict[str, Any]
    answers: list[tuple[int, bytes]] = []
    attempts: int = 0

    @property
    def wanted(self) -> list[tuple[str, int]]:
        """Item and quantity, line by line."""
        lines = self.body.get("lines") or [self.body]
        return [(line["item"], int(line["quantity"])) for line in lines]


async def stock_up(store: Store) -> None:
    """Ten items with few units, a customer, a caller."""
    records = [MasterRecord(body) for body in (*(Item(COMPANY, item) for item in ITEMS), Customer(COMPANY, "17850"))]
    async with store.transaction() as tx:
        await Masterdata().upsert(tx, records)
        await register(tx, SHOP, "shop", CHANNEL_SCOPES, companies=[COMPANY], channel="shop")
    await book(store, *(receive(units, place, item=item) for item in ITEMS for place, units in STOCK.items()))


class Storm:
    """The processes, who kills them, and the callers."""

    def __init__(self, database: str, seed: int, bug: Bug = "") -> None:
        self.database = database
        self.bug = bug
        self.chance = random.Random(seed)
        self.ports = [_free_port() for _ in range(2)]
        self.apis: list[BaseProcess] = []
        self.worker = self._start(_work, database)
        self.kills: Counter[str] = Counter()
        self.calls: list[Call] = []
        for n, port in enumerate(self.ports):
            self.apis.append(self._api(port, f"api_after_commit_before_answer:{20 + 15 * n}"))

    def _start(self, work: Any, *arguments: Any) -> BaseProcess:
        process = _processes.Process(target=work, args=arguments, daemon=True)
        process.start()
        return process  # type: ignore[no-any-return]

    def _api(self, port: int, crash_at: str = "") -> BaseProcess:
        return self._start(_serve, self.database, port, self.bug, crash_at)

    async def run(self, calls_each: int) -> None:
        """All callers, and a kill now and then, until everybody is answered."""
        limits = httpx2.Limits(max_connections=CALLERS, max_keepalive_connections=CALLERS)
        async with httpx2.AsyncClient(headers={"Authorization": f"Bearer {SHOP}"}, limits=limits, timeout=10) as client:
            killer = asyncio.create_task(self._kill_now_and_then())
            await asyncio.gather(*(self._caller(client, n, calls_each) for n in range(CALLERS)))
            killer.cancel()
            await asyncio.gather(killer, return_exceptions=True)
            self._mend()
            for call in self.calls:  # everybody asks once more, when all is quiet
                await self._until_answered(client, call)

    def stop(self) -> None:
        """All processes."""
        for process in (*self.apis, self.worker):
            process.kill()
            process.join()

    async def _kill_now_and_then(self) -> None:
        while True:
            await asyncio.sleep(self.chance.uniform(0.4, 0.7))
            if self.chance.random() < 0.4:
                self._end(self.worker, "worker")
            else:
                self._end(self.apis[self.chance.randrange(2)], "api")
            await asyncio.sleep(0.1)
            self._mend()

    def _end(self, process: BaseProcess, what: str) -> None:
        if process.is_alive() and process.pid:
            os.kill(process.pid, signal.SIGKILL)
            self.kills[what] += 1

    def _mend(self) -> None:
        """Start again what has died."""
        for n, api in enumerate(self.apis):
            if not api.is_alive():
                self.kills["api"] += api.exitcode == -signal.SIGKILL
                self.apis[n] = self._api(self.ports[n])
        if not self.worker.is_alive():
            self.worker = self._start(_work, self.database)

    async def _caller(self, client: httpx2.AsyncClient, number: int, calls_each: int) -> None:
        chance = random.Random(f"{self.chance.random()}-{number}")
        for turn in range(calls_each):
            await asyncio.sleep(chance.uniform(0, 0.8))
            call = _order(chance, number, turn) if number % 8 == 0 else _reservation(chance, number, turn)
            self.calls.append(call)
            await self._until_answered(client, call)

    async def _until_answered(self, client: httpx2.AsyncClient, call: Call) -> None:
        while True:
            call.attempts += 1
            key = f"{call.key}-{call.attempts}" if self.bug == "key" else call.key
            url = f"http://127.0.0.1:{self.ports[call.attempts % 2]}/process/v1/{call.path}"
            try:
                answer = await client.post(url, json=call.body, headers={"Idempotency-Key": key})
            except httpx2.TransportError:
                await asyncio.sleep(0.05)
                continue
            if answer.status_code < 500:
                call.answers.append((answer.status_code, _said(answer.content)))
                return
            await asyncio.sleep(0.05)


def _said(content: bytes) -> bytes:
    """An answer without what is another one in every call."""
    said = msgspec.json.decode(content)
    said.pop("correlation_id", None)
    return msgspec.json.encode(said)


def _order(chance: random.Random, number: int, turn: int) -> Call:
    name = f"T-{number}-{turn}"
    line = {"line": "1", "item": chance.choice(ITEMS), "quantity": str(chance.randint(1, 2)), "price": "1.00"}
    body = {
        "company": COMPANY, "number": name, "customer": "17850", "ordered_at": "2010-12-01T08:26:00Z",
        "currency": "GBP", "lines": [line],
    }  # fmt: skip
    return Call(f"order-{name}", "orders", body)


def _reservation(chance: random.Random, number: int, turn: int) -> Call:
    key, body = f"call-{number}-{turn}", {"company": COMPANY}
    if chance.random() < 0.25:
        chosen = chance.sample(ITEMS, 2)
        lines = [{"item": item, "quantity": str(chance.randint(1, 2))} for item in chosen]
        return Call(key, "reservations", {**body, "lines": lines})
    return Call(key, "reservations", {**body, "item": chance.choice(ITEMS), "quantity": str(chance.randint(1, 3))})


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
