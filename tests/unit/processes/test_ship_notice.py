"""A ship notice: told to its orders and its warehouse, until its goods are received."""

import datetime as dt
from decimal import Decimal

from msgspec.structs import replace

from crossdock.events.intake import ExpectationMissed
from crossdock.events.purchase_order import PurchaseOrderLinesAnnounced, PurchaseOrderLinesReceived, ReceivedLine
from crossdock.events.supplier_documents import ShipNoticeLinesReceived
from crossdock.model.party import PartyRef
from crossdock.model.quantity import Quantity
from crossdock.processes import ship_notice as process
from crossdock.processes._kit import Emit, Expect, Link, OpenExceptionCase, Send
from crossdock.testing.scenario import COMPANY, MORNING, Scenario, StaticReads, case
from tests.unit.processes.procure_to_pay import DUE, TERMS, ea, packed, reads, ship_notice

SUBJECT = f"ship_notice/{COMPANY}/brightware/SN1"
BOTH = ship_notice(packed("4500001", "10", "85123A", "100"), packed("4500002", "10", "22423", "50"))


def notice(known: StaticReads | None = None) -> Scenario:
    return case(process.LIFECYCLE, SUBJECT, reads=known or reads())


def lines_received(*lines: tuple[str, str], receipt: str = "north/R1", final: bool = True) -> ShipNoticeLinesReceived:
    parts = tuple(ReceivedLine(line, "85123A", ea(quantity), ea(0), "SN1") for line, quantity in lines)
    return ShipNoticeLinesReceived(receipt, parts, final)


def test_one_ship_notice_over_two_orders_tells_both_and_the_warehouse() -> None:
    scenario = (
        notice()
        .when(BOTH)
        .then(
            emits="PurchaseOrderLinesAnnounced",
            sends="inbound_advice",
            expects="receipt",
            line_state="announced",
            opens=(),
        )
    )
    told = {emit.subject: emit.body for emit in scenario.all(Emit)}
    assert sorted(told) == ["purchase_order/albion_uk/4500001", "purchase_order/albion_uk/4500002"]
    body = told["purchase_order/albion_uk/4500002"]
    assert isinstance(body, PurchaseOrderLinesAnnounced)
    assert (body.ship_notice, body.expected_on, body.lines[0].quantity) == ("SN1", DUE, ea(50))
    assert body.supplier == "brightware"
    assert scenario.one(Send).to == "wms_north"
    assert [link.document for link in scenario.all(Link)] == sorted(told)


def test_goods_announced_in_another_unit_are_asked_about_and_not_counted() -> None:
    cases = replace(packed("4500001", "10", "85123A", "10"), quantity=Quantity(Decimal(10), "CA"))
    scenario = notice().when(ship_notice(cases, packed("4500002", "10", "22423", "50")))
    scenario.then(opens="ship_notice_unknown_unit", line_state={"4500002/10": "announced"})
    assert scenario.one(Emit).subject == "purchase_order/albion_uk/4500002"
    assert [line.item for line in scenario.sent("inbound_advice").lines] == ["22423"]
    notice().when(ship_notice(cases)).then(opens="ship_notice_unknown_unit", emits=(), sends=(), expects=())


def test_a_receipt_that_is_taken_back_leaves_the_goods_announced() -> None:
    scenario = notice().given(BOTH, lines_received(("4500001/10", "60"), final=False))
    scenario.when(lines_received(("4500001/10", "-60"), receipt="north/R2", final=False))
    scenario.then(line_state="announced", state="announced", finished=False)


def test_packs_of_the_same_order_line_are_announced_as_one() -> None:
    scenario = notice().when(
        ship_notice(packed("4500001", "10", "85123A", "60", "P1"), packed("4500001", "10", "85123A", "40", "P2"))
    )
    body = scenario.one(Emit).body
    assert isinstance(body, PurchaseOrderLinesAnnounced)
    assert [line.quantity for line in body.lines] == [ea(100)]
    assert len(scenario.sent("inbound_advice").lines) == 2


def test_the_receipt_is_owed_after_the_goods_should_be_here_with_their_value_at_risk() -> None:
    owed = notice().when(BOTH).one(Expect)
    assert owed.within == dt.timedelta(hours=TERMS.receipt_hours)
    assert owed.money_at_risk is not None
    assert owed.money_at_risk.amount == Decimal("150.00")
    late = ship_notice(packed("4500001", "10", "85123A", "1")).notice
    later = replace(late, expected_on=dt.date(2010, 12, 20))
    scenario = notice().when(type(BOTH)(later))
    assert scenario.one(Expect).within == dt.datetime(2010, 12, 21, tzinfo=dt.UTC) - MORNING


