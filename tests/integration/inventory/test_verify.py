"""Every law notices what it is there for."""

from __future__ import annotations

from decimal import Decimal

from crossdock.inventory.guard.verify import verify
from crossdock.inventory.ledger.outcomes import SafetyRequest
from crossdock.store import Store
from tests.integration.inventory.helpers import COMPANY, ask, book, expect, holds, pick, receive, tell

CORRUPTIONS = {
    "stock_fold_in_sql": "update stock_position set damaged = damaged + 1",
    "stock_fold_by_rows": "update stock_movement set quantity = quantity + 1 where to_state = 'picked'",
    "stock_numbers_gapless": "delete from stock_movement where number = 1",
    "promise_fold_in_sql": "update promise_position set reserved = reserved - 1",
    "promise_fold_by_rows": "update promise_movement set reserved = 0 where kind = 'asked'",
    "promise_numbers_gapless": "delete from promise_movement where number = 2",
    "free_after_is_what_was_free": "update promise_movement set free_after = free_after + 1 where number = 2",
    "asked_grants_are_backed": "update promise_movement set kind = 'asked' where kind = 'short'",
    "on_hand_is_unrestricted": "update stock_position set unrestricted = unrestricted + 1",
    "reserved_is_reservations": "update reservation set remaining = remaining - 1 where state = 'short'",
    "one_end_per_reservation": "update reservation set state = 'released' where remaining > 0",
    "remaining_within_quantity": "update reservation set remaining = quantity + 1",
    "movements_book_reservations": "update promise_movement set reservation = 'another' where kind = 'asked'",
    "pegged_is_pegs": "update peg set quantity = quantity + 1",
    "pegged_within_open": "update expected_supply set received = quantity",
    "open_supply_is_marked": "update expected_supply set is_open = not is_open",
    "pegs_within_waiting": "update reservation set waiting = false",
    "safety_is_kept_back": "update kept_back set quantity = quantity + 1",
    "supply_numbers_gapless": "delete from supply_movement where number = 1",
    "supply_is_its_journal": "update expected_supply set expected_on = expected_on + 1",
    "stock_movements_have_positions": "delete from stock_position",
    "promise_movements_have_positions": "delete from promise_position",
}


async def history(store: Store) -> None:
    safety = SafetyRequest(COMPANY, "safety", "HEART", "north", Decimal(2), source="hearts", rule="hearts@1")
    outcomes = await book(store, receive(10), ask(4), expect(9, 3), tell(8), ask(2), safety)
    granted = outcomes[0].body.promised[0].reservation  # type: ignore[attr-defined]
    await book(store, pick(1, granted))


async def test_every_law_compares_something_in_an_ordinary_history(store: Store) -> None:
    await history(store)
    found = await holds(store)
    orphans = {"stock_movements_have_positions", "promise_movements_have_positions"}  # counted only where broken
    assert set(found.compared) == set(CORRUPTIONS) - orphans
    assert all(count > 0 for count in found.compared.values())


class Undo(Exception):
    """Rolls a corruption back."""


async def broken_by(store: Store, corruption: str) -> set[str]:
    laws: set[str] = set()
    try:
        async with store.transaction(snapshot=True) as tx:
            await tx.execute(corruption)
            laws = {discrepancy.law for discrepancy in (await verify(tx)).discrepancies}
            raise Undo
    except Undo:
        return laws


async def test_every_broken_law_is_named(store: Store) -> None:
    await history(store)
    unnoticed = [law for law, corruption in CORRUPTIONS.items() if law not in await broken_by(store, corruption)]
    assert unnoticed == []
    await holds(store)
