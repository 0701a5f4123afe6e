"""A run in numbers, from the books alone."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from decimal import Decimal

from crossdock.testing.checker.books import Books, Entry, number
from crossdock.testing.checker.evidence import Evidence
from crossdock.testing.checker.invariants.no_document_doubled import retries
from crossdock.testing.checker.purchasing import Purchasing
from crossdock.testing.checker.sales import Sales

ZERO = Decimal(0)


def counts(evidence: Evidence) -> dict[str, object]:
    """Orders, lines and how they went; supply and how it went; documents over several others; retries."""
    books, sales, purchasing = evidence.books, evidence.sales, evidence.purchasing
    return {
        **_orders(sales, purchasing, books),
        **_returns(books),
        **_supply(purchasing, books),
        "situations": _situations(sales, purchasing, books),
        "retries": retries(books),
    }


def _orders(sales: Sales, purchasing: Purchasing, books: Books) -> dict[str, int]:
    found: Counter[str] = Counter()
    shipments: dict[tuple[str, str, str], set[str]] = defaultdict(set)
    for shipment in sales.shipments:
        for shipped in shipment.lines:
            shipments[(*shipped.order, shipped.line)].add(shipment.number)
    for order in sales.orders.values():
        found["orders"] += 1
        found[f"orders_of_{order.channel}"] += 1
        found["orders_accepted"] += order.accepted
        for line_id, line in order.lines.items():
            key = (*order.key, line_id)
            given_up = sales.given_up(order, line_id)
            found["order_lines"] += 1
            found["shipped_lines"] += sales.shipped[key] > 0
            found["backordered_lines"] += sales.told_backordered(order, line_id)
            found["partial_lines"] += len(shipments[key]) > 1 or ZERO < sales.shipped[key] < line.quantity
            found["given_up_lines"] += given_up > 0
            found["shipped_kit_lines"] += sales.shipped[key] > 0 and bool(sales.kits.parts(order.company, line.item))
    found["shipments"] = len(sales.shipments)
    found["drop_shipments"] = len(purchasing.drop_ships.shipments)
    found["delivered_shipments"] = sum(
        entry.body["data"]["code"] == "DL" for entry in books.effects("sent.tracking.updated")
    )
    found["customer_invoices"] = len(sales.invoices)
    return dict(found)


def _returns(books: Books) -> dict[str, int]:
    adjusted = books.effects("sent.stock.adjusted")
    inspected = [line for entry in books.effects("sent.return.inspected") for line in entry.body["data"]["lines"]]
    agreed = books.effects("return.created")
    return {
        "returns": len(agreed),
        "return_lines": sum(len(entry.body["lines"]) for entry in agreed),
        "return_lines_unlinked": sum(not line.get("order") for entry in agreed for line in entry.body["lines"]),
        "returned_lines": len(inspected),
        "restocked_lines": sum(line["verdict"] == "RESTOCK" for line in inspected),
        "scrapped_lines": sum(line["verdict"] == "SCRAP" for line in inspected),
        "adjustments": len(adjusted),
        "adjusted_lines": sum(len(entry.body["data"]["lines"]) for entry in adjusted),
        "credit_notes": len(books.effects("credit_notes")),
    }


def _supply(purchasing: Purchasing, books: Books) -> dict[str, int]:
    found: Counter[str] = Counter()
    charged: dict[tuple[str, str, str], set[Decimal]] = defaultdict(set)
    for charge in purchasing.charges:
        for charged_line in charge.lines:
            charged[(*charged_line.order, charged_line.line)].add(charged_line.price)
    for order in purchasing.orders.values():
        answers = purchasing.answered(order)
        found["purchase_orders_changed"] += len(order.revisions) > 1
        for line_id, line in order.last.items():
            received = purchasing.counted[(*order.key, line_id)]
            total = sum(received.values(), ZERO)
            said = answers.get(line_id, [])
            prices = {number(each["price"]) for each in said} | charged[(*order.key, line_id)]
            found["purchase_order_lines"] += 1
            found["over_received_lines"] += total > line.quantity
            found["short_received_lines"] += ZERO < total < line.quantity
            found["damaged_lines"] += received["damaged"] > 0
            found["quarantined_lines"] += received["quarantined"] > 0
            found["rejected_lines"] += any(each["code"] == "IR" for each in said)
            found["supplier_backordered_lines"] += any(each["code"] == "IB" for each in said)
            found["price_changed_lines"] += bool(prices - {line.price})
    return {
        "purchase_orders": len(purchasing.orders),
        "acknowledged": len({entry.body["order"] for entry in purchasing.answers}),
        "ship_notices": len(purchasing.notices),
        "received": len(purchasing.receipts),
        "supplier_invoices": len(purchasing.charges),
        "matched": len(purchasing.posted_charges),
        "documents_sent_twice": len(books.effects("sent_again.855", "sent_again.856", "sent_again.810")),
        **found,
    }


def _situations(sales: Sales, purchasing: Purchasing, books: Books) -> dict[str, int]:
    """Documents over several others."""
    orders_of_notice: dict[object, set[str]] = defaultdict(set)
    for notice in purchasing.notices:
        orders_of_notice[notice.system, notice.key].update(line["po"] for line in notice.body["lines"])
    notices_of_receipt = {
        (entry.system, entry.key): set(entry.body["data"]["advices_closed"]) for entry in purchasing.receipts
    }
    receipts_of_notice: dict[object, set[object]] = defaultdict(set)
    for entry in purchasing.receipts:
        for notice_number in entry.body["data"]["advices_closed"]:
            receipts_of_notice[entry.body["data"]["vendor"], notice_number].add((entry.system, entry.key))
    receipts_of_invoice = _receipts_of_invoices(books.effects("sent.810"), receipts_of_notice)
    shipments_of_order: dict[object, set[str]] = defaultdict(set)
    for shipment in sales.shipments:
        for line in shipment.lines:
            shipments_of_order[line.order].add(shipment.number)
    return {
        "ship_notice_over_two_orders": _several(orders_of_notice.values()),
        "receipt_over_two_ship_notices": _several(notices_of_receipt.values()),
        "invoice_over_two_receipts": _several(receipts_of_invoice.values()),
        "shipment_of_two_orders": _several({order for _, order in each.channels} for each in sales.shipments),
        "order_in_two_shipments": _several(shipments_of_order.values()),
    }


def _receipts_of_invoices(
    invoices: list[Entry], receipts_of_notice: Mapping[object, set[object]]
) -> dict[object, set[object]]:
    return {
        (entry.system, entry.key): {
            receipt
            for line in entry.body["lines"]
            for receipt in receipts_of_notice.get((entry.system, line.get("notice", "")), ())
        }
        for entry in invoices
    }


def _several(groups: Iterable[set[str]] | Iterable[set[object]] | Iterable[set[tuple[str, str]]]) -> int:
    return sum(len(group) > 1 for group in groups)
