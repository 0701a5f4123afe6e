"""How systems and partners stand, at one look; and that only those there are can be paused."""

from __future__ import annotations

from pathlib import Path

import pytest

from crossdock.identity import Actor, Denied
from crossdock.operations import systems
from crossdock.operations.problems import Problem
from crossdock.operations.systems import SystemStanding
from crossdock.project import load
from crossdock.project.versions import apply
from crossdock.store import Store
from tests.integration.engine.harness import rows
from tests.integration.operations.test_dead_letters import erp_refuses
from tests.integration.operations.worlds import ANNA, at_work, order, work

WHOLESALER = Path(__file__).parents[3] / "examples" / "wholesaler"


async def in_force(store: Store) -> None:
    async with store.transaction() as tx:
        await apply(tx, load(WHOLESALER, None))


async def standing(store: Store) -> dict[str, SystemStanding]:
    return {one.name: one for one in await systems.list_systems(await at_work(store), ANNA)}


async def test_all_systems_and_partners_of_the_network_are_listed(store: Store) -> None:
    await in_force(store)
    found = await standing(store)
    assert list(found) == [
        *("carrier", "erp", "marketplace", "shop", "wms_north", "wms_south"),
        *("brightware", "homestead", "kilncraft", "lumenhaus", "paperfold"),
    ]
    assert (found["erp"].kind, found["erp"].partner, found["erp"].state) == ("erp", False, "ok")
    assert (found["brightware"].kind, found["brightware"].partner) == ("supplier", True)
    assert found["erp"].last_fact_at is None


async def test_what_waits_what_is_dead_and_when_a_system_last_spoke_is_said(store: Store) -> None:
    await in_force(store)
    await order(store)
    await work(store, erp_refuses)
    found = await standing(store)
    assert (found["erp"].dead, found["erp"].waiting) == (1, 0)
    # The shop's back end calls our API: what it says is the shop's word.
    assert found["shop"].last_fact_at is not None


async def test_a_system_that_is_paused_halted_or_failing_says_so(store: Store) -> None:
    await in_force(store)
    desk = await at_work(store)
    await systems.pause(desk, ANNA, "wms_north", "stock-taking")
    await rows(
        store,
        """insert into system_state (system, failures, open_until, halted) values
        ('erp', 0, '-infinity', 'the token is refused'), ('carrier', 7, 'infinity', ''), ('old_wms', 0, '-infinity', '')
        returning 1""",
    )
    await rows(store, "insert into task (name, failures, detail) values ('poll/erp/items', 3, 'no answer') returning 1")
    found = await standing(store)
    assert found["wms_north"].state == "paused"
    assert (found["erp"].state, found["erp"].detail) == ("halted", "the token is refused")
    assert found["erp"].failing_polls == ("items: no answer",)
    assert (found["carrier"].state, found["carrier"].detail) == (
        "failing",
        "7 failures in a row; it is tried again by itself",
    )
    assert found["old_wms"].state == "unknown"
    await systems.resume(desk, ANNA, "wms_north")
    assert (await standing(store))["wms_north"].state == "ok"


async def test_a_system_that_the_network_does_not_have_cannot_be_paused(store: Store) -> None:
    await in_force(store)
    with pytest.raises(Problem, match="no system 'erpp'") as refused:
        await systems.pause(await at_work(store), ANNA, "erpp", "typing error")
    assert "brightware" in refused.value.advice
    assert await rows(store, "select * from system_state") == []


async def test_how_systems_stand_is_for_those_who_may_see_operations(store: Store) -> None:
    with pytest.raises(Denied):
        await systems.list_systems(await at_work(store), Actor("shop", frozenset({"orders:read"})))
