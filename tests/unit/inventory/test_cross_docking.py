"""Goods that go from a receipt straight to the orders they are pegged to, and what is left to the ordinary way."""

from __future__ import annotations

from decimal import Decimal

import pytest
from msgspec.structs import replace

from crossdock.events.inventory import BackorderFilled, GoodsCrossDocked, GoodsHeld
from crossdock.inventory.ledger.books import Books
from crossdock.inventory.ledger.facts import move
from crossdock.inventory.ledger.filling import repeg
from crossdock.inventory.ledger.outcomes import LedgerOutcome
from crossdock.inventory.ledger.promising import decide
from crossdock.model.stock import MoveRequest, StockMoveLine
from crossdock.testing.scenario import MORNING
from tests.unit.inventory.shelves import ENTRY, ITEM, books, come, entry, free, request, supply


def receipt(quantity: int, *, order: str = "po", location: str = "north", **more: object) -> MoveRequest:
    line = StockMoveLine(
        "1", ITEM[1], location, Decimal(quantity), "supplier", "unrestricted", supply=(order, "1"), cross_dock=True
    )
    return MoveRequest(ITEM[0], "R1", "goods_receipt/r", "R1", (replace(line, **more),), MORNING)


def receive(held: Books, came: MoveRequest) -> list[LedgerOutcome]:
    return move(held, came, ENTRY, 0, frozenset({ITEM}))


def booked(held: Books) -> list[tuple[str, str, int]]:
    return [(fact.line.from_state, fact.line.to_state, int(fact.line.quantity)) for fact in held.facts]


def straight(outcomes: list[LedgerOutcome]) -> dict[str, int]:
    found = [(one.subject, one.body) for one in outcomes if isinstance(one.body, GoodsCrossDocked)]
    return {subject: int(sum(line.quantity for line in body.lines)) for subject, body in found}


def was_free(held: Books) -> bool:
    return any(movement.free_after > 0 for movement in held.movements)


def awaiting(quantity: int, case: str = "a", **more: object) -> Books:
    held = books(north=0, south=0)
    supply(held, "po", 50, day=3)
    decide(held, request(quantity, case=case, **more), entry(1))  # type: ignore[arg-type]
    return held


def test_what_is_pegged_goes_straight_to_packed_for_its_order_and_the_rest_is_put_away() -> None:
    held = awaiting(6)
    outcomes = receive(held, receipt(10))
    assert straight(outcomes) == {"a": 6}
    assert booked(held) == [("supplier", "packed", 6), ("supplier", "unrestricted", 4)]
    assert held.facts[0].line.reservation in held.promises
    assert free(held) == 4


def test_goods_of_which_nothing_is_left_over_never_touch_the_promise_book() -> None:
    held = awaiting(6)
    receive(held, receipt(6))
    assert held.movements == []
    assert booked(held) == [("supplier", "packed", 6)]


def test_each_piece_is_a_promise_of_its_own_that_was_kept_at_once() -> None:
    held = awaiting(6)
    receive(held, receipt(4))
    waiting, kept = held.promises.values()
    assert (waiting.remaining, waiting.waiting, waiting.state) == (2, True, "backordered")
    assert (kept.id, kept.quantity, kept.remaining, kept.state) == (f"{waiting.id}.1", 4, 0, "fulfilled")
    receive(held, receipt(2))
    assert (waiting.remaining, waiting.waiting, waiting.state) == (0, False, "filled")


def test_a_short_receipt_serves_who_came_first_and_the_others_wait_on() -> None:
    held = awaiting(6, case="first")
    decide(held, request(6, case="second"), entry(2))
    outcomes = receive(held, receipt(8))
    assert straight(outcomes) == {"first": 6, "second": 2}
    assert {promise.subject: int(promise.remaining) for promise in held.line_up(ITEM)} == {"second": 4}
    assert not was_free(held)


def test_what_is_beyond_the_order_is_held_and_only_the_rest_goes_straight_through() -> None:
    held = awaiting(6)
    held.supplies[ITEM[0], "po", "1"].most = Decimal(8)
    outcomes = receive(held, receipt(10, only_expected=True))
    assert straight(outcomes) == {"a": 6}
    assert booked(held) == [
        ("supplier", "packed", 6),
        ("supplier", "unrestricted", 4),
        ("unrestricted", "quarantined", 2),
    ]
    assert [one.body for one in outcomes if isinstance(one.body, GoodsHeld)]
    assert free(held) == 2


def test_an_order_that_was_cancelled_meanwhile_leaves_the_goods_to_whoever_waits() -> None:
    held = awaiting(6, case="cancelled")
    decide(held, request(3, case="next"), entry(2))
    gone = next(promise for promise in held.promises.values() if promise.subject == "cancelled")
    held.end(gone, gone.remaining, "released")
    held.cover_only_remaining(gone)
    repeg(held, ITEM)
    outcomes = receive(held, receipt(6))
    assert straight(outcomes) == {"next": 3}
    assert free(held) == 3


def test_a_shortage_told_by_a_channel_is_made_good_from_the_dock() -> None:
    held = awaiting(6, kind="told")
    assert free(held) == -6
    outcomes = receive(held, receipt(6))
    assert straight(outcomes) == {"a": 6}
    assert free(held) == 0
    assert not was_free(held)


