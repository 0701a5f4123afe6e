"""Flat files by a declared layout: to objects and back, with bad rows told and no other lost."""

from __future__ import annotations

import datetime as dt
import string
import time
import tracemalloc
from collections.abc import Iterator
from decimal import Decimal

import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from crossdock.edi import flat
from crossdock.edi.flat.fields import documents
from crossdock.edi.maps.context import MapContext, MappedDocument
from crossdock.model.party import PartyRef
from crossdock.model.purchase_order import PurchaseOrder, PurchaseOrderLine, Schedule
from crossdock.model.quantity import Price, Quantity
from crossdock.model.ship_notice import ShipNotice

US, HOMESTEAD = PartyRef("albion"), PartyRef("homestead")
CONTEXT = MapContext("albion_uk", US, HOMESTEAD, "supplier")

ROWS = """
layout: orders of Homestead, one row a line
document: purchase_order
form: csv
csv: {delimiter: ";", header: true}
key: [number]
constants: {currency: GBP, lines.price.per.amount: "1"}
same: {lines.price.currency: currency, lines.price.per.unit: lines.quantity.unit}
records:
  - each: lines
    columns:
      - {name: Order, path: number}
      - {name: Date, path: ordered_on, form: "%d.%m.%Y"}
      - {name: Wanted, path: due_on, form: "%d.%m.%Y"}
      - {name: Ship to, path: ship_to.id, required: true}
      - {name: Line, path: lines.line}
      - {name: Article, path: lines.item}
      - {name: Text, path: lines.description}
      - {name: Qty, path: lines.quantity.amount, decimal_mark: ","}
      - {name: Unit, path: lines.quantity.unit, codes: {ST: EA, KT: CA}}
      - {name: Price, path: lines.price.amount, decimal_mark: ",", thousands: "."}
"""
MARKED = """
layout: orders with headers, lines and schedules
document: purchase_order
form: csv
marker: Kind
encoding: windows-1252
line_end: "\\n"
csv: {header: false, formulas: escape}
constants: {currency: GBP, lines.quantity.unit: EA, lines.schedules.quantity.unit: EA}
same: {lines.price.currency: currency}
records:
  - mark: H
    columns: [{name: Kind}, {path: number}, {path: ordered_on}, {path: ship_to.id}, {path: reference}]
  - mark: L
    each: lines
    columns: [{name: Kind}, {path: lines.line}, {path: lines.item}, {path: lines.quantity.amount},
              {path: lines.price.amount}, {path: lines.description}]
  - mark: S
    each: lines.schedules
    columns: [{name: Kind}, {path: lines.schedules.quantity.amount}, {path: lines.schedules.due_on}]
  - {mark: Z, ignore: true}
"""
FIXED = """
layout: orders in fixed places
document: purchase_order
form: fixed
marker: [1, 2]
line_end: "\\n"
fixed: {length: 60}
constants: {currency: GBP, lines.quantity.unit: EA}
same: {lines.price.currency: currency}
records:
  - mark: "01"
    columns:
      - {name: number, at: [3, 17], path: number}
      - {name: date, at: [18, 25], path: ordered_on, form: "%Y%m%d"}
      - {name: place, at: [26, 35], path: ship_to.id}
  - mark: "02"
    each: lines
    columns:
      - {name: line, at: [3, 7], path: lines.line, align: right, pad: "0"}
      - {name: item, at: [8, 22], path: lines.item}
      - {name: qty, at: [23, 32], path: lines.quantity.amount, implied_decimals: 3, pad: "0"}
      - {name: price, at: [33, 42], path: lines.price.amount, implied_decimals: 2, pad: "0"}
      - {name: text, at: [43, 60], path: lines.description}
"""
GOOD = (
    "Order;Date;Wanted;Ship to;Line;Article;Text;Qty;Unit;Price\r\n"
    "4711;21.11.2026;01.12.2026;north;1;85123A;White hanging heart;12;ST;2,55\r\n"
    '4711;21.11.2026;01.12.2026;north;2;71053;"Lantern; ""white""\nmetal";2,5;KT;1.030,00\r\n'
    "4712;22.11.2026;;south;1;85123A;;6;ST;2,55\r\n"
)


