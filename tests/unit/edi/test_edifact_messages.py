"""What each described EDIFACT message says, segment by segment as partners write it."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Any

import pytest

from crossdock.edi import edifact, maps
from crossdock.model.party import PartyRef
from crossdock.model.purchase_order import PurchaseOrderChangeLine
from crossdock.model.quantity import Price, Quantity

US, KILN = PartyRef("us", "5498765000010", "UL"), PartyRef("kiln", "5412345000013", "UL")
BUYING = maps.MapContext("us", US, KILN, "buyer")
SELLING = maps.MapContext("us", US, KILN, "supplier")
NAD_US, NAD_KILN = "5498765000010::9", "5412345000013::9"


def message(kind: str, *segments: str) -> edifact.Message:
    rows = "".join(each + "'" for each in segments)
    head = f"UNB+UNOC:3+5412345000013:14+5498765000010:14+101201:0830+R1'UNH+1+{kind}:D:96A:UN:EAN008'"
    (one,) = edifact.read(f"{head}{rows}UNT+{len(segments) + 2}+1'UNZ+1+R1'".encode())
    assert isinstance(one, edifact.Message), one
    return one


def mapped(kind: str, *segments: str, context: maps.MapContext = BUYING) -> maps.MappedDocument:
    return maps.read_message(message(kind, *segments), context)


def read(kind: str, *segments: str, context: maps.MapContext = BUYING) -> Any:
    found = mapped(kind, *segments, context=context)
    assert found.faults == ()
    return found.body


def units(amount: str, unit: str = "EA") -> Quantity:
    return Quantity(Decimal(amount), unit)


def test_an_order_change_cancels_keeps_and_changes_lines_of_the_order_it_names() -> None:
    change = read(
        "ORDCHG", "BGM+230+CH5+4", "DTM+137:20101203:102", "DTM+2:20101222:102", "RFF+ON:4500001",
        "DTM+171:20101201:102", f"NAD+BY+{NAD_KILN}", "RFF+VA:83565432", f"NAD+SU+{NAD_US}", "CUX+2:GBP:9",
        "LIN+1+2+5011111111116:EN", "PIA+1+MUG:SA", "RFF+ON:4500001:10",
        "LIN+2+3+5011111111123:EN", "PIA+1+CUP:SA", "QTY+21:50", "DTM+2:20101220:102", "MOA+203:700",
        "PRI+AAA:14:CT:AAE", "RFF+LI:20",
        "LIN+3+1", "PIA+1+JUG:SA", "QTY+21:4:PCE", "UNS+S", "CNT+2:3", context=SELLING,
    )  # fmt: skip
    assert (change.number, change.reference, change.changed_on) == ("4500001", "CH5", dt.date(2010, 12, 3))
    assert (change.buyer, change.supplier, change.due_on) == (KILN, US, dt.date(2010, 12, 22))
    assert change.lines == (
        PurchaseOrderChangeLine("10", "cancel", "MUG"),
        PurchaseOrderChangeLine(
            "20", "change", "CUP", units("50"), Price(Decimal(14), "GBP"), dt.date(2010, 12, 20)
        ),
        PurchaseOrderChangeLine("3", "add", "JUG", units("4")),
    )  # fmt: skip


@pytest.mark.parametrize("kind", ["ORDCHG", "RECADV", "INVRPT", "SLSRPT", "REMADV", "DELFOR"])
def test_what_is_sent_for_another_purpose_is_refused(kind: str) -> None:
    found = mapped(kind, "BGM+35+1+3")
    assert found.body is None
    assert "purpose_unsupported" in [fault.code for fault in found.faults]


def test_a_receipt_says_what_came_in_which_pack_and_what_was_refused() -> None:
    receipt = read(
        "RECADV", "BGM+352::9+REC5+9", "DTM+137:20101205:102", "DTM+50:201012041130:203", "RFF+ON:4500001",
        f"NAD+DP+{NAD_US}", f"NAD+SU+{NAD_KILN}", "CPS+1", "PAC+1++201::9", "PCI+33E", "GIN+BJ+354123450000000014",
        "CPS+2+1", "LIN+1++5011111111116:EN", "PIA+1+MUG:IN", "QTY+194:40:PCE", "QVR+-2:21+AF", "DTM+361:20111231:102",
        "RFF+BT:LOT7", "CPS+3", "LIN+2", "PIA+1+CUP:IN", "QTY+195:3", "GIN+BN+S1", "RFF+ON:4500002:20", "CNT+2:2",
    )  # fmt: skip
    assert (receipt.number, receipt.received_at) == ("REC5", dt.datetime(2010, 12, 4, 11, 30, tzinfo=dt.UTC))
    mug, broken, cup = receipt.lines
    assert (mug.pack, mug.lot, mug.expires_on) == ("354123450000000014", "LOT7", dt.date(2011, 12, 31))
    assert (mug.order_number, mug.item, mug.quantity, mug.condition) == ("4500001", "MUG", units("40"), "good")
    assert (broken.order_number, broken.item, broken.quantity, broken.condition) == (
        "4500001",
        "MUG",
        units("2"),
        "damaged",
    )
    assert (cup.pack, cup.order_number, cup.order_line, cup.serials) == ("", "4500002", "20", ("S1",))
    assert (cup.quantity, cup.condition) == (units("3"), "damaged")


@pytest.mark.parametrize(
    ("said", "came"),
    [
        (("QTY+12:24", "QTY+194:20", "QTY+196:1"), ["20 good", "1 damaged"]),
        (("QTY+196:1", "QTY+194:20"), ["20 good", "1 damaged"]),
        (("QTY+194:20", "QTY+195:2", "QTY+196:1"), ["20 good", "2 damaged", "1 damaged"]),
        (("QTY+195:2", "QTY+196:1"), ["2 damaged", "1 damaged"]),
        (("QTY+48:20", "QTY+196:20"), ["20 damaged"]),
        (("QTY+48:20", "QTY+196:4"), ["16 good", "4 damaged"]),
        (("QTY+194:20", "QVR+-4:195+AF"), ["20 good", "4 damaged"]),
        (("QTY+48:20", "QVR+-4:196+QA"), ["16 good", "4 quarantined"]),
        (("QTY+48:20", "QVR+-20:196+AF"), ["20 damaged"]),
        (("QTY+194:20", "QVR++AF"), ["20 damaged"]),
        (("QTY+194:20", "QTY+196:1", "QVR+-1:196+AF"), ["20 good", "1 damaged"]),
        (("QTY+194:20", "QVR+-4:12+BP"), ["20 good"]),
    ],
)
def test_goods_that_were_not_accepted_came_besides_those_that_were(said: tuple[str, ...], came: list[str]) -> None:
    receipt = read(
        "RECADV", "BGM+352+REC5+9", "DTM+50:20101204:102", "LIN+1+", "PIA+1+MUG:IN", *said, "RFF+ON:4500002:20",
        "CNT+2:1",
    )  # fmt: skip
    assert [f"{line.quantity.amount:f} {line.condition}" for line in receipt.lines] == came
    assert {(line.order_number, line.item) for line in receipt.lines} == {("4500002", "MUG")}


@pytest.mark.parametrize(
    "said", [("QTY+48:20", "QTY+196:21"), ("QTY+48:20", "QTY+196:1:KGM"), ("QTY+194:20", "QVR+-4:12+BP")]
)
def test_refused_goods_that_are_none_of_the_line_are_kept_beside_it(said: tuple[str, ...]) -> None:
    receipt = ("RECADV", "BGM+352+REC5+9", "DTM+50:20101204:102", "LIN+1+", "PIA+1+MUG:IN", *said)
    (line,) = read(*receipt).lines
    assert (line.quantity, line.condition) == (units("20"), "good")
    kept = maps.account(message(*receipt), BUYING).kept
    assert {each.value for each in kept} >= set(said[1].split("+")[1].split(":"))


@pytest.mark.parametrize(
    "levels",
    [
        ("QTY+145:300:PCE", "INV++1", "QTY+145:5", "INV++2", "GIN+BX+L9"),
        ("INV++1", "QTY+145:300:PCE", "INV++2", "QTY+145:5", "GIN+BX+L9"),
    ],
    ids=["as in D.96A", "as in D.01B"],
)
def test_a_stock_report_says_how_much_lies_there_in_which_condition(levels: tuple[str, ...]) -> None:
    report = read(
        "INVRPT", "BGM+35+INV9+9", "DTM+137:20101205:102", "DTM+366:20101204:102", f"NAD+GY+{NAD_KILN}",
        "LIN+1++5011111111116:EN", "PIA+1+MUG:IN", *levels, "LIN+2", "PIA+1+CUP:IN", "QTY+145:7", "CNT+2:2",
    )  # fmt: skip
    assert report.at == dt.datetime(2010, 12, 4, tzinfo=dt.UTC)
    assert [(each.item, each.quantity.amount, each.condition, each.lot) for each in report.levels] == [
        ("MUG", 300, "unrestricted", ""), ("MUG", 5, "damaged", "L9"), ("CUP", 7, "unrestricted", ""),
    ]  # fmt: skip


def test_a_sales_report_says_what_was_sold_at_which_place_over_which_days() -> None:
    sales = read(
        "SLSRPT", "BGM+73E::9+SDR1+9", "DTM+137:20101105:102", "DTM+356:2010100120101031:718", f"NAD+SE+{NAD_KILN}",
        f"NAD+SU+{NAD_US}", "CUX+2:EUR:10", "LOC+162+5456789000024::9", "DTM+356:2010100420101010:718",
        "LIN+1++5011111111116:EN", "PIA+1+MUG:SA", "MOA+203:2100", "PRI+AAA:15:CA:RTP", "QTY+153:140", "QTY+61:2",
        "LOC+162+5456789000031::9", "LIN+1++5011111111116:EN", "PIA+1+MUG:SA", "QTY+91:3", context=SELLING,
    )  # fmt: skip
    assert (sales.begins_on, sales.ends_on) == (dt.date(2010, 10, 1), dt.date(2010, 10, 31))
    first, back, other = sales.lines
    assert (first.kind, first.quantity, first.place, first.item) == ("sold", units("140"), "5456789000024", "MUG")
    assert (first.begins_on, first.ends_on, first.price) == (
        dt.date(2010, 10, 4), dt.date(2010, 10, 10), Price(Decimal(15), "EUR"),
    )  # fmt: skip
    assert (back.kind, back.quantity) == ("returned", units("2"))
    assert (other.kind, other.raw_code, other.place, other.begins_on) == ("UNKNOWN", "91", "5456789000031", None)


def test_a_price_catalogue_says_what_is_offered_at_which_prices() -> None:
    catalogue = read(
        "PRICAT", "BGM+9+PC1+9", "DTM+137:20101101:102", "DTM+194:20110101:102", "RFF+CT:5622ABE",
        "DTM+171:20100810:102",
        f"NAD+BY+{NAD_US}", f"NAD+SU+{NAD_KILN}", "CUX+2:EUR:8", "PGI+2", "LIN+1+3+5011111111116:EN", "PIA+1+MUG:IN",
        "IMD+F+BRN+:::KILN", "IMD+F++:::White mug", "QTY+53:12", "QTY+59:6", "PRI+AAB:4.80", "PRI+AAA:4.20:CA:SRP",
        "RNG+4+PCE:100", "DTM+206:20111231:102", "LIN+2+2+5011111111123:EN", "PIA+1+CUP:IN",
    )  # fmt: skip
    mug, cup = catalogue.lines
    assert (mug.action, mug.item, mug.brand, mug.description) == ("change", "MUG", "KILN", "White mug")
    assert (mug.minimum, mug.pack, catalogue.valid_from) == (units("12"), units("6"), dt.date(2011, 1, 1))
    assert [(each.kind, each.price.amount, each.from_quantity, each.valid_to) for each in mug.prices] == [
        ("list", Decimal("4.80"), None, None), ("retail", Decimal("4.20"), units("100"), dt.date(2011, 12, 31)),
    ]  # fmt: skip
    assert (cup.action, cup.item, cup.prices) == ("delete", "CUP", ())


def test_party_information_says_which_places_a_partner_has() -> None:
    parties = read(
        "PARTIN", "BGM+10+PI4+4", "DTM+137:20101201:102", f"NAD+FR+{NAD_KILN}", f"NAD+MR+{NAD_US}", "UNS+D",
        "NAD+DP+5412345111115::9++STORE 7+RUE ROYALE 145:2ND FLOOR+BRUXELLES++B-1000+BE", "DTM+194:20110310:102",
        "RFF+VA:4568112",
    )  # fmt: skip
    (store,) = parties.entries
    assert (parties.sender, parties.purpose, store.role) == (KILN, "change", "DP")
    assert (store.party.their_id, store.party.name) == ("5412345111115", "STORE 7")
    assert (store.address.lines, store.address.city) == (("RUE ROYALE 145", "2ND FLOOR"), "BRUXELLES")
    assert (store.address.postal_code, store.address.country) == ("B-1000", "BE")
    assert store.valid_from == dt.date(2011, 3, 10)


@pytest.mark.parametrize(
    "quantities",
    [
        ("QTY+113:200:PCE", "SCC+1", "DTM+2:20101220:102", "QTY+113:90:PCE", "SCC+4", "DTM+2:2011010120110131:718"),
        ("SCC+1", "QTY+113:200:PCE", "DTM+2:20101220:102", "SCC+4", "QTY+113:90:PCE", "DTM+2:2011010120110131:718"),
    ],
    ids=["as in D.96A", "as in D.97A"],
)
def test_a_delivery_schedule_says_how_much_is_wanted_when_and_how_surely(quantities: tuple[str, ...]) -> None:
    schedule = read(
        "DELFOR", "BGM+236+DF1+9", "DTM+137:20101201:102", "DTM+158:20101201:102", f"NAD+BY+{NAD_KILN}",
        f"NAD+SU+{NAD_US}", "UNS+D", "NAD+DP+DOCK4::92", "LIN+1++5011111111116:EN", "PIA+1+MUG:SA", "QTY+70:1200:PCE",
        "RFF+ON:4500001", *quantities, "NAD+DP+DOCK5::92", "LIN+2", "PIA+1+CUP:SA", "UNS+S", context=SELLING,
    )  # fmt: skip
    mug, cup = schedule.lines
    assert (schedule.kind, mug.ship_to, mug.order_number, mug.cumulative) == (
        "planning", "DOCK4", "4500001", units("1200"),
    )  # fmt: skip
    assert [(each.quantity.amount, each.certainty, each.begins_on, each.ends_on) for each in mug.quantities] == [
        (200, "firm", dt.date(2010, 12, 20), None), (90, "planned", dt.date(2011, 1, 1), dt.date(2011, 1, 31)),
    ]  # fmt: skip
    assert (cup.item, cup.ship_to, cup.quantities) == ("CUP", "DOCK5", ())


def test_a_remittance_advice_says_what_is_paid_and_why_less() -> None:
    advice = read(
        "REMADV", "BGM+481+RA7+9", "DTM+137:201001081245:203", "DTM+138:20100110:102", "RFF+PQ:TRACE9", "PAI+::42",
        f"NAD+PR+{NAD_KILN}", f"NAD+PE+{NAD_US}", "CUX+2:EUR:4+3:GBP:11+0.6", "DOC+380+IN10039", "MOA+9:100",
        "MOA+12:90",
        "MOA+52:1.5", "DTM+137:20091215:102", "RFF+ON:PO1139", "AJT+8", "MOA+5:-8.5", "FTX+ABO+++Short:delivered",
        "DOC+381+CN4", "MOA+12:-20", "UNS+S", "MOA+12:70", context=SELLING,
    )  # fmt: skip
    assert (advice.payer, advice.payee, advice.currency, advice.total) == (KILN, US, "GBP", Decimal(70))
    assert (advice.paid_on, advice.trace, advice.method) == (dt.date(2010, 1, 10), "TRACE9", "42")
    invoice, credit = advice.documents
    assert (invoice.number, invoice.invoiced, invoice.paid, invoice.discount) == ("IN10039", 100, 90, Decimal("1.5"))
    assert (invoice.invoiced_on, invoice.order_number) == (dt.date(2009, 12, 15), "PO1139")
    (deduction,) = invoice.deductions
    assert (deduction.code, deduction.amount, deduction.description) == ("8", Decimal("-8.5"), "Short delivered")
    assert (credit.kind, credit.number, credit.paid) == ("credit_note", "CN4", -20)


def test_an_order_status_report_says_what_became_of_orders_and_of_lines() -> None:
    report = read(
        "OSTRPT", "BGM+93E::9+OR5+9", "DTM+137:20110106:102", f"NAD+BY+{NAD_US}", f"NAD+SU+{NAD_KILN}",
        "DOC+220+CD2544", "DTM+137:20101231:102", "STS+6::9+22E::9", "DTM+334:20110102:102", "NAD+CA+5422331123459::9",
        "DOC+220+BH4155", "LIN+1++5011111111116:EN", "PIA+1+MUG:IN", "STS+7+21", "QTY+12:5", "DTM+11:20110103:102",
        "STS+7+99", "LIN+2", "PIA+1+CUP:IN",
    )  # fmt: skip
    first, second = report.orders
    (event,) = first.events
    assert (first.order_number, first.order_date, first.lines) == ("CD2544", dt.date(2010, 12, 31), ())
    assert (event.status, event.raw_code, event.happened_on) == ("shipped", "22E", dt.date(2011, 1, 2))
    assert event.party is not None
    assert event.party.their_id == "5422331123459"
    assert [(each.item, each.status, each.raw_code, each.quantity) for each in second.lines] == [
        ("MUG", "delivered", "", units("5")), ("MUG", "UNKNOWN", "99", None), ("CUP", "UNKNOWN", "", None),
    ]  # fmt: skip


def test_a_transport_instruction_says_what_goes_from_where_to_where() -> None:
    tender = read(
        "IFTMIN", "BGM+610+569952+9", "DTM+137:20100301:102", "DTM+2:201003081100:203", "FTX+AAI+++Ring the bell",
        "CNT+7:250.5:KGM", "CNT+11:1", "RFF+CU:TI1284", "RFF+BM:BOL7", "TDT+20++30+31", "DTM+133:201003051100:203",
        "LOC+9+5412345678908::9", "NAD+CZ+5412345123453::9", "NAD+CA+5411234512309::9", "NAD+CN+5411234444402::9",
        "GID+1+1:201+14:PK", "FTX+AAA+++Mugs", "MEA+AAE+G+KGM:250.5", "RFF+ON:4500001", "PCI+33E",
        "GIN+BJ+354123450000000014",
    )  # fmt: skip
    assert (tender.number, tender.carrier, tender.purpose) == ("569952", "5411234512309", "original")
    assert tender.deliver_at == dt.datetime(2010, 3, 8, 11, tzinfo=dt.UTC)
    assert tender.collect_at == dt.datetime(2010, 3, 5, 11, tzinfo=dt.UTC)
    assert (tender.weight, tender.packages, tender.bill_of_lading) == (units("250.5", "KGM"), 1, "BOL7")
    assert tender.instructions == ("Ring the bell",)
    assert [(stop.sequence, stop.reason, stop.place.their_id) for stop in tender.stops] == [
        ("1", "load", "5412345123453"), ("2", "unload", "5411234444402"),
    ]  # fmt: skip
    (goods,) = tender.items
    assert (goods.packages, goods.weight, goods.packs) == (
        units("1", "201"), units("250.5", "KGM"), ("354123450000000014",),
    )  # fmt: skip
    assert (goods.description, goods.order_number) == ("Mugs", "4500001")


def test_a_transport_status_says_where_each_shipment_is() -> None:
    report = read(
        "IFTSTA", "BGM+23+ST1+9", "DTM+137:20101205:102", "NAD+CA+FAST::92", "RFF+SRN:SH1", "CNI+1+SH1",
        "STS+1+13", "RFF+CN:T77", "DTM+334:201012041130:203", "CNI+2+SH2", "STS+1+P::HS:Rail departed",
        "DTM+334:201012050710:203", "LOC+175+USSYR:227::SYRACUSE", "EQD+CN+TRHU4561222+45G1",
    )  # fmt: skip
    first, second = report.milestones
    assert (first.shipment, first.carrier, first.kind, first.tracking) == ("SH1", "FAST", "collected", "T77")
    assert first.at == dt.datetime(2010, 12, 4, 11, 30, tzinfo=dt.UTC)
    assert (second.shipment, second.kind, second.raw_code) == ("SH2", "UNKNOWN", "P")
    assert (second.place, second.place_name, second.equipment) == ("USSYR", "SYRACUSE", "TRHU4561222")
    assert second.description == "Rail departed"


def test_shipper_and_consignee_of_a_transport_status_are_named_both_ways() -> None:
    report = read(
        "IFTSTA", "BGM+23+ST1+9", "NAD+CA+FAST::92", "NAD+CZ+++CATALYST PAPER", "NAD+CN+4012345000009::9++FIBERMARK",
        "RFF+SRN:SH1", "CNI+1+SH1", "STS+1+13", "DTM+334:201012041130:203",
    )  # fmt: skip
    assert (report.carrier, report.shipper) == ("FAST", PartyRef("", name="CATALYST PAPER"))
    assert report.consignee == PartyRef("4012345000009", "4012345000009", "UL", "FIBERMARK")
    made = maps.write_message("shipment_status", report, BUYING)
    text = edifact.write_interchange(edifact.InterchangeOut("S", "R", "1", dt.datetime(2010, 12, 5)), [made]).decode()
    assert "NAD+CA+FAST::92'NAD+CZ+++CATALYST PAPER'NAD+CN+4012345000009::9++FIBERMARK'" in text


@pytest.mark.parametrize(("number", "kind"), [("TRHU4561222", "CN"), ("30402", "TE"), ("TRL9921", "TE")])
def test_equipment_of_a_transport_status_is_a_container_or_a_trailer_by_its_number(number: str, kind: str) -> None:
    report = read(
        "IFTSTA", "BGM+23+ST1+9", "DTM+137:20101205:102", "NAD+CA+FAST::92", "CNI+1+SH1", "STS+1+13",
        "DTM+334:201012041130:203", f"EQD+CN+{number}",
    )  # fmt: skip
    made = maps.write_message("shipment_status", report, BUYING)
    (row,) = [each for each in made.parted if each[0] == "EQD"]
    assert "".join(map("".join, row)) == f"EQD{kind}{number}"


@pytest.mark.parametrize(
    ("purpose", "error", "verdict"),
    [("6", None, "accepted"), ("27", "186", "rejected"), ("9", "1", "accepted"), ("9", "12", "rejected"), ("9",
    None, "accepted")],
)  # fmt: skip
def test_an_application_advice_says_its_verdict_on_a_document(purpose: str, error: str | None, verdict: str) -> None:
    errors = (f"ERC+{error}", "FTX+AAO+++Duplicate:number") if error else ()
    advice = read(
        "APERAK", f"BGM+305+10015+{purpose}", "DTM+137:201008231200:203", "RFF+IV:2744", "DTM+171:20100823:102",
        f"NAD+MS+{NAD_KILN}", *errors,
    )  # fmt: skip
    (document,) = advice.documents
    assert (document.verdict, document.document_type, document.number) == (verdict, "INVOIC", "2744")
    assert [(each.code, each.text) for each in document.errors] == ([(error, "Duplicate number")] if error else [])


def test_a_deal_in_four_messages_is_one_deal() -> None:
    """Order, answer, despatch and invoice agree in number, line, item, quantity, price and money."""
    order = read(
        "ORDERS", "BGM+220+4500001+9", "DTM+137:20101201:102", f"NAD+BY+{NAD_US}", f"NAD+SU+{NAD_KILN}", "CUX+2:GBP:9",
        "LIN+10++5011111111116:EN", "PIA+1+MUG:IN", "QTY+21:6:PCE", "PRI+AAA:2.55", "UNS+S", "CNT+2:1",
    )  # fmt: skip
    answer = read(
        "ORDRSP", "BGM+231+A1+29", "DTM+137:20101202:102", "RFF+ON:4500001", f"NAD+BY+{NAD_US}", f"NAD+SU+{NAD_KILN}",
        "CUX+2:GBP:9", "LIN+1+5+5011111111116:EN", "PIA+1+MUG:IN", "QTY+21:6:PCE", "PRI+AAA:2.55",
        "RFF+ON:4500001:10", "UNS+S",
    )  # fmt: skip
    notice = read(
        "DESADV", "BGM+351+D1+9", "DTM+11:20101203:102", "RFF+ON:4500001", f"NAD+SU+{NAD_KILN}", f"NAD+DP+{NAD_US}",
        "CPS+1",
        "CPS+2+1", "PAC+1++201", "PCI+33E", "GIN+BJ+354123450000000014", "CPS+3+2", "LIN+1++5011111111116:EN",
        "PIA+1+MUG:IN",
        "QTY+12:6:PCE", "RFF+ON:4500001:10", "CNT+2:1",
    )  # fmt: skip
    invoice = read(
        "INVOIC", "BGM+380+I1+9", "DTM+137:20101205:102", "RFF+ON:4500001", "RFF+DQ:D1", f"NAD+SU+{NAD_KILN}",
        f"NAD+IV+{NAD_US}", "CUX+2:GBP:4", "LIN+1++5011111111116:EN", "PIA+1+MUG:IN", "QTY+47:6:PCE", "PRI+AAA:2.55",
        "RFF+ON:4500001:10", "UNS+S", "MOA+86:15.30",
    )  # fmt: skip
    (ordered,), (answered,), (sent,), (billed,) = order.lines, answer.answers, notice.lines, invoice.lines
    assert order.number == answer.order_number == sent.order_number == billed.order_number
    assert ordered.line == answered.line == sent.order_line == billed.order_line
    assert ordered.item == answered.item == sent.item == billed.item
    assert ordered.quantity == answered.quantity == sent.quantity == billed.quantity
    assert ordered.price == answered.price == billed.price
    assert order.buyer == answer.buyer == invoice.recipient
    assert notice.ship_to.their_id == order.ship_to.their_id
    assert order.supplier == answer.supplier == notice.supplier == invoice.issuer
    assert (sent.pack, billed.shipment, invoice.total) == ("354123450000000014", notice.number, Decimal("15.30"))
