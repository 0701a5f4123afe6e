"""The three-way match: may an invoice line be paid, given what was ordered and what was received?"""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction

from crossdock.events.purchase_order import InvoicedLine, LineMatch
from crossdock.model.invoice import Invoice
from crossdock.model.masterdata import SupplierTerms
from crossdock.model.quantity import ZERO, Money, Price, Quantity, round_money
from crossdock.rules.tolerance import price_within


def match_line(terms: SupplierTerms, agreed: Price, payable: Decimal, unit: str, line: InvoicedLine) -> LineMatch:
    """Judge one invoice line. `payable` is what was received well, may be paid for, and was not approved before.

    The difference is what the supplier asks for beyond the agreed price of what may be paid; a price inside the terms
    is paid as it was invoiced.
    """
    quantity, price = line.quantity, line.price
    if quantity.unit != unit or quantity.amount > payable:
        verdict = "quantity_mismatch"
    elif not price_within(terms, agreed, price, quantity):
        verdict = "price_mismatch"
    else:
        verdict = "matched"
    due = ZERO
    if quantity.unit == unit and price.currency == agreed.currency:
        due = value(agreed, min(quantity.amount, max(payable, ZERO)))
    return LineMatch(
        invoice_line=line.invoice_line,
        order_line=line.line,
        verdict=verdict,
        ordered_price=agreed,
        invoiced_price=price,
        received=Quantity(payable, unit),
        invoiced=quantity,
        difference=Money(value(price, quantity.amount) - due, price.currency),
    )


def unknown_line(line: InvoicedLine) -> LineMatch:
    """The verdict on an invoice line for which there is no order line: all of it is in doubt."""
    return LineMatch(
        invoice_line=line.invoice_line,
        order_line=line.line,
        verdict="unknown_line",
        ordered_price=None,
        invoiced_price=line.price,
        received=Quantity(ZERO, line.quantity.unit),
        invoiced=line.quantity,
        difference=Money(value(line.price, line.quantity.amount), line.price.currency),
    )


def total_difference(invoice: Invoice) -> Decimal:
    """By how much the total differs from its lines and charges; zero when it adds up.

    Suppliers round each line or only the sum: either way of adding up is accepted.
    """
    charges = sum((charge.amount for charge in invoice.charges), ZERO)
    exact = sum((Fraction(line.price.worth(line.priced.amount)) for line in invoice.lines), Fraction(0))
    by_line = sum((value(line.price, line.priced.amount) for line in invoice.lines), ZERO)
    differences = (invoice.total - by_line - charges, invoice.total - round_money(exact, invoice.currency) - charges)
    return min(differences, key=abs)


def value(price: Price, amount: Decimal) -> Decimal:
    """What so much costs, rounded to the currency's minor unit."""
    return round_money(price.worth(amount), price.currency)
