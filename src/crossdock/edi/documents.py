"""Documents of any syntax in one form: X12, EDIFACT, UBL, flat files by a layout, and canonical JSON.

for each in documents.read(data):        # Document: .document, .body, .envelope, .extensions, .dropped, .faults
    line = documents.canonical(each)     # one line of JSON that `read` takes again
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from functools import cache
from typing import Any, Literal

import msgspec

from crossdock.edi import edifact, flat, maps, x12
from crossdock.edi.explain import context_of
from crossdock.edi.guidelines.packs import Guidelines
from crossdock.edi.inputs import head_of, items
from crossdock.edi.kernel.faults import FAULTS, Fault
from crossdock.edi.kernel.syntax import EDIFACT, X12, XML
from crossdock.edi.kernel.tolerance import Policy
from crossdock.edi.maps.declared import broken, definitions
from crossdock.edi.maps.places import place_of
from crossdock.edi.told import ExplainedFault, explained
from crossdock.model.acknowledgement import FunctionalAcknowledgement
from crossdock.model.fulfillment import InventoryReport
from crossdock.model.invoice import Invoice
from crossdock.model.party import PartyRef
from crossdock.model.purchase_order import PurchaseOrder, PurchaseOrderAcknowledgement, PurchaseOrderChange
from crossdock.model.ship_notice import ShipNotice

JSON, CSV = "JSON", "CSV"
_CUSTOMERS = (
    "purchase_order", "purchase_order_change", "delivery_schedule", "product_activity", "remittance_advice",
    "goods_receipt",
)  # fmt: skip
_OWN: dict[str, type[msgspec.Struct]] = {
    "credit_note": Invoice,
    "functional_acknowledgement": FunctionalAcknowledgement,
    "inventory_report": InventoryReport,
    "invoice": Invoice,
    "purchase_order": PurchaseOrder,
    "purchase_order_acknowledgement": PurchaseOrderAcknowledgement,
    "purchase_order_change": PurchaseOrderChange,
    "ship_notice": ShipNotice,
    "supplier_invoice": Invoice,
}
"""Documents whose maps are modules."""


class Envelope(msgspec.Struct, frozen=True, omit_defaults=True):
    """Who sent a document to whom, in which syntax; a flat file says nothing of it."""

    syntax: str = ""
    type: str = ""
    version: str = ""
    sender: str = ""
    sender_qualifier: str = ""
    receiver: str = ""
    receiver_qualifier: str = ""
    interchange: str = ""
    control_number: str = ""
    usage: Literal["", "production", "test"] = ""
    """Of X12 and EDIFACT: is it meant, or does somebody try whether it arrives?"""


class Document(msgspec.Struct, frozen=True):
    """What was read of one document. `body` is None where `faults` refuse it; `extensions` is what no field of it
    holds, `dropped` what is not kept and why. One without `document` is a fault of the file itself."""

    document: str
    body: msgspec.Struct | None
    context: maps.MapContext
    envelope: Envelope = Envelope()
    extensions: tuple[dict[str, Any], ...] = ()
    dropped: tuple[dict[str, Any], ...] = ()
    faults: tuple[ExplainedFault, ...] = ()
    says: frozenset[tuple[str, ...]] | None = None
    """The fields that a flat file's layout can say; None where the document itself decides what it says."""

    @property
    def number(self) -> str:
        """The number it goes by in business."""
        return str(getattr(self.body, "number", "") or getattr(self.body, "order_number", ""))

    @property
    def refused(self) -> bool:
        """Is there nothing that could be written or compared, and ought to be? A warning about the file is not that."""
        return self.body is None and (bool(self.document) or self.error is not None or not self.faults)

    @property
    def error(self) -> ExplainedFault | None:
        """The first fault that refuses it."""
        return next((each for each in self.faults if each.severity == "error"), None)

    @property
    def why(self) -> str:
        """Why it was refused, in words."""
        if self.error is None:
            return "it has no body"
        return self.error.said.removeprefix("error ")


