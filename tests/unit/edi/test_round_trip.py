"""Canonical object -> bytes -> canonical object is the identity on the fields the maps declare."""

from __future__ import annotations

import datetime as dt
import string
from decimal import Decimal

import msgspec
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from crossdock.edi import maps, x12
from crossdock.model.acknowledgement import AcknowledgedSet, FunctionalAcknowledgement
from crossdock.model.fulfillment import InventoryReport, StockLevel
from crossdock.model.invoice import Invoice, InvoiceLine
from crossdock.model.party import PartyRef
from crossdock.model.purchase_order import (
    Charge,
    LineAnswer,
    PurchaseOrder,
    PurchaseOrderAcknowledgement,
    PurchaseOrderChange,
    PurchaseOrderChangeLine,
    PurchaseOrderLine,
    Schedule,
)
from crossdock.model.quantity import EACH, Price, Quantity
from crossdock.model.ship_notice import ShipNotice, ShipNoticeLine
from crossdock.model.tax import Tax, TaxRate
from tests.unit.edi.samples import BRIGHTWARE, BUYING, HOMESTEAD, SELLING, US, faults, sets, written

MARKS = [
    x12.Delimiters(),
    x12.Delimiters(terminator="\n"),
    x12.Delimiters(element="|", suffix="\r\n"),
    x12.Delimiters(element="^", component=":", terminator="'", suffix="\n"),
]
_IDS = string.ascii_uppercase + string.digits + "-_."
_WORDS = string.ascii_letters + string.digits + " ,.()/&£éü"


def ids(longest: int = 20) -> st.SearchStrategy[str]:
    return st.text(_IDS, min_size=1, max_size=longest)


def words(longest: int) -> st.SearchStrategy[str]:
    return st.text(_WORDS, max_size=longest).map(str.strip)