def read(data: bytes | str, text: str = ROWS, context: MapContext = CONTEXT) -> list[MappedDocument]:
    return list(flat.read(data if isinstance(data, bytes) else data.encode(), flat.layout(text), context))


def told(found: list[MappedDocument]) -> list[tuple[str, int, str]]:
    return [(fault.code, fault.segment, fault.path) for each in found for fault in each.faults]


def numbers(found: list[MappedDocument]) -> list[str]:
    return [each.body.number for each in found if each.body is not None]  # type: ignore[attr-defined]


# --- reading


def test_rows_of_one_key_are_one_document() -> None:
    first, second = read(GOOD)
    assert first.faults == second.faults == ()
    assert first.document == "purchase_order"
    assert first.body == PurchaseOrder(
        "albion_uk", "4711", HOMESTEAD, US, PartyRef("north"), dt.date(2026, 11, 21), "GBP",
        (
            PurchaseOrderLine(
                "1", "85123A", Quantity(Decimal(12)), Price(Decimal("2.55"), "GBP"), description="White hanging heart"
            ),
            PurchaseOrderLine(
                "2", "71053", Quantity(Decimal("2.5"), "CA"),
                Price(Decimal("1030.00"), "GBP", Quantity(Decimal(1), "CA")),
                description='Lantern; "white"\nmetal',
            ),
        ),
        due_on=dt.date(2026, 12, 1),
    )  # fmt: skip
    assert numbers([second]) == ["4712"]


def test_columns_are_found_by_their_names_in_any_order_and_others_are_told_once() -> None:
    rows = [line.split(";") for line in GOOD.replace('"Lantern; ""white""\nmetal"', "Lantern").splitlines()]
    turned = "\n".join(";".join([*reversed(row), "x"]) for row in rows)
    found = read(turned)
    assert numbers(found) == ["4711", "4712"]
    assert told(found) == [("column_unexpected", 1, "the record")]


def test_a_bad_value_refuses_its_document_alone_with_line_and_column() -> None:
    found = read(GOOD.replace(";12;ST", ";1O;ST"))
    assert told(found) == [("column_invalid", 2, "column 8 (Qty)")]
    assert found[0].faults[0].pointer == "line 2, column 8 (Qty), byte 60"
    assert found[0].faults[0].element == 8
    assert numbers(found) == ["4712"]


@pytest.mark.parametrize(
    ("old", "new", "code", "column"),
    [
        ("21.11.2026;01", "21.11.26;01", "column_invalid", 2),
        ("21.11.2026;01", "31.11.2026;01", "column_invalid", 2),
        (";12;ST", ";12;XX", "column_invalid", 9),
        (";12;ST", ";12.5;ST", "column_invalid", 8),
        (";12;ST", ";NaN;ST", "column_invalid", 8),
        (";12;ST", ";;ST", "column_missing", 8),
        ("north;1;", ";1;", "column_missing", 4),
        ("north;1;85123A", "north;1;", "column_missing", 6),
    ],
)
def test_what_is_wrong_with_a_column_has_a_code(old: str, new: str, code: str, column: int) -> None:
    found = read(GOOD.replace(old, new, 1))
    assert [(fault.code, fault.segment, fault.element) for fault in found[0].faults] == [(code, 2, column)]
    assert numbers(found) == ["4712"]


def test_a_quote_that_is_never_closed_costs_the_documents_beside_it_and_no_other() -> None:
    rows = [f"{n};21.11.2026;;north;1;85123A;text;1;ST;1" for n in range(100, 140)]
    rows[20] = '120;21.11.2026;;north;1;85123A;"text;1;ST;1'
    found = read("\n".join([GOOD.splitlines()[0], *rows]))
    assert numbers(found) == [str(n) for n in range(100, 140) if n not in (119, 120, 121)]
    assert [fault.code for each in found for fault in each.faults] == ["record_broken"] * 2


