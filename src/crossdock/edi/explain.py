"""Documents in words: who says what to whom, line by line, and what is wrong where."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import msgspec

from crossdock.edi import maps, x12
from crossdock.edi.guides import guides, segment_rules
from crossdock.edi.words import Line, say
from crossdock.model.party import PartyRef

_MOST_SEGMENTS = 200
# Who we are taken to be, for words that need a side: the receiver of the document.
_RECEIVED_BY_SUPPLIER = ("850", "860")


class ExplainedFault(msgspec.Struct, frozen=True, tag_field="kind", tag="fault"):
    """A fault with its place."""

    code: str
    severity: str
    detail: str
    segment: int
    offset: int
    segment_id: str
    element: int


class ExplainedSet(msgspec.Struct, frozen=True, tag_field="kind", tag="set"):
    """One transaction set: `words` say the whole document, `lines` its lines as columns."""

    type: str
    name: str
    control_number: str
    segment: int
    offset: int
    segments: int
    sender: str
    receiver: str
    interchange: str
    group: str
    version: str
    usage: str
    document: str
    accepted: bool
    words: tuple[str, ...]
    columns: tuple[str, ...]
    lines: tuple[Line, ...]
    faults: tuple[ExplainedFault, ...]
    body: msgspec.Struct | None


def explain(data: bytes | Iterable[bytes]) -> Iterator[ExplainedSet | ExplainedFault]:
    """Everything in an input, in order."""
    for item in x12.read(data):
        if isinstance(item, x12.InterchangeFault):
            yield _fault(item.fault)
        else:
            yield _set(item)


def _fault(fault: x12.Fault) -> ExplainedFault:
    return ExplainedFault(
        fault.code, fault.severity, fault.detail, fault.segment, fault.offset, fault.segment_id, fault.element
    )


def _set(ts: x12.TransactionSet) -> ExplainedSet:
    guide = guides().get(ts.type)
    mapped = maps.read_document(ts, _context(ts))
    header = ts.interchange
    known = mapped.body is not None
    columns, lines, words = say(mapped.body) if mapped.body is not None else ((), (), tuple(_segments(ts)))
    return ExplainedSet(
        type=ts.type,
        name=guide.name if guide else "Transaction set without a guide of ours",
        control_number=ts.control_number,
        segment=ts.number,
        offset=ts.offset,
        segments=ts.count,
        sender=_identity(header.sender_qualifier, header.sender),
        receiver=_identity(header.receiver_qualifier, header.receiver),
        interchange=header.control_number,
        group=ts.group.control_number,
        version=ts.group.version or header.version,
        usage="test" if header.usage == "T" else "production",
        document=mapped.document,
        accepted=known,
        words=words,
        columns=columns,
        lines=lines,
        faults=tuple(_fault(each) for each in mapped.faults),
        body=mapped.body,
    )


def _context(ts: x12.TransactionSet) -> maps.MapContext:
    """Without an agreement: the receiver is us, and item ids are taken as they stand."""
    us, partner = PartyRef(ts.interchange.receiver), PartyRef(ts.interchange.sender)
    return maps.MapContext("", us, partner, "supplier" if ts.type in _RECEIVED_BY_SUPPLIER else "buyer")


def _identity(qualifier: str, name: str) -> str:
    return f"{qualifier}/{name}" if qualifier else name


def _segments(ts: x12.TransactionSet) -> Iterator[str]:
    """A set as its segments, for those that are refused or that no guide knows."""
    if ts.count > _MOST_SEGMENTS * 100:
        yield f"{ts.count} segments, too many to list"
        return
    rules = segment_rules()
    for segment in ts.segments[:_MOST_SEGMENTS]:
        rule = rules.get(segment.id)
        values = []
        for number, value in enumerate(segment.elements[1:], 1):
            if value.strip():
                element = rule.rule(number) if rule else None
                values.append(f"{element.name} {value.strip()}" if element else f"{number:02d} {value.strip()}")
        name = f"{segment.id} {rule.name}" if rule else segment.id
        yield f"{segment.number}. {name}: {', '.join(values)}"
    if ts.count > _MOST_SEGMENTS:
        yield f"and {ts.count - _MOST_SEGMENTS} more segments"
