"""A worker that is killed while it compares statements: every drift is seen once, every correction booked once."""

from __future__ import annotations

import asyncio
import signal
from typing import Any

import pytest

from crossdock.store import Store, crash
from crossdock.store.crash import POINTS
from crossdock.store.embedded import EmbeddedServer
from tests.faults.small_flow import ended, start_process
from tests.integration.conftest import fresh_database
from tests.integration.engine.harness import rows
from tests.integration.reconciliation.world import SMALL, World, did

RECONCILIATION_POINTS = sorted(point for point in POINTS if point.startswith("reconciliation_"))
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


async def worked(database: str, crash_at: str = "") -> int | None:
    return await ended(start_process(compare, database, crash_at), 60)


async def flow(server: EmbeddedServer, template: str, crash_at: str) -> dict[str, Any]:
    """A fact never comes: found, fetched again in vain, corrected; a worker dies in the middle of the last two."""
    async with fresh_database(server, template) as database:
        store = await Store.connect(database, max_size=4)
        world = Quiet(store, SMALL)
        await world.opened(50)
        for at, facts in ((10, (FACT,)), (80, ()), (150, ()), (160, ())):
            await world.states(at, *facts, unrestricted=47)
            if crash_at and 10 < at < 160:
                assert await worked(database, crash_at) == -signal.SIGKILL, f"{crash_at} was never reached"
            assert await worked(database) == 0
        await world.holds()
        found = {name: await rows(store, query) for name, query in STORY.items()}
        await store.close()
        return found


@pytest.fixture(scope="module")
def undisturbed(server: EmbeddedServer, template: str) -> dict[str, Any]:
    return asyncio.run(flow(server, template, ""))


def test_an_undisturbed_flow_ends_with_one_correction(undisturbed: dict[str, Any]) -> None:
    assert undisturbed["stock"] == [(47,)]
    assert undisturbed["booked"] == [("correction", 1), ("opening", 1)]
    assert [row[1:3] for row in undisturbed["drifts"]] == [("closed", "missing")]
    assert len(undisturbed["documents"]) == 1


@pytest.mark.parametrize("point", RECONCILIATION_POINTS)
async def test_a_worker_that_dies_while_it_compares_does_no_harm(
    server: EmbeddedServer, template: str, undisturbed: dict[str, Any], point: str
) -> None:
    assert await flow(server, template, point) == undisturbed
