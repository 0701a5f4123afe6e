"""Object -> UBL -> object is the identity on the fields the maps declare, and what is written stands in the standard's
order."""

from __future__ import annotations

import datetime as dt
import string
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path

import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from lxml import etree

from crossdock.edi import ubl
from crossdock.edi.maps.context import MapContext, MapOptions
from crossdock.edi.ubl.schema import aggregates
from crossdock.model.catalogue import CatalogueLine, CataloguePrice, PriceCatalogue
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
from crossdock.model.quantity import Price, Quantity
from crossdock.model.ship_notice import GoodsReceipt, GoodsReceiptLine, ShipNotice, ShipNoticeLine
from crossdock.model.tax import Tax, TaxRate
from tests.unit.edi.ubl_samples import (
    BUYER,
    BUYING,
    CREDIT_NOTE,
    DOCUMENTS,
    FILES,
    INVOICE,
    NOTICE,
    ORDER,
    SELLING,
    SUPPLIER,
)

_IDS = string.ascii_letters + string.digits + "-_./#&<>'\""
_WORDS = _IDS + " ,é漢"
ids = st.text(_IDS, min_size=1, max_size=20)
maybe_ids = st.just("") | ids
words = st.text(_WORDS, max_size=40).map(lambda text: " ".join(text.split()))
# A description that only repeats an id is none; ids of the tests have no blanks.
descriptions = words.map(lambda text: text and f"of {text}")
amounts = st.decimals(Decimal("0.001"), Decimal("99999"), places=3)
money = st.decimals(Decimal("-9999999"), Decimal("9999999"), places=2)
units = st.sampled_from(["EA", "CA", "BX", "KGM", "QQ7"])
quantities = st.builds(Quantity, amounts, units)
days = st.dates(dt.date(1990, 1, 1), dt.date(2089, 12, 31))
maybe_days = st.none() | days
instants = st.datetimes(dt.datetime(1990, 1, 1), dt.datetime(2089, 12, 31)).map(lambda at: at.replace(tzinfo=dt.UTC))
prices = st.builds(Price, st.decimals(Decimal(0), Decimal(9999), places=4), st.just("EUR"), quantities)
places = st.builds(PartyRef, ids, name=words, country=st.sampled_from(["", "SE"])) | ids.map(
    lambda gln: PartyRef(gln, gln, "UL", "Somewhere")
)
percents = st.none() | st.decimals(Decimal(0), Decimal(99), places=2)
rates = st.lists(
    st.builds(TaxRate, st.sampled_from(["S", "Z", "AE", "O"]), percents, ids), max_size=2
).map(tuple)  # fmt: skip
charges = st.builds(
    Charge, ids.map(lambda code: "C" + code), money.map(lambda each: each + 0), words, taxes=rates, line=st.just("")
)
one_rate = st.builds(TaxRate, st.just("S"), st.just(Decimal(20)))
taxes = st.builds(Tax, one_rate, money.map(lambda each: each + 0), st.none() | money, words, maybe_ids)


def _priced(unit: str) -> st.SearchStrategy[Price]:
    per = st.builds(Quantity, amounts, st.just(unit))
    return st.builds(Price, st.decimals(Decimal(0), Decimal(9999), places=4), st.just("EUR"), per)


