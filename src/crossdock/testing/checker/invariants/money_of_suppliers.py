"""Suppliers: posted is what they charged, for goods received and agreed; about what differs, a person was asked."""

from __future__ import annotations

from collections import Counter, defaultdict
from decimal import Decimal

from crossdock.testing.checker.books import number
from crossdock.testing.checker.evidence import Evidence
from crossdock.testing.checker.money import ZERO, allowed_totals
from crossdock.testing.checker.product import Terms
from crossdock.testing.checker.purchasing import Charge, LineKey, PurchaseOrder
from crossdock.testing.checker.ruling import Ruling, shown


def judge(evidence: Evidence, ruling: Ruling) -> None:
    """Invoices as posted; then every purchase order line: ordered, received, charged, posted."""
    sent = {charge.key: charge for charge in evidence.purchasing.charges}
    for posted in evidence.purchasing.posted_charges:
        if posted.key in sent:
            _as_sent(sent[posted.key], posted, ruling)
    charged, paid = _by_line(evidence.purchasing.charges), _by_line(evidence.purchasing.posted_charges)
    for order in evidence.purchasing.orders.values():
        for line_id in order.last:
            key = (*order.key, line_id)
            _received_as_agreed(evidence, order, line_id, ruling)
            _paid_as_agreed(evidence, order, line_id, charged[key], paid[key], ruling)


Amounts = list[tuple[Decimal, Decimal]]
"""(quantity, price) of each invoice line."""


def _by_line(charges: list[Charge]) -> dict[LineKey, Amounts]:
    found: dict[LineKey, Amounts] = defaultdict(list)
    for charge in charges:
        for line in charge.lines:
            found[(*line.order, line.line)].append((line.quantity, line.price))
    return found


def _as_sent(sent: Charge, posted: Charge, ruling: Ruling) -> None:
    """The ERP has the invoice as the supplier wrote it."""
    ruling.equal(f"{sent.shown} in the ERP: total", sent.total, posted.total)
    wanted, found = (
        Counter((*line.order, line.line, line.item, line.quantity, line.price) for line in charge.lines)
        for charge in (sent, posted)
    )
    ruling.alike(f"{sent.shown} in the ERP: line", wanted, found)
    allowed = allowed_totals((line.quantity, line.price) for line in posted.lines)
    words = f"{sent.shown}: was posted with {shown(posted.total)}, its lines make {shown(max(allowed))}"
    ruling.holds(posted.total in allowed, words)


def _terms(evidence: Evidence, order: PurchaseOrder) -> Terms:
    return evidence.terms.of(order.company, order.supplier)


def _received_as_agreed(evidence: Evidence, order: PurchaseOrder, line_id: str, ruling: Ruling) -> None:
    """What came lies within the terms around what was ordered or confirmed, or the rest may still be announced, or a
    person was asked."""
    line, terms = order.last[line_id], _terms(evidence, order)
    received = sum(evidence.purchasing.counted[(*order.key, line_id)].values(), ZERO)
    quantities = [ZERO if line.cancelled else line.quantity, *_confirmed(evidence, order, line_id)]
    most = max(quantities) * (100 + terms.quantity_over_percent) / 100
    least = min(quantities) * (100 - terms.quantity_under_percent) / 100
    words = (
        f"{order.shown} line {line_id}: {shown(received)} of {line.item} received, between {shown(least)} and "
        f"{shown(most)} agreed, and nobody was asked"
    )
    if received < least:
        ruling.holds(evidence.owned(order, line_id, "ship_notice"), words)
    else:
        ruling.holds(received <= most or evidence.excused(order, line_id), words)


def _confirmed(evidence: Evidence, order: PurchaseOrder, line_id: str) -> list[Decimal]:
    """The quantity the supplier confirmed, if it did and the ERP was told."""
    told = evidence.purchasing.confirmed(order).get(line_id)
    if told is None:
        return []
    return [sum((number(answer["qty"]) for answer in told if answer["answer"] != "rejected"), ZERO)]


def _paid_as_agreed(
    evidence: Evidence, order: PurchaseOrder, line_id: str, charged: Amounts, paid: Amounts, ruling: Ruling
) -> None:
    """Nothing is paid that did not come in good condition, or at a price that was not agreed; what came is charged and
    posted, or its invoice may still come, or a person was asked."""
    line, terms = order.last[line_id], _terms(evidence, order)
    weighed = evidence.purchasing.weighed.get((*order.key, line_id))
    good = evidence.purchasing.counted[(*order.key, line_id)].get("good", ZERO) if weighed is None else weighed
    what = f"{order.shown} line {line_id} ({line.item})"
    quantity = sum((amount for amount, _ in paid), ZERO)
    ruling.holds(quantity <= good, f"{what}: {shown(quantity)} posted for payment, {shown(good)} received well")
    agreed = _agreed_price(evidence, order, line_id)
    for amount, price in paid:
        more = price - agreed
        within = more <= 0 or (more <= agreed * terms.price_percent / 100 and more * amount <= terms.price_total)
        words = f"{what}: {shown(price)} posted for payment, {shown(agreed)} agreed, and nobody was asked"
        ruling.holds(within or evidence.excused(order, line_id), words)
    due = min(good, line.quantity) if weighed is None else good
    value, owed = sum((a * p for a, p in paid), ZERO), due * agreed
    if quantity < due:
        claimed = sum((amount for amount, _ in charged), ZERO)
        words = (
            f"{what}: {shown(owed)} owed for what was received, {shown(value)} posted, {shown(claimed)} charged, "
            "and nobody was asked"
        )
        owned = evidence.owned(order, line_id, "invoice") if claimed < due else evidence.excused(order, line_id)
        ruling.holds(owned, words)
    else:
        ruling.holds(True, "")


def _agreed_price(evidence: Evidence, order: PurchaseOrder, line_id: str) -> Decimal:
    """The price as ordered in any revision, or as the supplier's answer changed it and the ERP was told."""
    ordered = [revision.lines[line_id].price for revision in order.revisions if line_id in revision.lines]
    told = evidence.purchasing.confirmed(order).get(line_id, [])
    return max([*ordered, *(number(answer["price"]) for answer in told if answer.get("price"))])