def test_a_full_receipt_ends_the_notice() -> None:
    notice().given(BOTH).when(lines_received(("4500001/10", "100"), ("4500002/10", "50"))).then(
        met="receipt", line_state="received", state="received", finished=True, emits=()
    )


def test_a_first_receipt_of_two_leaves_the_rest_owed() -> None:
    scenario = (
        notice()
        .given(BOTH)
        .when(lines_received(("4500001/10", "60"), final=False))
        .then(met=(), state="partly_received", line_state={"4500001/10": "partly_received", "4500002/10": "announced"})
    )
    scenario.when(lines_received(("4500001/10", "40"), ("4500002/10", "50"), receipt="north/R2")).then(
        met="receipt", line_state="received"
    )


def test_a_final_receipt_leaves_short_lines_and_tells_orders_of_which_nothing_came() -> None:
    scenario = (
        notice()
        .given(BOTH)
        .when(lines_received(("4500001/10", "90")))
        .then(line_state="short", state="received", met="receipt", finished=True)
    )
    told = scenario.one(Emit)
    assert told.subject == "purchase_order/albion_uk/4500002"
    assert told.body == PurchaseOrderLinesReceived("north/R1", (), closes=("SN1",), supplier="brightware")


def test_goods_that_come_after_the_notice_was_finished_still_count() -> None:
    scenario = notice().given(BOTH, lines_received(("4500001/10", "90"), ("4500002/10", "50")))
    scenario.when(lines_received(("4500001/10", "10"), receipt="north/R2", final=False)).then(line_state="received")


def test_a_receipt_before_the_notice_waits_for_it() -> None:
    scenario = notice().when(lines_received(("4500001/10", "100"), ("4500002/10", "50")))
    scenario.then(deadlines="waiting_for_document", emits=(), opens=())
    scenario.when(BOTH).then(emits="PurchaseOrderLinesAnnounced", line_state="received", finished=True)


def test_a_receipt_that_is_told_twice_counts_once() -> None:
    first = lines_received(("4500001/10", "60"), final=False)
    scenario = notice().given(BOTH, first).when(first).then(nothing=True)
    assert scenario.line("4500001/10").received == 60


def test_the_same_notice_again_changes_nothing() -> None:
    notice().given(BOTH).when(BOTH).then(nothing=True)


def test_goods_that_were_not_announced_stand_as_such() -> None:
    scenario = notice().given(BOTH)
    scenario.when(lines_received(("4500001/10", "100"), ("4500002/10", "50"), ("4500003/10", "5"))).then(
        line_state={"4500003/10": "unannounced"}, state="received", emits=()
    )


def test_a_missing_receipt_is_for_the_warehouse_until_it_comes() -> None:
    scenario = (
        notice()
        .given(BOTH)
        .when(ExpectationMissed("receipt", MORNING))
        .then(opens="receipt_overdue", line_state="announced")
    )
    assert scenario.one(OpenExceptionCase).owner == "warehouse"
    scenario.when(lines_received(("4500001/10", "100"), ("4500002/10", "50"))).then(closes="receipt_overdue")


def test_a_line_without_order_or_known_item_asks_a_buyer_and_the_rest_goes_on() -> None:
    event = ship_notice(packed("", "", "85123A", "5"), packed("4500001", "10", "99999", "5"))
    notice().when(event).then(
        opens=("ship_notice_unknown_order", "ship_notice_unknown_item"),
        emits="PurchaseOrderLinesAnnounced",
        sends="inbound_advice",
    )


def test_goods_for_a_place_without_warehouse_are_announced_to_their_orders_only() -> None:
    event = ship_notice(packed("4500001", "10", "85123A", "5"), ship_to=PartyRef("moon"))
    scenario = notice().when(event).then(opens=(), sends=(), emits="PurchaseOrderLinesAnnounced", expects="receipt")
    assert scenario.one(Emit).body.elsewhere.ship_to == "moon"


def test_goods_of_no_order_for_a_place_without_warehouse_are_a_buyers() -> None:
    event = ship_notice(packed("", "10", "85123A", "5"), ship_to=PartyRef("moon"))
    notice().when(event).then(opens={"ship_notice_unknown_location", "ship_notice_unknown_order"}, sends=())
