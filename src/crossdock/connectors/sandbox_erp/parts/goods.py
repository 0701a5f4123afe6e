"""What the ERP is told of goods: what was received, corrected, and what else came or left."""

from __future__ import annotations

from typing import Any

from crossdock.connectors._kit.writing import VendorCall, plain, qty, weighed
from crossdock.model.fulfillment import GoodsMovement, InventoryAdjustment
from crossdock.model.ship_notice import GoodsReceipt


def posting(kind: str, payload: dict[str, Any]) -> VendorCall:
    """A posting of a kind."""
    return VendorCall(f"/api/v1/postings/{kind}", payload)


def goods_receipt(receipt: GoodsReceipt) -> VendorCall:
    """What a warehouse received."""
    return posting(
        "goods_receipts",
        {
            "entity": receipt.company_id,
            "receipt": receipt.number,
            "site": receipt.warehouse,
            "received_at": receipt.received_at,
            "lines": [
                {
                    "line": line.line,
                    "po_number": line.order_number,
                    "po_line": line.order_line,
                    "item": line.item,
                    **qty(line.quantity),
                    **weighed(line.second),
                    "condition": line.condition,
                }
                for line in receipt.lines
            ],
        },
    )


def inventory_adjustment(adjustment: InventoryAdjustment) -> VendorCall:
    """A correction booked by a warehouse."""
    return posting(
        "stock_adjustments",
        {
            "entity": adjustment.company_id,
            "site": adjustment.warehouse,
            "number": adjustment.number,
            "at": adjustment.at,
            "lines": [
                {
                    "line": line.line,
                    "item": line.item,
                    **qty(line.quantity),
                    **weighed(line.second),
                    "reason": line.reason,
                }
                for line in adjustment.lines
            ],
        },
    )


def goods_movement(moved: GoodsMovement) -> VendorCall:
    """What came to a site or left it."""
    return posting(
        "goods_movements",
        {
            "entity": moved.company_id,
            "site": moved.location,
            "number": moved.number,
            "at": moved.at,
            "reason": moved.reason,
            "lines": [
                {"line": line.line, "item": line.item, "qty": plain(line.quantity), **weighed(line.second)}
                for line in moved.lines
            ],
        },
    )