order_lines = st.builds(
    PurchaseOrderLine, line=ids, item=ids, quantity=quantities, price=prices, their_line=maybe_ids,
    supplier_item=maybe_ids, gtin=maybe_ids, description=descriptions,
    schedules=st.lists(st.builds(Schedule, quantities, maybe_days, maybe_ids), max_size=3).map(tuple),
)  # fmt: skip
orders = st.builds(
    PurchaseOrder, company_id=st.just("albion_uk"), number=ids, buyer=st.just(BUYER), supplier=st.just(SUPPLIER),
    ship_to=places, ordered_on=days, currency=st.just("EUR"), due_on=maybe_days, reference=words,
    lines=st.lists(order_lines, min_size=1, max_size=4).map(tuple), charges=st.lists(charges, max_size=3).map(tuple),
    revision=st.just(0), drop_ship=st.none(),
)  # fmt: skip
answers = st.builds(
    PurchaseOrderAcknowledgement, company_id=st.just("albion_uk"), order_number=ids, supplier=st.just(SUPPLIER),
    acknowledged_on=days, number=ids, buyer=st.just(BUYER), order_date=maybe_days, currency=st.just("EUR"),
    revision=st.just(0),
    answers=st.lists(
        st.builds(
            LineAnswer, line=ids, quantity=st.none() | quantities, price=st.none() | prices, due_on=maybe_days,
            kind=st.sampled_from(["accepted", "changed", "backordered", "substituted", "rejected"]),
            item=ids, supplier_item=maybe_ids, stated=st.none(),
        ).filter(lambda one: one.quantity is not None or one.kind != "backordered"), max_size=5,
    ).map(tuple),
)  # fmt: skip
changes = st.builds(
    PurchaseOrderChange, company_id=st.just("albion_uk"), number=ids, revision=st.integers(0, 999), changed_on=days,
    buyer=st.just(BUYER), supplier=st.just(SUPPLIER), currency=st.just("EUR"), reason=words, whole_order=st.just(False),
    due_on=maybe_days,
    lines=st.lists(
        st.builds(
            PurchaseOrderChangeLine, line=ids, action=st.sampled_from(["add", "change", "cancel"]), item=ids,
            quantity=st.none() | quantities, price=st.none() | prices, due_on=maybe_days, supplier_item=maybe_ids,
            stated=st.none(),
        ), min_size=1, max_size=4,
    ).map(tuple),
)  # fmt: skip
cancellations = st.builds(
    PurchaseOrderChange, company_id=st.just("albion_uk"), number=ids, revision=st.just(0), changed_on=days,
    buyer=st.just(BUYER), supplier=st.just(SUPPLIER), currency=st.just(""), lines=st.just(()),
    whole_order=st.just(True), reason=words,
)  # fmt: skip
serials = st.lists(ids, max_size=3).map(tuple)
notices = st.builds(
    ShipNotice, company_id=st.just("albion_uk"), number=ids, supplier=st.just(SUPPLIER), ship_to=places,
    shipped_at=instants, expected_on=maybe_days, carrier=maybe_ids, tracking=maybe_ids,
    buyer=st.none() | st.just(BUYER),
    lines=st.lists(
        st.builds(
            ShipNoticeLine, order_number=ids, order_line=ids, item=ids, quantity=quantities, supplier_item=maybe_ids,
            gtin=maybe_ids, pack=maybe_ids, lot=maybe_ids, expires_on=maybe_days, serials=serials, stated=st.none(),
            buyer_item=st.just(""), weigh_in=st.just(""),
        ), min_size=1, max_size=4,
    ).map(tuple),
)  # fmt: skip
receipts = st.builds(
    GoodsReceipt, company_id=st.just("albion_uk"), number=ids, warehouse=ids, received_at=instants,
    supplier=st.just(SUPPLIER.id), closes=st.just(()),
    lines=st.lists(
        st.builds(
            GoodsReceiptLine, line=ids, order_number=ids, order_line=ids, item=ids, quantity=quantities,
            condition=st.sampled_from(["good", "damaged", "quarantined"]), ship_notice=maybe_ids, lot=maybe_ids,
            owner=st.just("own"), expires_on=maybe_days, pack=maybe_ids, serials=serials, stated=st.none(),
            second=st.none(),
        ), min_size=1, max_size=4,
    ).map(tuple),
)  # fmt: skip
catalogues = st.builds(
    PriceCatalogue, company_id=st.just("albion_uk"), number=ids, seller=st.just(SUPPLIER), issued_on=days,
    currency=st.just("EUR"), buyer=st.just(BUYER), valid_from=maybe_days, valid_to=maybe_days,
    lines=st.lists(
        st.builds(
            CatalogueLine, line=ids, item=ids, supplier_item=maybe_ids, buyer_item=st.just(""), gtin=maybe_ids,
            description=descriptions, action=st.sampled_from(["add", "change", "delete", "unchanged"]), unit=units,
            pack=st.none() | quantities, minimum=st.none() | quantities, brand=words,
            prices=st.lists(
                st.builds(
                    CataloguePrice, prices, st.sampled_from(["net", "list", "retail", "promotion"]),
                    st.none() | quantities, maybe_days, maybe_days,
                ), min_size=1, max_size=3,
            ).map(tuple),
        ), min_size=1, max_size=4,
    ).map(tuple),
)  # fmt: skip


