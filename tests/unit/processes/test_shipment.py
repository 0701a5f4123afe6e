"""The specification of the shipment process."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from uuid import UUID

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crossdock.events.deliveries import DocumentDelivered
from crossdock.events.intake import ExpectationMissed
from crossdock.events.purchase_order import FunctionalAcknowledgementReceived
from crossdock.events.sales_order import (
    SalesOrderLinesDelivered,
    SalesOrderLinesShipped,
    ShippedLine,
    ShippedLinesNamed,
)
from crossdock.events.shipment import MilestoneReached, ShipmentDispatched
from crossdock.model.acknowledgement import FunctionalAcknowledgement
from crossdock.model.fulfillment import Milestone, ShippedOrder, ShippingLine, WarehouseShippingAdvice
from crossdock.model.packs import Conversion, Stated
from crossdock.model.party import PartyRef
from crossdock.model.quantity import Quantity
from crossdock.model.restating import as_stated
from crossdock.model.ship_notice import ShipNotice
from crossdock.processes._kit import Emit, Expect, Link, OpenExceptionCase, Send
from crossdock.processes.shipment import LIFECYCLE
from crossdock.testing.scenario import COMPANY, MORNING, Scenario, case
from tests.unit.processes.order_to_cash import network, pieces


def shipped_order(
    number: str = "536365", *lines: tuple[str, str], channel: str = "shop", release: int = 1
) -> ShippedOrder:
    return ShippedOrder(
        shipping_order=f"{number}-north-{release}",
        channel=channel,
        order_number=number,
        lines=tuple(
            ShippingLine(number, line, "HEART", pieces(quantity)) for line, quantity in lines or (("1", "10"),)
        ),
    )


def dispatched(
    *orders: ShippedOrder, packs: tuple[str, ...] = ("SSCC1",), warehouse: str = "north"
) -> ShipmentDispatched:
    return ShipmentDispatched(
        WarehouseShippingAdvice(
            company_id=COMPANY,
            warehouse=warehouse,
            number="SHN1",
            shipped_at=MORNING,
            customer=PartyRef("17850"),
            orders=orders or (shipped_order(),),
            carrier="carrier",
            packs=packs,
        )
    )


def reached(kind: str) -> MilestoneReached:
    return MilestoneReached(Milestone("SHN1", "carrier", kind, MORNING + dt.timedelta(days=1), raw_code="XX"))  # type: ignore[arg-type]


def shipment(warehouse: str = "north") -> Scenario:
    return case(LIFECYCLE, f"shipment/{COMPANY}/{warehouse}/SHN1", reads=network())


def on_its_way(*orders: ShippedOrder) -> Scenario:
    return shipment().given(dispatched(*orders))


def test_every_order_in_a_shipment_hears_which_of_its_lines_left() -> None:
    sent = shipment().when(
        dispatched(shipped_order("1", ("1", "5"), ("2", "3")), shipped_order("2", channel="marketplace"))
    )
    told = {emit.subject: emit.body for emit in sent.all(Emit)}
    assert set(told) == {f"sales_order/{COMPANY}/shop/1", f"sales_order/{COMPANY}/marketplace/2"}
    first = told[f"sales_order/{COMPANY}/shop/1"]
    assert isinstance(first, SalesOrderLinesShipped)
    assert (first.shipment, first.shipping_order, first.warehouse) == ("north.SHN1", "1-north-1", "north")
    assert [(line.line, line.quantity.amount) for line in first.lines] == [("1", 5), ("2", 3)]


def test_a_shipment_belongs_to_the_story_of_each_of_its_orders() -> None:
    sent = shipment().when(dispatched())
    assert Link(document=f"sales_order/{COMPANY}/shop/536365", role="ships") in sent.all(Link)


def test_the_carrier_is_booked_and_its_messages_find_the_shipment_by_its_number() -> None:
    sent = shipment().when(dispatched(packs=("A", "B")))
    sent.then(sends="shipment", state="dispatched")
    assert sent.one(Send).report
    assert (sent.sent("shipment").number, sent.sent("shipment").packs) == ("north.SHN1", 2)
    assert Link(kind="shipment", issuer="carrier", value="north.SHN1") in sent.all(Link)


def test_two_warehouses_may_number_their_shipments_alike() -> None:
    told = []
    for warehouse in ("north", "south"):
        order = shipped_order("A", channel="homestead")
        sent = shipment(warehouse).when(dispatched(order, warehouse=warehouse), reached("delivered"))
        facts = {emit.body.shipment for emit in sent.all(Emit)}  # type: ignore[attr-defined]
        told.append({send.number for send in sent.all(Send)} | {sent.sent("ship_notice").number} | facts)
    assert told == [{"north.SHN1"}, {"south.SHN1"}]


def test_delivery_is_expected_within_the_time_of_the_policy() -> None:
    assert shipment().when(dispatched()).then(expects="delivered").one(Expect).within == dt.timedelta(hours=120)


def test_the_carriers_reply_is_the_tracking_number_by_which_the_shipment_is_found() -> None:
    sent = on_its_way().when(DocumentDelivered(UUID(int=1), "shipment", "carrier", "SHN1", "SWL01"))
    assert sent.one(Link) == Link(kind="tracking_number", issuer="carrier", value="SWL01")
    assert sent.data.tracking == "SWL01"


def test_an_edi_customer_gets_one_ship_notice_over_all_its_orders() -> None:
    sent = shipment().when(
        dispatched(shipped_order("A", channel="homestead"), shipped_order("B", channel="homestead"), shipped_order("C"))
    )
    notice = sent.sent("ship_notice")
    assert [(line.order_number, line.pack) for line in notice.lines] == [("A", "SSCC1"), ("B", "SSCC1")]
    assert [send.to for send in sent.all(Send) if send.document == "ship_notice"] == ["homestead"]


def test_goods_that_go_to_another_place_than_the_customer_are_booked_and_announced_there() -> None:
    advice = dispatched(shipped_order("A", channel="homestead")).advice
    store = PartyRef("STORE1", name="Homestead store 1")
    sent = shipment().when(ShipmentDispatched(msgspec.structs.replace(advice, ship_to=store)))
    assert sent.sent("shipment").ship_to == store
    assert (sent.sent("ship_notice").ship_to, sent.sent("ship_notice").buyer.id) == (store, "17850")


def test_with_several_packs_no_line_claims_to_be_in_one_of_them() -> None:
    sent = shipment().when(dispatched(shipped_order("A", channel="homestead"), packs=("P1", "P2")))
    assert {line.pack for line in sent.sent("ship_notice").lines} == {""}


def test_a_shipment_dispatched_twice_changes_nothing() -> None:
    on_its_way().when(dispatched()).then(nothing=True)


@pytest.mark.parametrize("kind", ["collected", "in_transit", "out_for_delivery"])
def test_progress_moves_the_shipment_and_asks_for_nothing(kind: str) -> None:
    on_its_way().when(reached(kind)).then(nothing=True, state=kind, finished=False)


def test_delivery_is_told_to_every_order_once_with_all_its_lines() -> None:
    sent = on_its_way(
        shipped_order("1", ("1", "6")), shipped_order("1", ("1", "4"), ("2", "1"), release=2), shipped_order("2")
    )
    sent.when(reached("delivered")).then(
        emits="SalesOrderLinesDelivered", met="delivered", state="delivered", finished=True
    )
    told = {emit.subject.rsplit("/", 1)[1]: emit.body for emit in sent.all(Emit)}
    assert len(sent.all(Emit)) == 2
    first = told["1"]
    assert isinstance(first, SalesOrderLinesDelivered)
    assert [(line.line, line.quantity.amount) for line in first.lines] == [("1", 6), ("1", 4), ("2", 1)]
    assert first.delivered_at == MORNING + dt.timedelta(days=1)


def test_delivery_told_twice_is_passed_on_once() -> None:
    on_its_way().given(reached("delivered")).when(reached("delivered")).then(nothing=True)


@pytest.mark.parametrize("kind", ["collected", "in_transit", "exception", "returned", "UNKNOWN"])
def test_nothing_told_after_delivery_changes_anything(kind: str) -> None:
    on_its_way().given(reached("delivered")).when(reached(kind)).then(nothing=True, state="delivered")


def test_an_older_step_told_late_does_not_set_the_shipment_back() -> None:
    on_its_way().given(reached("out_for_delivery")).when(reached("collected")).then(state="out_for_delivery")


def test_trouble_on_the_way_is_customer_services_until_delivery() -> None:
    sent = on_its_way().when(reached("exception")).then(opens="shipment_exception", state="dispatched")
    assert sent.one(OpenExceptionCase).owner == "customer_service"
    sent.when(reached("delivered")).then(closes="shipment_exception")


def test_goods_that_the_carrier_brings_back_are_brought_to_a_person() -> None:
    on_its_way().when(reached("returned")).then(opens="shipment_returned", state="returned", finished=True)


def test_a_shipment_that_came_back_may_be_delivered_after_all() -> None:
    on_its_way().given(reached("returned")).when(reached("delivered")).then(
        closes="shipment_returned", state="delivered"
    )


def test_a_code_of_the_carrier_that_we_do_not_know_changes_nothing() -> None:
    on_its_way().when(reached("UNKNOWN")).then(nothing=True, state="dispatched")


def test_a_shipment_that_does_not_arrive_in_time_is_looked_for_until_it_arrives() -> None:
    sent = on_its_way().when(ExpectationMissed("delivered", MORNING)).then(opens="shipment_not_delivered")
    sent.when(reached("delivered")).then(closes="shipment_not_delivered")


def test_an_expectation_missed_after_delivery_means_nothing() -> None:
    on_its_way().given(reached("delivered")).when(ExpectationMissed("delivered", MORNING)).then(nothing=True)


def test_milestones_that_come_before_the_warehouses_advice_wait_for_it() -> None:
    sent = shipment().when(reached("in_transit"), reached("delivered"), dispatched())
    sent.then(emits=("SalesOrderLinesShipped", "SalesOrderLinesDelivered"), state="delivered")
    assert [type(emit.body).__name__ for emit in sent.all(Emit)] == [
        "SalesOrderLinesShipped",
        "SalesOrderLinesDelivered",
    ]


def test_an_edi_customer_that_could_not_read_the_ship_notice_is_looked_after() -> None:
    told = FunctionalAcknowledgement("SH", "1", "rejected")
    on_its_way().when(FunctionalAcknowledgementReceived("homestead", "ship_notice", "SHN1", told)).then(
        opens="functional_acknowledgement_rejected"
    )


@given(
    st.permutations(["collected", "in_transit", "out_for_delivery", "exception", "UNKNOWN", "delivered"]),
    st.lists(st.sampled_from(["collected", "in_transit", "exception", "delivered"]), max_size=4),
)
@settings(max_examples=100, deadline=None)
def test_milestones_in_any_order_and_number_deliver_once_and_leave_nothing_open(
    told: list[str], again: list[str]
) -> None:
    sent = on_its_way().when(*(reached(kind) for kind in told + again))
    sent.then(state="delivered")
    assert len(sent.all(Emit)) == 1
    assert sent.data.problems == []


# --- the units of the customer


CASE_OF_12 = Conversion("CA", "EA", 12, source="erp", document="items 4")


def in_cases(*quantities: str) -> Scenario:
    """A shipment of an EDI order that was placed in cases, and what the order tells of its lines."""
    reads = network()
    reads._packed = frozenset({"HEART"})
    lines = tuple((str(n), quantity) for n, quantity in enumerate(quantities, 1))
    order = shipped_order("A", *lines, channel="homestead")
    stated = Stated(Quantity(Decimal(9), "CA"), CASE_OF_12)
    named = tuple(ShippedLine(line, "HEART", pieces(quantity), stated=stated) for line, quantity in lines)
    scenario = case(LIFECYCLE, f"shipment/{COMPANY}/north/SHN1", reads=reads).given(dispatched(order))
    return scenario.when(ShippedLinesNamed(order.shipping_order, named))


def test_an_edi_customer_is_told_in_the_unit_it_ordered_in() -> None:
    (notice,) = [send.body for send in in_cases("24", "12").all(Send) if send.document == "ship_notice"]
    told = as_stated(notice)
    assert isinstance(told, ShipNotice)
    assert [line.quantity for line in told.lines] == [Quantity(Decimal(2), "CA"), Quantity(Decimal(1), "CA")]


def test_what_is_no_whole_number_of_packs_is_told_in_base_units_with_the_reason() -> None:
    scenario = in_cases("24", "7")
    (notice,) = [send.body for send in scenario.all(Send) if send.document == "ship_notice"]
    told = as_stated(notice)
    assert isinstance(told, ShipNotice)
    assert [line.quantity for line in told.lines] == [Quantity(Decimal(2), "CA"), pieces("7")]
    assert scenario.data.not_in_their_unit == [
        "order A line 2: 7 EA is no whole number of CA (1 CA = 12 EA, says erp items 4)"
    ]


def test_an_order_of_what_was_never_packed_is_not_asked() -> None:
    sent = shipment().when(dispatched(shipped_order("A", channel="homestead")))
    assert [emit.body.reply_to for emit in sent.all(Emit) if isinstance(emit.body, SalesOrderLinesShipped)] == [""]
