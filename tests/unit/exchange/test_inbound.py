"""What a trading partner's files mean to us."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Any

import msgspec

from crossdock.edi import x12
from crossdock.events.purchase_order import FunctionalAcknowledgementReceived, PurchaseOrderAcknowledged
from crossdock.events.reconciliation import StockCounted, StockStated
from crossdock.events.sales_order import SalesOrderCancelled, SalesOrderPlaced
from crossdock.events.supplier_documents import ShipNoticeReceived, SupplierInvoiceReceived
from crossdock.exchange.agreements import Desk
from crossdock.exchange.inbound import translate
from crossdock.ports.connector import RawDocument, Route, Translation
from crossdock.project.network import ItemQualifiers, Network, StockReports
from crossdock.testing.samples import RECEIVED_AT
from tests.contract.exchange.network import BRIGHTWARE_TAKES, REFERENCES, interchange, keeper, network

ORDER: list[tuple[str, ...]] = [
    ("BEG", "00", "SA", "HS1001", "", "20101201"),
    ("CUR", "BY", "GBP"),
    ("N1", "BY", "Homestead", "92", "HOMESTEAD"),
    ("N1", "ST", "Homestead store 1", "92", "STORE1"),
    ("PO1", "1", "12", "EA", "2.55", "", "IN", "HS85123A", "VN", "85123A"),
    ("PO1", "2", "6.5", "EA", "1.65", "", "IN", "HS85123A"),
    ("CTT", "2"),
]
ANSWER: list[tuple[str, ...]] = [
    ("BAK", "00", "AC", "4500001", "20101201"),
    ("PO1", "10", "48", "EA", "1.02", "", "IN", "85123A", "VN", "B-85123A"),
    ("ACK", "IA", "48", "EA"),
    ("CTT", "1"),
]
NOTICE: list[tuple[str, ...]] = [
    ("BSN", "00", "BW/ASN-1", "20101201", "1500"),
    ("HL", "1", "", "S"),
    ("REF", "CN", "TRACK1"),
    ("HL", "2", "1", "O"),
    ("PRF", "4500001"),
    ("HL", "3", "2", "P"),
    ("MAN", "GM", "003400000000000012"),
    ("HL", "4", "3", "I"),
    ("LIN", "10", "IN", "85123A", "VN", "B-85123A"),
    ("SN1", "", "48", "EA"),
    ("CTT", "4"),
]
INVOICE: list[tuple[str, ...]] = [
    ("BIG", "20101202", "BW-INV-1", "20101201", "4500001"),
    ("IT1", "1", "48", "EA", "1.02", "", "IN", "85123A", "VN", "B-85123A"),
    ("REF", "LI", "10"),
    ("TDS", "4896"),
    ("CTT", "1"),
]
REPORT: list[tuple[str, ...]] = [
    ("BIA", "00", "SI", "IR/1", "20101201", "0600"),
    ("DTM", "007", "20101201", "0555"),
    ("LIN", "1", "IN", "85123A"),
    ("QTY", "33", "47", "EA"),
    ("QTY", "17", "60", "EA"),
    ("CTT", "1"),
]
ACCEPTED: list[tuple[str, ...]] = [
    ("AK1", "PO", "12"),
    ("AK2", "850", "0001"),
    ("AK5", "A"),
    ("AK9", "A", "1", "1", "1"),
]


def read(partner: str, content: bytes, **of_agreement: Any) -> Translation:
    return read_in(network(**of_agreement), partner, content)


def read_in(net: Network, partner: str, content: bytes) -> Translation:
    raw = RawDocument("raw-1", partner, "file", content, "application/edi-x12", "file.x12", RECEIVED_AT)
    return translate(raw, Desk(net.partners[partner], net), REFERENCES)


def changed(segments: list[tuple[str, ...]], **replacements: tuple[str, ...]) -> list[tuple[str, ...]]:
    return [replacements.get(segment[0], segment) for segment in segments]


def test_a_retailers_order_is_a_promise_we_were_told_of() -> None:
    found = read("homestead", interchange("homestead", ("PO", "850", ORDER)))
    assert found.faults == ()
    (record,) = found.records
    assert isinstance(record.body, SalesOrderPlaced)
    order = record.body.order
    assert (order.promise, order.channel, order.number, order.currency) == ("told", "homestead", "HS1001", "GBP")
    assert order.customer.id == "17850"
    assert order.ordered_at == dt.datetime(2010, 12, 1, tzinfo=dt.UTC)
    assert [(line.line, line.item, line.their_item) for line in order.lines] == [
        ("1", "85123A", "HS85123A"),
        ("2", "85123A", "HS85123A"),
    ]
    assert [line.quantity.amount for line in order.lines] == [Decimal(12), Decimal("6.5")]
    assert [line.price.amount for line in order.lines] == [Decimal("2.55"), Decimal("1.65")]
    assert record.subject == "sales_order/albion_uk/homestead/HS1001"
    assert record.identity == ("purchase_order", "homestead", "HS1001", "0")
    assert Route("customer_reference", "homestead", "HS1001") in record.keys


def when(day: str) -> tuple[dt.datetime, str, str]:
    segments = changed(ORDER, BEG=("BEG", "00", "SA", "HS1001", "", day))
    (record,) = read("homestead", interchange("homestead", ("PO", "850", segments))).records
    return record.occurred_at, record.occurred_precision, record.occurred_zone


def test_an_order_that_names_a_day_was_placed_then_where_the_partner_lives() -> None:
    assert when("20101201") == (RECEIVED_AT, "day", "Europe/London")
    evening = dt.datetime(2010, 6, 1, 22, 59, 59, 999999, tzinfo=dt.UTC)
    assert when("20100601") == (evening, "day", "Europe/London")


def test_an_order_of_a_day_to_come_was_placed_when_it_came() -> None:
    assert when("20101224") == (RECEIVED_AT, "instant", "UTC")


def test_the_same_order_in_another_envelope_says_the_same() -> None:
    first = read("homestead", interchange("homestead", ("PO", "850", ORDER), number=1))
    again = read("homestead", interchange("homestead", ("PO", "850", ORDER), number=2))
    assert first.records[0].body == again.records[0].body
    assert first.records[0].identity == again.records[0].identity


def test_the_receiver_of_an_interchange_decides_whose_order_it_is() -> None:
    (record,) = read("homestead", interchange("homestead", ("PO", "850", ORDER), company="ALBIONIE")).records
    assert record.company_id == "albion_ie"
    assert record.subject == "sales_order/albion_ie/homestead/HS1001"


def test_an_order_for_an_item_nobody_knows_waits_whole_for_a_person() -> None:
    unknown = [*ORDER[:-1], ("PO1", "3", "1", "EA", "9.99", "", "IN", "HS99999"), ("CTT", "3")]
    found = read("homestead", interchange("homestead", ("PO", "850", unknown)))
    assert found.records == ()
    assert [fault.code for fault in found.faults] == ["item_unknown"]
    assert "HS99999" in found.faults[0].detail
    assert "PO1" in found.faults[0].pointer


def test_item_ids_are_read_under_the_qualifiers_that_were_agreed() -> None:
    """`SK` is one of either side's codes; only the agreement says whose id stands there."""
    ours = [*ORDER[:4], ("PO1", "1", "12", "EA", "2.55", "", "IN", "HS22423", "SK", "85123A"), ("CTT", "1")]
    agreed = ItemQualifiers(buyer="IN", supplier="SK")
    (record,) = read("homestead", interchange("homestead", ("PO", "850", ours)), item_qualifiers=agreed).records
    assert isinstance(record.body, SalesOrderPlaced)
    (line,) = record.body.order.lines
    assert (line.item, line.their_item) == ("85123A", "HS22423")
    theirs = [*ORDER[:4], ("PO1", "1", "12", "EA", "2.55", "", "SK", "HS85123A"), ("CTT", "1")]
    agreed = ItemQualifiers(buyer="SK", supplier="VN")
    (record,) = read("homestead", interchange("homestead", ("PO", "850", theirs)), item_qualifiers=agreed).records
    assert isinstance(record.body, SalesOrderPlaced)
    assert [(line.item, line.their_item) for line in record.body.order.lines] == [("85123A", "HS85123A")]


