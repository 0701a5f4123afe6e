"""Translation: a file with any number of interchanges becomes records, replies and faults. Pure; never raises for
what the bytes hold."""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Iterator

from crossdock.edi import maps, x12
from crossdock.exchange.acknowledgements import DOCUMENT, owed
from crossdock.exchange.agreements import Desk
from crossdock.exchange.records import AGREED_AS, Letter, NotTaken, record_of
from crossdock.ports.connector import Fault, RawDocument, Record, References, Reply, Translation
from crossdock.project.network import Agreement

Item = x12.TransactionSet | x12.InterchangeFault


def translate(raw: RawDocument, desk: Desk, references: References) -> Translation:
    """Everything a transmission says."""
    records: list[Record] = []
    replies: list[Reply] = []
    faults: list[Fault] = []
    for items in _interchanges(x12.read(raw.content)):
        part = _interchange(items, raw, desk, references)
        records += part.records
        replies += part.replies
        faults += part.faults
    return Translation(records=tuple(records), replies=tuple(replies), faults=tuple(faults))


def _interchanges(items: Iterable[Item]) -> Iterator[list[Item]]:
    """What was read, interchange by interchange; what belongs to none stands alone."""
    groups = itertools.groupby(items, lambda item: item.interchange.offset if item.interchange else -1)
    return (list(group) for _, group in groups)


def _interchange(items: list[Item], raw: RawDocument, desk: Desk, references: References) -> Translation:
    header = items[0].interchange
    broken = tuple(
        _fault(item.fault) for item in items if isinstance(item, x12.InterchangeFault) and _matters(item.fault)
    )
    if header is None:
        return Translation(faults=broken)
    agreement = desk.of_interchange(header)
    if agreement is None:
        return Translation(faults=(*broken, _stranger(header, desk)))
    records: list[Record] = []
    faults: list[Fault] = list(broken)
    syntax: list[x12.Fault] = []
    context = desk.context(agreement, references)
    for item in items:
        if isinstance(item, x12.InterchangeFault):
            continue
        mapped = maps.read_document(item, context)
        found = tuple(dict.fromkeys((*item.faults, *mapped.faults)))
        syntax += found
        faults += [_fault(each) for each in found if _matters(each)]
        try:
            if (record := _take(mapped, item, agreement, desk, raw)) is not None:
                records.append(record)
        except NotTaken as refusal:
            faults.append(Fault(refusal.code, refusal.detail, _pointer(item), item.offset))
    replies = owed(agreement, items, syntax, raw.content, raw.received_at) if DOCUMENT in agreement.sends else []
    return Translation(records=tuple(records), replies=tuple(replies), faults=tuple(faults))


def _take(
    mapped: maps.MappedDocument, item: x12.TransactionSet, agreement: Agreement, desk: Desk, raw: RawDocument
) -> Record | None:
    """The record of one set; None where its faults already say why there is none."""
    if mapped.body is None or item.refused:
        return None
    name = AGREED_AS.get(mapped.document, mapped.document)
    if name not in agreement.takes:
        raise NotTaken("document_not_agreed", f"{agreement.partner} and {agreement.company} exchange no {name}")
    return record_of(mapped.document, mapped.body, Letter(desk, agreement, raw, _pointer(item)))


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