@st.composite
def invoices(draw: st.DrawFn) -> Invoice:
    def line() -> InvoiceLine:
        second = draw(st.none() | st.builds(Quantity, amounts, st.just("LTR")))
        counted = draw(quantities)
        return InvoiceLine(
            draw(ids), draw(ids), draw(ids), draw(ids), counted, draw(_priced(second.unit if second else counted.unit)),
            draw(maybe_ids), draw(maybe_ids), gtin=draw(maybe_ids), second=second, taxes=draw(rates),
        )  # fmt: skip

    lines = tuple(line() for _ in range(draw(st.integers(1, 3))))
    of_lines = [
        msgspec.structs.replace(charge, line=each)
        for each in dict.fromkeys(line.line for line in lines)
        for charge in draw(st.lists(charges, max_size=1))
    ]
    own = [
        Charge(code, draw(st.decimals(Decimal("0.01"), Decimal(999), places=2)) * sign)
        for code, sign in (("VAT", 1), ("PREPAID", -1), ("ROUNDING", 1))
        if draw(st.booleans())
    ]
    return Invoice(
        "albion_uk", draw(ids), SUPPLIER, BUYER, draw(days), "EUR", lines, draw(money) + 0,
        (*draw(st.lists(charges, max_size=2)), *of_lines, *own), draw(st.sampled_from(["invoice", "credit_note"])),
        draw(words), draw(st.lists(taxes, max_size=2).map(tuple)),
    )  # fmt: skip


def _round_trip(document: str, body: msgspec.Struct, context: MapContext = BUYING) -> msgspec.Struct | None:
    found = ubl.read(ubl.write(document, body, context), context)
    refusing = [fault for fault in found.faults if fault.severity == "error" or fault.code.startswith("segment_")]
    assert not refusing, refusing
    return found.body


_settings = settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])


@_settings
@given(orders)
def test_orders_come_back_as_they_were(order: PurchaseOrder) -> None:
    assert _round_trip("purchase_order", order) == order


@_settings
@given(answers)
def test_answers_come_back_as_they_were(answer: PurchaseOrderAcknowledgement) -> None:
    assert _round_trip("purchase_order_acknowledgement", answer) == answer


@_settings
@given(changes | cancellations)
def test_changes_and_cancellations_come_back_as_they_were(change: PurchaseOrderChange) -> None:
    assert _round_trip("purchase_order_change", change) == change


@_settings
@given(notices)
def test_ship_notices_come_back_as_they_were(notice: ShipNotice) -> None:
    assert _round_trip("ship_notice", notice) == notice


@_settings
@given(receipts)
def test_receipts_come_back_as_they_were(receipt: GoodsReceipt) -> None:
    assert _round_trip("goods_receipt", receipt) == receipt


@_settings
@given(invoices())
def test_invoices_and_credit_notes_come_back_as_they_were(invoice: Invoice) -> None:
    assert _round_trip("invoice", invoice) == invoice


@_settings
@given(catalogues)
def test_catalogues_come_back_as_they_were(catalogue: PriceCatalogue) -> None:
    assert _round_trip("price_catalogue", catalogue) == catalogue


@pytest.mark.parametrize("kind", DOCUMENTS)
def test_the_root_is_the_document_and_the_other_side_reads_it_too(kind: str) -> None:
    data = ubl.write(*DOCUMENTS[kind], BUYING)
    assert etree.QName(etree.fromstring(data)).localname == kind
    theirs = ubl.read(data, SELLING)
    assert theirs.type == kind
    assert [fault.code for fault in theirs.faults if fault.severity == "error" and fault.code != "item_missing"] == []


def test_what_we_write_is_read_again_with_all_the_samples_say() -> None:
    for kind, (document, body) in DOCUMENTS.items():
        assert _round_trip(document, body) == body, kind


def test_a_name_in_another_language_and_marks_of_xml_come_back() -> None:
    odd = msgspec.structs.replace(ORDER, reference="<&> ' \" Ä 漢")
    assert _round_trip("purchase_order", odd) == odd


