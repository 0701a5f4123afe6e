"""EDIFACT orders become the same purchase orders as those of X12, whatever form the partner chose."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from pathlib import Path

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crossdock.edi import edifact, maps
from crossdock.edi.explain import ExplainedSet, explain
from crossdock.edi.maps.edifact.writing import description, joined
from crossdock.edi.told import ExplainedFault
from crossdock.model.party import PartyRef
from crossdock.model.purchase_order import Charge, PurchaseOrder, PurchaseOrderLine, Schedule
from crossdock.model.quantity import Price, Quantity

FOLDER = Path(__file__).resolve().parents[4] / "shared" / "fixtures" / "edi"
US, SHOP = PartyRef("us", "5498765000017", "UL"), PartyRef("shop", "5412345000013", "UL")
SELLING = maps.MapContext("us", US, SHOP, "supplier")
HEAD = (
    "BGM+220+4500001+9",
    "DTM+137:20101201:102",
    "DTM+2:201012100800:203",
    "RFF+CR:SPRING",
    "NAD+BY+5412345000013::9++HOMESTEAD",
    "NAD+SU+5498765000017::9",
    "NAD+DP+STORE7::92",
    "CUX+2:GBP:9",
    "ALC+C++++FC::9:Freight",
    "MOA+23:4.50",
)
LINE = (
    "LIN+1++5011111111116:EN",
    "PIA+1+MUG:SA+H-77:IN",
    "IMD+F++:::Mug:red",
    "QTY+21:6:PCE",
    "PRI+AAA:2.55:CT::1:PCE",
)
END = ("UNS+S", "CNT+2:{lines}")


def interchange(*segments: str, una: str = "") -> bytes:
    lines = sum(segment.startswith("LIN") for segment in segments)
    rows = [each.format(lines=lines) for each in segments]
    body = [
        "UNB+UNOC:3+5412345000013:14+5498765000017:14+101201:0830+R1",
        "UNH+1+ORDERS:D:96A:UN:EAN008",
        *rows,
        f"UNT+{len(rows) + 2}+1",
        "UNZ+1+R1",
    ]
    return (una + "".join(row + "'" for row in body)).encode()


def mapped(*segments: str, context: maps.MapContext = SELLING, una: str = "") -> maps.MappedDocument:
    (one,) = edifact.read(interchange(*segments, una=una))
    assert isinstance(one, edifact.Message), one
    return maps.read_message(one, context)


def order(*segments: str, context: maps.MapContext = SELLING, una: str = "") -> PurchaseOrder:
    found = mapped(*segments, context=context, una=una)
    assert isinstance(found.body, PurchaseOrder), found.faults
    assert found.faults == ()
    return found.body


def codes(*segments: str) -> list[str]:
    return [fault.code for fault in mapped(*segments).faults]


def test_lines_of_one_id_are_told() -> None:
    found = mapped(*HEAD, *LINE, *LINE, *END)
    assert [(each.code, each.segment_id, each.element) for each in found.faults] == [("line_repeated", "LIN", 1)]
    assert found.body is not None


def test_an_order_says_who_wants_what_when_at_which_price() -> None:
    one = order(*HEAD, *LINE, *END)
    assert (one.number, one.ordered_on, one.due_on) == ("4500001", dt.date(2010, 12, 1), dt.date(2010, 12, 10))
    assert (one.reference, one.currency, one.revision) == ("SPRING", "GBP", 0)
    assert one.buyer == PartyRef("shop", "5412345000013", "UL", "HOMESTEAD")
    assert (one.supplier, one.ship_to) == (US, PartyRef("STORE7"))
    assert one.charges == (Charge("FC", Decimal("4.50"), "Freight"),)
    (line,) = one.lines
    assert (line.line, line.item, line.buyer_item, line.gtin) == ("1", "MUG", "H-77", "5011111111116")
    assert (line.quantity, line.price) == (Quantity(Decimal(6)), Price(Decimal("2.55"), "GBP"))
    assert line.description == "Mug red"


def test_to_a_buyer_the_numbers_of_the_line_are_the_other_way_round() -> None:
    (line,) = order(*HEAD, *LINE, *END, context=maps.MapContext("us", SHOP, US, "buyer")).lines
    assert (line.item, line.supplier_item, line.buyer_item) == ("H-77", "MUG", "")


@pytest.mark.parametrize(
    ("said", "day"),
    [
        ("DTM+2:20101210:102", dt.date(2010, 12, 10)),
        ("DTM+2:101210:101", dt.date(2010, 12, 10)),
        ("DTM+2:20101210", dt.date(2010, 12, 10)),
        ("DTM+2:20101210083000:204", dt.date(2010, 12, 10)),
        ("DTM+64:2010121020101212:718", dt.date(2010, 12, 10)),
        ("DTM+63:20101212:102", dt.date(2010, 12, 12)),
    ],
)
def test_dates_are_read_in_the_form_they_say(said: str, day: dt.date) -> None:
    assert order(*HEAD[:2], said, *HEAD[4:], *LINE, *END).due_on == day


@pytest.mark.parametrize("said", ["DTM+2:101211:102", "DTM+2:20101211:101", "DTM+2:201012110000:102"])
def test_a_date_is_never_read_in_a_form_that_it_has_not(said: str) -> None:
    """Six digits of a form that has eight are no day of the year 1012."""
    found = mapped(*HEAD[:2], said, *HEAD[4:], *LINE, *END)
    assert [(fault.code, fault.severity) for fault in found.faults] == [("date_invalid", "warning")]
    assert isinstance(found.body, PurchaseOrder)
    assert found.body.due_on == dt.date(2010, 12, 11)


@pytest.mark.parametrize(
    ("said", "amount"), [(".5", "0.5"), (",5", "0.5"), ("5.", "5"), ("-,5", "-0.5"), ("1,25", "1.25")]
)
def test_a_number_may_leave_out_digits_on_one_side_of_its_mark(said: str, amount: str) -> None:
    (line,) = order(*HEAD, *LINE[:3], f"QTY+21:{said}", LINE[4], *END).lines
    assert line.quantity.amount == Decimal(amount)


@pytest.mark.parametrize("said", ["1" * 16, "1." + "1" * 10, "1e5", "1_0", ".", "-", "1.2.3"])
def test_a_number_that_nobody_could_book_is_refused(said: str) -> None:
    assert codes(*HEAD, *LINE[:3], f"QTY+21:{said}", LINE[4], *END) == ["number_invalid"]


def test_a_decimal_comma_is_a_decimal_point() -> None:
    (line,) = order(*HEAD, *LINE[:3], "QTY+21:1,5:KGM", "PRI+AAA:2,55::::KGM", *END, una="UNA:+,? '").lines
    assert line.quantity == Quantity(Decimal("1.5"), "KGM")
    assert line.price == Price(Decimal("2.55"), "GBP", Quantity(Decimal(1), "KGM"))


def test_a_price_may_be_for_a_hundred_of_something_else() -> None:
    (line,) = order(*HEAD, *LINE[:4], "PRI+AAB:9:CT", "PRI+AAA:255:CT::100:PCE", *END).lines
    assert line.price == Price(Decimal(255), "GBP", Quantity(Decimal(100)))


@pytest.mark.parametrize(
    ("splits", "expected"),
    [
        (
            ("SCC+1", "QTY+21:4", "DTM+2:20101210:102", "SCC+1", "QTY+21:2:PCE", "DTM+2:20101220:102"),
            (
                Schedule(Quantity(Decimal(4)), dt.date(2010, 12, 10)),
                Schedule(Quantity(Decimal(2)), dt.date(2010, 12, 20)),
            ),
        ),
        (
            ("LOC+7+S1::9", "QTY+11:4", "LOC+7+S2::9", "QTY+11:2", "DTM+2:20101220:102"),
            (Schedule(Quantity(Decimal(4)), None, "S1"), Schedule(Quantity(Decimal(2)), dt.date(2010, 12, 20), "S2")),
        ),
        (("DTM+2:20101211:102",), (Schedule(Quantity(Decimal(6)), dt.date(2010, 12, 11)),)),
    ],
    ids=["dates", "stores", "line"],
)
def test_a_line_may_be_split_by_date_or_by_store(splits: tuple[str, ...], expected: tuple[Schedule, ...]) -> None:
    (line,) = order(*HEAD, *LINE, *splits, *END).lines
    assert line.schedules == expected


@pytest.mark.parametrize(
    ("segments", "expected"),
    [
        (("BGM+220+4500001+1", *HEAD[1:], *LINE, *END), ["purpose_unsupported"]),
        ((*HEAD[1:], *LINE, *END), ["segment_missing"]),
        (("BGM+220++9", *HEAD[1:], *LINE, *END), ["element_missing"]),
        ((HEAD[0], *HEAD[2:], *LINE, *END), ["element_missing"]),
        ((*HEAD, *END), ["lines_missing"]),
        ((*HEAD, *LINE, "UNS+S", "CNT+2:7"), ["count_mismatch"]),
        ((*HEAD, "LIN+1", *LINE[2:], *END), ["item_missing"]),
        ((*HEAD, *LINE[:3], LINE[4], *END), ["segment_missing"]),
        ((*HEAD, *LINE[:4], *END), ["price_missing"]),
        ((*HEAD, *LINE[:3], "QTY+21:six", LINE[4], *END), ["number_invalid"]),
        ((*HEAD, *LINE[:4], "PRI+AAA:1:CT::0:PCE", *END), ["number_invalid"]),
        ((*HEAD, "ALC+A++++DI", *LINE, *END), ["charge_without_amount"]),
        ((*HEAD[:2], "DTM+2:20101340:102", *HEAD[3:], *LINE, *END), ["date_invalid"]),
        ((*HEAD[:2], "DTM+2:201054:616", *HEAD[3:], *LINE, *END), ["date_invalid"]),
    ],
)
def test_what_is_wrong_with_an_order_has_its_name_and_place(segments: tuple[str, ...], expected: list[str]) -> None:
    assert codes(*segments) == expected
    data = interchange(*segments)
    assert all(0 < fault.offset < len(data) for fault in mapped(*segments).faults)


def test_an_item_that_nobody_knows_refuses_what_a_customer_orders() -> None:
    stranger = maps.MapContext("us", US, SHOP, "supplier", our_item=lambda item: None)
    found = mapped(*HEAD, "LIN+1++5011111111116:EN", *LINE[2:], *END, context=stranger)
    assert [(fault.code, fault.severity) for fault in found.faults] == [("item_unknown", "error")]
    assert found.body is None


def test_explain_says_an_edifact_order_in_words_and_other_messages_by_segment() -> None:
    (one,) = explain(interchange(*HEAD, *LINE, *END))
    assert isinstance(one, ExplainedSet)
    assert (one.type, one.name, one.refused, one.sender) == ("ORDERS", "Purchase order", False, "14/5412345000013")
    assert one.words[0] == "Purchase order 4500001 of 2010-12-01"
    (other,) = explain(interchange(*HEAD, *END).replace(b"ORDERS", b"BAPLIE"))
    assert isinstance(other, ExplainedSet)
    assert other.words[1] == "3. BGM Beginning of message: Document 220, Document number 4500001, Message function 9"
    assert [fault.code for fault in other.faults] == ["set_unknown"]
    (refused,) = explain(iter([b"STX=ANA:1", b"+X'"]))
    assert isinstance(refused, ExplainedFault)
    assert refused.code == "tradacoms"


ORDERS = ["hellooops+vscode-edi-support/sample-orders-minified.edifact", "nerdocs+pydifact/order.edi"]


@pytest.mark.skipif(not FOLDER.is_dir(), reason=f"no public samples in {FOLDER}")
@pytest.mark.parametrize("name", ORDERS)
def test_public_orders_are_taken(name: str) -> None:
    for item in edifact.read((FOLDER / name).read_bytes()):
        if isinstance(item, edifact.Message):
            body = maps.read_message(item, SELLING).body
            assert isinstance(body, PurchaseOrder)
            assert body.lines
            assert all(line.item or line.gtin for line in body.lines)


# --- what we write


@pytest.mark.parametrize(
    "words",
    [
        "a" * 70,
        "a" * 34 + " " + "b" * 35,
        "a" * 28 + " " + "b" * 41,
        "Hearts of wood, white, to be hung up, sixteen to a box, with a ribbon",
    ],
)
def test_a_description_that_two_components_hold_is_written_whole(words: str) -> None:
    assert joined([str(each) for each in description(words)]) == words


def test_a_description_that_is_too_long_is_cut_behind_its_second_component() -> None:
    assert [str(each) for each in description("a" * 35 + " " + "b" * 40)] == ["a" * 35, "b" * 35]
    assert [str(each) for each in description("aaa " + "a" * 31 + " " + "b" * 40)] == ["aaa", "a" * 31 + " bbb"]


BUYING = maps.MapContext("us", SHOP, US, "buyer")
D96A = "D:96A:UN:EAN008"


def ids(longest: int = 35) -> st.SearchStrategy[str]:
    return st.text("ABCXYZ0123456789-_./+:'?", min_size=1, max_size=longest)


def words(longest: int) -> st.SearchStrategy[str]:
    return st.text("abcXYZ 019.,()/&+:'?\u00a3\u00e9\u00fc", max_size=longest).map(lambda text: " ".join(text.split()))


amounts = st.decimals(Decimal(0), Decimal(99999), places=3)
days = st.dates(dt.date(1990, 1, 1), dt.date(2089, 12, 31))
units = st.sampled_from(["EA", "BX", "KGM"])


@st.composite
def lines(draw: st.DrawFn) -> PurchaseOrderLine:
    unit = draw(units)
    amount = st.builds(Quantity, amounts, st.just(unit))
    return PurchaseOrderLine(
        line=draw(ids(6)),
        item=draw(ids()),
        quantity=draw(amount),
        price=Price(draw(amounts), "GBP", Quantity(draw(st.sampled_from([Decimal(1), Decimal(100)])), unit)),
        their_line=draw(st.just("") | ids(6)),
        supplier_item=draw(st.just("") | ids()),
        gtin=draw(st.just("") | st.text("0123456789", min_size=8, max_size=14)),
        # A blank between two full parts is the only one that cannot be told.
        description=draw(words(70).filter(lambda each: each[35:36] != " ")),
        schedules=tuple(
            draw(st.lists(st.builds(Schedule, amount, st.none() | days, st.just("") | ids(17)), max_size=2))
        ),
    )


orders = st.builds(
    PurchaseOrder,
    company_id=st.just("us"),
    number=ids(),
    buyer=st.just(SHOP),
    supplier=st.builds(PartyRef, st.just("us"), ids(17), st.sampled_from(["UL", "91"]), words(35)),
    ship_to=st.builds(PartyRef, ids(17), name=words(35)),
    ordered_on=days,
    currency=st.just("GBP"),
    lines=st.lists(lines(), min_size=1, max_size=3, unique_by=lambda one: one.line).map(tuple),
    revision=st.integers(0, 99),
    due_on=st.none() | days,
    charges=st.lists(
        st.builds(Charge, ids(17), st.decimals(Decimal(-999), Decimal(999), places=2), words(35)), max_size=2
    ).map(tuple),
    reference=st.just("") | ids(),
)


@settings(max_examples=100, deadline=None)
@given(orders, st.sampled_from(["UNOC", "UNOW"]))
def test_an_order_that_is_written_is_read_back_as_it_was(order: PurchaseOrder, syntax: str) -> None:
    sent = maps.write_message("purchase_order", order, BUYING, D96A)
    at = dt.datetime(2010, 12, 1, 8, 30, tzinfo=dt.UTC)
    header = edifact.InterchangeOut("us", "shop", "R1", at, syntax=syntax)
    (message,) = edifact.read(edifact.write_interchange(header, [sent]))
    assert isinstance(message, edifact.Message)
    found = maps.read_message(message, BUYING)
    assert found.faults == ()
    assert found.body == order


def test_what_an_edifact_order_has_no_room_for_is_refused() -> None:
    one = order(*HEAD, *LINE, *END)
    with pytest.raises(maps.CannotWrite, match="BGM 1004 has room for 35"):
        maps.write_message("purchase_order", msgspec.structs.replace(one, number="X" * 36), SELLING, D96A)
    with pytest.raises(maps.CannotWrite, match="a price in GBP in a message in EUR"):
        maps.write_message("purchase_order", msgspec.structs.replace(one, currency="EUR"), SELLING, D96A)
    with pytest.raises(maps.CannotWrite, match="no EDIFACT message of ours carries a invoice"):
        maps.write_message("invoice", one, SELLING, D96A)
