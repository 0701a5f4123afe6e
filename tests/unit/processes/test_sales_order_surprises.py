"""The specification of the sales order process: what nobody foresaw still moves goods, and a person hears of it."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

from crossdock.events.intake import ExpectationMissed
from crossdock.events.inventory import PromiseReleased
from crossdock.events.sales_order import SalesOrderApproved, SalesOrderCancelled
from crossdock.model.purchase_order import Charge
from crossdock.model.quantity import Price, Quantity
from crossdock.model.sales_order import SalesOrderLine
from crossdock.processes._kit import Move, OpenExceptionCase, Release, Reserve, Send
from tests.unit.processes.order_to_cash import (
    delivered,
    filled,
    granted,
    moved,
    ordered,
    placed,
    progress,
    promised,
    released,
    sales_order,
    shipped,
    waiting,
)

# --- lines that cannot be understood


def test_a_line_in_another_unit_than_its_item_is_rejected_and_asked_about_never_promised() -> None:
    cases = Quantity(Decimal(2), "CA")
    by_case = SalesOrderLine("2", "HEART", cases, Price(Decimal("24.00"), "GBP", Quantity(Decimal(1), "CA")))
    order = sales_order().when(placed(ordered("1"), by_case))
    order.then(opens="order_line_invalid", line_state={"1": "requested", "2": "rejected"})
    assert "line 2: 2 CA of HEART, which is sold in EA" in order.one(OpenExceptionCase).detail
    assert [line.line for line in order.one(Reserve).lines] == ["1"]


def test_a_line_priced_in_another_unit_than_it_is_ordered_in_is_rejected() -> None:
    by_case = Price(Decimal("24.00"), "GBP", Quantity(Decimal(1), "CA"))
    lines = (
        SalesOrderLine("1", "HEART", Quantity(Decimal(2)), by_case),
        SalesOrderLine("2", "POST", Quantity(Decimal(1)), by_case),
    )
    sales_order().when(placed(*lines)).then(opens="order_line_invalid", line_state="rejected", state="cancelled")


def test_a_line_of_no_quantity_is_rejected() -> None:
    order = sales_order("marketplace").when(placed(ordered("1", quantity="-3"), channel="marketplace"))
    order.then(opens="order_line_invalid", line_state="rejected")


def test_a_line_that_repeats_the_number_of_another_is_rejected_and_does_not_replace_it() -> None:
    order = sales_order("homestead").given(
        placed(ordered("1"), ordered("1", "LANTERN", "5"), channel="homestead", customer="HOME")
    )
    order.then(line_state={"1": "requested", "1#2": "rejected"})
    assert order.line("1").item == "HEART"
    order.when(promised(granted()))
    answers = order.sent("purchase_order_acknowledgement").answers
    assert [(answer.line, answer.kind, answer.item) for answer in answers] == [
        ("1", "accepted", "HEART"),
        ("1", "rejected", "LANTERN"),
    ]


# --- cancelled before the ledger answered


def test_a_refusal_that_reaches_a_cancelled_line_leaves_the_promises_of_the_others() -> None:
    order = sales_order().given(placed(ordered("1"), ordered("2")), SalesOrderCancelled(("2",)))
    order.when(promised(granted("1"), refused=(("2", Decimal(10)),)))
    order.then(
        line_state={"1": "released", "2": "cancelled"},
        sends=("sales_order", "warehouse_shipping_order", "order_status"),
    )
    assert (order.line("2").cancelled, order.line("2").refused) == (10, 0)


def test_a_line_cancelled_before_it_was_promised_in_part_gives_all_of_it_back() -> None:
    order = sales_order().given(placed(ordered("1"), ordered("2")), SalesOrderCancelled(("2",)))
    order.when(promised(granted("1"), granted("2", "6"), refused=(("2", Decimal(4)),)))
    order.then(line_state={"1": "released", "2": "cancelled"})
    assert order.one(Release).reservations == ("r2-north",)


# --- goods of lines that were to get none


def test_goods_of_a_rejected_line_are_booked_and_asked_about_and_only_the_others_invoiced() -> None:
    order = sales_order().given(placed(ordered("1"), ordered("2", "GHOST")), promised(granted()))
    order.when(shipped(("1", "10"), ("2", "3")))
    order.then(opens="shipped_beyond_order", line_state={"1": "shipped", "2": "rejected"}, state="shipped")
    assert moved(order)["packed", "customer"] == 13
    assert [line.order_line for line in order.sent("invoice").lines] == ["1"]


def test_goods_of_a_cancelled_line_are_booked_and_asked_about_but_not_invoiced() -> None:
    order = sales_order().given(placed(ordered("1"), ordered("2")), SalesOrderCancelled(("2",)), promised(granted()))
    order.when(shipped(("1", "10"), ("2", "10"))).then(opens="shipped_beyond_order", state="shipped")
    assert moved(order)["packed", "customer"] == 20
    assert order.sent("invoice").total == Decimal("20.00")


def test_goods_of_a_charge_move_all_the_same() -> None:
    order = sales_order().given(placed(ordered("1"), ordered("2", "POST", "1", "18.00")), promised(granted()))
    order.when(shipped(("2", "1"))).then(opens="shipped_beyond_order", line_state={"1": "released", "2": "charge"})
    assert moved(order)["packed", "customer"] == 1


def test_goods_that_leave_while_the_order_is_held_are_booked_and_only_the_rest_is_asked_for_later() -> None:
    order = sales_order().given(placed(customer="NOBODY"))
    order.when(shipped(("1", "6"))).then(opens="shipped_beyond_order", state="held", line_state="accepted")
    assert moved(order)["packed", "customer"] == 6
    order.when(SalesOrderApproved("customer")).then(state="requested")
    assert [line.quantity for line in order.one(Reserve).lines] == [Decimal(4)]
    order.when(promised(granted(quantity="4"))).then(line_state="released", state="partially_shipped")


def test_a_held_order_of_which_everything_left_asks_for_nothing_when_it_is_approved() -> None:
    order = sales_order().given(placed(customer="NOBODY"), shipped())
    order.when(SalesOrderApproved("customer"))
    order.then(state="shipped", line_state="shipped", sends=("sales_order", "order_status"))
    assert not order.all(Reserve)


def test_another_item_than_the_line_ordered_moves_as_itself_and_leaves_the_line_its_promise() -> None:
    order = released().when(shipped(("1", "10"), item_id="LANTERN"))
    order.then(opens="shipped_beyond_order", sends=(), line_state={"1": "released", "1:LANTERN": "unordered"})
    assert {(line.item, line.reservation) for line in order.one(Move).lines} == {("LANTERN", "")}
    order.when(delivered(item_id="LANTERN")).then(line_state={"1": "released"}, finished=False)
    order.when(shipped(shipment="SHN2")).then(line_state={"1": "shipped"}, state="shipped")
    assert order.sent("invoice").total == Decimal("20.00")


def test_another_item_that_was_picked_and_then_shipped_is_moved_once() -> None:
    order = released().given(progress("picked", item_id="LANTERN")).when(shipped(item_id="LANTERN"))
    assert moved(order) == {("picked", "packed"): Decimal(10), ("packed", "customer"): Decimal(10)}


def test_a_delivery_of_what_was_not_ordered_that_is_told_first_waits_for_nothing() -> None:
    released().when(delivered(("9", "2"))).then(line_state={"1": "released", "9": "unordered"}, finished=False)


# --- more than was asked for


def test_a_warehouse_that_ships_what_waits_as_well_ends_the_backorder() -> None:
    order = sales_order().given(placed(), promised(granted(quantity="6"), backordered=(waiting(),)))
    order.when(shipped()).then(
        opens="shipped_beyond_order",
        closes="backorder_without_supply",
        state="shipped",
        line_state="shipped",
    )
    drawn = [(line.reservation, line.quantity) for line in order.one(Move).lines if line.from_state == "unrestricted"]
    assert drawn == [("r1-north", Decimal(6)), ("b1", Decimal(4))]
    assert order.line("1").backordered == 0
    order.when(filled()).then(sends=())
    assert order.one(Release).reservations == ("b1.1",)
    order.when(delivered()).then(state="delivered", finished=True)


def test_a_warehouse_that_ships_a_part_of_what_waits_leaves_the_rest_waiting() -> None:
    order = sales_order().given(placed(), promised(granted(quantity="6"), backordered=(waiting(),)))
    order.when(progress("picked", ("1", "7")), shipped(("1", "8"))).then(line_state="backordered")
    drawn = [line for move in order.all(Move) for line in move.lines if line.from_state == "unrestricted"]
    assert [(line.reservation, line.quantity) for line in drawn] == [
        ("r1-north", Decimal(6)),
        ("b1", Decimal(1)),
        ("b1", Decimal(1)),
    ]
    order.when(filled(quantity="2"))
    assert order.sent("warehouse_shipping_order").lines[0].quantity.amount == 2


def test_what_is_picked_beyond_all_that_was_ordered_has_no_promise_to_end() -> None:
    order = sales_order().given(placed(), promised(granted(quantity="6"), backordered=(waiting(),)))
    order.when(shipped(("1", "12")))
    drawn = [(line.reservation, line.quantity) for line in order.one(Move).lines if line.from_state == "unrestricted"]
    assert drawn == [("r1-north", Decimal(6)), ("b1", Decimal(4)), ("", Decimal(2))]


def test_goods_shipped_without_a_shipping_order_are_asked_about() -> None:
    released().when(shipped(number="shop-536365-south-9")).then(opens="shipped_beyond_order")


# --- less than was asked for


def test_cancelling_what_a_shipment_left_behind_closes_the_line_short() -> None:
    order = released().given(shipped(("1", "8")), delivered(("1", "8")))
    order.when(SalesOrderCancelled(reason="no more of it")).then(
        opens=(), met="shipped shop-536365-north-1", line_state="delivered", state="delivered", finished=True
    )
    assert order.one(Release).reservations == ("r1-north",)
    assert order.line("1").cancelled == 2
    order.when(PromiseReleased("r1-north", "HEART", Decimal(2), "cancelled")).then(nothing=True)


def test_a_line_that_a_shipment_left_behind_whole_can_be_cancelled() -> None:
    order = sales_order().given(placed(ordered("1"), ordered("2")), promised(granted("1"), granted("2")))
    order.given(shipped(("1", "10")))
    order.when(SalesOrderCancelled(("2",))).then(
        opens=(), line_state={"1": "shipped", "2": "cancelled"}, state="shipped"
    )
    assert order.one(Release).reservations == ("r2-north",)


def test_what_was_picked_and_has_not_left_cannot_be_cancelled() -> None:
    order = released().given(progress("picked"), shipped(("1", "8")))
    order.when(SalesOrderCancelled()).then(opens="cancel_too_late", met=(), state="partially_shipped")
    assert not order.all(Release)


def test_a_late_shipping_order_that_is_closed_short_is_not_late_any_more() -> None:
    late = ExpectationMissed("shipped shop-536365-north-1", dt.datetime(2010, 12, 3, tzinfo=dt.UTC))
    order = released().given(shipped(("1", "8")), late)
    order.when(SalesOrderCancelled()).then(closes="order_not_shipped", state="shipped")


def test_what_is_shipped_after_it_was_closed_short_is_booked_and_asked_about() -> None:
    order = released().given(shipped(("1", "8")), SalesOrderCancelled())
    order.when(shipped(("1", "2"), shipment="SHN2")).then(opens="shipped_beyond_order", state="shipped")
    assert {line.reservation for line in order.one(Move).lines} == {""}


# --- invoices


def test_a_second_shipment_and_an_order_that_is_numbered_like_it_have_invoices_of_their_own() -> None:
    twice = released().given(shipped(("1", "6"))).when(shipped(("1", "4"), shipment="SHN2"))
    alike = sales_order(number="536365-1").given(
        placed(number="536365-1"), promised(granted(quantity="6"), granted(quantity="4", location="south"))
    )
    alike.when(shipped(("1", "4"), number="shop-536365-1-south-2"))
    assert (twice.sent("invoice").number, alike.sent("invoice").number) == (
        "INV-shop-536365-1.2",
        "INV-shop-536365-1-2",
    )


def test_a_shipment_of_nothing_but_what_was_not_ordered_is_not_invoiced() -> None:
    order = sales_order().given(placed(charges=(Charge("POST", Decimal("18.00")),)), promised(granted()))
    order.when(shipped(("9", "2"))).then(opens="shipped_beyond_order", sends=())
    order.when(shipped(shipment="SHN2"))
    assert order.sent("invoice").total == Decimal("38.00")


# --- what customers and channels hear


def test_an_edi_order_that_is_cancelled_while_it_is_held_is_answered_with_rejections_once() -> None:
    order = sales_order("homestead").given(placed(channel="homestead", customer="NOBODY"))
    order.when(SalesOrderCancelled(("1",), "cancelled by homestead")).then(
        sends="purchase_order_acknowledgement", closes="unknown_customer", state="cancelled"
    )
    answers = order.sent("purchase_order_acknowledgement").answers
    assert [(answer.kind, answer.quantity.amount) for answer in answers] == [("rejected", Decimal(10))]
    order.when(SalesOrderCancelled()).then(sends=())


def test_an_edi_order_that_is_cancelled_in_part_while_it_is_held_is_answered_when_it_goes_on() -> None:
    order = sales_order("homestead").given(placed(ordered("1"), ordered("2"), channel="homestead", customer="NOBODY"))
    order.when(SalesOrderCancelled(("2",))).then(sends=(), state="held")


def test_an_edi_order_cancelled_before_the_ledger_answered_is_answered_once() -> None:
    order = sales_order("homestead").given(placed(channel="homestead", customer="HOME"))
    order.when(SalesOrderCancelled()).then(sends=())
    order.when(promised(granted())).then(sends="purchase_order_acknowledgement", state="cancelled")
    assert order.one(Release).reservations == ("r1-north",)


def test_the_channel_hears_of_every_parcel_of_an_order_that_is_still_incomplete() -> None:
    order = sales_order().given(placed(), promised(granted()))
    parcels = [shipped(("1", quantity), shipment=f"SHN{quantity}") for quantity in ("3", "2", "5")]
    order.when(*parcels[:2], delivered(("1", "3"), shipment="SHN3"), parcels[2])
    told = [send.body for send in order.all(Send) if send.document == "order_status"]
    assert [(body.status, body.shipment, body.sequence) for body in told] == [  # type: ignore[attr-defined]
        ("partially_shipped", "SHN3", 2),
        ("partially_shipped", "SHN2", 3),
        ("shipped", "SHN5", 4),
    ]


def test_an_order_that_is_placed_again_with_other_content_is_asked_about_and_stays_as_it_is() -> None:
    order = released().when(placed(ordered("1", quantity="12"), ordered("2", "LANTERN"), reference="R2"))
    order.then(opens="order_placed_again", sends=(), line_state={"1": "released"})
    detail = order.one(OpenExceptionCase).detail
    assert "line 1: 10 HEART is now 12 HEART" in detail
    assert "line 2: 10 LANTERN is new" in detail
    assert order.line("1").ordered == 10


def test_an_order_that_is_placed_again_without_a_line_says_so() -> None:
    order = sales_order().given(placed(ordered("1"), ordered("2")), promised(granted("1"), granted("2")))
    order.when(placed(ordered("1"))).then(opens="order_placed_again")
    assert "line 2: 10 HEART is gone" in order.one(OpenExceptionCase).detail