def test_what_xml_cannot_hold_is_not_written() -> None:
    with pytest.raises(ubl.CannotWrite, match="XML cannot hold"):
        ubl.write("purchase_order", msgspec.structs.replace(ORDER, reference="a\x00b"), BUYING)


def test_a_document_is_only_written_for_its_own_object() -> None:
    with pytest.raises(ubl.CannotWrite, match="no UBL document of ours carries a ship_notice"):
        ubl.write("ship_notice", ORDER, BUYING)


def test_the_table_of_the_standard_knows_every_document_that_is_written() -> None:
    assert set(DOCUMENTS) <= set(aggregates())
    assert list(aggregates()["OrderLine"])[:3] == ["SubstitutionStatusCode", "Note", "LineItem"]


@pytest.mark.parametrize("context", [BUYING, SELLING], ids=["buyer", "supplier"])
@pytest.mark.parametrize("file", FILES, ids=lambda file: file.name)
def test_what_a_public_sample_says_comes_back_as_it_was(file: Path, context: MapContext) -> None:
    found = ubl.read(file.read_bytes(), context)
    if found.body is None:
        pytest.skip("no document of ours")
    assert ubl.read(ubl.write(found.document, found.body, context), context).body == found.body


def test_a_public_invoice_tells_its_taxes_rate_by_rate() -> None:
    (file,) = [each for each in FILES if each.name == "UBL-Invoice-2.1-Example.xml"] or [None]
    if file is None:
        pytest.skip("no public samples")
    invoice = ubl.read(file.read_bytes()).body
    assert isinstance(invoice, Invoice)
    assert [(each.rate.category, each.rate.percent, each.amount, each.taxable) for each in invoice.taxes] == [
        ("S", 20, Decimal("292.1"), Decimal("1460.5")), ("AA", 10, Decimal("0.1"), 1), ("E", 0, 0, -25),
    ]  # fmt: skip
    assert invoice.taxes[2].exemption_code == "AAM"
    assert [line.taxes[0].percent for line in invoice.lines[:3]] == [20, 10, 10]
    assert [(each.description, each.amount, each.line) for each in invoice.charges[:4]] == [
        ("Packing cost", 100, ""), ("Promotion discount", -100, ""), ("Damage", -12, "1"), ("Testing", 10, "1"),
    ]  # fmt: skip


# --- Peppol


GS1 = ubl.UblOptions(profile="billing", tax_category="S", tax_percent=Decimal(25))
_ONE_ORDER = msgspec.structs.replace(
    INVOICE, lines=(INVOICE.lines[0],), charges=(Charge("VAT", Decimal("5.10")),), total=Decimal("25.50")
)


def _texts(data: bytes, path: str) -> list[str]:
    names = {"cbc": "urn:oasis:names:specification:ubl:schema:xsd:CommonBasicComponents-2",
             "cac": "urn:oasis:names:specification:ubl:schema:xsd:CommonAggregateComponents-2"}  # fmt: skip
    return [str(each) for each in etree.fromstring(data).xpath(path, namespaces=names)]


def test_a_peppol_invoice_names_its_process_its_endpoints_and_its_tax() -> None:
    data = ubl.write("invoice", _ONE_ORDER, BUYING, GS1)
    assert _texts(data, "cbc:CustomizationID/text()") == [
        "urn:cen.eu:en16931:2017#compliant#urn:fdc:peppol.eu:2017:poacc:billing:3.0"
    ]
    assert _texts(data, "cbc:ProfileID/text()") == ["urn:fdc:peppol.eu:2017:poacc:billing:01:1.0"]
    assert _texts(data, "cbc:UBLVersionID/text()") == []
    assert _texts(data, "//cbc:EndpointID/text() | //cbc:EndpointID/@schemeID") == [
        "0088", SUPPLIER.their_id, "0088", BUYER.their_id,
    ]  # fmt: skip
    assert _texts(data, "cac:TaxTotal/cac:TaxSubtotal/cbc:*/text()") == ["20.40", "5.10"]
    assert _texts(data, "//cac:ClassifiedTaxCategory/cbc:Percent/text()") == ["25"]
    assert _texts(data, "//@currencyID[. != 'EUR']") == []
    found = ubl.read(data, BUYING)
    assert isinstance(found.body, Invoice)
    rate = TaxRate("S", Decimal(25))
    assert found.body.lines[0].taxes == (rate,)
    assert found.body.taxes == (Tax(rate, Decimal("5.10"), Decimal("20.40")),)
    assert found.body.charges == _ONE_ORDER.charges
    assert found.faults == ()


