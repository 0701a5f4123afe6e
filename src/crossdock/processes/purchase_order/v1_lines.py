"""What a purchase order line stands for, from its buckets alone: state, belief, what is open and what may be paid."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection
from decimal import Decimal
from typing import Literal, NamedTuple

from crossdock.model.masterdata import SupplierTerms
from crossdock.model.quantity import ZERO
from crossdock.processes.purchase_order.v1_data import Believed, PurchaseLine
from crossdock.rules import tolerance
from crossdock.rules.receiving import Counted


class Coming(NamedTuple):
    """What will have come of a line in the end, received included: `firm`, and what is backordered."""

    firm: Decimal
    later: Decimal


def coming(line: PurchaseLine, closed: Collection[str]) -> Coming:
    """What we believe will have come. Of a finished ship notice only what was received; a disputed answer is believed
    where it promises less than was ordered; a rest that is overdue not at all."""
    here = sum(
        notice.received if name in closed or not name else max(notice.announced, notice.received)
        for name, notice in line.notices.items()
    )
    promised = line.agreed
    if line.disputed:
        promised = min(promised, sum((s.answered.amount for s in line.splits if s.kind != "rejected"), ZERO))
    open_quantity = ZERO if line.doubted else max(ZERO, promised - line.covered)
    later = min(line.backordered, open_quantity)
    return Coming(here + open_quantity - later, later)


def counted(line: PurchaseLine, closed: Collection[str]) -> Counted:
    """What was received, and whether that is all that will come."""
    total = coming(line, closed)
    return Counted(line.received_good, line.received_bad, total.firm + total.later <= line.received)


def payable(line: PurchaseLine, terms: SupplierTerms) -> Decimal:
    """What may still be paid for: received well, not beyond what was agreed, not approved before. Of catch weight goods
    nobody can say what part of them weighs: nothing, until all that came was weighed and lies within the agreement."""
    most = tolerance.upper_limit(terms, line.agreed, line.unit) + line.surplus
    if line.is_catch_weight:
        known = line.received_good <= most and line.weighed_good == line.received_good
        return line.weighed - line.approved if known else ZERO
    return min(line.received_good, most) - line.approved


def state_of(line: PurchaseLine, closed: Collection[str]) -> str:
    """Where a line stands, from its buckets alone; but what is paid for before it comes is received before it is
    matched."""
    if line.covered:
        if not line.received:
            return "closed_short" if counted(line, closed).complete else "announced"
        if not counted(line, closed).complete:
            return "partly_received"
        paid = line.approved and line.approved >= line.payable_agreed
        if paid and line.state in ("partly_received", "received", "closed_short"):
            return "matched"
        return "received" if line.received >= line.agreed else "closed_short"
    if not line.agreed:
        return "cancelled" if line.given_up else "rejected"
    if line.disputed:
        return "disputed"
    if line.splits:
        return "backordered" if line.backordered else "acknowledged"
    return "sent" if line.sent else "placed"


def belief(line: PurchaseLine, closed: Collection[str], terms: SupplierTerms) -> dict[str, Believed]:
    """What the ledger should know of a line, and how much of it, all in all, is taken in without asking. Parts once
    told stay, at zero, so that their pegs are freed."""
    total = coming(line, closed)
    notices = [notice.expected_on for name, notice in line.notices.items() if name not in closed and notice.expected_on]
    on = max(notices, default=latest_date(line, backordered=False))
    announced = line.covered >= line.agreed - total.later and line.covered > 0
    sure: Literal["announced", "acknowledged", "ordered"] = (
        "announced" if announced else "acknowledged" if line.splits else "ordered"
    )
    told = {"": Believed(total.firm, on, sure, tolerance.upper_limit(terms, line.agreed, line.unit) + line.surplus)}
    if total.later or "/backorder" in line.believed:
        told["/backorder"] = Believed(total.later, latest_date(line, backordered=True), "acknowledged")
    return told


def promised_on(line: PurchaseLine) -> dt.date:
    """The earliest date on which goods not announced yet should come."""
    splits = [split for split in line.splits if split.kind != "rejected"]
    covered = line.covered
    for due_on, quantity in sorted((split.due_on or line.due_on, split.answered.amount) for split in splits):
        covered -= quantity
        if covered < 0:
            return due_on
    return line.due_on


def latest_date(line: PurchaseLine, *, backordered: bool) -> dt.date:
    """The latest date answered for what is backordered, or for the rest; as ordered where none is said."""
    splits = [
        split for split in line.splits if split.kind != "rejected" and (split.kind == "backordered") is backordered
    ]
    return max((split.due_on for split in splits if split.due_on), default=line.due_on)