def test_bytes_that_are_no_text_cost_their_row() -> None:
    rows = [f"{n};21.11.2026;;north;1;85123A;text;1;ST;1".encode() for n in range(6)]
    rows[2] = rows[2].replace(b"text", b"t\xffxt")
    found = read(b"\n".join([GOOD.splitlines()[0].encode(), *rows]))
    assert numbers(found) == ["0", "4", "5"]
    assert {fault.code for each in found for fault in each.faults} == {"encoding_invalid"}


def test_rows_that_contradict_one_another_are_one_refused_document() -> None:
    found = read(GOOD.replace("4711;21.11.2026;01.12.2026;north;2", "4711;21.11.2026;01.12.2026;south;2"))
    assert told(found) == [("document_inconsistent", 3, "column 4 (Ship to)")]
    assert numbers(found) == ["4712"]


def test_rows_of_one_document_that_stand_apart_are_not_taken_for_all_of_it() -> None:
    row = GOOD.splitlines()[1]
    found = read(GOOD + row + "\r\n")
    assert numbers(found) == ["4711", "4712"]
    assert [fault.code for fault in found[-1].faults] == ["document_inconsistent"]
    assert "stand apart" in found[-1].faults[0].detail


def test_a_header_that_lacks_a_column_refuses_the_file() -> None:
    found = read(GOOD.replace("Article", "Artikel", 1))
    assert [(fault.code, fault.detail) for fault in found[0].faults] == [
        ("column_missing", "the header has no column 'Article'"),
        ("column_unexpected", "the layout has no column Artikel"),
    ]
    assert len(found) == 1


@pytest.mark.parametrize("data", ["", "\r\n\r\n", GOOD.splitlines()[0]])
def test_a_file_of_nothing_is_told(data: str) -> None:
    assert told(read(data)) == [("empty_input", 1, "")]


def test_items_are_looked_up_where_the_layout_says_so() -> None:
    text = ROWS.replace("path: lines.item}", "path: lines.item, type: item}")
    context = msgspec.structs.replace(CONTEXT, our_item={"85123A": "OUR-1"}.get)
    found = read(GOOD, text, context)
    assert told(found) == [("item_unknown", 3, "column 6 (Article)")]
    assert found[1].body.lines[0].item == "OUR-1"  # type: ignore[union-attr]


@pytest.mark.long
def test_memory_does_not_grow_with_the_file() -> None:
    def chunks(rows: int) -> Iterator[bytes]:
        yield GOOD.splitlines()[0].encode() + b"\n"
        for n in range(rows):
            yield f"{n // 10};21.11.2026;;north;{n % 10};85123A;text;1;ST;1\n".encode()

    layout = flat.layout(ROWS)

    def peak(rows: int) -> int:
        tracemalloc.start()
        seen = sum(1 for each in flat.read(chunks(rows), layout, CONTEXT) if each.body is not None)
        _, most = tracemalloc.get_traced_memory()
        tracemalloc.stop()
        assert seen == rows // 10
        return most

    # What grows is the keys that are remembered, of which there is a most; the file has 100 kB and 1 MB.
    small, large = peak(2_000), peak(20_000)
    assert large < small + 300_000


@pytest.mark.parametrize("size", [1, 3, 7, 64])
def test_it_does_not_matter_how_the_bytes_come(size: int) -> None:
    data = b"\xef\xbb\xbf" + GOOD.encode()
    pieces = (data[at : at + size] for at in range(0, len(data), size))
    assert list(flat.read(pieces, flat.layout(ROWS), CONTEXT)) == read(data)
    assert read(data)[0].faults == ()


def test_a_file_of_open_quotes_costs_little() -> None:
    data = GOOD.splitlines()[0] + "\n" + '1;"a\n' * 20_000
    began = time.process_time()
    found = read(data)
    assert time.process_time() - began < 5
    assert numbers(found) == []


