"""How channels stand: what they were told and show, how late they hear, how often they oversold."""

from __future__ import annotations

from decimal import Decimal

import pytest

from crossdock.engine.context import EngineContext, Publication
from crossdock.engine.repromising import REPROMISE, run_repromise
from crossdock.engine.tasks import claim_tasks, ensure_tasks
from crossdock.identity import Actor, Denied
from crossdock.model.stock_policy import StockPolicies
from crossdock.operations.channels import ChannelStanding, channel_stock, list_channels
from crossdock.operations.problems import Problem
from crossdock.store import Store
from tests.integration.engine.harness import context, rows
from tests.integration.engine.test_publications import Channel, publish
from tests.integration.inventory.helpers import COMPANY, MUG, ask, book, expect, move, receive, tell
from tests.integration.operations.test_systems import in_force
from tests.integration.operations.worlds import ANNA, at_work

READER = frozenset({"stock:read"})


async def standing(store: Store, channel: str, actor: Actor = ANNA) -> ChannelStanding:
    found = await list_channels(await at_work(store), actor)
    (one,) = [one for one in found if (one.company, one.channel) == (COMPANY, channel)]
    return one


async def test_without_a_network_there_are_no_channels(store: Store) -> None:
    desk = await at_work(store)
    assert await list_channels(desk, ANNA) == []
    with pytest.raises(Problem, match="channel 'shop'"):
        await channel_stock(desk, ANNA, "shop")


async def test_every_channel_is_listed_and_only_systems_that_take_stock_are_told(store: Store) -> None:
    await in_force(store)
    found = await list_channels(await at_work(store), ANNA)
    assert {(one.channel, one.every) for one in found} == {
        ("homestead", "not told"), ("marketplace", "0.5 s"), ("shop", "0.5 s"),
    }  # fmt: skip
    assert {one.oversell_percent for one in found} == {None}
    with pytest.raises(Problem, match="channel 'homestead'"):
        await channel_stock(await at_work(store), ANNA, "homestead")


async def test_oversold_are_told_lines_that_stock_did_not_cover_out_of_all_told_lines(store: Store) -> None:
    await in_force(store)
    await book(store, receive(10))
    for number, quantity in enumerate((4, 9, 1), 1):  # the second lacks 3, the third all of it
        await book(store, tell(quantity, case=f"sales_order/m{number}", source="marketplace"))
    await book(store, ask(5, source="shop", backorder=True))
    one = await standing(store, "marketplace")
    assert (one.told_lines, one.short_lines, one.oversell_percent) == (3, 2, Decimal("66.67"))
    assert (one.told_units, one.short_units, one.open_units) == (14, 4, 4)
    await book(store, receive(3))
    one = await standing(store, "marketplace")
    assert (one.told_lines, one.short_lines, one.short_units, one.open_units) == (3, 2, 4, 1)
    assert (await standing(store, "shop")).oversell_percent is None


async def test_a_shortage_that_was_cancelled_was_one_all_the_same(store: Store) -> None:
    await in_force(store)
    await book(store, tell(2, source="marketplace", case="sales_order/m1"))
    await rows(store, "update reservation set state = 'released', remaining = 0, waiting = false returning 1")
    one = await standing(store, "marketplace")
    assert (one.told_lines, one.short_lines, one.short_units, one.open_units) == (1, 1, 2, 0)


async def test_goods_that_were_lost_after_they_were_promised_are_not_oversold(store: Store) -> None:
    await in_force(store)
    await book(store, receive(10), tell(8, source="marketplace", case="sales_order/m1"))
    await book(store, expect(9, 3), move(6, "unrestricted", "damaged"))
    await _withdraw(store)
    assert await rows(store, "select count(*) from reservation where id like '%~%'") == [(1,)]
    await book(store, receive(4))
    one = await standing(store, "marketplace")
    assert (one.told_lines, one.short_lines, one.oversell_percent, one.told_units) == (1, 0, 0, 8)


async def _withdraw(store: Store) -> None:
    async with store.transaction() as tx:
        await ensure_tasks(tx, [REPROMISE])
        (task,) = await claim_tasks(tx, "w", [REPROMISE], 1)
    await run_repromise(context(store), "w", task)


async def test_the_lag_is_from_making_a_publication_to_its_delivery(store: Store) -> None:
    await in_force(store)
    shop, engine = told_shop(store)
    for quantity in (10, 5, 2):
        await book(store, receive(quantity))
        await publish(engine, shop)
    await rows(store, "update delivery set delivered_at = created_at + sequence * interval '1 second' returning 1")
    one = await standing(store, "shop")
    assert (one.publications, one.lag_seconds, one.longest_lag_seconds, one.waiting_seconds) == (3, 2, 3, None)
    await rows(
        store,
        "update delivery set status = 'dead', created_at = clock_timestamp() - interval '1 minute' where sequence = 3"
        " returning 1",
    )
    await rows(store, "update delivery_key set head_sequence = 3, parked = true returning 1")
    one = await standing(store, "shop")
    assert one.publications == 2
    assert one.waiting_seconds is not None
    assert 60 <= one.waiting_seconds < 90


def told_shop(store: Store) -> tuple[Publication, EngineContext]:
    """The shop of the network, and an engine of the first version in force that tells it."""
    peer = Channel()
    peer.name = "shop"
    engine = context(store, network_version=1)
    engine.connectors = {"shop": peer}
    return Publication(COMPANY, "shop", "shop", ("north", "south"), StockPolicies()), engine


async def test_truth_told_and_shown_stand_beside_each_other_and_what_was_never_told_is_said(store: Store) -> None:
    await in_force(store)
    shop, engine = told_shop(store)
    desk = await at_work(store)
    await book(store, receive(10), receive(3, item="POT"))
    await publish(engine, shop)
    await book(store, ask(4, source="shop"), receive(6, item="CUP"))
    stock = await channel_stock(desk, ANNA, "shop", company=COMPANY)
    assert [(one.item, one.truth, one.told, one.sold_since) for one in stock[0].items] == [
        (MUG, 6, 10, 4),
        ("POT", 3, 3, 0),
    ]
    (only,) = (await channel_stock(desk, ANNA, "shop", company=COMPANY, item="CUP"))[0].items
    assert (only.truth, only.told, only.version, only.mismatch) == (6, None, None, "")
    first = (await channel_stock(desk, ANNA, "shop", company=COMPANY, limit=1))[0]
    assert (first.items[0].item, first.next) == (MUG, MUG)
    second = (await channel_stock(desk, ANNA, "shop", company=COMPANY, limit=1, after=first.next))[0]
    assert second.items[0].item == "POT"
    with pytest.raises(Problem, match="item 'NOPE' in channel 'shop'"):
        await channel_stock(desk, ANNA, "shop", item="NOPE")


async def test_who_may_not_read_stock_or_speaks_for_another_company_or_channel_sees_nothing(store: Store) -> None:
    await in_force(store)
    desk = await at_work(store)
    with pytest.raises(Denied):
        await list_channels(desk, Actor("nobody", frozenset()))
    with pytest.raises(Denied):
        await channel_stock(desk, Actor("nobody", frozenset()), "shop")
    ireland = Actor("ireland", READER, frozenset({"albion_ie"}))
    assert {one.company for one in await list_channels(desk, ireland)} == {"albion_ie"}
    with pytest.raises(Problem):
        await channel_stock(desk, ireland, "shop", company=COMPANY)
    market = Actor("market", READER, channel="marketplace")
    assert {one.channel for one in await list_channels(desk, market)} == {"marketplace"}
    with pytest.raises(Problem):
        await channel_stock(desk, market, "shop")
