"""The guard finds damage done behind the ledger's back, names it, and closes what is mended."""

from __future__ import annotations

import pytest

from crossdock.inventory.guard.laws import LAWS
from crossdock.store import Store
from tests.integration.engine.guarded import ORDER, guard, history, laws_of, open_cases
from tests.integration.inventory.helpers import book, move, receive

DAMAGE = {
    "promise_fold": "update promise_position set reserved = reserved - 1",
    "promise_numbers_gapless": "delete from promise_movement where number = 2",
    "stock_fold": "update stock_movement set quantity = quantity + 1 where to_state = 'picked'",
    "stock_numbers_gapless": "delete from stock_movement where number = 1",
    "second_quantity_fold": "update stock_position_second set quantity = quantity + 1",
    "checkpoint_is_fold": "insert into position_checkpoint (book, position_id, number, on_hand, recorded_at)"
    " select 'promise', id, 1, 7, now() from promise_position where location = 'north'",
    "free_after_is_what_was_free": "update promise_movement set free_after = free_after + 1 where number = 2",
    "asked_grants_are_backed": "update promise_movement set kind = 'asked' where kind = 'short'",
    "movements_have_positions": "delete from promise_position",
    "movements_have_entries": "delete from ledger_entry where what = 'asked'",
    "entries_have_cases": "update ledger_entry set subject = 'sales_order/none/1' where what = 'asked'",
    "on_hand_is_unrestricted": "update stock_position set unrestricted = unrestricted + 1",
    "reserved_is_reservations": "update reservation set remaining = remaining - 1 where state = 'short'",
    "safety_is_kept_back": "update kept_back set quantity = quantity + 1",
    "one_end_per_reservation": "update reservation set state = 'released' where remaining > 0",
    "remaining_within_quantity": "update reservation set remaining = quantity + 1",
    "movements_book_reservations": "update promise_movement set reservation = (select max(id) from reservation)"
    " where kind = 'asked'",
    "pegged_is_pegs": "update peg set quantity = quantity + 1",
    "pegged_within_open": "update expected_supply set received = quantity",
    "open_supply_is_marked": "update expected_supply set is_open = not is_open",
    "supply_numbers_gapless": "delete from supply_movement",
    "supply_is_its_journal": "update expected_supply set expected_on = expected_on + 1",
    "pegs_within_waiting": "update reservation set waiting = false",
    "ship_notice_conserved": 'update process_case set data = replace(data, \'"received":"6"\', \'"received":"4"\')'
    " where process = 'ship_notice'",
    "received_not_invoiced": 'update process_case set data = replace(data, \'"received_good":"5"\','
    " '\"received_good\":\"7\"') where process = 'purchase_order'",
    "published_is_derived": "update published_number set quantity = quantity + 1",
}

SECOND_IN_THE_NORTH = (
    "number = 2 and position_id = (select id from promise_position where location = 'north' and item = '85123A')"
)


async def test_nothing_is_found_in_a_sound_history_and_every_law_looks_at_something(store: Store) -> None:
    await history(store)
    found = await guard(store)
    assert found.findings == []
    silent = {"checkpoint_is_fold"}  # positions this young have no checkpoint
    assert set(LAWS) - set(found.compared) == silent


def test_every_law_has_damage_that_breaks_it() -> None:
    assert DAMAGE.keys() == LAWS.keys()


@pytest.mark.parametrize("law", sorted(DAMAGE))
async def test_damage_is_found_and_named(store: Store, law: str) -> None:
    await history(store)
    async with store.transaction() as tx:
        await tx.execute(DAMAGE[law])
    assert law in laws_of(await guard(store))
    assert any(key.startswith(f"{law} ") for key, _ in await open_cases(store))


async def test_a_violation_says_where_what_and_which_movements_and_closes_when_it_holds_again(store: Store) -> None:
    await history(store)
    async with store.transaction() as tx:
        await tx.execute(f"update promise_movement set free_after = free_after + 1 where {SECOND_IN_THE_NORTH}")
    await guard(store)
    ((key, detail),) = await open_cases(store)
    assert key == "free_after_is_what_was_free albion_uk/85123A/north/ movement 2"
    assert "expected 6, found 7; movements 2" in detail
    async with store.transaction() as tx:
        await tx.execute(f"update promise_movement set free_after = free_after - 1 where {SECOND_IN_THE_NORTH}")
    await guard(store)
    assert await open_cases(store) == []


async def test_what_goods_weigh_is_followed_from_the_last_checkpoint_on(store: Store) -> None:
    await history(store)
    async with store.transaction() as tx:
        await tx.execute(
            "insert into position_checkpoint (book, position_id, number, unrestricted, seconds, recorded_at)"
            """ select 'physical', id, 1, 3, '{"KGM": ["7.5", "3"]}', now() from stock_position where item = 'CHEESE'"""
        )
    assert (await guard(store)).findings == []
    async with store.transaction() as tx:
        await tx.execute("""update position_checkpoint set seconds = '{"KGM": ["7.5", "2"]}'""")
    assert laws_of(await guard(store)) == {"second_quantity_fold", "checkpoint_is_fold"}
    assert laws_of(await guard(store, full=True)) == {"checkpoint_is_fold"}


async def test_an_order_for_which_news_is_waiting_is_not_judged(store: Store) -> None:
    await history(store)
    async with store.transaction() as tx:
        await tx.execute(DAMAGE["received_not_invoiced"])
        await tx.execute("update log_head set position = position + 1")
        await tx.execute("insert into checkpoint (consumer, slot) select 'cases', slot from log_head")
    assert (await guard(store)).findings == []
    async with store.transaction() as tx:
        await tx.execute("update checkpoint set position = 1 where consumer = 'cases'")
    (finding,) = (await guard(store)).findings
    assert finding.what.where == f"{ORDER} line 10"
    assert finding.what.expected == "5 good, 1 bad, 3 invoiced: 5.00 GBP"
    assert finding.what.found == "7 good, 1 bad, 3 invoiced: 10.00 GBP"


async def test_a_movement_to_a_position_that_is_not_there_is_found(store: Store) -> None:
    await book(store, receive(10), move(4, "unrestricted", "unrestricted", to_location="south"))
    assert "movements_have_positions" not in laws_of(await guard(store))
    async with store.transaction() as tx:
        gone = await tx.fetchval("delete from stock_position where location = 'south' returning id")
    spots = {one.what.where for one in (await guard(store)).findings if one.what.law == "movements_have_positions"}
    assert spots == {f"physical position {gone}"}
