"""Documents as strangers send them: what they say is found, and what is wrong is told where it stands."""

from __future__ import annotations

import datetime as dt

import msgspec
import pytest

from crossdock.edi import edifact, maps, x12
from crossdock.edi.beside import names
from crossdock.edi.explain import ExplainedSet, context_of, explain
from crossdock.edi.kernel.faults import Fault
from crossdock.edi.maps.edifact.reading import as_moment
from crossdock.model.activity import ProductActivity
from crossdock.model.freight import ShipmentStatusReport
from crossdock.model.invoice import Invoice
from crossdock.model.purchase_order import PurchaseOrder


def interchange(kind: str, group: str, *segments: str) -> bytes:
    """One set of 004010, the sender's to the receiver."""
    head = [
        f"ISA*00*{'':10}*00*{'':10}*ZZ*{'SENDER':15}*ZZ*{'RECEIVER':15}*260904*1000*U*00401*000000007*0*P*>",
        f"GS*{group}*SENDER*RECEIVER*20260904*1000*7*X*004010",
    ]
    lines = [*head, f"ST*{kind}*0001", *segments, f"SE*{len(segments) + 2}*0001", "GE*1*7", "IEA*1*000000007"]
    return "".join(f"{line}~" for line in lines).encode()


def one_set(kind: str, group: str, *segments: str) -> x12.TransactionSet:
    ts = next(x12.read(interchange(kind, group, *segments)))
    assert isinstance(ts, x12.TransactionSet)
    return ts


def of_set(kind: str, group: str, *segments: str) -> maps.MappedDocument:
    """What is read of it."""
    ts = one_set(kind, group, *segments)
    return maps.read_document(ts, context_of(ts))


def one_message(kind: str, *segments: str) -> edifact.Message:
    body = [f"UNH+1+{kind}:D:96A:UN", *segments]
    lines = ["UNB+UNOC:3+SENDER:14+RECEIVER:14+260904:1000+7", *body, f"UNT+{len(body) + 1}+1", "UNZ+1+7"]
    message = next(edifact.read("".join(f"{line}'" for line in lines).encode()))
    assert isinstance(message, edifact.Message)
    return message


def places(faults: tuple[Fault, ...]) -> list[tuple[str, str, int, int]]:
    """Code, tag, segment of the set, element."""
    return [(each.code, each.segment_id, each.position, each.element) for each in faults]


def read_again(ts: x12.TransactionSet) -> tuple[msgspec.Struct | None, msgspec.Struct | None]:
    """What a set says, and what it says written and read once more."""
    context = context_of(ts)
    mapped = maps.read_document(ts, context)
    assert mapped.body is not None
    written = one_set(
        ts.type,
        ts.group.functional_id,
        *("*".join(row) for row in maps.write_document(mapped.document, mapped.body, context).segments),
    )
    return mapped.body, maps.read_document(written, context).body


def test_an_element_that_is_missing_is_told_where_it_would_stand() -> None:
    mapped = of_set("204", "SM", "B2**ACME*L-1**PP", "B2A*00", "S5*1*CL", "G62*10*20260904")
    assert places(mapped.faults) == [("element_missing", "B2", 2, 4)]
    assert mapped.faults[0].detail == "number is missing: B2 element 4 carries it"


def test_an_element_of_a_segment_that_is_missing_is_told_at_what_it_belongs_to() -> None:
    mapped = maps.read_message(message := one_message("DELFOR", *_SCHEDULE), context_of(message))
    assert ("element_missing", "QTY", 6, 0) in places(mapped.faults)
    assert "begins on is missing: DTM+2 element 1 carries it" in [each.detail for each in mapped.faults]


_SCHEDULE = ("BGM+241+S1+9", "DTM+137:20260904:102", "NAD+BY+BUYER::92", "LIN+1++PART:IN", "QTY+1:1000:PCE")


def test_what_stands_there_and_cannot_be_read_is_not_told_to_be_missing() -> None:
    mapped = of_set("990", "GF", "B1*ACME*L-1*A*A")
    assert places(mapped.faults) == [("date_invalid", "B1", 2, 3)]


def test_a_list_that_is_missing_is_of_no_element() -> None:
    mapped = of_set("945", "SW", "W06*F*O-1*20260904*S-1", "W03*0")
    assert ("lines_missing", "ST", 1, 0) in places(mapped.faults)


