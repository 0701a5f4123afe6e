"""What a system did and never told is asked for once more; nobody is kept waiting for a system that is slow."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import pytest

from crossdock.engine import asking_again
from crossdock.engine.reconciliation import compare_next
from crossdock.ports.connector import ConnectorUnavailable, RawPage
from crossdock.store import Store
from tests.integration.reconciliation.world import World, adjusted_by, did

FACTS = [did(number, 5, unrestricted=-1) for number in range(1, 9)]


async def lacking(store: Store) -> World:
    """The warehouse has done eight things of which nothing came; the window is over with the next statement."""
    world = World(store)
    await world.opened(50)
    await world.states(10, *FACTS, unrestricted=42)
    return world


@pytest.mark.parametrize("answers", ["with an error", "not at all"])
async def test_a_system_that_does_not_answer_is_not_asked_further_until_its_next_statement(
    store: Store, monkeypatch: pytest.MonkeyPatch, answers: str
) -> None:
    world = await lacking(store)
    asked: list[str] = []

    async def fetch(kind: str, cursor: str) -> AsyncIterator[RawPage]:
        asked.append(cursor)
        if answers == "not at all":
            await asyncio.sleep(60)
        raise ConnectorUnavailable("timed out")
        yield

    monkeypatch.setattr(asking_again, "LONGEST_SECONDS", 0.2)
    monkeypatch.setattr(world.wms, "fetch", fetch)
    await world.states(80, *FACTS, unrestricted=42)
    assert len(asked) == 1
    drift = await world.drift()
    assert (drift.cause, drift.requested_at, drift.proposed) == ("missing", None, "")
    await world.states(150, *FACTS, unrestricted=42)
    assert len(asked) == 2


@pytest.mark.parametrize("state", ["paused = true", "open_until = clock_timestamp() + interval '1 hour'"])
async def test_a_system_that_is_paused_or_left_alone_for_a_while_is_not_asked(store: Store, state: str) -> None:
    world = await lacking(store)
    async with store.transaction() as tx:
        await tx.execute("insert into system_state (system) values ('wms_north') on conflict do nothing")
        await tx.execute(f"update system_state set {state} where system = 'wms_north'")
    await world.states(80, *FACTS, unrestricted=42)
    assert (world.wms.asked, (await world.drift()).requested_at) == ([], None)
    async with store.transaction() as tx:
        await tx.execute("update system_state set paused = false, open_until = '-infinity'")
    await world.states(150, *FACTS, unrestricted=42)
    assert len(world.wms.asked) == 8


async def test_what_came_is_told_though_another_worker_to_which_it_did_not_come_was_faster(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    world = World(store)
    monkeypatch.setattr(world.wms, "translate", lambda raw, references: adjusted_by("wms_north", -3))
    world.wms.pages["0"] = b"page-0"
    await world.opened(50)
    fact = did(1, 5, unrestricted=-3)
    await world.states(10, fact, unrestricted=47)
    fetch = world.wms.fetch

    async def away(kind: str, cursor: str) -> AsyncIterator[RawPage]:
        raise ConnectorUnavailable("away")
        yield

    async def overtaken(kind: str, cursor: str) -> AsyncIterator[RawPage]:
        pages = [page async for page in fetch(kind, cursor)]
        monkeypatch.setattr(world.wms, "fetch", away)
        assert await compare_next(world.engine)  # of another worker
        for page in pages:
            yield page

    monkeypatch.setattr(world.wms, "fetch", overtaken)
    await world.states(80, fact, unrestricted=47)
    assert await world.stock() == 47
    await world.states(90, fact, unrestricted=47)
    assert await world.drifts() == []
    await world.holds()
