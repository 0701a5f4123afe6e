"""Catch weight: promised by the piece, invoiced and paid for by what was weighed, which is never guessed."""

from __future__ import annotations

from decimal import Decimal as D

from msgspec.structs import replace

from crossdock.events.purchase_order import (
    InvoicedLine,
    InvoiceLinesMatched,
    PurchaseOrderLinesInvoiced,
    PurchaseOrderLinesReceived,
    ReceivedLine,
)
from crossdock.events.sales_order import SalesOrderLinesShipped, ShippedGoodsWeighed, ShippedLine
from crossdock.events.supplier_documents import GoodsReceiptPosted
from crossdock.model.fulfillment import WarehouseShippingOrder
from crossdock.model.invoice import Invoice
from crossdock.model.masterdata import Customer, Item
from crossdock.model.quantity import Price, Quantity
from crossdock.model.ship_notice import GoodsReceipt, GoodsReceiptLine
from crossdock.processes import goods_receipt
from crossdock.processes._kit import CloseExceptionCase, Emit, Move, OpenExceptionCase, Send
from crossdock.testing.scenario import COMPANY, MORNING, Scenario, StaticReads, case
from tests.unit.processes import procure_to_pay as buying
from tests.unit.processes.order_to_cash import granted, network, ordered, placed, promised, sales_order

CHEESE = Item(
    COMPANY, "CHEESE", sales_price=Price(D("12.50"), "GBP", Quantity(D(1), "KGM")),
    purchase_price=Price(D("8.00"), "GBP", Quantity(D(1), "KGM")), preferred_location="north",
    second_unit="KGM", second_per=D("2.5"),
)  # fmt: skip


def kg(amount: str) -> Quantity:
    return Quantity(D(amount), "KGM")


def dairy() -> StaticReads:
    reads = network()
    reads._items[COMPANY, "CHEESE"] = CHEESE
    return reads


def cheese(per: str = "KGM", quantity: str = "3") -> Scenario:
    line = replace(ordered("1", "CHEESE", quantity), price=Price(D("12.50"), "GBP", Quantity(D(1), per)))
    return sales_order(reads=dairy()).given(placed(line))


def gone(second: Quantity | None, quantity: str = "3") -> SalesOrderLinesShipped:
    line = ShippedLine("1", "CHEESE", Quantity(D(quantity)), second=second)
    return SalesOrderLinesShipped("SHN1", "shop-536365-north-1", "north", MORNING, (line,))


def on_its_way() -> Scenario:
    return cheese().given(promised(granted("1", "3", item_id="CHEESE")))


def invoice_of(order: Scenario) -> Invoice:
    (body,) = [send.body for send in order.all(Send) if isinstance(send.body, Invoice)]
    return body


def test_a_warehouse_is_asked_to_weigh_what_is_invoiced_by_weight() -> None:
    order = cheese().when(promised(granted("1", "3", item_id="CHEESE")))
    (asked,) = [send.body for send in order.all(Send) if isinstance(send.body, WarehouseShippingOrder)]
    assert (asked.lines[0].quantity, asked.lines[0].weigh_in) == (Quantity(D(3)), "KGM")


def test_what_was_shipped_is_invoiced_by_its_weight_and_booked_with_both_quantities() -> None:
    order = on_its_way().when(gone(kg("7.354")))
    line = invoice_of(order).lines[0]
    assert (line.quantity, line.second, invoice_of(order).total) == (Quantity(D(3)), kg("7.354"), D("91.93"))
    left = [move for move in order.one(Move).lines if move.to_state == "customer"]
    assert [(move.quantity, move.second_quantity, move.second_unit) for move in left] == [(D(3), D("7.354"), "KGM")]
    assert all(move.second_quantity is None for move in order.one(Move).lines if move.to_state != "customer")


def test_without_a_weight_nothing_is_invoiced_and_the_warehouse_is_asked() -> None:
    order = on_its_way().when(gone(None))
    order.then(opens="shipped_without_weight", line_state="shipped")
    assert not [send for send in order.all(Send) if isinstance(send.body, Invoice)]
    assert order.one(OpenExceptionCase).owner == "warehouse"


def test_a_weight_in_another_unit_is_no_weight() -> None:
    on_its_way().when(gone(Quantity(D("7354"), "GRM"))).then(opens="shipped_without_weight")


