from __future__ import annotations

import datetime as dt
from decimal import Decimal

import msgspec
import pytest

from crossdock.events.inventory import (
    BackorderedLine,
    BackorderExpected,
    BackorderFilled,
    PromisedLine,
    PromiseReleased,
    StockPromised,
    StockWentNegative,
)
from crossdock.inventory.ledger.expiry import expire_due
from crossdock.inventory.ledger.outcomes import LedgerConflict, SafetyRequest
from crossdock.model.stock import MoveRequest, StockMoveLine
from crossdock.store import Store
from tests.integration.inventory.helpers import (
    AT,
    COMPANY,
    MUG,
    Levels,
    answer,
    ask,
    book,
    expect,
    holds,
    levels,
    move,
    pick,
    receive,
    release,
    tell,
)


def D(value: int) -> Decimal:
    return Decimal(value)


def level(on_hand: int, reserved: int) -> Levels:
    return Levels(D(on_hand), D(reserved), D(on_hand - reserved))


async def promised(store: Store, *requests: object) -> StockPromised:
    body = await answer(store, *requests)  # type: ignore[arg-type]
    assert isinstance(body, StockPromised)
    return body


async def test_what_is_asked_is_promised_from_free_stock(store: Store) -> None:
    await book(store, receive(10))
    got = await promised(store, ask(4))
    assert [(line.location, line.quantity) for line in got.promised] == [("north", D(4))]
    assert await levels(store) == level(10, 4)
    await holds(store)


async def test_what_is_asked_splits_over_locations_and_the_rest_waits(store: Store) -> None:
    await book(store, receive(3), receive(2, "south"))
    got = await promised(store, ask(9, "north", "south"))
    assert [(line.location, line.quantity) for line in got.promised] == [("north", D(3)), ("south", D(2))]
    assert [(line.quantity, line.pegged, line.expected_on) for line in got.backordered] == [(D(4), D(0), None)]
    assert (await levels(store)).free == 0
    await holds(store)


async def test_without_backorder_the_rest_is_refused(store: Store) -> None:
    await book(store, receive(3))
    got = await promised(store, ask(5, backorder=False))
    assert got.refused == (("1", D(2)),)
    assert got.backordered == ()
    await holds(store)


async def test_a_whole_line_is_granted_whole_or_not_at_all(store: Store) -> None:
    await book(store, receive(3), receive(1, "south"))
    refused = await promised(store, ask(5, "north", "south", partial=False, backorder=False))
    assert (refused.promised, refused.refused) == ((), (("1", D(5)),))
    got = await promised(store, ask(4, "north", "south", partial=False))
    assert [line.quantity for line in got.promised] == [D(3), D(1)]
    await holds(store)


async def test_a_told_promise_is_booked_beyond_stock_and_is_a_shortage(store: Store) -> None:
    await book(store, receive(4))
    got = await promised(store, tell(10))
    assert [line.quantity for line in got.promised] == [D(4)]
    assert [line.quantity for line in got.backordered] == [D(6)]
    assert got.shortage == (("1", D(6)),)
    assert await levels(store) == level(4, 10)
    await holds(store)


async def test_requests_of_one_batch_are_applied_in_the_order_given(store: Store) -> None:
    outcomes = await book(store, receive(5), ask(4, case="sales_order/a"), ask(4, case="sales_order/b"), receive(3))
    first, second, filled = [outcome.body for outcome in outcomes]
    assert isinstance(first, StockPromised)
    assert [line.quantity for line in first.promised] == [D(4)]
    assert isinstance(second, StockPromised)
    assert [line.quantity for line in second.backordered] == [D(3)]
    assert isinstance(filled, BackorderFilled)
    assert [line.quantity for line in filled.lines] == [D(3)]
    assert await levels(store) == level(8, 8)
    await holds(store)


async def test_a_repeated_request_gets_its_first_answer_and_changes_nothing(store: Store) -> None:
    await book(store, receive(10))
    request = ask(4)
    first = await promised(store, request)
    assert await promised(store, request) == first
    assert [outcome.body for outcome in await book(store, request, request)] == [first, first]
    assert await levels(store) == level(10, 4)