def test_what_stands_beside_a_message_is_named_by_its_qualifier() -> None:
    message = one_message(
        "DESADV", "BGM+351+D1+9", "DTM+11:20260904:102", "DTM+171:20260901:102", "RFF+VN:8877", "RFF+ON:4455",
        "CPS+1", "LIN+1++4000862141404:EN", "QTY+12:5:PCE", "MOA+203:99.9",
    )  # fmt: skip
    kept = maps.account(message, context_of(message)).kept
    assert names(msgspec.to_builtins(kept)) == ("DTM*171", "RFF*VN", "MOA*203")


def test_a_split_is_told_with_its_place_and_day_as_far_as_they_are_said() -> None:
    orders = (
        "BGM+220+P1+9", "DTM+137:20260904:102", "LIN+1++4000862141404:EN", "QTY+21:9:PCE", "PRI+AAA:2",
        "LOC+7+275::92", "QTY+11:3", "LOC+7+278::92", "QTY+11:6", "DTM+2:20260930:102", "UNS+S",
    )  # fmt: skip
    data = "".join(
        f"{line}'"
        for line in ("UNB+UNOC:3+A:14+B:14+260904:1000+7", "UNH+1+ORDERS:D:96A:UN", *orders, "UNT+13+1", "UNZ+1+7")
    )
    (told,) = explain(data.encode())
    assert isinstance(told, ExplainedSet)
    assert told.lines[0][4] == "3 EA to 275; 6 EA on 2026-09-30 to 278"


@pytest.mark.parametrize(
    ("ids", "item"), [("ST*STYLE-9", "STYLE-9"), ("EC*REV-C*MS*M-1", "M-1"), ("LT*LOT*PD*WORDS", "")]
)
def test_an_item_goes_by_whatever_number_of_an_item_it_has(ids: str, item: str) -> None:
    mapped = of_set("850", "PO", "BEG*00*SA*P1**20260904", f"PO1*1*5*EA*2**{ids}", "CTT*1")
    assert (mapped.body.lines[0].buyer_item if isinstance(mapped.body, PurchaseOrder) else "") == item


def test_an_order_to_be_delivered_to_its_buyer_is_written_so() -> None:
    ts = one_set("850", "PO", "BEG*00*SA*P1**20260904", "N1*BY*Stores*92*1242", "PO1*1*5*EA*2**IN*A1", "CTT*1")
    said, again = read_again(ts)
    assert isinstance(said, PurchaseOrder)
    assert said.ship_to == said.buyer
    assert again == said


def test_lines_of_an_invoice_without_number_are_of_no_order_line_when_written() -> None:
    ts = one_set("810", "IN", "BIG*20260904*I1**P1", "IT1**5*EA*2**IN*A1", "IT1**1*EA*3**IN*A2", "TDS*1300", "CTT*2")
    said, again = read_again(ts)
    assert isinstance(said, Invoice)
    assert [line.order_line for line in said.lines] == ["", ""]
    assert again == said


def of_message(kind: str, *segments: str) -> maps.MappedDocument:
    """What is read of one message."""
    message = one_message(kind, *segments)
    return maps.read_message(message, context_of(message))


def ordered(*dates: str) -> maps.MappedDocument:
    head = ("BGM+220+P1+9", "DTM+137:20260904:102", *dates)
    return of_message("ORDERS", *head, "LIN+1++4000862141404:EN", "QTY+21:9:PCE", "PRI+AAA:2", "UNS+S")


@pytest.mark.parametrize(
    ("said", "day"),
    [
        ("202636:616", dt.date(2026, 8, 31)),
        ("202610:610", dt.date(2026, 10, 1)),
        ("2609:609", dt.date(2026, 9, 1)),
        ("2027:602", dt.date(2027, 1, 1)),
        ("202636202638:716", dt.date(2026, 8, 31)),
        ("202610202612:710", dt.date(2026, 10, 1)),
        ("260904260908:717", dt.date(2026, 9, 4)),
    ],
)
def test_a_week_a_month_or_a_year_is_its_first_day(said: str, day: dt.date) -> None:
    mapped = ordered(f"DTM+2:{said}")
    assert mapped.faults == ()
    assert isinstance(mapped.body, PurchaseOrder)
    assert mapped.body.due_on == day


@pytest.mark.parametrize("said", ["202654:616", "202613:610", "20261:616", "2026W9:616"])
def test_a_week_or_month_that_there_is_not_is_told(said: str) -> None:
    assert [each.code for each in ordered(f"DTM+2:{said}").faults] == ["date_invalid"]


