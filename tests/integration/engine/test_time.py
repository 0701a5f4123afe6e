from __future__ import annotations

import datetime as dt

import msgspec

from crossdock.engine.clock import set_clock
from crossdock.project.versions import apply
from crossdock.store import Store
from tests.integration.engine.harness import NOW, begun, context, notes, rows, say, settle, told
from tests.integration.engine.test_intake import arrive
from tests.unit.api.networks import small_network


async def at(store: Store, hours: float) -> None:
    """Business time is so many hours after the first event."""
    async with store.transaction() as tx:
        await set_clock(tx, NOW + dt.timedelta(hours=hours), 1)


async def test_deadlines_and_expectations_fire_in_business_time(store: Store) -> None:
    await at(store, 0)
    await say(store, begun("a", "wait"))
    await settle(context(store))
    assert await notes(store, "a") == ["wait"]
    await at(store, 1.5)
    await settle(context(store))
    assert await notes(store, "a") == ["wait", "DeadlinePassed"]
    await at(store, 2.5)
    await settle(context(store))
    assert await notes(store, "a") == ["wait", "DeadlinePassed", "ExpectationMissed"]


async def test_a_missed_expectation_stays_open_until_it_is_met(store: Store) -> None:
    await at(store, 3)
    await say(store, begun("a", "wait"))
    await settle(context(store))
    await settle(context(store))
    assert await rows(store, "select name, fired_at is not null from deadline") == [("answer", True)]
    await say(store, told("a", "met"))
    await settle(context(store))
    assert await rows(store, "select * from deadline") == []


async def test_what_is_met_in_time_never_fires(store: Store) -> None:
    await at(store, 0)
    await say(store, begun("a", "wait"), told("a", "met"))
    await settle(context(store))
    await at(store, 9)
    await settle(context(store))
    assert await notes(store, "a") == ["wait", "met", "DeadlinePassed"]


async def test_what_waits_for_a_document_that_never_comes_is_shown_to_a_person_and_heals_when_it_does(
    store: Store,
) -> None:
    await at(store, 0)
    await say(store, told("a", "early"))
    await settle(context(store))
    await at(store, 23)
    await settle(context(store))
    assert await rows(store, "select * from exception_case") == []
    await at(store, 25)
    await settle(context(store))
    query = "select code, case_id, closed_at is null from exception_case"
    assert await rows(store, query) == [("waiting_for_document", "parcel/c/a", True)]
    await say(store, begun("a", "late"))
    await settle(context(store))
    assert await rows(store, query) == [("waiting_for_document", "parcel/c/a", False)]
    assert await notes(store, "a") == ["late", "early"]
    assert await rows(store, "select * from deadline") == []


async def test_every_event_says_which_version_of_the_network_was_in_force(store: Store) -> None:
    async with store.transaction() as tx:
        for name in ("first", "second"):
            await apply(tx, msgspec.structs.replace(small_network(), name=name))
    await at(store, 1.5)
    await arrive(store, "a begin send\nb begin wait")
    await settle(context(store))
    found = await rows(store, "select type from event where network_version = 2")
    assert {("DocumentReceived",), ("SalesOrderApproved",), ("DocumentDelivered",), ("DeadlinePassed",)} <= set(found)
    assert await rows(store, "select type from event where network_version <> 2") == []
