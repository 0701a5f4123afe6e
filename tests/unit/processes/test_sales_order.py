"""The specification of the sales order process."""

from __future__ import annotations

import datetime as dt
import pathlib
import re
from decimal import Decimal

import msgspec
import pytest

import crossdock.processes.sales_order as process
from crossdock.events.inventory import PromiseReleased
from crossdock.events.purchase_order import FunctionalAcknowledgementReceived
from crossdock.events.sales_order import SalesOrderApproved, SalesOrderCancelled
from crossdock.model.acknowledgement import FunctionalAcknowledgement
from crossdock.model.masterdata import Customer, SalesPolicy
from crossdock.model.purchase_order import Charge
from crossdock.model.stock import StockRequestLine
from crossdock.model.stock_policy import Scope, ShelfLifeRule, SourcingRule, StockPolicies
from crossdock.processes._kit import (
    Commit,
    Expect,
    Link,
    OpenExceptionCase,
    Release,
    Reserve,
    Send,
)
from crossdock.processes.sales_order.v1 import CODES
from crossdock.testing.scenario import COMPANY, StaticReads
from tests.unit.processes.order_to_cash import (
    expected,
    filled,
    granted,
    item,
    network,
    ordered,
    placed,
    price,
    promised,
    released,
    sales_order,
    shipped,
    waiting,
)

MONDAY = dt.date(2010, 12, 6)


# --- judging the order


def test_an_order_that_is_in_order_asks_for_stock_from_the_items_own_location_first() -> None:
    order = sales_order().when(placed(ordered("1"), ordered("2", "MUG", "3", "4.25")))
    order.then(opens=(), sends=(), state="requested", line_state="requested")
    assert order.one(Reserve).lines == (
        StockRequestLine("1", "HEART", Decimal(10), ("north", "south")),
        StockRequestLine("2", "MUG", Decimal(3), ("south", "north")),
    )


def test_a_sourcing_rule_says_from_where_the_orders_of_its_channel_are_filled() -> None:
    scope = Scope(channels=("shop",), items=("HEART",))
    rules = StockPolicies(sourcing=(SourcingRule(name="from_the_east", scope=scope, locations=("east", "north")),))
    order = sales_order(reads=network(stock=rules)).when(placed(ordered("1"), ordered("2", "MUG", "3", "4.25")))
    assert [line.locations for line in order.one(Reserve).lines] == [("east", "north"), ("south", "north")]
    whole = StockPolicies(sourcing=(SourcingRule(name="whole", prefer="whole_order"),))
    order = sales_order(reads=network(stock=whole)).when(placed(ordered("1")))
    assert order.one(Reserve).lines == (
        StockRequestLine("1", "HEART", Decimal(10), ("north", "south"), whole_first=True),
    )


def test_goods_must_keep_as_long_as_the_rule_for_the_customer_says() -> None:
    rule = ShelfLifeRule(name="fussy", days=30, scope=Scope(customers=("17850",), items=("HEART",)))
    rules = network(stock=StockPolicies(shelf_life=(rule,)))
    order = sales_order(reads=rules).when(placed(ordered("1"), ordered("2", "MUG", "3", "4.25")))
    assert [line.keeps_until for line in order.one(Reserve).lines] == [dt.date(2010, 12, 31), None]
    easy = sales_order(reads=rules).when(placed(ordered("1"), customer="CASH"))
    assert [line.keeps_until for line in easy.one(Reserve).lines] == [None]


def test_what_a_marketplace_has_promised_is_booked_not_asked_and_counted_under_its_name() -> None:
    order = sales_order("marketplace").when(placed(channel="marketplace"))
    assert order.one(Commit).source == "marketplace"
    assert not order.all(Reserve)


def test_the_policy_of_the_channel_says_whether_an_order_may_be_partial_or_wait() -> None:
    policy = SalesPolicy(locations=("north",), backorder=False, partial=False)
    asked = sales_order(reads=network(policy)).when(placed()).one(Reserve)
    assert (asked.backorder, asked.partial) == (False, False)