def test_an_order_without_a_currency_is_in_the_agreed_one() -> None:
    without = [segment for segment in ORDER if segment[0] != "CUR"]
    (record,) = read("homestead", interchange("homestead", ("PO", "850", without))).records
    assert isinstance(record.body, SalesOrderPlaced)
    assert record.body.order.currency == "GBP"


def test_an_answer_reaches_its_order_and_another_answer_is_another_document() -> None:
    rejected = changed(ANSWER, ACK=("ACK", "IR", "48", "EA"))
    one, other, again = (
        read("brightware", interchange("brightware", ("PR", "855", segments), number=number)).records[0]
        for number, segments in enumerate((ANSWER, rejected, ANSWER), 1)
    )
    assert isinstance(one.body, PurchaseOrderAcknowledged)
    assert one.subject == "purchase_order/albion_uk/4500001"
    assert [(a.line, a.kind, a.quantity.amount) for a in one.body.acknowledgement.answers] == [
        ("10", "accepted", Decimal(48))
    ]
    assert one.identity == again.identity
    assert one.identity != other.identity


def test_a_ship_notice_opens_its_own_case_with_keys_to_find_it_by() -> None:
    (record,) = read("brightware", interchange("brightware", ("SH", "856", NOTICE))).records
    assert isinstance(record.body, ShipNoticeReceived)
    assert record.body.notice.number == "BW-ASN-1"
    assert record.subject == "ship_notice/albion_uk/brightware/BW-ASN-1"
    assert {(key.kind, key.value) for key in record.keys} == {
        ("ship_notice", "BW-ASN-1"),
        ("tracking_number", "TRACK1"),
        ("pack", "003400000000000012"),
    }


