"""Maps between X12 transaction sets and canonical objects. Pure: garbage gives faults, never an exception."""

from __future__ import annotations

import msgspec

from crossdock.edi.maps.context import MapContext, MapOptions, MappedDocument
from crossdock.edi.x12.envelope import TransactionSet
from crossdock.edi.x12.writer import CannotWrite, OutgoingSet

__all__ = [
    "CannotWrite",
    "MapContext",
    "MapOptions",
    "MappedDocument",
    "OutgoingSet",
    "read_document",
    "write_document",
]


def read_document(ts: TransactionSet, context: MapContext) -> MappedDocument:
    """The business object a transaction set says: 850 `purchase_order`, 855 `purchase_order_acknowledgement`, 856
    `ship_notice`, 860 `purchase_order_change`, 810 `invoice` (or `credit_note` by its `kind`), 997
    `functional_acknowledgement`. Never raises."""
    return MappedDocument("", None, (ts.fault("set_unknown", 1),))


def write_document(document: str, body: msgspec.Struct, context: MapContext) -> OutgoingSet:
    """The transaction set for a document (any name `read_document` gives, and `supplier_invoice`). Raises
    `CannotWrite` for what X12 or the guide cannot express."""
    raise CannotWrite(f"no map writes {document}")