def test_an_order_can_be_found_by_its_number_in_the_channel_and_the_customers_own_reference() -> None:
    order = sales_order().when(placed(reference="PO-77"))
    assert {(link.kind, link.issuer, link.value) for link in order.all(Link)} == {
        ("sales_order", "shop", "536365"),
        ("customer_reference", "17850", "PO-77"),
    }


def test_a_line_with_an_unknown_item_is_rejected_and_the_rest_of_the_order_goes_on() -> None:
    order = sales_order().when(placed(ordered("1"), ordered("2", "GHOST")))
    order.then(opens="unknown_item", line_state={"1": "requested", "2": "rejected"})
    assert order.one(OpenExceptionCase).owner == "customer_service"
    assert order.one(OpenExceptionCase).lines == ("2",)
    assert [line.line for line in order.one(Reserve).lines] == ["1"]


def test_an_item_that_no_location_supplies_is_rejected_like_an_unknown_one() -> None:
    reads = StaticReads(items=[item("HEART", location="")], customers=[Customer(COMPANY, "17850")])
    sales_order(reads=reads).when(placed()).then(opens="unknown_item", line_state={"1": "rejected"})


def test_an_order_with_nothing_but_unknown_items_ends_as_cancelled_and_the_channel_hears_it() -> None:
    order = sales_order().when(placed(ordered("1", "GHOST")))
    order.then(opens="unknown_item", sends="order_status", state="cancelled", finished=True)


def test_a_charge_among_the_lines_is_money_not_stock() -> None:
    order = sales_order().given(placed(ordered("1"), ordered("2", "POST", "1", "18.00")), promised(granted()))
    order.then(line_state={"1": "released", "2": "charge"})
    order.when(shipped()).then(state="shipped")
    assert order.sent("invoice").charges == (Charge("POST", Decimal("18.00")),)
    assert order.sent("invoice").total == Decimal("38.00")


def test_an_unknown_customer_holds_the_order_until_a_person_approves_it() -> None:
    order = sales_order().when(placed(customer="NOBODY"))
    order.then(opens="unknown_customer", state="held", line_state="accepted", sends=())
    assert not order.all(Reserve)
    order.when(SalesOrderApproved("customer")).then(closes="unknown_customer", state="requested")
    assert order.all(Reserve)


def test_a_price_outside_the_tolerance_holds_an_order_that_asks() -> None:
    sales_order().when(placed(ordered("1", at="1.80"))).then(opens="price_outside_tolerance", state="held")


def test_a_price_outside_the_tolerance_is_only_noted_where_the_channel_has_promised_it() -> None:
    order = sales_order("marketplace").when(placed(ordered("1", at="1.80"), channel="marketplace"))
    order.then(opens="price_outside_tolerance", state="requested")


def test_a_price_within_the_tolerance_passes() -> None:
    sales_order().when(placed(ordered("1", at="2.10"))).then(opens=(), state="requested")


def test_a_sample_may_cost_nothing() -> None:
    sales_order().when(placed(ordered("1", at="0.00", sample=True))).then(opens=(), state="requested")


def test_an_order_above_the_credit_limit_waits_for_a_person() -> None:
    order = sales_order().when(placed(ordered("1", quantity="501")))
    order.then(opens="credit_hold", state="held", sends=())


def test_charges_count_towards_the_credit_limit() -> None:
    order = placed(ordered("1", quantity="500"), charges=(Charge("POST", Decimal("0.01")),))
    sales_order().when(order).then(opens="credit_hold")


def test_a_customer_without_limit_may_order_for_any_amount() -> None:
    sales_order().when(placed(ordered("1", quantity="99999"), customer="CASH")).then(opens=(), state="requested")