async def test_a_refused_request_stays_refused_when_it_is_repeated(store: Store) -> None:
    request = ask(4, backorder=False)
    first = await promised(store, request)
    await book(store, receive(10))
    assert await promised(store, request) == first
    assert first.refused == (("1", D(4)),)


async def test_a_key_used_for_something_else_is_a_conflict(store: Store) -> None:
    await book(store, receive(10), ask(4, case="sales_order/a"))
    with pytest.raises(LedgerConflict, match="sales_order/a"):
        await book(store, ask(5, case="sales_order/a"))
    assert await levels(store) == level(10, 4)


async def test_a_receipt_fills_backorders_first_come_first_served_in_its_own_transaction(store: Store) -> None:
    await book(store, ask(5, case="sales_order/a"), ask(5, case="sales_order/b"))
    outcomes = await book(store, receive(7, document="RCN1"))
    filled = [(o.subject, o.body.receipt, [line.quantity for line in o.body.lines]) for o in outcomes]  # type: ignore[attr-defined]
    assert filled == [("sales_order/a", "RCN1", [D(5)]), ("sales_order/b", "RCN1", [D(2)])]
    assert await levels(store) == level(7, 7)
    await holds(store)


async def test_who_can_only_be_served_whole_is_skipped_and_keeps_waiting(store: Store) -> None:
    await book(store, ask(5, case="sales_order/whole", partial=False), ask(2, case="sales_order/small"))
    outcomes = await book(store, receive(4))
    assert [outcome.subject for outcome in outcomes] == ["sales_order/small"]
    outcomes = await book(store, receive(3))
    assert [outcome.subject for outcome in outcomes] == ["sales_order/whole"]
    await holds(store)


async def test_told_shortages_are_filled_before_any_backorder(store: Store) -> None:
    await book(store, ask(5, case="sales_order/asked"), tell(5, case="sales_order/told"))
    outcomes = await book(store, receive(6))
    quantities = [(o.subject, sum(line.quantity for line in o.body.lines)) for o in outcomes]  # type: ignore[attr-defined]
    assert quantities == [("sales_order/told", D(5)), ("sales_order/asked", D(1))]
    await holds(store)


async def test_a_told_shortage_is_filled_from_another_of_its_locations(store: Store) -> None:
    await book(store, tell(5, "north", "south", case="sales_order/told"))
    outcomes = await book(store, receive(3, "south"))
    assert [(line.location, line.quantity) for line in outcomes[0].body.lines] == [("south", D(3))]  # type: ignore[attr-defined]
    assert await levels(store, "north") == level(0, 2)
    assert await levels(store, "south") == level(3, 3)
    await holds(store)


async def test_a_backorder_is_pegged_to_the_earliest_supply_of_its_locations(store: Store) -> None:
    await book(store, expect(10, 9, order="late"), expect(3, 3, order="early"), expect(50, 1, "east", order="other"))
    got = await promised(store, ask(5))
    line = got.backordered[0]
    assert (line.pegged, line.expected_on) == (D(5), dt.date(2010, 12, 9))
    await holds(store)


async def test_the_pegs_of_exactly_that_supply_are_filled_before_earlier_backorders(store: Store) -> None:
    await book(store, ask(4, case="sales_order/unpegged"))
    await book(store, expect(4, 3, order="first"))  # goes to the one who waits
    await book(store, ask(4, case="sales_order/pegged"), expect(4, 5, order="second"))
    source = ("purchase_order/albion_uk/second", "10")
    outcomes = await book(store, receive(4, supply=source))
    assert [outcome.subject for outcome in outcomes if isinstance(outcome.body, BackorderFilled)] == [
        "sales_order/pegged"
    ]
    await holds(store)


async def test_new_supply_gives_pegs_to_who_waits_and_taking_it_away_says_so(store: Store) -> None:
    await book(store, ask(5, case="sales_order/a"))
    given = await answer(store, expect(8, 4))
    assert isinstance(given, BackorderExpected)
    assert [(line.pegged, line.expected_on) for line in given.lines] == [(D(5), dt.date(2010, 12, 4))]
    later = await answer(store, expect(8, 6))
    assert isinstance(later, BackorderExpected)
    assert later.lines[0].expected_on == dt.date(2010, 12, 6)
    gone = await answer(store, expect(0, 6))
    assert isinstance(gone, BackorderExpected)
    assert [(line.pegged, line.expected_on) for line in gone.lines] == [(D(0), None)]
    await holds(store)