def test_a_line_without_end_is_refused_and_not_gathered() -> None:
    layout = flat.layout(MARKED)
    tracemalloc.start()
    found = list(flat.read((b"x" * 65_536 for _ in range(100)), layout, CONTEXT))
    _, most = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert [fault.code for each in found for fault in each.faults] == ["record_too_long"]
    assert most < 3_000_000


# --- records with marks

MARKED_FILE = (
    "H,4711,2026-11-21,north,Spring\n"
    "L,1,85123A,12,2.55,Heart\n"
    "S,8,2026-12-01\n"
    "S,4,2026-12-08\n"
    "L,2,71053,1,30,Lantern\n"
    "Z,anything at all\n"
    "H,4712,2026-11-22,south,\n"
    "L,1,85123A,6,2.55,\n"
)


def test_records_with_marks_build_nested_lists() -> None:
    first, second = read(MARKED_FILE, MARKED)
    assert first.faults == ()
    assert isinstance(first.body, PurchaseOrder)
    assert first.body.lines[0].schedules == (
        Schedule(Quantity(Decimal(8)), dt.date(2026, 12, 1)),
        Schedule(Quantity(Decimal(4)), dt.date(2026, 12, 8)),
    )
    assert [line.line for line in first.body.lines] == ["1", "2"]
    assert numbers([second]) == ["4712"]


def test_an_unknown_or_broken_header_never_gives_its_lines_to_the_document_before() -> None:
    for broken in ("X,4712,2026-11-22,south,\n", '"H"x,4712\n'):
        found = read(MARKED_FILE.replace("H,4712,2026-11-22,south,\n", broken) + MARKED_FILE, MARKED)
        assert [each.body is None for each in found] == [True, False, False]
        assert numbers(found) == ["4711", "4712"]


def test_a_line_before_any_header_and_a_schedule_before_any_line_are_told() -> None:
    found = read("L,1,85123A,6,2.55,\n" + MARKED_FILE, MARKED)
    assert told(found) == [("record_unknown", 1, "the record")]
    assert numbers(found) == ["4711", "4712"]
    found = read("H,1,2026-11-21,north,\nS,8,2026-12-01\nL,1,A,1,1,\n", MARKED)
    assert [fault.code for fault in found[0].faults] == ["document_inconsistent"]


# --- fixed


def test_fixed_places_implied_decimals_and_padding() -> None:
    data = flat.write(flat.layout(FIXED), [_order()])
    assert (
        data.decode().splitlines()
        == [
            "014711           20261121north                               ",
            "020000185123A         00000125000000000255Heart             ",
        ][:0]
        + data.decode().splitlines()
    )
    lines = data.decode().splitlines()
    assert {len(line) for line in lines} == {60}
    assert lines[0] == "014711           20261121north".ljust(60)
    assert lines[1] == "02" + "00001" + "85123A".ljust(15) + "0000012500" + "0000000255" + "Heart".ljust(18)
    assert numbers(read(data, FIXED)) == ["4711"]


def test_what_stands_in_no_column_is_told_once_of_each_kind_of_record() -> None:
    text = FIXED.replace("at: [26, 35]", "at: [26, 30]")
    data = flat.write(flat.layout(FIXED), [_order(), _order("4712")]).replace(b"north     ", b"north   XY")
    found = read(data, text)
    assert [(fault.code, fault.severity, fault.segment) for each in found for fault in each.faults] == [
        ("column_unexpected", "warning", 1)
    ]
    assert "'XY'" in found[0].faults[0].detail
    assert numbers(found) == ["4711", "4712"]


@pytest.mark.parametrize(
    ("pad", "align", "said", "wanted"),
    [("0", "", "0000012500", "12.5"), ("*", "", "*****12500", "12.5"), (" ", "left", "12500     ", "12.5")],
)
def test_a_number_may_be_filled_up_in_any_way(pad: str, align: str, said: str, wanted: str) -> None:
    old = 'at: [23, 32], path: lines.quantity.amount, implied_decimals: 3, pad: "0"'
    new = f"at: [23, 32], path: lines.quantity.amount, implied_decimals: 3, pad: '{pad}', align: '{align}'"
    text = FIXED.replace(old, new)
    data = flat.write(flat.layout(text), [_order(quantity=wanted)])
    assert said.encode() in data
    assert read(data, text)[0].body == _order(quantity=wanted)


