"""A supplier's invoice, which may charge lines of several purchase orders.

The invoice is checked as a whole (lines and charges make the total, charges lie inside the terms) and every order is
asked about its lines. An order answers when the goods are here, or when its patience is over. Once all orders answered
and everything matches, the invoice is approved and posted to the ERP; else accounts payable decides, with the
difference as money at risk, and may approve it as it is.

*Early*: an answer never comes before the question. *Late*: an order that judged a line wrong answers again when the
goods come after all; then the invoice is approved and its exception closes. An order that does not answer at all, most
likely because it does not exist, is asked after. *Duplicate*: the same invoice again changes nothing; the same goods
under another number find nothing left to be paid for. *Repeated*: a newer answer for a line replaces the older; after
approval none changes anything.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from decimal import Decimal

from crossdock.events.intake import DeadlinePassed
from crossdock.events.purchase_order import (
    InvoicedLine,
    InvoiceLinesApproved,
    InvoiceLinesMatched,
    PurchaseOrderLinesInvoiced,
)
from crossdock.events.supplier_documents import SupplierInvoiceApproved, SupplierInvoiceReceived
from crossdock.model.invoice import Invoice, InvoiceLine
from crossdock.model.masterdata import SupplierTerms
from crossdock.model.quantity import ZERO, Money
from crossdock.processes._kit import (
    Case,
    Deadline,
    Effect,
    Emit,
    Lifecycle,
    Line,
    Link,
    Met,
    OpenExceptionCase,
    StandingData,
    StateTable,
    problems,
    tell,
)
from crossdock.rules.match import total_difference, value

TABLE = StateTable(
    {
        "": ("waiting", "mismatched"),
        "waiting": ("matched", "mismatched", "approved"),
        "mismatched": ("matched", "approved"),
        "matched": ("mismatched", "approved"),
    },
    final=("approved",),
)

CODES = {
    "invoice_mismatch": "Total, charges or lines do not match what was ordered and received.",
    "invoice_unanswered": "An order that the invoice names has not answered; it may not exist.",
    "invoice_unknown_supplier": "There is no agreement with who sent the invoice.",
    "supplier_credit_note": "A supplier sent a credit note; it is not matched by itself.",
}
"""Exception codes of this process and what each means."""

# Orders have patience for as long as a receipt may take; a day later they should have answered.
GRACE = dt.timedelta(hours=24)
ANSWERS = "order_answers"


class ChargedLine(Line, omit_defaults=True, kw_only=True):
    """An invoice line and the verdict on it."""

    order_number: str
    order_line: str
    item: str
    amount: Money
    verdict: str = ""
    difference: Money | None = None


class SupplierInvoiceData(StandingData, omit_defaults=True, kw_only=True):
    """A supplier's invoice. `lines` by its own line ids; `unanswered` are the orders still asked."""

    invoice: Invoice | None = None
    """Kept until it is approved and posted."""
    lines: dict[str, ChargedLine] = {}
    unanswered: list[str] = []
    asked_after: bool = False
    faults: dict[str, str] = {}
    """What is wrong with the document as a whole: `code key` -> detail."""
    fault_amount: Decimal = ZERO
    currency: str = ""

    def objections(self) -> tuple[str, ...]:
        """Why accounts payable cannot approve it as it is; empty when it can."""
        if self.invoice is None:
            return ("it is approved",)
        if self.unanswered and not self.asked_after:
            return (f"{', '.join(self.unanswered)} may still answer: the goods may be on their way",)
        if self.invoice.kind == "credit_note":
            return ("it is a credit note: post it in the ERP and close its exception case",)
        return () if self.invoice.issuer.id else ("who sent it is unknown",)


InvoiceCase = Case[SupplierInvoiceData]


def header(data: SupplierInvoiceData) -> str:
    """`waiting` for answers, then `approved` or, for a person, `mismatched`."""
    if data.invoice is None:
        return "approved"
    return "waiting" if data.unanswered else "mismatched"