def test_peppol_has_no_empty_elements() -> None:
    options = ubl.UblOptions(profile="advanced_ordering")
    for kind in ("Order", "OrderResponse", "OrderChange", "OrderCancellation"):
        root = etree.fromstring(ubl.write(*DOCUMENTS[kind], BUYING, options))
        assert [node.tag for node in root.iter() if len(node) == 0 and not (node.text or "").strip()] == []


@pytest.mark.parametrize(
    ("change", "says"),
    [
        (lambda: (("invoice", _ONE_ORDER), ubl.UblOptions(profile="billing")), "tax_category and tax_percent"),
        (lambda: (("invoice", INVOICE), GS1), "one order"),
        (lambda: (("invoice", _without_name()), GS1), "name of the supplier"),
        (lambda: (("invoice", _other_tax()), GS1), "the taxes of all rates make 5.10; the invoice has 5.11"),
        (lambda: (("ship_notice", NOTICE), ubl.UblOptions(profile="despatch")), "for one order"),
        (lambda: (("ship_notice", NOTICE), ubl.UblOptions(profile="ordering")), "ordering of Peppol has no Despatch"),
        (lambda: (("purchase_order", _unknown_buyer()), ubl.UblOptions(profile="ordering")), "EndpointID of the buyer"),
    ],
)
def test_what_peppol_asks_for_and_the_object_lacks_is_said(
    change: Callable[[], tuple[tuple[str, msgspec.Struct], ubl.UblOptions]], says: str
) -> None:
    (document, body), options = change()
    with pytest.raises(ubl.CannotWrite, match=says):
        ubl.write(document, body, BUYING, options)


def _without_name() -> Invoice:
    return msgspec.structs.replace(_ONE_ORDER, issuer=msgspec.structs.replace(SUPPLIER, name=""))


def _other_tax() -> Invoice:
    return msgspec.structs.replace(_ONE_ORDER, charges=(Charge("VAT", Decimal("5.11")),), total=Decimal("25.51"))


def _unknown_buyer() -> PurchaseOrder:
    return msgspec.structs.replace(ORDER, buyer=PartyRef("albion", name="Albion"))


def test_an_endpoint_of_the_agreement_goes_before_the_gln() -> None:
    options = ubl.UblOptions("order_only", ubl.Endpoint("9915:b", "9915"), ubl.Endpoint("7300", "0007"))
    data = ubl.write("purchase_order", ORDER, BUYING, options)
    assert _texts(data, "//cbc:EndpointID/@schemeID") == ["9915", "0007"]
    assert _texts(data, "cbc:ProfileID/text()") == ["urn:fdc:peppol.eu:poacc:bis:order_only:3"]
    assert ubl.read(data, BUYING).body == ORDER


def test_units_are_codes_of_recommendation_20() -> None:
    data = ubl.write("purchase_order", msgspec.structs.replace(ORDER, lines=(_cases(),)), BUYING)
    assert _texts(data, "//cbc:Quantity/@unitCode") == ["XCS"]


def _cases() -> PurchaseOrderLine:
    return PurchaseOrderLine("1", "A", Quantity(Decimal(3), "CA"), Price(Decimal(1), "EUR", Quantity(Decimal(1), "CA")))


# --- what documents say in other ways


def test_a_credit_note_may_be_an_invoice_of_type_381() -> None:
    data = ubl.write("invoice", INVOICE, BUYING).replace(b">380<", b">381<")
    body = ubl.read(data, BUYING).body
    assert isinstance(body, Invoice)
    assert body.kind == "credit_note"
    assert ubl.write("credit_note", CREDIT_NOTE, BUYING).count(b"CreditedQuantity") == 4


