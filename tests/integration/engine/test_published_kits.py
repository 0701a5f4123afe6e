"""Channels are told of kits that can be made and of goods that keep; each such number follows from the movements."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal as D

import pytest

from crossdock.engine import publications
from crossdock.engine.channel_orders import sold_since
from crossdock.engine.clock import set_clock
from crossdock.engine.context import EngineContext, Publication
from crossdock.inventory.availability import Question, available_to_promise
from crossdock.masterdata import upsert
from crossdock.model.masterdata import KitComponent, Lot
from crossdock.model.stock import MadeOf, MoveRequest, PromiseRequest, StockMoveLine, StockRequestLine
from crossdock.model.stock_policy import PoolRule, Scope, ShelfLifeRule, StockPolicies
from crossdock.store import Store
from tests.integration.engine.guarded import guard, laws_of
from tests.integration.engine.harness import context, rows
from tests.integration.engine.test_publications import BOTH, Channel, publish
from tests.integration.inventory.helpers import AT, COMPANY, MUG, ask, book, pick, receive, release

SOON, LATE = (AT.date() + dt.timedelta(days=days) for days in (12, 40))
FRESH = StockPolicies(shelf_life=(ShelfLifeRule(name="fresh", days=10, scope=Scope(channels=("shop",))),))
FUSSY = Publication(COMPANY, "shop", "peer", ("north", "south"), FRESH)
MADE_OF = (MadeOf("CUP", D(2)), MadeOf("PLATE", D(1)))
BEGAN = dt.date(2010, 1, 1)


@pytest.fixture
async def channel(store: Store) -> Channel:
    await it_is(store, AT)
    return Channel()


@pytest.fixture
def engine(store: Store, channel: Channel) -> EngineContext:
    return context(store, channel)


@pytest.fixture
async def kits(store: Store) -> None:
    parts = [KitComponent(COMPANY, "SET", part.item, part.per, BEGAN) for part in MADE_OF]
    async with store.transaction() as tx:
        await upsert(tx, [*parts, KitComponent(COMPANY, "NEVER", "STOCKED", D(1), BEGAN)])


@pytest.fixture
async def lots(store: Store) -> None:
    async with store.transaction() as tx:
        await upsert(tx, [Lot(COMPANY, MUG, "L1", expires_on=SOON), Lot(COMPANY, MUG, "L2", expires_on=LATE)])


async def it_is(store: Store, at: dt.datetime) -> None:
    async with store.transaction() as tx:
        await set_clock(tx, at, 0.000001)


async def answered(store: Store, item: str, publication: Publication = BOTH, on: dt.date | None = None) -> D:
    question = Question(
        company_id=COMPANY, item=item, locations=publication.locations, channel="shop", on=on or AT.date(),
        policies=publication.policies,
    )  # fmt: skip
    async with store.transaction(readonly=True) as tx:
        return (await available_to_promise(tx, question)).now


async def is_derived(store: Store, *, full: bool = False) -> bool:
    found = await guard(store, full=full)
    assert found.compared["published_is_derived"] > 0
    return "published_is_derived" not in laws_of(found)


def _relabel(quantity: int) -> MoveRequest:
    """So many of one lot turn out to be of another, by one document."""
    taken, put = (
        StockMoveLine(line, MUG, "north", D(quantity), *states, lot=lot)
        for line, states, lot in (
            ("1", ("unrestricted", "adjustment"), "L1"), ("2", ("adjustment", "unrestricted"), "L2"),
        )
    )  # fmt: skip
    return MoveRequest(COMPANY, "move/relabel", "adjustment/relabel", "relabel", (taken, put), AT)


def sets(quantity: int) -> PromiseRequest:
    line = StockRequestLine("1", "SET", D(quantity), ("north", "south"), made_of=MADE_OF)
    return PromiseRequest(COMPANY, f"o{quantity}", f"sales_order/{quantity}", "told", (line,), source="shop")


@pytest.mark.usefixtures("kits")
async def test_a_kit_is_told_with_what_can_be_made_of_its_components_and_again_when_one_of_them_moves(
    store: Store, engine: EngineContext, channel: Channel
) -> None:
    await book(store, receive(1, item="SET"), receive(5, item="CUP"), receive(9, "south", item="PLATE"))
    await publish(engine, BOTH)
    assert channel.says() == {"SET": 1, "CUP": 5, "PLATE": 9}
    await book(store, receive(3, item="PLATE"))
    assert await publish(engine, BOTH) == 2
    assert (channel.says()["SET"], await answered(store, "SET")) == (3, 3)
    await book(store, ask(2, "north", item="CUP"))
    assert await publish(engine, BOTH) == 2
    assert (channel.says()["SET"], await answered(store, "SET")) == (2, 2)
    assert await publish(engine, BOTH) == 0
    assert await is_derived(store)


@pytest.mark.usefixtures("kits")
async def test_kits_in_kits_are_taken_apart_for_whoever_asks_and_for_the_channel(
    store: Store, engine: EngineContext, channel: Channel
) -> None:
    async with store.transaction() as tx:
        await upsert(tx, [KitComponent(COMPANY, "GIFT", part, D(1), BEGAN) for part in ("SET", "CARD")])
    await book(store, receive(9, item="CUP"), receive(9, item="PLATE"), receive(3, item="CARD"))
    await publish(engine, BOTH)
    assert (channel.says()["GIFT"], await answered(store, "GIFT")) == (3, 3)
    await book(store, ask(8, "north", item="CUP"))
    await publish(engine, BOTH)
    assert (channel.says()["GIFT"], await answered(store, "GIFT")) == (0, 0)
    await book(store, receive(2, item="SET"))  # sets in stock are sold as such; gifts are made of what sets are made of
    await publish(engine, BOTH)
    assert (channel.says()["GIFT"], await answered(store, "GIFT")) == (0, 0)
    assert await is_derived(store)


@pytest.mark.usefixtures("kits")
async def test_a_kit_that_is_made_of_something_else_is_told_anew(
    store: Store, engine: EngineContext, channel: Channel
) -> None:
    await book(store, receive(5, item="CUP"), receive(9, item="PLATE"))
    await publish(engine, BOTH)
    assert channel.says()["SET"] == 2
    async with store.transaction() as tx:
        await upsert(tx, [KitComponent(COMPANY, "SET", "CUP", D(1), BEGAN)])
    assert await publish(engine, BOTH) == 1
    assert channel.says()["SET"] == 5
    assert await is_derived(store)


@pytest.mark.usefixtures("kits")
async def test_what_a_channel_sold_of_a_kit_is_counted_in_whole_kits(store: Store, engine: EngineContext) -> None:
    await book(store, receive(1, item="SET"), receive(9, item="CUP"), receive(9, item="PLATE"))
    await publish(engine, BOTH)
    await book(store, sets(3), ask(1, item="CUP", source="shop"))
    terms = dict(await rows(store, "select item, terms from published_number"))
    async with store.transaction() as tx:
        sold = await sold_since(tx, "shop", terms)
    assert sold == {"SET": 3, "CUP": 5, "PLATE": 2}


async def test_where_there_are_no_kits_nobody_asks_for_any(
    store: Store, engine: EngineContext, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(publications, "kits_of", None)
    await book(store, receive(5))
    assert await publish(engine, BOTH) == 1
    await book(store, receive(5))
    assert await publish(engine, BOTH) == 1
    assert await rows(store, "select terms from published_number where terms like '{%'") == []


@pytest.mark.usefixtures("lots")
async def test_goods_that_do_not_keep_for_the_channel_are_not_told_and_the_day_on_which_they_cease_to_is_told(
    store: Store, engine: EngineContext, channel: Channel
) -> None:
    await book(store, receive(10, lot="L1"), receive(5, lot="L2"), receive(3, lot="L9"))
    await publish(engine, FUSSY)
    assert channel.says() == {MUG: 15}
    await it_is(store, AT + dt.timedelta(days=2))
    assert await publish(engine, FUSSY) == 0
    await it_is(store, AT + dt.timedelta(days=3))
    assert await publish(engine, FUSSY) == 1
    assert channel.says() == {MUG: 5}
    assert await answered(store, MUG, FUSSY, AT.date() + dt.timedelta(days=3)) == 5
    assert await is_derived(store)


@pytest.mark.usefixtures("lots")
async def test_what_others_were_promised_of_goods_that_keep_counts_also_after_they_had_it(
    store: Store, engine: EngineContext, channel: Channel
) -> None:
    await book(store, receive(10, lot="L1"), receive(5, "south", lot="L2"), receive(2, lot="L2"))
    line = StockRequestLine("1", MUG, D(4), ("south",), keeps_until=LATE)
    await book(store, PromiseRequest(COMPANY, "k", "sales_order/fussy", "asked", (line,)))
    await publish(engine, FUSSY)
    assert channel.says() == {MUG: 13}
    ((promise, terms),) = await rows(
        store, "select r.id, n.terms from reservation as r cross join published_number as n"
    )
    assert promise in terms
    await book(store, pick(1, promise, "south", lot="L2"))
    await publish(engine, FUSSY)
    await book(store, release("sales_order/fussy"))
    await publish(engine, FUSSY)
    assert channel.says() == {MUG: 16}
    assert await rows(store, "select remaining, keeps_until from reservation") == [(0, LATE)]
    assert await is_derived(store, full=True)


@pytest.mark.usefixtures("lots")
async def test_goods_that_turn_out_to_be_of_another_lot_are_told_though_no_fewer_are_there(
    store: Store, engine: EngineContext, channel: Channel
) -> None:
    await book(store, receive(10, lot="L1"), receive(5, lot="L2"))
    await it_is(store, AT + dt.timedelta(days=5))
    await publish(engine, FUSSY)
    assert channel.says() == {MUG: 5}
    await book(store, _relabel(4))
    assert await publish(engine, FUSSY) == 1
    assert channel.says() == {MUG: 9}
    assert await is_derived(store)


async def test_what_pools_lend_is_told_as_it_would_be_promised(
    store: Store, engine: EngineContext, channel: Channel
) -> None:
    lent = PoolRule(name="lent", pool="lent", floor=D(4), scope=Scope(channels=("market",)), lends=True)
    lending = Publication(COMPANY, "shop", "peer", ("north",), StockPolicies(pools=(lent,)))
    await book(store, receive(10), policies=lending.policies)
    await publish(engine, lending)
    assert channel.says() == {MUG: int(await answered(store, MUG, lending))} == {MUG: 10}
    assert await is_derived(store)


DAMAGE = {
    "a number": "update published_number set quantity = quantity + 1 where item = 'SET'",
    "what it is made of": """update published_number set terms = replace(terms, '"per":"2"', '"per":"1"')""",
    "a movement of a component": "update promise_movement set on_hand = on_hand - 5, free_after = free_after - 5"
    " where position_id = (select id from promise_position where item = 'CUP')",
    "a movement of a lot": "update stock_movement set quantity = quantity - 5",
    "what others hold": "update promise_movement set reserved = reserved + 3 where kind = 'asked'",
    "when it expires": f"update published_number set terms = replace(terms, '{LATE}', '{SOON}')",
}


@pytest.mark.parametrize("damage", DAMAGE)
@pytest.mark.usefixtures("kits")
async def test_the_guard_finds_a_number_that_does_not_follow(
    store: Store, engine: EngineContext, channel: Channel, damage: str
) -> None:
    async with store.transaction() as tx:
        await upsert(tx, [Lot(COMPANY, item, "L2", expires_on=LATE) for item in ("CUP", "PLATE")])
    await book(store, receive(9, item="CUP", lot="L2"), receive(9, item="PLATE", lot="L2"))
    line = StockRequestLine("1", "CUP", D(1), ("north",), keeps_until=LATE)
    await book(store, PromiseRequest(COMPANY, "k", "sales_order/fussy", "asked", (line,)))
    await it_is(store, AT + dt.timedelta(days=5))
    await publish(engine, FUSSY)
    assert channel.says()["SET"] == 4
    assert await is_derived(store)
    async with store.transaction() as tx:
        await tx.execute(DAMAGE[damage])
    assert not await is_derived(store)