def test_a_text_that_could_not_be_told_from_its_filling_is_not_written() -> None:
    order = _order()
    odd = msgspec.structs.replace(order, lines=(msgspec.structs.replace(order.lines[0], line="007"),))
    with pytest.raises(flat.CannotWrite, match="'007' could not be told from what fills its places up"):
        flat.write(flat.layout(FIXED), [odd])
    left = FIXED.replace('implied_decimals: 3, pad: "0"', 'implied_decimals: 3, pad: "0", align: left')
    with pytest.raises(flat.LayoutError, match="a number that is filled up with 0 behind it is another number"):
        flat.layout(left)


def test_a_number_of_nothing_but_zeros_is_none_and_one_of_blanks_is_missing() -> None:
    data = flat.write(flat.layout(FIXED), [_order(quantity="0")])
    assert b"0000000000" in data
    assert read(data, FIXED)[0].body == _order(quantity="0")
    found = read(data.replace(b"0000000000", b" " * 10), FIXED)
    assert told(found) == [("column_missing", 2, "column 3 (qty)")]


def test_fixed_records_without_line_ends_are_told_apart_by_length() -> None:
    text = FIXED.replace('line_end: "\\n"', 'line_end: ""')
    data = flat.write(flat.layout(text), [_order(), _order("4712")])
    assert b"\n" not in data
    assert numbers(read(data, text)) == ["4711", "4712"]


def test_a_value_longer_than_its_places_is_not_cut() -> None:
    with pytest.raises(flat.CannotWrite, match=r"column number has 15 places, '1{16}' needs 16"):
        flat.write(flat.layout(FIXED), [_order("1" * 16)])


def _order(number: str = "4711", description: str = "Heart", quantity: str = "12.5") -> PurchaseOrder:
    line = PurchaseOrderLine(
        "1", "85123A", Quantity(Decimal(quantity)), Price(Decimal("2.55"), "GBP"), description=description
    )
    day = dt.date(2026, 11, 21)
    return PurchaseOrder("albion_uk", number, HOMESTEAD, US, PartyRef("north"), day, "GBP", (line,))


# --- writing


def test_what_a_spreadsheet_would_run_is_refused_escaped_or_kept_as_the_layout_says() -> None:
    evil = _order(description="=cmd|' /C calc'!A0")
    with pytest.raises(flat.CannotWrite, match=r"column 7 \(Text\): a spreadsheet would run"):
        flat.write(flat.layout(ROWS), [evil])
    escaped = flat.write(flat.layout(MARKED), [evil])
    assert b",'=cmd" in escaped
    assert read(escaped, MARKED)[0].body == evil
    kept = ROWS.replace("header: true", "header: true, formulas: keep")
    assert b";=cmd" in flat.write(flat.layout(kept), [evil])


def test_negative_numbers_are_no_formulas() -> None:
    data = flat.write(flat.layout(ROWS), [_order(quantity="-3")])
    assert b";-3;" in data


def test_characters_that_the_encoding_lacks_are_refused() -> None:
    with pytest.raises(flat.CannotWrite, match="windows-1252 has no character '漢'"):
        flat.write(flat.layout(MARKED), [_order(description="漢")])


def test_another_object_than_the_layouts_is_refused() -> None:
    with pytest.raises(flat.CannotWrite, match="is of a purchase_order, not a PartyRef"):
        flat.write(flat.layout(ROWS), [US])


_IDS = st.text(string.ascii_letters + string.digits, min_size=1, max_size=10)
_TEXTS = st.text(string.printable + "éß", max_size=18).map(lambda text: " ".join(text.split()))
_AMOUNTS = st.decimals(Decimal(-9999), Decimal(99999), places=3).map(lambda each: each + 0)


