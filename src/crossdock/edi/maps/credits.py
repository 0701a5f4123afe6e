"""One sign for credit notes: what is credited is positive, in every syntax."""

from __future__ import annotations

from decimal import Decimal

from msgspec.structs import replace

from crossdock.edi.kernel.writing import CannotWrite
from crossdock.edi.maps.totals import worth
from crossdock.model.invoice import Invoice, InvoiceLine
from crossdock.model.purchase_order import Charge
from crossdock.model.quantity import ZERO
from crossdock.model.tax import Tax


def credited(invoice: Invoice) -> Invoice:
    """The same with what is credited as positive amounts; the very object, where it says them so."""
    if not _negative(invoice):
        return invoice
    return replace(
        invoice,
        lines=tuple(_line(each) for each in invoice.lines),
        charges=tuple(_charge(each) for each in invoice.charges),
        taxes=tuple(_tax(each) for each in invoice.taxes),
        total=_turned(invoice.total),
    )


def hold_credited(invoice: Invoice) -> None:
    """Refuses to write a credit note of negative amounts: some would take it for a debit."""
    if _negative(invoice):
        raise CannotWrite("the lines of the credit note are negative; what is credited is said in positive amounts")


def _negative(invoice: Invoice) -> bool:
    """Do the goods of a credit note come to less than nothing?"""
    return invoice.kind == "credit_note" and sum((worth(each.price, each.priced) for each in invoice.lines), ZERO) < 0


def _turned(amount: Decimal) -> Decimal:
    return amount.copy_negate() if amount else amount


def _line(line: InvoiceLine) -> InvoiceLine:
    """Where the quantity is what makes it positive, the price stands; else the price is turned."""
    if line.price.amount < 0 <= line.priced.amount:
        return replace(line, price=replace(line.price, amount=_turned(line.price.amount)))
    second = line.second and replace(line.second, amount=_turned(line.second.amount))
    return replace(line, quantity=replace(line.quantity, amount=_turned(line.quantity.amount)), second=second)


def _charge(charge: Charge) -> Charge:
    return replace(charge, amount=_turned(charge.amount))


def _tax(tax: Tax) -> Tax:
    return replace(tax, amount=_turned(tax.amount), taxable=None if tax.taxable is None else _turned(tax.taxable))
