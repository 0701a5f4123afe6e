"""INVOIC <-> `Invoice` (EANCOM 1997 and 2002, directories D.96A and D.01B).

BGM kind (380 and the like an invoice, 381 and the like a credit note) and number, DTM+137 date (or 3), RFF+ON order (or
CO), RFF+CR reference, NAD parties (SU or SE, IV or BY), CUX currency, ALC with MOA charges and TAX+7 what they are
taxed at; per line LIN, PIA, QTY+47 (or 1, 12, 46), PRI+AAA (or AAB, which with the charges of the line comes to its
MOA+203; or MOA+203 for all of it), RFF+ON order and line, RFF+DQ shipment, TAX+7 what it is taxed at, ALC its charges
(but those that are told for information); a line is written with AAB where any has charges;
MOA+9 (or 77, 86, 39) what is asked for, MOA+176 (or the MOA+124 of the last TAX segments, or before them) taxes,
which are a charge `VAT`, and TAX+7 with MOA+124 and MOA+125 one for each rate; MOA+113 what was paid before, a charge
`PREPAID` (negative), and MOA+165 what rounds the sum, one of `ROUNDING`.
Where no line names its order line, LIN 1082 counts.
"""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import NamedTuple

import msgspec

from crossdock.edi.edifact.writer import OutgoingSegment, composite
from crossdock.edi.kernel.syntax import EDIFACT
from crossdock.edi.maps.credits import credited, hold_credited
from crossdock.edi.maps.edifact.informative import (
    ALLOWANCE,
    CHARGE_AMOUNTS,
    GROSS,
    INVOICED,
    INVOICED_QUANTITY,
    LINE_AMOUNT,
    NET,
    OTHER_QUANTITIES,
    informative,
    rounding,
)
from crossdock.edi.maps.edifact.reading import Reading
from crossdock.edi.maps.edifact.writing import LONGEST_LINE, Writing, charged, day, limited, number, numbered
from crossdock.edi.maps.parties import keep_first
from crossdock.edi.maps.purposes import copy_words
from crossdock.edi.maps.totals import asked_for, charges_by_line, worth
from crossdock.model.invoice import PREPAID_CHARGE, ROUNDING_CHARGE, Invoice, InvoiceLine
from crossdock.model.party import PartyRef
from crossdock.model.purchase_order import Charge
from crossdock.model.quantity import EACH, ZERO, Price, Quantity
from crossdock.model.tax import TAX_CHARGE, Tax, TaxRate

_REFUSED_PURPOSES = ("1", "3", "4", "5")
_CREDITS = ("381", "83", "261", "262", "308", "396", "420", "458", "532")
"""Data element 1001: kinds of credit notes."""
_DATES = ("137", "3")
_TOTALS = ("9", "77", "86", "39")
_DUE = "9"
"""Of the totals: what is left to pay."""
_TAX, _TAX_OF_ONE, _TAXABLE = "176", "124", "125"
_PREPAID, _ROUNDED = "113", "165"
_OF_SUMS = (PREPAID_CHARGE, ROUNDING_CHARGE)
"""Charges that the sums alone tell."""
_TAXED = "7"
"""Data element 5283: a tax."""
_PRICES = (NET, GROSS, INVOICED)


class _Waiting(NamedTuple):
    """A charge whose amount has not come yet."""

    kind: str
    code: str
    words: str
    position: int
    line: _Line | None

    def charge(self, amount: Decimal) -> Charge:
        """With its amount, which is signed."""
        return Charge(self.code, amount, self.words)


class _Line:
    """Where one line stands and what is below it."""

    def __init__(self, position: int) -> None:
        self.position = position
        self.ids: list[str] = []
        self.order = self.order_line = self.shipment = ""
        self.quantity: Quantity | None = None
        self.priced: dict[str, tuple[list[str], int]] = {}
        self.amount: tuple[str, int] | None = None
        """What the line costs as a whole, and where that stands."""
        self.taxes: list[TaxRate] = []
        self.charges: list[int] = []
        """Which of the charges are its own."""
        self.without_amount: list[_Waiting] = []
        """Charges of its own that say none."""


