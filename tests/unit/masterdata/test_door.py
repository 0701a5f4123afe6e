from __future__ import annotations

import datetime as dt
from decimal import Decimal

import msgspec
import pytest

from crossdock.events.sales_order import SalesOrderPlaced
from crossdock.masterdata import Masterdata
from crossdock.masterdata.door import Door, document_of
from crossdock.model.fulfillment import (
    InventoryReport,
    ShippedOrder,
    ShippingLine,
    StockLevel,
    WarehouseShippingAdvice,
)
from crossdock.model.invoice import Invoice, InvoiceLine
from crossdock.model.masterdata import Item
from crossdock.model.packs import Pack, Stated
from crossdock.model.party import PartyRef
from crossdock.model.purchase_order import PurchaseOrder, PurchaseOrderLine, Schedule
from crossdock.model.quantity import Price, Quantity
from crossdock.model.restating import as_stated
from crossdock.model.sales_order import ReturnAuthorization, ReturnLine, SalesOrder, SalesOrderLine

UK = "albion_uk"
AT = dt.datetime(2026, 3, 9, 12, tzinfo=dt.UTC)
MASTER = Masterdata(
    [
        Item(UK, "85123A"),
        Item(UK, "CHEDDAR", unit="KGM"),
        Item(UK, "POST", kind="charge"),
        Item(UK, "HAM", second_unit="KGM", second_per=Decimal("2.5")),
        Pack(UK, "HAM", "CA", 4, source="erp", document="items 5"),
        Pack(UK, "85123A", "CA", 12, source="erp", document="items 4"),
        Pack(UK, "85123A", "CA", 10, valid_from=dt.date(2026, 3, 10), source="erp", document="items 9"),
    ]
)


def quantity(amount: str, unit: str = "EA") -> Quantity:
    return Quantity(Decimal(amount), unit)


def sold(item: str, said: Quantity, price: str = "10.00", per: str = "") -> SalesOrder:
    cost = Price(Decimal(price), "GBP", Quantity(Decimal(1), per or said.unit))
    line = SalesOrderLine("10", item, said, cost)
    return SalesOrder(UK, "edi", "PO-1", PartyRef("17850"), AT, "GBP", (line,))


def at_door(order: SalesOrder, on: dt.date = dt.date(2026, 3, 9)) -> tuple[SalesOrder, Door]:
    door = Door(MASTER, UK, on)
    return door.in_base_units(order), door


def test_cases_become_pieces_and_what_was_said_is_kept() -> None:
    order, door = at_door(sold("85123A", quantity("5", "CA")))
    (line,) = order.lines

    assert door.refused == []
    assert line.quantity == quantity("60")
    assert line.price == Price(Decimal("10.00"), "GBP", quantity("12"))
    assert isinstance(line.stated, Stated)
    assert line.stated.quantity == quantity("5", "CA")
    assert (line.stated.conversion.numerator, line.stated.conversion.document) == (12, "items 4")


def test_the_pack_of_the_documents_date_counts() -> None:
    order, _ = at_door(sold("85123A", quantity("5", "CA")), dt.date(2026, 3, 10))

    assert order.lines[0].quantity == quantity("50")


def test_a_line_in_base_units_is_the_very_same() -> None:
    order = sold("85123A", quantity("5"))

    assert at_door(order)[0] is order


@pytest.mark.parametrize(
    ("item", "said", "words"),
    [
        ("85123A", quantity("2", "BX"), "nothing says what one BX holds on 2026-03-09"),
        ("85123A", quantity("0.5"), "no part of one can be sold"),
        ("85123A", quantity("0.1", "CA"), "no whole number of EA"),
        ("85123A", quantity("3", "KGM"), "KGM is mass and EA is pieces"),
        ("CHEDDAR", quantity("3"), "EA is pieces and KGM is mass"),
        ("NOPE", quantity("2", "CA"), "NOPE is no item of albion_uk"),
    ],
)
def test_what_has_no_exact_meaning_is_refused_with_words(item: str, said: Quantity, words: str) -> None:
    order = sold(item, said)
    told, door = at_door(order)

    assert told is order
    (refused,) = door.refused
    assert (refused.line, refused.place) == ("10", 0)
    assert words in refused.words


def test_an_item_not_told_of_yet_passes_in_pieces_and_a_charge_in_any_part() -> None:
    assert at_door(sold("NOPE", quantity("2")))[1].refused == []
    assert at_door(sold("POST", quantity("0.5")))[1].refused == []


def test_a_price_per_case_of_pieces_ordered_singly_is_kept_exactly() -> None:
    order, _ = at_door(sold("85123A", quantity("24"), "10.00", "CA"))

    assert order.lines[0].price.extend(order.lines[0].quantity).amount == Decimal("20.00")


