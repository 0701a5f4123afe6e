"""Which module reads a message and which writes a document, of those that have a map of their own."""

from __future__ import annotations

from collections.abc import Callable

import msgspec

from crossdock.edi.edifact.writer import OutgoingMessage, OutgoingSegment, joined_where_they_can
from crossdock.edi.kernel.writing import CannotWrite
from crossdock.edi.maps.context import MapContext
from crossdock.edi.maps.edifact import contrl, desadv, invoic, orders, ordrsp
from crossdock.edi.maps.edifact.reading import Reading
from crossdock.edi.maps.edifact.writing import Writing
from crossdock.model.acknowledgement import SyntaxReport
from crossdock.model.invoice import Invoice
from crossdock.model.purchase_order import PurchaseOrder, PurchaseOrderAcknowledgement
from crossdock.model.ship_notice import ShipNotice

MESSAGE_READERS: dict[str, tuple[str, Callable[[Reading], msgspec.Struct | None]]] = {
    "CONTRL": ("syntax_report", contrl.read),
    "DESADV": ("ship_notice", desadv.read),
    "INVOIC": ("invoice", invoic.read),
    "ORDERS": ("purchase_order", orders.read),
    "ORDRSP": ("purchase_order_acknowledgement", ordrsp.read),
}
"""Message type -> the document it carries, and what reads it."""
_USUAL = "D:96A:UN"


def own_message(document: str, body: msgspec.Struct, context: MapContext, version: str) -> OutgoingMessage:
    """The message for a document. Raises `CannotWrite`."""
    if document == "syntax_report" and isinstance(body, SyntaxReport):
        return OutgoingMessage("CONTRL", version or contrl.VERSION, contrl.write(body, Writing(context)))
    version = version or _USUAL
    match document, body:
        case "purchase_order", PurchaseOrder():
            return _joined("ORDERS", version, lambda: orders.write(body, Writing(context)))
        case "purchase_order_acknowledgement", PurchaseOrderAcknowledgement():
            return _joined("ORDRSP", version, lambda: ordrsp.write(body, Writing(context)))
        case "ship_notice", ShipNotice():
            return _joined("DESADV", version, lambda: desadv.write(body, Writing(context)))
        case "invoice" | "supplier_invoice" | "credit_note", Invoice():
            return _joined("INVOIC", version, lambda: invoic.write(body, Writing(context)))
    raise CannotWrite(f"no EDIFACT message of ours carries a {document} ({type(body).__name__})")


def _joined(kind: str, version: str, make: Callable[[], list[OutgoingSegment]]) -> OutgoingMessage:
    return OutgoingMessage(kind, version, joined_where_they_can(make), joined=True)
