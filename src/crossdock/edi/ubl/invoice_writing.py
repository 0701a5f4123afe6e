"""`Invoice` -> Invoice or CreditNote: what `invoice.py` reads, written."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

from crossdock.edi.kernel.writing import CannotWrite
from crossdock.edi.ubl.building import Maybe, aggregate, leaf
from crossdock.edi.ubl.codes import PREPAID, ROUNDING, TAX
from crossdock.edi.ubl.writing import Writing, quantity
from crossdock.model.invoice import Invoice, InvoiceLine
from crossdock.model.purchase_order import Charge
from crossdock.model.quantity import ZERO, Quantity, UnitMismatch, round_money

_OWN_ELEMENT = (TAX, PREPAID, ROUNDING)


def kind_of(invoice: Invoice) -> str:
    """The UBL document of an invoice."""
    return "CreditNote" if invoice.kind == "credit_note" else "Invoice"


def write(invoice: Invoice, writing: Writing) -> list[Maybe | list[Maybe]]:
    """The elements of the invoice or credit note."""
    writing.currency = invoice.currency
    if not invoice.lines:
        raise CannotWrite("an invoice needs a line")
    kind = kind_of(invoice)
    order = _common(writing, [line.order_number for line in invoice.lines], "order")
    notice = _common(writing, [line.shipment for line in invoice.lines], "despatch advice")
    worths = [_worth(line, invoice.currency) for line in invoice.lines]
    if writing.peppol and not (order or invoice.reference):
        raise CannotWrite("Peppol billing needs the order or a reference of the buyer")
    return [
        *writing.heading(kind, invoice.number, invoice.invoiced_on),
        leaf("InvoiceTypeCode", "380") if kind == "Invoice" else leaf("CreditNoteTypeCode", "381"),
        leaf("DocumentCurrencyCode", invoice.currency),
        leaf("BuyerReference", invoice.reference),
        aggregate("OrderReference", leaf("ID", order)),
        aggregate("DespatchDocumentReference", leaf("ID", notice)),
        writing.role("AccountingSupplierParty", invoice.issuer, "supplier"),
        writing.role("AccountingCustomerParty", invoice.recipient, "buyer"),
        [writing.charge(each) for each in invoice.charges if each.code not in _OWN_ELEMENT],
        _tax(writing, invoice, worths),
        _totals(writing, invoice, worths),
        [_line(writing, line, worth, kind, order, notice) for line, worth in zip(invoice.lines, worths, strict=True)],
    ]


def _common(writing: Writing, values: Sequence[str], what: str) -> str:
    """What all lines name; empty where they differ."""
    found = set(values)
    if len(found) == 1:
        return next(iter(found))
    if writing.peppol:
        raise CannotWrite(f"an invoice of Peppol is for one {what}, not for {', '.join(sorted(found))}")
    return ""


def _worth(line: InvoiceLine, currency: str) -> Decimal:
    """What a line comes to."""
    try:
        return line.price.extend(line.priced).amount
    except UnitMismatch as problem:
        raise CannotWrite(f"line {line.line}: {problem}") from None


def _sum(charges: Sequence[Charge], code: str) -> Decimal:
    return sum((each.amount for each in charges if each.code == code), ZERO)


def _tax(writing: Writing, invoice: Invoice, worths: Sequence[Decimal]) -> Maybe:
    """The sum of tax. For Peppol with its rate, which it must come to."""
    tax = _sum(invoice.charges, TAX)
    if not writing.peppol:
        return aggregate("TaxTotal", writing.amount("TaxAmount", tax)) if tax else None
    category = writing.tax_category()
    taxable = sum(worths, ZERO) + sum((c.amount for c in invoice.charges if c.code not in _OWN_ELEMENT), ZERO)
    percent = writing.options.tax_percent
    assert percent is not None  # a category has one
    due = round_money(taxable * percent * Decimal("0.01"), invoice.currency)
    if due != tax:
        raise CannotWrite(f"{percent:f} % of {taxable:f} is {due:f} of tax; the invoice has {tax:f}")
    return aggregate(
        "TaxTotal",
        writing.amount("TaxAmount", tax),
        aggregate("TaxSubtotal", writing.amount("TaxableAmount", taxable), writing.amount("TaxAmount", tax), category),
    )


def _totals(writing: Writing, invoice: Invoice, worths: Sequence[Decimal]) -> Maybe:
    """What lines, charges and tax come to, and what is asked for."""
    others = [each for each in invoice.charges if each.code not in _OWN_ELEMENT]
    allowances = -sum((each.amount for each in others if each.amount < 0), ZERO)
    charges = sum((each.amount for each in others if each.amount > 0), ZERO)
    lines = sum(worths, ZERO)
    exclusive = lines - allowances + charges
    prepaid, rounding = -_sum(invoice.charges, PREPAID), _sum(invoice.charges, ROUNDING)
    return aggregate(
        "LegalMonetaryTotal",
        writing.amount("LineExtensionAmount", lines),
        writing.amount("TaxExclusiveAmount", exclusive),
        writing.amount("TaxInclusiveAmount", exclusive + _sum(invoice.charges, TAX)),
        writing.amount("AllowanceTotalAmount", allowances) if allowances else None,
        writing.amount("ChargeTotalAmount", charges) if charges else None,
        writing.amount("PrepaidAmount", prepaid) if prepaid else None,
        writing.amount("PayableRoundingAmount", rounding) if rounding else None,
        writing.amount("PayableAmount", invoice.total),
    )


def _line(writing: Writing, line: InvoiceLine, worth: Decimal, kind: str, order: str, notice: str) -> Maybe:
    own_order = aggregate("OrderReference", leaf("ID", "" if order else line.order_number))
    own_notice = aggregate("DocumentReference", leaf("ID", "" if notice else line.shipment))
    item = writing.item(line.item, line.supplier_item, line.buyer_item, line.gtin)
    if writing.options.profile == "billing":
        assert item is not None  # it always stands
        category = writing.tax_category("ClassifiedTaxCategory")
        assert category is not None
        item.children = (*item.children, category)
    references = None
    if line.order_line or own_order:
        references = aggregate("OrderLineReference", leaf("LineID", line.order_line or line.line), own_order)
    return aggregate(
        f"{kind}Line",
        leaf("ID", line.line),
        quantity("InvoicedQuantity" if kind == "Invoice" else "CreditedQuantity", line.priced),
        writing.amount("LineExtensionAmount", worth),
        references,
        aggregate("DespatchLineReference", leaf("LineID", line.order_line or line.line), own_notice)
        if own_notice
        else None,
        _counted(line.quantity) if line.second is not None else None,
        item,
        writing.price(line.price, line.priced.unit),
    )


def _counted(value: Quantity) -> Maybe:
    """How many pieces were delivered of what was weighed."""
    return aggregate("Delivery", quantity("Quantity", value))
