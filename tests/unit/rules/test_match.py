"""The three-way match of one invoice line, and of an invoice's total."""

import datetime as dt
from decimal import Decimal

from crossdock.events.purchase_order import InvoicedLine
from crossdock.model.invoice import Invoice, InvoiceLine
from crossdock.model.masterdata import SupplierTerms
from crossdock.model.party import PartyRef
from crossdock.model.purchase_order import Charge
from crossdock.model.quantity import Money, Price, Quantity
from crossdock.rules.match import match_line, total_difference, unknown_line

TERMS = SupplierTerms(price_percent=Decimal(2), price_total=Decimal(10))
AGREED = Price(Decimal("1.00"), "GBP")


def gbp(amount: str) -> Money:
    return Money(Decimal(amount), "GBP")


def invoiced(quantity: str, price: str = "1.00", currency: str = "GBP", unit: str = "EA") -> InvoicedLine:
    per = Price(Decimal(price), currency, Quantity(Decimal(1), unit))
    return InvoicedLine("10", "1", Quantity(Decimal(quantity), unit), per)


def test_what_was_received_at_the_agreed_price_matches() -> None:
    match = match_line(TERMS, AGREED, Decimal(10), "EA", invoiced("10"))
    assert (match.verdict, match.difference) == ("matched", gbp("0.00"))


def test_invoicing_less_than_was_received_matches() -> None:
    assert match_line(TERMS, AGREED, Decimal(10), "EA", invoiced("4")).verdict == "matched"


def test_a_price_inside_the_terms_is_paid_as_invoiced() -> None:
    match = match_line(TERMS, AGREED, Decimal(10), "EA", invoiced("10", "1.02"))
    assert (match.verdict, match.difference) == ("matched", gbp("0.20"))


def test_a_price_outside_the_terms_is_in_question_with_what_it_costs_more() -> None:
    match = match_line(TERMS, AGREED, Decimal(10), "EA", invoiced("10", "1.50"))
    assert (match.verdict, match.difference) == ("price_mismatch", gbp("5.00"))


def test_goods_that_did_not_come_are_in_question_with_their_value() -> None:
    match = match_line(TERMS, AGREED, Decimal(8), "EA", invoiced("10"))
    assert (match.verdict, match.difference) == ("quantity_mismatch", gbp("2.00"))
    assert (match.received, match.invoiced) == (Quantity(Decimal(8)), Quantity(Decimal(10)))


def test_quantity_and_price_differences_add_up() -> None:
    assert match_line(TERMS, AGREED, Decimal(8), "EA", invoiced("10", "1.50")).difference == gbp("7.00")


def test_another_currency_or_unit_puts_the_whole_line_in_question() -> None:
    foreign = match_line(TERMS, AGREED, Decimal(10), "EA", invoiced("10", currency="EUR"))
    assert (foreign.verdict, foreign.difference) == ("price_mismatch", Money(Decimal("10.00"), "EUR"))
    dozens = match_line(TERMS, AGREED, Decimal(10), "EA", invoiced("1", unit="DZ"))
    assert (dozens.verdict, dozens.difference) == ("quantity_mismatch", gbp("1.00"))


def test_an_unknown_line_is_in_question_whole() -> None:
    assert unknown_line(invoiced("10")).difference == gbp("10.00")


def invoice(total: str, *prices: str, charge: str = "0") -> Invoice:
    party = PartyRef("brightware")
    lines = tuple(
        InvoiceLine(str(n), "4500001", "10", "85123A", Quantity(Decimal(1)), Price(Decimal(price), "GBP"))
        for n, price in enumerate(prices)
    )
    charges = (Charge("POST", Decimal(charge)),)
    return Invoice("albion_uk", "INV1", party, party, dt.date(2010, 12, 3), "GBP", lines, Decimal(total), charges)


def test_lines_and_charges_make_the_total() -> None:
    assert total_difference(invoice("3.50", "1.00", "2.00", charge="0.50")) == 0
    assert total_difference(invoice("9.99", "1.00", "2.00")) == Decimal("6.99")


def test_a_total_may_be_rounded_by_line_or_as_a_sum() -> None:
    assert total_difference(invoice("0.02", "0.005", "0.005")) == 0
    assert total_difference(invoice("0.01", "0.005", "0.005")) == 0