def test_once_a_person_says_the_weight_it_is_booked_again_with_it_and_invoiced() -> None:
    order = on_its_way().given(gone(None)).when(ShippedGoodsWeighed("SHN1", (("1", D("7.35")),), "protocol"))
    back, again = order.one(Move).lines
    assert (back.from_state, back.to_state, back.second_quantity) == ("customer", "packed", None)
    assert (again.from_state, again.to_state, again.second_quantity) == ("packed", "customer", D("7.35"))
    assert (invoice_of(order).total, invoice_of(order).number) == (D("91.88"), "INV-shop-536365-w1")
    assert order.one(CloseExceptionCase).code == "shipped_without_weight"
    repeated = on_its_way().given(gone(None), ShippedGoodsWeighed("SHN1", (("1", D("7.35")),)))
    again_said = repeated.when(ShippedGoodsWeighed("SHN1", (("1", D("7.35")),)))
    assert not again_said.all(Move)


def test_goods_invoiced_by_weight_and_priced_by_the_piece_are_not_taken() -> None:
    order = sales_order(reads=dairy()).when(placed(ordered("1", "CHEESE", "3", "12.50")))
    order.then(opens="order_line_invalid", line_state="rejected")


def test_credit_is_judged_by_the_average_weight() -> None:
    reads = dairy()
    reads._customers[COMPANY, "17850"] = Customer(COMPANY, "17850", credit_limit=D("93.74"))
    line = replace(ordered("1", "CHEESE", "3"), price=CHEESE.sales_price)
    sales_order(reads=reads).when(placed(line)).then(opens="credit_hold")


# --- buying


def receipt(second: Quantity | None, condition: str = "good") -> GoodsReceiptPosted:
    line = GoodsReceiptLine("1", "4500001", "10", "CHEESE", Quantity(D(4)), condition, second=second)  # type: ignore[arg-type]
    return GoodsReceiptPosted(GoodsReceipt(COMPANY, "RCN1", "north", MORNING, (line,), "brightware"))


def counted(second: Quantity | None) -> Scenario:
    return case(goods_receipt.LIFECYCLE, f"goods_receipt/{COMPANY}/north/RCN1", reads=dairy()).when(receipt(second))


def test_a_receipt_is_booked_with_what_it_weighs_and_its_order_hears_of_it() -> None:
    scenario = counted(kg("9.8"))
    (line,) = scenario.one(Move).lines
    assert (line.quantity, line.second_quantity, line.second_unit) == (D(4), D("9.8"), "KGM")
    (told,) = [emit.body for emit in scenario.all(Emit) if isinstance(emit.body, PurchaseOrderLinesReceived)]
    assert told.lines[0].second == kg("9.8")


def test_a_receipt_without_a_weight_is_booked_and_asked_about() -> None:
    scenario = counted(None)
    scenario.then(opens="received_without_weight")
    assert scenario.one(Move).lines[0].second_quantity is None


def bought() -> Scenario:
    reads = buying.reads()
    reads._items[COMPANY, "CHEESE"] = replace(CHEESE, supplier="brightware")
    line = replace(buying.order_line("10", "CHEESE", "4"), price=CHEESE.purchase_price)
    return buying.order(reads).given(buying.placed(line))


def received(second: Quantity | None, good: int = 4) -> PurchaseOrderLinesReceived:
    line = ReceivedLine("10", "CHEESE", Quantity(D(good)), Quantity(D(0)), second=second)
    return PurchaseOrderLinesReceived("north/RCN1", (line,), supplier="brightware")


def charged(quantity: Quantity, price: str = "8.00") -> PurchaseOrderLinesInvoiced:
    line = InvoicedLine("10", "1", quantity, Price(D(price), "GBP", Quantity(D(1), quantity.unit)))
    return PurchaseOrderLinesInvoiced("INV1", buying.INVOICE, (line,), "brightware")


def verdict(scenario: Scenario) -> str:
    (matched,) = [emit.body for emit in scenario.all(Emit) if isinstance(emit.body, InvoiceLinesMatched)]
    return matched.matches[0].verdict


def test_a_suppliers_invoice_is_matched_with_what_was_weighed() -> None:
    scenario = bought().given(received(kg("9.8"))).when(charged(kg("9.8")))
    assert verdict(scenario) == "matched"
    scenario.then(line_state="matched")


def test_a_suppliers_invoice_for_more_than_was_weighed_does_not_match() -> None:
    assert verdict(bought().given(received(kg("9.8"))).when(charged(kg("9.9")))) == "quantity_mismatch"


def test_goods_that_nobody_weighed_are_not_paid_for_without_a_person() -> None:
    assert verdict(bought().given(received(None)).when(charged(kg("9.8")))) == "quantity_mismatch"


def test_an_invoice_by_the_piece_does_not_match_goods_paid_for_by_weight() -> None:
    assert verdict(bought().given(received(kg("9.8"))).when(charged(Quantity(D(4))))) == "quantity_mismatch"


def test_of_more_than_was_agreed_nobody_knows_the_weight_that_may_be_paid_for() -> None:
    assert verdict(bought().given(received(kg("14.7"), 6)).when(charged(kg("14.7")))) == "quantity_mismatch"