def test_a_time_of_day_stands_beside_the_day_it_is_of() -> None:
    mapped = ordered("DTM+2:20260910:102", "DTM+2:1000:401")
    assert mapped.faults == ()
    assert isinstance(mapped.body, PurchaseOrder)
    assert mapped.body.due_on == dt.date(2026, 9, 10)


@pytest.mark.parametrize(("said", "told_at"), [("PRI+AAA", "PRI"), ("PRI+INF", "LIN"), ("PRI+INF:3", "LIN")])
def test_a_price_that_is_not_said_is_told_and_refuses_nothing(said: str, told_at: str) -> None:
    lines = ("LIN+1++4000862141404:EN", "QTY+21:9:PCE", said, "UNS+S")
    mapped = of_message("ORDERS", "BGM+220+P1+9", "DTM+137:20260904:102", *lines)
    assert [(each.code, each.severity, each.segment_id) for each in mapped.faults] == [
        ("price_missing", "warning", told_at)
    ]
    assert mapped.body is not None


def test_a_carrier_may_tell_its_status_of_a_package_by_its_own_codes() -> None:
    mapped = of_message(
        "IFTSTA", "BGM+23+S1", "NAD+DEQ+3F4", "RFF+CW:1Z0001", "CNI+1", "LOC+14+:::TOWN", "STS+1:D2:21",
        "DTM+78:20260904173746:204",
    )  # fmt: skip
    assert isinstance(mapped.body, ShipmentStatusReport)
    (found,) = mapped.body.milestones
    assert (found.shipment, found.raw_code, found.kind, found.carrier) == ("1Z0001", "D2", "UNKNOWN", "SENDER")


def test_a_change_of_an_order_may_end_without_its_section_control() -> None:
    mapped = of_message(
        "ORDCHG", "BGM+230+P1+9", "DTM+137:20260904:102", "RFF+ON:P1", "LIN+1+3+4000862141404:EN", "QTY+21:120:PCE"
    )
    assert mapped.faults == ()
    assert mapped.body is not None


def test_an_acknowledgement_of_nothing_wrong_names_no_element() -> None:
    data = "UNB+UNOC:3+A:14+B:14+260904:1000+7'UNH+1+CONTRL:D:3:UN'UCI+72+B:14+A:14+8'UNT+3+1'UNZ+1+7'"
    (told,) = explain(data.encode())
    assert isinstance(told, ExplainedSet)
    assert [each for each in told.words if each.startswith("Element")] == []


_CREDIT = "SAC*C* * * *-500* * * * * * * * * *PALLETS RETURNED"


def test_blanks_in_an_element_say_nothing() -> None:
    mapped = of_set("810", "IN", "BIG*20260903*77*20260901*P1* * * ", "IT1*1*2*EA*5**IN*A1", "TDS*1000", _CREDIT)
    assert isinstance(mapped.body, Invoice)
    assert [(str(each.amount), each.code) for each in mapped.body.charges] == [("-5.00", "")]
    assert {each.severity for each in mapped.faults} == {"warning"}
    assert ("element_character", "SAC", 5, 7) in places(mapped.faults)


def test_a_mandatory_element_of_blanks_is_missing_and_nothing_else() -> None:
    mapped = of_set("810", "IN", "BIG* *77", "IT1*1*2*EA*5**IN*A1", "TDS*1000")
    assert places(mapped.faults) == [("element_missing", "BIG", 2, 1)]


def test_a_charge_without_code_is_written_and_read_as_such() -> None:
    first, again = read_again(
        one_set("810", "IN", "BIG*20260903*77**P1", "IT1*1*2*EA*5**IN*A1", "TDS*1500", "SAC*C****500")
    )
    assert isinstance(first, Invoice)
    assert [each.code for each in first.charges] == [""]
    assert again == first


def test_a_qualifier_one_element_too_early_is_no_item() -> None:
    lines = ("LX*1", "W01*12*EA*VN*CORN-12*UP*012345678905")
    mapped = of_set("940", "OW", "W05*N*S1*P1", "N1*ST*SHOP*92*12", *lines)
    assert mapped.body is None
    assert places(mapped.faults) == [
        ("element_too_long", "W01", 5, 4),
        ("element_too_short", "W01", 5, 3),
        ("item_missing", "W01", 5, 0),
    ]


def test_a_quantity_that_cannot_be_read_is_told_once() -> None:
    mapped = of_set("945", "SW", "W06*F*S1*20260903*N1**P1", "N1*ST*SHOP*92*12", "LX*1", "W12*CC*10*EA*10*EA**VN*A1")
    assert places(mapped.faults) == [("number_invalid", "W12", 5, 3)]


