"""Documents as partners write them where a guide would have them otherwise: what they say is what is read."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Any

import pytest

from crossdock.edi import documents, edifact, maps, x12
from crossdock.edi.convert import Options, convert
from crossdock.edi.explain import ExplainedSet, context_of, explain
from crossdock.model.activity import ProductActivity
from crossdock.model.invoice import Invoice
from crossdock.model.party import PartyRef
from crossdock.model.quantity import Quantity
from crossdock.model.remittance import RemittanceAdvice
from crossdock.model.ship_notice import GoodsReceipt, ShipNotice

SENDER, RECEIVER = PartyRef("SENDER"), PartyRef("RECEIVER")


def of_message(kind: str, *segments: str) -> maps.MappedDocument:
    """What is read of one message of D.96A, the sender's to the receiver."""
    body = [f"UNH+1+{kind}:D:96A:UN", *segments]
    lines = ["UNB+UNOC:3+SENDER:14+RECEIVER:14+260904:1000+7", *body, f"UNT+{len(body) + 1}+1", "UNZ+1+7"]
    message = next(edifact.read("".join(f"{line}'" for line in lines).encode()))
    assert isinstance(message, edifact.Message)
    return maps.read_message(message, context_of(message))


def of_set(kind: str, group: str, *segments: str) -> maps.MappedDocument:
    """What is read of one set of 004010, the sender's to the receiver."""
    ts = the_set(kind, group, *segments)
    return maps.read_document(ts, context_of(ts))


def the_set(kind: str, group: str, *segments: str) -> x12.TransactionSet:
    """One set of 004010, the sender's to the receiver."""
    head = [
        f"ISA*00*{'':10}*00*{'':10}*ZZ*{'SENDER':15}*ZZ*{'RECEIVER':15}*260904*1000*U*00401*000000007*0*P*>",
        f"GS*{group}*SENDER*RECEIVER*20260904*1000*7*X*004010",
    ]
    lines = [*head, f"ST*{kind}*0001", *segments, f"SE*{len(segments) + 2}*0001", "GE*1*7", "IEA*1*000000007"]
    ts = next(x12.read("".join(f"{line}~" for line in lines).encode()))
    assert isinstance(ts, x12.TransactionSet)
    return ts


def codes(mapped: maps.MappedDocument) -> list[tuple[str, str]]:
    return [(each.code, each.severity) for each in mapped.faults]


@pytest.mark.parametrize(
    ("said", "received"),
    [
        (("QTY+12:100:PCE", "QTY+194:96:PCE"), "96"),
        (("QTY+194:96:PCE", "QTY+12:100:PCE"), "96"),
        (("QTY+12:100:PCE", "QTY+48:97:PCE"), "97"),
        (("QTY+12:100:PCE",), "100"),
    ],
)
def test_what_was_received_counts_before_what_was_despatched(said: tuple[str, ...], received: str) -> None:
    mapped = of_message("RECADV", "BGM+632+R1+9", "DTM+137:20260119:102", "LIN+1++4000862141404:EN", *said)
    assert isinstance(mapped.body, GoodsReceipt)
    assert [line.quantity.amount for line in mapped.body.lines] == [Decimal(received)]


def test_goods_in_question_are_received_and_kept_apart() -> None:
    head = ("BRA*R1*20260224*00*3", "N1*SU**92*V1")
    mapped = of_set("861", "RC", *head, "RCD******4*EA*09", "LIN**BP*U007")
    assert isinstance(mapped.body, GoodsReceipt)
    line = mapped.body.lines[0]
    assert (line.quantity, line.condition) == (Quantity(Decimal(4), "EA"), "quarantined")


def test_the_amount_of_a_line_stands_for_the_price_it_lacks() -> None:
    mapped = of_message(
        "INVOIC", "BGM+380+I1+9", "DTM+137:20260904:102", "RFF+ON:O1", "CUX+2:EUR:4",
        "LIN+1++4000862141404:EN", "QTY+47:120:PCE", "MOA+203:3060.00", "UNS+S", "MOA+9:3060.00",
    )  # fmt: skip
    assert isinstance(mapped.body, Invoice)
    price = mapped.body.lines[0].price
    assert (price.amount, price.per.amount, price.currency) == (Decimal("3060.00"), Decimal(120), "EUR")
    assert codes(mapped) == [("price_missing", "warning")]