def test_times_that_name_no_zone_are_of_the_one_that_the_partner_lives_in() -> None:
    net = network()
    berlin = msgspec.structs.replace(net.partners["brightware"], zone="Europe/Berlin")
    net = msgspec.structs.replace(net, partners={**net.partners, "brightware": berlin})
    (record,) = read_in(net, "brightware", interchange("brightware", ("SH", "856", NOTICE))).records
    assert isinstance(record.body, ShipNoticeReceived)
    assert record.body.notice.shipped_at == dt.datetime(2010, 12, 1, 14, tzinfo=dt.UTC)


def test_an_invoice_is_the_suppliers() -> None:
    (record,) = read("brightware", interchange("brightware", ("IN", "810", INVOICE))).records
    assert isinstance(record.body, SupplierInvoiceReceived)
    assert record.body.invoice.total == Decimal("48.96")
    assert record.subject == "supplier_invoice/albion_uk/brightware/BW-INV-1"
    assert record.identity == ("supplier_invoice", "brightware", "BW-INV-1", "")


def test_a_suppliers_credit_note_comes_to_accounts_payable() -> None:
    begin, *rest = INVOICE
    note = [(*begin, *[""] * (7 - len(begin)), "CR"), *rest]
    (record,) = read("brightware", interchange("brightware", ("IN", "810", note))).records
    assert isinstance(record.body, SupplierInvoiceReceived)
    assert record.body.invoice.kind == "credit_note"


def test_a_functional_acknowledgement_finds_what_it_is_about_by_its_control_number() -> None:
    (record,) = read("brightware", interchange("brightware", ("FA", "997", ACCEPTED))).records
    assert isinstance(record.body, FunctionalAcknowledgementReceived)
    assert (record.body.document, record.body.number, record.answers) == ("purchase_order", "", True)
    assert record.route == Route("control_number", "brightware", "albion_uk/PO/12")
    assert record.subject == ""


def test_a_set_that_stands_in_no_interchange_is_nobodys() -> None:
    found = read("homestead", b"ST*850*0001~BEG*00*SA*HS1001**20101201~PO1*1*6*EA*2.55**IN*A1~SE*4*0001~")
    assert ([fault.code for fault in found.faults], found.records) == (["interchange_missing"], ())