def test_a_carrier_code_of_wrong_length_is_told() -> None:
    mapped = of_set("214", "QM", "B10*L1*S1*TRUCKS", "LX*1", "AT7*X1*NS***20260903*1200*UT", "MS1*RENO*NV*US")
    assert mapped.body is not None
    assert places(mapped.faults) == [("element_too_long", "B10", 2, 3)]


def test_sales_of_one_store_name_it_once_for_all() -> None:
    head = ("XQ*H*20260828*20260903", "N1*ST*CORNER STORE*92*S7")
    first, again = read_again(one_set("852", "PD", *head, "LIN*1*VN*A1", "ZA*QS*4*EA", "LIN*2*VN*A2", "ZA*QA*9*EA"))
    assert isinstance(first, ProductActivity)
    assert [each.place for each in first.lines] == ["S7", "S7"]
    assert isinstance(again, ProductActivity)
    assert again.lines == first.lines


@pytest.mark.parametrize("purpose", ["24", "25", "26", "35"])
def test_a_schedule_may_say_what_it_is_by_its_function(purpose: str) -> None:
    head = (f"BGM+241+S1+{purpose}", "DTM+137:20260901:102", "NAD+BY+1::92", "NAD+SU+2::92", "UNS+D")
    lines = ("LIN+1++A1:IN", "QTY+113:40:PCE", "DTM+2:20260914:102")
    message = one_message("DELFOR", *head, *lines, "UNS+S")
    told = [each.code for each in maps.read_message(message, context_of(message)).faults]
    assert told == (["document_copy"] if purpose == "35" else [])


@pytest.mark.parametrize("purpose", ["35", "42", "43"])
def test_an_order_sent_again_or_said_by_other_means_first_is_an_order(purpose: str) -> None:
    head = (f"BGM+220+P1+{purpose}", "DTM+137:20260901:102", "NAD+BY+1::92", "NAD+SU+2::92", "CUX+2:EUR:9")
    message = one_message("ORDERS", *head, "LIN+1++A1:IN", "QTY+21:40:PCE", "PRI+AAA:2", "UNS+S")
    mapped = maps.read_message(message, context_of(message))
    assert isinstance(mapped.body, PurchaseOrder)
    assert [each.code for each in mapped.faults] == ([] if purpose == "42" else ["document_copy"])


@pytest.mark.parametrize(
    ("version", "size", "told"),
    [
        ("004010", 31, True),
        ("005010", 50, False),
        ("005010", 51, True),
        ("008010", 80, False),
        ("008010", 81, True),
    ],
)
def test_a_reference_is_as_long_as_its_version_has_room_for(version: str, size: int, told: bool) -> None:
    lines = ("BEG*00*SA*P1**20260901", f"REF*ZZ*{'7' * size}", "PO1*1*1*EA*5**IN*A1")
    ts = next(x12.read(interchange("850", "PO", *lines).replace(b"*004010", f"*{version}".encode())))
    assert isinstance(ts, x12.TransactionSet)
    found = places(maps.read_document(ts, context_of(ts)).faults)
    assert found == [("element_too_long", "REF", 3, 2)] * told


@pytest.mark.parametrize("each", [True, False])
def test_taxes_in_all_and_for_each_rate_are_one_charge(each: bool) -> None:
    head = ("BGM+380+R1+9", "DTM+137:20260901:102", "RFF+ON:P1", "NAD+SU+2::92", "NAD+BY+1::92", "CUX+2:EUR:4")
    sums = ("UNS+S", "MOA+77:119", "MOA+124:19", "MOA+125:100", "TAX+7+VAT+++:::19+S")
    rate = ("MOA+125:100", "MOA+124:19") if each else ()
    message = one_message("INVOIC", *head, "LIN+1++A1:IN", "QTY+47:10:PCE", "PRI+AAA:10", *sums, *rate)
    mapped = maps.read_message(message, context_of(message))
    assert isinstance(mapped.body, Invoice)
    assert [(charge.code, str(charge.amount)) for charge in mapped.body.charges] == [("VAT", "19")]
    assert len(mapped.body.taxes) == each
    assert mapped.faults == ()


@pytest.mark.parametrize(("zone", "hour"), [("M08", 20), ("-08", 20), ("P05", 7), ("UTC", 12)])
def test_a_time_zone_may_say_its_sign_by_a_letter(zone: str, hour: int) -> None:
    assert as_moment(f"20260901120000{zone}", "304") == dt.datetime(2026, 9, 1, hour, tzinfo=dt.UTC)