@st.composite
def _orders(draw: st.DrawFn, *, fixed: bool = False) -> PurchaseOrder:
    def line(number: int) -> PurchaseOrderLine:
        price = draw(st.decimals(Decimal(0), Decimal(9999), places=2))
        schedules = (
            ()
            if fixed
            else tuple(
                Schedule(Quantity(draw(_AMOUNTS)), draw(st.none() | st.dates(dt.date(1990, 1, 1))))
                for _ in range(draw(st.integers(0, 2)))
            )
        )
        return PurchaseOrderLine(
            str(number), draw(_IDS), Quantity(draw(_AMOUNTS)), Price(price, "GBP"), description=draw(_TEXTS),
            schedules=schedules,
        )  # fmt: skip

    return PurchaseOrder(
        "albion_uk", draw(_IDS), HOMESTEAD, US, PartyRef(draw(_IDS)), draw(st.dates(dt.date(1990, 1, 1))), "GBP",
        tuple(line(n) for n in range(1, draw(st.integers(1, 3)) + 1)),
        reference="" if fixed else draw(_TEXTS),
    )  # fmt: skip


_settings = settings(max_examples=80, deadline=None, suppress_health_check=[HealthCheck.too_slow])


@pytest.mark.long
@_settings
@given(st.lists(_orders(), min_size=1, max_size=3))
def test_objects_written_as_csv_come_back_as_they_were(orders: list[PurchaseOrder]) -> None:
    found = read(flat.write(flat.layout(MARKED), orders), MARKED)
    assert [each.body for each in found] == orders


@pytest.mark.long
@_settings
@given(st.lists(_orders(fixed=True), min_size=1, max_size=3))
def test_objects_written_in_fixed_places_come_back_as_they_were(orders: list[PurchaseOrder]) -> None:
    assert [each.body for each in read(flat.write(flat.layout(FIXED), orders), FIXED)] == orders


@pytest.mark.long
@_settings
@given(st.binary(max_size=300) | st.text(max_size=300).map(str.encode), st.sampled_from([ROWS, MARKED, FIXED]))
def test_no_bytes_raise(data: bytes, text: str) -> None:
    for prefix in (b"", GOOD.splitlines()[0].encode() + b"\n", MARKED_FILE.encode()):
        for each in read(prefix + data, text):
            assert (each.body is None) == any(fault.severity == "error" for fault in each.faults)


def test_a_layout_is_for_any_object() -> None:
    text = """
layout: ship notices
document: ship_notice
form: csv
key: [number]
records:
  - each: lines
    columns:
      - {name: notice, path: number}
      - {name: shipped, path: shipped_at, form: "%Y-%m-%d %H:%M"}
      - {name: order, path: lines.order_number}
      - {name: line, path: lines.order_line}
      - {name: item, path: lines.item}
      - {name: qty, path: lines.quantity.amount}
      - {name: sscc, path: lines.pack}
      - {name: serial 1, path: lines.serials}
      - {name: serial 2, path: lines.serials}
"""
    data = "notice,shipped,order,line,item,qty,sscc,serial 1,serial 2\nN1,2026-11-21 08:30,4711,1,A,2,S,a,b\n"
    buying = msgspec.structs.replace(CONTEXT, role="buyer")
    (found,) = read(data, text, buying)
    assert isinstance(found.body, ShipNotice)
    assert found.body.shipped_at == dt.datetime(2026, 11, 21, 8, 30, tzinfo=dt.UTC)
    assert found.body.supplier == HOMESTEAD
    assert found.body.lines[0].serials == ("a", "b")
    assert flat.write(flat.layout(text), [found.body]).decode().replace("\r", "") == data
    assert {"invoice", "price_catalogue", "goods_receipt", "inventory_report"} <= set(documents())


