"""Channels that are told every few minutes, or at the close of the day, of business: once, of all that changed."""

from __future__ import annotations

import datetime as dt
from functools import partial
from typing import Any

import pytest

from crossdock.engine.clock import set_clock
from crossdock.engine.context import EngineContext, Publication
from crossdock.model.stock_policy import PublicationRule, StockPolicies
from crossdock.project.calendars import next_close
from crossdock.project.network import Calendar
from crossdock.store import Store
from tests.integration.engine.harness import context, rows
from tests.integration.engine.test_publications import Channel, publish
from tests.integration.inventory.helpers import COMPANY, MUG, ask, book, move, receive

LONDON = "Europe/London"
FRIDAY = dt.datetime(2010, 12, 3, 9, tzinfo=dt.UTC)
SATURDAY = FRIDAY + dt.timedelta(days=1)
MONDAY = FRIDAY + dt.timedelta(days=3)
OFFICE = Calendar("weekdays", closes_at=dt.time(17, 30))


@pytest.fixture
def channel() -> Channel:
    return Channel()


@pytest.fixture
def engine(store: Store, channel: Channel) -> EngineContext:
    return context(store, channel)


async def it_is(store: Store, at: dt.datetime) -> None:
    async with store.transaction() as tx:
        await set_clock(tx, at, 0.000001)


def told(latency: Any, **how: Any) -> Publication:
    rule = PublicationRule(name="rule", latency=latency, **how)
    return Publication(
        COMPANY, "shop", "peer", ("north", "south"), StockPolicies(publication=(rule,)), LONDON,
        partial(next_close, OFFICE, LONDON),
    )  # fmt: skip


async def versions(store: Store) -> list[int]:
    found = await rows(store, "select version from published_number where item = $1 order by told_at, publication", MUG)
    return [row[0] for row in found]


async def test_many_changes_within_the_minutes_are_one_publication(
    store: Store, engine: EngineContext, channel: Channel
) -> None:
    shop = told("minutes", every_minutes=5)
    await it_is(store, FRIDAY)
    await book(store, receive(10))
    assert await publish(engine, shop) == 1
    for minute in range(1, 5):
        await it_is(store, FRIDAY + dt.timedelta(minutes=minute))
        await book(store, receive(1), ask(2), receive(4, "south"))
        assert await publish(engine, shop) == 0
    assert channel.says() == {MUG: 10}
    await it_is(store, FRIDAY + dt.timedelta(minutes=5))
    assert await publish(engine, shop) == 1
    assert channel.says() == {MUG: 10 + 4 * (1 - 2 + 4)}
    assert len(channel.got) == 2
    await it_is(store, FRIDAY + dt.timedelta(minutes=11))
    assert await publish(engine, shop) == 0


async def test_versions_never_go_back_whatever_moves_and_whichever_class_tells(
    store: Store, engine: EngineContext, channel: Channel
) -> None:
    now = FRIDAY
    changes = (receive(10), ask(3), move(2, "unrestricted", "damaged"), receive(5, "south"), ask(4, "south"))
    classes = (told("minutes"), told("seconds"), told("nightly"), told("minutes"), told("seconds"))
    for change, shop in zip(changes, classes, strict=True):
        now += dt.timedelta(days=4)
        await it_is(store, now)
        await book(store, change)
        assert await publish(engine, shop) == 1
    seen = await versions(store)
    assert seen == sorted(set(seen))
    assert channel.says() == {MUG: 6}


async def test_a_nightly_channel_is_told_at_the_close_of_the_companys_day_of_work(
    store: Store, engine: EngineContext, channel: Channel
) -> None:
    shop = told("nightly")
    await it_is(store, FRIDAY)
    await book(store, receive(10))
    assert await publish(engine, shop) == 1  # it knew nothing before
    for at in (FRIDAY.replace(hour=12), FRIDAY.replace(hour=17, minute=29)):
        await it_is(store, at)
        await book(store, ask(1))
        assert await publish(engine, shop) == 0
    await it_is(store, FRIDAY.replace(hour=17, minute=30))
    assert await publish(engine, shop) == 1
    assert channel.says() == {MUG: 8}
    await it_is(store, SATURDAY.replace(hour=17, minute=31))
    await book(store, ask(1))
    assert await publish(engine, shop) == 0  # nobody works on a Saturday
    await it_is(store, MONDAY.replace(hour=17, minute=30))
    assert await publish(engine, shop) == 1
    assert (channel.says(), len(channel.got)) == ({MUG: 7}, 3)


async def test_a_close_that_passed_while_nobody_worked_is_made_up_for_once(
    store: Store, engine: EngineContext, channel: Channel
) -> None:
    shop = told("nightly")
    await it_is(store, FRIDAY)
    await book(store, receive(10))
    await publish(engine, shop)
    await book(store, ask(1))
    await it_is(store, FRIDAY + dt.timedelta(days=20))
    assert await publish(engine, shop) == 1
    await book(store, ask(1))
    assert await publish(engine, shop) == 0


async def test_a_rule_that_becomes_quicker_holds_from_the_next_turn_on(
    store: Store, engine: EngineContext, channel: Channel
) -> None:
    await it_is(store, FRIDAY)
    await book(store, receive(10))
    await publish(engine, told("nightly"))
    await book(store, ask(1))
    await it_is(store, FRIDAY + dt.timedelta(minutes=6))
    assert await publish(engine, told("minutes", every_minutes=5)) == 0
    await it_is(store, FRIDAY + dt.timedelta(minutes=11))
    assert await publish(engine, told("minutes", every_minutes=5)) == 1
    await book(store, ask(1))
    assert await publish(engine, told("seconds")) == 1
    assert channel.says() == {MUG: 8}
