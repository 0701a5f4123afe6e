"""810 <-> `Invoice`.

BIG header (BIG04 the order number where there is one order, BIG07 CR for a credit note), CUR, REF*CR reference, N1
parties; per line IT1 (IT101 the invoice line), REF*PO order number, REF*LI order line, REF*SI shipment, TXI what it is
taxed at; SAC charges of header, line and summary, TDS total, TXI of the summary one tax a rate, together a charge
`VAT` (a TXI below a SAC only explains that). Where no line of a document has REF*LI, IT101 is taken for the order line.
Where IT101 is repeated, the invoice lines are counted instead. One that was paid in part before is not written.
"""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

import msgspec

from crossdock.edi.guides import codes
from crossdock.edi.kernel.writing import CannotWrite
from crossdock.edi.maps.credits import credited, hold_credited
from crossdock.edi.maps.totals import asked_for, charges_by_line
from crossdock.edi.maps.unsaid import only_counted
from crossdock.edi.maps.x12.price_bases import KNOWN
from crossdock.edi.maps.x12.purchase_order import BUYER_ROLES, SUPPLIER_ROLES
from crossdock.edi.maps.x12.reading import Reading, Row, at, first_of, price_of, quantity_of
from crossdock.edi.maps.x12.writing import Writing, amount, cents, day
from crossdock.edi.x12.writer import OutgoingSegment
from crossdock.model.invoice import PREPAID_CHARGE, Invoice, InvoiceLine
from crossdock.model.party import PartyRef
from crossdock.model.purchase_order import Charge
from crossdock.model.quantity import ZERO
from crossdock.model.tax import TAX_CHARGE, Tax

_TAXES_OF_A_CHARGE = 10
"""So many TXI may follow a SAC."""
_REFUSED_PURPOSES = ("01", "03", "04", "17")
_ISSUERS = SUPPLIER_ROLES
_RECIPIENTS = ("BT", *(role for role in BUYER_ROLES if role != "BT"))
"""Of several parties the first role counts: who pays before who bought. Whom to pay (RE, RI) may be a bank."""


class _Line:
    """One IT1 and what the segments below it say. `charges` are those of the document that are its own."""

    order = order_line = shipment = ""
    charges: tuple[int, ...] = ()

    def __init__(self, row: Row, position: int) -> None:
        self.row = row
        self.position = position
        self.taxes: list[Tax] = []

    def refer(self, kind: str, number: str) -> None:
        """Take a reference (REF) of those that say where goods are from."""
        if kind == "LI":
            self.order_line = number
        elif kind == "PO":
            self.order = number
        elif kind == "SI":
            self.shipment = number


def read(reading: Reading) -> Invoice | None:
    """The invoice, or None with faults."""
    begin = reading.heading("BIG")
    reading.purpose(begin[8], _REFUSED_PURPOSES, element=8)
    context = reading.context
    reference = ""
    parties: dict[str, PartyRef] = {}
    found: list[_Line] = []
    charges: list[Charge] = []
    taxes: list[Tax] = []
    total: Decimal | None = None
    line: _Line | None = None
    for index, row in enumerate(reading.rows):
        tag = row[0]
        if tag == "REF":
            kind = at(row, 1)
            if line is None:
                reference = at(row, 2) if kind == "CR" else reference
            else:
                line.refer(kind, at(row, 2))
        elif tag == "IT1":
            line = _Line(row, index + 1)
            found.append(line)
        elif tag == "SAC":
            charge = reading.charge(row, index + 1)
            if charge is not None:
                if line is not None:
                    line.charges += (len(charges),)
                charges.append(charge)
        elif tag == "TDS":
            total, line = reading.cents(at(row, 1)), None
        elif tag == "TXI" and not _explains_charge(reading, index):
            (taxes if line is None else line.taxes).append(reading.tax(row))
        elif tag == "CTT":
            reading.counted(row, index + 1, len(found))
        elif tag == "CUR" and line is None:
            reading.currency = at(row, 2) or reading.currency
        elif tag == "N1" and line is None:
            role = at(row, 1)
            if role in _ISSUERS:
                parties.setdefault(role, reading.party(row, context.supplier))
            elif role in _RECIPIENTS:
                parties.setdefault(role, reading.party(row, context.buyer))
    lines = _lines(reading, found, begin[4])
    if not lines:
        reading.fault("lines_missing", len(reading.rows))
    if charges:
        _give(charges, found, lines)
    if taxes and (tax := _all_tax(taxes)).amount:
        charges.append(tax)
    asked, wrong, words = asked_for(total, lines, charges)
    if wrong:
        reading.fault(wrong, len(reading.rows), detail=words)
    said = Invoice(
        company_id=context.company_id,
        number=begin[2],
        issuer=first_of(parties, _ISSUERS, context.supplier),
        recipient=first_of(parties, _RECIPIENTS, context.buyer),
        invoiced_on=reading.needed_date(begin[1], 2, 1),
        currency=reading.currency,
        lines=tuple(lines),
        total=asked,
        charges=tuple(charges),
        kind="credit_note" if begin[7] in codes("credit") else "invoice",
        reference=reference,
        taxes=tuple(taxes),
    )
    if (turned := credited(said)) is not said:
        reading.fault("credit_negative", 2, 7)
    return turned


