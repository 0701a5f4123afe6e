"""A shortage that is left has an owner and an expected date; one that is gone was shipped or given up."""

from __future__ import annotations

from crossdock.testing.checker.evidence import SHORTAGES, Evidence
from crossdock.testing.checker.ruling import Ruling, shown
from crossdock.testing.checker.sales_documents import Order


def judge(evidence: Evidence, ruling: Ruling) -> None:
    """What customers miss in the end, and every problem that was ever raised about it."""
    for order in evidence.sales.accepted:
        if not evidence.held(order):
            for line_id in order.lines:
                _owned_while_open(evidence, order, line_id, ruling)
    _closed_when_over(evidence, ruling)


def _owned_while_open(evidence: Evidence, order: Order, line_id: str, ruling: Ruling) -> None:
    ever_short = evidence.sales.told_backordered(order, line_id) or bool(evidence.shortages(order, line_id))
    if not ever_short:
        return
    missing = evidence.sales.open_of(order, line_id)
    owners = [problem for problem in evidence.shortages(order, line_id) if problem.is_open]
    what = f"{order.shown} line {line_id}: {shown(missing)} of {order.lines[line_id].item} missing"
    if missing <= 0:
        ruling.holds(True, "")
    elif ruling.holds(bool(owners), f"{what}, and no open exception case owns that"):
        ruling.holds(any(problem.owner for problem in owners), f"{what}: its exception case has no owner")
        ruling.holds(any(problem.expected_on for problem in owners), f"{what}: its exception case has no expected date")


def _closed_when_over(evidence: Evidence, ruling: Ruling) -> None:
    """A problem about a shortage is open exactly as long as one of its lines is short."""
    orders = {order.case: order for order in evidence.sales.orders.values()}
    for problem in evidence.product.problems:
        if problem.code not in SHORTAGES:
            continue
        order = orders.get(problem.case)
        if order is None:
            ruling.fail(f"{problem.code} is about {problem.case}, which nobody ordered")
            continue
        missing = [
            line_id
            for line_id in problem.lines
            if line_id in order.lines and evidence.sales.open_of(order, line_id) > 0
        ]
        if problem.is_open:
            words = f"{order.shown}: {problem.code} is still open although nothing is missing of lines {problem.lines}"
            ruling.holds(bool(missing), words)
            continue
        unowned = [line for line in missing if not any(each.is_open for each in evidence.shortages(order, line))]
        words = f"{order.shown}: {problem.code} was closed although lines {', '.join(unowned)} are still short"
        ruling.holds(not unowned, words)