def test_schedules_are_converted_with_their_line_and_told_back_with_it() -> None:
    splits = (Schedule(quantity("2", "CA")), Schedule(quantity("3", "CA")))
    price = Price(Decimal("10.00"), "GBP", Quantity(Decimal(1), "CA"))
    line = PurchaseOrderLine("1", "85123A", quantity("5", "CA"), price, schedules=splits)
    us = PartyRef(UK)
    order = PurchaseOrder(UK, "1", us, PartyRef("kilncraft"), us, AT.date(), "GBP", (line,))
    told = Door(MASTER, UK, AT.date()).in_base_units(order)

    assert [split.quantity for split in told.lines[0].schedules] == [quantity("24"), quantity("36")]
    back = as_stated(told)
    assert msgspec.structs.replace(back.lines[0], stated=None) == line


def test_a_case_and_a_half_is_told_in_pieces_where_the_price_allows() -> None:
    order, _ = at_door(sold("85123A", quantity("5", "CA"), "12.00"))
    line = msgspec.structs.replace(order.lines[0], quantity=quantity("30"))
    told = as_stated(msgspec.structs.replace(order, lines=(line,))).lines[0]
    assert (told.quantity, told.price) == (quantity("30"), Price(Decimal(1), "GBP"))

    order, _ = at_door(sold("85123A", quantity("5", "CA"), "10.00"))
    line = msgspec.structs.replace(order.lines[0], quantity=quantity("30"))
    told = as_stated(msgspec.structs.replace(order, lines=(line,))).lines[0]
    assert told.quantity == quantity("2.5", "CA")
    assert told.price == Price(Decimal("10.00"), "GBP", quantity("1", "CA"))


def test_a_system_of_ours_is_told_in_base_units_where_the_price_allows() -> None:
    order, _ = at_door(sold("85123A", quantity("5", "CA"), "12.00"))
    assert as_stated(order, "base").lines[0].quantity == quantity("60")

    order, _ = at_door(sold("85123A", quantity("5", "CA"), "10.00"))
    assert as_stated(order, "base").lines[0].quantity == quantity("5", "CA")


def test_a_statement_of_stock_is_converted_line_by_line() -> None:
    levels = (StockLevel("85123A", quantity("2", "CA")), StockLevel("CHEDDAR", quantity("500", "GRM")))
    report = Door(MASTER, UK, AT.date()).in_base_units(InventoryReport(UK, "york", "1", AT, levels))

    assert [level.quantity for level in report.levels] == [quantity("24"), quantity("0.5", "KGM")]


def test_a_document_says_its_date_and_its_partner() -> None:
    placed = SalesOrderPlaced(sold("85123A", quantity("1")))

    assert document_of(placed, lambda channel: "homestead") == (AT, "homestead")
    assert document_of(placed, lambda channel: "") == (AT, "17850")


def weighed(second: Quantity | None, said: Quantity | None = None) -> tuple[ShippingLine, Door]:
    line = ShippingLine("1", "1", "HAM", said or quantity("3"), second=second)
    order = ShippedOrder("1-north-1", "shop", "1", (line,))
    advice = WarehouseShippingAdvice(UK, "north", "SHN1", AT, PartyRef("17850"), (order,))
    door = Door(MASTER, UK, AT.date())
    return door.in_base_units(advice).orders[0].lines[0], door


def test_what_is_invoiced_by_weight_keeps_its_price_per_weight_and_is_counted_in_pieces() -> None:
    order, door = at_door(sold("HAM", quantity("2", "CA"), "12.50", "KGM"))
    line = order.lines[0]
    assert (line.quantity, line.price.per.unit, door.refused) == (quantity("8"), "KGM", [])


def test_what_was_weighed_is_told_in_the_items_own_second_unit() -> None:
    line, door = weighed(quantity("7354", "GRM"), quantity("1", "CA"))
    assert (line.quantity, line.second, door.refused) == (quantity("4"), quantity("7.354", "KGM"), [])


@pytest.mark.parametrize(
    ("second", "words"),
    [
        (quantity("0", "KGM"), "3 of HAM cannot weigh 0 KGM"),
        (quantity("-1", "KGM"), "3 of HAM cannot weigh -1 KGM"),
        (quantity("3", "MTR"), "MTR"),
    ],
)
def test_goods_that_weigh_nothing_or_no_weight_are_refused(second: Quantity, words: str) -> None:
    _, door = weighed(second)
    assert words in door.refused[0].words


def test_a_supplier_charges_what_goods_weigh_and_need_not_say_how_many_they_were() -> None:
    price = Price(Decimal("8.00"), "GBP", quantity("1", "KGM"))
    line = InvoiceLine("1", "4500001", "10", "HAM", quantity("9.8", "KGM"), price)
    invoice = Invoice(UK, "I1", PartyRef("dairy"), PartyRef(UK), AT.date(), "GBP", (line,), Decimal("78.40"))
    door = Door(MASTER, UK, AT.date())
    assert (door.in_base_units(invoice), door.refused) == (invoice, [])


def test_a_return_of_goods_invoiced_by_weight_is_credited_by_hand() -> None:
    line = ReturnLine("1", "HAM", quantity("1"), Price(Decimal("12.50"), "GBP"))
    door = Door(MASTER, UK, AT.date())
    door.in_base_units(ReturnAuthorization(UK, "R1", PartyRef("17850"), "north", AT, "GBP", (line,)))
    assert "its returns are credited by hand" in door.refused[0].words