def test_a_customer_on_hold_gets_nothing_even_where_the_channel_has_promised_it() -> None:
    order = sales_order("marketplace").when(placed(customer="BLOCKED", channel="marketplace"))
    order.then(opens="credit_hold", state="held")
    assert not order.all(Commit)


def test_an_order_with_two_holds_waits_for_both_to_be_lifted() -> None:
    order = sales_order().given(placed(ordered("1", quantity="600", at="1.80")))
    order.then(state="held")
    order.when(SalesOrderApproved("credit")).then(closes="credit_hold", state="held")
    order.when(SalesOrderApproved("price")).then(closes="price_outside_tolerance", state="requested")
    assert order.all(Reserve)


def test_a_hold_may_be_approved_under_the_code_of_its_exception_case() -> None:
    sales_order().given(placed(customer="NOBODY")).when(SalesOrderApproved("unknown_customer")).then(state="requested")


def test_approving_twice_or_without_a_hold_changes_nothing() -> None:
    held = sales_order().given(placed(customer="NOBODY"), SalesOrderApproved("customer"))
    held.when(SalesOrderApproved("customer")).then(nothing=True)
    sales_order().given(placed()).when(SalesOrderApproved("credit")).then(nothing=True)


def test_an_approval_that_comes_before_the_order_waits_for_it() -> None:
    order = sales_order().when(SalesOrderApproved("customer"), placed(customer="NOBODY"))
    order.then(opens="unknown_customer", closes="unknown_customer", state="requested")


def test_the_same_order_placed_again_changes_nothing() -> None:
    released().when(placed()).then(nothing=True, line_state="released")


# --- promising and releasing


def test_promised_stock_goes_to_the_erp_and_the_warehouse_and_the_channel_hears_it() -> None:
    order = sales_order().given(placed()).when(promised(granted()))
    order.then(
        sends=("sales_order", "warehouse_shipping_order", "order_status"),
        expects="shipped shop-536365-north-1",
        state="promised",
        line_state="released",
        opens=(),
    )
    assert [(send.document, send.to) for send in order.all(Send)] == [
        ("sales_order", "erp"),
        ("warehouse_shipping_order", "wms_north"),
        ("order_status", "shop"),
    ]


def test_a_shipping_order_has_a_number_of_its_own_under_which_the_case_is_found() -> None:
    order = sales_order().given(placed()).when(promised(granted()))
    sent = order.sent("warehouse_shipping_order")
    assert (sent.number, sent.warehouse, sent.order_number) == ("shop-536365-north-1", "north", "536365")
    assert order.one(Link) == Link(kind="shipping_order", issuer="albion_uk", value="shop-536365-north-1")


def test_the_warehouse_has_the_time_of_the_policy_to_ship() -> None:
    order = sales_order().given(placed()).when(promised(granted()))
    assert order.one(Expect).within == dt.timedelta(hours=48)
    assert order.one(Expect).of == "wms_north"


def test_each_warehouse_gets_a_shipping_order_with_its_part_of_a_line() -> None:
    order = sales_order().given(placed())
    order.when(promised(granted(quantity="6"), granted(quantity="4", location="south")))
    sent = [send.body for send in order.all(Send) if send.document == "warehouse_shipping_order"]
    assert [(body.number, body.lines[0].quantity.amount) for body in sent] == [  # type: ignore[attr-defined]
        ("shop-536365-north-1", Decimal(6)),
        ("shop-536365-south-2", Decimal(4)),
    ]
    assert order.line("1").total("promised") == 10


def test_lines_of_a_document_stand_in_the_order_a_person_numbers_them() -> None:
    order = sales_order().given(placed(*(ordered(str(n), quantity="1") for n in range(1, 12))))
    order.when(promised(*(granted(str(n), "1") for n in range(1, 12))))
    assert [line.line for line in order.sent("sales_order").lines] == [str(n) for n in range(1, 12)]
    assert [line.order_line for line in order.sent("warehouse_shipping_order").lines][-2:] == ["10", "11"]


