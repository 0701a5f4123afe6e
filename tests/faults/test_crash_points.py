"""Every named crash point is reached, and survived: nothing is lost, nothing doubled, order is kept."""

from __future__ import annotations

import asyncio
import signal
import socket
from collections.abc import AsyncIterator
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

WORKER_POINTS = sorted(point for point in POINTS if not point.startswith("api_"))
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
