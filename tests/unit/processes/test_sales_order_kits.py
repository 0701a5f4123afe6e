"""Kits in sales orders: sold and told in kits, shipped as kits or as components."""

from __future__ import annotations

from collections import Counter
from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from crossdock.events.inventory import (
    BackorderedLine,
    BackorderExpected,
    BackorderFilled,
    PromisedLine,
    PromiseWithdrawn,
    StockPromised,
)
from crossdock.events.sales_order import (
    SalesOrderCancelled,
    SalesOrderLinesDelivered,
    SalesOrderLinesReturned,
    SalesOrderLinesShipped,
    ShippedLine,
    ShippedLinesNamed,
    WarehouseProgressed,
)
from crossdock.model.fulfillment import ShippingLine, WarehouseProgress
from crossdock.model.quantity import ZERO
from crossdock.model.stock import MadeOf
from crossdock.processes._kit import Emit, Move, OpenExceptionCase, Release, Reserve, Send
from crossdock.testing.scenario import MORNING, Scenario
from tests.unit.processes.order_to_cash import item, network, ordered, pieces, placed, sales_order

KITS = {
    "SET": {"CUP": Decimal(2), "PLATE": Decimal(1)},
    "HAMPER": {"SET": Decimal(1), "CUP": Decimal(1), "HEART": Decimal(3)},
}
NORTH = "shop-536365-north-1"
Goods = tuple[str, str]
"""Item, quantity."""


def order(channel: str = "shop") -> Scenario:
    items = [item("SET", "9.00"), item("HAMPER", "20.00"), item("CUP"), item("PLATE")]
    return sales_order(channel, reads=network(kits=KITS, more=items))


def kits(quantity: str = "5", line: str = "1", kit: str = "SET") -> object:
    return ordered(line, kit, quantity, "9.00" if kit == "SET" else "20.00")


def grant(item_id: str, quantity: str, location: str = "north", line: str = "1", waited_as: str = "") -> PromisedLine:
    return PromisedLine(line, item_id, location, Decimal(quantity), f"r-{item_id}-{location}-{quantity}", waited_as)


def wait(item_id: str, quantity: str, pegged: str = "0") -> BackorderedLine:
    return BackorderedLine("1", item_id, Decimal(quantity), f"b-{item_id}", Decimal(pegged))


def promised(*lines: PromisedLine, waits: tuple[BackorderedLine, ...] = ()) -> StockPromised:
    return StockPromised("order", promised=lines, backordered=waits)


def told(step: str, *goods: Goods, number: str = NORTH) -> WarehouseProgressed:
    lines = tuple(ShippingLine("536365", "1", item_id, pieces(quantity)) for item_id, quantity in goods)
    sequence = ("allocated", "picked", "packed").index(step) + 1
    return WarehouseProgressed(WarehouseProgress("albion_uk", "north", number, step, sequence, MORNING, lines))  # type: ignore[arg-type]


def shipped(*goods: Goods, shipment: str = "SHN1", number: str = NORTH, reply_to: str = "") -> SalesOrderLinesShipped:
    lines = tuple(ShippedLine("1", item_id, pieces(quantity)) for item_id, quantity in goods)
    return SalesOrderLinesShipped(shipment, number, "north", MORNING, lines, reply_to=reply_to)


def delivered(*goods: Goods, shipment: str = "SHN1") -> SalesOrderLinesDelivered:
    lines = tuple(ShippedLine("1", item_id, pieces(quantity)) for item_id, quantity in goods)
    return SalesOrderLinesDelivered(shipment, MORNING, lines)


def released() -> Scenario:
    """Five kits: one in stock as such, four of components."""
    return order().given(placed(kits()), promised(grant("SET", "1"), grant("CUP", "8"), grant("PLATE", "4")))  # type: ignore[arg-type]


def test_a_kit_is_asked_for_with_what_it_consists_of_in_the_end() -> None:
    scenario = order().when(placed(kits("2", kit="HAMPER")))  # type: ignore[arg-type]
    (line,) = scenario.one(Reserve).lines
    assert (line.item, line.quantity) == ("HAMPER", Decimal(2))
    assert line.made_of == (MadeOf("CUP", Decimal(3)), MadeOf("HEART", Decimal(3)), MadeOf("PLATE", Decimal(1)))
    assert scenario.line("1").made_of == [("CUP", Decimal(3)), ("HEART", Decimal(3)), ("PLATE", Decimal(1))]