async def test_supply_that_shrinks_moves_pegs_to_other_supply(store: Store) -> None:
    await book(store, expect(5, 3, order="a"), expect(5, 7, order="b"), ask(5, case="sales_order/a"))
    moved = await answer(store, expect(2, 3, order="a"))
    assert isinstance(moved, BackorderExpected)
    assert [(line.pegged, line.expected_on) for line in moved.lines] == [(D(5), dt.date(2010, 12, 7))]
    await holds(store)


async def test_damaged_goods_are_expected_no_longer_and_leave_who_waited_for_them_without(store: Store) -> None:
    await book(store, expect(5, 3), ask(5, case="sales_order/a"))
    outcomes = await book(store, move(5, "supplier", "damaged", supply=("purchase_order/albion_uk/4500001", "10")))
    assert [type(outcome.body) for outcome in outcomes] == [BackorderExpected]
    assert outcomes[0].body.lines[0].expected_on is None  # type: ignore[attr-defined]
    await holds(store)


async def test_a_receipt_before_its_supply_is_stated_counts_when_it_is(store: Store) -> None:
    await book(store, receive(4, supply=("purchase_order/albion_uk/4500001", "10")))
    await book(store, expect(10, 3), ask(12, case="sales_order/a"))
    async with store.transaction() as tx:
        row = await tx.fetchrow("select quantity, received, pegged from expected_supply")
    assert row is not None
    assert tuple(row) == (D(10), D(4), D(6))
    await holds(store)


async def test_a_pick_ends_the_promise_and_moves_the_goods(store: Store) -> None:
    got = await promised(store, receive(10), ask(4))
    name = got.promised[0].reservation
    assert await book(store, pick(3, name)) == []
    assert await levels(store) == level(7, 1)
    assert await book(store, pick(1, name)) == []
    assert await levels(store) == level(6, 0)
    found = await holds(store)
    assert found.compared["asked_grants_are_backed"] == 1


async def test_picking_more_than_was_promised_takes_it_from_free_stock(store: Store) -> None:
    got = await promised(store, receive(10), ask(4))
    await book(store, pick(6, got.promised[0].reservation))
    assert await levels(store) == level(4, 0)
    await holds(store)


async def test_goods_picked_elsewhere_end_the_promise_where_it_stands_and_free_its_stock(store: Store) -> None:
    got = await promised(store, receive(4), receive(4, "south"), ask(4))
    await book(store, ask(2, case="sales_order/waiting"))
    outcomes = await book(store, pick(4, got.promised[0].reservation, "south"))
    assert [outcome.subject for outcome in outcomes] == ["sales_order/waiting"]
    assert (await levels(store), await levels(store, "south")) == (level(4, 2), level(0, 0))
    await holds(store)


async def test_a_release_frees_stock_for_who_waits_and_ends_once(store: Store) -> None:
    await book(store, receive(5), ask(5, case="sales_order/a"), ask(3, case="sales_order/b"))
    outcomes = await book(store, release("sales_order/a"))
    assert [(outcome.subject, type(outcome.body)) for outcome in outcomes] == [
        ("sales_order/a", PromiseReleased),
        ("sales_order/b", BackorderFilled),
    ]
    assert await book(store, release("sales_order/a")) == []
    assert await levels(store) == level(5, 3)
    await holds(store)


async def test_what_is_left_of_a_promise_picked_in_part_is_there_for_who_waits(store: Store) -> None:
    got = await promised(store, receive(5), ask(5, case="transfer/short"))
    await book(store, ask(1, case="sales_order/waiting"))
    name = got.promised[0].reservation
    outcomes = await book(store, move(3, "unrestricted", "in_transfer", reservation=name), release(reservations=[name]))
    assert [(outcome.subject, type(outcome.body)) for outcome in outcomes] == [
        ("transfer/short", PromiseReleased),
        ("sales_order/waiting", BackorderFilled),
    ]
    assert await levels(store) == level(2, 1)
    await holds(store)


