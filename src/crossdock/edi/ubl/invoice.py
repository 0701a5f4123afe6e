"""Invoice, CreditNote <-> `Invoice`.

ID number, IssueDate, InvoiceTypeCode (381 and the like are credit notes), DocumentCurrencyCode, BuyerReference,
OrderReference and DespatchDocumentReference for lines that name none; AccountingSupplierParty, AccountingCustomerParty;
AllowanceCharge charges, also those of lines, with their TaxCategory; LegalMonetaryTotal/PayableAmount what is asked
for. Per line ID, InvoicedQuantity or CreditedQuantity, OrderLineReference order and line, DespatchLineReference
shipment, Item and its ClassifiedTaxCategory, Price; Delivery/Quantity where what is paid for was weighed and counted
besides.

The sum of TaxTotal is a charge `VAT`, its TaxSubtotal are `taxes`; PrepaidAmount (negative) is a charge `PREPAID`,
PayableRoundingAmount one of `ROUNDING`. A document that says it keeps to EN 16931 is held to its sums (`en16931.py`).
"""

from __future__ import annotations

from decimal import Decimal
from typing import Literal

from crossdock.edi.maps.credits import credited
from crossdock.edi.maps.totals import asked_for
from crossdock.edi.ubl import en16931
from crossdock.edi.ubl.codes import CREDITS, PLAIN, PREPAID, ROUNDING, TAX
from crossdock.edi.ubl.order import repeated
from crossdock.edi.ubl.reading import Node, Reading
from crossdock.model.invoice import Invoice, InvoiceLine
from crossdock.model.purchase_order import Charge
from crossdock.model.quantity import ZERO, Price, Quantity
from crossdock.model.tax import Tax

_CENT = Decimal("0.01")
_SLACK = 2 * _CENT
"""What a line may differ by from its quantity, price and charges: that much Peppol's rule R120 leaves."""
_NOTICE = "cac:DespatchLineReference/cac:DocumentReference/cbc:ID"


def read(reading: Reading) -> Invoice:
    """An Invoice."""
    node = reading.one(reading.root, "cbc:InvoiceTypeCode")
    code = reading.take(node)
    if code not in PLAIN and code not in CREDITS:
        reading.fault("code_unknown", node, f"an invoice of kind {code[:20]!r} is read as a plain one", "warning")
    return _read(reading, "InvoiceLine", "InvoicedQuantity", "credit_note" if code in CREDITS else "invoice")


def read_credit_note(reading: Reading) -> Invoice:
    """A CreditNote."""
    return _read(reading, "CreditNoteLine", "CreditedQuantity", "credit_note")


def _read(reading: Reading, line_name: str, quantity: str, kind: Literal["invoice", "credit_note"]) -> Invoice:
    root, context = reading.root, reading.context
    number = reading.heading()
    currency = reading.document_currency()
    charges = reading.charges(root)
    lines = []
    for node in reading.all(root, f"cac:{line_name}"):
        line = reading.needed(node, "cbc:ID")
        of_line = reading.charges(node, line)
        lines.append(_line(reading, node, line, quantity, of_line))
        charges += of_line
    if not lines:
        reading.fault("lines_missing")
    repeated(reading, [line.line for line in lines])
    charges += _sums(reading)
    payable = reading.one(root, "cac:LegalMonetaryTotal/cbc:PayableAmount")
    total, wrong, words = asked_for(reading.amount(payable), lines, charges)
    held = en16931.claimed(root)
    if wrong and not (held and words):  # its own rules say it, to the cent
        reading.fault(wrong, payable, words)
    issuer = reading.party(reading.one(root, "cac:AccountingSupplierParty"), context.supplier)
    recipient = reading.party(reading.one(root, "cac:AccountingCustomerParty"), context.buyer)
    taxes = tuple(_tax(reading, each) for total in _taxes(reading) for each in reading.all(total, "cac:TaxSubtotal"))
    if held:
        _hold(reading)
    said = Invoice(
        company_id=context.company_id,
        number=number,
        issuer=issuer or context.supplier,
        recipient=recipient or context.buyer,
        invoiced_on=reading.issued(),
        currency=currency,
        lines=tuple(lines),
        total=total,
        charges=tuple(charges),
        kind=kind,
        reference=reading.text(root, "cbc:BuyerReference"),
        taxes=taxes,
    )
    if (turned := credited(said)) is not said:
        reading.fault("credit_negative", payable)
    return turned


def _hold(reading: Reading) -> None:
    """Tell what breaks the rules that the document says it keeps to; its sums are taken for that."""
    for name in en16931.TOTALS:
        reading.amount(reading.one(reading.root, f"cac:LegalMonetaryTotal/cbc:{name}"))
    for rule, code, words, node in en16931.breaches(reading.root):
        reading.fault(code, node, f"{rule}: {words}", "warning")