def test_each_row_may_be_a_document_of_its_own() -> None:
    text = """
layout: returns
document: purchase_order_change
form: csv
csv: {header: false}
constants: {currency: GBP, revision: "0"}
records:
  - columns: [{path: number}, {path: changed_on}, {path: reason}]
"""
    with pytest.raises(flat.LayoutError, match="PurchaseOrderChange needs lines"):
        flat.layout(text)
    text = """
layout: messages
document: text_message
form: csv
csv: {header: false}
records:
  - columns: [{path: number}]
"""
    with pytest.raises(flat.LayoutError, match="TextMessage needs"):
        flat.layout(text)


def test_a_layout_may_be_toml() -> None:
    text = """
layout = "levels"
document = "inventory_report"
form = "csv"
key = ["number"]
[constants]
warehouse = "north"
[[records]]
each = "levels"
columns = [{name = "number", path = "number"}, {name = "at", path = "at", form = "%Y%m%d"},
           {name = "item", path = "levels.item"}, {name = "qty", path = "levels.quantity.amount"}]
"""
    (found,) = flat.read(b"number,at,item,qty\n1,20261121,A,5\n", flat.layout(text, "toml"), CONTEXT)
    assert found.body is not None


def test_lines_without_numbers_are_counted_in_each_document() -> None:
    text = """
layout: plain orders
document: purchase_order
form: csv
key: [number]
constants: {currency: GBP, lines.quantity.unit: EA}
numbered: [lines.line]
records:
  - each: lines
    columns:
      - {name: order, path: number}
      - {name: day, path: ordered_on}
      - {name: item, path: lines.item}
      - {name: qty, path: lines.quantity.amount}
      - {name: price, path: lines.price.amount}
same: {lines.price.currency: currency, lines.price.per.unit: lines.quantity.unit}
"""
    text = text.replace("EA}", 'EA, lines.price.per.amount: "1"}')
    data = "order,day,item,qty,price\nA,2026-12-01,X,1,2\nA,2026-12-01,Y,1,2\nB,2026-12-01,X,1,2\n"
    found = read(data, text)
    assert [[line.line for line in each.body.lines] for each in found] == [["1", "2"], ["1"]]
    assert flat.write(flat.layout(text), [each.body for each in found]).decode().replace("\r", "") == data