async def test_a_released_backorder_gives_its_pegs_to_the_next(store: Store) -> None:
    await book(store, expect(5, 3), ask(5, case="sales_order/a"), ask(4, case="sales_order/b"))
    outcomes = await book(store, release("sales_order/a"))
    assert [(outcome.subject, type(outcome.body)) for outcome in outcomes] == [
        ("sales_order/a", PromiseReleased),
        ("sales_order/b", BackorderExpected),
    ]
    await holds(store)


async def test_some_lines_of_a_case_can_be_released(store: Store) -> None:
    await book(store, receive(9), ask(5, case="sales_order/a"))
    assert await book(store, release("sales_order/a", lines=("2",))) == []
    assert len(await book(store, release("sales_order/a", lines=("1",)))) == 1


async def test_a_promise_expires_once_and_frees_its_stock(store: Store) -> None:
    soon = AT + dt.timedelta(minutes=10)
    await book(store, receive(5), ask(5, case="sales_order/a", expires_at=soon), ask(5, case="sales_order/b"))
    async with store.transaction() as tx:
        assert await expire_due(tx, AT) == (0, [])
    async with store.transaction() as tx:
        ended, outcomes = await expire_due(tx, soon)
    assert ended == 1
    assert [(outcome.subject, type(outcome.body)) for outcome in outcomes] == [
        ("sales_order/a", PromiseReleased),
        ("sales_order/b", BackorderFilled),
    ]
    async with store.transaction() as tx:
        assert await expire_due(tx, soon) == (0, [])
    await holds(store)


async def test_safety_stock_is_never_promised_and_serves_who_waits_when_it_is_lowered(store: Store) -> None:
    await book(store, SafetyRequest(COMPANY, "safety/1", MUG, "north", D(4)), receive(6))
    got = await promised(store, ask(5, case="sales_order/a"))
    assert [line.quantity for line in got.promised] == [D(2)]
    filled = await answer(store, SafetyRequest(COMPANY, "safety/2", MUG, "north", D(3)))
    assert isinstance(filled, BackorderFilled)
    assert filled.lines[0].quantity == 1
    await holds(store)


async def test_a_physical_fact_is_booked_below_zero_and_reported(store: Store) -> None:
    outcomes = await book(store, receive(3), move(5, "unrestricted", "adjustment"))
    assert [outcome.body.quantity for outcome in outcomes if isinstance(outcome.body, StockWentNegative)] == [D(-2)]
    assert await levels(store) == level(-2, 0)
    await holds(store)


async def test_what_is_below_zero_is_told_as_it_stands_when_the_whole_entry_is_booked(store: Store) -> None:
    lines = (
        StockMoveLine("1", MUG, "north", D(1000), "unrestricted", "assembly"),
        StockMoveLine("2", MUG, "north", D(4), "assembly", "unrestricted"),
        StockMoveLine("3", "BOWL", "north", D(3), "unrestricted", "assembly"),
        StockMoveLine("4", "BOWL", "north", D(3), "assembly", "unrestricted"),
    )
    outcomes = await book(store, receive(6), MoveRequest(COMPANY, "m/1", "assembly/x", "AS-1", lines, AT))
    told = [outcome.body for outcome in outcomes if isinstance(outcome.body, StockWentNegative)]
    assert [(body.item, body.quantity) for body in told] == [(MUG, D(-990))]
    assert await levels(store) == level(-990, 0)
    await holds(store)


async def test_other_states_below_zero_are_booked_and_reported_with_their_state(store: Store) -> None:
    body = await answer(store, move(2, "packed", "customer"))
    assert isinstance(body, StockWentNegative)
    assert body.entry.endswith(":packed")
    await holds(store)


async def test_a_transfer_is_one_movement_in_the_numbering_of_both_positions(store: Store) -> None:
    await book(store, receive(10), ask(4, "south", case="sales_order/a"))
    outcomes = await book(store, move(6, "unrestricted", "unrestricted", to_location="south"))
    assert [type(outcome.body) for outcome in outcomes] == [BackorderFilled]
    assert (await levels(store), await levels(store, "south")) == (level(4, 0), level(6, 4))
    async with store.transaction() as tx:
        assert await tx.fetchval("select count(*) from stock_movement") == 2
    await holds(store)


