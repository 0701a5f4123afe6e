"""Counts the situations a run must contain: documents over several others, and lines that went differently."""

from __future__ import annotations

from collections import Counter, defaultdict


class Situations:
    """Who carried what, seen from above all systems of the process."""

    def __init__(self) -> None:
        self._orders_of_notice: dict[str, set[str]] = defaultdict(set)
        self._notices_of_receipt: dict[str, set[str]] = defaultdict(set)
        self._receipts_of_notice: dict[str, set[str]] = defaultdict(set)
        self._notices_of_invoice: dict[str, set[str]] = defaultdict(set)
        self._orders_of_shipment: dict[str, set[str]] = defaultdict(set)
        self._shipments_of_order: dict[str, set[str]] = defaultdict(set)
        self._shipments_of_line: dict[str, set[str]] = defaultdict(set)
        self.lines: Counter[str] = Counter()

    def noticed(self, notice: str, order: str) -> None:
        """A ship notice names a purchase order."""
        self._orders_of_notice[notice].add(order)

    def received(self, receipt: str, notice: str) -> None:
        """A receipt covers a ship notice."""
        self._notices_of_receipt[receipt].add(notice)
        self._receipts_of_notice[notice].add(receipt)

    def invoiced(self, invoice: str, notice: str) -> None:
        """An invoice charges what a ship notice announced."""
        self._notices_of_invoice[invoice].add(notice)

    def shipped(self, shipment: str, order: str, line: str) -> None:
        """A shipment carries a line of a sales order."""
        self._orders_of_shipment[shipment].add(order)
        self._shipments_of_order[order].add(shipment)
        self._shipments_of_line[f"{order}/{line}"].add(shipment)

    def summary(self) -> dict[str, int]:
        """How often each situation came about so far."""
        receipts = {
            invoice: {receipt for notice in notices for receipt in self._receipts_of_notice.get(notice, ())}
            for invoice, notices in self._notices_of_invoice.items()
        }
        return {
            "ship_notice_over_two_orders": _several(self._orders_of_notice),
            "receipt_over_two_ship_notices": _several(self._notices_of_receipt),
            "invoice_over_two_receipts": _several(receipts),
            "shipment_of_two_orders": _several(self._orders_of_shipment),
            "order_in_two_shipments": _several(self._shipments_of_order),
            "line_in_two_shipments": _several(self._shipments_of_line),
        } | dict(sorted(self.lines.items()))


def _several(groups: dict[str, set[str]]) -> int:
    return sum(len(members) > 1 for members in groups.values())
