"""`Invoice` -> Invoice or CreditNote: what `invoice.py` reads, written."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

from crossdock.edi.kernel.writing import CannotWrite
from crossdock.edi.maps.credits import hold_credited
from crossdock.edi.maps.totals import charges_by_line
from crossdock.edi.ubl import en16931
from crossdock.edi.ubl.building import Maybe, aggregate, leaf
from crossdock.edi.ubl.codes import PREPAID, ROUNDING, TAX
from crossdock.edi.ubl.writing import Writing, quantity, tax_category, text
from crossdock.model.invoice import Invoice, InvoiceLine
from crossdock.model.purchase_order import Charge
from crossdock.model.quantity import ZERO, Quantity, UnitMismatch
from crossdock.model.tax import Tax, TaxRate

_OWN_ELEMENT = (TAX, PREPAID, ROUNDING)


def kind_of(invoice: Invoice) -> str:
    """The UBL document of an invoice."""
    return "CreditNote" if invoice.kind == "credit_note" else "Invoice"


def write(invoice: Invoice, writing: Writing) -> list[Maybe | list[Maybe]]:
    """The elements of the invoice or credit note."""
    hold_credited(invoice)
    writing.currency = invoice.currency
    if not invoice.lines:
        raise CannotWrite("an invoice needs a line")
    kind = kind_of(invoice)
    order = _common(writing, [line.order_number for line in invoice.lines], "order")
    notice = _common(writing, [line.shipment for line in invoice.lines], "despatch advice")
    charges_by_line(invoice)  # refuses those of lines that are not there
    worths = [_worth(line, invoice) for line in invoice.lines]
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
        [writing.charge(each) for each in _others(invoice) if not each.line],
        _tax(writing, invoice, worths),
        _totals(writing, invoice, worths),
        [
            _line(writing, line, worth, kind, order, notice, _of(invoice, line))
            for line, worth in zip(invoice.lines, worths, strict=True)
        ],
    ]


def _others(invoice: Invoice) -> list[Charge]:
    """The charges that are no sums of the document."""
    return [each for each in invoice.charges if each.code not in _OWN_ELEMENT]


def _of(invoice: Invoice, line: InvoiceLine) -> list[Charge]:
    """The charges of a line."""
    return [each for each in _others(invoice) if each.line == line.line]


def _common(writing: Writing, values: Sequence[str], what: str) -> str:
    """What all lines name; empty where they differ."""
    found = set(values)
    if len(found) == 1:
        return next(iter(found))
    if writing.peppol:
        raise CannotWrite(f"an invoice of Peppol is for one {what}, not for {', '.join(sorted(found))}")
    return ""


def _worth(line: InvoiceLine, invoice: Invoice) -> Decimal:
    """What a line comes to, with its charges."""
    try:
        return line.price.extend(line.priced).amount + _sum(_of(invoice, line))
    except UnitMismatch as problem:
        raise CannotWrite(f"line {line.line}: {problem}") from None


def _sum(charges: Sequence[Charge]) -> Decimal:
    return sum((each.amount for each in charges), ZERO)


def _coded(invoice: Invoice, code: str) -> Decimal:
    return _sum([each for each in invoice.charges if each.code == code])


def _tax(writing: Writing, invoice: Invoice, worths: Sequence[Decimal]) -> Maybe:
    """The sum of tax, and how it came about."""
    tax = _coded(invoice, TAX)
    taxes = invoice.taxes or _by_rate(writing, invoice, worths)
    if not tax and not taxes:
        return None
    return aggregate("TaxTotal", writing.amount("TaxAmount", tax), [_subtotal(writing, each) for each in taxes])


def _by_rate(writing: Writing, invoice: Invoice, worths: Sequence[Decimal]) -> list[Tax]:
    """The taxes of an invoice that tells none: what its lines and charges come to at each of their rates. For Peppol,
    which asks for them; other documents then have the sum alone."""
    if writing.options.profile != "billing":
        return []
    taxed = [(writing.rates(line.taxes), worth) for line, worth in zip(invoice.lines, worths, strict=True)]
    taxed += [(writing.rates(each.taxes), each.amount) for each in _others(invoice) if not each.line]
    sums: dict[TaxRate, Decimal] = {}
    for rates, amount in taxed:
        for rate in rates:
            sums[rate] = sums.get(rate, ZERO) + amount
    return [
        Tax(
            rate,
            en16931.worth(taxable, rate.percent or ZERO, invoice.currency),
            taxable,
            writing.options.tax_exemption if rate.category == writing.options.tax_category else "",
        )
        for rate, taxable in sums.items()
    ]


def _subtotal(writing: Writing, tax: Tax) -> Maybe:
    """What one tax is of, and what it comes to."""
    why = leaf("TaxExemptionReasonCode", tax.exemption_code), leaf("TaxExemptionReason", text(tax.exemption))
    return aggregate(
        "TaxSubtotal",
        None if tax.taxable is None else writing.amount("TaxableAmount", tax.taxable),
        writing.amount("TaxAmount", tax.amount),
        tax_category(tax.rate, "TaxCategory", *why),
    )


def _totals(writing: Writing, invoice: Invoice, worths: Sequence[Decimal]) -> Maybe:
    """What lines, charges and tax come to, and what is asked for."""
    others = [each for each in _others(invoice) if not each.line]
    allowances = -_sum([each for each in others if each.amount < 0])
    charges = _sum([each for each in others if each.amount > 0])
    lines = sum(worths, ZERO)
    exclusive = lines - allowances + charges
    prepaid, rounding = -_coded(invoice, PREPAID), _coded(invoice, ROUNDING)
    return aggregate(
        "LegalMonetaryTotal",
        writing.amount("LineExtensionAmount", lines),
        writing.amount("TaxExclusiveAmount", exclusive),
        writing.amount("TaxInclusiveAmount", exclusive + _coded(invoice, TAX)),
        writing.amount("AllowanceTotalAmount", allowances) if allowances else None,
        writing.amount("ChargeTotalAmount", charges) if charges else None,
        writing.amount("PrepaidAmount", prepaid) if prepaid else None,
        writing.amount("PayableRoundingAmount", rounding) if rounding else None,
        writing.amount("PayableAmount", invoice.total),
    )


def _line(
    writing: Writing, line: InvoiceLine, worth: Decimal, kind: str, order: str, notice: str, charges: Sequence[Charge]
) -> Maybe:
    own_order = aggregate("OrderReference", leaf("ID", "" if order else line.order_number))
    own_notice = aggregate("DocumentReference", leaf("ID", "" if notice else line.shipment))
    item = writing.item(line.item, line.supplier_item, line.buyer_item, line.gtin)
    assert item is not None  # it always stands
    categories = (tax_category(each, "ClassifiedTaxCategory") for each in writing.rates(line.taxes))
    item.children = (*item.children, *(each for each in categories if each is not None))
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
        [writing.charge(each) for each in charges],
        item,
        writing.price(line.price, line.priced.unit),
    )


def _counted(value: Quantity) -> Maybe:
    """How many pieces were delivered of what was weighed."""
    return aggregate("Delivery", quantity("Quantity", value))