def test_parts_of_a_kit_and_kits_of_what_nobody_stocks_or_what_is_weighed_are_not_sold() -> None:
    order().when(placed(kits("1.5"))).then(opens="order_line_invalid", line_state={"1": "rejected"})  # type: ignore[arg-type]
    strange = sales_order(reads=network(kits={"SET": {"GHOST": Decimal(1)}}, more=[item("SET", "9.00")]))
    strange.when(placed(kits())).then(opens="order_line_invalid", line_state={"1": "rejected"})  # type: ignore[arg-type]
    ham = replace(item("HAM"), second_unit="KGM")
    weighed = sales_order(reads=network(kits={"SET": {"HAM": Decimal(1)}}, more=[item("SET", "9.00"), ham]))
    weighed.when(placed(kits())).then(opens="order_line_invalid", line_state={"1": "rejected"})  # type: ignore[arg-type]


def test_a_line_that_has_the_name_of_a_kits_component_is_not_taken_for_it() -> None:
    both = placed(kits(line="1"), ordered("1:CUP", "CUP", "4"))  # type: ignore[arg-type]
    order().when(both).then(opens="order_line_invalid", line_state={"1": "rejected", "1:CUP": "requested"})


def test_the_warehouse_is_asked_for_kits_and_components_and_everybody_else_hears_of_kits() -> None:
    scenario = order().given(placed(kits()))  # type: ignore[arg-type]
    scenario.when(promised(grant("SET", "1"), grant("CUP", "8"), grant("PLATE", "4")))
    lines = scenario.sent("warehouse_shipping_order").lines
    assert [(each.order_line, each.item, int(each.quantity.amount), each.kit) for each in lines] == [
        ("1", "SET", 1, ""), ("1", "CUP", 8, "SET"), ("1", "PLATE", 4, "SET"),
    ]  # fmt: skip
    (posted,) = scenario.sent("sales_order").lines
    assert (posted.line, posted.item, posted.quantity.amount) == ("1", "SET", Decimal(5))
    assert scenario.sent("order_status").lines == (("1", "released", Decimal(5)),)
    scenario.then(state="promised", line_state="released")


def test_what_leaves_as_whole_kits_is_invoiced_as_kits_at_their_price() -> None:
    goods = (("SET", "1"), ("CUP", "8"), ("PLATE", "4"))
    scenario = released().given(told("picked", *goods), told("packed", *goods))
    scenario.when(shipped(*goods)).then(opens=(), state="shipped", line_state="shipped")
    invoice = scenario.sent("invoice")
    assert [(line.order_line, line.item, line.quantity.amount) for line in invoice.lines] == [("1", "SET", Decimal(5))]
    assert invoice.total == Decimal("45.00")
    scenario.when(delivered(*goods)).then(state="delivered", line_state={"1": "delivered"}, finished=True)


def test_a_component_picked_short_ships_fewer_kits_and_the_rest_of_the_others_is_booked_and_asked_about() -> None:
    scenario = released().when(shipped(("SET", "1"), ("CUP", "8"), ("PLATE", "3")))
    scenario.then(opens="kit_incomplete", state="partially_shipped", line_state={"1": "released", "1:CUP": "shipped"})
    assert scenario.sent("invoice").total == Decimal("36.00")
    assert "2 of CUP" in scenario.one(OpenExceptionCase).detail
    booked = [
        (line.item, line.quantity) for move in scenario.all(Move) for line in move.lines if line.to_state == "customer"
    ]
    assert sorted(booked) == [("CUP", Decimal(8)), ("PLATE", Decimal(3)), ("SET", Decimal(1))]
    scenario.when(shipped(("PLATE", "1"), shipment="SHN2")).then(closes="kit_incomplete", state="shipped")
    assert scenario.sent("invoice").total == Decimal("9.00")