def optional(strategy: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    return st.just("") | strategy


amounts = st.decimals(Decimal("0"), Decimal("99999"), places=3) | st.integers(0, 999_999).map(Decimal)
money = st.decimals(Decimal("-9999999"), Decimal("9999999"), places=2)
units = st.sampled_from(["EA", "CA", "BX", "KG"])
quantities = st.builds(Quantity, amounts, units)
days = st.dates(dt.date(1990, 1, 1), dt.date(2089, 12, 31))
maybe_days = st.none() | days
instants = st.datetimes(dt.datetime(1990, 1, 1), dt.datetime(2089, 12, 31)).map(
    lambda at: at.replace(microsecond=at.microsecond // 10_000 * 10_000, tzinfo=dt.UTC)
)
contexts = st.sampled_from([BUYING, SELLING])
marks = st.sampled_from(MARKS)


def party(known: PartyRef) -> st.SearchStrategy[PartyRef]:
    named = st.builds(PartyRef, st.just(known.id), name=words(60))
    theirs = st.builds(
        PartyRef,
        st.just(known.id),
        st.text(_IDS, min_size=3, max_size=15),
        st.sampled_from(["92", "9", "UL"]),
        words(60),
    )
    return st.just(known) | named | theirs


places = st.builds(PartyRef, ids(30), name=words(60)) | ids(13).flatmap(
    lambda gln: st.builds(PartyRef, st.just(gln), st.just(gln), st.just("UL"), words(60))
)


def buyer_of(context: maps.MapContext) -> PartyRef:
    return US if context is BUYING else HOMESTEAD


def supplier_of(context: maps.MapContext) -> PartyRef:
    return BRIGHTWARE if context is BUYING else US


def theirs_of(context: maps.MapContext) -> dict[str, st.SearchStrategy[str]]:
    """The item id of the other side, which is the one that documents carry beside ours."""
    return {"supplier_item" if context is BUYING else "buyer_item": optional(ids(48))}


def price_in(currency: str, unit: str) -> st.SearchStrategy[Price]:
    per = st.sampled_from([1, 100, 1000]).map(lambda size: Quantity(Decimal(size), unit))
    return st.builds(Price, amounts, st.just(currency), per)


charges = st.lists(
    st.builds(Charge, st.sampled_from(["POST", "G821", "BANK CHARGES", "M"]), money, words(80)), max_size=3
).map(tuple)


@st.composite
def order_lines(draw: st.DrawFn, context: maps.MapContext) -> PurchaseOrderLine:
    quantity = draw(quantities)
    extra = {name: draw(strategy) for name, strategy in theirs_of(context).items()}
    return PurchaseOrderLine(
        line=draw(ids()),
        item=draw(ids(48)),
        quantity=quantity,
        price=draw(price_in("GBP", quantity.unit)),
        their_line=draw(optional(ids())),
        gtin=draw(optional(st.text(string.digits, min_size=8, max_size=14))),
        description=draw(words(80)),
        schedules=tuple(draw(st.lists(st.builds(Schedule, quantities, days, optional(ids(20))), max_size=3))),
        **extra,
    )


@st.composite
def orders(draw: st.DrawFn, context: maps.MapContext) -> PurchaseOrder:
    return PurchaseOrder(
        company_id="albion_uk",
        number=draw(ids(22)),
        buyer=draw(party(buyer_of(context))),
        supplier=draw(party(supplier_of(context))),
        ship_to=draw(places),
        ordered_on=draw(days),
        currency="GBP",
        lines=tuple(draw(st.lists(order_lines(context), min_size=1, max_size=5, unique_by=lambda one: one.line))),
        revision=draw(st.integers(0, 99)),
        due_on=draw(maybe_days),
        charges=draw(charges),
        reference=draw(optional(ids(30))),
    )


@st.composite
def change_lines(draw: st.DrawFn, context: maps.MapContext) -> PurchaseOrderChangeLine:
    quantity = draw(st.none() | quantities)
    unit = quantity.unit if quantity else draw(units)
    return PurchaseOrderChangeLine(
        line=draw(ids()),
        action=draw(st.sampled_from(["add", "change", "cancel"])),
        item=draw(ids(48)),
        quantity=quantity,
        price=draw(st.none() | price_in("GBP", unit)),
        due_on=draw(maybe_days),
        supplier_item=draw(optional(ids(48))) if context is BUYING else "",
    )


@st.composite
def changes(draw: st.DrawFn, context: maps.MapContext) -> PurchaseOrderChange:
    return PurchaseOrderChange(
        company_id="albion_uk",
        number=draw(ids(22)),
        revision=draw(st.integers(0, 9999)),
        changed_on=draw(days),
        buyer=draw(party(buyer_of(context))),
        supplier=draw(party(supplier_of(context))),
        currency="GBP",
        lines=tuple(draw(st.lists(change_lines(context), min_size=1, max_size=5))),
        due_on=draw(maybe_days),
    )


@st.composite
def line_answers(draw: st.DrawFn, context: maps.MapContext) -> LineAnswer:
    quantity = draw(st.none() | quantities)
    # A price per anything but a piece needs a quantity in that: a PO1 names no unit without one.
    unit = draw(st.sampled_from([EACH, quantity.unit])) if quantity else EACH
    return LineAnswer(
        line=draw(st.sampled_from(["1", "2", "10"])),
        kind=draw(st.sampled_from(["accepted", "changed", "backordered", "substituted", "rejected"])),
        quantity=quantity,
        price=draw(st.none() | price_in("GBP", unit)),
        due_on=draw(maybe_days),
        item=draw(ids(48)),
        supplier_item=draw(optional(ids(48))) if context is BUYING else "",
    )


@st.composite
def answers(draw: st.DrawFn, context: maps.MapContext) -> PurchaseOrderAcknowledgement:
    return PurchaseOrderAcknowledgement(
        company_id="albion_uk",
        order_number=draw(ids(22)),
        supplier=draw(party(supplier_of(context))),
        acknowledged_on=draw(days),
        answers=tuple(draw(st.lists(line_answers(context), min_size=1, max_size=6))),
        number=draw(optional(ids(30))),
        revision=draw(st.integers(0, 99)),
        buyer=draw(st.none() | party(buyer_of(context))),
        order_date=draw(maybe_days),
        currency="GBP",
    )


@st.composite
def notice_lines(draw: st.DrawFn, context: maps.MapContext) -> ShipNoticeLine:
    extra = {name: draw(strategy) for name, strategy in theirs_of(context).items()}
    pack = draw(st.sampled_from(["", "", "340123450000000018", "340123450000000025", "BOX 7"]))
    return ShipNoticeLine(
        order_number=draw(st.sampled_from(["4500001", "4500002"])),
        order_line=draw(ids()),
        item=draw(ids(48)),
        quantity=draw(quantities),
        gtin=draw(optional(st.text(string.digits, min_size=8, max_size=14))),
        pack=pack,
        pallet=draw(st.sampled_from(["", "340123450000000032"])) if pack else "",
        lot=draw(optional(ids(30))),
        **extra,
    )


@st.composite
def notices(draw: st.DrawFn, context: maps.MapContext) -> ShipNotice:
    return ShipNotice(
        company_id="albion_uk",
        number=draw(ids(30)),
        supplier=draw(party(supplier_of(context))),
        ship_to=draw(places),
        shipped_at=draw(instants),
        lines=tuple(draw(st.lists(notice_lines(context), min_size=1, max_size=8))),
        expected_on=draw(maybe_days),
        carrier=draw(optional(ids(30))),
        tracking=draw(optional(ids(30))),
        buyer=draw(st.none() | party(buyer_of(context))),
    )


@st.composite
def invoice_lines(draw: st.DrawFn, context: maps.MapContext) -> InvoiceLine:
    quantity = draw(quantities)
    extra = {name: draw(strategy) for name, strategy in theirs_of(context).items()}
    return InvoiceLine(
        line=draw(ids()),
        order_number=draw(st.sampled_from(["4500001", "4500002"])),
        order_line=draw(ids()),
        item=draw(ids(48)),
        quantity=quantity,
        price=draw(price_in("GBP", quantity.unit)),
        shipment=draw(optional(ids(30))),
        gtin=draw(optional(st.text(string.digits, min_size=8, max_size=14))),
        taxes=draw(st.lists(rates, max_size=2).map(tuple)),
        **extra,
    )


rates = st.builds(TaxRate, st.just(""), st.integers(0, 99).map(Decimal), st.sampled_from(["VAT", "GST", "STT"]))
some_taxes = st.builds(Tax, rates, st.decimals(Decimal(0), Decimal(999), places=2), st.none())


@st.composite
def invoices(draw: st.DrawFn, context: maps.MapContext) -> Invoice:
    lines = tuple(draw(st.lists(invoice_lines(context), min_size=1, max_size=5, unique_by=lambda one: one.line)))
    of_lines = tuple(msgspec.structs.replace(charge, line=line.line) for line in lines for charge in draw(charges)[:1])
    taxes = tuple(draw(st.lists(some_taxes, max_size=2)))
    tax = sum((each.amount for each in taxes), Decimal(0))
    return Invoice(
        company_id="albion_uk",
        number=draw(ids(22)),
        issuer=draw(party(supplier_of(context))),
        recipient=draw(party(buyer_of(context))),
        invoiced_on=draw(days),
        currency="GBP",
        lines=lines,
        total=draw(money),
        charges=(*of_lines, *draw(charges), *((Charge("VAT", tax),) if tax else ())),
        kind=draw(st.sampled_from(["invoice", "credit_note"])),
        reference=draw(optional(ids(30))),
        taxes=taxes,
    )


verdicts = st.sampled_from(["accepted", "accepted_with_errors", "rejected"])


@st.composite
def acknowledged_sets(draw: st.DrawFn) -> AcknowledgedSet:
    """As `x12.acknowledge` makes them: elements belong to a segment whose AK3 says so."""
    positions = draw(st.lists(st.integers(1, 999), unique=True, max_size=4).map(sorted))
    elements = tuple(
        (position, number, draw(st.sampled_from(["1", "4", "7"])))
        for position in positions
        for number in draw(st.lists(st.integers(1, 30), unique=True, max_size=2).map(sorted))
    )
    segments = tuple((position, "PO1", "8") for position in positions)
    codes = draw(st.lists(st.sampled_from(["1", "3", "4", "5"]), unique=True, max_size=4).map(tuple))
    return AcknowledgedSet("850", draw(ids(9)), draw(verdicts), segments, elements, codes)


@st.composite
def functional(draw: st.DrawFn) -> FunctionalAcknowledgement:
    return FunctionalAcknowledgement(
        group_id=draw(st.sampled_from(["PO", "PR", "SH", "IN", "PC"])),
        group_control_number=str(draw(st.integers(1, 999_999_999))),
        verdict=draw(verdicts | st.just("partially_accepted")),
        sets=tuple(draw(st.lists(acknowledged_sets(), max_size=4))),
        company_id="albion_uk",
        codes=draw(st.lists(st.sampled_from(["3", "4", "5"]), unique=True).map(tuple)),
    )


def comes_back(document: str, body: msgspec.Struct, context: maps.MapContext, delimiters: x12.Delimiters) -> None:
    data = written((document, body), context=context, delimiters=delimiters)
    assert faults(data) == []
    (ts,) = sets(data)
    mapped = maps.read_document(ts, context)
    allowed = {"total_mismatch"}  # totals are drawn, not added up
    assert {fault.code for fault in mapped.faults} <= allowed, mapped.faults
    assert mapped.body == body


quick = settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])


