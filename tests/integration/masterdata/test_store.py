from __future__ import annotations

import asyncio
from decimal import Decimal
from fractions import Fraction

import pytest

from crossdock.masterdata import CrossReference, Masterdata, Pack, upsert
from crossdock.masterdata.records import MasterBody
from crossdock.model.masterdata import Customer, Item
from crossdock.model.quantity import Price
from crossdock.ports.connector import MasterRecord
from crossdock.store import Store

UK = "albion_uk"
MUG = Item(UK, "85123A", "White hanging heart", supplier="kilncraft", sales_price=Price(Decimal("2.55"), "GBP"))


async def put(store: Store, *records: MasterBody) -> int:
    async with store.transaction() as tx:
        return await upsert(tx, records)


async def test_what_is_stored_is_read_as_it_was(store: Store) -> None:
    customer = Customer(UK, "17850", credit_limit=Decimal("25000.00"))
    news = await put(
        store, MUG, customer, CrossReference(UK, "homestead", "85123A", "HH-1"), Pack(UK, "85123A", "CA", 24, 2)
    )
    masterdata = await Masterdata.load(store)

    assert news == 4
    assert masterdata.item(UK, "85123A") == MUG
    assert masterdata.customer(UK, "17850") == customer
    assert masterdata.their_item(UK, "homestead", "85123A") == "HH-1"
    assert masterdata.packs(UK, "85123A") == {"CA": Fraction(12)}


async def test_saying_the_same_again_is_no_news(store: Store) -> None:
    await put(store, MUG, Pack(UK, "85123A", "CA", 12))

    assert await put(store, MUG, Pack(UK, "85123A", "CA", 24, 2)) == 0


async def test_of_one_page_the_last_word_on_an_item_counts(store: Store) -> None:
    renamed = Item(UK, "85123A", "Hanging heart")
    await put(store, MUG, renamed)

    assert (await Masterdata.load(store)).item(UK, "85123A") == renamed


async def test_another_worker_learns_of_a_change_with_its_next_batch(store: Store) -> None:
    await put(store, MUG)
    worker = await Masterdata.load(store)
    await put(store, Item(UK, "22423", "Cakestand"))
    assert worker.item(UK, "22423") is None

    async with store.transaction() as tx:
        assert await worker.refresh_if_changed(tx)
        assert not await worker.refresh_if_changed(tx)
    assert worker.item(UK, "22423") is not None
    assert worker.item(UK, "85123A") == MUG


async def test_changes_undone_are_never_seen(store: Store) -> None:
    worker = await Masterdata.load(store)

    async def undone() -> None:
        async with store.transaction() as tx:
            await upsert(tx, [MUG])
            raise RuntimeError

    with pytest.raises(RuntimeError):
        await undone()
    async with store.transaction() as tx:
        assert not await worker.refresh_if_changed(tx)


async def test_the_records_of_a_document_are_stored_with_it(store: Store) -> None:
    masterdata = await Masterdata.load(store)
    async with store.transaction() as tx:
        await masterdata.upsert(tx, [MasterRecord(MUG)])
    async with store.transaction() as tx:
        await masterdata.refresh_if_changed(tx)

    assert masterdata.item(UK, "85123A") == MUG


async def test_many_writers_of_the_same_items_neither_deadlock_nor_hide_a_change(store: Store) -> None:
    """Every writer says something else of the same items, in its own order; a reader polls all the while."""
    ids = [f"I{number}" for number in range(40)]
    reader = await Masterdata.load(store)
    done = asyncio.Event()

    async def write(writer: int) -> None:
        for turn in range(5):
            order = ids if (writer + turn) % 2 else ids[::-1]
            await put(store, *(Item(UK, item, f"{writer}/{turn}") for item in order))

    async def read() -> None:
        while not done.is_set():
            async with store.transaction() as tx:
                await reader.refresh_if_changed(tx)

    reading = asyncio.create_task(read())
    await asyncio.gather(*(write(writer) for writer in range(8)))
    done.set()
    await reading
    async with store.transaction() as tx:
        await reader.refresh_if_changed(tx)
    truth = await Masterdata.load(store)

    assert [reader.item(UK, item) for item in ids] == [truth.item(UK, item) for item in ids]