async def test_lots_owners_and_second_quantities_are_kept_apart(store: Store) -> None:
    await book(
        store,
        receive(5, lot="L1", second_quantity=Decimal("12.250"), second_unit="KGM"),
        receive(5, lot="L2"),
        receive(5, owner="consignment_in:brightware"),
    )
    async with store.transaction() as tx:
        rows = await tx.fetch("select owner, lot, unrestricted from stock_position order by owner, lot")
        second = await tx.fetch("select second_quantity, second_unit from stock_movement where second_unit <> ''")
    assert [tuple(row) for row in rows] == [
        ("consignment_in:brightware", "", D(5)),
        ("own", "L1", D(5)),
        ("own", "L2", D(5)),
    ]
    assert [tuple(row) for row in second] == [(Decimal("12.250"), "KGM")]
    assert await levels(store) == level(15, 0)
    await holds(store)


async def test_a_backorder_that_is_picked_all_the_same_stops_waiting(store: Store) -> None:
    await book(store, expect(5, 3))
    got = await promised(store, ask(5, case="sales_order/a"))
    await book(store, ask(5, case="sales_order/b"))
    outcomes = await book(store, pick(5, got.backordered[0].reservation))
    assert {(outcome.subject, type(outcome.body)) for outcome in outcomes} >= {
        ("sales_order/b", BackorderExpected),
    }
    await holds(store)


async def test_the_whole_answer_of_a_told_promise_reads_well(store: Store) -> None:
    await book(store, receive(1), expect(9, 3))
    got = await promised(store, tell(3, case="sales_order/a", source="marketplace"))
    stem = got.promised[0].reservation.rsplit("-", 1)[0]
    assert got == StockPromised(
        request="order",
        promised=(PromisedLine("1", MUG, "north", D(1), f"{stem}-1"),),
        backordered=(BackorderedLine("1", MUG, D(2), f"{stem}-2", D(2), dt.date(2010, 12, 3)),),
        shortage=(("1", D(2)),),
    )


async def test_a_receipt_of_one_supply_in_several_lines_fills_what_was_pegged_to_it(store: Store) -> None:
    """Good and damaged pieces of one order line come as two lines of one receipt, beside another order's."""
    first, second = ("purchase_order/albion_uk/4500001", "10"), ("purchase_order/albion_uk/4500002", "10")
    await book(store, expect(5, 3), expect(10, 5, order="4500002"))
    await book(store, tell(12))
    came = (
        receive(4, supply=first),
        move(1, "supplier", "damaged", supply=first),
        receive(7, supply=second),
    )
    lines = tuple(line for one in came for line in one.lines)
    outcomes = await book(store, msgspec.structs.replace(came[0], lines=lines))
    filled = [one.body for one in outcomes if isinstance(one.body, BackorderFilled)]
    assert sum(line.quantity for body in filled for line in body.lines) == Decimal(11)
    await holds(store)


async def test_goods_that_go_straight_to_a_waiting_shipment_are_never_free(store: Store) -> None:
    supply = ("purchase_order/albion_uk/4500001", "10")
    promise = (await book(store, expect(5, 3), ask(5, case="sales_order/first")))[-1].body
    assert isinstance(promise, StockPromised)
    waiting = promise.backordered[0].reservation
    await book(store, ask(5, case="sales_order/second"))
    outcomes = await book(store, move(5, "supplier", "packed", reservation=waiting, supply=supply))
    assert not [o for o in outcomes if isinstance(o.body, BackorderFilled)]
    assert await levels(store) == Levels(D(0), D(0), D(0))
    async with store.transaction() as tx:
        rows = await tx.fetch("select subject, state, remaining from reservation order by subject")
        highest = await tx.fetchval("select max(free_after) from promise_movement")
    assert [tuple(row) for row in rows] == [
        ("sales_order/first", "fulfilled", D(0)),
        ("sales_order/second", "backordered", D(5)),
    ]
    assert highest is None or highest <= 0
    await holds(store)
