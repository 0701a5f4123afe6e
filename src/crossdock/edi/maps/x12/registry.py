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
    "865": purchase_order_acknowledgement.read_change,
    "810": invoice.read,
    "846": inventory_report.read,
    "997": functional_acknowledgement.read,
    "999": functional_acknowledgement.read_implementation,
}


def set_type(document: str) -> str:
    """The set that carries a document."""
    found = _SET_OF.get(document)
    if found is None:
        raise CannotWrite(f"no transaction set carries {document!r}")
    return found


def segments_of(kind: str, body: msgspec.Struct, writing: Writing) -> list[OutgoingSegment]:
    """The segments of a business object in a set."""
    match kind, body:
        case "850", PurchaseOrder():
            return purchase_order.write(body, writing)
        case "860", PurchaseOrderChange():
            return purchase_order_change.write(body, writing)
        case "855", PurchaseOrderAcknowledgement():
            return purchase_order_acknowledgement.write(body, writing)
        case "865", PurchaseOrderAcknowledgement():
            return purchase_order_acknowledgement.write(body, writing, purchase_order_acknowledgement.TO_CHANGE)
        case "856", ShipNotice():
            return ship_notice.write(body, writing)
        case "810", Invoice():
            return invoice.write(body, writing)
        case "846", InventoryReport():
            return inventory_report.write(body, writing)
        case "997", FunctionalAcknowledgement():
            return functional_acknowledgement.write(body)
        case "999", FunctionalAcknowledgement():
            return functional_acknowledgement.write(body, functional_acknowledgement.IMPLEMENTATION)
    raise CannotWrite(f"a {type(body).__name__} does not fit into a set {kind}")


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
    "purchase_order_change_acknowledgement": "865",
    "implementation_acknowledgement": "999",
}
