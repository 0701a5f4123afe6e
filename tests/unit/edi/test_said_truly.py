"""What an object does not say is never taken for said: it is told, and kept beside it."""

from __future__ import annotations

import datetime as dt

import msgspec
import pytest

from crossdock.edi import maps, ubl, x12
from crossdock.edi.explain import context_of
from crossdock.edi.kernel.writing import CannotWrite
from crossdock.model.invoice import Invoice
from crossdock.model.purchase_order import PurchaseOrder, PurchaseOrderChange, Schedule
from crossdock.model.ship_notice import ShipNotice
from tests.unit.edi.test_accounts import described
from tests.unit.edi.test_unusual_documents import of_set, one_message, one_set

ORDER = ("N1*BY**92*1", "PO1*1*2*EA*1**IN*A")
NOTICE = ("HL*1**S", "HL*2*1*O", "PRF*450", "HL*3*2*I", "LIN*1*IN*A", "SN1**2*EA")


def codes(mapped: maps.MappedDocument) -> list[str]:
    return [each.code for each in mapped.faults]


@pytest.mark.parametrize(("purpose", "words"), [("07", "duplicate"), ("18", "reissue")])
def test_a_duplicate_of_an_order_is_read_and_told_and_its_purpose_kept_beside_it(purpose: str, words: str) -> None:
    said = f"BEG*{purpose}*SA*4500001**20260904"
    mapped = of_set("850", "PO", said, *ORDER)
    assert mapped.body is not None
    (fault,) = [each for each in mapped.faults if each.code == "document_copy"]
    assert (fault.severity, fault.position, fault.element) == ("warning", 2, 1)
    assert words in fault.detail
    ts = one_set("850", "PO", said, *ORDER)
    account = maps.account(ts, context_of(ts))
    assert (2, 1, purpose) in [(each.position, each.element, each.value) for each in account.kept]


def test_a_duplicate_of_a_message_is_told_too() -> None:
    message = one_message("ORDERS", "BGM+220+1+7", "DTM+137:20260904:102", "LIN+1++A:IN", "QTY+21:2", "UNS+S")
    mapped = maps.read_message(message, context_of(message))
    assert mapped.body is not None
    assert "document_copy" in codes(mapped)
    kept = [(each.segment, each.value) for each in maps.account(message, context_of(message)).kept]
    assert ("BGM", "7") in kept


def test_an_original_is_not_told() -> None:
    assert "document_copy" not in codes(of_set("850", "PO", "BEG*00*SA*4500001**20260904", *ORDER))


@pytest.mark.parametrize(
    ("shipped", "at", "kept"),
    [
        ("DTM*011*20260904", dt.datetime(2026, 9, 4, 17, 45), []),
        ("DTM*011*20260904*0801", dt.datetime(2026, 9, 4, 8, 1), ["1745"]),
        ("DTM*011*20260905", dt.datetime(2026, 9, 5), ["20260904", "1745"]),
    ],
)
def test_when_goods_left_has_the_time_of_the_notice_where_it_is_the_same_day(
    shipped: str, at: dt.datetime, kept: list[str]
) -> None:
    segments = ("BSN*00*S1*20260904*1745", shipped, *NOTICE)
    body = of_set("856", "SH", *segments).body
    assert isinstance(body, ShipNotice)
    assert body.shipped_at == at.replace(tzinfo=dt.UTC)
    ts = one_set("856", "SH", *segments)
    assert [each.value for each in maps.account(ts, context_of(ts)).kept if each.segment == "BSN"] == kept


def test_a_stock_report_without_any_quantity_that_is_known_is_not_an_empty_one() -> None:
    mapped = of_set("846", "IB", "BIA*00*SI*1*20260904", "LIN*1*IN*A", "QTY*34*5*EA", "QTY*QH*7*EA")
    assert mapped.body is None
    (fault,) = [each for each in mapped.faults if each.code == "lines_missing"]
    assert "34, QH" in fault.detail


def test_a_stock_report_without_items_is_an_empty_one() -> None:
    assert of_set("846", "IB", "BIA*00*SI*1*20260904").body is not None


