"""EDIFACT order responses become the same answers as those of X12: line by line, part now and part later."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crossdock.edi import edifact, maps
from crossdock.edi.kernel.writing import CannotWrite
from crossdock.model.party import PartyRef
from crossdock.model.purchase_order import LineAnswer, PurchaseOrderAcknowledgement
from crossdock.model.quantity import Price, Quantity

US, KILN = PartyRef("us", "5498765000010", "UL"), PartyRef("kiln", "5412345000013", "UL")
BUYING = maps.MapContext("us", US, KILN, "buyer")
HEAD = (
    "BGM+231+ANS1+4",
    "DTM+137:20101202:102",
    "RFF+ON:4500001::2",
    "DTM+171:20101201:102",
    "NAD+SU+5412345000013::9",
    "CUX+2:GBP:9",
)


def mapped(*segments: str) -> maps.MappedDocument:
    rows = "".join(each + "'" for each in segments)
    head = "UNB+UNOC:3+5412345000013:14+5498765000010:14+101201:0830+R1'UNH+1+ORDRSP:D:96A:UN:EAN005'"
    data = f"{head}{rows}UNT+{len(segments) + 2}+1'UNZ+1+R1'"
    (one,) = edifact.read(data.encode())
    assert isinstance(one, edifact.Message), one
    return maps.read_message(one, BUYING)


def answer(*segments: str) -> PurchaseOrderAcknowledgement:
    found = mapped(*segments)
    assert isinstance(found.body, PurchaseOrderAcknowledgement), found.faults
    assert found.faults == ()
    return found.body


def said(*segments: str) -> list[tuple[str, str, int]]:
    return [(each.line, each.kind, int(each.answered.amount)) for each in answer(*HEAD, *segments, "UNS+S").answers]


def test_an_answer_names_its_order_and_the_revision_it_answers() -> None:
    one = answer(*HEAD, "LIN+1+5", "QTY+21:6", "PRI+AAA:2.55", "DTM+67:20101210:102", "PIA+1+MUG:IN+M-1:SA", "UNS+S")
    assert (one.number, one.order_number, one.revision) == ("ANS1", "4500001", 2)
    assert (one.acknowledged_on, one.order_date, one.currency) == (
        dt.date(2010, 12, 2), dt.date(2010, 12, 1), "GBP",
    )  # fmt: skip
    price = Price(Decimal("2.55"), "GBP")
    assert one.answers == (
        LineAnswer("1", "accepted", Quantity(Decimal(6)), price, dt.date(2010, 12, 10), "MUG", "M-1"),
    )


def test_a_refusal_without_lines_is_of_the_whole_order() -> None:
    found = answer("BGM+231+ANS1+27", *HEAD[1:], "UNS+S")
    assert found.answers == (LineAnswer("", "rejected"),)
    assert found.of_whole_order == "rejected"
    sent = maps.write_message("purchase_order_acknowledgement", found, BUYING)
    assert [row for row in sent.segments if row[0] in ("BGM", "LIN")] == [("BGM", "231", "ANS1", "27")]


@pytest.mark.parametrize(
    ("segments", "expected"),
    [
        (("LIN+1+5", "QTY+21:6"), [("1", "accepted", 6)]),
        (("LIN+1+6", "QTY+21:6", "QTY+113:4"), [("1", "changed", 4)]),
        (("LIN+1+6", "QTY+113:4", "QTY+83:2"), [("1", "changed", 4), ("1", "backordered", 2)]),
        (("LIN+1+3", "QTY+83:6"), [("1", "backordered", 6)]),
        (("LIN+1+7", "QTY+21:6"), [("1", "rejected", 6)]),
        (("LIN+1+6", "PIA+1+MUG:IN", "PIA+3+CUP:IN", "QTY+113:6"), [("1", "substituted", 6)]),
        (("LIN+1", "QTY+21:6"), [("1", "accepted", 6)]),
        (("LIN+7+5", "QTY+21:6", "RFF+ON:4500001:10"), [("10", "accepted", 6)]),
        (("LIN+7+5", "QTY+21:6", "RFF+LI:20"), [("20", "accepted", 6)]),
    ],
)
def test_each_line_is_answered_as_it_says(segments: tuple[str, ...], expected: list[tuple[str, str, int]]) -> None:
    assert said(*segments) == expected


@pytest.mark.parametrize(("action", "kind"), [("5", "accepted"), ("7", "rejected"), ("3", "changed"), ("", "accepted")])
def test_an_answer_without_a_quantity_is_to_all_of_its_line(action: str, kind: str) -> None:
    one = answer(*HEAD, f"LIN+1+{action}", "DTM+67:20101210:102", "PRI+AAA:2.60", "UNS+S")
    price = Price(Decimal("2.60"), "GBP")
    assert [(each.kind, each.quantity, each.price) for each in one.answers] == [(kind, None, price)]


def test_what_comes_later_is_not_written_without_saying_how_much() -> None:
    later = PurchaseOrderAcknowledgement(
        "us", "4500001", KILN, dt.date(2010, 12, 2), (LineAnswer("1", "backordered", due_on=dt.date(2010, 12, 9)),)
    )
    with pytest.raises(CannotWrite, match="quantity"):
        maps.write_message("purchase_order_acknowledgement", later, BUYING, "D:96A:UN:EAN005")


def test_a_line_that_says_nothing_is_answered_as_all_of_them() -> None:
    one = answer("BGM+231+ANS1+27", *HEAD[1:], "LIN+1", "QTY+21:6", "UNS+S")
    assert [each.kind for each in one.answers] == ["rejected"]
    assert answer("BGM+231+ANS1+29", *HEAD[1:], "UNS+S").answers == (), "all of it, without a word of any line"


@pytest.mark.parametrize(
    ("segments", "expected"),
    [
        (("BGM+231+ANS1+1", *HEAD[1:], "LIN+1+5", "QTY+21:6"), ["purpose_unsupported"]),
        (("BGM+231+ANS1+99", *HEAD[1:], "LIN+1+5", "QTY+21:6"), ["code_unknown"]),
        ((*HEAD, "LIN+1+88", "QTY+21:6"), ["code_unknown"]),
        ((*HEAD, "LIN++5", "QTY+21:6"), ["line_reference_missing"]),
        ((*HEAD[:2], *HEAD[4:], "LIN+1+5", "QTY+21:6"), ["order_reference_missing"]),
        ((HEAD[0], *HEAD[2:], "LIN+1+5", "QTY+21:6"), ["element_missing"]),
        (HEAD, ["lines_missing"]),
        ((*HEAD, "LIN+1+5", "QTY+21:6", "UNS+S", "CNT+2:4"), ["count_mismatch"]),
    ],
)
def test_what_is_wrong_with_an_answer_has_its_name(segments: tuple[str, ...], expected: list[str]) -> None:
    assert [fault.code for fault in mapped(*segments).faults] == expected


ids = st.text("ABCXYZ0123456789-_./+:'?", min_size=1, max_size=20)
maybe_ids = st.just("") | ids
days = st.dates(dt.date(1990, 1, 1), dt.date(2089, 12, 31))
amounts = st.decimals(Decimal(0), Decimal(9999), places=2)
said_of_a_line = {
    "line": ids,
    "price": st.none() | amounts.map(lambda amount: Price(amount, "GBP", Quantity(Decimal(1), "BX"))),
    "due_on": st.none() | days,
    "item": ids,
    "supplier_item": maybe_ids,
}
boxes = st.builds(Quantity, amounts, st.just("BX"))
at_once = st.sampled_from(["accepted", "changed", "substituted", "rejected"])
answers = st.builds(LineAnswer, kind=at_once, quantity=st.none() | boxes, **said_of_a_line) | st.builds(
    LineAnswer, kind=st.just("backordered"), quantity=boxes, **said_of_a_line
)


@settings(max_examples=100, deadline=None)
@given(
    st.builds(
        PurchaseOrderAcknowledgement,
        company_id=st.just("us"),
        order_number=ids,
        supplier=st.just(KILN),
        acknowledged_on=days,
        answers=st.lists(answers, min_size=1, max_size=4).map(tuple),
        number=maybe_ids,
        revision=st.integers(0, 99),
        buyer=st.none() | st.just(US),
        order_date=st.none() | days,
        currency=st.just("GBP"),
    )
)
def test_an_answer_that_is_written_is_read_back_as_it_was(one: PurchaseOrderAcknowledgement) -> None:
    sent = maps.write_message("purchase_order_acknowledgement", one, BUYING, "D:96A:UN:EAN005")
    at = dt.datetime(2010, 12, 1, 8, 30, tzinfo=dt.UTC)
    (message,) = edifact.read(edifact.write_interchange(edifact.InterchangeOut("kiln", "us", "R1", at), [sent]))
    assert isinstance(message, edifact.Message)
    found = maps.read_message(message, BUYING)
    assert found.faults == ()
    assert found.body == one