def test_a_price_counts_before_the_amount_of_its_line() -> None:
    mapped = of_message(
        "INVOIC", "BGM+380+I1+9", "DTM+137:20260904:102", "RFF+ON:O1", "CUX+2:EUR:4",
        "LIN+1++4000862141404:EN", "QTY+47:120:PCE", "MOA+203:3060.00", "PRI+AAA:25.50", "UNS+S", "MOA+9:3060.00",
    )  # fmt: skip
    assert isinstance(mapped.body, Invoice)
    assert (mapped.body.lines[0].price.amount, codes(mapped)) == (Decimal("25.50"), [])


NOTICE = ("CPS+1", "LIN+1++4000862141404:EN", "QTY+12:5:PCE")


@pytest.mark.parametrize("roles", [("SU", "DP"), ("SE", "ST"), ("CZ", "CN")])
def test_consignor_and_consignee_are_who_sends_and_where_to(roles: tuple[str, str]) -> None:
    seller, to = roles
    parties = (f"NAD+{seller}+5412345000013::9", f"NAD+{to}+4012345000009::9")
    mapped = of_message("DESADV", "BGM+351+D1+9", "DTM+11:20260904:102", "RFF+ON:O1", *parties, *NOTICE)
    assert isinstance(mapped.body, ShipNotice)
    assert (mapped.body.supplier.their_id, mapped.body.ship_to.their_id) == ("5412345000013", "4012345000009")


def test_where_to_deliver_counts_before_the_consignee() -> None:
    parties = ("NAD+CN+5412345000013::9", "NAD+DP+4012345000009::9")
    mapped = of_message("DESADV", "BGM+351+D1+9", "DTM+11:20260904:102", "RFF+ON:O1", *parties, *NOTICE)
    assert isinstance(mapped.body, ShipNotice)
    assert mapped.body.ship_to.their_id == "4012345000009"


@pytest.mark.parametrize(
    ("text", "on"),
    [
        ("202104081015?+00", dt.date(2021, 4, 8)),
        ("202104080015?+0200", dt.date(2021, 4, 7)),
        ("202104082315-02", dt.date(2021, 4, 9)),
        ("202104081015UTC", dt.date(2021, 4, 8)),
    ],
)
def test_a_date_may_have_its_time_zone_behind_it(text: str, on: dt.date) -> None:
    mapped = of_message("APERAK", "BGM+313+A1+27", f"DTM+137:{text}:303", "RFF+ACW:M1", "ERC+Z10")
    assert mapped.body is not None
    assert (mapped.body.advised_on, codes(mapped)) == (on, [])  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    "text", ["202104081015CET", "202104081015", "20210408?+00", "202104081015?+99", "000101010000?+14"]
)
def test_a_time_zone_that_nobody_can_place_is_told(text: str) -> None:
    mapped = of_message("APERAK", "BGM+313+A1+27", f"DTM+137:{text}:303", "RFF+ACW:M1", "ERC+Z10")
    assert "date_invalid" in [code for code, _ in codes(mapped)]


def test_a_date_that_nobody_says_is_not_invented() -> None:
    bare = b"UNH+1+RECADV:D:96A:UN'BGM+632+R1+9'LIN+1++4000862141404:EN'QTY+194:9'UNT+5+1'"
    message = next(each for each in edifact.read(bare) if isinstance(each, edifact.Message))
    mapped = maps.read_message(message, context_of(message))
    assert mapped.body is None
    assert ("element_missing", "error") in codes(mapped)


def test_a_status_of_several_consignments_needs_no_reference_of_them_all() -> None:
    mapped = of_message(
        "IFTSTA", "BGM+44+S1+9", "DTM+137:20260204:102", "NAD+CA+5422331123459::9",
        "CNI+1+4215A", "STS+1+21", "DTM+334:202602011450:203", "CNI+2+5122C", "STS+1+31", "DTM+334:20260202:102",
    )  # fmt: skip
    assert mapped.body is not None, mapped.faults
    assert [each.shipment for each in mapped.body.milestones] == ["4215A", "5122C"]  # type: ignore[attr-defined]


