"""Maps between documents and canonical objects. Pure: garbage gives faults, never an exception.

Each map's first lines say which elements carry which fields; those are the declared fields, and reading what was
written gives them back exactly. What X12 has no place for (contact references, countries, parts of a second below a
hundredth) is not written.
"""

from __future__ import annotations

from collections.abc import Callable

import msgspec

from crossdock.edi.edifact.envelope import Message
from crossdock.edi.edifact.writer import OutgoingMessage
from crossdock.edi.guides import guides
from crossdock.edi.guides.check import check
from crossdock.edi.kernel.faults import Fault
from crossdock.edi.kernel.writing import CannotWrite
from crossdock.edi.maps.context import MapContext, MapOptions, MappedDocument
from crossdock.edi.maps.edifact import desadv, invoic, orders, ordrsp
from crossdock.edi.maps.edifact.reading import Reading as EdifactReading
from crossdock.edi.maps.edifact.writing import Writing as EdifactWriting
from crossdock.edi.maps.x12.reading import Reading
from crossdock.edi.maps.x12.registry import READERS, segments_of, set_type
from crossdock.edi.maps.x12.writing import Writing, finished
from crossdock.edi.x12.envelope import TransactionSet
from crossdock.edi.x12.writer import OutgoingSet
from crossdock.model.invoice import Invoice
from crossdock.model.purchase_order import PurchaseOrder, PurchaseOrderAcknowledgement
from crossdock.model.ship_notice import ShipNotice

MESSAGES: dict[str, tuple[str, Callable[[EdifactReading], msgspec.Struct | None]]] = {
    "DESADV": ("ship_notice", desadv.read),
    "INVOIC": ("invoice", invoic.read),
    "ORDERS": ("purchase_order", orders.read),
    "ORDRSP": ("purchase_order_acknowledgement", ordrsp.read),
}
"""EDIFACT message type -> the document it carries, and what reads it."""

__all__ = [
    "CannotWrite",
    "MapContext",
    "MapOptions",
    "MappedDocument",
    "OutgoingSet",
    "read_document",
    "read_message",
    "write_document",
    "write_message",
]


def read_message(message: Message, context: MapContext) -> MappedDocument:
    """The business object an EDIFACT message says: ORDERS `purchase_order`, ORDRSP
    `purchase_order_acknowledgement`, DESADV `ship_notice`, INVOIC `invoice`. Never raises."""
    known = MESSAGES.get(message.type)
    if known is None:
        unknown = message.fault("set_unknown", 1, 2, 1, f"no map reads {message.type or 'a message without type'}")
        return MappedDocument("", None, (*message.faults, unknown))
    document, reader = known
    if message.refused:
        return MappedDocument(document, None, message.faults)
    faults, body = list(message.faults), None
    try:
        body = reader(EdifactReading(message, context, faults))
    except (ValueError, ArithmeticError, LookupError) as problem:
        # The map leaves nothing that should get here; if it does, one bad message must not stop its file.
        faults.append(message.fault("not_readable", 1, detail=f"the message cannot be read: {problem}"))
    return MappedDocument(document, None if _refusing(faults) else body, tuple(faults))


def write_message(document: str, body: msgspec.Struct, context: MapContext, version: str) -> OutgoingMessage:
    """The EDIFACT message for a document, in a version such as `D:96A:UN:EAN008`. Raises `CannotWrite` for what
    EDIFACT cannot express."""
    match document, body:
        case "purchase_order", PurchaseOrder():
            return OutgoingMessage("ORDERS", version, orders.write(body, EdifactWriting(context)))
        case "purchase_order_acknowledgement", PurchaseOrderAcknowledgement():
            return OutgoingMessage("ORDRSP", version, ordrsp.write(body, EdifactWriting(context)))
        case "ship_notice", ShipNotice():
            return OutgoingMessage("DESADV", version, desadv.write(body, EdifactWriting(context)))
        case "invoice" | "supplier_invoice" | "credit_note", Invoice():
            return OutgoingMessage("INVOIC", version, invoic.write(body, EdifactWriting(context)))
    raise CannotWrite(f"no EDIFACT message of ours carries a {document} ({type(body).__name__})")


def read_document(ts: TransactionSet, context: MapContext) -> MappedDocument:
    """The business object a transaction set says: 850 `purchase_order`, 855 `purchase_order_acknowledgement`, 856
    `ship_notice`, 860 `purchase_order_change`, 810 `invoice` (or `credit_note` by its `kind`), 846 `inventory_report`,
    997 `functional_acknowledgement`. Faults of the envelope (`ts.faults`) are among the faults. Never raises."""
    guide = guides().get(ts.type)
    if guide is None:
        unknown = ts.fault("set_unknown", 1, 1, f"no guide knows transaction set {ts.type or 'without type'}")
        return MappedDocument("", None, (*ts.faults, unknown))
    if ts.refused:
        return MappedDocument(guide.document, None, ts.faults)
    faults = [*ts.faults, *check(ts, guide)]
    body = None
    if not faults or not _refusing(faults):
        try:
            body = READERS[ts.type](Reading(ts, context, faults))
        except (ValueError, ArithmeticError, LookupError) as problem:
            # The guide's check leaves nothing that should get here; if it does, one bad set must not stop its file.
            faults.append(ts.fault("not_readable", 1, 0, f"the set cannot be read: {problem}"))
    return MappedDocument(guide.document, None if _refusing(faults) else body, tuple(faults))


def write_document(document: str, body: msgspec.Struct, context: MapContext) -> OutgoingSet:
    """The transaction set for a document (any name `read_document` gives, `supplier_invoice`, `credit_note`). Raises
    `CannotWrite` for what X12 or the guide cannot express."""
    kind, segments = segments_of(body, Writing(context))
    if set_type(document) != kind:
        raise CannotWrite(f"a {document} is not a {type(body).__name__}")
    guide = guides()[kind]
    return OutgoingSet(guide.functional_id, kind, finished(guide, segments))


def _refusing(faults: list[Fault]) -> bool:
    return any(each.severity == "error" for each in faults)
