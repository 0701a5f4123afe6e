"""Goods that came for what waited go straight out: what the receipt says, what the order does, what its warehouse is
asked, and what happens when less leaves or nobody wants them any more."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

import pytest
from msgspec.structs import replace

from crossdock.events.intake import ExpectationMissed
from crossdock.events.inventory import GoodsCrossDocked, PromisedLine, PromiseReleased, PromiseWithdrawn
from crossdock.events.sales_order import SalesOrderCancelled
from crossdock.model.quantity import ZERO
from crossdock.model.stock_policy import FillRule, Scope, StockPolicies
from crossdock.processes import goods_receipt as receipts
from crossdock.processes._kit import Move, Release, Send
from crossdock.testing.scenario import COMPANY, MORNING, Scenario, StaticReads, case
from tests.unit.processes.order_to_cash import (
    granted,
    moved,
    placed,
    progress,
    promised,
    sales_order,
    shipped,
    waiting,
)
from tests.unit.processes.procure_to_pay import counted, goods_receipt

DOCK = "shop-536365-north-1"
STRAIGHT = FillRule(name="straight", scope=Scope(items=("HEART",)), cross_dock=("north",))


def came(quantity: str = "10", location: str = "north", nth: int = 1) -> GoodsCrossDocked:
    return GoodsCrossDocked("R1", (PromisedLine("1", "HEART", location, Decimal(quantity), f"b1.{nth}", "b1"),))


def backordered(quantity: str = "10") -> Scenario:
    """An order of ten hearts, of which so many wait for a purchase order."""
    waits = waiting("1", quantity, quantity, MORNING.date())
    there = () if quantity == "10" else (granted("1", str(10 - int(quantity))),)
    return sales_order().given(placed(), promised(*there, backordered=(waits,)))


def on_the_dock(quantity: str = "10") -> Scenario:
    return backordered().given(came(quantity))


# --- the receipt


def received(rule: FillRule | None, **changes: object) -> bool:
    reads = StaticReads(stock=StockPolicies(filling=(rule,) if rule else ()))
    line = replace(counted("1", "4500001", "10", "HEART", "10"), **changes)
    scenario = case(receipts.LIFECYCLE, f"goods_receipt/{COMPANY}/north/R1", reads=reads).when(goods_receipt(line))
    return scenario.one(Move).lines[0].cross_dock


def test_a_receipt_lets_the_ledger_send_goods_straight_through_where_the_rule_says_so() -> None:
    assert received(STRAIGHT)
    assert not received(None)
    assert not received(replace(STRAIGHT, cross_dock=("south",)))
    assert not received(replace(STRAIGHT, until_on=MORNING.date() - dt.timedelta(days=1)))


@pytest.mark.parametrize(
    "changes",
    [{"condition": "damaged"}, {"owner": "consignment_in:kilncraft"}, {"lot": "L1"}, {"order_number": ""}],
)
def test_goods_that_somebody_must_choose_among_or_look_at_are_put_away(changes: dict[str, object]) -> None:
    assert not received(STRAIGHT, **changes)


def test_goods_that_are_taken_back_do_not_come_through() -> None:
    assert not received(STRAIGHT, quantity=replace(counted("1", "1", "10", "HEART", "1").quantity, amount=Decimal(-2)))


# --- the order


def test_its_warehouse_is_told_to_ship_exactly_what_came_for_it_from_the_dock() -> None:
    order = backordered().when(came("6"))
    order.then(sends="warehouse_shipping_order", expects=f"shipped {DOCK}", line_state="backordered")
    told = order.sent("warehouse_shipping_order")
    assert (told.number, told.warehouse, told.cross_dock) == (DOCK, "north", "R1")
    assert [(line.order_line, line.item, line.quantity.amount) for line in told.lines] == [("1", "HEART", 6)]
    assert not order.all(Move), "the ledger booked it with the receipt"
    assert order.line("1").backordered == 4


def test_what_lies_on_the_dock_is_packed_and_leaves_without_being_picked() -> None:
    order = on_the_dock().then(line_state="packed")
    order.when(shipped(number=DOCK)).then(
        line_state="shipped", sends={"invoice", "order_status"}, met=f"shipped {DOCK}"
    )
    assert moved(order) == {("packed", "customer"): Decimal(10)}
    assert order.sent("invoice").total == Decimal("20.00")


def test_what_the_warehouse_packs_from_the_dock_books_nothing_more() -> None:
    order = on_the_dock().when(progress("packed", number=DOCK))
    assert not order.all(Move)
    assert moved(order.when(shipped(number=DOCK))) == {("packed", "customer"): Decimal(10)}


# --- the warehouse put it on a shelf after all


def put_away(order: Scenario) -> list[tuple[str, str, int, str, str]]:
    """What is booked as put away: from, to, how much, for which promise, and what that is called now."""
    (one,) = [move for move in order.all(Move) if move.reason == "put_away"]
    assert one.at == MORNING, "it lay there since it came"
    return [
        (line.from_state, line.to_state, int(line.quantity), line.reservation, line.stays_promised_as)
        for line in one.lines
    ]


def picked(order: Scenario) -> list[tuple[str, int]]:
    """From which promises picks draw."""
    lines = [line for move in order.all(Move) for line in move.lines if line.to_state == "picked"]
    return [(line.reservation, int(line.quantity)) for line in lines]


def test_what_a_warehouse_allocates_lay_on_its_shelf_since_it_came_and_is_still_promised() -> None:
    order = on_the_dock().when(progress("allocated", number=DOCK)).then(line_state="allocated")
    assert put_away(order) == [("packed", "unrestricted", 10, "b1.1", "b1.1.s1")]
    order.when(progress("picked", number=DOCK)).then(line_state="picked")
    assert picked(order) == [("b1.1.s1", 10)]
    order.when(progress("packed", number=DOCK), shipped(number=DOCK)).then(line_state="shipped")
    assert moved(order) == {("picked", "packed"): Decimal(10), ("packed", "customer"): Decimal(10)}


def test_a_pick_says_the_same_where_nobody_told_what_was_allocated() -> None:
    order = on_the_dock().when(progress("picked", number=DOCK)).then(line_state="picked")
    assert put_away(order) == [("packed", "unrestricted", 10, "b1.1", "b1.1.s1")]
    assert picked(order) == [("b1.1.s1", 10)]


def test_a_pick_that_is_told_last_is_booked_with_the_steps_that_followed_it() -> None:
    order = on_the_dock().when(progress("packed", number=DOCK)).when(progress("picked", number=DOCK))
    assert put_away(order) == [("packed", "unrestricted", 10, "b1.1", "b1.1.s1")]
    assert picked(order) == [("b1.1.s1", 10)]
    assert moved(order)["picked", "packed"] == 10
    order.then(line_state="packed")


def test_a_part_may_leave_from_the_dock_and_a_part_from_the_shelf() -> None:
    order = on_the_dock().given(shipped(("1", "6"), number=DOCK))
    order.when(progress("allocated", ("1", "3"), number=DOCK))
    assert put_away(order) == [("packed", "unrestricted", 3, "b1.1", "b1.1.s1")]
    order.when(progress("picked", ("1", "4"), number=DOCK))
    assert put_away(order) == [("packed", "unrestricted", 1, "b1.1", "b1.1.s2")]
    assert picked(order) == [("b1.1.s2", 1), ("b1.1.s1", 3)]
    order.when(shipped(("1", "4"), number=DOCK, shipment="SHN2")).then(line_state="shipped")
    assert moved(order) == {("picked", "packed"): Decimal(4), ("packed", "customer"): Decimal(4)}


def test_what_lies_on_the_shelf_may_be_withdrawn_like_any_promise_and_picked_all_the_same() -> None:
    order = on_the_dock().given(progress("allocated", number=DOCK))
    order.given(PromiseWithdrawn("b1.1.s1", "1", "HEART", "north", Decimal(10), "b1.1.s1~1", ZERO, None))
    order.when(progress("picked", number=DOCK))
    assert picked(order) == [("b1.1.s1~1", 10)]


def test_more_than_was_on_the_dock_comes_from_the_shelf_and_is_asked_about() -> None:
    order = on_the_dock().when(shipped(("1", "12"), number=DOCK)).then(opens="shipped_beyond_order")
    assert moved(order) == {
        ("unrestricted", "picked"): Decimal(2),
        ("picked", "packed"): Decimal(2),
        ("packed", "customer"): Decimal(12),
    }


def test_a_part_from_the_shelf_and_a_part_from_the_dock_are_two_shipping_orders() -> None:
    order = backordered("4").when(came("4"))
    assert [(one.number, one.body.cross_dock) for one in order.all(Send) if one.document.startswith("ware")] == [
        ("shop-536365-north-2", "R1")
    ]
    order.when(
        progress("picked", ("1", "6")),
        shipped(("1", "6")),
        shipped(("1", "4"), number="shop-536365-north-2", shipment="SHN2"),
    ).then(line_state="shipped")
    assert moved(order) == {
        ("unrestricted", "picked"): Decimal(6),
        ("picked", "packed"): Decimal(6),
        ("packed", "customer"): Decimal(10),
    }


def test_the_same_goods_told_twice_are_shipped_once() -> None:
    on_the_dock().when(came()).then(nothing=True)


# --- what goes otherwise


def test_an_order_cancelled_between_peg_and_receipt_has_the_goods_put_away() -> None:
    order = backordered().given(SalesOrderCancelled()).when(came())
    order.then(sends=(), expects=(), state="cancelled", line_state="cancelled")
    (line,) = order.one(Move).lines
    assert (line.from_state, line.to_state, line.location, line.quantity) == ("packed", "unrestricted", "north", 10)


def test_a_warehouse_that_drew_on_what_waits_needs_only_the_rest_of_it() -> None:
    order = backordered("4").given(progress("picked", ("1", "7"))).when(came("4"))
    assert order.sent("warehouse_shipping_order").lines[0].quantity.amount == 3
    assert moved(order) == {("packed", "unrestricted"): Decimal(1)}


def test_a_warehouse_that_ships_less_owes_the_rest_until_it_leaves() -> None:
    order = on_the_dock().when(shipped(("1", "7"), number=DOCK)).then(met=(), line_state="packed")
    assert moved(order) == {("packed", "customer"): Decimal(7)}
    order.when(ExpectationMissed(f"shipped {DOCK}", MORNING)).then(opens="order_not_shipped")
    order.when(shipped(("1", "3"), number=DOCK, shipment="SHN2"))
    order.then(closes="order_not_shipped", met=f"shipped {DOCK}", line_state="shipped")


def test_what_a_warehouse_left_on_the_dock_is_put_away_when_the_line_is_closed_short() -> None:
    order = on_the_dock().given(shipped(("1", "7"), number=DOCK)).when(SalesOrderCancelled(("1",)))
    order.then(line_state="shipped", met=f"shipped {DOCK}", opens=())
    assert moved(order) == {("packed", "unrestricted"): Decimal(3)}
    assert order.line("1").cancelled == 3
    order.when(SalesOrderCancelled(("1",)))
    assert not order.all(Move)


def test_cancelling_what_a_warehouse_has_on_its_dock_is_too_late() -> None:
    on_the_dock().when(SalesOrderCancelled()).then(opens="cancel_too_late", line_state="packed")


def test_cancelling_what_still_waits_leaves_what_is_on_the_dock() -> None:
    order = on_the_dock("6").when(SalesOrderCancelled())
    order.then(line_state="packed", opens="cancel_too_late")
    assert order.one(Release).reservations == ("b1",)
    assert not order.all(Move)
    order.when(PromiseReleased("b1", "HEART", Decimal(4), "unwanted")).then(opens=())
