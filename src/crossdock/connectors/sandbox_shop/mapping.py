"""Our words to the shop's. Its orders come through our own API in our own form."""

from __future__ import annotations

from typing import Any

from crossdock.connectors._kit.writing import VendorCall, Writers, plain, segment
from crossdock.connectors.sandbox_shop.client import ORDERS, STOCK_LEVELS
from crossdock.model.publication import AvailabilityPublication, OrderStatusUpdate


def availability(publication: AvailabilityPublication) -> VendorCall:
    """What may be promised. The shop ignores a version lower than its last."""
    payload: dict[str, Any] = {
        "entity": publication.company_id,
        "batch": publication.number,
        "at": publication.at,
        "levels": [
            {"sku": item.item, "quantity": plain(item.quantity), "version": item.version} for item in publication.items
        ],
    }
    return VendorCall(STOCK_LEVELS, payload, "PUT")


def order_status(update: OrderStatusUpdate) -> VendorCall:
    """How an order stands."""
    payload: dict[str, Any] = {
        "sequence": update.sequence,
        "status": update.status,
        "at": update.at,
        "shipment": update.shipment,
        "lines": [{"line": line, "state": state, "quantity": plain(amount)} for line, state, amount in update.lines],
    }
    return VendorCall(f"{ORDERS}/{segment(update.order_number)}/updates", payload)


WRITERS: Writers = {"availability": availability, "order_status": order_status}
