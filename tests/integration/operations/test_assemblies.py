"""Kits stated by a person: in the books one movement, refused where the bill of materials does not carry it."""

from __future__ import annotations

from decimal import Decimal

import msgspec
import pytest

from crossdock.cli.assembly import _words as in_words
from crossdock.masterdata import upsert
from crossdock.model.masterdata import Item, KitComponent
from crossdock.operations.assemblies import NotThere, Place, Stated, assemble, repack
from crossdock.operations.idempotency import KeyUse
from crossdock.operations.problems import Problem
from crossdock.store import Store
from crossdock.testing.scenario import COMPANY
from tests.integration.engine.harness import rows
from tests.integration.operations.test_systems import in_force
from tests.integration.operations.worlds import ANNA, at_work
from tests.integration.processes.test_order_to_cash import happen, problems, stocked, verified

NORTH = Place(COMPANY, "north")


async def known(store: Store) -> None:
    items = [Item(COMPANY, item) for item in ("HEART", "SET", "CASE12", "INNER5")]
    kits = [("SET", "2"), ("CASE12", "12"), ("INNER5", "5")]
    components = [KitComponent(COMPANY, kit, "HEART", Decimal(quantity)) for kit, quantity in kits]
    async with store.transaction() as tx:
        await upsert(tx, [*items, *components])


async def levels(store: Store) -> dict[str, Decimal]:
    return dict(await rows(store, "select item, unrestricted from stock_position where unrestricted <> 0"))


async def test_kits_are_built_taken_apart_and_cases_broken_without_winning_or_losing_anything(store: Store) -> None:
    await known(store)
    await stocked(store, 30)
    desk = await at_work(store)
    await assemble(desk, ANNA, NORTH, "SET", Decimal(6), reason="Christmas")
    await happen(store)
    assert await levels(store) == {"HEART": 18, "SET": 6}
    await assemble(desk, ANNA, NORTH, "SET", Decimal(3), apart=True, reason="not sold")
    await happen(store)
    answer = await repack(desk, ANNA, NORTH, "HEART", Decimal(24), "CASE12", reason="boxed")
    stated = msgspec.json.decode(answer.body, type=Stated)
    assert [(line.item, line.quantity.amount) for line in stated.produced] == [("CASE12", 2)]
    assert stated.not_there == ()
    await happen(store)
    assert await levels(store) == {"SET": 3, "CASE12": 2}
    assert await problems(store) == set()
    await verified(store)


async def test_no_more_of_the_master_data_is_read_than_the_goods_consist_of(store: Store) -> None:
    await known(store)
    async with store.transaction() as tx:
        components = [("GIFT", "SET", "3"), ("GIFT", "INNER5", "1")]
        await upsert(tx, [KitComponent(COMPANY, kit, part, Decimal(quantity)) for kit, part, quantity in components])
        await upsert(tx, [Item(COMPANY, "GIFT")])
        await tx.execute("update item set body = 'unreadable' where id = 'CASE12'")
    desk = await at_work(store)
    answer = await assemble(desk, ANNA, NORTH, "GIFT", Decimal(2), reason="Christmas", even_if_short=True)
    stated = msgspec.json.decode(answer.body, type=Stated)
    assert [(line.item, line.quantity.amount) for line in stated.consumed] == [("INNER5", 2), ("SET", 6)]
    ((body,),) = await rows(store, "select body from event where type = 'GoodsAssembled'")
    bill = [(line["item"], line["component"]) for line in msgspec.json.decode(body)["assembly"]["bill"]]
    assert bill == [("GIFT", "INNER5"), ("GIFT", "SET"), ("INNER5", "HEART"), ("SET", "HEART")]


async def test_what_cannot_be_packed_exactly_is_refused(store: Store) -> None:
    await known(store)
    desk = await at_work(store)
    for item, quantity, into, words in [
        ("HEART", "7", "CASE12", "no exact number"),
        ("CASE12", "1", "INNER5", "make 12/5 of INNER5"),
        ("CASE12", "1", "NOBODY", "no item 'NOBODY'"),
        ("CASE12", "0", "HEART", "makes nothing"),
    ]:
        with pytest.raises(Problem, match=words):
            await repack(desk, ANNA, NORTH, item, Decimal(quantity), into, reason="no")


async def test_what_is_no_kit_cannot_be_assembled(store: Store) -> None:
    await known(store)
    desk = await at_work(store)
    with pytest.raises(Problem, match="HEART is no kit"):
        await assemble(desk, ANNA, NORTH, "HEART", Decimal(1), reason="no")


async def test_nothing_is_assembled_where_there_is_no_location(store: Store) -> None:
    await known(store)
    await in_force(store)
    desk = await at_work(store)
    with pytest.raises(Problem, match=f"no location 'nowhere' of {COMPANY}") as refused:
        await assemble(desk, ANNA, Place(COMPANY, "nowhere"), "SET", Decimal(1), reason="no")
    assert refused.value.advice == "Its locations are north, south."


async def test_a_slip_makes_no_goods_that_can_be_sold(store: Store) -> None:
    await known(store)
    await stocked(store, 13)
    desk = await at_work(store)
    with pytest.raises(Problem, match="14 of HEART went in, and 13 that are ours and of no lot stand at north") as no:
        await assemble(desk, ANNA, NORTH, "SET", Decimal(7), reason="a slip", use=KeyUse("anna", "k1", b"x" * 32))
    assert "--even-if-short" in no.value.advice
    with pytest.raises(Problem, match="1000 of SET went in, and 0 that are ours"):
        await assemble(desk, ANNA, NORTH, "SET", Decimal(1000), apart=True, reason="a slip")
    with pytest.raises(Problem, match="24 of HEART went in"):
        await repack(desk, ANNA, NORTH, "HEART", Decimal(24), "CASE12", reason="a slip")
    with pytest.raises(Problem, match="HEART cannot be packed as itself"):
        await repack(desk, ANNA, NORTH, "HEART", Decimal(2), "HEART", reason="a slip")
    assert await rows(store, "select 1 from event where type = 'GoodsAssembled'") == []
    await assemble(desk, ANNA, NORTH, "SET", Decimal(6), reason="now right", use=KeyUse("anna", "k1", b"x" * 32))


async def test_who_insists_is_told_what_went_in_and_is_not_there_by_the_books(store: Store) -> None:
    await known(store)
    await stocked(store, 13)
    desk = await at_work(store)
    answer = await assemble(desk, ANNA, NORTH, "SET", Decimal(1000), reason="Christmas", even_if_short=True)
    stated = msgspec.json.decode(answer.body, type=Stated)
    assert stated.not_there == (NotThere("HEART", "north", Decimal(2000), Decimal(13)),)
    assert "2000 of HEART went in, and 13 that are ours and of no lot stand at north by the books" in in_words(stated)
    await happen(store)
    assert await problems(store) == {"stock_negative"}
