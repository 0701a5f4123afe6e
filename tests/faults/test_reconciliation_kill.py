"""A worker that is killed while it compares statements: every drift is seen once, every correction booked once. Takes a
minute: `make storm`."""

from __future__ import annotations

import asyncio
import os
import signal
import time
from collections.abc import Awaitable, Callable
from typing import Any

import pytest

from crossdock.store import Store, crash
from crossdock.store.crash import POINTS
from crossdock.store.embedded import EmbeddedServer
from tests.faults.small_flow import ended, start_process
from tests.integration.conftest import fresh_database
from tests.integration.engine.harness import rows
from tests.integration.reconciliation.world import SMALL, World, did

pytestmark = pytest.mark.storm

IN_ORDER = ("reconciliation_before_write", "reconciliation_before_commit", "reconciliation_after_commit")
MOMENTS = 5
Work = Callable[[str], Awaitable[None]]
FACT = did(1, 5, unrestricted=-3)
STORY = {
    "drifts": "select item, state, cause, differences, units, changes, proposals, resolution from drift",
    "how they went": "select number, at, state, cause, differences from drift_change order by number",
    "compared": "select number, differences from stock_statement order by stated_at",
    "documents": "select name, status from raw_document",
    "corrections": "select state from process_case where id like 'stock_correction/%' order by id",
    "booked": "select reason, count(*) from ledger_entry where what = 'move' group by reason order by reason",
    "told": "select type, count(*) from event where type like 'StockCorrection%' group by type order by type",
    "stock": "select unrestricted from stock_position",
}


class Quiet(World):
    """Hears statements and leaves the comparison to others."""

    async def reconcile(self) -> None:
        return


def compare(database: str, crash_at: str) -> None:
    """What a worker does, in a process of its own."""
    if crash_at:
        crash._ARMED[crash_at] = 1
    asyncio.run(_compare(database))


async def _compare(database: str) -> None:
    store = await Store.connect(database, max_size=4)
    world = World(store, SMALL)
    world.wms.pages["0"] = b"x the message once more"
    await world.reconcile()
    await store.close()


async def worked(database: str) -> None:
    """A worker comes to its end."""
    assert await ended(start_process(compare, database, ""), 60) == 0


async def killed_at_every_point(database: str) -> None:
    """A worker dies at each point, one after another; the last one finishes."""
    for point in IN_ORDER:
        found = await ended(start_process(compare, database, point), 60)
        assert found == -signal.SIGKILL, f"{point} was never reached"
    await worked(database)


async def killed_at_any_moment(database: str, lasts: float) -> None:
    """Workers die from outside, a bit later each time, over the time that one needs."""
    for moment in range(1, MOMENTS + 1):
        process = start_process(compare, database, "")
        await asyncio.sleep(lasts * moment / MOMENTS)
        if process.is_alive() and process.pid is not None:
            os.kill(process.pid, signal.SIGKILL)
        assert await ended(process, 60) is not None
    await worked(database)


async def flow(server: EmbeddedServer, template: str, work: Work) -> dict[str, Any]:
    """A fact never comes: found, fetched again in vain, corrected, and agreed at last."""
    async with fresh_database(server, template) as database:
        store = await Store.connect(database, max_size=4)
        world = Quiet(store, SMALL)
        await world.opened(50)
        for at, facts in ((10, (FACT,)), (80, ()), (150, ()), (160, ())):
            await world.states(at, *facts, unrestricted=47)
            await work(database)
        await world.holds()
        found = {name: await rows(store, query) for name, query in STORY.items()}
        await store.close()
        return found


@pytest.fixture(scope="module")
def undisturbed(server: EmbeddedServer, template: str) -> tuple[dict[str, Any], float]:
    """What comes of it, and how long a worker needs at most."""
    seconds: list[float] = []

    async def timed(database: str) -> None:
        begun = time.monotonic()
        await worked(database)
        seconds.append(time.monotonic() - begun)

    return asyncio.run(flow(server, template, timed)), max(seconds)


def test_every_point_of_a_comparison_is_one_where_a_worker_dies() -> None:
    assert set(IN_ORDER) == {point for point in POINTS if point.startswith("reconciliation_")}


def test_an_undisturbed_flow_ends_with_one_correction(undisturbed: tuple[dict[str, Any], float]) -> None:
    found, _ = undisturbed
    assert found["stock"] == [(47,)]
    assert found["booked"] == [("correction", 1), ("opening", 1)]
    assert [row[1:3] for row in found["drifts"]] == [("closed", "missing")]
    assert len(found["documents"]) == 1


async def test_a_worker_that_dies_at_every_point_of_every_comparison_does_no_harm(
    server: EmbeddedServer, template: str, undisturbed: tuple[dict[str, Any], float]
) -> None:
    assert await flow(server, template, killed_at_every_point) == undisturbed[0]


async def test_workers_that_are_killed_at_any_moment_do_no_harm(
    server: EmbeddedServer, template: str, undisturbed: tuple[dict[str, Any], float]
) -> None:
    expected, lasts = undisturbed
    assert await flow(server, template, lambda database: killed_at_any_moment(database, lasts)) == expected