LIFECYCLE = Lifecycle(
    "supplier_invoice",
    version="1",
    data=SupplierInvoiceData,
    table=TABLE,
    starts=(SupplierInvoiceReceived,),
    header=header,
    finished=lambda data: data.state == "approved",
)


@LIFECYCLE.on(SupplierInvoiceReceived)
def check(case: InvoiceCase, event: SupplierInvoiceReceived) -> Iterator[Effect]:
    """A supplier asks for money: check the sum and ask every order about its lines."""
    invoice, data = event.invoice, case.data
    data.invoice, data.currency = invoice, invoice.currency
    terms = case.reads.supplier_terms(case.company_id, invoice.issuer.id)
    _take_lines(case, invoice)
    _find_faults(case, invoice, terms or SupplierTerms(), known=terms is not None)
    data.unanswered = sorted({line.order_number for line in invoice.lines if line.order_number})
    if invoice.kind == "credit_note":
        data.unanswered = []
    for order in data.unanswered:
        yield from _ask(case, invoice.issuer.id, order, [line for line in invoice.lines if line.order_number == order])
    if data.unanswered:
        hours = (terms or SupplierTerms()).receipt_hours
        yield Deadline(ANSWERS, case.reads.within(case.company_id, case.at, hours) + GRACE)
    yield from _settle(case)


def _take_lines(case: InvoiceCase, invoice: Invoice) -> None:
    for line in invoice.lines:
        amount = Money(value(line.price, line.priced.amount), invoice.currency)
        taken = ChargedLine(order_number=line.order_number, order_line=line.order_line, item=line.item, amount=amount)
        case.data.lines[line.line] = taken
        case.move(line.line, taken, "waiting")
        if not line.order_number:
            taken.verdict, taken.difference = "unknown_order", amount


def _find_faults(case: InvoiceCase, invoice: Invoice, terms: SupplierTerms, *, known: bool) -> None:
    """Check the document as a whole."""
    faults, charges = case.data.faults, sum((charge.amount for charge in invoice.charges), ZERO)
    difference = total_difference(invoice)
    if not known:
        faults["invoice_unknown_supplier"] = f"no agreement with {invoice.issuer.id or invoice.issuer.their_id}"
    if invoice.kind == "credit_note":
        faults["supplier_credit_note"] = f"{invoice.total} {invoice.currency}, for {invoice.reference or 'no invoice'}"
    if len({line.line for line in invoice.lines}) < len(invoice.lines):
        faults["invoice_mismatch repeated"] = "two lines have the same number"
    if not invoice.lines:
        faults["invoice_mismatch lines"] = "the invoice has no lines"
    if difference:
        faults["invoice_mismatch total"] = f"the total differs from lines and charges by {difference}"
    if charges > terms.price_total:
        faults["invoice_mismatch charges"] = f"charges of {charges} were not agreed"
    case.data.fault_amount = abs(difference) + max(charges, ZERO)


def _ask(case: InvoiceCase, issuer: str, order: str, lines: list[InvoiceLine]) -> Iterator[Effect]:
    subject = f"purchase_order/{case.company_id}/{order}"
    invoiced = tuple(InvoicedLine(line.order_line, line.line, line.priced, line.price) for line in lines)
    yield Link(document=subject, role="supplier_invoice")
    yield Emit(PurchaseOrderLinesInvoiced(case.key, case.id, invoiced, issuer), subject)


@LIFECYCLE.on(InvoiceLinesMatched)
def record_match(case: InvoiceCase, event: InvoiceLinesMatched) -> Iterator[Effect]:
    """An order answered, or answered anew because goods came after all."""
    data = case.data
    for match in event.matches if data.invoice else ():
        line = data.lines[match.invoice_line]
        line.verdict, line.difference = match.verdict, match.difference
    if data.unanswered == [event.order_number]:
        yield Met(ANSWERS)
    data.unanswered = [order for order in data.unanswered if order != event.order_number]
    yield from _settle(case)


