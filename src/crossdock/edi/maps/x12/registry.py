"""Which module reads a set type and which writes a document."""

from __future__ import annotations

from collections.abc import Callable

import msgspec

from crossdock.edi.kernel.writing import CannotWrite
from crossdock.edi.maps.x12 import (
    functional_acknowledgement,
    inventory_report,
    invoice,
    purchase_order,
    purchase_order_acknowledgement,
    purchase_order_change,
    ship_notice,
)
from crossdock.edi.maps.x12.reading import Reading
from crossdock.edi.maps.x12.writing import Writing
from crossdock.edi.x12.writer import OutgoingSegment
from crossdock.model.acknowledgement import FunctionalAcknowledgement
from crossdock.model.fulfillment import InventoryReport
from crossdock.model.invoice import Invoice
from crossdock.model.purchase_order import PurchaseOrder, PurchaseOrderAcknowledgement, PurchaseOrderChange
from crossdock.model.ship_notice import ShipNotice

READERS: dict[str, Callable[[Reading], msgspec.Struct | None]] = {
    "850": purchase_order.read,
    "855": purchase_order_acknowledgement.read,
    "856": ship_notice.read,
    "860": purchase_order_change.read,
    "810": invoice.read,
    "846": inventory_report.read,
    "997": functional_acknowledgement.read,
}


def set_type(document: str) -> str:
    """The set that carries a document."""
    found = _SET_OF.get(document)
    if found is None:
        raise CannotWrite(f"no transaction set carries {document!r}")
    return found


def segments_of(body: msgspec.Struct, writing: Writing) -> tuple[str, list[OutgoingSegment]]:
    """The set type and segments of a business object."""
    match body:
        case PurchaseOrder():
            return "850", purchase_order.write(body, writing)
        case PurchaseOrderChange():
            return "860", purchase_order_change.write(body, writing)
        case PurchaseOrderAcknowledgement():
            return "855", purchase_order_acknowledgement.write(body, writing)
        case ShipNotice():
            return "856", ship_notice.write(body, writing)
        case Invoice():
            return "810", invoice.write(body, writing)
        case InventoryReport():
            return "846", inventory_report.write(body, writing)
        case FunctionalAcknowledgement():
            return "997", functional_acknowledgement.write(body)
    raise CannotWrite(f"no transaction set carries a {type(body).__name__}")


_SET_OF = {
    "purchase_order": "850",
    "purchase_order_acknowledgement": "855",
    "ship_notice": "856",
    "inventory_report": "846",
    "purchase_order_change": "860",
    "invoice": "810",
    "supplier_invoice": "810",
    "credit_note": "810",
    "functional_acknowledgement": "997",
}
