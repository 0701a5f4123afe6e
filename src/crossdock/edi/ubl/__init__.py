"""UBL 2.0 and 2.1, also as Peppol BIS 3 writes it: documents to business objects and back.

read = ubl.read(data, context)                    # UblDocument: .document, .body, .faults, and .kept, .dropped
data = ubl.write("invoice", invoice, context)     # plain UBL 2.1; ubl.UblOptions(profile="billing", ...) for Peppol

A fault's `segment` is the line, `segment_id` the element, `path` where it stands. Nothing a document says is lost
silently: each text and attribute is taken into the object, kept in `kept` with its path, or dropped with a reason.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator
from itertools import chain
from typing import Literal, NamedTuple

import msgspec
from lxml import etree

from crossdock.edi.kernel.faults import Fault, fault
from crossdock.edi.kernel.writing import CannotWrite
from crossdock.edi.maps.context import MapContext, MapOptions, MappedDocument
from crossdock.edi.ubl import (
    catalogue,
    despatch_advice,
    en16931,
    invoice,
    invoice_writing,
    order,
    order_change,
    order_response,
)
from crossdock.edi.ubl import receipt_advice as receipt
from crossdock.edi.ubl.account import Dropped, Extension, Paths, account, leaves, line_of
from crossdock.edi.ubl.building import Maybe, render, tree
from crossdock.edi.ubl.limits import DEFAULT_XML_LIMITS, XmlLimits
from crossdock.edi.ubl.options import Endpoint, UblOptions
from crossdock.edi.ubl.reading import Reading
from crossdock.edi.ubl.schema import Breach, aggregates, breaches, root_namespace
from crossdock.edi.ubl.source import Source, parse
from crossdock.edi.ubl.writing import Writing
from crossdock.model.catalogue import PriceCatalogue
from crossdock.model.invoice import Invoice
from crossdock.model.party import PartyRef
from crossdock.model.purchase_order import PurchaseOrder, PurchaseOrderAcknowledgement, PurchaseOrderChange
from crossdock.model.ship_notice import GoodsReceipt, ShipNotice

__all__ = [
    "DOCUMENTS",
    "CannotWrite",
    "Dropped",
    "Endpoint",
    "Extension",
    "UblDocument",
    "UblOptions",
    "XmlLimits",
    "outline",
    "read",
    "write",
]

Role = Literal["buyer", "supplier"]


class UblDocument(MappedDocument, frozen=True):
    """A UBL document: `type` is the name of its root. What its object has no place for is in `kept` or `dropped`; both
    are empty for a document that was refused before it was read."""

    type: str = ""
    kept: tuple[Extension, ...] = ()
    dropped: tuple[Dropped, ...] = ()


class _Kind(NamedTuple):
    document: str
    reader: Callable[[Reading], msgspec.Struct]
    received_by: Role


DOCUMENTS: dict[str, _Kind] = {
    "Order": _Kind("purchase_order", order.read, "supplier"),
    "OrderResponse": _Kind("purchase_order_acknowledgement", order_response.read, "buyer"),
    "OrderResponseSimple": _Kind("purchase_order_acknowledgement", order_response.read, "buyer"),
    "OrderChange": _Kind("purchase_order_change", order_change.read, "supplier"),
    "OrderCancellation": _Kind("purchase_order_change", order_change.read_cancellation, "supplier"),
    "DespatchAdvice": _Kind("ship_notice", despatch_advice.read, "buyer"),
    "ReceiptAdvice": _Kind("goods_receipt", receipt.read, "supplier"),
    "Invoice": _Kind("invoice", invoice.read, "buyer"),
    "CreditNote": _Kind("invoice", invoice.read_credit_note, "buyer"),
    "Catalogue": _Kind("price_catalogue", catalogue.read, "buyer"),
}
"""Root of a document -> the object it says, what reads it, and who usually receives it."""


def read(
    data: bytes,
    context: MapContext | None = None,
    limits: XmlLimits = DEFAULT_XML_LIMITS,
    zone: dt.tzinfo | None = None,
) -> UblDocument:
    """The business object that a UBL document says. Without a context nobody is known: parties are as the document
    names them, we are who receives such documents, and times that name no zone are in `zone`. Never raises."""
    source = parse(data, limits)
    if isinstance(source, Fault):
        return UblDocument("", None, (source,))
    name = etree.QName(source.root)
    kind = DOCUMENTS.get(name.localname) if name.namespace == root_namespace(name.localname) else None
    if kind is None:
        return UblDocument("", None, (_unknown(source, name),), name.localname)
    reading = Reading(source, context or _nobody(kind.received_by, zone), limits)
    body: msgspec.Struct | None = None
    try:
        body = kind.reader(reading)
    except (ValueError, ArithmeticError, LookupError) as problem:
        # The maps leave nothing that should get here; if they do, one bad document must not stop who reads many.
        reading.fault("not_readable", None, f"the document cannot be read: {problem}")
    _structure(reading, name.localname)
    told = account(source.root, reading.taken, source.envelope)
    refused = any(each.severity == "error" for each in reading.faults)
    faults = tuple(reading.faults)
    return UblDocument(kind.document, None if refused else body, faults, name.localname, told.kept, told.dropped)


def outline(data: bytes, limits: XmlLimits = DEFAULT_XML_LIMITS) -> Iterator[str]:
    """Each text and attribute of a document with its path, whatever becomes of it; nothing for what is no XML."""
    source = parse(data, limits)
    if isinstance(source, Fault):
        return
    paths = Paths()
    for leaf in chain(() if source.envelope is None else leaves(source.envelope), leaves(source.root)):
        if leaf.value:
            yield f"{paths.path(leaf.node, leaf.attribute)}: {leaf.value}"


def write(document: str, body: msgspec.Struct, context: MapContext, options: UblOptions | None = None) -> bytes:
    """The UBL document for an object (any name `read` gives, `supplier_invoice`, `credit_note`). Raises `CannotWrite`
    for what UBL, or the Peppol process of the options, cannot express."""
    writing = Writing(context, options or UblOptions())
    root = tree(*_elements(document, body, writing))
    if en16931.claimed(root):
        broken = next(en16931.breaches(root, en16931.WRITTEN), None)
        if broken is not None:
            raise CannotWrite(f"{broken.rule}: {broken.words}")
    return render(root)


def _elements(document: str, body: msgspec.Struct, writing: Writing) -> tuple[str, list[Maybe | list[Maybe]]]:
    match document, body:
        case "purchase_order", PurchaseOrder():
            return "Order", order.write(body, writing)
        case "purchase_order_acknowledgement", PurchaseOrderAcknowledgement():
            return "OrderResponse", order_response.write(body, writing)
        case "purchase_order_change", PurchaseOrderChange() if body.whole_order:
            return "OrderCancellation", order_change.write_cancellation(body, writing)
        case "purchase_order_change", PurchaseOrderChange():
            return "OrderChange", order_change.write(body, writing)
        case "ship_notice", ShipNotice():
            return "DespatchAdvice", despatch_advice.write(body, writing)
        case "goods_receipt", GoodsReceipt():
            return "ReceiptAdvice", receipt.write(body, writing)
        case "invoice" | "supplier_invoice" | "credit_note", Invoice():
            return invoice_writing.kind_of(body), invoice_writing.write(body, writing)
        case "price_catalogue", PriceCatalogue():
            return "Catalogue", catalogue.write(body, writing)
    raise CannotWrite(f"no UBL document of ours carries a {document} ({type(body).__name__})")


def _nobody(role: Role, zone: dt.tzinfo | None) -> MapContext:
    return MapContext("", PartyRef(""), PartyRef(""), role, options=MapOptions(zone=zone))


def _unknown(source: Source, name: etree.QName) -> Fault:
    wanted = root_namespace(name.localname)
    known = name.localname in DOCUMENTS
    where = f"namespace {name.namespace}" if name.namespace else "no namespace"
    words = f"{name.localname} is in {where}, not in {wanted}" if known else f"no map reads {name.localname} ({where})"
    line = line_of(source.root)
    return fault(
        "document_unknown", segment=line, offset=source.offset_of(line), detail=words, segment_id=name.localname,
        path=f"/{name.localname}",
    )  # fmt: skip


def _structure(reading: Reading, root: str) -> None:
    """Hold the document against the order of the standard, as far as its aggregates are in our table."""
    known = aggregates()
    judged: dict[tuple[str, tuple[str, ...]], tuple[Breach, ...]] = {}
    waiting = [(reading.root, root)] if root in known else []
    while waiting:
        node, kind = waiting.pop()
        children = list(node)
        tags = tuple(str(each.tag) for each in children)
        found = judged.get((kind, tags))
        if found is None:  # lines are alike: what one of them is judged to be, all are
            found = judged[kind, tags] = tuple(breaches(kind, [_parted(tag) for tag in tags]))
        for code, severity, words, index in found:
            reading.fault(code, node if index < 0 else children[index], words, severity)
        places = known[kind]
        below = ((child, places.get(tag.rpartition("}")[2])) for child, tag in zip(children, tags, strict=True))
        waiting += [(child, place.kind) for child, place in below if place is not None and place.kind in known][::-1]


def _parted(tag: str) -> tuple[str, str]:
    """Namespace and name."""
    namespace, _, name = tag.removeprefix("{").rpartition("}")
    return namespace, name
