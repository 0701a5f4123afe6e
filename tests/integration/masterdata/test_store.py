from __future__ import annotations

import asyncio
import datetime as dt
from decimal import Decimal
from fractions import Fraction

import pytest

from crossdock.masterdata import CrossReference, Masterdata, handling_units, lots, upsert
from crossdock.masterdata.records import MasterBody
from crossdock.model.handling_unit import HandlingUnit, HandlingUnitLine
from crossdock.model.masterdata import Customer, Item, KitComponent, Lot
from crossdock.model.packs import Pack
from crossdock.model.quantity import Price, Quantity
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
    (case,) = masterdata.packs(UK, "85123A")
    assert (case.unit, case.contains, case.version) == ("CA", Fraction(12), masterdata.version)


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


async def test_a_pack_keeps_who_says_so_and_from_when(store: Store) -> None:
    spring = dt.date(2026, 3, 10)
    ten = Pack(UK, "85123A", "CA", 10, 1, "homestead", "case", spring, dt.date(2027, 1, 1), "erp", "ECN-7")
    await put(store, MUG, Pack(UK, "85123A", "CA", 12, source="erp"), ten)
    masterdata = await Masterdata.load(store)

    found = masterdata.conversion(UK, "85123A", "CA", spring, "homestead")
    assert (found.ratio, found.source, found.document, found.party) == (10, "erp", "ECN-7", "homestead")
    assert (found.valid_from, found.version) == (spring, masterdata.version)
    assert masterdata.conversion(UK, "85123A", "CA", spring).ratio == 12


async def test_a_kit_is_read_as_of_its_day(store: Store) -> None:
    changed = dt.date(2026, 6, 1)
    await put(
        store,
        KitComponent(UK, "SET", "CUP", Decimal(2), valid_until=changed),
        KitComponent(UK, "SET", "SAUCER", Decimal(2)),
        KitComponent(UK, "SET", "SAUCER", Decimal(3), valid_from=changed),
    )
    masterdata = await Masterdata.load(store)

    assert masterdata.components(UK, "SET", dt.date(2026, 5, 31)) == (("CUP", Decimal(2)), ("SAUCER", Decimal(2)))
    assert masterdata.components(UK, "SET", changed) == (("SAUCER", Decimal(3)),)
    assert masterdata.components(UK, "CUP", changed) == ()


async def test_what_a_later_document_does_not_say_of_a_lot_stays_known(store: Store) -> None:
    best_before = dt.date(2026, 9, 1)
    await put(store, Lot(UK, "85123A", "L1", best_before, supplier="kilncraft", source="ship_notice 7"))
    await put(store, Lot(UK, "85123A", "L1", source="goods_receipt 9"), Lot(UK, "85123A", "L0"))

    async with store.transaction(readonly=True) as tx:
        first, second = await lots(tx, UK, "85123A")
    assert (first.lot, first.expires_on, first.supplier) == ("L1", best_before, "kilncraft")
    assert second.lot == "L0"


async def test_what_documents_tell_of_lots_and_handling_units_makes_nobody_read_master_data_anew(store: Store) -> None:
    await put(store, MUG)
    reader = await Masterdata.load(store)
    held = HandlingUnitLine("85123A", Quantity(Decimal(12)), "L1")
    announced = HandlingUnit(UK, "376104250021234569", "ship_notice 7", (held,), "kilncraft")
    counted = HandlingUnit(UK, "376104250021234569", "goods_receipt 9", (), "kilncraft")
    best_before = dt.date(2026, 9, 1)
    lot = Lot(UK, "85123A", "L1", best_before)
    assert await put(store, lot, Lot(UK, "85123A", "L1", source="again"), announced, counted, announced) == 3

    async with store.transaction() as tx:
        assert not await reader.refresh_if_changed(tx)
        assert await handling_units(tx, UK, "376104250021234569") == [counted, announced]
        assert [known.expires_on for known in await lots(tx, UK, "85123A")] == [best_before]