class _Found:
    """What stands in an invoice, while it is collected."""

    def __init__(self) -> None:
        self.lines: list[_Line] = []
        self.charges: list[Charge] = []
        self.references: dict[str, str] = {}
        self.dates: dict[str, dt.date] = {}
        self.parties: dict[str, PartyRef] = {}
        self.totals: dict[str, Decimal] = {}
        self.taxes = ZERO
        """Of all rates."""
        self.rates: list[tuple[TaxRate, dict[str, Decimal]]] = []
        """Of the sums: each rate, and the amounts below it."""
        self.in_charge = False
        """Does what follows belong to a charge?"""
        self.waiting: _Waiting | None = None


def read(reading: Reading) -> Invoice | None:
    """The invoice, or None with faults."""
    begin, at = reading.first("BGM")
    purpose, invoice = reading.part(begin, 3), reading.part(begin, 2)
    if purpose in _REFUSED_PURPOSES:
        reading.fault("purpose_unsupported", at, 3, 0, f"purpose {purpose} is not one we take")
    elif words := copy_words(EDIFACT, purpose):
        reading.fault("document_copy", at, 3, 0, words)
    if not invoice and reading.rows[at - 1] is begin:
        reading.fault("element_missing", at, 2, 1, "BGM has no number")
    found = _collect(reading)
    lines = _lines(reading, found)
    if not lines:
        reading.fault("lines_missing", len(reading.rows))
    invoiced_on = next((found.dates[kind] for kind in _DATES if kind in found.dates), None)
    if invoiced_on is None:
        reading.fault("element_missing", at, detail="the message has no DTM+137")
    charges = tuple(_with_lines(found, lines))
    taxes = found.totals.get(_TAX, found.taxes or found.totals.get(_TAX_OF_ONE, ZERO))
    if taxes:
        charges += (Charge(TAX_CHARGE, taxes),)
    charges += _of_sums(found)
    total, wrong, words = _asked_for(found, lines, charges)
    if wrong:
        reading.fault(wrong, len(reading.rows), detail=words)
    context, parties = reading.context, found.parties
    said = Invoice(
        company_id=context.company_id,
        number=invoice,
        issuer=parties.get("SU") or parties.get("SE") or context.supplier,
        recipient=parties.get("IV") or parties.get("BY") or context.buyer,
        invoiced_on=invoiced_on or dt.date(1970, 1, 1),
        currency=reading.currency,
        lines=tuple(lines),
        total=total,
        charges=charges,
        kind="credit_note" if reading.part(begin, 1) in _CREDITS else "invoice",
        reference=found.references.get("CR", ""),
        taxes=tuple(
            Tax(rate, amounts[_TAX_OF_ONE], amounts.get(_TAXABLE))
            for rate, amounts in found.rates
            if _TAX_OF_ONE in amounts
        ),
    )
    if (turned := credited(said)) is not said:
        reading.fault("credit_negative", at, 1)
    return turned


def _of_sums(found: _Found) -> tuple[Charge, ...]:
    """What was paid before, and what rounds the sum."""
    amounts = -found.totals.get(_PREPAID, ZERO), found.totals.get(_ROUNDED, ZERO)
    return tuple(Charge(code, amount) for code, amount in zip(_OF_SUMS, amounts, strict=True) if amount)


def _asked_for(found: _Found, lines: list[InvoiceLine], charges: tuple[Charge, ...]) -> tuple[Decimal, str, str]:
    """What is asked for, and the code and words of what is wrong with that. A total other than what is left to pay may
    be that before what was paid: what lines and charges come to tells it."""
    stated = next((found.totals[kind] for kind in _TOTALS if kind in found.totals), None)
    told = asked_for(stated, lines, charges)
    if told[1] and stated is not None and _DUE not in found.totals and (prepaid := found.totals.get(_PREPAID)):
        less = asked_for(stated - prepaid, lines, charges)
        return told if less[1] else less
    return told


def _with_lines(found: _Found, lines: list[InvoiceLine]) -> list[Charge]:
    """The charges, once each line has its number."""
    charges = found.charges
    for each, line in zip(found.lines, lines, strict=True):
        for index in each.charges:
            charges[index] = msgspec.structs.replace(charges[index], line=line.line)
    return charges


