"""Maps between documents and canonical objects. Pure: garbage gives faults, never an exception.

Each map's first lines say which elements carry which fields; those are the declared fields, and reading what was
written gives them back exactly. What X12 has no place for (contact references, countries, parts of a second below a
hundredth) is not written.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import msgspec

from crossdock.edi.edifact.envelope import Message
from crossdock.edi.edifact.writer import OutgoingMessage
from crossdock.edi.guidelines.check import as_read, checked
from crossdock.edi.guidelines.sending import as_sent, message_as_sent
from crossdock.edi.guides import guides
from crossdock.edi.guides.check import check
from crossdock.edi.guides.edifact import small_tags
from crossdock.edi.kernel.faults import Fault
from crossdock.edi.kernel.syntax import EDIFACT, X12
from crossdock.edi.kernel.writing import CannotWrite
from crossdock.edi.maps.context import MapContext, MapOptions, MappedDocument
from crossdock.edi.maps.declared import (
    Account,
    account_of,
    broken,
    definitions,
    message_of,
    read_by,
    read_set,
    set_of,
    written_as,
)
from crossdock.edi.maps.edifact.reading import Reading as EdifactReading
from crossdock.edi.maps.edifact.registry import MESSAGE_READERS, own_message
from crossdock.edi.maps.x12.reading import Reading
from crossdock.edi.maps.x12.registry import READERS, segments_of, set_type
from crossdock.edi.maps.x12.writing import Writing, finished
from crossdock.edi.x12.envelope import TransactionSet
from crossdock.edi.x12.writer import OutgoingSet

__all__ = [
    "Account",
    "CannotWrite",
    "MapContext",
    "MapOptions",
    "MappedDocument",
    "OutgoingSet",
    "account",
    "all_faults",
    "as_taken",
    "documents",
    "found_by_map",
    "read_document",
    "read_message",
    "write_document",
    "write_message",
]


Unmapped = TransactionSet | Message
_NO_VALUES = ("date_invalid", "time_invalid", "number_invalid", "element_character")
"""What stands there says nothing to a map."""
_UNREADABLE = ("not_readable", "set_unknown", "segment_missing")
"""With it, what a map would find may follow from that alone."""
_FOLLOWING = ("count_mismatch", "total_mismatch", "lines_missing", "hierarchy_broken", "not_readable")
"""What may follow from something else that is wrong."""


def read_document(ts: TransactionSet, context: MapContext) -> MappedDocument:
    """The business object a transaction set says: 850 `purchase_order`, 856 `ship_notice`, 810 `invoice` (or
    `credit_note` by its `kind`), ... (`documents` lists them). Faults of the envelope (`ts.faults`) are among the
    faults. Never raises."""
    guide, definition = guides().get(ts.type), definitions(X12).get(ts.type)
    if (unusable := broken(X12).get(ts.type)) is not None:
        fault = ts.fault("not_readable", 1, 1, f"its description cannot be used: {unusable.why}")
        return MappedDocument(guide.document if guide else unusable.document, None, (*ts.faults, fault))
    if guide is None and definition is None:
        if not ts.type and ts.refused:  # that it has no type is told already
            return MappedDocument("", None, ts.faults)
        unknown = ts.fault("set_unknown", 1, 1, f"no map reads transaction set {ts.type or 'without type'}")
        return MappedDocument("", None, (*ts.faults, unknown))
    document = guide.document if guide else definition.document if definition else ""
    if ts.refused:
        return MappedDocument(document, None, ts.faults)
    compiled = context.guidelines.for_item(ts, "in") if context.guidelines else None
    if compiled is None:
        faults = [*ts.faults, *(check(ts, guide) if guide else ())]
    else:
        faults = [*ts.faults, *checked(ts, guide, compiled)]
        ts = as_read(ts, compiled)
    body = None
    if not faults or not _refusing(faults):
        try:
            body = _body(ts, context, faults)
        except (ValueError, ArithmeticError, LookupError) as problem:
            # The guide's check leaves nothing that should get here; if it does, one bad set must not stop its file.
            faults.append(ts.fault("not_readable", 1, 0, f"the set cannot be read: {problem}"))
    return MappedDocument(document, None if _refusing(faults) else body, tuple(faults))


def read_message(message: Message, context: MapContext) -> MappedDocument:
    """The business object an EDIFACT message says: ORDERS `purchase_order`, DESADV `ship_notice`, ... (`documents`
    lists them). Never raises."""
    own, definition = MESSAGE_READERS.get(message.type), definitions(EDIFACT).get(message.type)
    if (unusable := broken(EDIFACT).get(message.type)) is not None:
        fault = message.fault("not_readable", 1, 2, 1, f"its description cannot be used: {unusable.why}")
        return MappedDocument(own[0] if own else unusable.document, None, (*message.faults, fault))
    if own is None and definition is None:
        if not message.type and message.refused:  # that it has no type is told already
            return MappedDocument("", None, message.faults)
        unknown = message.fault("set_unknown", 1, 2, 1, f"no map reads {message.type or 'a message without type'}")
        return MappedDocument("", None, (*message.faults, unknown))
    document = own[0] if own else definition.document if definition else ""
    if message.refused:
        return MappedDocument(document, None, message.faults)
    faults, body = [*message.faults, *small_tags(message)], None
    if _refusing(faults):
        return MappedDocument(document, None, tuple(faults))
    compiled = context.guidelines.for_item(message, "in") if context.guidelines else None
    if compiled is not None:
        faults += compiled.faults(message)
        if _refusing(faults):
            return MappedDocument(document, None, tuple(faults))
        message = as_read(message, compiled)
    try:
        body = _body(message, context, faults)
    except (ValueError, ArithmeticError, LookupError) as problem:
        # The map leaves nothing that should get here; if it does, one bad message must not stop its file.
        faults.append(message.fault("not_readable", 1, detail=f"the message cannot be read: {problem}"))
    return MappedDocument(document, None if _refusing(faults) else body, tuple(faults))


def _body(item: Unmapped, context: MapContext, faults: list[Fault]) -> Any:
    if isinstance(item, Message):
        own = MESSAGE_READERS.get(item.type)
        return own[1](EdifactReading(item, context, faults)) if own else read_by(item, context, faults)
    if item.type in guides():
        return READERS[item.type](Reading(item, context, faults))
    return read_set(item, context, faults)


def all_faults(item: Unmapped, context: MapContext) -> tuple[Fault, ...]:
    """Everything that is wrong with a set or message of ours. One that is refused before its map reads it is read all
    the same, without the values that are none: what the map finds in other segments is wrong as well."""
    mapped = read_message(item, context) if isinstance(item, Message) else read_document(item, context)
    refusing = [each for each in mapped.faults if each.severity == "error"]
    if item.refused or not refusing or any(each.code in _UNREADABLE for each in refusing):
        return mapped.faults
    more = found_by_map(_without(as_taken(item, context), refusing), context)
    told = {each.position for each in refusing}
    further = (each for each in more if each.position not in told and each.code not in _FOLLOWING)
    return tuple(dict.fromkeys((*mapped.faults, *further)))


def found_by_map(item: Unmapped, context: MapContext) -> list[Fault]:
    """What a map finds in a set or message that neither guide nor guideline has let pass, as far as it gets."""
    found: list[Fault] = []
    try:
        _body(item, context, found)
    except (ValueError, ArithmeticError, LookupError):
        # Nobody is given what it read; what it found until it could not go on stands.
        return found
    return found


def _without(item: Unmapped, faults: list[Fault]) -> Unmapped:
    """A set or message without the values that are none."""
    mark = item.interchange.delimiters.element
    rows = [text.split(mark) for text in item.texts]
    for each in faults:
        if each.code in _NO_VALUES and 0 < each.element < len(rows[each.position - 1]):
            rows[each.position - 1][each.element] = ""
    texts = [mark.join(row) for row in rows]
    return replace(item, _texts=texts, told_anew=True) if isinstance(item, Message) else replace(item, _texts=texts)


def account(read: Unmapped, context: MapContext) -> Account:
    """What becomes of every element of a set or message: taken into its object, kept beside it, or dropped and why.
    Of one that no map reads, everything is kept. Asked of what is not refused."""
    return account_of(as_taken(read, context), context)


def as_taken(read: Unmapped, context: MapContext) -> Unmapped:
    """A set or message as its map reads it: by the overlay of its partner."""
    compiled = context.guidelines.for_item(read, "in") if context.guidelines else None
    return read if compiled is None else as_read(read, compiled)


def write_document(document: str, body: msgspec.Struct, context: MapContext) -> OutgoingSet:
    """The transaction set for a document (any name `read_document` gives, `supplier_invoice`, `credit_note`). Raises
    `CannotWrite` for what X12, the guide or the guideline of the partner cannot express."""
    made = _set(document, body, context)
    compiled = context.guidelines.of(made.type, context.options.version, "out") if context.guidelines else None
    return made if compiled is None else as_sent(made, compiled)


def _set(document: str, body: msgspec.Struct, context: MapContext) -> OutgoingSet:
    definition = written_as(X12, document, body)
    if definition is not None:
        return set_of(definition, body, context)
    kind = set_type(document)
    guide = guides()[kind]
    segments = finished(guide, lambda: segments_of(kind, body, Writing(context)))
    return OutgoingSet(guide.functional_id, kind, segments)


def write_message(document: str, body: msgspec.Struct, context: MapContext, version: str = "") -> OutgoingMessage:
    """The EDIFACT message for a document, in a version such as `D:96A:UN:EAN008`. Raises `CannotWrite` for what
    EDIFACT or the guideline of the partner cannot express."""
    definition = written_as(EDIFACT, document, body)
    if definition is not None:
        made = message_of(definition, body, context, version or definition.version)
    else:
        made = own_message(document, body, context, version)
    compiled = context.guidelines.of(made.type, made.version, "out") if context.guidelines else None
    return made if compiled is None else message_as_sent(made, compiled)


def documents() -> dict[str, dict[str, str]]:
    """Dialect -> set or message type -> name of the document it carries."""
    x12 = {kind: guide.document for kind, guide in guides().items()}
    own = {kind: document for kind, (document, _) in MESSAGE_READERS.items()}
    return {
        X12: x12 | {kind: each.document for kind, each in definitions(X12).items()},
        EDIFACT: own | {kind: each.document for kind, each in definitions(EDIFACT).items()},
    }


def _refusing(faults: list[Fault]) -> bool:
    return any(each.severity == "error" for each in faults)