def test_a_retailer_may_cancel_lines_and_nothing_else() -> None:
    head: tuple[str, ...] = ("BCH", "04", "SA", "HS1001", "", "1", "20101201", "", "", "", "", "20101202")
    cancel = ("POC", "1", "DI", "12", "12", "EA", "2.55", "", "IN", "HS85123A", "VN", "85123A")
    (record,) = read("homestead", interchange("homestead", ("PC", "860", [head, cancel, ("CTT", "1")]))).records
    assert record.body == SalesOrderCancelled(("1",), "cancelled by homestead")
    more = ("POC", "1", "QI", "12", "24", "EA", "2.55", "", "IN", "HS85123A", "VN", "85123A")
    found = read("homestead", interchange("homestead", ("PC", "860", [head, more, ("CTT", "1")])))
    assert [fault.code for fault in found.faults] == ["change_not_supported"]
    later = read("homestead", interchange("homestead", ("PC", "860", [head, ("DTM", "002", "20101224")])))
    assert ([fault.code for fault in later.faults], later.records) == (["change_not_supported"], ())


def test_what_was_not_agreed_is_not_taken() -> None:
    found = read("brightware", interchange("brightware", ("PO", "850", ORDER)))
    assert found.records == ()
    assert [fault.code for fault in found.faults] == ["document_not_agreed"]


def test_a_stranger_is_not_believed_and_not_answered() -> None:
    for partner, company in (("somebody", "ALBIONUK"), ("homestead", "SOMEBODY")):
        found = read("homestead", interchange(partner, ("PO", "850", ORDER), company=company))
        assert (found.records, found.replies) == ((), ())
        assert [fault.code for fault in found.faults] == ["agreement_unknown"]


def test_one_bad_document_does_not_hold_up_the_others_in_its_file() -> None:
    bad = changed(ANSWER, PO1=("PO1", "10", "many", "EA"))
    content = interchange("brightware", ("PR", "855", bad), ("PR", "855", ANSWER), ("SH", "856", NOTICE))
    found = read("brightware", content)
    assert [type(record.body).__name__ for record in found.records] == [
        "PurchaseOrderAcknowledged",
        "ShipNoticeReceived",
    ]
    assert found.faults
    assert all(fault.offset for fault in found.faults)


def test_several_interchanges_in_one_file_are_read_one_by_one() -> None:
    content = b"".join(
        interchange(
            "homestead", ("PO", "850", changed(ORDER, BEG=("BEG", "00", "SA", f"HS{n}", "", "20101201"))), number=n
        )
        for n in range(1, 4)
    )
    found = read("homestead", content)
    assert [record.subject.rsplit("/", 1)[1] for record in found.records] == ["HS1", "HS2", "HS3"]
    assert len(found.replies) == 3


def replies(content: bytes, partner: str = "homestead") -> list[Any]:
    return [(reply.body, reply.number) for reply in read(partner, content).replies]


def test_every_group_gets_one_functional_acknowledgement() -> None:
    found = read("brightware", interchange("brightware", ("PR", "855", ANSWER), ("SH", "856", NOTICE), number=5))
    bodies: list[Any] = [reply.body for reply in found.replies]
    assert [(body.group_id, body.group_control_number, body.verdict) for body in bodies] == [
        ("PR", "5", "accepted"),
        ("SH", "6", "accepted"),
    ]
    assert {reply.to for reply in found.replies} == {"brightware"}
    assert {reply.company_id for reply in found.replies} == {"albion_uk"}
    assert {body.company_id for body in bodies} == {"albion_uk"}
    assert {body.acknowledged_at for body in bodies} == {RECEIVED_AT}


def test_functional_acknowledgements_are_not_acknowledged() -> None:
    assert read("brightware", interchange("brightware", ("FA", "997", ACCEPTED))).replies == ()


def test_the_same_transmission_gets_the_same_answer_and_another_one_its_own() -> None:
    one = replies(interchange("homestead", ("PO", "850", ORDER)))
    other = replies(interchange("homestead", ("PO", "850", changed(ORDER, CTT=("CTT", "2", "18.5")))))
    assert one == replies(interchange("homestead", ("PO", "850", ORDER)))
    assert {number for _, number in one}.isdisjoint(number for _, number in other)


def test_a_document_wrong_in_syntax_is_told_so_and_one_we_cannot_use_is_accepted() -> None:
    wrong = changed(ANSWER, PO1=("PO1", "10", "many", "EA"))
    ((body, _),) = replies(interchange("brightware", ("PR", "855", wrong)), "brightware")
    assert body.verdict == "rejected"
    unusable = changed(ORDER, PO1=("PO1", "1", "12", "EA", "2.55", "", "IN", "HS99999"))
    ((body, _),) = replies(interchange("homestead", ("PO", "850", unusable)))
    assert body.verdict == "accepted"