def _collect(reading: Reading) -> _Found:
    """Walk the segments: heading, lines, and behind UNS the sums."""
    found, line, sums = _Found(), None, False
    aside = informative(reading)
    for position, row in enumerate(reading.rows, 1):
        if position in aside:
            continue
        tag = row[0]
        if tag in ("UNS", "LIN", "ALC"):
            _charge_without_amount(reading, found)
        if tag == "UNS":
            line, sums, found.in_charge = None, True, False
        elif tag == "LIN":
            line, found.in_charge = _Line(position), False
            line.ids += row[3:4]
            found.lines.append(line)
        elif tag == "ALC":
            words = next((each for each in reading.parts(row, 5)[3:] if each), "")
            found.waiting = _Waiting(reading.part(row, 1), reading.charge_code(row), words, position, line)
            found.in_charge = True
        elif tag == "MOA":
            _amount(reading, found, line, position, in_sums=sums)
        elif tag == "TAX":
            _taxed(reading, found, line, position, in_sums=sums)
        elif tag == "CNT":
            reading.counted(row, position, len(found.lines))
        elif line is not None:
            _below_line(reading, line, position)
        elif not sums:
            _in_heading(reading, found, position)
    _charge_without_amount(reading, found)
    return found


def _in_heading(reading: Reading, found: _Found, position: int) -> None:
    row, context = reading.rows[position - 1], reading.context
    tag, said = row[0], reading.parts(row, 1)
    kind = said[0]
    if tag == "DTM" and kind in _DATES:
        if (date := reading.date(said, position)) is not None:
            found.dates[kind] = date
    elif tag == "RFF":
        found.references.setdefault(kind, reading.part(row, 1, 2))
    elif tag == "NAD":
        known = {"SU": context.supplier, "SE": context.supplier, "BY": context.buyer, "IV": context.buyer}
        keep_first(reading, found.parties, kind, reading.party(row, known.get(kind)), position)
    elif tag == "CUX":
        reading.currency = reading.part(row, 1, 2) or reading.currency


def _below_line(reading: Reading, line: _Line, position: int) -> None:
    row = reading.rows[position - 1]
    tag, said = row[0], reading.parts(row, 1)
    kind = said[0]
    if tag == "PIA":
        line.ids += row[2:]
    elif tag == "QTY" and (kind == INVOICED_QUANTITY or (kind in OTHER_QUANTITIES and line.quantity is None)):
        line.quantity = reading.quantity(row[1], position)
    elif tag == "PRI" and kind in _PRICES:
        line.priced.setdefault(kind, (said, position))
    elif tag == "RFF" and (kind == "ON" or (kind == "CO" and not line.order)):
        line.order, line.order_line = reading.part(row, 1, 2), reading.part(row, 1, 3)
    elif tag == "RFF" and kind == "DQ":
        line.shipment = reading.part(row, 1, 2)


def _taxed(reading: Reading, found: _Found, line: _Line | None, position: int, *, in_sums: bool) -> None:
    """A TAX: what the charge before it or the line is taxed at, or what the amounts below it are."""
    row = reading.rows[position - 1]
    if reading.part(row, 1) != _TAXED:
        return
    percent = reading.part(row, 5, 4)
    rate = TaxRate(
        reading.part(row, 6),
        reading.number(percent, position, 5, 4) if percent else None,
        reading.part(row, 2) or TAX_CHARGE,
    )
    if found.in_charge:
        if found.waiting is None and found.charges:  # of a charge that is read
            charge = found.charges[-1]
            found.charges[-1] = msgspec.structs.replace(charge, taxes=(*charge.taxes, rate))
    elif line is not None:
        line.taxes.append(rate)
    elif in_sums:
        found.rates.append((rate, {}))