def test_a_segment_whose_tag_is_in_small_letters_is_never_read_over() -> None:
    for kind, group, said in (
        ("850", "PO", ("BEG*00*SA*4500001**20260904", "po1*1*2*EA*1**IN*A", "PO1*2*2*EA*1**IN*B")),
        ("940", "OW", ("W05*N*1", "lx*1", "w01*1*EA**IN*A")),
    ):
        mapped = of_set(kind, group, *said)
        assert mapped.body is None
        small = next(each for each in mapped.faults if each.code == "segment_id_invalid")
        assert (small.severity, small.position) == ("error", 3)
        assert "small letters" in small.detail


def test_a_message_with_a_tag_in_small_letters_is_refused() -> None:
    message = one_message("ORDERS", "BGM+220+1+9", "DTM+137:20260904:102", "lin+1++A:IN", "QTY+21:2", "UNS+S")
    mapped = maps.read_message(message, context_of(message))
    assert mapped.body is None
    assert [(each.code, each.position) for each in mapped.faults if each.severity == "error"] == [
        ("segment_id_invalid", 4)
    ]


def test_whom_to_pay_is_not_who_sends_the_invoice() -> None:
    head = ("BIG*20260904*I1**45", "N1*RI*A Bank", "N1*RE*A Bank*92*B1")
    mapped = of_set("810", "IN", *head, "IT1*1*2*EA*1**IN*A", "TDS*200")
    assert isinstance(mapped.body, Invoice)
    assert (mapped.body.issuer.id, mapped.body.issuer.name) == ("SENDER", "")


@pytest.mark.parametrize(("second", "told"), [("Hull", True), ("York", False)])
def test_a_second_place_of_delivery_is_told(second: str, told: bool) -> None:
    parties = ("NAD+DP+++York", f"NAD+DP+++{second}")
    message = one_message(
        "ORDERS", "BGM+220+1+9", "DTM+137:20260904:102", *parties, "LIN+1++A:IN", "QTY+21:2", "PRI+AAA:1", "UNS+S"
    )
    repeated = [each for each in maps.read_message(message, context_of(message)).faults if each.position == 5]
    assert [each.code for each in repeated] == (["segment_repeated"] if told else [])
    order = ("BEG*00*SA*4500001**20260904", "N1*ST*York*92*1", f"N1*ST*{second}*92*{1 + told}", "PO1*1*2*EA*1**IN*A")
    assert ("segment_repeated" in codes(of_set("850", "PO", *order))) == told


@pytest.mark.parametrize("sign", ["", "-"])
def test_a_credit_note_credits_positive_amounts_whichever_sign_it_has(sign: str) -> None:
    lines = ("BIG*20260904*C1**45***CR", f"IT1*1*{sign}2*EA*10**IN*A", f"TDS*{sign}2000")
    mapped = of_set("810", "IN", *lines)
    assert isinstance(mapped.body, Invoice)
    assert (mapped.body.lines[0].quantity.amount, mapped.body.lines[0].price.amount, mapped.body.total) == (2, 10, 20)
    assert ("credit_negative" in codes(mapped)) == bool(sign)
    head = ("BGM+381+C1+9", "DTM+137:20260904:102", "LIN+1++A:IN")
    message = one_message("INVOIC", *head, f"QTY+47:{sign}2", "PRI+AAA:10", "UNS+S", f"MOA+9:{sign}20")
    same = maps.read_message(message, context_of(message))
    assert isinstance(same.body, Invoice)
    assert (same.body.lines[0].quantity.amount, same.body.total) == (2, 20)
    assert ("credit_negative" in codes(same)) == bool(sign)


def test_a_credit_note_of_negative_amounts_is_not_written() -> None:
    body = of_set("810", "IN", "BIG*20260904*C1**45***DI", "IT1*1*-2*EA*10**IN*A", "TDS*-2000").body
    assert isinstance(body, Invoice)
    ts = one_set("810", "IN", "BIG*20260904*C1**45***DI", "IT1*1*-2*EA*10**IN*A", "TDS*-2000")
    turned = msgspec.structs.replace(body, kind="credit_note")
    for write in (maps.write_document, maps.write_message, ubl.write):
        with pytest.raises(CannotWrite, match="positive amounts"):
            write("credit_note", turned, context_of(ts))


def kept_of(ts: x12.TransactionSet) -> list[tuple[str, int, str]]:
    return [(each.segment, each.element, each.value) for each in maps.account(ts, context_of(ts)).kept]


