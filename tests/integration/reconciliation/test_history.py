"""Differences that live long: what is read because of them, and what is known of them, does not depend on their age."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from crossdock.engine import reconciliation
from crossdock.engine.clock import set_clock
from crossdock.events.inventory import InventoryReported
from crossdock.events.reconciliation import StockStated
from crossdock.inventory.reconciliation import differences
from crossdock.model.fulfillment import InventoryReport, StockLevel
from crossdock.model.quantity import Quantity
from crossdock.model.reconciliation import BOOK, StatedLevel, StockStatement
from crossdock.operations.drifts import reject_drift
from crossdock.store import Store
from crossdock.testing.scenario import COMPANY, MORNING
from tests.integration.engine.harness import settle
from tests.integration.reconciliation.test_decisions import BOSS, at
from tests.integration.reconciliation.world import MUG, World, minute

CAKE_STAND = "22423"
DAY = 1440


async def two_items(store: Store) -> World:
    """50 mugs and 20 cake stands."""
    world = World(store)
    async with store.transaction() as tx:
        await set_clock(tx, MORNING, 1)
    levels = tuple(StockLevel(item, Quantity(Decimal(q))) for item, q in ((MUG, 50), (CAKE_STAND, 20)))
    report = InventoryReport(COMPANY, "north", "OPEN", minute(0), levels, opening=True)
    await world.happen(f"inventory_report/{COMPANY}/north/OPEN", InventoryReported(report), minute(0))
    return world


async def erp_says(world: World, at: int, mugs: int, cake_stands: int) -> None:
    """It gives one number of each, and lists nothing of what it booked."""
    said = ((MUG, mugs), (CAKE_STAND, cake_stands))
    statement = StockStatement(
        company_id=COMPANY, system="erp", kind="erp", location="north", number=f"T{at}", stated_at=minute(at),
        conditions=(BOOK,), facts=(), lists_facts=False,
        levels=tuple(StatedLevel(item, Quantity(Decimal(quantity)), BOOK) for item, quantity in said),
    )  # fmt: skip
    await world.happen(f"stock_statement/{COMPANY}/erp.north/T{at}", StockStated(statement), minute(at), "erp")
    await world.reconcile()


async def causes(world: World) -> dict[str, tuple[str, str]]:
    return {drift.item: (drift.cause, drift.detail.partition(" ")[0]) for drift in await world.drifts()}


@pytest.mark.parametrize("cake_stands", [20, 18])
async def test_the_cause_of_a_drift_does_not_depend_on_an_old_drift_of_another_item(
    store: Store, cake_stands: int
) -> None:
    world = await two_items(store)
    await erp_says(world, 10, 50, cake_stands)
    await world.adjusted("LONG-AGO", -5, 100)
    for day in (2, 20, 40, 60):
        await erp_says(world, day * DAY, 45, cake_stands)
    await erp_says(world, 61 * DAY, 50, cake_stands)
    assert (await causes(world))[MUG] == ("unknown", "no")


async def test_what_explains_a_drift_is_remembered_when_it_is_too_old_to_be_read_again(store: Store) -> None:
    world = await two_items(store)
    await erp_says(world, 10, 50, 20)
    await world.adjusted("LOST", -5, 100)
    await erp_says(world, 2 * DAY, 50, 20)
    assert await causes(world) == {MUG: ("missing", f"adjustment/{COMPANY}/north/LOST")}
    await erp_says(world, 60 * DAY, 50, 20)
    await world.adjusted("LOST-TOO", -2, 61 * DAY)
    await erp_says(world, 62 * DAY, 50, 20)
    drift = await world.drift()
    assert (drift.units, drift.cause) == (7, "missing")
    assert {fact.document.rpartition("/")[2] for fact in drift.facts()} == {"LOST", "LOST-TOO"}


async def test_of_a_difference_that_is_left_as_it_is_nothing_is_read_until_it_changes(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    world = World(store)
    await world.opened(50)
    await world.states(10, unrestricted=45)
    await world.states(80, unrestricted=45)
    drift = await world.drift()
    await reject_drift(at(store, 90), BOSS, drift.id, "five samples stand at the desk", drift.changes)
    await settle(world.engine)
    read: list[int] = []
    real = differences.our_facts

    async def counted(*given: Any) -> Any:
        found = await real(*given)
        read.append(sum(map(len, found.values())))
        return found

    monkeypatch.setattr(differences, "our_facts", counted)
    for number in range(100, 103):
        await world.adjusted(f"A{number}", 1 if number % 2 else -1, number)
    await world.adjusted("A103", 1, 103)
    await world.states(110, unrestricted=45)
    assert (read, (await world.drift()).cause) == ([], "unknown")
    await world.states(120, unrestricted=44)
    assert read == [4]


async def test_of_more_differences_than_are_looked_into_at_once_each_has_its_turn_and_none_is_proposed_before(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reconciliation, "_EXPLAINED_MOST", 1)
    world = await two_items(store)
    await erp_says(world, 10, 50, 20)
    await world.adjusted("LOST", -3, 100)
    await erp_says(world, 110, 50, 9)  # eleven cake stands are too few, and stay so
    drift = {drift.item: drift for drift in await world.drifts()}[MUG]
    assert (drift.cause, drift.detail.partition(":")[0], drift.looked_at) == ("unknown", "not looked into yet", None)
    await erp_says(world, 120, 50, 9)
    assert await causes(world) == {CAKE_STAND: ("unknown", "no"), MUG: ("missing", f"adjustment/{COMPANY}/north/LOST")}
    await erp_says(world, 200, 50, 9)
    assert {drift.item: drift.proposed for drift in await world.drifts()} == {
        CAKE_STAND: '{"book":"-11"}', MUG: "",
    }  # fmt: skip
    await erp_says(world, 210, 52, 9)  # another difference, and not its turn
    await erp_says(world, 220, 52, 9)
    await erp_says(world, 230, 52, 9)
    found = {drift.item: (drift.cause, drift.proposed) for drift in await world.drifts()}
    assert found[MUG] == ("unknown", '{"book":"5"}')