def test_without_a_price_the_amount_of_the_line_is_that_of_its_quantity() -> None:
    lines = b"".join(ubl.write("invoice", _ONE_ORDER, BUYING).split(b"<cac:Price>")[:1])
    data = lines + b"</cac:InvoiceLine></Invoice>"
    body = ubl.read(data, BUYING).body
    assert isinstance(body, Invoice)
    assert body.lines[0].price == Price(Decimal("20.40"), "EUR", Quantity(Decimal(8)))


def test_an_amount_in_another_currency_is_refused() -> None:
    data = ubl.write("purchase_order", ORDER, BUYING).replace(
        b'<cbc:Amount currencyID="EUR">15.50', b'<cbc:Amount currencyID="USD">15.50'
    )
    found = ubl.read(data, BUYING)
    assert [(fault.code, fault.path) for fault in found.faults] == [
        ("currency_mismatch", "/Order/AllowanceCharge[1]/Amount")
    ]
    assert found.body is None


def test_a_receipt_without_its_rejected_part_is_two_lines() -> None:
    data = ubl.write(*DOCUMENTS["ReceiptAdvice"], BUYING).replace(
        b'<cbc:ReceivedQuantity unitCode="EA">1</', b'<cbc:ReceivedQuantity unitCode="EA">5</'
    )
    body = ubl.read(data, BUYING).body
    assert isinstance(body, GoodsReceipt)
    assert [(line.line, line.quantity.amount, line.condition) for line in body.lines] == [
        ("1", 7, "good"), ("2", 4, "good"), ("2", 1, "damaged"), ("3", Decimal("2.5"), "quarantined"),
    ]  # fmt: skip


def test_a_copy_is_no_order_to_act_on() -> None:
    data = ubl.write("purchase_order", ORDER, BUYING).replace(
        b"  <cbc:IssueDate>", b"  <cbc:CopyIndicator>true</cbc:CopyIndicator>\n  <cbc:IssueDate>", 1
    )
    assert [fault.code for fault in ubl.read(data, BUYING).faults] == ["purpose_unsupported"]


@pytest.mark.parametrize(
    ("code", "expected"), [("AB", "purpose_unsupported"), ("RE", None), ("ZZ", "code_unknown"), ("AP", None)]
)
def test_an_answer_without_lines_says_yes_or_is_refused(code: str, expected: str | None) -> None:
    answer = msgspec.structs.replace(DOCUMENTS["OrderResponse"][1], answers=())
    data = ubl.write("purchase_order_acknowledgement", answer, BUYING).replace(b">AP<", f">{code}<".encode())
    found = ubl.read(data, BUYING)
    assert ([fault.code for fault in found.faults] or [None])[0] == expected
    if isinstance(found.body, PurchaseOrderAcknowledgement):
        assert found.body.of_whole_order == {"RE": "rejected", "AP": "accepted"}.get(code, "accepted")


def test_an_unknown_item_is_refused_from_a_customer_and_told_of_a_supplier() -> None:
    data = ubl.write("purchase_order", ORDER, BUYING)
    selling = msgspec.structs.replace(SELLING, our_item=lambda item: None)
    found = ubl.read(data, selling)
    assert [(fault.code, fault.path) for fault in found.faults if fault.severity == "error"] == [
        ("item_unknown", "/Order/OrderLine[2]/LineItem")
    ]
    known = msgspec.structs.replace(SELLING, our_item={"71053": "OUR-1"}.get)
    body = ubl.read(data, known).body
    assert isinstance(body, PurchaseOrder)
    assert [(line.item, line.buyer_item) for line in body.lines] == [("B-85123A", "85123A"), ("OUR-1", "71053")]


def test_the_currency_is_that_of_the_document_of_the_agreement_or_of_its_first_amount() -> None:
    data = ubl.write("purchase_order", ORDER, BUYING)
    bare = data.replace(b"  <cbc:DocumentCurrencyCode>EUR</cbc:DocumentCurrencyCode>\n", b"")
    assert bare != data
    body = ubl.read(bare, BUYING).body
    assert isinstance(body, PurchaseOrder)
    assert body.currency == "EUR"
    other = msgspec.structs.replace(BUYING, options=MapOptions(currency="SEK"))
    assert {fault.code for fault in ubl.read(bare, other).faults} == {"currency_mismatch"}
