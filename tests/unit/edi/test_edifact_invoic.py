"""EDIFACT invoices become the same invoices as those of X12: what is asked for, for which lines of which order."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crossdock.edi import edifact, maps
from crossdock.model.invoice import PREPAID_CHARGE, ROUNDING_CHARGE, Invoice, InvoiceLine
from crossdock.model.party import PartyRef
from crossdock.model.purchase_order import Charge
from crossdock.model.quantity import ZERO, Price, Quantity
from crossdock.model.tax import Tax, TaxRate

US, KILN = PartyRef("us", "5498765000010", "UL"), PartyRef("kiln", "5412345000013", "UL")
BUYING = maps.MapContext("us", US, KILN, "buyer")
HEAD = (
    "BGM+380+INV1+9",
    "DTM+137:20101205:102",
    "RFF+ON:4500001",
    "RFF+DQ:DES1",
    "NAD+SU+5412345000013::9",
    "NAD+IV+5498765000010::9",
    "CUX+2:GBP:4",
    "ALC+C++++FC",
    "MOA+23:4.50",
    "ALC+A++++DI:::Spring",
    "PCD+3:10",
    "MOA+204:1.50",
)
LINES = (
    "LIN+1++5011111111116:EN",
    "PIA+1+MUG:IN",
    "QTY+47:6:PCE",
    "MOA+203:15.30",
    "PRI+AAA:2.55",
    "RFF+ON:4500001:10",
    "LIN+2++5011111111123:EN",
    "PIA+1+CUP:IN",
    "QTY+47:2",
    "PRI+AAB:9",
    "PRI+AAA:1",
    "RFF+ON:4500002:20",
    "RFF+DQ:DES2",
)
SUMS = ("UNS+S", "CNT+2:2", "MOA+9:24.36", "TAX+7+VAT+++:::20+S", "MOA+124:4.06", "MOA+125:20.30")


def message(*segments: str) -> edifact.Message:
    rows = "".join(each + "'" for each in segments)
    head = "UNB+UNOC:3+5412345000013:14+5498765000010:14+101201:0830+R1'UNH+1+INVOIC:D:96A:UN:EAN008'"
    data = f"{head}{rows}UNT+{len(segments) + 2}+1'UNZ+1+R1'"
    (one,) = edifact.read(data.encode())
    assert isinstance(one, edifact.Message), one
    return one


def mapped(*segments: str) -> maps.MappedDocument:
    return maps.read_message(message(*segments), BUYING)


def invoice(*segments: str) -> Invoice:
    found = mapped(*segments)
    assert isinstance(found.body, Invoice), found.faults
    assert found.faults == ()
    return found.body


def test_an_invoice_says_what_is_asked_for_and_for_what() -> None:
    one = invoice(*HEAD, *LINES, *SUMS)
    assert (one.number, one.invoiced_on, one.kind, one.currency) == ("INV1", dt.date(2010, 12, 5), "invoice", "GBP")
    assert (one.issuer, one.recipient, one.total) == (KILN, US, Decimal("24.36"))
    assert one.charges == (
        Charge("FC", Decimal("4.50")), Charge("DI", Decimal("-1.50"), "Spring"), Charge("VAT", Decimal("4.06")),
    )  # fmt: skip
    assert one.taxes == (Tax(TaxRate("S", Decimal(20)), Decimal("4.06"), Decimal("20.30")),)
    mug, cup = one.lines
    assert (mug.order_number, mug.order_line, mug.shipment, mug.item) == ("4500001", "10", "DES1", "MUG")
    assert (mug.quantity, mug.price) == (Quantity(Decimal(6)), Price(Decimal("2.55"), "GBP"))
    assert (cup.order_number, cup.order_line, cup.shipment, cup.price.amount) == ("4500002", "20", "DES2", 1)


def test_lines_and_charges_say_what_they_are_taxed_at_and_the_sums_what_that_comes_to() -> None:
    reduced, goods = TaxRate("S", Decimal("5.5")), TaxRate("E", None, "GST")
    one = invoice(
        *HEAD[:9], "TAX+7+VAT+++:::5.5+S", *HEAD[9:],
        *LINES[:3], "MOA+203:15.80", *LINES[4:6], "TAX+7+VAT+++:::5,5+S", "MOA+124:0.84",
        "ALC+C++++PC", "MOA+8:0.50", "TAX+7+GST++++E", *LINES[6:],
        "UNS+S", "CNT+2:2", "MOA+9:22.00", "MOA+176:1.20",
        "TAX+7+VAT+++:::5.5+S", "MOA+124:1.20", "MOA+125:21.80", "TAX+7+GST++++E", "MOA+124:0", "TAX+7+VAT",
    )  # fmt: skip
    assert one.charges == (
        Charge("FC", Decimal("4.50"), taxes=(reduced,)), Charge("DI", Decimal("-1.50"), "Spring"),
        Charge("PC", Decimal("0.50"), line="1", taxes=(goods,)), Charge("VAT", Decimal("1.20")),
    )  # fmt: skip
    assert [line.taxes for line in one.lines] == [(reduced,), ()]
    assert one.taxes == (Tax(reduced, Decimal("1.20"), Decimal("21.80")), Tax(goods, ZERO))


PAID = Charge("VAT", Decimal("4.06")), Charge(PREPAID_CHARGE, Decimal(-20)), Charge(ROUNDING_CHARGE, Decimal("0.04"))


@pytest.mark.parametrize(
    "total", ["MOA+9:4.40", "MOA+86:24.40", "MOA+86:4.40"], ids=["what is due", "before it was paid", "less what was"]
)
def test_what_was_paid_before_and_what_rounds_the_sum_are_no_allowances(total: str) -> None:
    one = invoice(*HEAD, *LINES, "UNS+S", "CNT+2:2", total, "MOA+113:20", "MOA+165:0.04", "MOA+176:4.06")
    assert (one.total, one.charges[2:]) == (Decimal("4.40"), PAID)
    rows = maps.write_message("invoice", one, BUYING).parted
    assert [row[1] for row in rows if row[0] == "MOA"][-2:] == [("113", "20"), ("165", "0.04")]
    assert [row[0] for row in rows].count("ALC") == 2


def gross(*segments: str, quantity: str = "10", amount: str = "45.00", total: str = "45.00") -> maps.MappedDocument:
    """An invoice of one line that costs 5.00 apiece before its allowances."""
    line = ("LIN+1", "PIA+1+MUG:IN", f"QTY+47:{quantity}", f"MOA+203:{amount}", "PRI+AAB:5.00", "RFF+ON:4500001:10")
    return mapped(*HEAD[:7], *line, *segments, "UNS+S", f"MOA+9:{total}")


@pytest.mark.parametrize(
    "allowance",
    [
        ("ALC+A++++DI:::Spring", "MOA+204:5.00"),
        ("ALC+A++++DI:::Spring", "PCD+3:10", "MOA+204:5.00"),
        ("ALC+A++++DI:::Spring", "PCD+3:10"),
    ],
    ids=["amount", "amount and percent", "percent alone"],
)
def test_a_gross_price_and_its_allowances_come_to_the_amount_of_the_line(allowance: tuple[str, ...]) -> None:
    found = gross(*allowance)
    assert found.faults == ()
    assert isinstance(found.body, Invoice)
    assert found.body.lines[0].price == Price(Decimal("5.00"), "GBP")
    assert found.body.charges == (Charge("DI", Decimal("-5.00"), "Spring", line="1"),)


def test_where_no_allowance_is_said_the_amount_of_the_line_is_what_it_costs() -> None:
    found = gross()
    assert isinstance(found.body, Invoice)
    assert found.body.lines[0].price == Price(Decimal("45.00"), "GBP", Quantity(Decimal(10)))
    assert [(fault.code, fault.severity, fault.segment) for fault in found.faults] == [
        ("total_mismatch", "warning", 13)
    ]


@pytest.mark.parametrize(
    ("segments", "expected"),
    [
        (("ALC+A++++DI", "MOA+204:6.00"), ["total_mismatch", "total_mismatch"]),
        (("ALC+C++++FC", "PCD+3:10"), ["total_mismatch", "charge_without_amount", "total_mismatch"]),
        (
            ("ALC+A++++DI", "PCD+3:5", "ALC+A++++XX", "PCD+3:5"),
            ["total_mismatch", *(["charge_without_amount"] * 2), "total_mismatch"],
        ),
    ],
    ids=["another amount", "a charge that lessens", "two without amount"],
)
def test_allowances_that_do_not_explain_the_amount_of_a_line_are_told(
    segments: tuple[str, ...], expected: list[str]
) -> None:
    found = gross(*segments)
    assert isinstance(found.body, Invoice)
    assert found.body.lines[0].price == Price(Decimal("5.00"), "GBP")
    assert [fault.code for fault in found.faults] == expected


def test_a_net_price_is_one_whatever_else_stands_there() -> None:
    found = gross("PRI+AAA:4.50", "ALC+A++++DI", "PCD+3:10")
    assert isinstance(found.body, Invoice)
    assert found.body.lines[0].price == Price(Decimal("4.50"), "GBP")
    assert (found.faults, found.body.charges) == ((), ())


def net(*segments: str, total: str) -> tuple[Invoice, list[str], list[str]]:
    """An invoice of one line of 40 at a net price of 20, what is wrong with it, and what is kept beside it."""
    line = ("LIN+1", "PIA+1+MUG:IN", "QTY+47:40:PCE", *segments, "UNS+S", f"MOA+9:{total}")
    found, kept = mapped(*HEAD[:7], *line), maps.account(message(*HEAD[:7], *line), BUYING).kept
    assert isinstance(found.body, Invoice), found.faults
    names = [f"{each.segment} {each.value}" for each in kept if each.segment in ("ALC", "PCD", "MOA")]
    return found.body, [fault.code for fault in found.faults], names


DISCOUNT = ("ALC+A++++DI", "PCD+3:20", "MOA+8:200")
ASIDE = ["ALC A", "ALC DI", "PCD 3", "PCD 20", "MOA 8", "MOA 200"]


@pytest.mark.parametrize(
    "said",
    [
        ("MOA+203:800.00", "PRI+AAA:20", "PRI+AAB:25", *DISCOUNT),
        ("PRI+AAA:20", "PRI+AAB:25", *DISCOUNT),
        ("PRI+AAA:20", *DISCOUNT),
        ("MOA+203:800.00", "PRI+AAA:2000:::100:PCE", *DISCOUNT),
    ],
    ids=["with its amount", "both prices", "net price alone", "price per hundred"],
)
def test_a_net_price_has_the_allowances_of_its_line_in_it(said: tuple[str, ...]) -> None:
    one, wrong, kept = net(*said, total="800.00")
    assert (one.charges, wrong) == ((), [])
    assert kept[-6:] == ASIDE


def test_an_amount_of_a_line_without_price_has_the_allowances_in_it() -> None:
    one, wrong, kept = net("MOA+203:800.00", *DISCOUNT, total="800.00")
    assert (one.charges, wrong, kept[-6:]) == ((), ["price_missing"], ASIDE)


def test_the_amount_of_a_line_shows_charges_that_a_sender_counts_on_a_net_price() -> None:
    one, wrong, kept = net("MOA+203:600.00", "PRI+AAA:20", *DISCOUNT, total="600.00")
    assert (one.charges, wrong) == ((Charge("DI", Decimal(-200), line="1"),), [])
    assert kept == ["MOA 203", "MOA 600.00", "PCD 3", "PCD 20"]


@pytest.mark.parametrize(
    ("summary", "charges"),
    [
        (("ALC+C++++FC", "MOA+8:4.50"), 2),
        (("ALC+C++++FC", "MOA+131:4.50", "ALC+A++++DI", "MOA+131:1.50"), 2),
        (("ALC+C", "MOA+8:4.50"), 2),
        (("ALC+C++++PC", "MOA+8:0.50"), 3),
    ],
    ids=["one of the heading", "several", "of no code", "one that nothing else says"],
)
def test_totals_of_charges_are_none_besides_those_that_they_sum_up(summary: tuple[str, ...], charges: int) -> None:
    total = Decimal("20.30") + (Decimal("0.50") if charges == 3 else ZERO)
    one = invoice(*HEAD, *LINES, "UNS+S", "CNT+2:2", f"MOA+9:{total}", *summary)
    assert [each.code for each in one.charges] == ["FC", "DI", "PC"][:charges]


def test_lines_with_charges_are_written_with_gross_prices() -> None:
    one = invoice(
        *HEAD[:7], "LIN+1", "PIA+1+MUG:IN", "QTY+47:10", "PRI+AAB:5.00", *DISCOUNT[::2], "UNS+S", "MOA+9:-150"
    )
    sent = maps.write_message("invoice", one, BUYING, "D:96A:UN:EAN008")
    assert [row[1] for row in sent.segments if row[0] == "PRI"] == ["AAB\x1f5.00"]


def test_an_amount_below_a_line_is_none_of_a_charge_above_it() -> None:
    found = mapped(
        *HEAD[:7], "ALC+C++++FC", "LIN+1", "PIA+1+MUG:IN", "QTY+47:1", "PRI+AAA:5", "MOA+8:1", "UNS+S", "MOA+9:5"
    )
    assert isinstance(found.body, Invoice)
    assert found.body.charges == ()
    assert [fault.code for fault in found.faults] == ["charge_without_amount"]


def test_a_credit_note_is_one_by_its_kind() -> None:
    assert invoice("BGM+381+CN1+9", *HEAD[1:], *LINES, *SUMS).kind == "credit_note"


def test_where_no_line_names_its_order_line_its_own_number_is_taken() -> None:
    one = invoice(*HEAD, *LINES[:5], "UNS+S", "MOA+77:18.30")
    assert [(line.order_number, line.order_line) for line in one.lines] == [("4500001", "1")]


def test_a_date_in_another_form_than_it_says_is_read_and_told() -> None:
    found = mapped(HEAD[0], "DTM+137:201012050000:102", *HEAD[2:], *LINES, *SUMS)
    assert [(fault.code, fault.severity) for fault in found.faults] == [("date_invalid", "warning")]
    assert isinstance(found.body, Invoice)
    assert found.body.invoiced_on == dt.date(2010, 12, 5)


@pytest.mark.parametrize(
    ("segments", "expected"),
    [
        (("BGM+380+INV1+1", *HEAD[1:], *LINES, *SUMS), ["purpose_unsupported"]),
        (("BGM+380", *HEAD[1:], *LINES, *SUMS), ["element_missing"]),
        ((HEAD[0], *HEAD[2:], *LINES, *SUMS), ["element_missing"]),
        ((*HEAD[:2], *HEAD[3:], *LINES[:5], "UNS+S", "MOA+77:18.30"), ["order_reference_missing"]),
        ((*HEAD, *LINES, "UNS+S", "CNT+2:3", *SUMS[2:]), ["count_mismatch"]),
        ((*HEAD, *LINES, "UNS+S", "MOA+9:25", *SUMS[3:]), ["total_mismatch"]),
        ((*HEAD, *LINES), ["total_missing"]),
        ((*HEAD[:8], *HEAD[9:], *LINES, "UNS+S", "MOA+77:15.80"), ["charge_without_amount"]),
        ((*HEAD, *LINES[:6], "LIN+1++X:SA", *LINES[7:], *SUMS), ["line_repeated"]),
        ((*HEAD, *LINES[:2], *LINES[3:5], "UNS+S", "MOA+77:3"), ["segment_missing"]),
        ((*HEAD, *LINES[:4], "UNS+S", "MOA+77:3"), ["price_missing", "total_mismatch"]),
        ((*HEAD, *LINES, "UNS+S", "MOA+9:x", *SUMS[3:]), ["number_invalid", "total_mismatch"]),
        ((*HEAD, "UNS+S", "MOA+9:3"), ["lines_missing"]),
    ],
)
def test_what_is_wrong_with_an_invoice_has_its_name(segments: tuple[str, ...], expected: list[str]) -> None:
    assert [fault.code for fault in mapped(*segments).faults] == expected


ids = st.text("ABCXYZ0123456789-_./+:'?", min_size=1, max_size=20)
maybe_ids = st.just("") | ids
line_ids = st.text("ABC0123456789-:", min_size=1, max_size=6)
money = st.decimals(Decimal(-9999), Decimal(9999), places=2)
one_rate = st.builds(
    TaxRate,
    st.sampled_from(["", "S", "AE"]),
    st.none() | st.decimals(0, 99, places=1),
    st.sampled_from(["VAT", "GST"]),
)
rates = st.lists(one_rate, max_size=2).map(tuple)


@st.composite
def invoices(draw: st.DrawFn) -> Invoice:
    numbers = draw(st.lists(line_ids, min_size=1, max_size=3, unique=True))
    amounts = st.decimals(Decimal(0), Decimal(999), places=2)
    lines = tuple(
        InvoiceLine(
            number,
            draw(ids),
            draw(line_ids),
            draw(ids),
            Quantity(draw(amounts), "BX"),
            Price(draw(amounts), "GBP", Quantity(Decimal(1), "BX")),
            draw(maybe_ids),
            supplier_item=draw(maybe_ids),
            taxes=draw(rates),
            gtin=draw(st.just("") | st.text("0123456789", min_size=8, max_size=14)),
        )
        for number in numbers
    )
    some = st.lists(
        st.builds(Charge, ids, money, st.sampled_from(["", "Freight"]), st.just(""), rates), max_size=2
    )  # fmt: skip
    of_lines = [msgspec.structs.replace(each, line=line.line) for line in lines for each in draw(some)]
    charges = (*draw(some), *of_lines)
    taxes = draw(st.just(()) | money.filter(bool).map(lambda amount: (Charge("VAT", amount),)))
    worth = sum((line.price.amount * line.quantity.amount for line in lines), Decimal(0))
    amounts = money.filter(bool)
    for code, amount in ((PREPAID_CHARGE, -draw(amounts)), (ROUNDING_CHARGE, draw(amounts))):
        taxes += draw(st.sampled_from([(), (Charge(code, amount),)]))
    total = (worth + sum((charge.amount for charge in charges + taxes), Decimal(0))).quantize(Decimal("0.01"))
    return Invoice(
        "us",
        draw(ids),
        KILN,
        US,
        draw(st.dates(dt.date(1990, 1, 1), dt.date(2089, 12, 31))),
        "GBP",
        lines,
        total,
        charges + taxes,
        draw(st.sampled_from(["invoice", "credit_note"])),
        draw(maybe_ids),
        draw(st.lists(st.builds(Tax, one_rate, st.just(ZERO), st.none() | money), max_size=2).map(tuple)),
    )


@settings(max_examples=100, deadline=None)
@given(invoices())
def test_an_invoice_that_is_written_is_read_back_as_it_was(one: Invoice) -> None:
    sent = maps.write_message("invoice", one, BUYING, "D:96A:UN:EAN008")
    at = dt.datetime(2010, 12, 1, 8, 30, tzinfo=dt.UTC)
    (message,) = edifact.read(edifact.write_interchange(edifact.InterchangeOut("kiln", "us", "R1", at), [sent]))
    assert isinstance(message, edifact.Message)
    found = maps.read_message(message, BUYING)
    assert [fault for fault in found.faults if fault.code != "total_mismatch"] == []
    assert found.body == one