def _amount(reading: Reading, found: _Found, line: _Line | None, position: int, *, in_sums: bool) -> None:
    """An MOA: of the charge before it, of a line as a whole, or one of the sums."""
    row = reading.rows[position - 1]
    kind = reading.part(row, 1)
    if found.waiting is not None and kind in CHARGE_AMOUNTS:
        value = reading.number(reading.part(row, 1, 2), position, 1, 2)
        if line is not None:
            line.charges.append(len(found.charges))
        found.charges.append(found.waiting.charge(-value if found.waiting.kind == ALLOWANCE else value))
        found.waiting = None
    elif line is not None and kind == LINE_AMOUNT and line.amount is None:
        line.amount = reading.part(row, 1, 2), position
    elif in_sums and kind in (_TAX_OF_ONE, _TAXABLE):
        value = reading.number(reading.part(row, 1, 2), position, 1, 2)
        if found.rates:
            found.taxes += value if kind == _TAX_OF_ONE else ZERO
            found.rates[-1][1].setdefault(kind, value)
        else:  # of all rates, which may tell it each for itself
            found.totals[kind] = found.totals.get(kind, ZERO) + value
    elif in_sums and kind in (*_TOTALS, _TAX, _PREPAID, _ROUNDED):
        found.totals.setdefault(kind, reading.number(reading.part(row, 1, 2), position, 1, 2))


def _charge_without_amount(reading: Reading, found: _Found) -> None:
    """The amount of a charge that waits for it does not come; what the line costs may tell it."""
    waiting, found.waiting = found.waiting, None
    if waiting is not None and waiting.line is not None:
        waiting.line.without_amount.append(waiting)
    elif waiting is not None:
        reading.fault("charge_without_amount", waiting.position)


def _lines(reading: Reading, found: _Found) -> list[InvoiceLine]:
    """The lines, once it is known whether any of them names its order line."""
    referring = any(line.order_line for line in found.lines)
    as_buyer = reading.as_buyer
    lines, seen = [], set[str]()
    for ordinal, each in enumerate(found.lines, 1):
        said = reading.part(reading.rows[each.position - 1], 1)
        line_id = said or str(ordinal)
        if line_id in seen:
            reading.fault("line_repeated", each.position, 1)
            line_id = f"{line_id}.{ordinal}"
        seen.add(line_id)
        if each.quantity is None:
            reading.fault("segment_missing", each.position, detail="the line has no QTY+47")
        quantity = each.quantity or Quantity(ZERO)
        price = _price(reading, each, quantity)
        if GROSS in each.priced and NET not in each.priced and each.amount is not None:
            price = _agreed(reading, found, each, quantity, price)
        for charge in each.without_amount:
            reading.fault("charge_without_amount", charge.position)
        item, theirs, gtin = reading.items_among(each.ids, each.position)
        order = each.order or found.references.get("ON") or found.references.get("CO", "")
        if not order:
            reading.fault("order_reference_missing", each.position, severity="warning")
        lines.append(
            InvoiceLine(
                line_id, order, each.order_line if referring else said, item, quantity, price,
                each.shipment or found.references.get("DQ", ""), theirs if as_buyer else "", "" if as_buyer else theirs,
                gtin, taxes=tuple(each.taxes),
            )
        )  # fmt: skip
    return lines


def _price(reading: Reading, line: _Line, quantity: Quantity) -> Price:
    priced = next((line.priced[kind] for kind in _PRICES if kind in line.priced), None)
    if priced is not None:
        return reading.price(*priced, quantity.unit)
    if line.amount is not None and quantity.amount > 0:
        reading.fault("price_missing", line.position, detail="the line has no price; its amount is that of all of it")
        return Price(reading.number(*line.amount, 1, 2), reading.currency, quantity)
    reading.fault("price_missing", line.position)
    return Price(ZERO, reading.currency, Quantity(Decimal(1), quantity.unit or EACH))