def test_a_promise_told_twice_changes_nothing() -> None:
    released().when(promised(granted())).then(nothing=True)


def test_refused_stock_is_not_sold_and_the_rest_of_the_line_goes_out() -> None:
    order = sales_order().given(placed())
    order.when(promised(granted(quantity="6"), refused=(("1", Decimal(4)),)))
    order.then(state="promised", line_state="released")
    assert order.sent("sales_order").lines[0].quantity.amount == 6
    order.when(shipped(("1", "6"))).then(state="shipped", line_state="shipped")


def test_an_order_that_was_refused_whole_ends_and_the_erp_never_hears_of_it() -> None:
    order = sales_order().given(placed()).when(promised(refused=(("1", Decimal(10)),)))
    order.then(sends="order_status", state="cancelled", line_state="refused", finished=True)


def test_an_order_of_charges_only_is_invoiced_at_once() -> None:
    order = sales_order().when(placed(ordered("1", "POST", "1", "18.00")))
    order.then(sends=("sales_order", "invoice", "order_status"), state="invoiced", finished=True)
    assert order.sent("invoice").total == Decimal("18.00")
    assert order.sent("order_status").status == "invoiced"
    assert not order.all(Reserve)


# --- backorders and shortages


def test_part_of_a_line_goes_out_and_part_of_it_waits() -> None:
    order = sales_order().given(placed())
    order.when(promised(granted(quantity="6"), backordered=(waiting(pegged="4", expected_on=MONDAY),)))
    order.then(opens=(), state="backordered", line_state="backordered")
    assert order.sent("warehouse_shipping_order").lines[0].quantity.amount == 6
    assert order.sent("sales_order").lines[0].quantity.amount == 10
    assert order.line("1").expected_on == MONDAY


def test_a_buyer_owns_a_backorder_without_supply_and_has_a_date_to_answer_by() -> None:
    order = sales_order().given(placed()).when(promised(backordered=(waiting(quantity="10"),)))
    order.then(opens="backorder_without_supply", sends=("sales_order", "order_status"))
    opened = order.one(OpenExceptionCase)
    assert (opened.owner, opened.expected_on, opened.lines) == ("buyer", dt.date(2010, 12, 6), ("1",))


def test_a_backorder_covered_in_part_is_owned_too() -> None:
    order = sales_order().given(placed())
    order.when(promised(backordered=(waiting(quantity="10", pegged="7", expected_on=MONDAY),)))
    assert "3 of HEART" in order.one(OpenExceptionCase).detail


def test_expected_supply_takes_the_backorder_from_the_buyer() -> None:
    order = sales_order().given(placed(), promised(backordered=(waiting(quantity="10"),)))
    order.when(expected(quantity="10", pegged="10", on=MONDAY)).then(closes="backorder_without_supply", sends=())


def test_supply_that_is_lost_gives_the_backorder_back_to_a_buyer() -> None:
    order = sales_order().given(
        placed(), promised(backordered=(waiting(quantity="10", pegged="10", expected_on=MONDAY),))
    )
    order.when(expected(quantity="10", pegged="0")).then(opens="backorder_without_supply")


def test_a_filled_backorder_goes_out_in_a_shipping_order_of_its_own() -> None:
    order = sales_order().given(placed(), promised(granted(quantity="6"), backordered=(waiting(),)))
    order.when(filled()).then(
        sends=("warehouse_shipping_order", "order_status"),
        closes="backorder_without_supply",
        expects="shipped shop-536365-north-2",
        state="promised",
        line_state="released",
    )
    assert order.sent("warehouse_shipping_order").lines[0].quantity.amount == 4