@LIFECYCLE.on(DeadlinePassed)
def ask_after(case: InvoiceCase, event: DeadlinePassed) -> Iterator[Effect]:
    """Orders should have answered by now."""
    case.data.asked_after = bool(case.data.unanswered)
    yield from _settle(case)


@LIFECYCLE.on(SupplierInvoiceApproved)
def approve(case: InvoiceCase, event: SupplierInvoiceApproved) -> Iterator[Effect]:
    """Accounts payable pays it as it is: tell the orders what is paid for, and post it."""
    data = case.data
    if data.objections():
        return
    charged: dict[str, list[str]] = {}
    for line_id, line in data.lines.items():
        if line.order_number and line.verdict != "matched":
            charged.setdefault(line.order_number, []).append(line_id)
        case.move(line_id, line, "approved")
    for order, lines in charged.items():
        yield Emit(InvoiceLinesApproved(case.id, tuple(lines)), f"purchase_order/{case.company_id}/{order}")
    if data.unanswered:
        yield Met(ANSWERS)
    data.faults, data.unanswered, data.asked_after = {}, [], False
    yield from _post(case)
    yield from problems(data, (), "approved as it is" + (f": {event.reason}" if event.reason else ""))


def _post(case: InvoiceCase) -> Iterator[Effect]:
    """Have the ERP pay it. Two suppliers may use the same number."""
    invoice = case.data.invoice
    if invoice is not None:
        yield from tell(case, "erp", "supplier_invoice", invoice, f"{invoice.issuer.id}.{case.key}")
    case.data.invoice = None


def _settle(case: InvoiceCase) -> Iterator[Effect]:
    """Approve what matches in every respect; tell a person what does not."""
    data = case.data
    if data.invoice is None:
        return
    for line_id, line in data.lines.items():
        if line.verdict:
            case.move(line_id, line, "matched" if line.verdict == "matched" else "mismatched")
    if not data.faults and not data.unanswered and _all_match(data):
        for line_id, line in data.lines.items():
            case.move(line_id, line, "approved")
        yield from _post(case)
    yield from problems(data, _wrong(case), "all lines match")


def _all_match(data: SupplierInvoiceData) -> bool:
    return bool(data.lines) and all(line.verdict == "matched" for line in data.lines.values())


def _wrong(case: InvoiceCase) -> Iterator[OpenExceptionCase]:
    data = case.data
    total = Money(sum((line.amount.amount for line in data.lines.values()), ZERO), data.currency)
    for name, detail in data.faults.items():
        code, _, key = name.partition(" ")
        risk = Money(data.fault_amount, data.currency) if code == "invoice_mismatch" else total
        yield OpenExceptionCase(code, detail, key=key, money_at_risk=risk, owner="accounts_payable")
    if data.asked_after and data.unanswered:
        detail = f"no answer from {', '.join(data.unanswered)}"
        yield OpenExceptionCase("invoice_unanswered", detail, money_at_risk=total, owner="accounts_payable")
    wrong = {line_id: line for line_id, line in data.lines.items() if line.state == "mismatched"}
    if wrong and not data.unanswered:
        detail = "; ".join(_in_words(line_id, line) for line_id, line in wrong.items())
        risk = Money(sum((line.difference.amount for line in wrong.values() if line.difference), ZERO), data.currency)
        yield OpenExceptionCase(
            "invoice_mismatch", detail, lines=tuple(wrong), money_at_risk=risk, owner="accounts_payable"
        )


def _in_words(line_id: str, line: ChargedLine) -> str:
    difference = f", {line.difference.amount} too much" if line.difference else ""
    return f"line {line_id} ({line.order_number} {line.order_line}): {line.verdict.replace('_', ' ')}{difference}"