def test_safety_stock_and_promises_of_others_take_nothing_of_what_goes_straight_through() -> None:
    held = awaiting(6)
    held.positions[*ITEM, "north", ""].safety = Decimal(5)
    assert straight(receive(held, receipt(6))) == {"a": 6}
    assert free(held) == -5


@pytest.mark.parametrize(
    ("why", "changes"),
    [
        ("a caller's, whom nobody ships to", {"subject": ""}),
        ("wants all or nothing", {"whole": True}),
        ("waits for all parts of its kit", {"together": "kit", "per": Decimal(1), "beside": (ITEM[1],)}),
        ("must keep until a day", {"keeps_until": MORNING.date()}),
        ("was promised from elsewhere", {"candidates": ("south",)}),
    ],
)
def test_who_cannot_be_served_from_the_dock_is_served_from_the_shelf(why: str, changes: dict[str, object]) -> None:
    held = awaiting(6)
    (waiting,) = held.promises.values()
    for name, value in changes.items():
        setattr(waiting, name, value)
    if waiting.keeps_until:
        held.lots.watch([ITEM])
    outcomes = receive(held, receipt(4))
    assert straight(outcomes) == {}, why
    assert booked(held) == [("supplier", "unrestricted", 4)]


def test_a_withdrawn_promise_has_its_shipping_order_and_gets_goods_from_the_shelf() -> None:
    held = books(north=6)
    decide(held, request(6), entry(1))
    come(held, -6)  # lost
    supply(held, "po", 6, day=3)
    (granted,) = held.promises.values()
    again = granted.wait_again(Decimal(6))
    held.end(granted, Decimal(6), "withdrawn")
    held.book(held.positions[*ITEM, "north", ""], "withdraw", ENTRY, reserved=Decimal(-6), reservation=granted.id)
    held.add_promise(again)
    repeg(held, ITEM)
    outcomes = receive(held, receipt(6))
    assert straight(outcomes) == {}
    assert [one.subject for one in outcomes if isinstance(one.body, BackorderFilled)] == ["a"]


def test_goods_that_come_elsewhere_than_they_were_expected_are_put_away() -> None:
    held = awaiting(6)
    assert straight(receive(held, receipt(6, location="south"))) == {}
    assert booked(held) == [("supplier", "unrestricted", 6)]


def test_without_the_word_of_the_rule_all_goods_are_put_away_and_fill_as_ever() -> None:
    held = awaiting(6)
    outcomes = receive(held, receipt(6, cross_dock=False))
    assert [type(one.body) for one in outcomes][:1] == [BackorderFilled]
    assert booked(held) == [("supplier", "unrestricted", 6)]


# --- put away after all


def put_away(held: Books, quantity: int, name: str = "again") -> list[LedgerOutcome]:
    kept = next(promise for promise in held.promises.values() if promise.state == "fulfilled")
    line = StockMoveLine(
        "1", ITEM[1], "north", Decimal(quantity), "packed", "unrestricted", reservation=kept.id, stays_promised_as=name
    )
    request = MoveRequest(ITEM[0], f"a/{name}", "a", name, (line,), MORNING)
    return move(held, request, ENTRY, 0, frozenset({ITEM}))


def test_what_lies_on_a_shelf_after_all_is_promised_to_the_same_order_and_never_free() -> None:
    held = awaiting(6, case="first")
    decide(held, request(3, case="second"), entry(2))
    receive(held, receipt(6))
    assert put_away(held, 6) == [], "nobody else gets it"
    again = held.promises["again"]
    assert (again.subject, again.quantity, again.remaining, again.state) == ("first", 6, 6, "reserved")
    assert held.positions[*ITEM, "north", ""].on_hand == 6
    assert free(held) == 0
    assert not was_free(held)


def test_a_part_of_it_may_be_put_away_and_then_picked() -> None:
    held = awaiting(6)
    receive(held, receipt(6))
    put_away(held, 2)
    put_away(held, 1, "and again")
    pick = StockMoveLine("1", ITEM[1], "north", Decimal(2), "unrestricted", "picked", reservation="again")
    move(held, MoveRequest(ITEM[0], "p", "a", "p", (pick,), MORNING), ENTRY, 0, frozenset({ITEM}))
    assert (held.promises["again"].state, held.promises["and again"].remaining) == ("fulfilled", 1)
    assert free(held) == 0


def test_what_was_kept_for_a_promise_nobody_knows_any_more_is_free_when_it_is_put_away() -> None:
    held = awaiting(6, case="gone")
    receive(held, receipt(6))
    decide(held, request(4, case="next"), entry(2))
    kept = next(promise for promise in held.promises.values() if promise.state == "fulfilled")
    line = StockMoveLine(
        "1", ITEM[1], "north", Decimal(6), "packed", "unrestricted", reservation=kept.id, stays_promised_as="again"
    )
    del held.promises[kept.id]
    told = move(held, MoveRequest(ITEM[0], "x", "gone", "x", (line,), MORNING), ENTRY, 0, frozenset({ITEM}))
    assert [one.subject for one in told if isinstance(one.body, BackorderFilled)] == ["next"]
    assert free(held) == 2