def test_an_order_with_a_backorder_goes_out_in_two_shipments_and_two_invoices() -> None:
    order = sales_order().given(
        placed(), promised(granted(quantity="6"), backordered=(waiting(),)), shipped(("1", "6"))
    )
    order.then(state="partially_shipped", line_state="backordered")
    order.given(filled())
    order.when(shipped(("1", "4"), shipment="SHN2", number="shop-536365-north-2"))
    order.then(state="shipped", line_state="shipped")
    assert order.sent("invoice").number == "INV-shop-536365-2"
    assert order.line("1").invoiced == 10


def test_a_backorder_may_be_filled_in_two_parts() -> None:
    order = sales_order().given(placed(), promised(backordered=(waiting(quantity="10"),)), filled(quantity="7"))
    order.then(line_state="backordered")
    assert order.line("1").backordered == 3
    order.when(filled(quantity="3", nth=2)).then(line_state="released")
    assert order.line("1").total("promised") == 10


def test_a_fill_told_twice_is_shipped_once() -> None:
    order = sales_order().given(placed(), promised(granted(quantity="6"), backordered=(waiting(),)), filled())
    order.when(filled()).then(nothing=True)


def test_what_a_channel_promised_beyond_stock_is_a_shortage_that_a_buyer_owns() -> None:
    order = sales_order("marketplace").given(placed(channel="marketplace"))
    order.when(promised(granted(quantity="6"), backordered=(waiting(),), shortage=(("1", Decimal(4)),)))
    order.then(opens="told_shortage", state="backordered")
    assert order.one(OpenExceptionCase).owner == "buyer"


def test_a_shortage_that_supply_will_cover_is_expected_when_the_supply_is() -> None:
    order = sales_order("marketplace").given(placed(channel="marketplace"))
    pegged = waiting(pegged="4", expected_on=MONDAY)
    order.when(promised(granted(quantity="6"), backordered=(pegged,), shortage=(("1", Decimal(4)),)))
    assert order.one(OpenExceptionCase).expected_on == MONDAY


def test_a_shortage_is_over_when_stock_fills_it() -> None:
    order = sales_order("marketplace").given(placed(channel="marketplace"))
    order.given(promised(granted(quantity="6"), backordered=(waiting(),), shortage=(("1", Decimal(4)),)))
    order.when(filled()).then(closes="told_shortage", line_state="released")


def test_a_promise_that_ends_by_itself_is_brought_to_a_person() -> None:
    released().when(PromiseReleased("r1-north", "HEART", Decimal(10), "expired")).then(opens="promise_lost")


def test_a_promise_that_we_gave_back_ends_silently() -> None:
    order = sales_order().given(placed(), promised(backordered=(waiting(quantity="10"),)), SalesOrderCancelled())
    order.when(PromiseReleased("b1", "HEART", Decimal(10), "cancelled")).then(nothing=True)


# --- cancelling


def test_a_held_order_can_be_cancelled_whole() -> None:
    order = sales_order().given(placed(customer="NOBODY")).when(SalesOrderCancelled(reason="changed their mind"))
    order.then(closes="unknown_customer", sends="order_status", state="cancelled", finished=True)


def test_cancelling_ends_backorders_and_gives_their_place_back() -> None:
    order = sales_order().given(placed(), promised(backordered=(waiting(quantity="10"),)))
    order.when(SalesOrderCancelled()).then(closes="backorder_without_supply", state="cancelled")
    assert order.one(Release).reservations == ("b1",)


def test_what_a_warehouse_was_asked_to_ship_cannot_be_cancelled() -> None:
    order = released().when(SalesOrderCancelled()).then(opens="cancel_too_late", line_state="released", sends=())
    assert not order.all(Release)


def test_cancelling_a_line_that_ships_in_part_ends_what_still_waits() -> None:
    order = sales_order().given(placed(), promised(granted(quantity="6"), backordered=(waiting(),)))
    order.when(SalesOrderCancelled(("1",))).then(opens="cancel_too_late", closes="backorder_without_supply")
    assert order.line("1").cancelled == 4
    order.when(shipped(("1", "6"))).then(state="shipped")


