"""Customers: invoiced is shipped at the ordered price, and every charge once; credited is returned at its price."""

from __future__ import annotations

from collections import Counter
from decimal import Decimal

from crossdock.testing.checker.books import number
from crossdock.testing.checker.evidence import Evidence
from crossdock.testing.checker.money import ZERO, allowed_totals
from crossdock.testing.checker.ruling import Ruling, shown
from crossdock.testing.checker.sales_documents import Invoice, Order


def judge(evidence: Evidence, ruling: Ruling) -> None:
    """Prices at the ERP, invoices of each order, each invoice by itself, credit notes, copies for EDI customers."""
    for order in evidence.sales.accepted:
        _order(evidence, order, ruling)
    for invoice in evidence.sales.invoices:
        _adds_up(invoice, ruling)
        _belongs_to_its_customer(evidence, invoice, ruling)
    for returned in evidence.sales.returns:
        for note in evidence.sales.credits_of(returned):
            _adds_up(note, ruling)
            for line_id, line in zip(note.return_lines, note.lines, strict=True):
                agreed = returned.lines.get(line_id)
                price = agreed[0].price if agreed else None
                ruling.equal(f"credit note {note.number} line {line_id}: price", price, line.price)
    _copies(evidence, ruling)


def _order(evidence: Evidence, order: Order, ruling: Ruling) -> None:
    sales = evidence.sales
    posted = sales.posted.get(order.key, [])
    for row in posted[0].body["lines"] if posted else ():
        line = order.lines.get(row["line"])
        if line is not None:
            ruling.equal(f"{order.shown} line {row['line']} in the ERP: price", line.price, number(row.get("price")))
    charges = _charges(order, [(one["code"], number(one["amount"])) for one in posted[0].body.get("charges", ())]
                       if posted else [])  # fmt: skip
    if posted and order.charges is not None:
        told = Counter((one["code"], number(one["amount"])) for one in posted[0].body.get("charges", ()))
        ruling.alike(f"{order.shown} in the ERP: charge", charges, told)
    invoices = sales.invoices_of(order)
    for invoice in invoices:
        for sold in invoice.lines:
            if sold.order == order.key and sold.line in order.lines:
                agreed = order.lines[sold.line].price
                ruling.equal(f"{invoice.shown}: price of {order.shown} line {sold.line}", agreed, sold.price)
    if invoices:
        _whole_order(evidence, order, invoices, charges, ruling)


def _charges(order: Order, posted: list[tuple[str, Decimal]]) -> Counter[tuple[str, Decimal]]:
    """The order's charges; of an EDI order the ERP's, because the customer's book does not say."""
    return Counter(posted if order.charges is None else order.charges)


def _whole_order(
    evidence: Evidence, order: Order, invoices: list[Invoice], charges: Counter[tuple[str, Decimal]], ruling: Ruling
) -> None:
    """All invoices together: everything that shipped at its price, and the charges once."""
    ids = {id(invoice) for invoice in invoices}
    alone = [each for each in invoices if all(line.order == order.key for line in each.lines)]
    told = Counter(charge for invoice in alone for charge in invoice.charges)
    ruling.alike(f"{order.shown}: charge over all invoices", charges, told)
    if len(alone) < len(ids):
        return  # an invoice over several orders: its total cannot be divided between them
    owed = sum(
        (evidence.sales.owed_for[(*order.key, line_id)] * line.price for line_id, line in order.lines.items()),
        sum((amount for _, amount in charges.elements()), ZERO),
    )
    total = sum((invoice.total for invoice in invoices), ZERO)
    lines = sum(len(invoice.lines) for invoice in invoices)
    rounding = Decimal("0.005") * max(lines, len(invoices)) if owed != owed.quantize(Decimal("0.01")) else ZERO
    words = f"{order.shown}: {shown(owed)} owed for what shipped and its charges, {shown(total)} invoiced"
    ruling.holds(abs(total - owed) <= rounding, words)


def _adds_up(invoice: Invoice, ruling: Ruling) -> None:
    lines = [(line.paid_for, line.price) for line in invoice.lines]
    allowed = allowed_totals(lines, sum((amount for _, amount in invoice.charges), ZERO))
    words = f"{invoice.shown}: total {shown(invoice.total)}, lines and charges make {shown(max(allowed))}"
    ruling.holds(invoice.total in allowed, words)


def _belongs_to_its_customer(evidence: Evidence, invoice: Invoice, ruling: Ruling) -> None:
    for key in sorted({line.order for line in invoice.lines}):
        order = evidence.sales.orders.get(key)
        if order is not None:
            ruling.equal(f"{invoice.shown}: customer of {order.shown}", order.customer, invoice.customer)


def _copies(evidence: Evidence, ruling: Ruling) -> None:
    """An EDI customer is asked for exactly what the ERP was told."""
    posted = {(invoice.company, invoice.number): invoice for invoice in evidence.sales.invoices}
    for (customer, company, number_), entries in evidence.sales.partner_invoices.items():
        invoice = posted.get((company, number_))
        what = f"invoice {number_} of {company} to {customer}"
        if not ruling.holds(invoice is not None, f"{what} is not in the ERP") or invoice is None:
            continue
        body = entries[0].body
        ruling.equal(f"{what}: total", invoice.total, number(body["total_cents"]) / 100)
        wanted = Counter((line.line, line.paid_for, line.price) for line in invoice.lines)
        found = Counter(
            (line.get("order_line") or line["line"], number(line["qty"]), number(line["price"]))
            for line in body["lines"]
        )
        ruling.alike(f"{what}: line", wanted, found)