def _tax(reading: Reading, subtotal: Node) -> Tax:
    category = reading.one(subtotal, "cac:TaxCategory")
    return Tax(
        rate=reading.rate(category, subtotal),
        amount=reading.amount(reading.one(subtotal, "cbc:TaxAmount")) or ZERO,
        taxable=reading.amount(reading.one(subtotal, "cbc:TaxableAmount")),
        exemption=reading.text(category, "cbc:TaxExemptionReason"),
        exemption_code=reading.text(category, "cbc:TaxExemptionReasonCode"),
    )


def _sums(reading: Reading) -> list[Charge]:
    """Tax, what was paid before and rounding as charges."""
    taxes = [reading.amount(reading.one(node, "cbc:TaxAmount")) for node in _taxes(reading)]
    total = reading.one(reading.root, "cac:LegalMonetaryTotal")
    prepaid = reading.amount(reading.one(total, "cbc:PrepaidAmount"))
    rounding = reading.amount(reading.one(total, "cbc:PayableRoundingAmount"))
    found = ((TAX, sum((each or ZERO for each in taxes), ZERO)), (PREPAID, -(prepaid or ZERO)), (ROUNDING, rounding))
    return [Charge(code, amount) for code, amount in found if amount]


def _taxes(reading: Reading) -> list[Node]:
    """The sums of tax in the document's currency; one in a currency of the tax authority says the same again."""
    found = reading.all(reading.root, "cac:TaxTotal")
    said = [reading.one(each, "cbc:TaxAmount") for each in found]
    own = [
        total
        for total, amount in zip(found, said, strict=True)
        if amount is None or amount.get("currencyID") in (None, reading.currency)
    ]
    return own or found


def _line(reading: Reading, line: Node, number: str, name: str, charges: list[Charge]) -> InvoiceLine:
    item = reading.one(line, "cac:Item")
    ids = reading.items(item, line, must=False)  # a service has no number, and is invoiced all the same
    paid = reading.quantity(reading.one(line, f"cbc:{name}"))
    extension = reading.amount(reading.one(line, "cbc:LineExtensionAmount"))
    if paid is None:
        reading.fault("element_missing", line, f"the line has no {name}; it is read as one piece", "warning")
        paid = Quantity(Decimal(1))
    counted = reading.quantity(reading.one(line, "cac:Delivery/cbc:Quantity"))
    weighed = counted is not None and counted.unit != paid.unit
    as_buyer = reading.context.role == "buyer"
    order, of_line = _reference(reading, line)
    return InvoiceLine(
        line=number,
        order_number=order,
        order_line=of_line,
        item=ids.item,
        quantity=counted if weighed and counted is not None else paid,
        price=_price(reading, line, paid, extension, charges),
        shipment=_shipment(reading, line),
        supplier_item=ids.theirs if as_buyer else "",
        buyer_item="" if as_buyer else ids.theirs,
        gtin=ids.gtin,
        second=paid if weighed else None,
        taxes=reading.rates(item, "ClassifiedTaxCategory"),
    )


def _price(reading: Reading, line: Node, paid: Quantity, extension: Decimal | None, charges: list[Charge]) -> Price:
    """The price of a line; without one, its amount for all of its quantity. The amount is held against it."""
    others = sum((each.amount for each in charges), ZERO)
    price = reading.price(reading.one(line, "cac:Price"), paid.unit)
    if price is None:
        if extension is None:
            reading.fault("price_missing", line)
            return Price(ZERO, reading.currency, Quantity(Decimal(1), paid.unit))
        amount = abs(paid.amount) or Decimal(1)
        sign = -1 if paid.amount < 0 else 1
        return Price((extension - others) * sign, reading.currency, Quantity(amount, paid.unit))
    if extension is not None and price.per.unit == paid.unit:
        worth = Decimal(1) * paid.amount * price.amount / price.per.amount + others
        if abs(worth - extension) > _SLACK:
            words = f"the line is {extension:f}; quantity, price and charges make {worth.quantize(_CENT)}"
            reading.fault("total_mismatch", line, words)
    return price


def _reference(reading: Reading, line: Node) -> tuple[str, str]:
    reference = reading.one(line, "cac:OrderLineReference")
    order = reading.text(reference, "cac:OrderReference/cbc:ID") or reading.text(
        reading.root, "cac:OrderReference/cbc:ID"
    )
    of_line = reading.text(reference, "cbc:LineID")
    if not order:
        reading.fault("order_reference_missing", line, severity="warning")
    if not of_line:
        reading.fault("line_reference_missing", line)
    return order, of_line


def _shipment(reading: Reading, line: Node) -> str:
    return reading.text(line, _NOTICE) or reading.text(reading.root, "cac:DespatchDocumentReference/cbc:ID")
