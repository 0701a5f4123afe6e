"""Two runs of the same data: one undisturbed, one not. What customers asked for and got must be the same.

What the ERP orders from suppliers, and so the numbers of receipts and shipments, follows from when things happened and
may differ. What may not: which orders were accepted, what each system was told per key of theirs, and, per article,
what was ordered, shipped, left short and given up. Which order was short may differ, and is listed.
"""

from __future__ import annotations

import hashlib
import json
from collections import defaultdict
from decimal import Decimal

from crossdock.testing.checker.books import Body, number, plain
from crossdock.testing.checker.evidence import Evidence
from crossdock.testing.checker.ruling import Ruling
from crossdock.testing.checker.sales_documents import Order

NAME = "same_as_baseline"
ZERO = Decimal(0)
Ledger = dict[str, dict[str, object]]


def ledger(evidence: Evidence) -> Ledger:
    """What of a run can be compared with another: by name, a fact as JSON can hold it."""
    return {
        "accepted": {order.case: True for order in evidence.sales.accepted},
        "effects": _effects(evidence),
        "items": _items(evidence),
        "lines": _lines(evidence),
    }


def _effects(evidence: Evidence) -> dict[str, object]:
    """What the outside got under keys that do not depend on when it happened."""
    sales, found = evidence.sales, dict[str, object]()
    for (company, number_), entries in sales.posted.items():
        found[f"erp sales order {company} {number_}"] = [_digest(entry.body) for entry in entries]
    for order in sales.accepted:
        if sales.invoices_of(order):
            complete = not any(_left(evidence, order, line_id) for line_id in order.lines)
            total = sum((invoice.total for invoice in sales.invoices_of(order)), ZERO)
            found[f"erp invoiced {order.case}"] = plain(total) if complete else "in part"
    for entry in evidence.books.effects("return_advice"):
        found[f"{entry.system} return advice {entry.entity} {entry.key}"] = _digest(entry.body)
    for returned in sales.returns:
        credited = sum((note.total for note in sales.credits_of(returned)), ZERO)
        found[f"erp credited {returned.company} {returned.number}"] = plain(credited)
    for entry in evidence.books.effects("stock_adjustments"):
        lines = [(line["item"], plain(number(line["qty"]))) for line in entry.body["lines"]]
        found[f"erp adjustment {entry.entity} {entry.key}"] = json.dumps(lines)
    return found


def _digest(body: Body) -> str:
    """Content without the times at which it was said."""
    kept = {name: value for name, value in body.items() if name not in ("at", "ordered_at", "date", "received_at")}
    return hashlib.blake2b(json.dumps(kept, sort_keys=True, default=str).encode(), digest_size=8).hexdigest()


def _left(evidence: Evidence, order: Order, line_id: str) -> Decimal:
    line, sales = order.lines[line_id], evidence.sales
    return line.quantity - sales.shipped[(*order.key, line_id)] - sales.given_up(order, line_id)


def _items(evidence: Evidence) -> dict[str, object]:
    sums: dict[str, dict[str, Decimal]] = defaultdict(lambda: defaultdict(Decimal))
    for order in evidence.sales.accepted:
        held = evidence.held(order)
        for line_id, line in order.lines.items():
            total = sums[f"{order.company} {line.item}"]
            total["ordered"] += line.quantity
            total["shipped"] += evidence.sales.shipped[(*order.key, line_id)]
            total["given_up"] += evidence.sales.given_up(order, line_id)
            total["held" if held else "backordered"] += _left(evidence, order, line_id)
    return {item: {name: plain(value) for name, value in sorted(each.items())} for item, each in sorted(sums.items())}


def _lines(evidence: Evidence) -> dict[str, object]:
    """How each line went: was it short on the way, and what is left open."""
    found: dict[str, object] = {}
    for order in evidence.sales.accepted:
        for line_id in order.lines:
            short = evidence.sales.told_backordered(order, line_id)
            found[f"{order.case} line {line_id}"] = f"short {short}, open {plain(_left(evidence, order, line_id))}"
    return found


def compare(before: Ledger, now: Ledger, ruling: Ruling) -> list[str]:
    """Judge this run against the undisturbed one; returns which lines were short in one and not in the other."""
    for part in ("accepted", "effects", "items"):
        for name in sorted(before.get(part, {}).keys() | now[part].keys()):
            ruling.equal(f"{part}: {name}", before.get(part, {}).get(name, "nothing"), now[part].get(name, "nothing"))
    lines = before.get("lines", {})
    return [
        f"{name}: {lines.get(name, 'nothing')} before, {now['lines'].get(name, 'nothing')} now"
        for name in sorted(lines.keys() | now["lines"].keys())
        if lines.get(name) != now["lines"].get(name)
    ]
