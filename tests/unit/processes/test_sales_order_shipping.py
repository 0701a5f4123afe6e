"""The specification of the sales order process: warehouse, shipments, invoices, delivery, and its laws."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

from hypothesis import given, settings
from hypothesis import strategies as st

from crossdock.events.intake import ExpectationMissed
from crossdock.events.inventory import StockWentNegative
from crossdock.events.sales_order import SalesOrderCancelled, SalesOrderLinesReturned
from crossdock.model.purchase_order import Charge
from crossdock.processes._kit import (
    CloseExceptionCase,
    Link,
    Met,
    Move,
    OpenExceptionCase,
    Send,
)
from crossdock.testing.scenario import MORNING, Scenario
from tests.unit.processes.order_to_cash import (
    delivered,
    expected,
    filled,
    granted,
    moved,
    network,
    ordered,
    placed,
    progress,
    promised,
    released,
    sales_order,
    shipped,
    waiting,
)

MONDAY = dt.date(2010, 12, 6)


# --- the warehouse


def test_allocation_moves_the_line_but_no_goods() -> None:
    order = released().when(progress("allocated"))
    order.then(line_state="allocated", sends=())
    assert not order.all(Move)


def test_picking_ends_the_promise_in_the_same_booking() -> None:
    order = released().when(progress("picked"))
    order.then(line_state="picked")
    (line,) = order.one(Move).lines
    assert (line.from_state, line.to_state, line.quantity) == ("unrestricted", "picked", Decimal(10))
    assert (line.reservation, line.location) == ("r1-north", "north")


def test_packing_moves_picked_goods() -> None:
    order = released().given(progress("picked")).when(progress("packed"))
    order.then(line_state="packed")
    assert moved(order) == {("picked", "packed"): Decimal(10)}


def test_a_quantity_picked_beyond_the_promise_moves_all_the_same_without_a_reservation() -> None:
    order = released().when(progress("picked", ("1", "12")))
    assert [(line.quantity, line.reservation) for line in order.one(Move).lines] == [
        (Decimal(10), "r1-north"),
        (Decimal(2), ""),
    ]


def test_a_line_picked_in_two_goes_is_picked_when_all_of_it_is() -> None:
    order = released().given(progress("picked", ("1", "6"))).then(line_state="released")
    order.when(progress("picked", ("1", "4"), sequence=5)).then(line_state="picked")


def test_a_warehouse_message_told_twice_is_booked_once() -> None:
    released().given(progress("picked")).when(progress("picked")).then(nothing=True)


def test_packed_before_picked_books_both_and_the_late_message_nothing() -> None:
    order = released().when(progress("packed"))
    assert moved(order) == {("unrestricted", "picked"): Decimal(10), ("picked", "packed"): Decimal(10)}
    order.when(progress("picked")).then(nothing=True, line_state="packed")


def test_shipped_without_any_word_from_the_warehouse_books_every_step() -> None:
    order = released().when(shipped())
    assert moved(order) == {
        ("unrestricted", "picked"): Decimal(10),
        ("picked", "packed"): Decimal(10),
        ("packed", "customer"): Decimal(10),
    }
    order.when(progress("picked"), progress("packed")).then(nothing=True, line_state="shipped")


def test_goods_of_a_line_nobody_ordered_are_booked_and_asked_about_but_not_invoiced() -> None:
    order = released().when(shipped(("1", "10"), ("9", "2")))
    order.then(opens="shipped_beyond_order", line_state={"1": "shipped", "9": "unordered"}, state="shipped")
    assert moved(order)["packed", "customer"] == 12
    assert order.sent("invoice").total == Decimal("20.00")


def test_more_than_ordered_is_booked_invoiced_and_asked_about() -> None:
    order = released().when(shipped(("1", "11"))).then(opens="shipped_beyond_order", line_state="shipped")
    assert order.sent("invoice").total == Decimal("22.00")


def test_a_shipping_order_we_never_sent_still_moves_its_goods() -> None:
    order = released().when(shipped(number="shop-536365-south-9"))
    assert {line.location for line in order.one(Move).lines} == {"south"}


def test_stock_that_goes_below_zero_is_owned_by_the_warehouse() -> None:
    order = released().when(StockWentNegative("HEART", "north", Decimal(-3), "e1")).then(opens="stock_negative")
    assert order.one(OpenExceptionCase).owner == "warehouse"


# --- shipping, invoicing, delivery


def test_a_shipment_is_invoiced_to_the_erp_with_the_charges() -> None:
    order = sales_order().given(placed(charges=(Charge("POST", Decimal("18.00")),)), promised(granted()))
    order.when(shipped()).then(sends=("invoice", "order_status"), met="shipped shop-536365-north-1", state="shipped")
    invoice = order.sent("invoice")
    assert (invoice.number, invoice.total) == ("INV-shop-536365-1", Decimal("38.00"))
    assert invoice.lines[0].shipment == "SHN1"
    assert [link.value for link in order.all(Link)] == ["INV-shop-536365-1"]


def test_charges_are_asked_for_once() -> None:
    order = sales_order().given(
        placed(charges=(Charge("POST", Decimal("18.00")),)), promised(granted()), shipped(("1", "6"))
    )
    order.when(shipped(("1", "4"), shipment="SHN2"))
    assert order.sent("invoice").charges == ()
    assert order.sent("invoice").total == Decimal("8.00")


def test_the_number_of_an_invoice_does_not_depend_on_which_shipment_is_told_first() -> None:
    both = (shipped(("1", "6")), shipped(("1", "4"), shipment="SHS1", number="shop-536365-south-2"))
    numbers = []
    for first, second in (both, both[::-1]):
        order = sales_order().given(placed(), promised(granted(quantity="6"), granted(quantity="4", location="south")))
        order.when(first, second)
        sent = [send.body for send in order.all(Send) if send.document == "invoice"]
        numbers.append({(body.number, body.total) for body in sent})  # type: ignore[attr-defined]
    assert numbers[0] == numbers[1] == {("INV-shop-536365-1", Decimal("12.00")), ("INV-shop-536365-2", Decimal("8.00"))}


def test_a_shipment_told_twice_is_invoiced_once() -> None:
    released().given(shipped()).when(shipped()).then(nothing=True)


def test_one_shipment_may_carry_two_shipping_orders_of_an_order() -> None:
    order = sales_order().given(placed(), promised(granted(quantity="6"), backordered=(waiting(),)), filled())
    order.when(shipped(("1", "6")), shipped(("1", "4"), number="shop-536365-north-2")).then(state="shipped")


def test_a_delivered_order_is_complete() -> None:
    order = released().given(shipped()).when(delivered())
    order.then(sends="order_status", state="delivered", line_state="delivered", finished=True)


def test_a_delivery_told_twice_is_counted_once() -> None:
    order = released().given(shipped(), delivered())
    order.when(delivered()).then(nothing=True)
    assert order.line("1").delivered == 10


def test_a_delivery_told_before_the_shipment_keeps_its_place() -> None:
    order = released().when(delivered(), shipped())
    order.then(line_state="delivered", state="delivered")
    assert moved(order)["packed", "customer"] == 10


def test_what_was_delivered_in_part_is_not_delivered() -> None:
    order = released().given(shipped(("1", "6")))
    order.when(delivered(("1", "6"))).then(state="partially_shipped", finished=False)


def test_the_channel_hears_each_state_once_with_a_rising_sequence() -> None:
    order = sales_order().when(placed(), promised(granted()), progress("picked"), shipped(), delivered())
    told = [send.body for send in order.all(Send) if send.document == "order_status"]
    assert [(body.status, body.sequence) for body in told] == [  # type: ignore[attr-defined]
        ("promised", 1),
        ("shipped", 2),
        ("delivered", 3),
    ]


def test_a_channel_that_takes_no_status_gets_none() -> None:
    order = sales_order(reads=network(silent=(("shop", "order_status"),))).given(placed())
    order.when(promised(granted())).then(sends=("sales_order", "warehouse_shipping_order"))


def test_a_shipping_order_that_does_not_leave_in_time_is_the_warehouses_problem_until_it_does() -> None:
    order = released().when(ExpectationMissed("shipped shop-536365-north-1", MORNING)).then(opens="order_not_shipped")
    opened = order.one(OpenExceptionCase)
    assert (opened.owner, opened.key, opened.lines) == ("warehouse", "shop-536365-north-1", ("1",))
    order.when(shipped()).then(closes="order_not_shipped", met="shipped shop-536365-north-1")
    assert order.one(CloseExceptionCase).key == "shop-536365-north-1"


def test_an_expectation_missed_after_all_has_left_means_nothing() -> None:
    released().given(shipped()).when(ExpectationMissed("shipped shop-536365-north-1", MORNING)).then(nothing=True)


def test_a_shipping_order_that_left_in_part_is_still_waited_for() -> None:
    released().when(shipped(("1", "6"))).then(met=(), state="partially_shipped")


def test_goods_that_come_back_are_counted_once_however_often_they_are_told() -> None:
    order = released().given(shipped(), delivered())
    back = SalesOrderLinesReturned("C1", (("1", Decimal(4)),))
    order.when(back, back).then(line_state="delivered", nothing=True)
    order.when(SalesOrderLinesReturned("C2", (("1", Decimal(6)),))).then(line_state="returned", state="returned")


def test_a_return_of_a_line_the_order_does_not_have_is_asked_about() -> None:
    order = released().given(shipped())
    order.when(SalesOrderLinesReturned("C1", (("7", Decimal(4)),))).then(opens="returned_line_unknown")


def test_a_return_of_goods_of_an_order_that_is_still_held_is_asked_about_and_moves_nothing() -> None:
    order = sales_order().given(placed(customer="nobody"))
    order.when(SalesOrderLinesReturned("C1", (("1", Decimal(4)),)))
    order.then(opens="returned_line_unknown", state="held", line_state="accepted")


# --- laws


@given(
    st.permutations([("picked", 1), ("packed", 1), ("picked", 2), ("packed", 2), ("shipped", 1), ("shipped", 2)]),
    st.lists(st.integers(0, 5), max_size=4),
    st.sets(st.sampled_from([("picked", 1), ("packed", 1), ("picked", 2), ("packed", 2)])),
)
@settings(max_examples=150, deadline=None)
def test_any_order_repetition_or_loss_of_warehouse_messages_books_the_same_goods_and_ends_in_the_same_state(
    order_of_events: list[tuple[str, int]], again: list[int], lost: set[tuple[str, int]]
) -> None:
    events = {
        ("picked", 1): progress("picked", ("1", "6"), ("2", "3"), sequence=2),
        ("picked", 2): progress("picked", ("1", "4"), sequence=3),
        ("packed", 1): progress("packed", ("1", "6"), ("2", "3"), sequence=4),
        ("packed", 2): progress("packed", ("1", "4"), sequence=5),
        ("shipped", 1): shipped(("1", "6"), ("2", "3")),
        ("shipped", 2): shipped(("1", "4"), shipment="SHN2"),
    }
    told = [events[key] for key in order_of_events if key not in lost]
    told += [events[order_of_events[n]] for n in again if order_of_events[n] not in lost]
    start = sales_order().given(
        placed(ordered("1"), ordered("2", quantity="3")), promised(granted("1"), granted("2", "3"))
    )
    end = start.when(*told)

    assert moved(end) == dict.fromkeys(
        [("unrestricted", "picked"), ("picked", "packed"), ("packed", "customer")], Decimal(13)
    )
    end.then(state="shipped", line_state="shipped", opens=())
    assert _drawn(end) == {"r1-north": Decimal(10), "r2-north": Decimal(3)}
    assert sum(send.body.total for send in end.all(Send) if send.document == "invoice") == Decimal("26.00")  # type: ignore[attr-defined]
    assert len(end.all(Met)) == 1


def _drawn(order: Scenario) -> dict[str, Decimal]:
    drawn: dict[str, Decimal] = {}
    for move in order.all(Move):
        for line in move.lines:
            if line.from_state == "unrestricted":
                drawn[line.reservation] = drawn.get(line.reservation, Decimal(0)) + line.quantity
    return drawn


@given(st.permutations(range(7)))
@settings(max_examples=100, deadline=None)
def test_whatever_comes_first_ordered_goods_are_shipped_waiting_or_given_up(order_of_events: list[int]) -> None:
    events = [
        filled(quantity="3", nth=1),
        filled(quantity="1", nth=2),
        expected(quantity="4", pegged="4", on=MONDAY),
        SalesOrderCancelled(("1",)),
        progress("picked", ("1", "6")),
        shipped(("1", "6")),
        delivered(("1", "6")),
    ]
    order = sales_order().given(placed(), promised(granted(quantity="6"), backordered=(waiting(),)))
    order.when(*(events[n] for n in order_of_events))
    line = order.line("1")
    assert line.ordered == line.total("promised") + line.backordered + line.cancelled
    assert line.backordered == 0
