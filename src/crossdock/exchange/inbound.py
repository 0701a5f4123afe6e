"""Translation: a file with any number of interchanges becomes records, replies and faults. Pure; never raises for
what the bytes hold."""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Iterator, Sequence

from crossdock.edi import maps, x12
from crossdock.exchange.acknowledgements import DOCUMENT, Transmission, acknowledged, owed
from crossdock.exchange.agreements import Desk
from crossdock.exchange.records import AGREED_AS, Letter, NotTaken, record_of
from crossdock.exchange.wrappers import Wrapping
from crossdock.ports.connector import Fault, Part, RawDocument, Record, References, Translation, Wrapper

Item = x12.TransactionSet | x12.InterchangeFault


def translate(raw: RawDocument, desk: Desk, references: References) -> Translation:
    """Everything a transmission says."""
    return _said(list(_parts(raw, desk, references)))


def portions(raw: RawDocument, desk: Desk, references: References, most: int) -> Iterator[Translation]:
    """The same bit by bit, up to `most` parts at a time: neither the sets read nor what they say are held in memory."""
    parts = _parts(raw, desk, references)
    while portion := list(itertools.islice(parts, most)):
        yield _said(portion)


def _said(parts: Sequence[Part]) -> Translation:
    return Translation(
        records=tuple(record for part in parts for record in part.records),
        replies=tuple(reply for part in parts for reply in part.replies),
        faults=tuple(fault for part in parts for fault in part.faults),
        parts=tuple(parts),
    )


def _parts(raw: RawDocument, desk: Desk, references: References) -> Iterator[Part]:
    """Interchange by interchange; what belongs to none stands alone."""
    transmission = Transmission(raw.content)
    for _, group in itertools.groupby(x12.read(raw.content), _offset):
        items = iter(group)
        first = next(items)
        yield from _interchange(first, itertools.chain((first,), items), raw, transmission, desk, references)


def _offset(item: Item) -> int:
    return item.interchange.offset if item.interchange else -1


def _interchange(
    first: Item, items: Iterable[Item], raw: RawDocument, transmission: Transmission, desk: Desk, references: References
) -> Iterator[Part]:
    """A part for each set, then one for what is wrong with the envelope, and one for each acknowledgement we owe."""
    header = first.interchange
    agreement = desk.of_interchange(header) if header else None
    if header is None or agreement is None:
        broken = _broken(items)
        # Whose a set without interchange is nobody says, and that is told already.
        yield Part((), faults=(*broken, _stranger(header, desk)) if header is not None and header.raw else broken)
        return
    wrapping, syntax = Wrapping(agreement), list[x12.Fault]()
    read: list[Item] = []
    wrappers: list[Wrapper] = []
    groups: dict[int, list[Wrapper]] = {}
    """Those that get an acknowledgement, in their order."""
    context = desk.context(agreement, references)
    for item in items:
        if item.group is not None and acknowledged(item.group):
            groups.setdefault(item.group.offset, [])
        if isinstance(item, x12.InterchangeFault):
            read.append(item)
            continue
        mapped = maps.read_document(item, context)
        found = tuple(dict.fromkeys((*item.faults, *mapped.faults)))
        syntax += found
        wrapper = wrapping.of(item, _pointer(item))
        wrappers.append(wrapper)
        if item.group.offset in groups:
            groups[item.group.offset].append(wrapper)
        yield _set(item, mapped, found, wrapper, Letter(desk, agreement, raw, _pointer(item)))
        read.append(item.without_content())
    if broken := _broken(read):
        yield Part(tuple(wrappers), faults=broken)
    if DOCUMENT in agreement.sends:
        replies = owed(agreement, read, syntax, transmission, raw.received_at)
        for reply, theirs in zip(replies, groups.values(), strict=True):
            yield Part(tuple(theirs), replies=(reply,))


def _broken(items: Iterable[Item]) -> tuple[Fault, ...]:
    """What is wrong with the envelope."""
    return tuple(_fault(i.fault) for i in items if isinstance(i, x12.InterchangeFault) and _matters(i.fault))


def _set(
    item: x12.TransactionSet,
    mapped: maps.MappedDocument,
    found: tuple[x12.Fault, ...],
    wrapper: Wrapper,
    letter: Letter,
) -> Part:
    """One set: its record, or why there is none."""
    faults = [_fault(each) for each in found if _matters(each)]
    records: tuple[Record, ...] = ()
    try:
        if (record := _take(mapped, item, letter)) is not None:
            records = (record,)
    except NotTaken as refusal:
        faults.append(Fault(refusal.code, refusal.detail, _pointer(item), item.offset))
    return Part((wrapper,), records=records, faults=tuple(faults))


def _take(mapped: maps.MappedDocument, item: x12.TransactionSet, letter: Letter) -> Record | None:
    """The record of one set; None where its faults already say why there is none."""
    if mapped.body is None or item.refused:
        return None
    name = AGREED_AS.get(mapped.document, mapped.document)
    if name not in letter.agreement.takes:
        raise NotTaken("document_not_agreed", f"{letter.partner} and {letter.company} exchange no {name}")
    return record_of(mapped.document, mapped.body, letter)


def _matters(fault: x12.Fault) -> bool:
    """Warnings are told to the partner in the 997; a person is asked only about what could not be taken."""
    return fault.severity == "error"


def _fault(fault: x12.Fault) -> Fault:
    return Fault(fault.code, fault.detail, fault.pointer, fault.offset)


def _pointer(item: x12.TransactionSet) -> str:
    return f"segment {item.number} (ST {item.type} {item.control_number}), byte {item.offset}"


def _stranger(header: x12.InterchangeHeader, desk: Desk) -> Fault:
    words = (
        f"no agreement with {desk.partner.id} is between sender {header.sender_qualifier} {header.sender!r} "
        f"and receiver {header.receiver_qualifier} {header.receiver!r}"
    )
    return Fault("agreement_unknown", words, f"segment {header.number} (ISA), byte {header.offset}", header.offset)
