"""Documents in words: who says what to whom, line by line, and what is wrong where."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator
from itertools import chain, islice
from typing import Literal

import msgspec

from crossdock.edi import edifact, maps, x12
from crossdock.edi.assumed import ELSEWHERE, Assumed, assumed, copied, elsewhere, unsaid
from crossdock.edi.beside import names
from crossdock.edi.guidelines.packs import Guidelines
from crossdock.edi.guides import guides, segment_rules
from crossdock.edi.guides.edifact import segment_forms, told_beside
from crossdock.edi.guides.numbers import told_of_numbers
from crossdock.edi.guides.relations import told_of_relations
from crossdock.edi.guides.ta1 import TYPE as TA1
from crossdock.edi.guides.ta1 import check_ta1
from crossdock.edi.inputs import bounded, head_of, items
from crossdock.edi.kernel.faults import Fault
from crossdock.edi.kernel.syntax import X12, XML
from crossdock.edi.kernel.tolerance import Policy
from crossdock.edi.maps.declared import Marked, definitions
from crossdock.edi.maps.places import NOWHERE, Place, place_of
from crossdock.edi.told import ExplainedFault, explained
from crossdock.edi.words import Line, say
from crossdock.model.party import PartyRef

_MOST_SEGMENTS = 200
# Who we are taken to be, for words that need a side: the receiver of the document.
_RECEIVED_BY_SUPPLIER = (
    "850", "860", "875", "830", "862", "852", "867", "820", "869", "861",
    "ORDERS", "ORDCHG", "DELFOR", "SLSRPT", "REMADV", "RECADV",
)  # fmt: skip


class ExplainedSet(msgspec.Struct, frozen=True, tag_field="kind", tag="document"):
    """One transaction set, or message of EDIFACT: `words` say the whole document, `lines` its lines as columns."""

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
    refused: bool
    words: tuple[str, ...]
    columns: tuple[str, ...]
    lines: tuple[Line, ...]
    faults: tuple[ExplainedFault, ...]
    body: msgspec.Struct | None
    not_shown: tuple[str, ...] = ()
    """What no field of the object holds, by name: `N3`, `REF*DP`."""
    assumed: tuple[Assumed, ...] = ()
    """What the object holds and the document does not say."""


def explain(
    data: bytes | Iterable[bytes],
    tolerance: Policy | None = None,
    zone: dt.tzinfo | None = None,
    guidelines: Guidelines | None = None,
) -> Iterator[ExplainedSet | ExplainedFault]:
    """Everything in an input, in order. What it is, its beginning tells; what tells nothing is read as X12. What a
    tolerance mends or accepts is a warning, what it rejects an error. Times that name no zone are in `zone`, else in
    UTC. What a partner says otherwise than others is read by the overlays of its `guidelines`."""
    head, chunks = head_of(data)
    if head.syntax == XML:
        if head.note is not None:
            yield explained(head.note)
        yield document(chain((head.bytes,), chunks), zone)
        return
    for item in items(head, chunks, tolerance):
        if isinstance(item, Fault):
            yield explained(item)
        else:
            overlay = guidelines.unjudged(item) if guidelines else None
            context = msgspec.structs.replace(context_of(item), options=maps.MapOptions(zone=zone), guidelines=overlay)
            yield _message(item, context) if isinstance(item, edifact.Message) else _set(item, context)


def document(chunks: Iterable[bytes], zone: dt.tzinfo | None = None) -> ExplainedSet | ExplainedFault:
    """A UBL document; its receiver is us. Times that name no zone are in `zone`."""
    from crossdock.edi import ubl  # here, for only XML needs lxml

    data = b"".join(bounded(chunks, ubl.XmlLimits().input_bytes))
    mapped = ubl.read(data, zone=zone)
    if not mapped.document:
        return explained(mapped.faults[0], in_lines=True)
    sides = [_side(mapped.body, names) for names in (("buyer", "recipient"), ("supplier", "issuer", "seller"))]
    of_customers = ubl.DOCUMENTS[mapped.type].received_by == "supplier"
    sender, receiver = sides if of_customers else reversed(sides)
    said = () if mapped.body is not None else tuple(islice(ubl.outline(data), _MOST_SEGMENTS))
    again = ubl.read(data, zone=ELSEWHERE).body if mapped.body is not None else None
    filled = (*copied(mapped.body), *unsaid(mapped.body, again, zone)) if mapped.body is not None else ()
    columns, lines, words = say(mapped.body, filled) if mapped.body is not None else ((), (), said)
    return ExplainedSet(
        type=mapped.type,
        name=mapped.document.replace("_", " ").capitalize(),
        control_number="",
        segment=1,
        offset=0,
        segments=data.count(b"\n") + 1,
        sender=sender,
        receiver=receiver,
        interchange="",
        group="",
        version=next((each.value for each in mapped.kept if each.path.endswith("/UBLVersionID")), "2"),
        usage="production",
        document=mapped.document,
        refused=mapped.body is None,
        words=words,
        columns=columns,
        lines=lines,
        faults=tuple(explained(each, in_lines=True) for each in mapped.faults),
        body=mapped.body,
        not_shown=names(msgspec.to_builtins(mapped.kept)) if mapped.body is not None else (),
        assumed=filled,
    )


def _side(body: msgspec.Struct | None, names: tuple[str, ...]) -> str:
    """Who stands on one side of a document, by the id it has there."""
    found = next((each for name in names if isinstance(each := getattr(body, name, None), PartyRef)), None)
    return "" if found is None else _identity(found.qualifier, found.their_id or found.id or found.name)


def _message(message: edifact.Message, context: maps.MapContext) -> ExplainedSet:
    head = message.interchange
    mapped = maps.read_message(message, context)
    again = elsewhere(message, context) if mapped.body is not None else None
    filled = tuple(assumed(message, context, mapped.body, again)) if mapped.body is not None else ()
    place = place_of(maps.as_taken(message, context)) if mapped.body is not None else NOWHERE
    columns, lines, words = say(mapped.body, filled) if mapped.body is not None else ((), (), tuple(_raw(message)))
    return ExplainedSet(
        type=message.type,
        name=mapped.document.replace("_", " ").capitalize() or "Message without a map of ours",
        control_number=message.control_number,
        segment=message.number,
        offset=message.offset,
        segments=message.count,
        sender=_identity(head.sender_qualifier, head.sender),
        receiver=_identity(head.receiver_qualifier, head.receiver),
        interchange=head.control_number,
        group=message.group.control_number if message.group else "",
        version=message.version,
        usage="test" if head.test else "production",
        document=mapped.document,
        refused=mapped.body is None,
        words=_with_address(words, place),
        columns=columns,
        lines=lines,
        faults=tuple(explained(each) for each in told_of_numbers(message, told_beside(message, mapped.faults))),
        body=mapped.body,
        not_shown=_not_shown(again, place),
        assumed=filled,
    )


def _raw(message: edifact.Message) -> Iterator[str]:
    """A message as its segments, for those that are refused or that no map reads."""
    if message.count > _MOST_SEGMENTS * 100:
        yield f"{message.count} segments, too many to list"
        return
    forms = segment_forms()
    for segment in message.segments[:_MOST_SEGMENTS]:
        form = forms.get(segment.id)
        said = []
        for number in range(1, len(segment) + 1):
            if value := " ".join(each for each in segment.components(number) if each):
                name = form.places[number - 1].name if form and number <= len(form.places) else f"{number:02d}"
                said.append(f"{name} {value}")
        yield f"{segment.number}. {segment.id} {form.name if form else ''}".rstrip() + f": {', '.join(said)}"
    if message.count > _MOST_SEGMENTS:
        yield f"and {message.count - _MOST_SEGMENTS} more segments"


def _set(ts: x12.TransactionSet, context: maps.MapContext) -> ExplainedSet:
    guide, definition = guides().get(ts.type), definitions(X12).get(ts.type)
    mapped = maps.read_document(ts, context)
    header = ts.interchange
    again = elsewhere(ts, context) if mapped.body is not None else None
    filled = tuple(assumed(ts, context, mapped.body, again)) if mapped.body is not None else ()
    place = place_of(maps.as_taken(ts, context)) if mapped.body is not None else NOWHERE
    columns, lines, words = say(mapped.body, filled) if mapped.body is not None else ((), (), tuple(_segments(ts)))
    return ExplainedSet(
        type=ts.type,
        name=guide.name if guide else definition.name if definition else _called(mapped.document),
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
        refused=mapped.body is None,
        words=_with_address(words, place),
        columns=columns,
        lines=lines,
        faults=tuple(
            explained(each)
            for each in (
                *told_of_numbers(ts, told_of_relations(ts, mapped.faults)),
                *(check_ta1(ts) if ts.type == TA1 else ()),
            )
        ),
        body=mapped.body,
        not_shown=_not_shown(again, place),
        assumed=filled,
    )


def _called(document: str) -> str:
    """A set that nothing describes, or whose description is broken."""
    return document.replace("_", " ").capitalize() or "Transaction set without a map of ours"


def _with_address(words: tuple[str, ...], place: Place) -> tuple[str, ...]:
    """The address of an order's ship-to behind who that is."""
    if not place:
        return words
    behind = next((at for at, each in enumerate(words, 1) if each.startswith("Ship to ")), len(words))
    return (*words[:behind], f"Address of the ship-to: {place.words}", *words[behind:])


def _not_shown(again: Marked | None, place: Place) -> tuple[str, ...]:
    kept = again.account.kept if again is not None else ()
    return names(
        msgspec.to_builtins([each for each in kept if not place.holds(each.position, each.element, each.component)])
    )


def context_of(item: x12.TransactionSet | edifact.Message) -> maps.MapContext:
    """Without an agreement: the receiver is us, and item ids are taken as they stand."""
    us, partner = PartyRef(item.interchange.receiver), PartyRef(item.interchange.sender)
    role: Literal["buyer", "supplier"] = "supplier" if item.type in _RECEIVED_BY_SUPPLIER else "buyer"
    return maps.MapContext("", us, partner, role)


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