def test_a_carrier_that_names_no_shipment_is_taken_by_its_own_number() -> None:
    mapped = of_set("214", "QM", "B10*123456**BAWC", "LX*1", "AT7*X3*NS***20260925*0830*UT")
    assert mapped.body is not None, mapped.faults
    assert (mapped.body.shipment, mapped.body.milestones[0].shipment) == ("123456", "123456")  # type: ignore[attr-defined]


def test_the_day_of_payment_counts_before_the_day_of_its_advice() -> None:
    mapped = of_message(
        "REMADV", "BGM+481+P1+9", "DTM+137:20260220:102", "DTM+203:20260222:102", "CUX+2:EUR:11",
        "DOC+380+I1", "MOA+12:10", "UNS+S", "MOA+12:10",
    )  # fmt: skip
    assert mapped.body is not None, mapped.faults
    assert mapped.body.paid_on == dt.date(2026, 2, 22)  # type: ignore[attr-defined]


def test_a_schedule_may_end_without_its_section_control() -> None:
    mapped = of_message(
        "DELFOR", "BGM+241+F1+9", "DTM+137:20260115:102", "LIN+1++PAD:IN", "QTY+1:1000:PCE", "DTM+2:20260201:102"
    )
    assert mapped.body is not None, mapped.faults


def test_a_shipper_asks_for_routing_like_who_ships_from() -> None:
    mapped = of_set(
        "753", "RF", "BGN*00*R1*20260101", "N1*SH*SHIPPER*92*SH01", "N3*1 SHIP ST", "N4*DALLAS*TX*75201", "LX*1",
        "N1*ST*STORE*92*ST01", "G62*10*20260101", "OID*O1**5*CA*5",
    )  # fmt: skip
    assert mapped.body is not None, mapped.faults
    assert mapped.body.ship_from.name == "SHIPPER"  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    ("kind", "head"),
    [
        ("SLSRPT", ("BGM+73E+S1+9", "DTM+137:20260708:102", "NAD+BY+41::92", "NAD+SU+42::92", "LOC+162+41")),
        ("DELFOR", ("BGM+241+S1+9", "DTM+137:20260708:102", "NAD+BY+41::92", "NAD+SU+42::92")),
    ],
)
def test_what_buyers_report_is_received_by_their_supplier(kind: str, head: tuple[str, ...]) -> None:
    lines = ("LIN+1++4000862141404:EN", "QTY+153:1:PCE" if kind == "SLSRPT" else "QTY+1:1:PCE", "DTM+2:20260708:102")
    body = [f"UNH+1+{kind}:D:96A:UN", *head, *lines]
    data = ["UNB+UNOC:3+SENDER:14+RECEIVER:14+260904:1000+7", *body, f"UNT+{len(body) + 1}+1", "UNZ+1+7"]
    found: Any = next(iter(explain("".join(f"{line}'" for line in data).encode())))
    assert isinstance(found, ExplainedSet)
    assert found.body is not None, found.faults
    assert found.body.supplier.id == "RECEIVER"  # type: ignore[attr-defined]


@pytest.mark.parametrize("end", [b"\n", b"\r\n"])
@pytest.mark.parametrize("width", [72, 80])
@pytest.mark.parametrize("head", [b"", b"UNB+UNOC:3+SENDER:14+RECEIVER:14+260904:1000+7'"])
def test_lines_of_equal_bytes_are_joined_in_any_charset_with_an_envelope_or_without(
    head: bytes, width: int, end: bytes
) -> None:
    body = (
        "UNH+1+ORDERS:D:96A:UN'BGM+220+O1+9'DTM+137:20260117:102'FTX+AAI+++Nur über die Hauptstraße'"
        "NAD+BY+41::92++Müller'NAD+SU+42::92'LIN+1++4000862141404:EN'QTY+21:480:PCE'PRI+AAA:1.85'"
        "LIN+2++4000862141411:EN'QTY+21:120:PCE'PRI+AAA:3.40'UNS+S'UNT+14+1'"
    ).encode()
    whole = head + body + (b"UNZ+1+7'" if head else b"")
    wrapped = end.join(whole[at : at + width] for at in range(0, len(whole), width))
    found = list(explain(wrapped))
    assert "lines_wrapped" in [each.code for each in found if not isinstance(each, ExplainedSet)]
    sets = [each for each in found if isinstance(each, ExplainedSet)]
    assert [each.body for each in sets] == [each.body for each in explain(whole) if isinstance(each, ExplainedSet)]
    assert sets[0].body is not None


