"""Transfers through the real engine and the real ledger: goods are promised once at any moment, wherever they are."""

from __future__ import annotations

import json
from decimal import Decimal

import msgspec
import pytest
from msgspec.structs import replace

from crossdock.masterdata import upsert
from crossdock.model.masterdata import Item
from crossdock.operations import transfers
from crossdock.operations.audit import trail
from crossdock.operations.problems import Problem
from crossdock.project.load import load
from crossdock.project.versions import apply
from crossdock.store import Store
from crossdock.testing.scenario import COMPANY
from tests.integration.engine.harness import rows
from tests.integration.operations.test_systems import WHOLESALER, in_force
from tests.integration.operations.worlds import ANNA, at_work
from tests.integration.processes.test_order_to_cash import case_data, happen, problems, stocked, verified
from tests.unit.processes.test_transfer import ordered, received, shipped

TRANSFER = f"transfer/{COMPANY}/T1"


async def positions(store: Store) -> dict[str, dict[str, Decimal]]:
    found = await rows(
        store, "select location, unrestricted, in_transfer, damaged from stock_position where item = 'HEART'"
    )
    return {place: {"unrestricted": a, "in_transfer": b, "damaged": c} for place, a, b, c in found}


async def free(store: Store, location: str) -> Decimal:
    found = await rows(
        store,
        "select on_hand - safety - reserved - allocated from promise_position where item = 'HEART' and location = $1",
        location,
    )
    return sum((each for (each,) in found), Decimal(0))


async def coming(store: Store) -> list[tuple[str, Decimal, str]]:
    return await rows(
        store, "select location, quantity - received, confidence from expected_supply where is_open order by 1"
    )


async def test_goods_under_way_are_expected_where_they_go_and_promised_nowhere_else(store: Store) -> None:
    await stocked(store, 15)
    await happen(store, (TRANSFER, ordered()))
    assert (await free(store, "north"), await free(store, "south")) == (5, 0)
    assert await coming(store) == [("south", 10, "ordered")]

    await happen(store, (TRANSFER, shipped("10")))
    assert (await positions(store))["north"] == {"unrestricted": 5, "in_transfer": 10, "damaged": 0}
    assert (await free(store, "north"), await free(store, "south")) == (5, 0)
    assert await coming(store) == [("south", 10, "transfer")]

    await happen(store, (TRANSFER, received("8")), (TRANSFER, received("2", "R2", condition="damaged", final=True)))
    held = await positions(store)
    assert held["north"] == {"unrestricted": 5, "in_transfer": 0, "damaged": 0}
    assert held["south"] == {"unrestricted": 8, "in_transfer": 0, "damaged": 2}
    assert (await free(store, "south"), await coming(store)) == (8, [])
    assert (await case_data(store, TRANSFER)).state == "received"
    assert await problems(store) == set()
    await verified(store)


async def test_lost_goods_are_owned_until_a_person_gives_them_up(store: Store) -> None:
    await stocked(store, 10)
    await happen(store, (TRANSFER, ordered()))
    await happen(store, (TRANSFER, shipped("10")), (TRANSFER, received("7", final=True)))
    assert await problems(store) == {"transfer_short"}

    desk = await at_work(store)
    with pytest.raises(Problem, match="3 is under way"):
        await transfers.write_off(desk, ANNA, "T1", account="claim", lines=[("1", Decimal(4))], reason="robbed")
    await transfers.write_off(desk, ANNA, "T1", account="claim", reason="robbed")
    await happen(store)
    assert (await positions(store))["north"]["in_transfer"] == 0
    assert await coming(store) == []
    assert await problems(store) == set()
    with pytest.raises(Problem, match="nothing of transfer T1 is under way"):
        await transfers.write_off(desk, ANNA, "T1", account="scrap", reason="again")
    await verified(store)


async def test_a_transfer_asks_for_no_more_than_is_free(store: Store) -> None:
    await stocked(store, 4)
    await happen(store, (TRANSFER, ordered()))
    data = await case_data(store, TRANSFER)
    assert data.lines["1"].promised == 4
    assert await problems(store) == {"transfer_not_backed"}