class Canonical(msgspec.Struct, frozen=True, omit_defaults=True):
    """A document as JSON: which object `body` is, its `document` says."""

    document: str
    body: msgspec.Raw
    envelope: Envelope = Envelope()
    extensions: tuple[dict[str, Any], ...] = ()
    dropped: tuple[dict[str, Any], ...] = ()
    faults: tuple[ExplainedFault, ...] = ()


@cache
def objects() -> dict[str, type[msgspec.Struct]]:
    """Name of a document -> the object that it is."""
    from crossdock.edi import ubl  # here, for only XML needs lxml

    declared = {
        each.document: each.object
        for dialect in (X12, EDIFACT)
        for each in definitions(dialect).values()
        if each.object
    }
    return {
        **declared,
        **{kind.document: declared.get(kind.document, Invoice) for kind in ubl.DOCUMENTS.values()},
        **_OWN,
    }


_NOTHING_AGREED = maps.MapOptions()


def read(
    data: bytes,
    layout: flat.Plan | None = None,
    options: maps.MapOptions = _NOTHING_AGREED,
    tolerance: Policy | None = None,
    guidelines: Guidelines | None = None,
) -> Iterator[Document]:
    """Everything in an input, in order. What it is, its beginning tells; of what that tells nothing is a flat file, if
    there is a layout for it. `options` are what was agreed of X12 and EDIFACT documents, such as the currency of those
    that name none, `tolerance` what is forgiven of their envelopes; a partner's own way to say things is read by the
    overlays of its `guidelines`."""
    if layout is not None and is_flat(data):
        nobody = _context(Envelope(), "")
        for found in flat.read(data, layout, nobody):
            faults = tuple(explained(each, in_lines=True) for each in found.faults)
            yield Document(found.document, found.body, nobody, Envelope(CSV), faults=faults, says=layout.says)
        return
    plain = data.removeprefix(b"\xef\xbb\xbf").lstrip()
    if plain[:1] in (b"{", b"["):
        yield from _of_json(plain)
        return
    head, rest = head_of(data)
    if head.syntax == XML:
        if head.note is not None:
            yield Document("", None, _context(Envelope(), ""), faults=(explained(head.note),))
        yield _of_ubl(b"".join((head.bytes, *rest)), options.zone)
        return
    for item in items(head, rest, tolerance):
        if isinstance(item, Fault):
            yield Document("", None, _context(Envelope(), ""), faults=(explained(item),))
        else:
            yield _of_set(item, options, guidelines)


def is_flat(data: bytes) -> bool:
    """Does nothing at its beginning tell that a file is EDI, XML or JSON?"""
    return head_of(data)[0].syntax not in (X12, EDIFACT, XML, JSON)


def canonical(document: Document) -> bytes:
    """A document as one line of JSON."""
    body = msgspec.Raw(msgspec.json.encode(document.body))
    return msgspec.json.encode(
        Canonical(document.document, body, document.envelope, document.extensions, document.dropped, document.faults)
    )


def _of_set(
    item: x12.TransactionSet | edifact.Message, options: maps.MapOptions, guidelines: Guidelines | None
) -> Document:
    head = item.interchange
    usual = msgspec.structs.replace(context_of(item), options=options)
    overlay = guidelines.unjudged(item) if guidelines else None
    context = msgspec.structs.replace(usual, guidelines=overlay)
    if isinstance(item, x12.TransactionSet):
        mapped, dialect, version = maps.read_document(item, context), X12, item.group.version
    else:
        mapped, dialect, version = maps.read_message(item, context), EDIFACT, item.version
    envelope = Envelope(
        *(dialect, item.type, version, head.sender, head.sender_qualifier, head.receiver, head.receiver_qualifier),
        *(head.control_number, item.control_number, "test" if _is_test(head) else "production"),
    )
    faults = tuple(explained(each) for each in mapped.faults)
    if mapped.body is None or item.type not in definitions(dialect):
        return Document(mapped.document, mapped.body, usual, envelope, faults=faults)
    account = maps.account(item, context)
    usual = msgspec.structs.replace(usual, place=place_of(maps.as_taken(item, context)))
    return Document(
        mapped.document, mapped.body, usual, envelope, _rows(account.kept), _rows(account.dropped), faults
    )  # fmt: skip