def test_a_payment_that_names_no_entity_is_read() -> None:
    mapped = of_set(
        "820", "RA", "BPR*I*980.5*C*ACH************20260904", "TRN*1*T1", "RMR*IV*I1**980.5*1000.5", "ADX*-20*22"
    )
    assert mapped.body is not None, mapped.faults
    assert [each.number for each in mapped.body.documents] == ["I1"]  # type: ignore[attr-defined]


@pytest.mark.parametrize("qualifier", ["IB", "ND", "N4", "ZZ"])
def test_an_item_goes_by_a_number_that_is_nobodys_own_where_it_has_no_other(qualifier: str) -> None:
    order = ("BEG*00*NE*O1**20260904", "PO1*1*5*EA*2.5**%s*0835201031", "CTT*1")
    mapped = of_set("850", "PO", *(each.replace("%s", qualifier) for each in order))
    assert mapped.body is not None, mapped.faults
    assert mapped.body.lines[0].item == "0835201031"  # type: ignore[attr-defined]
    both = of_set("850", "PO", *(each.replace("%s", f"{qualifier}*X*VN") for each in order))
    assert both.body is not None
    assert both.body.lines[0].item == "0835201031"  # type: ignore[attr-defined]


def test_a_catalogue_line_with_a_code_that_nobody_knows_is_read_and_the_code_is_told_and_kept() -> None:
    ts = the_set(
        "832",
        "SC",
        "BCT*PC*C1",
        "LIN*1*IN*A",
        "G53*ZZ9",
        "G55*UP*X",
        "CTP*RS*QQQ*2.5",
        "LIN*2*IN*B",
        "G53*002",
        "CTT*2",
    )
    mapped = maps.read_document(ts, context_of(ts))
    assert mapped.body is not None
    assert [(line.item, line.action, len(line.prices)) for line in mapped.body.lines] == [  # type: ignore[attr-defined]
        ("A", "add", 1), ("B", "delete", 0),
    ]  # fmt: skip
    assert codes(mapped) == [("code_unknown", "warning"), ("segment_unexpected", "warning")]
    kept = {(each.segment, each.value) for each in maps.account(ts, context_of(ts)).kept}
    assert {("G53", "ZZ9"), ("G55", "UP"), ("G55", "X")} <= kept


@pytest.mark.parametrize(
    "segments",
    [
        ("LIN*1*IN*A", "REF*LT*L1", "QTY*32*6*EA", "UIT*EA*2.5", "LIN*2*IN*B", "QTY*32*2*EA", "DTM*003*20260830"),
        ("QTY*32*6*EA", "LIN*1*IN*A", "UIT*EA*2.5", "REF*LT*L1", "QTY*32*2*EA", "LIN*2*IN*B", "DTM*003*20260830"),
    ],
    ids=["before", "behind"],
)
def test_an_item_that_was_sold_may_stand_before_its_quantity_or_behind_it(segments: tuple[str, ...]) -> None:
    ts = the_set("867", "PT", "BPT*00*R1*20260901*SS", "PTD*SS", "N1*ST*CUSTOMER*92*C1", *segments)
    sold = maps.read_document(ts, context_of(ts)).body
    assert isinstance(sold, ProductActivity)
    assert [(line.line, line.item, line.quantity.amount, line.lot) for line in sold.lines] == [
        ("1", "A", 6, "L1"), ("2", "B", 2, ""),
    ]  # fmt: skip
    assert [line.happened_on for line in sold.lines] == [None, dt.date(2026, 8, 30)]
    assert maps.account(ts, context_of(ts)).kept == ()