async def test_goods_told_of_in_the_wrong_order_end_in_the_same_books(store: Store) -> None:
    await stocked(store, 10)
    await happen(store, (TRANSFER, ordered()))
    await happen(store, (TRANSFER, received("10")), (TRANSFER, shipped("10")))
    held = await positions(store)
    assert (held["north"]["in_transfer"], held["south"]["unrestricted"]) == (0, 10)
    await verified(store)


async def test_a_transfer_is_refused_with_words_where_it_makes_no_sense(store: Store) -> None:
    desk = await at_work(store)
    with pytest.raises(Problem, match="no item 'HEART'"):
        await transfers.create(
            desk, ANNA, COMPANY, "north", "south", [("HEART", Decimal(1))], reason="low", number="T9"
        )


async def test_goods_go_from_no_place_and_to_no_place_that_there_is_not(store: Store) -> None:
    await in_force(store)
    async with store.transaction() as tx:
        await upsert(tx, [Item(COMPANY, "HEART")])
    desk = await at_work(store)
    lines = [("HEART", Decimal(1))]
    for places in (("nowhere", "south"), ("north", "nowhere")):
        with pytest.raises(Problem, match=f"no location 'nowhere' of {COMPANY}") as refused:
            await transfers.create(desk, ANNA, COMPANY, *places, lines, reason="low")
        assert refused.value.advice == "Its locations are north, south."
    with pytest.raises(Problem, match="no company 'nope'") as refused:
        await transfers.create(desk, ANNA, "nope", "north", "south", lines, reason="low")
    assert COMPANY in refused.value.advice
    assert await rows(store, "select subject from audit") == []


async def test_goods_go_from_and_to_places_whose_warehouses_say_so(store: Store) -> None:
    network = load(WHOLESALER, None)
    locations = network.locations | {
        "site": replace(network.locations["north"], id="site"),
        "north": replace(network.locations["north"], parent="site"),
        "shop": replace(network.locations["south"], id="shop"),
    }
    systems = network.systems | {"wms_south": replace(network.systems["wms_south"], sends=("inbound_advice",))}
    async with store.transaction() as tx:
        await apply(tx, replace(network, locations=locations, systems=systems))
        await upsert(tx, [Item(COMPANY, "HEART")])
    desk = await at_work(store)
    lines = [("HEART", Decimal(1))]
    for origin in ("site", "south", "shop"):
        with pytest.raises(Problem, match=f"no warehouse system of {origin} takes transfer orders") as refused:
            await transfers.create(desk, ANNA, COMPANY, origin, "north", lines, reason="low")
        assert refused.value.advice == "Transfers leave from north."
    with pytest.raises(Problem, match="site only consists of other locations") as refused:
        await transfers.create(desk, ANNA, COMPANY, "north", "site", lines, reason="low")
    assert refused.value.errors[0].pointer == "/to_location"
    assert refused.value.advice == "Transfers go to north, shop, south."
    assert await rows(store, "select subject from audit") == []
    await transfers.create(desk, ANNA, COMPANY, "north", "south", lines, reason="low")


async def test_a_transfer_says_at_once_what_is_not_free_and_keeps_why_it_was_wanted(store: Store) -> None:
    async with store.transaction() as tx:
        await upsert(tx, [Item(COMPANY, "HEART")])
    await stocked(store, 4)
    desk = await at_work(store)
    lines = [("HEART", Decimal(3)), ("HEART", Decimal(2))]
    answer = await transfers.create(desk, ANNA, COMPANY, "north", "south", lines, reason="low stock", number="T1")
    told = msgspec.json.decode(answer.body, type=transfers.Ordered)
    assert told.not_free == (transfers.NotFree("HEART", Decimal(5), Decimal(4)),)
    async with store.transaction() as tx:
        (deed,) = await trail(tx, TRANSFER)
    assert json.loads(deed.detail)["reason"] == "low stock"