def _is_test(head: x12.InterchangeHeader | edifact.InterchangeHeader) -> bool:
    return head.test if isinstance(head, edifact.InterchangeHeader) else head.usage == "T"


def _of_ubl(data: bytes, zone: dt.tzinfo | None) -> Document:
    from crossdock.edi import ubl  # here, for only XML needs lxml

    mapped = ubl.read(data, zone=zone)
    role = ubl.DOCUMENTS[mapped.type].received_by if mapped.type in ubl.DOCUMENTS else "buyer"
    sides = [_party(mapped.body, names) for names in (("buyer", "recipient"), ("supplier", "issuer", "seller"))]
    sender, receiver = sides if role == "supplier" else reversed(sides)
    named = (sender.their_id or sender.id, sender.qualifier, receiver.their_id or receiver.id, receiver.qualifier)
    envelope = Envelope("UBL", mapped.type, "", *named)
    context = maps.MapContext("", receiver, sender, role, options=maps.MapOptions(zone=zone))
    faults = tuple(explained(each, in_lines=True) for each in mapped.faults)
    return Document(
        mapped.document, mapped.body, context, envelope, _rows(mapped.kept), _rows(mapped.dropped), faults
    )  # fmt: skip


def _party(body: msgspec.Struct | None, names: tuple[str, ...]) -> PartyRef:
    found = (getattr(body, name, None) for name in names)
    return next((each for each in found if isinstance(each, PartyRef)), PartyRef(""))


def _of_json(data: bytes) -> Iterator[Document]:
    """One object, several in lines behind each other, or a list of them."""
    lines = [data] if data[:1] == b"[" else data.splitlines()
    if data[:1] == b"{" and _decoded(data) is not None:
        lines = [data]
    for number, line in enumerate(lines, 1):
        if not line.strip():
            continue
        found = _decoded(line)
        if found is None:
            words = "is no document: an object with document and body, or a list of those"
            yield _bad(number, f"line {number} {words}")
        for each in found or ():
            yield _of_canonical(each, number)


def _decoded(data: bytes) -> list[Canonical] | None:
    try:
        if data.lstrip()[:1] == b"[":
            return msgspec.json.decode(data, type=list[Canonical])
        return [msgspec.json.decode(data, type=Canonical)]
    except (msgspec.DecodeError, UnicodeDecodeError):
        return None


def _of_canonical(found: Canonical, number: int) -> Document:
    kind = objects().get(found.document)
    if kind is None:
        unusable = (each for dialect in (X12, EDIFACT) for each in broken(dialect).values())
        why = next((each.why for each in unusable if each.document == found.document), "")
        return _bad(
            number, f"its description cannot be used: {why}" if why else f"{found.document!r} is no document of ours"
        )
    context = _context(found.envelope, found.document)
    try:
        body = msgspec.json.decode(found.body, type=kind | None)
    except (msgspec.DecodeError, ValueError) as problem:
        return _bad(number, f"the body is no {kind.__name__}: {problem}", found.document)
    company = getattr(body, "company_id", "") if body is not None else ""
    context = msgspec.structs.replace(context, company_id=company)
    beside = found.extensions, found.dropped, found.faults
    return Document(found.document, body, context, found.envelope, *beside)


def _bad(line: int, words: str, document: str = "") -> Document:
    fault = ExplainedFault("not_readable", "error", words, FAULTS["not_readable"].advice, line=line)
    return Document(document, None, _context(Envelope(), ""), Envelope(JSON), faults=(fault,))


def _context(envelope: Envelope, document: str) -> maps.MapContext:
    """Without an agreement: the receiver is us, and item ids are taken as they stand."""
    role: Literal["buyer", "supplier"] = "supplier" if document in _CUSTOMERS else "buyer"
    return maps.MapContext("", PartyRef(envelope.receiver), PartyRef(envelope.sender), role)


def _rows(found: tuple[Any, ...]) -> tuple[dict[str, Any], ...]:
    return tuple(msgspec.to_builtins(each) for each in found)