def test_the_day_on_which_goods_are_to_leave_is_not_that_of_their_delivery() -> None:
    segments = ("BEG*00*SA*1**20260904", "DTM*010*20260915", *ORDER, "DTM*010*20260920", "SCH*2*EA***010*20260921")
    body = of_set("850", "PO", *segments).body
    assert isinstance(body, PurchaseOrder)
    (line,) = body.lines
    assert (body.due_on, line.schedules) == (None, (Schedule(line.quantity),))
    kept = kept_of(one_set("850", "PO", *segments))
    assert [each for each in kept if each[0] == "DTM"] == [
        ("DTM", 1, "010"), ("DTM", 2, "20260915"), ("DTM", 1, "010"), ("DTM", 2, "20260920"),
    ]  # fmt: skip
    assert ("SCH", 6, "20260921") in kept


def test_where_an_order_says_both_the_delivery_is_what_is_wanted() -> None:
    segments = ("BEG*00*SA*1**20260904", "DTM*010*20260915", "DTM*002*20260918", *ORDER, "SCH*2*EA***002*20260919")
    body = of_set("850", "PO", *segments).body
    assert isinstance(body, PurchaseOrder)
    (line,) = body.lines
    assert (body.due_on, line.schedules) == (
        dt.date(2026, 9, 18), (Schedule(line.quantity, dt.date(2026, 9, 19)),),
    )  # fmt: skip


def test_a_change_of_the_day_on_which_goods_are_to_leave_changes_no_delivery() -> None:
    segments = ("BCH*04*SA*1**2*20260904", "DTM*010*20260915", "POC*1*CA*6**EA*2.55**IN*A", "DTM*010*20260920")
    body = of_set("860", "PC", *segments).body
    assert isinstance(body, PurchaseOrderChange)
    assert (body.due_on, body.lines[0].due_on) == (None, None)
    assert len([each for each in kept_of(one_set("860", "PC", *segments)) if each[0] == "DTM"]) == 4


def test_an_order_message_says_it_so_too() -> None:
    message = one_message(
        "ORDERS", "BGM+220+1+9", "DTM+137:20260904:102", "DTM+10:20260915:102", "LIN+1++A:IN", "QTY+21:2", "PRI+AAA:1",
        "DTM+10:20260920:102", "UNS+S",
    )  # fmt: skip
    body = maps.read_message(message, context_of(message)).body
    assert isinstance(body, PurchaseOrder)
    assert (body.due_on, body.lines[0].schedules) == (None, ())
    kept = [each.value for each in maps.account(message, context_of(message)).kept if each.segment == "DTM"]
    assert [each for each in kept if each.startswith("2026")] == ["20260915", "20260920"]


STORES = ("HL*1**S", "N1*ST*DC*92*DC01", "HL*2*1*O", "PRF*P1")
OF_A_STORE = ("HL*3*2*I", "LIN*1*IN*A", "SN1**2*EA", "HL*4*1*O", "PRF*P2")


@pytest.mark.parametrize(
    ("shipment", "first", "second", "buyer", "kept"),
    [
        ((), ("N1*BY**92*0001",), ("N1*BY**92*0002",), None, ["0001", "0002"]),
        ((), ("N1*BY**92*0001",), ("N1*BY**92*0001",), "0001", []),
        ((), ("N1*BY**92*0001",), (), None, ["0001"]),
        (("N1*BY**92*1",), ("N1*BY**92*0001",), ("N1*BY**92*0002",), "1", ["0001", "0002"]),
    ],
)
def test_a_store_that_one_order_is_of_is_not_the_buyer_of_all_that_is_shipped(
    shipment: tuple[str, ...], first: tuple[str, ...], second: tuple[str, ...], buyer: str | None, kept: list[str]
) -> None:
    segments = (
        "BSN*00*S1*20260904*1745", *STORES[:2], *shipment, *STORES[2:], *first, *OF_A_STORE, *second,
        "HL*5*4*I", "LIN*2*IN*A", "SN1**2*EA",
    )  # fmt: skip
    body = of_set("856", "SH", *segments).body
    assert isinstance(body, ShipNotice)
    assert (body.buyer and body.buyer.their_id) == buyer
    ts = one_set("856", "SH", *segments)
    assert described(ts, context_of(ts)) == body
    account = maps.account(ts, context_of(ts))
    assert [each.value for each in account.kept if each.segment == "N1" and each.element == 4] == kept
    assert [each.value for each in account.kept if each.segment == "N1" and each.element == 1] == ["BY"] * len(kept)
