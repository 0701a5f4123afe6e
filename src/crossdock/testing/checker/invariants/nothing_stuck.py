"""Everything came to its end: nothing waits without a reason, and of every order line all is accounted for."""

from __future__ import annotations

from decimal import Decimal

from crossdock.testing.checker.evidence import Evidence
from crossdock.testing.checker.product import Unanswered
from crossdock.testing.checker.ruling import Ruling, shown
from crossdock.testing.checker.sales_documents import Order

ZERO = Decimal(0)
WORK = ("events", "deliveries", "deadlines", "documents")


def judge(evidence: Evidence, ruling: Ruling) -> None:
    """Our own work, dead letters, orders, goods in warehouses, goods on the way."""
    _no_work_left(evidence, ruling)
    _dead_letters_owned(evidence, ruling)
    for order in evidence.sales.orders.values():
        _answered(order, ruling)
        if order.accepted and not evidence.held(order):
            _accounted_for(evidence, order, ruling)
    _released_is_shipped(evidence, ruling)
    _goods_arrived(evidence, ruling)
    _returns_finished(evidence, ruling)


def _no_work_left(evidence: Evidence, ruling: Ruling) -> None:
    left = evidence.product.doctor.get("work_left")
    if not isinstance(left, dict):
        raise Unanswered("`doctor --json` does not say what work is left")
    for kind in WORK:
        ruling.equal(f"{kind} still to be worked on", 0, int(left[kind]))


def _dead_letters_owned(evidence: Evidence, ruling: Ruling) -> None:
    """What is no longer tried has an open exception case that names it."""
    ruling.holds(True, "")
    for letter in evidence.product.dead_letters:
        number = str(letter["number"])
        owned = any(
            problem.is_open and number in problem.key + problem.detail
            for problem in evidence.product.problems_of(str(letter["case_id"]))
        )
        what = f"{letter.get('document', '')} {number} to {letter.get('system', '')}"
        words = f"dead letter {what} has no open exception case that names it"
        ruling.holds(owned, words)


def _answered(order: Order, ruling: Ruling) -> None:
    if order.asked:
        ruling.holds(bool(order.answers), f"{order.shown} was placed and never answered")


def _accounted_for(evidence: Evidence, order: Order, ruling: Ruling) -> None:
    """ordered = shipped + backordered + given up; what is backordered somebody knows of."""
    sales = evidence.sales
    for line_id, line in order.lines.items():
        shipped, given_up = sales.shipped[(*order.key, line_id)], sales.given_up(order, line_id)
        owned = any(problem.is_open for problem in evidence.shortages(order, line_id))
        backordered = sales.open_of(order, line_id) if owned else ZERO
        words = (
            f"{order.shown} line {line_id}: {shown(line.quantity)} of {line.item} ordered, {shown(shipped)} shipped, "
            f"{shown(backordered)} backordered, {shown(given_up)} given up"
        )
        ruling.holds(line.quantity == shipped + backordered + given_up, words)


def _released_is_shipped(evidence: Evidence, ruling: Ruling) -> None:
    left = {(shipment.company, reference) for shipment in evidence.sales.shipments
            for reference, _ in shipment.by_reference}  # fmt: skip
    for shipping in evidence.sales.shipping_orders:
        words = f"{shipping.reference} of {shipping.company} never left {shipping.warehouse}"
        ruling.holds((shipping.company, shipping.reference) in left, words)


def _goods_arrived(evidence: Evidence, ruling: Ruling) -> None:
    """Every truck was unloaded: a receipt closed its ship notice."""
    closed = {
        (entry.entity, entry.body["data"]["vendor"], notice)
        for entry in evidence.purchasing.receipts
        for notice in entry.body["data"]["advices_closed"]
    }
    for truck in evidence.purchasing.sent_goods:
        words = f"goods of ship notice {truck.key} of {truck.system} to {truck.entity} were never received"
        ruling.holds((truck.entity, truck.system, truck.key) in closed, words)


def _returns_finished(evidence: Evidence, ruling: Ruling) -> None:
    """Every agreed return was received and inspected."""
    for step in ("received", "inspected"):
        done = {(entry.entity, entry.key) for entry in evidence.books.effects(f"sent.return.{step}")}
        for returned in evidence.sales.returns:
            words = f"return {returned.number} of {returned.company} was never {step}"
            ruling.holds((returned.company, returned.number) in done, words)