def _give(charges: list[Charge], found: list[_Line], lines: list[InvoiceLine]) -> None:
    """Tell charges which line they are of, now that each has its number."""
    for each, line in zip(found, lines, strict=True):
        for which in each.charges:
            charges[which] = msgspec.structs.replace(charges[which], line=line.line)


def _explains_charge(reading: Reading, index: int) -> bool:
    """Does a TXI stand below a SAC?"""
    above = reversed(reading.rows[max(0, index - _TAXES_OF_A_CHARGE) : index])
    return next((row[0] for row in above if row[0] != "TXI"), "") == "SAC"


def _lines(reading: Reading, found: list[_Line], order: str) -> list[InvoiceLine]:
    """The lines, once it is known whether any of them names its order line."""
    referring = any(line.order_line for line in found)
    ids = _line_ids(reading, found)
    as_buyer = reading.as_buyer
    lines = []
    for line_id, each in zip(ids, found, strict=True):
        position = each.position
        line, quantity, unit, price, basis, item, theirs, gtin = reading.line(each.row, position)
        if not price:
            reading.fault("price_missing", position, 4)
        if basis and basis not in KNOWN:
            reading.basis_unknown(basis, unit, position, 5)
        if not each.order:
            each.order = (_order_among(each.row[6:]) if "PO" in each.row else "") or order
            if not each.order:
                reading.fault("order_reference_missing", position, severity="warning")
        lines.append(
            InvoiceLine(
                line_id,
                each.order,
                each.order_line if referring else line,
                item,
                quantity_of(quantity or reading.missing(position, 2), unit),
                price_of(price or "0", reading.currency, basis, unit),
                each.shipment,
                theirs if as_buyer else "",
                "" if as_buyer else theirs,
                gtin,
                taxes=tuple([tax.rate for tax in each.taxes]) if each.taxes else (),
            )
        )
    return lines


def _line_ids(reading: Reading, found: list[_Line]) -> list[str]:
    """The ids of the lines; their ordinals where they have none, or where two have the same."""
    ids = [at(each.row, 1) or str(ordinal) for ordinal, each in enumerate(found, 1)]
    if len(set(ids)) == len(ids):
        return ids
    first = {line: each for each, line in zip(reversed(found), reversed(ids), strict=True)}
    repeated = next(each for each, line in zip(found, ids, strict=True) if first[line] is not each)
    reading.fault("line_repeated", repeated.position, 1)
    return [str(ordinal) for ordinal in range(1, len(found) + 1)]


def _order_among(pairs: list[str]) -> str:
    return dict(zip(pairs[::2], pairs[1::2], strict=False)).get("PO", "")


def write(invoice: Invoice, writing: Writing) -> list[OutgoingSegment]:
    """The segments of the invoice."""
    hold_credited(invoice)
    writing.currency = invoice.currency
    orders = {line.order_number for line in invoice.lines}
    one_order = next(iter(orders)) if len(orders) == 1 else ""
    kind = "CR" if invoice.kind == "credit_note" else "DI"
    rows: list[OutgoingSegment] = [
        ("BIG", day(invoice.invoiced_on), invoice.number, "", one_order, "", "", kind),
        *writing.currency_row("SE"),
    ]
    if invoice.reference:
        rows.append(("REF", "CR", invoice.reference))
    rows += writing.parties(("SU", invoice.issuer), ("BT", invoice.recipient))
    if prepaid := [charge.amount for charge in invoice.charges if charge.code == PREPAID_CHARGE]:
        raise CannotWrite(
            f"{-sum(prepaid):f} was paid before, for which an 810 has no place: an allowance (SAC) would be a discount"
        )
    charges = charges_by_line(invoice)
    of_all = charges.get("", [])
    if invoice.taxes:
        tax = _all_tax(invoice.taxes)
        if tax.amount and tax not in of_all:
            raise CannotWrite(f"the taxes come to {tax.amount:f}, which is no charge {TAX_CHARGE} of the invoice")
        of_all = [charge for charge in of_all if charge != tax]
    counted = only_counted(invoice)
    for line in invoice.lines:
        rows += _line_rows(line, "" if counted else line.line, "" if one_order else line.order_number, writing)
        if charges:
            rows += [writing.charge(charge) for charge in charges.get(line.line, ())]
    rows.append(("TDS", cents(invoice.total)))
    rows += [writing.tax(tax) for tax in invoice.taxes]
    rows += [writing.charge(charge) for charge in of_all]
    rows.append(("CTT", str(len(invoice.lines))))
    return rows


def _line_rows(line: InvoiceLine, line_id: str, order: str, writing: Writing) -> list[OutgoingSegment]:
    quantity, unit = amount(line.priced)  # catch weight goods are invoiced by what they weigh
    price, basis = writing.price(line.price, unit)
    ids = writing.ids(line.item, writing.partner_item(line.supplier_item, line.buyer_item), line.gtin)
    rows: list[OutgoingSegment] = [("IT1", line_id, quantity, unit, price, basis, *ids)]
    if line.taxes:
        rows += [writing.rate(rate) for rate in line.taxes]
    if order:
        rows.append(("REF", "PO", order))
    if line.order_line:
        rows.append(("REF", "LI", line.order_line))
    if line.shipment:
        rows.append(("REF", "SI", line.shipment))
    return rows


def _all_tax(taxes: Sequence[Tax]) -> Charge:
    return Charge(TAX_CHARGE, sum((tax.amount for tax in taxes), ZERO))
