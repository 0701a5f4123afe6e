"""What customers hear: their channel is told of every order, the carrier of every shipment, EDI customers of both."""

from __future__ import annotations

from collections import defaultdict
from decimal import Decimal

from crossdock.testing.checker.books import Entry, number
from crossdock.testing.checker.evidence import Evidence
from crossdock.testing.checker.ruling import Ruling
from crossdock.testing.checker.sales_documents import Order


def judge(evidence: Evidence, ruling: Ruling) -> None:
    """Consignments of all shipments; updates, or X12 documents, of all orders that are not held."""
    _carriers(evidence, ruling)
    delivered = _delivered(evidence)
    returned = {order for each in evidence.sales.returns for _, order, _ in each.lines.values()}
    for order in evidence.sales.accepted:
        if evidence.held(order):
            continue
        if order.kind == "retailer":
            _told_by_edi(evidence, order, ruling)
        else:
            _told_by_updates(evidence, order, ruling, delivered, came_back=order.number in returned)


def _carriers(evidence: Evidence, ruling: Ruling) -> None:
    booked = defaultdict(list)
    # What a supplier shipped it booked itself: of that the carrier was asked to tell us.
    for entry in evidence.books.effects("consignment", "tracker"):
        booked[entry.entity, entry.key].append(entry)
    for shipment in evidence.sales.shipments:
        found = booked.pop((shipment.company, shipment.reference), [])
        ruling.once(f"shipment {shipment.number} of {shipment.warehouse} at its carrier", found)
    for company, reference in booked:
        ruling.fail(f"a carrier was booked for {reference} of {company}, which no warehouse shipped")


def _delivered(evidence: Evidence) -> set[tuple[str, str]]:
    """Shipments that reached their customer, by company and what the carrier calls them."""
    told = evidence.books.effects("sent.tracking.updated")
    return {(entry.entity, entry.key) for entry in told if entry.body["data"]["code"] == "DL"}


def _told_by_updates(
    evidence: Evidence, order: Order, ruling: Ruling, delivered: set[tuple[str, str]], *, came_back: bool
) -> None:
    sales = evidence.sales
    updates = sales.updates_of(order)
    if not ruling.holds(bool(updates), f"{order.channel} was told nothing of {order.shown}"):
        return
    carried = evidence.sales.shipments_of(order)
    open_lines = [
        line_id
        for line_id, line in order.lines.items()
        if sales.shipped[(*order.key, line_id)] < line.quantity - sales.given_up(order, line_id)
    ]
    if open_lines or came_back or not carried:
        return
    there = all((shipment.company, shipment.reference) in delivered for shipment in carried)
    wanted = ("delivered",) if there else ("shipped", "delivered")
    told = updates[-1].status
    words = f"{order.channel} was told last that {order.shown} is {told}: {' or '.join(wanted)} expected"
    ruling.holds(told in wanted, words)


def _told_by_edi(evidence: Evidence, order: Order, ruling: Ruling) -> None:
    """An answer to the order; a ship notice per shipment and an invoice line per shipped line."""
    sales = evidence.sales
    answers = sales.answers.get((order.channel, order.number), [])
    ruling.once(f"{order.shown}: answer (855)", answers)
    if answers:
        _answered_in_full(order, answers[0], ruling)
    for shipment in evidence.sales.shipments_of(order):
        notices = sales.notices.get((order.channel, order.company, shipment.reference), [])
        ruling.once(f"{order.shown}: ship notice (856) of {shipment.number}", notices)
        lines = sales.in_order_lines(line for line in shipment.lines if line.order == order.key)
        shipped = {line_id: quantity for (_, _, line_id), quantity in lines.items()}
        if notices:
            ruling.alike(f"{order.shown} in ship notice {shipment.number}", shipped, _told_of(order, notices[0]))
    invoiced: dict[str, Decimal] = defaultdict(Decimal)
    for (channel, company, _), entries in sales.partner_invoices.items():
        if (channel, company) == (order.channel, order.company):
            for line_id, quantity in _told_of(order, entries[0]).items():
                invoiced[line_id] += quantity
    for line_id in order.lines:
        shipped_ = sales.shipped[(*order.key, line_id)]
        ruling.equal(f"{order.shown} line {line_id}: invoiced (810)", shipped_, invoiced.get(line_id, Decimal(0)))


def _answered_in_full(order: Order, entry: Entry, ruling: Ruling) -> None:
    """The answers to a line add up to what was ordered of it."""
    answered: dict[str, Decimal] = defaultdict(Decimal)
    for answer in entry.body["answers"]:
        answered[answer["line"]] += number(answer["qty"])
    for line_id, line in order.lines.items():
        ruling.equal(f"{order.shown} line {line_id}: answered (855)", line.quantity, answered[line_id])


def _told_of(order: Order, entry: Entry) -> dict[str, Decimal]:
    """Quantities by line that a 856 or 810 names of an order; the customer calls its lines as it ordered them."""
    told: dict[str, Decimal] = defaultdict(Decimal)
    for line in entry.body["lines"]:
        if line["order"] == order.number:
            told[line.get("order_line") or line["line"]] += number(line.get("qty"))
    return told