def test_partners_may_use_their_own_separators() -> None:
    marks = x12.Delimiters(element="|", terminator="~", suffix="\r\n")
    assert len(read("homestead", interchange("homestead", ("PO", "850", ORDER), delimiters=marks)).records) == 1


def reported(stock: StockReports, segments: list[tuple[str, ...]] = REPORT) -> Translation:
    return read_in(keeper(stock), "harbour", interchange("harbour", ("IB", "846", segments)))


def test_a_stock_report_of_who_keeps_our_goods_is_compared_with_our_books() -> None:
    (record,) = reported(StockReports("quay", uncertainty_minutes=10)).records
    assert isinstance(record.body, StockStated)
    said = record.body.statement
    assert (said.system, said.kind, said.location, said.complete) == ("harbour", "warehouse", "quay", False)
    assert [(one.item, one.condition, one.quantity.amount) for one in said.levels] == [("85123A", "unrestricted", 47)]
    assert (said.conditions, said.uncertainty_seconds) == (("unrestricted",), 600)
    assert record.subject == f"stock_statement/albion_uk/harbour.quay/{said.number}"
    assert record.occurred_at == said.stated_at == dt.datetime(2010, 12, 1, 5, 55, tzinfo=dt.UTC)


def test_only_what_is_on_hand_is_compared_with_everything_that_is_there() -> None:
    on_hand = [segment for segment in REPORT if segment[:2] != ("QTY", "33")]
    (record,) = reported(StockReports("quay", complete=True), on_hand).records
    assert isinstance(record.body, StockStated)
    assert (record.body.statement.conditions, record.body.statement.complete) == (("book",), True)


def test_a_report_is_a_count_where_the_agreement_says_so() -> None:
    (record,) = reported(StockReports("quay", counts=True)).records
    assert isinstance(record.body, StockCounted)
    net = keeper(StockReports("quay", counts=True))
    assert net.may_state("harbour", "inventory_adjustment", "albion_uk", "quay")
    assert not net.may_state("harbour", "inventory_adjustment", "albion_uk", "north")
    assert not keeper(StockReports("quay")).may_state("harbour", "inventory_adjustment", "albion_uk", "quay")


def test_a_count_that_does_not_say_how_much_can_be_sold_waits_for_a_person() -> None:
    found = reported(StockReports("quay", counts=True), [s for s in REPORT if s[:2] != ("QTY", "33")])
    assert ([fault.code for fault in found.faults], found.records) == (["condition_unknown"], ())


def test_a_report_of_goods_that_nobody_knows_waits_for_a_person_where_they_are_ours() -> None:
    unknown = [*REPORT[:-1], ("LIN", "2", "VN", "XX"), ("QTY", "33", "1", "EA"), ("CTT", "2")]
    found = reported(StockReports("quay"), unknown)
    assert ([fault.code for fault in found.faults], found.records) == (["item_unknown"], ())


def test_what_a_supplier_has_of_its_own_is_kept_under_its_own_name() -> None:
    unknown = [*REPORT[:-1], ("LIN", "2", "VN", "XX"), ("QTY", "33", "1", "EA"), ("CTT", "2")]
    takes = (*BRIGHTWARE_TAKES, "inventory_report")
    net = network()
    (agreement, other) = net.partners["brightware"].agreements.values()
    agreements = {"albion_uk": msgspec.structs.replace(agreement, takes=takes), "albion_ie": other}
    partner = msgspec.structs.replace(net.partners["brightware"], agreements=agreements)
    agreed = msgspec.structs.replace(net, partners=net.partners | {"brightware": partner})
    (record,) = read_in(agreed, "brightware", interchange("brightware", ("IB", "846", unknown))).records
    assert isinstance(record.body, StockStated)
    said = record.body.statement
    assert (said.kind, said.location, [one.item for one in said.levels]) == ("supplier", "brightware", ["85123A"])
    assert not agreed.may_state("brightware", "inventory_adjustment", "albion_uk", "north")