@quick
@given(st.data(), contexts, marks)
def test_a_purchase_order_comes_back_as_it_was(
    data: st.DataObject, context: maps.MapContext, delimiters: x12.Delimiters
) -> None:
    comes_back("purchase_order", data.draw(orders(context)), context, delimiters)


@quick
@given(st.data(), contexts, marks)
def test_a_purchase_order_change_comes_back_as_it_was(
    data: st.DataObject, context: maps.MapContext, delimiters: x12.Delimiters
) -> None:
    comes_back("purchase_order_change", data.draw(changes(context)), context, delimiters)


@quick
@given(st.data(), contexts, marks)
def test_an_acknowledgement_comes_back_as_it_was(
    data: st.DataObject, context: maps.MapContext, delimiters: x12.Delimiters
) -> None:
    comes_back("purchase_order_acknowledgement", data.draw(answers(context)), context, delimiters)


@quick
@given(st.data(), contexts, marks)
def test_an_answer_to_a_change_comes_back_as_it_was(
    data: st.DataObject, context: maps.MapContext, delimiters: x12.Delimiters
) -> None:
    comes_back("purchase_order_change_acknowledgement", data.draw(answers(context)), context, delimiters)


@quick
@given(st.data(), contexts, marks)
def test_a_ship_notice_comes_back_as_it_was(
    data: st.DataObject, context: maps.MapContext, delimiters: x12.Delimiters
) -> None:
    comes_back("ship_notice", data.draw(notices(context)), context, delimiters)


@quick
@given(st.data(), contexts, marks)
def test_an_invoice_comes_back_as_it_was(
    data: st.DataObject, context: maps.MapContext, delimiters: x12.Delimiters
) -> None:
    comes_back("invoice", data.draw(invoices(context)), context, delimiters)


@quick
@given(functional(), marks)
def test_a_functional_acknowledgement_comes_back_as_it_was(
    body: FunctionalAcknowledgement, delimiters: x12.Delimiters
) -> None:
    comes_back("functional_acknowledgement", body, BUYING, delimiters)
    comes_back("implementation_acknowledgement", body, BUYING, delimiters)


stock_levels = st.builds(StockLevel, ids(48), quantities, st.sampled_from(["unrestricted", "book"]), optional(ids(30)))
reports = st.builds(
    InventoryReport,
    st.just("albion_uk"),
    st.just(BRIGHTWARE.id) | ids(30),
    ids(30),
    instants,
    st.lists(stock_levels, max_size=5).map(tuple),
)


@quick
@given(reports, marks)
def test_a_stock_report_comes_back_as_it_was(report: InventoryReport, delimiters: x12.Delimiters) -> None:
    comes_back("inventory_report", report, BUYING, delimiters)
