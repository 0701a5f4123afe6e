"""Every named crash point is reached, and survived: nothing is lost, nothing doubled, order is kept."""

from __future__ import annotations

import asyncio
import itertools
import signal
import socket
from collections.abc import Iterator
from typing import Any

import httpx2
import pytest

from crossdock.identity import register
from crossdock.store import Store
from crossdock.store.crash import POINTS
from crossdock.store.embedded import EmbeddedServer
from tests.faults.outside import serving
from tests.faults.small_flow import at_rest, ended, letters, start_api, start_worker, stop, story
from tests.integration.api.conftest import SHOP, order
from tests.integration.conftest import fresh_database
from tests.integration.engine.harness import rows

WORKER_POINTS = sorted(point for point in POINTS if not point.startswith(("api_", "reconciliation_")))
API_POINTS = sorted(point for point in POINTS if point.startswith("api_"))
TIMES = (1, 2, 4)
ORDERS = [str(536365 + n) for n in range(16)]


async def flow(server: EmbeddedServer, template: str, crash_at: str) -> dict[str, Any]:
    """Play the letters; the first worker dies where it is told to, the second finishes."""
    async with fresh_database(server, template) as database:
        store = await Store.connect(database, max_size=2)
        with serving(letters()) as outside:
            if crash_at:
                first = start_worker(database, outside, crash_at)
                assert await ended(first) == -signal.SIGKILL, f"{crash_at} was never reached"
            worker = start_worker(database, outside)
            await at_rest(store, outside)
            await stop(worker)
        found = await story(store, outside)
        await store.close()
        return found


@pytest.fixture(scope="module")
def undisturbed(server: EmbeddedServer, template: str) -> dict[str, Any]:
    return asyncio.run(flow(server, template, ""))


def test_an_undisturbed_flow_does_what_the_others_are_compared_with(undisturbed: dict[str, Any]) -> None:
    assert undisturbed["the log has no gap"]
    assert undisturbed["everything was read"]
    assert undisturbed["rendered once"]
    assert undisturbed["events"] == undisturbed["counted by the projection"]
    assert {status for _, status in undisturbed["deliveries"]} == {"delivered"}
    assert undisturbed["cases"]["parcel/c/k0"] == (
        "open",
        (["send", *(f"send {n} #k0-{n} " for n in range(1, 6))], 1),
        False,
    )
    assert [len(keys) for keys in undisturbed["effects outside"].values()] == [6] * 6


@pytest.mark.parametrize("point", WORKER_POINTS)
async def test_a_worker_that_dies_there_loses_nothing_and_doubles_nothing(
    server: EmbeddedServer, template: str, undisturbed: dict[str, Any], point: str
) -> None:
    runs = await asyncio.gather(*(flow(server, template, f"{point}:{times}") for times in TIMES))
    for found in runs:
        assert found == undisturbed


async def orders_survive(server: EmbeddedServer, template: str, crash_at: str) -> None:
    """Callers place orders and ask again until they are answered; the API dies under them and comes back."""
    async with fresh_database(server, template) as database:
        store = await Store.connect(database, max_size=2)
        async with store.transaction() as tx:
            await register(tx, SHOP, "shop", ["orders:write"], companies=["albion_uk"], channel="shop")
        port = _free_port()
        first = start_api(database, port, crash_at)
        waiting = iter(ORDERS)
        async with httpx2.AsyncClient(base_url=f"http://127.0.0.1:{port}", timeout=20) as http:
            callers = [asyncio.create_task(_place_all(http, waiting)) for _ in range(3)]
            assert await ended(first) == -signal.SIGKILL, f"{crash_at} was never reached"
            second = start_api(database, port)
            answers = dict(itertools.chain(*await asyncio.gather(*callers)))
            assert dict(await _place_all(http, iter(ORDERS))) == answers
            assert sorted(answers) == ORDERS
        await stop(second)
        placed = await rows(store, "select body::jsonb->'order'->>'number' from event where type = 'SalesOrderPlaced'")
        assert sorted(number for (number,) in placed) == ORDERS
        await store.close()


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


async def _place_all(http: httpx2.AsyncClient, numbers: Iterator[str]) -> list[tuple[str, dict[str, Any]]]:
    return [(number, await _place(http, number)) for number in numbers]


async def _place(http: httpx2.AsyncClient, number: str) -> dict[str, Any]:
    headers = {"Authorization": f"Bearer {SHOP}", "Idempotency-Key": f"shop-{number}"}
    while True:
        try:
            answer = await http.post("/process/v1/orders", json=order(number), headers=headers)
        except httpx2.TransportError:
            await asyncio.sleep(0.05)
            continue
        assert answer.status_code == 202, answer.text
        return dict(answer.json())


@pytest.mark.parametrize("point", API_POINTS)
async def test_an_api_that_dies_there_takes_every_order_once_and_answers_as_before(
    server: EmbeddedServer, template: str, point: str
) -> None:
    await asyncio.gather(*(orders_survive(server, template, f"{point}:{times}") for times in TIMES))