def test_what_a_short_pick_left_behind_can_be_cancelled_in_kits() -> None:
    scenario = released().given(shipped(("SET", "1"), ("CUP", "7"), ("PLATE", "3")))
    scenario.when(SalesOrderCancelled(("1",), "enough")).then(opens=(), state="shipped")
    assert scenario.line("1").cancelled == Decimal(1)
    assert {name for release in scenario.all(Release) for name in release.reservations} == {
        "r-CUP-north-8", "r-PLATE-north-4",
    }  # fmt: skip


def test_kits_that_wait_are_told_in_kits_and_owned_by_a_buyer_until_they_come() -> None:
    waits = (wait("CUP", "6"), wait("PLATE", "3", pegged="3"))
    scenario = order().given(placed(kits())).when(promised(grant("CUP", "4"), grant("PLATE", "2"), waits=waits))  # type: ignore[arg-type]
    scenario.then(opens="backorder_without_supply", state="backordered")
    assert scenario.one(OpenExceptionCase).lines == ("1",)
    assert scenario.sent("order_status").lines == (("1", "backordered", Decimal(5)),)
    assert scenario.line("1").backordered == Decimal(3)
    expected = BackorderExpected((wait("CUP", "6", pegged="6"),))
    scenario.when(expected).then(closes="backorder_without_supply")
    came = BackorderFilled("RCN1", (grant("CUP", "6", waited_as="b-CUP"), grant("PLATE", "3", waited_as="b-PLATE")))
    scenario.when(came).then(sends=("warehouse_shipping_order", "order_status"), state="promised")
    assert [line.quantity.amount for line in scenario.sent("warehouse_shipping_order").lines] == [
        Decimal(6),
        Decimal(3),
    ]


def test_a_kit_still_waits_when_less_than_one_kits_worth_of_a_component_does() -> None:
    waits = (wait("CUP", "2"), wait("PLATE", "1"))
    scenario = order().given(placed(kits("1")), promised(waits=waits))  # type: ignore[arg-type]
    came = BackorderFilled("RCN1", (grant("CUP", "1", waited_as="b-CUP"), grant("PLATE", "1", waited_as="b-PLATE")))
    scenario.when(came)
    assert scenario.line("1").backordered == Decimal(1)


def test_kits_that_wait_are_cancelled_with_all_their_components() -> None:
    waits = (wait("CUP", "6"), wait("PLATE", "3"))
    scenario = order().given(placed(kits()), promised(grant("CUP", "4"), grant("PLATE", "2"), waits=waits))  # type: ignore[arg-type]
    scenario.when(SalesOrderCancelled((), "changed my mind")).then(opens="cancel_too_late", state="promised")
    assert scenario.one(Release).reservations == ("b-CUP", "b-PLATE")
    assert (scenario.line("1").wanted, scenario.line("1").cancelled) == (Decimal(2), Decimal(3))
    waiting = order().given(placed(kits()), promised(waits=(wait("CUP", "10"), wait("PLATE", "5"))))  # type: ignore[arg-type]
    waiting.when(SalesOrderCancelled()).then(state="cancelled", line_state="cancelled")


def test_who_cancels_a_component_cancels_its_kit() -> None:
    scenario = order().given(placed(kits()), promised(waits=(wait("CUP", "10"), wait("PLATE", "5"))))  # type: ignore[arg-type]
    scenario.when(SalesOrderCancelled(("1:CUP",))).then(state="cancelled", line_state="cancelled")