def test_stock_that_reaches_a_cancelled_backorder_is_given_back() -> None:
    order = sales_order().given(placed(), promised(backordered=(waiting(quantity="10"),)), SalesOrderCancelled())
    order.when(filled(quantity="10")).then(sends=(), state="cancelled")
    assert order.one(Release).reservations == ("b1.1",)


def test_a_promise_that_reaches_a_cancelled_line_is_given_back() -> None:
    order = sales_order().given(placed(ordered("1"), ordered("2")), SalesOrderCancelled(("2",)))
    order.when(promised(granted("1"), granted("2"))).then(line_state={"1": "released", "2": "cancelled"})
    assert order.one(Release).reservations == ("r2-north",)
    assert [line.line for line in order.sent("sales_order").lines] == ["1"]


def test_cancelling_twice_or_an_unknown_line_changes_nothing() -> None:
    order = sales_order().given(placed(customer="NOBODY"), SalesOrderCancelled())
    order.when(SalesOrderCancelled(), SalesOrderCancelled(("99",))).then(nothing=True)


# --- EDI customers


def test_an_edi_customer_is_answered_line_by_line() -> None:
    order = sales_order("homestead").given(
        placed(ordered("1"), ordered("2", "GHOST"), channel="homestead", customer="HOME")
    )
    order.when(promised(granted(quantity="6"), backordered=(waiting(pegged="4", expected_on=MONDAY),)))
    sent = order.sent("purchase_order_acknowledgement")
    assert [(answer.line, answer.kind, answer.quantity.amount, answer.due_on) for answer in sent.answers] == [
        ("1", "accepted", Decimal(6), None),
        ("1", "backordered", Decimal(4), MONDAY),
        ("2", "rejected", Decimal(10), None),
    ]
    assert (sent.order_number, sent.buyer.id, sent.supplier.id) == ("536365", "HOME", "albion_uk")


def test_an_edi_order_of_unknown_items_is_answered_with_rejections_at_once() -> None:
    order = sales_order("homestead").when(placed(ordered("1", "GHOST"), channel="homestead", customer="HOME"))
    order.then(sends="purchase_order_acknowledgement", state="cancelled")


def test_an_edi_customer_gets_its_invoice_beside_the_erp() -> None:
    order = sales_order("homestead").given(placed(channel="homestead", customer="HOME"), promised(granted()))
    order.when(shipped())
    assert [(send.document, send.to) for send in order.all(Send)] == [("invoice", "erp"), ("invoice", "homestead")]


def test_a_functional_acknowledgement_matters_only_when_it_refuses() -> None:
    def answer(verdict: str) -> FunctionalAcknowledgementReceived:
        told = FunctionalAcknowledgement("PR", "1", verdict)  # type: ignore[arg-type]
        return FunctionalAcknowledgementReceived("homestead", "invoice", "INV-shop-536365-1", told)

    released("homestead").when(answer("accepted")).then(nothing=True)
    released("homestead").when(answer("rejected")).then(opens="functional_acknowledgement_rejected")


def test_every_exception_code_that_is_used_is_explained() -> None:
    folder = pathlib.Path(process.__file__).parent
    text = "".join(path.read_text() for path in folder.glob("v1*.py"))
    used = set(re.findall(r'(?:OpenExceptionCase|ask|hold|_own)\(\s*(?:case,\s*)?"([a-z_]+)"', text))
    used |= set(re.findall(r"yield (stock_negative)\(", text))
    assert used == set(CODES)


@pytest.mark.parametrize("number", [1, 21])
def test_a_case_survives_being_stored(number: int) -> None:
    order = sales_order().given(placed(*(ordered(str(n), quantity="1") for n in range(number)), customer="CASH"))
    order.given(promised(*(granted(str(n), "1") for n in range(number))))
    stored = msgspec.json.encode(order.data)
    assert msgspec.json.encode(order.lifecycle.decoder.decode(stored)) == stored
    assert order.line("0").price == price("2.00")
