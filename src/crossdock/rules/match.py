"""The three-way match: may an invoice line be paid, given what was ordered and what was received?"""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction

from crossdock.events.purchase_order import InvoicedLine, LineMatch
from crossdock.model.invoice import Invoice
from crossdock.model.masterdata import SupplierTerms
from crossdock.model.quantity import ZERO, Money, Price, Quantity, round_money
from crossdock.model.tax import TAX_CHARGE, Tax
from crossdock.rules.tolerance import price_within

_CENT = _HUNDREDTH = Decimal("0.01")


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


def charges_to_agree(invoice: Invoice) -> Decimal:
    """What the charges come to that only an agreement allows: all of them but tax that follows from its rates."""
    charges = sum((charge.amount for charge in invoice.charges), ZERO)
    tax = sum((charge.amount for charge in invoice.charges if charge.code == TAX_CHARGE), ZERO)
    return charges - tax if _tax_follows(invoice, tax) else charges


def _tax_follows(invoice: Invoice, tax: Decimal) -> bool:
    """Do the taxes tell how all the tax came about, each by its rate, and on no more than is invoiced? Half a cent for
    each line may be rounding."""
    slack = _CENT * (len(invoice.lines) + 1) / 2
    taxable = sum((each.taxable or ZERO for each in invoice.taxes), ZERO)
    return (
        abs(sum((each.amount for each in invoice.taxes), ZERO) - tax) <= slack
        and abs(taxable) <= abs(invoice.total - tax) + slack
        and all(abs(each.amount - _by_rate(each)) <= slack for each in invoice.taxes)
    )


def _by_rate(tax: Tax) -> Decimal:
    return (tax.taxable or ZERO) * (tax.rate.percent or ZERO) * _HUNDREDTH


def value(price: Price, amount: Decimal) -> Decimal:
    """What so much costs, rounded to the currency's minor unit."""
    return round_money(price.worth(amount), price.currency)
