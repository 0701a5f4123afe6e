"""Drop-ship from the customer's order to the supplier's money, over all cases: no stock of ours moves."""

from __future__ import annotations

from decimal import Decimal

from msgspec.structs import replace

from crossdock.events.sales_order import SalesOrderPlaced
from crossdock.events.shipment import MilestoneReached
from crossdock.model.fulfillment import Milestone
from crossdock.model.party import PartyRef
from crossdock.processes._kit import Commit, ExpectSupply, Move, Reserve, Send
from crossdock.testing.scenario import MORNING
from tests.unit.processes.drop_shipping import (
    INVOICE,
    LATER,
    NOTICE,
    NUMBER,
    PURCHASE_ORDER,
    SALES_ORDER,
    SHIPMENT,
    SUPPLIER,
    acknowledged,
    invoice,
    known,
    notice,
)
from tests.unit.processes.order_to_cash import granted, ordered, placed, promised
from tests.unit.processes.procure_to_pay import answer, delivered, functional, overdue
from tests.unit.processes.test_procure_to_pay import Network


def lamps(quantity: str = "10") -> SalesOrderPlaced:
    return placed(ordered("1", "LAMP", quantity, "30.00"))


def sold(quantity: str = "10") -> Network:
    """An order of ten lamps that Brightware has."""
    network = Network(known()).tell(SALES_ORDER, lamps(quantity)).tell(PURCHASE_ORDER, delivered(NUMBER))
    return network.tell(PURCHASE_ORDER, functional(number=NUMBER))


def accepted(quantity: str = "10") -> Network:
    return sold().tell(PURCHASE_ORDER, acknowledged(answer("1", "accepted", quantity, price="18.00")))


def arrived() -> MilestoneReached:
    return MilestoneReached(Milestone("TRACK1", "carrier", "delivered", MORNING))


def test_from_the_customers_order_to_the_suppliers_invoice() -> None:
    network = accepted().tell(NOTICE, notice()).tell(SHIPMENT, arrived()).tell(INVOICE, invoice())
    assert network.states() == {
        SALES_ORDER: "delivered",
        PURCHASE_ORDER: "matched",
        NOTICE: "received",
        SHIPMENT: "delivered",
        INVOICE: "approved",
    }
    assert all(scenario.lifecycle.finished(scenario.data) for scenario in network.cases.values())
    assert network.problems == []
    documents = [document for document, _ in network.sent]
    assert sorted(documents) == [
        "invoice",  # ours, to the ERP
        "order_status",  # promised
        "order_status",  # shipped
        "order_status",  # delivered
        "purchase_order",  # to the supplier
        "purchase_order",  # and to the ERP
        "purchase_order_acknowledgement",
        "sales_order",
        "supplier_invoice",
        "tracking_request",  # to the carrier that the supplier booked
    ]


def test_nothing_is_asked_of_the_ledger_and_nothing_moves_in_it() -> None:
    network = accepted().tell(NOTICE, notice()).tell(SHIPMENT, arrived()).tell(INVOICE, invoice())
    assert not [effect for effect in network.effects if isinstance(effect, Reserve | Commit | Move | ExpectSupply)]


def test_no_warehouse_hears_of_it_and_no_carrier_is_booked() -> None:
    network = accepted().tell(NOTICE, notice())
    told = {(effect.to, effect.document) for effect in network.effects if isinstance(effect, Send)}
    assert {to for to, _ in told} == {SUPPLIER, "erp", "shop", "carrier"}
    assert ("carrier", "shipment") not in told


def test_a_carrier_that_we_do_not_know_is_not_asked_and_customer_service_owns_the_delivery() -> None:
    event = notice()
    event = replace(event, notice=replace(event.notice, carrier="UPSN"))
    network = accepted().tell(NOTICE, event)
    assert "tracking_request" not in {document for document, _ in network.sent}
    network.tell(SHIPMENT, overdue("delivered"))
    assert network.problems == ["shipment_not_delivered"]


def test_the_ship_notice_may_come_before_the_answer() -> None:
    network = sold().tell(NOTICE, notice())
    assert network.states()[SALES_ORDER] == "shipped"
    network.tell(PURCHASE_ORDER, acknowledged(answer("1", "accepted", "10", price="18.00")))
    assert network.states()[SALES_ORDER] == "shipped"
    assert network.problems == []


def test_the_invoice_may_come_before_the_ship_notice() -> None:
    network = accepted().tell(INVOICE, invoice())
    assert network.states()[INVOICE] == "waiting"
    network.tell(NOTICE, notice())
    assert network.states()[INVOICE] == "approved"