@given(
    st.lists(st.lists(st.tuples(st.sampled_from(["SET", "CUP", "PLATE"]), st.integers(1, 9)), min_size=1), max_size=6)
)
def test_whatever_leaves_in_whatever_portions_whole_kits_are_invoiced_and_all_goods_are_booked(
    shipments: list[list[tuple[str, int]]],
) -> None:
    scenario, left = released(), Counter[str]()
    invoiced = ZERO
    booked = Counter[str]()
    for number, goods in enumerate(shipments):
        scenario.when(shipped(*((item_id, str(quantity)) for item_id, quantity in goods), shipment=f"SHN{number}"))
        for item_id, quantity in goods:
            left[item_id] += quantity
        bodies = [send.body for send in scenario.all(Send) if send.document == "invoice"]
        invoiced += sum((line.quantity.amount for body in bodies for line in body.lines), ZERO)  # type: ignore[attr-defined]
        assert all(line.item == "SET" for body in bodies for line in body.lines)  # type: ignore[attr-defined]
        for move in scenario.all(Move):
            for line in move.lines:
                booked[line.item] += int(line.quantity) * (line.to_state == "customer")
        made = min(left["CUP"] // 2, left["PLATE"])
        assert invoiced == left["SET"] + made
        rest = left["CUP"] > 2 * made or left["PLATE"] > made
        assert ("kit_incomplete" in scenario.data.problems) is rest
    assert booked == left


def test_refused_kits_are_refused_as_kits() -> None:
    scenario = order().given(placed(kits()))  # type: ignore[arg-type]
    answer = StockPromised("order", promised=(grant("CUP", "4"), grant("PLATE", "2")), refused=(("1", Decimal(3)),))
    scenario.when(answer).then(state="promised")
    assert scenario.line("1").wanted == Decimal(2)
    goods = (("CUP", "4"), ("PLATE", "2"))
    scenario.when(shipped(*goods)).then(opens=(), state="shipped")


def test_a_promise_of_a_component_can_be_withdrawn_and_come_again() -> None:
    scenario = released()
    gone = PromiseWithdrawn("r-CUP-north-8", "1", "CUP", "north", Decimal(3), "r-CUP-north-8~1")
    scenario.when(gone).then(nothing=True)
    again = BackorderFilled("RCN1", (PromisedLine("1", "CUP", "north", Decimal(3), "r2", "r-CUP-north-8~1"),))
    scenario.when(again).then(sends=(), state="promised")


def test_a_channel_that_promised_kits_beyond_stock_is_owned_in_kits() -> None:
    scenario = order("marketplace").given(placed(kits(), channel="marketplace"))  # type: ignore[arg-type]
    waits = (wait("CUP", "4"), wait("PLATE", "2"))
    answer = StockPromised("order", (grant("CUP", "6"), grant("PLATE", "3")), waits, shortage=(("1", Decimal(2)),))
    scenario.when(answer).then(opens="told_shortage", state="backordered")
    assert (scenario.line("1").short, scenario.line("1:CUP").short) == (Decimal(2), Decimal(4))


def test_an_edi_customer_is_answered_in_kits_and_its_ship_notice_waits_for_what_they_are_called() -> None:
    scenario = order("homestead").given(placed(kits(), channel="homestead", customer="HOME"))  # type: ignore[arg-type]
    waits = (wait("CUP", "2"), wait("PLATE", "1"))
    answer = StockPromised("order", (grant("CUP", "8"), grant("PLATE", "4")), waits, shortage=(("1", Decimal(1)),))
    scenario.when(answer)
    answers = scenario.sent("purchase_order_acknowledgement").answers
    assert [(each.kind, each.item, each.quantity.amount) for each in answers] == [
        ("accepted", "SET", Decimal(4)), ("backordered", "SET", Decimal(1)),
    ]  # fmt: skip
    number = "homestead-536365-north-1"
    scenario.when(shipped(("CUP", "8"), ("PLATE", "3"), number=number, reply_to="shipment/albion_uk/SHN1"))
    named = scenario.one(Emit)
    assert named.subject == "shipment/albion_uk/SHN1"
    assert named.body == ShippedLinesNamed(number, (ShippedLine("1", "SET", pieces("3")),))


def test_a_returned_kit_is_returned_and_so_is_one_whose_components_came_back() -> None:
    goods = (("SET", "1"), ("CUP", "8"), ("PLATE", "4"))
    scenario = released().given(shipped(*goods), delivered(*goods))
    scenario.when(SalesOrderLinesReturned("C1", (("1", Decimal(2)),))).then(opens=(), line_state={"1": "delivered"})
    parts = SalesOrderLinesReturned("C2", (("1", Decimal(6)), ("1", Decimal(3))), ("CUP", "PLATE"))
    scenario.when(parts).then(opens=(), state="returned", line_state={"1": "returned"})


def test_components_that_a_warehouse_ships_unasked_for_a_kit_are_booked_and_asked_about() -> None:
    scenario = order().given(placed(kits("1")), promised(grant("SET", "1")))  # type: ignore[arg-type]
    scenario.when(shipped(("CUP", "2"), ("PLATE", "1"))).then(opens="shipped_beyond_order", state="shipped")
    assert scenario.sent("invoice").total == Decimal("9.00")
