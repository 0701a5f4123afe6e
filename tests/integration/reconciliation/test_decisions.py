"""What a person sees of a drift and decides about it."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from uuid import uuid4

import pytest

from crossdock.identity import Actor
from crossdock.operations.context import Context
from crossdock.operations.drifts import approve_drift, list_drifts, reject_drift, show_drift
from crossdock.operations.problems import Problem
from crossdock.operations.stock_statements import latest_statements
from crossdock.store import Store
from crossdock.testing.scenario import COMPANY
from tests.integration.engine.harness import rows, settle
from tests.integration.reconciliation.world import MUG, World, did, minute

BOSS = Actor("boss", frozenset({"stock:read", "operations:write"}), frozenset({COMPANY}))


def at(store: Store, number: int) -> Context:
    return Context(store, lambda: minute(number))


async def stands(store: Store, number: int) -> str:
    (drift,) = (await list_drifts(at(store, number), BOSS)).items
    return drift.stands


async def proposed(store: Store) -> World:
    world = World(store)
    await world.opened(50)
    await world.states(10, unrestricted=45)
    await world.states(80, unrestricted=45)
    assert await world.problems() == ["stock_drift"]
    return world


async def test_a_person_sees_both_sides_and_how_it_went_on(store: Store) -> None:
    world = World(store)
    await world.opened(50)
    await world.states(10, did(1, 5, unrestricted=-3), unrestricted=47)
    (drift,) = (await list_drifts(at(store, 11), BOSS, system="wms_north")).items
    assert (drift.units, drift.cause, drift.waits_for_a_person) == (3, "missing", False)
    story = await show_drift(at(store, 11), BOSS, drift.id)
    assert [(fact.side, fact.number, fact.changes) for fact in story.facts] == [
        ("theirs", "1", {"unrestricted": Decimal(-3)})
    ]
    assert [change.state for change in story.changes] == ["open"]
    assert (await list_drifts(at(store, 11), BOSS, cause="doubled")).items == ()


async def test_what_is_approved_is_booked_once_and_the_exception_case_ends(store: Store) -> None:
    world = await proposed(store)
    drift = await world.drift()
    await approve_drift(at(store, 90), BOSS, drift.id, "counted again: 45", drift.changes)
    await settle(world.engine)
    assert (await world.stock(), await world.problems()) == (45, [])
    assert ((await world.drift()).state, (await world.drift()).due_at) == ("corrected", minute(150))
    with pytest.raises(Problem, match="nothing is proposed"):
        await approve_drift(at(store, 91), BOSS, drift.id, "once more", drift.changes)
    await world.states(100, unrestricted=45)
    assert await world.drifts() == []
    await world.holds()


async def test_what_is_rejected_is_left_and_not_proposed_again_until_it_changes(store: Store) -> None:
    world = await proposed(store)
    drift = await world.drift()
    await reject_drift(at(store, 90), BOSS, drift.id, "five samples stand at the desk", drift.changes)
    await settle(world.engine)
    assert (await world.stock(), await world.problems()) == (50, [])
    await world.states(100, unrestricted=45)
    assert await world.problems() == []
    assert await stands(store, 105) == "left as it is"
    await world.states(120, unrestricted=44)
    assert await stands(store, 125) == "open"
    assert await world.problems() == ["stock_drift"]
    await approve_drift(at(store, 130), BOSS, drift.id, "six then", (await world.drift()).changes)
    await settle(world.engine)
    assert await world.stock() == 44


async def test_nobody_decides_about_a_difference_that_they_have_not_seen(store: Store) -> None:
    world = await proposed(store)
    (seen,) = (await list_drifts(at(store, 85), BOSS)).items
    assert seen.differences == {"unrestricted": -5}
    await world.states(86, unrestricted=1)
    for decide in (approve_drift, reject_drift):
        with pytest.raises(Problem, match=r"another one than you saw: it is -49 unrestricted by now, change 2, not 1"):
            await decide(at(store, 90), BOSS, seen.id, "five broke, I saw them", seen.change)
    (seen,) = (await list_drifts(at(store, 91), BOSS)).items
    await approve_drift(at(store, 92), BOSS, seen.id, "all but one are gone", seen.change)
    await settle(world.engine)
    assert await world.stock() == 1


async def test_nothing_is_decided_while_what_is_proposed_is_of_older_numbers(store: Store) -> None:
    world = await proposed(store)
    await world.states(86, did(1, 84, unrestricted=-6), unrestricted=44)  # that explains it, and is asked for first
    drift = await world.drift()
    with pytest.raises(Problem, match="is -6 unrestricted by now, and what is proposed is not about that yet"):
        await approve_drift(at(store, 90), BOSS, drift.id, "five", drift.changes)
    await world.states(150, did(1, 84, unrestricted=-6), unrestricted=44)
    await approve_drift(at(store, 160), BOSS, drift.id, "six", (await world.drift()).changes)
    await settle(world.engine)
    assert await world.stock() == 44


async def test_a_fact_that_comes_while_a_person_is_asked_changes_what_is_proposed(store: Store) -> None:
    world = await proposed(store)
    await world.adjusted("A1", -2, 5)
    await world.reconcile()
    drift = await world.drift()
    await approve_drift(at(store, 90), BOSS, drift.id, "counted: 45", drift.changes)
    await settle(world.engine)
    assert await world.stock() == 45
    await world.holds()


async def test_who_may_not_see_the_company_finds_no_drift(store: Store) -> None:
    world = await proposed(store)
    stranger = Actor("x", frozenset({"stock:read", "operations:write"}), frozenset({"other"}))
    drift = await world.drift()
    assert (await list_drifts(at(store, 90), stranger)).items == ()
    for wanted in (drift.id, uuid4()):
        with pytest.raises(Problem, match="drift"):
            await show_drift(at(store, 90), stranger, wanted)
    with pytest.raises(Problem):
        await approve_drift(at(store, 90), stranger, drift.id, "mine", 1)
    assert drift.due_at - drift.first_seen_at == dt.timedelta(hours=1)


async def test_what_everybody_said_last_is_listed_with_its_age_and_a_supplier_is_compared_with_nothing(
    store: Store,
) -> None:
    world = World(store)
    await world.opened(50)
    await world.states(10, unrestricted=50)
    await world.states(20, unrestricted=45)
    await world.offers(25, 900)
    theirs, ours = await latest_statements(at(store, 30), BOSS)
    assert (theirs.system, theirs.location, theirs.kind, theirs.differences) == ("kiln", "kiln", "supplier", None)
    assert (ours.system, ours.stated_at, ours.differences, ours.said) == ("wms_north", minute(20), 1, ())
    (mugs,) = await latest_statements(at(store, 30), BOSS, item=MUG, system="kiln")
    assert [(said.condition, said.quantity) for said in mugs.said] == [("unrestricted", 900)]
    await world.states(28)  # lists all stock, and no mugs
    (north,) = await latest_statements(at(store, 30), BOSS, item=MUG, system="wms_north")
    assert (north.said, north.says_none) == ((), True)
    assert [one.item for one in await world.drifts()] == [MUG]
    assert (await rows(store, "select count(*) from stock_position where location = 'kiln'")) == [(0,)]
    with pytest.raises(Problem, match="NOPE"):
        await latest_statements(at(store, 30), BOSS, item="NOPE")
