"""Lines of a sales order that a supplier ships: who is asked, what the customer hears, what can be cancelled."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from crossdock.events.sales_order import SalesOrderApproved, SalesOrderCancelled, SalesOrderLinesReturned
from crossdock.model.party import PartyRef
from crossdock.model.stock_policy import DropShipRule, Scope
from crossdock.processes._kit import Move, OpenExceptionCase, Release, Reserve
from crossdock.testing.scenario import Scenario
from tests.unit.processes.drop_shipping import LAMP, LATER, NUMBER, RULE, SUPPLIER, answered, bought, known, left, order
from tests.unit.processes.order_to_cash import ordered, placed, price, sales_order


def lamps(quantity: str = "10", **more: object) -> object:
    return ordered("1", "LAMP", quantity, "30.00", **more)


def asked() -> Scenario:
    """Ten lamps that Brightware was asked to ship."""
    return order().given(placed(lamps()))


def test_a_line_under_a_rule_is_bought_where_the_rule_says_and_nothing_is_asked_of_the_ledger() -> None:
    scenario = order().when(placed(lamps(), reference="C-77"))
    scenario.then(sends=("sales_order", "order_status"), line_state="released", state="promised", opens=())
    assert scenario.all(Reserve) == []
    placed_order = bought(scenario).order
    assert (placed_order.number, placed_order.supplier.id, placed_order.reference) == (NUMBER, SUPPLIER, "C-77")
    assert (placed_order.ship_to, placed_order.drop_ship.customer) == (PartyRef("17850"), PartyRef("17850"))
    (line,) = placed_order.lines
    assert (line.line, line.supplier_item, line.quantity.amount, line.price) == ("1", "B-LAMP", 10, price("18.00"))


def test_the_purchase_order_has_a_number_that_fits_into_documents_and_no_other_order_gets() -> None:
    other = order(channel="marketplace").when(placed(lamps(), channel="marketplace"))
    assert bought(other).order.number != NUMBER
    assert len(NUMBER) == 18


@pytest.mark.parametrize(
    "rule",
    [
        replace(RULE, until_on=dt.date(2010, 11, 30)),
        replace(RULE, scope=Scope(items=("LAMP",), channels=("homestead",))),
        replace(RULE, scope=Scope(items=("LAMP",), customers=("HOME",))),
    ],
)
def test_a_rule_of_another_day_channel_or_customer_leaves_the_line_to_stock(rule: DropShipRule) -> None:
    scenario = order(rule, lamp=replace(LAMP, preferred_location="north")).when(placed(lamps()))
    assert [line.line for line in scenario.one(Reserve).lines] == ["1"]


def test_a_kit_is_never_drop_shipped_for_it_may_lie_with_us_in_parts() -> None:
    scenario = sales_order(reads=known(kits={"LAMP": {"HEART": Decimal(1)}})).when(placed(lamps()))
    assert scenario.one(Reserve).lines[0].item == "LAMP"


def test_goods_that_are_weighed_are_never_drop_shipped() -> None:
    weighed = replace(LAMP, second_unit="KGM", second_per=Decimal(2), preferred_location="north")
    weighed = replace(weighed, sales_price=None)
    per_kilo = replace(price("30.00"), per=replace(price("1").per, unit="KGM"))
    scenario = order(lamp=weighed).when(placed(replace(lamps(), price=per_kilo)))
    assert scenario.one(Reserve).lines[0].item == "LAMP"


def test_an_item_of_which_nobody_said_what_it_costs_is_rejected_with_the_reason() -> None:
    scenario = order(lamp=replace(LAMP, purchase_price=None)).when(placed(lamps()))
    scenario.then(opens="order_line_invalid", line_state="rejected")
    assert "what it costs us" in scenario.one(OpenExceptionCase).detail


def test_another_supplier_than_the_items_own_is_not_told_an_id_that_is_not_its() -> None:
    scenario = order(lamp=replace(LAMP, supplier="kilncraft")).when(placed(lamps()))
    assert bought(scenario).order.lines[0].supplier_item == ""


def test_the_suppliers_yes_allocates_the_line() -> None:
    asked().when(answered("10")).then(line_state="allocated", state="promised", opens=(), sends=())


def test_what_left_is_invoiced_and_told_and_moves_no_stock() -> None:
    scenario = asked().when(answered("10"), left())
    scenario.then(sends=("invoice", "order_status"), line_state="shipped", state="shipped", opens=())
    assert scenario.all(Move) == []


def test_less_than_ordered_leaves_the_rest_waiting_without_supply() -> None:
    scenario = asked().when(answered("6", refused="4"))
    scenario.then(opens="drop_ship_refused", line_state="backordered", sends="order_status")
    assert scenario.one(OpenExceptionCase).owner == "buyer"
    scenario.when(left("6")).then(state="partially_shipped", line_state="backordered")


def test_what_was_refused_can_be_cancelled_and_then_the_order_is_complete() -> None:
    scenario = asked().given(answered("6", refused="4"), left("6"))
    scenario.when(SalesOrderCancelled(reason="no other way"))
    scenario.then(closes="drop_ship_refused", opens="cancel_too_late", line_state="shipped", state="shipped")


def test_a_line_that_is_refused_as_a_whole_is_cancelled_as_a_whole() -> None:
    scenario = asked().given(answered("0", refused="10"))
    scenario.when(SalesOrderCancelled()).then(line_state="cancelled", state="cancelled", closes="drop_ship_refused")
    scenario.then(opens=())


@pytest.mark.parametrize("told", [None, answered("10"), answered("0", later="10", on=LATER)])
def test_what_the_supplier_was_asked_to_ship_is_not_cancelled(told: object) -> None:
    scenario = asked()
    if told is not None:
        scenario.given(told)
    scenario.when(SalesOrderCancelled()).then(opens="cancel_too_late")
    assert scenario.data.state not in ("cancelled", "")
    assert scenario.all(Release) == []


def test_a_line_cancelled_before_the_order_goes_on_is_never_bought() -> None:
    held = order().given(placed(lamps(), customer="BLOCKED"))
    held.when(SalesOrderCancelled()).then(emits=(), state="cancelled")


def test_a_held_order_buys_once_it_is_approved() -> None:
    held = order().given(placed(lamps(), customer="BLOCKED"))
    held.when(SalesOrderApproved("credit")).then(emits="PurchaseOrderPlaced", line_state="released")


def test_the_supplier_may_ship_after_all_what_it_refused() -> None:
    scenario = asked().given(answered("6", refused="4"))
    scenario.when(answered("10")).then(closes="drop_ship_refused", line_state="allocated")
    scenario.when(left()).then(line_state="shipped", opens=())


def test_more_than_was_asked_for_is_asked_about() -> None:
    asked().when(left("12")).then(opens="shipped_beyond_order", line_state="shipped")


def test_goods_that_come_back_are_noted_as_for_any_line() -> None:
    scenario = asked().given(left())
    scenario.when(SalesOrderLinesReturned("R1", (("1", Decimal(10)),))).then(opens=(), line_state="returned")


def test_an_edi_customer_is_answered_as_for_any_line() -> None:
    scenario = order(channel="homestead").when(placed(lamps(), channel="homestead"))
    (answer,) = scenario.sent("purchase_order_acknowledgement").answers
    assert (answer.kind, answer.quantity.amount) == ("accepted", 10)


EVENTS = {
    "answer": [answered("6", later="4", on=LATER)],
    "first": [left("6")],
    "second": [left("4", shipment=f"{NUMBER}.2")],
}


@given(st.permutations(sorted(EVENTS)), st.sets(st.sampled_from(sorted(EVENTS))))
def test_the_order_in_which_answers_and_ship_notices_come_makes_no_difference(turn: list[str], twice: set[str]) -> None:
    scenario = order().given(placed(lamps()))
    for name in turn:
        for _ in range(2 if name in twice else 1):
            scenario.when(*EVENTS[name])
            scenario.then(opens=())
    line = scenario.line("1")
    assert (line.state, line.shipped, line.backordered, line.invoiced) == ("shipped", 10, 0, 10)