def _agreed(reading: Reading, found: _Found, line: _Line, quantity: Quantity, price: Price) -> Price:
    """The price of a line that says only what it costs before its allowances: with them it must come to the amount of
    the line. Where one of them says no amount, that tells it; where there is none, it is what all of the line costs."""
    assert line.amount is not None
    text, position = line.amount
    amount = reading.number(text, position, 1, 2)
    missing = amount - worth(price, quantity) - sum((found.charges[index].amount for index in line.charges), ZERO)
    if abs(missing) <= rounding(len(line.charges)):
        return price
    comes_to = f"the gross price {price.amount} and the charges of the line make {amount - missing:.2f}"
    words = f"{comes_to}, its amount is {amount}"
    if not line.charges and not line.without_amount and quantity.amount > 0 and amount >= 0:
        reading.fault("total_mismatch", position, 1, 2, f"{words}: that is taken", "warning")
        return Price(amount, price.currency, quantity)
    if len(line.without_amount) == 1 and (missing < 0) == (line.without_amount[0].kind == ALLOWANCE):
        line.charges.append(len(found.charges))
        found.charges.append(line.without_amount.pop().charge(missing))
    else:
        reading.fault("total_mismatch", position, 1, 2, words)
    return price


def write(invoice: Invoice, writing: Writing) -> list[OutgoingSegment]:
    """The segments of the invoice."""
    hold_credited(invoice)
    writing.currency = invoice.currency
    kind = "381" if invoice.kind == "credit_note" else "380"
    rows: list[OutgoingSegment] = [
        ("BGM", kind, limited("BGM 1004", invoice.number), "9"),
        day("137", invoice.invoiced_on),
    ]
    if invoice.reference:
        rows.append(("RFF", composite("CR", limited("RFF 1154", invoice.reference))))
    rows += [writing.party("SU", invoice.issuer), writing.party("IV", invoice.recipient)]
    if invoice.currency:
        rows.append(("CUX", composite("2", invoice.currency, "4")))
    taxes = [charge for charge in invoice.charges if charge == Charge(TAX_CHARGE, charge.amount)]
    charges = charges_by_line(invoice)
    for charge in charges.get("", ()):
        if charge not in taxes and charge.code not in _OF_SUMS:
            rows += _charge_rows(charge)
    price = GROSS if charges.keys() - {""} else NET
    for line in invoice.lines:
        rows += _line_rows(line, price, writing)
        for charge in charges.get(line.line, ()) if charges else ():
            rows += _charge_rows(charge)
    rows += [
        ("UNS", "S"),
        ("CNT", composite("2", str(len(invoice.lines)))),
        ("MOA", composite("9", number(invoice.total))),
    ]
    if taxes:
        rows.append(("MOA", composite(_TAX, number(sum((charge.amount for charge in taxes), ZERO)))))
    for charge in charges.get("", ()):
        if charge.code == PREPAID_CHARGE:
            rows.append(("MOA", composite(_PREPAID, number(-charge.amount))))
        elif charge.code == ROUNDING_CHARGE:
            rows.append(("MOA", composite(_ROUNDED, number(charge.amount))))
    for tax in invoice.taxes:
        rows += [_tax_row(tax.rate), ("MOA", composite(_TAX_OF_ONE, number(tax.amount)))]
        if tax.taxable is not None:
            rows.append(("MOA", composite(_TAXABLE, number(tax.taxable))))
    return rows


def _charge_rows(charge: Charge) -> list[OutgoingSegment]:
    return [*charged(charge), *map(_tax_row, charge.taxes)]


def _tax_row(rate: TaxRate) -> OutgoingSegment:
    percent = "" if rate.percent is None else composite("", "", "", number(rate.percent))
    return ("TAX", _TAXED, limited("TAX 5153", rate.kind, 3), "", "", percent, limited("TAX 5305", rate.category, 3))


def _line_rows(line: InvoiceLine, price: str, writing: Writing) -> list[OutgoingSegment]:
    rows: list[OutgoingSegment] = [numbered(line.line, line.gtin)]
    rows += writing.items("1", line.item, line.supplier_item, line.buyer_item, line.gtin)
    rows.append(writing.quantity(INVOICED_QUANTITY, line.priced))  # catch weight goods are invoiced by what they weigh
    rows.append(writing.price(line.price, line.priced.unit, price))
    if line.order_number or line.order_line:
        rows.append(
            (
                "RFF",
                composite(
                    "ON", limited("RFF 1154", line.order_number), limited("RFF 1156", line.order_line, LONGEST_LINE)
                ),
            )
        )
    if line.shipment:
        rows.append(("RFF", composite("DQ", limited("RFF 1154", line.shipment))))
    rows += map(_tax_row, line.taxes)
    return rows