def test_the_same_ship_notice_again_is_no_second_shipment() -> None:
    network = accepted().tell(NOTICE, notice()).tell(NOTICE, notice())
    assert [subject for subject in network.cases if subject.startswith("shipment/")] == [SHIPMENT]
    assert network.cases[SALES_ORDER].line("1").shipped == 10


def test_two_ship_notices_are_two_shipments_and_two_invoices() -> None:
    second = notice("4", "SN2", tracking="TRACK2")
    network = accepted().tell(NOTICE, notice("6")).tell(NOTICE.replace("SN1", "SN2"), second)
    assert network.states()[SALES_ORDER] == "shipped"
    assert [number for document, number in network.sent if document == "invoice"] == [
        "INV-shop-536365-1",
        "INV-shop-536365-1.2",
    ]


def test_an_order_of_goods_from_stock_and_of_such_that_a_supplier_ships() -> None:
    network = Network(known()).tell(SALES_ORDER, placed(ordered("1", "LAMP", "10", "30.00"), ordered("2")))
    (asked,) = [effect for effect in network.effects if isinstance(effect, Reserve)]
    assert [line.line for line in asked.lines] == ["2"]
    assert PURCHASE_ORDER not in network.cases
    network.tell(SALES_ORDER, promised(granted("2")))
    assert list(network.cases[PURCHASE_ORDER].data.lines) == ["1"]
    assert network.states()[SALES_ORDER] == "promised"
    network.tell(PURCHASE_ORDER, delivered(NUMBER)).tell(NOTICE, notice())
    assert network.states()[SALES_ORDER] == "partially_shipped"


def test_a_price_outside_the_terms_waits_for_a_buyer_and_the_customer_hears_nothing() -> None:
    network = sold().tell(PURCHASE_ORDER, acknowledged(answer("1", "accepted", "10", price="25.00")))
    assert network.problems == ["acknowledgement_outside_tolerance"]
    assert network.cases[SALES_ORDER].line("1").state == "released"


def test_what_the_supplier_refuses_waits_and_a_buyer_owns_it() -> None:
    network = sold().tell(PURCHASE_ORDER, acknowledged(answer("1", "rejected", "10")))
    assert network.states()[SALES_ORDER] == "backordered"
    assert network.problems == ["line_rejected", "drop_ship_refused"]


def test_what_comes_later_moves_the_day_and_needs_nobody_of_customer_service() -> None:
    later = (answer("1", "accepted", "6", price="18.00"), answer("1", "backordered", "4", price="18.00", due_on=LATER))
    network = sold().tell(PURCHASE_ORDER, acknowledged(*later))
    line = network.cases[SALES_ORDER].line("1")
    assert (line.state, line.backordered, line.pegged, line.expected_on) == ("backordered", 4, 4, LATER)
    assert network.problems == ["line_backordered"]
    network.tell(NOTICE, notice("6")).tell(NOTICE.replace("SN1", "SN2"), notice("4", "SN2"))
    assert network.states()[SALES_ORDER] == "shipped"
    assert "shipped_beyond_order" not in network.problems


def test_goods_that_are_never_announced_are_a_buyers_and_what_is_missing_waits() -> None:
    network = accepted().tell(NOTICE, notice("6"))
    network.tell(PURCHASE_ORDER, delivered(NUMBER))
    network.cases[PURCHASE_ORDER].after(days=20)
    network.tell(PURCHASE_ORDER, overdue("ship_notice"))
    line = network.cases[SALES_ORDER].line("1")
    assert (line.state, line.backordered, line.shipped) == ("backordered", Decimal(4), Decimal(6))
    assert {"ship_notice_overdue", "receipt_short", "drop_ship_refused"} <= set(network.problems)
    network.tell(NOTICE.replace("SN1", "SN2"), notice("4", "SN2"))
    assert network.states()[SALES_ORDER] == "shipped"
    assert network.cases[SALES_ORDER].data.problems == []


def test_a_supplier_that_charges_more_than_it_shipped_is_not_paid_by_itself() -> None:
    network = accepted().tell(NOTICE, notice("6")).tell(INVOICE, invoice())
    assert ("supplier_invoice", f"{SUPPLIER}.INV1") not in network.sent


def test_goods_announced_to_a_warehouse_of_ours_are_not_told_as_shipped_to_the_customer() -> None:
    event = notice()
    event = replace(event, notice=replace(event.notice, ship_to=PartyRef("north")))
    network = accepted().tell(NOTICE, event)
    assert network.problems == ["announcement_elsewhere"]
    assert network.states()[SALES_ORDER] == "promised"
    assert not [subject for subject in network.cases if subject.startswith("shipment/")]
