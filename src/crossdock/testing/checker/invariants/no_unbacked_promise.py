"""Nothing was promised that was not there.

From inside: the ledger's own proof, which knows what was free at every grant; it counts as one fact, for here nothing
is compared. From outside: a warehouse was never asked to ship more of an article than had come to it by then, and every
order that asked for stock got what it was granted; no warehouse waits for its goods. What goes from a receipt straight
to customers came with that receipt, and in good order.
"""

from __future__ import annotations

from collections import defaultdict
from decimal import Decimal

from crossdock.testing.checker.books import number
from crossdock.testing.checker.evidence import Evidence
from crossdock.testing.checker.ruling import Ruling, shown
from crossdock.testing.checker.warehouse import steps

ZERO = Decimal(0)


def judge(evidence: Evidence, ruling: Ruling) -> None:
    """The proof, the floor, the end."""
    _proved(evidence, ruling)
    for warehouse in evidence.warehouses.names:
        _never_more_than_came(evidence, warehouse, ruling)
        _straight_from_what_came(evidence, warehouse, ruling)
    _granted_and_shipped(evidence, ruling)


def _proved(evidence: Evidence, ruling: Ruling) -> None:
    proof = evidence.product.stock_verification
    grants = int(proof.get("compared", {}).get("asked_grants_are_backed", 0))
    ruling.holds(grants > 0, "the ledger's proof looked at no grant")
    for wrong in proof.get("discrepancies", ()):
        law, where = wrong.get("law", ""), wrong.get("where", "")
        ruling.fail(f"ledger, {law}, {where}: {wrong.get('expected')} expected, {wrong.get('found')} found")


def _never_more_than_came(evidence: Evidence, warehouse: str, ruling: Ruling) -> None:
    """Whatever we granted, the warehouse had by then: all it opened with, received, found and put back, against all
    it was ever asked to ship. What it lost is not counted against us: it may have told us a moment later."""
    came: dict[tuple[str, str], Decimal] = defaultdict(Decimal)
    asked_for: dict[tuple[str, str], Decimal] = defaultdict(Decimal)
    for (company, item, _), quantity in evidence.warehouses.opening(warehouse).items():
        came[company, item] += quantity
    for entry in evidence.books.effects_of(warehouse):
        if entry.kind in ("sent.order.picked", "sent.stock.held"):
            continue  # still among what came
        for step in steps(entry):
            company, item, _, condition = step.level
            if condition == "unrestricted" and step.quantity > 0:
                came[company, item] += step.quantity
        if entry.kind != "shipping_order":
            continue
        for line in entry.body["lines"]:
            key = (entry.body["owner"], line["sku"])
            asked_for[key] += number(line["qty"])
            words = (
                f"{warehouse} was asked by {entry.key} to ship {key[1]} of {key[0]}: {shown(asked_for[key])} in all, "
                f"where {shown(came[key])} had come"
            )
            ruling.holds(asked_for[key] <= came[key], words)


def _straight_from_what_came(evidence: Evidence, warehouse: str, ruling: Ruling) -> None:
    """Of no receipt more was to go straight out than the warehouse had told us of by then."""
    left: dict[tuple[str, str, str], Decimal] = defaultdict(Decimal)
    for entry in evidence.books.effects_of(warehouse):
        body = entry.body
        if entry.kind == "sent.receipt.confirmed":
            for line in body["data"]["lines"]:
                if line["condition"] == "OK":
                    left[body["data"]["owner"], body["data"]["receipt"], line["sku"]] += number(line["qty"])
        if entry.kind != "shipping_order" or not body.get("cross_dock"):
            continue
        for line in body["lines"]:
            key = (body["owner"], body["cross_dock"], line["sku"])
            left[key] -= number(line["qty"])
            words = (
                f"{warehouse} was asked by {entry.key} to ship {key[2]} of {key[0]} straight from receipt {key[1]}: "
                f"{shown(-left[key])} more than came with it"
            )
            ruling.holds(left[key] >= ZERO, words)


def _granted_and_shipped(evidence: Evidence, ruling: Ruling) -> None:
    """What was asked for and granted has left its warehouse; told orders are judged by `nothing_stuck`."""
    left = {reference for shipment in evidence.sales.shipments for reference, _ in shipment.by_reference}
    for shipping in evidence.sales.shipping_orders:
        order = evidence.sales.orders.get(shipping.lines[0].order) if shipping.lines else None
        if order is not None and order.asked:
            what = f"{shipping.reference}, which {order.channel} had asked for"
            words = f"{shipping.warehouse} still waits for goods to ship {what}"
            ruling.holds(shipping.reference in left, words)
