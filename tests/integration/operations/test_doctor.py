"""What `crossdock doctor` says of workers that live and of documents that do not come."""

from __future__ import annotations

import asyncio

import msgspec

from crossdock.engine.cases.deadlines import fire_due
from crossdock.engine.worker import Worker
from crossdock.log import SLOTS
from crossdock.operations.cases import list_cases
from crossdock.operations.doctor import Check, examine
from crossdock.operations.gauges import SQL as GAUGES
from crossdock.project import load
from crossdock.project.versions import apply
from crossdock.store import Store
from tests.integration.api.test_questions import stocked
from tests.integration.engine.harness import context
from tests.integration.engine.test_channel_levels import until
from tests.integration.operations.test_systems import WHOLESALER
from tests.integration.operations.worlds import ANNA, ORDER, at_work, order, work


async def check(store: Store, name: str) -> Check:
    async with store.transaction(readonly=True) as tx:
        (found,) = [one for one in await examine(tx) if one.name == name]
    return found


async def workers_seen(store: Store) -> dict[str, int]:
    async with store.transaction(readonly=True) as tx:
        return {row["network"]: row["count"] for row in await tx.fetch(GAUGES.workers)}


async def test_doctor_and_metrics_tell_that_no_worker_works_with_the_network_in_force(store: Store) -> None:
    network = load(WHOLESALER, None)
    async with store.transaction() as tx:
        network = await apply(tx, network)
    assert ((await check(store, "network")).status, await workers_seen(store)) == ("fault", {"in_force": 0, "other": 0})
    worker = Worker(context(store, network_version=network.version))
    running = asyncio.create_task(worker.run())
    async with asyncio.timeout(5):
        await until(store, "select 1 from worker_session")
    assert ((await check(store, "network")).status, await workers_seen(store)) == ("ok", {"in_force": 1, "other": 0})
    async with store.transaction() as tx:
        await apply(tx, msgspec.structs.replace(network, name="another", version=0))
    found = await check(store, "network")
    worker.stop()
    await running
    assert (found.status, "1 with version 1 (" in found.detail) == ("fault", True)
    assert "version 2 of another is in force since" in found.detail
    assert await workers_seen(store) == {"in_force": 0, "other": 0}


async def test_a_document_that_does_not_come_is_named_by_doctor_and_found_in_the_list_of_cases(store: Store) -> None:
    await stocked(store, 10)
    await order(store)
    await work(store)
    assert (await check(store, "missed expectations")).status == "ok"
    async with store.transaction() as tx:
        await tx.execute("update deadline set due_at = business_now() - interval '50 hours'")
        assert await fire_due(tx, range(SLOTS)) == 1
    found = await check(store, "missed expectations")
    assert (found.status, found.detail.startswith(f"1: {ORDER} waits for shipped ")) == ("warning", True)
    assert "from wms_north, due " in found.detail
    assert "(2 days ago)" in found.detail
    listed = await list_cases(await at_work(store), ANNA, missing=True)
    assert [case.id for case in listed.items] == [ORDER]
    assert (await list_cases(await at_work(store), ANNA, process="purchase_order", missing=True)).items == ()