def test_an_item_before_several_quantities_is_that_of_all_of_them() -> None:
    sold = of_set("867", "PT", "BPT*00*R1*20260901*SS", "PTD*SS", "LIN*1*IN*A", "QTY*32*6*EA", "QTY*76*1*EA").body
    assert isinstance(sold, ProductActivity)
    assert [(line.item, line.kind) for line in sold.lines] == [("A", "sold"), ("A", "returned")]


def test_an_adjustment_that_says_no_amount_is_told_and_kept_and_not_taken_for_zero() -> None:
    advice = (
        "BGM+481+R1+9", "DTM+138:20260904:102", "CUX+2:EUR:11", "DOC+380+I1", "MOA+12:90", "AJT+4", "FTX+ABO+++broken",
        "AJT+7", "MOA+5:10", "UNS+S", "MOA+12:90",
    )  # fmt: skip
    mapped = of_message("REMADV", *advice)
    assert isinstance(mapped.body, RemittanceAdvice)
    (paid,) = mapped.body.documents
    assert [(each.code, each.amount) for each in paid.deductions] == [("7", Decimal(10))]
    assert codes(mapped) == [("element_missing", "warning")]


def test_blanks_before_a_tag_are_no_part_of_it() -> None:
    data = (
        f"ISA*00*{'':10}*00*{'':10}*ZZ*{'SENDER':15}*ZZ*{'RECEIVER':15}*260904*1000*U*00401*000000007*0*P*>~"
        "GS*PO*SENDER*RECEIVER*20260904*1000*7*X*004010~ST*850*0001~BEG*00*NE*O1**20260904~"
        "PO1*1*5*EA*2.5**VN*A~ PO1*2*6*EA*2.5**VN*B~\tCTT*2~ SE*6*0001~GE*1*7~IEA*1*000000007~"
    )
    found = next(iter(explain(data.encode())))
    assert isinstance(found, ExplainedSet)
    assert found.body is not None, found.faults
    assert [line.item for line in found.body.lines] == ["A", "B"]  # type: ignore[attr-defined]
    assert found.faults == ()


def test_a_warning_about_the_file_refuses_none_of_its_documents() -> None:
    data = (
        f"ISA*00*{'':10}*00*{'':10}*ZZ*{'SENDER':15}*ZZ*{'RECEIVER':15}*260904*1000*U*00401*000000007*0*P*>~"
        "GS*PO*SENDER*RECEIVER*20260904*1000*7*X*004010~ST*850*0001~BEG*00*NE*O1**20260904~"
        "PO1*1*5*EA*2.5**VN*A~CTT*1~SE*5*0001~GE*237*7~IEA*1*000000007~"
    )
    found = list(documents.read(data.encode()))
    assert [each.refused for each in found] == [False, False]
    made = convert(found, "canonical", Options(dt.datetime(2026, 9, 4, tzinfo=dt.UTC)))
    assert not made.refused
    assert [fault.code for report in made.reports for fault in report.faults] == ["group_count_mismatch"]
    assert next(documents.read(b"what is this")).refused


def test_wrapped_messages_say_the_same_wherever_their_lines_end() -> None:
    whole = (
        b"UNB+UNOC:3+SENDERSENDER:14+RECEIVERRECEIVER:14+260904:1000+700000000000'UNH+1+ORDERS:D:96A:UN'"
        b"BGM+220+O100000000+9'DTM+137:20260117:102'NAD+BY+4100000000000::92++MUELLER'NAD+SU+4200000000000::92'"
        b"LIN+1++4000862141404:EN'QTY+21:480:PCE'PRI+AAA:1.85'UNS+S'UNT+10+1'UNZ+1+700000000000'"
    )
    said = [each.body for each in explain(whole) if isinstance(each, ExplainedSet)]
    for width in range(60, 100):
        wrapped = b"\r\n".join(whole[at : at + width] for at in range(0, len(whole), width))
        assert [each.body for each in explain(wrapped) if isinstance(each, ExplainedSet)] == said, width