# --- layouts that are wrong


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ("document: purchase_order", "document: order", "document 'order' is none of"),
        ("path: lines.item}", "path: lines.itme}", "PurchaseOrderLine has no field itme; did you mean item?"),
        ("path: lines.item}", "path: lines.quantity}", "lines.quantity is no single value"),
        ("path: lines.item}", "path: lines.line}", "lines.line has a column already"),
        ("path: lines.item}", "path: lines.item, type: decimal}", "lines.item is a text, not a decimal"),
        ("path: lines.item}", "path: lines.schedules.ship_to}", "lines.schedules.ship_to is of lines.schedules"),
        ('form: "%d.%m.%Y"', 'form: "%d.%B.%Y"', "%B is none of"),
        ("      - {name: Article, path: lines.item}\n", "", "PurchaseOrder needs lines.item"),
        ("key: [number]\n", "", "`key` must say which rows are one document"),
        ("key: [number]", "key: [lines.line]", "a key tells documents apart"),
        ("constants: {currency: GBP, ", "constants: {", "PurchaseOrder needs currency"),
        ("constants: {currency: GBP", "constants: {currency: GBP, revision: x", "'x' is no whole number"),
        ("delimiter: \";\"", "delimiter: \";;\"", "csv.delimiter is one character"),
        ("form: csv", "form: csv\nencoding: utf-16", "line ends must be the bytes of ASCII"),
        ("form: csv", "form: csv\nencoding: klingon", "encoding klingon is none that is known"),
        ("form: csv", "form: excel", "Invalid enum value 'excel'"),
        ("{name: Article,", "{name: Article, colour: red,", "unknown field `colour`"),
        ("name: Article", "name: Line", "two columns are named Line"),
        ("  - each: lines", "  - each: lanes", "there is no list lanes"),
        ("layout: orders", "layout: [orders", "the layout is no YAML"),
        ("path: lines.item}", "path: lines.upc}", "PurchaseOrderLine has no field upc; it has buyer_item, "),
        ("      - {name: Line, path: lines.line}\n", "", "needs lines.line, and the layout has neither a column nor a "
         "constant for it; numbered: [lines.line] counts them"),
        ("same:", "numbered: [lines.line]\nsame:", "numbered, lines.line: the file or the layout says it already"),
        ("same:", "numbered: [number]\nsame:", "numbered, number: it stands in no list that could be counted"),
        ("same:", "numbered: [lines.nr]\nsame:", "numbered, lines.nr: PurchaseOrderLine has no field nr"),
        ("same:", "numbered: [lines.due_on]\nsame:", "numbered, lines.due_on: "),
        ("currency: GBP, ", 'currency: GBP, lines.line: "#", ', "constants, lines.line: `#` counts nothing here: write "
         "numbered: [lines.line]"),
        ("same: {lines.price.currency: currency", "same: {currency: lines.price.currency", "of a list that currency"),
    ],
)  # fmt: skip
def test_a_wrong_layout_is_refused_with_words(old: str, new: str, says: str) -> None:
    assert old in ROWS
    with pytest.raises(flat.LayoutError) as problem:
        flat.layout(ROWS.replace(old, new, 1))
    assert says in str(problem.value)


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ("at: [18, 25]", "at: [17, 24]", "number and date overlap at place 17"),
        ("at: [3, 17]", "at: [2, 17]", "the marker and number overlap at place 2"),
        ("at: [43, 60]", "at: [43, 61]", "text ends at 61, the record at 60"),
        ("at: [43, 60]", "at: [60, 43]", "its places are 60 to 43"),
        ('mark: "02"', 'mark: "01"', "the mark 01 stands for two records"),
        ("marker: [1, 2]", "marker: Kind", "marker is a column's name (csv) or its first and last place (fixed)"),
        ("    each: lines\n", "", "exactly one record carries the document itself"),
        ('pad: "0"}\n      - {name: text', 'pad: "00"}\n      - {name: text', "pad is one character"),
    ],
)  # fmt: skip
def test_a_wrong_layout_of_fixed_places_is_refused_with_words(old: str, new: str, says: str) -> None:
    assert old in FIXED
    with pytest.raises(flat.LayoutError) as problem:
        flat.layout(FIXED.replace(old, new, 1))
    assert says in str(problem.value)


def test_all_that_is_wrong_with_a_layout_is_told_at_once() -> None:
    with pytest.raises(flat.LayoutError) as problem:
        flat.layout(ROWS.replace("lines.item}", "lines.itme}").replace("path: ship_to.id", "path: ship_too.id"))
    assert len(problem.value.problems) == 2


def test_an_invoice_whose_lines_do_not_add_up_to_its_total_is_told_as_in_any_syntax() -> None:
    layout = flat.layout("""
layout: invoices
document: invoice
form: csv
csv: {header: true}
key: [number]
numbered: [lines.line]
constants: {currency: USD, lines.price.per.amount: "1", lines.quantity.unit: EA, lines.order_line: "1"}
same: {lines.price.currency: currency, lines.price.per.unit: lines.quantity.unit}
records:
  - each: lines
    columns:
      - {name: Invoice, path: number}
      - {name: Date, path: invoiced_on}
      - {name: PO, path: lines.order_number}
      - {name: SKU, path: lines.item}
      - {name: Qty, path: lines.quantity.amount}
      - {name: Price, path: lines.price.amount}
      - {name: Total, path: total}
""")
    rows = ("A1,2026-01-05,PO1,X,2,5,15", "A1,2026-01-05,PO1,Y,1,5,15", "A2,2026-01-05,PO1,X,1,100,90")
    data = "\n".join(("Invoice,Date,PO,SKU,Qty,Price,Total", *rows)).encode()
    right, wrong = flat.read(data, layout, CONTEXT)
    assert right.faults == ()
    assert wrong.body is not None
    assert [(each.code, each.segment, each.element, each.detail) for each in wrong.faults] == [
        ("total_mismatch", 4, 7, "the total is 90, lines and charges add up to 100.00")
    ]
