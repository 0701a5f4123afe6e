"""Channels are told what may be promised: whatever becomes of their places, and of what was sent to them."""

from __future__ import annotations

import dataclasses
from decimal import Decimal

import msgspec
import pytest

from crossdock.engine import publications
from crossdock.engine.context import EngineContext, Publication
from crossdock.engine.publications import run_publication, task_name
from crossdock.engine.tasks import claim_tasks, ensure_tasks
from crossdock.masterdata import upsert
from crossdock.model.masterdata import Item
from crossdock.model.publication import AvailabilityPublication
from crossdock.model.stock_policy import DropShipRule, PublicationRule, Scope, StockPolicies
from crossdock.operations import dead_letters
from crossdock.ports.connector import Outgoing
from crossdock.ports.outcomes import Delivered, Outcome, Rejected
from crossdock.store import Store
from tests.integration.engine.harness import Peer, context, rows, settle
from tests.integration.inventory.helpers import COMPANY, MUG, ask, book, move, receive
from tests.integration.operations.worlds import ANNA, at_work

BOTH = Publication(COMPANY, "shop", "peer", ("north", "south"))
NORTH = Publication(COMPANY, "shop", "peer", ("north",))


class Channel(Peer):
    """Keeps of each item what it was told last, and ignores what is older than that."""

    def __init__(self) -> None:
        super().__init__(self._take)
        self.levels: dict[str, tuple[int, Decimal]] = {}
        self.refuses = False

    def _take(self, outgoing: Outgoing) -> Outcome:
        if self.refuses:
            return Rejected("broken", "cannot take anything")
        content = outgoing.rendered.content.partition(b" ")[2]
        for item in msgspec.json.decode(content, type=AvailabilityPublication).items:
            version, _ = self.levels.get(item.item, (-1, None))
            if item.version > version:
                self.levels[item.item] = (item.version, item.quantity)
        return Delivered("ok")

    def says(self) -> dict[str, int]:
        return {item: int(quantity) for item, (_, quantity) in self.levels.items()}


@pytest.fixture
def channel() -> Channel:
    return Channel()


@pytest.fixture
def engine(store: Store, channel: Channel) -> EngineContext:
    return context(store, channel)


async def publish(engine: EngineContext, publication: Publication) -> int:
    """One turn of the publication, and whatever follows from it."""
    name = task_name(publication)
    async with engine.store.transaction() as tx:
        await ensure_tasks(tx, [name])
        await tx.execute("update task set next_at = clock_timestamp() where name = $1", name)
        (task,) = await claim_tasks(tx, "w", [name], 1)
    told = await run_publication(engine, "w", publication, task)
    await settle(engine)
    return told


async def test_a_channel_is_told_once_what_changed(store: Store, engine: EngineContext, channel: Channel) -> None:
    await book(store, receive(10), receive(4, "south"), receive(7, item="TEAPOT"))
    assert await publish(engine, BOTH) == 2
    assert await publish(engine, BOTH) == 0
    await book(store, receive(1))
    assert await publish(engine, BOTH) == 1
    assert channel.says() == {MUG: 15, "TEAPOT": 7}


async def test_a_channel_is_told_nothing_of_what_a_supplier_ships_to_its_customers(
    store: Store, engine: EngineContext, channel: Channel
) -> None:
    await book(store, receive(10), receive(7, item="TEAPOT"), receive(3, item="CHEESE"))
    async with store.transaction() as tx:
        await upsert(tx, [Item(COMPANY, "CHEESE", second_unit="KGM", second_per=Decimal(2))])
    rule = DropShipRule(name="dropped", supplier="brightware", scope=Scope(items=("TEAPOT", "CHEESE")))
    dropping = Publication(COMPANY, "shop", "peer", ("north", "south"), StockPolicies(drop_ship=(rule,)))
    assert await publish(engine, dropping) == 2
    assert channel.says() == {MUG: 10, "CHEESE": 3}, "what is weighed is never drop-shipped"


async def test_a_place_that_leaves_a_channel_takes_its_stock_along(
    store: Store, engine: EngineContext, channel: Channel
) -> None:
    await book(store, receive(10), receive(25, "south"), receive(25, "south"), receive(7, "south", item="TEAPOT"))
    await publish(engine, BOTH)
    assert await publish(engine, NORTH) == 2
    assert channel.says() == {MUG: 10, "TEAPOT": 0}
    assert await publish(engine, NORTH) == 0
    await book(store, move(1, "unrestricted", "scrap"))
    assert await publish(engine, NORTH) == 1
    assert await publish(engine, BOTH) == 2
    assert channel.says() == {MUG: 59, "TEAPOT": 7}


async def test_a_publication_that_is_skipped_told_nothing(
    store: Store, engine: EngineContext, channel: Channel
) -> None:
    await book(store, receive(10), receive(7, item="TEAPOT"))
    await publish(engine, BOTH)
    channel.refuses = True
    await book(store, receive(5))
    assert await publish(engine, BOTH) == 1
    channel.refuses = False
    assert await publish(engine, BOTH) == 0
    desk = await at_work(store)
    (letter,) = (await dead_letters.list_dead_letters(desk, ANNA)).items
    await dead_letters.skip(desk, ANNA, letter.id, "the shop was mended")
    assert await publish(engine, BOTH) == 1
    assert channel.says() == {MUG: 15, "TEAPOT": 7}
    assert await rows(store, "select count(*) from published_item where quantity is null") == [(0,)]


async def test_an_item_sold_out_is_told_however_much_else_changes(
    store: Store, engine: EngineContext, channel: Channel, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(publications, "MOST", 2)
    await book(store, *[receive(10, item=item) for item in ("A", "B", "Z")])
    await publish(engine, NORTH)
    await publish(engine, NORTH)
    assert channel.says() == {"A": 10, "B": 10, "Z": 10}
    await book(store, ask(10, item="Z"))
    for _ in range(2):
        await book(store, ask(1, item="A"), ask(1, item="B"))
        await publish(engine, NORTH)
    assert channel.says()["Z"] == 0


async def test_workers_of_another_network_version_tell_no_numbers_by_their_rules(
    store: Store, engine: EngineContext, channel: Channel
) -> None:
    await book(store, receive(10))
    careful = StockPolicies(publication=(PublicationRule(name="careful", hold_back=Decimal(8)),))
    async with store.transaction() as tx:
        await tx.execute("insert into network_version (version, name, digest, content) values (2, 'n', '2', '')")
    renewed = context(store, channel, network_version=2)
    for _ in range(2):
        assert await publish(engine, NORTH) == 0
        await publish(renewed, dataclasses.replace(NORTH, policies=careful))
    assert (channel.says(), len(channel.got)) == ({MUG: 2}, 1)
