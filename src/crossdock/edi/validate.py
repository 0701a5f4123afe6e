"""Is what a file holds as its partner wants it? Envelope, guideline, and what our maps need, set by set."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from itertools import chain

import msgspec

from crossdock.edi import edifact, maps, x12
from crossdock.edi.explain import ExplainedSet, context_of, document
from crossdock.edi.guidelines.form import Direction
from crossdock.edi.guidelines.packs import Guidelines
from crossdock.edi.guides.edifact import told_beside
from crossdock.edi.guides.numbers import told_of_numbers
from crossdock.edi.guides.relations import told_of_relations
from crossdock.edi.guides.ta1 import TYPE as TA1
from crossdock.edi.guides.ta1 import check_ta1
from crossdock.edi.inputs import head_of, items
from crossdock.edi.kernel.faults import Fault, fault
from crossdock.edi.kernel.syntax import XML
from crossdock.edi.kernel.tolerance import Policy
from crossdock.edi.told import ExplainedFault, explained
from crossdock.edi.words import say


class ValidatedSet(msgspec.Struct, frozen=True, tag_field="kind", tag="document"):
    """One transaction set or message: `guideline` names what it was held against (partner, document and version), empty
    where the base guide alone holds; `refused` where anything in it refuses it."""

    type: str
    control_number: str
    version: str
    segment: int
    offset: int
    guideline: str
    refused: bool
    faults: tuple[ExplainedFault, ...]
    words: tuple[str, ...] = ()
    """What an interchange acknowledgement (TA1) says."""


def validate(
    data: bytes | Iterable[bytes],
    guidelines: Guidelines | None = None,
    direction: Direction | None = None,
    tolerance: Policy | None = None,
) -> Iterator[ValidatedSet | ExplainedFault]:
    """Everything in an input, in order. What the tolerance mends or accepts is a warning, what it rejects an error."""
    head, chunks = head_of(data)
    if head.syntax == XML:
        if head.note is not None:
            yield explained(head.note)
        yield _of_ubl(document(chain((head.bytes,), chunks)), guidelines, direction)
        return
    for item in items(head, chunks, tolerance):
        if isinstance(item, Fault):
            yield explained(item)
        elif isinstance(item, edifact.Message):
            yield _validated(item, item.version, guidelines, direction)
        elif item.type == TA1:
            yield _acknowledged(item)
        else:
            yield _validated(item, item.group.version or item.interchange.version, guidelines, direction)


def _of_ubl(
    found: ExplainedSet | ExplainedFault, guidelines: Guidelines | None, direction: Direction | None
) -> ValidatedSet | ExplainedFault:
    """A UBL document, held against its standard: guidelines are for X12 and EDIFACT."""
    if isinstance(found, ExplainedFault):
        return found
    place = found.segment, found.offset
    told = found.faults
    if guidelines:
        words = _not_described(found.type, guidelines, direction)
        told = (explained(fault("guideline_missing", segment=1, offset=0, detail=words), in_lines=True), *told)
    refused = found.refused or bool(guidelines)
    return ValidatedSet(found.type, "", found.version, *place, "", refused, told)


def _acknowledged(ts: x12.TransactionSet) -> ValidatedSet:
    """A TA1, which is no matter of guidelines."""
    mapped = maps.read_document(ts, context_of(ts))
    words = say(mapped.body)[2] if mapped.body is not None else ()
    return ValidatedSet(
        ts.type,
        ts.control_number,
        ts.interchange.version,
        ts.number,
        ts.offset,
        "",
        mapped.body is None,
        tuple(map(explained, (*mapped.faults, *check_ta1(ts)))),
        words=words,
    )


def _validated(
    item: x12.TransactionSet | edifact.Message,
    version: str,
    guidelines: Guidelines | None,
    direction: Direction | None,
) -> ValidatedSet:
    compiled = guidelines.for_item(item, direction) if guidelines else None
    chosen = Guidelines(guidelines.partner, (compiled,)) if guidelines and compiled else None
    faults = faults_of(item, chosen)
    if guidelines and compiled is None:
        faults = (_missing(item, guidelines, direction), *faults)
    named = f"{compiled.form.partner} {compiled.document} {compiled.form.version}" if compiled else ""
    return ValidatedSet(
        item.type,
        item.control_number,
        version,
        item.number,
        item.offset,
        named,
        any(each.severity == "error" for each in faults),
        tuple(map(explained, faults)),
    )


def _missing(item: x12.TransactionSet | edifact.Message, guidelines: Guidelines, direction: Direction | None) -> Fault:
    """Nobody is to take what the base guide says for the partner's word. Acknowledgements are as the standard has
    them, and seldom described: of these it is a warning."""
    return fault(
        "guideline_missing",
        segment=item.number,
        offset=item.offset,
        position=1,
        segment_id="UNH" if isinstance(item, edifact.Message) else "ST",
        detail=_not_described(item.type, guidelines, direction),
        severity="warning" if item.type in _ACKNOWLEDGEMENTS else None,
    )


def _not_described(document: str, guidelines: Guidelines, direction: Direction | None) -> str:
    """What is told where a partner has no guideline for a document, or none for the way it goes."""
    there = sorted({each.document for each in guidelines.guidelines})
    if document in there:
        return f"{guidelines.partner} describes no {document} that goes `{direction}`, only the other way"
    named = f"only {', '.join(there)}" if there else "nor any other document"
    return f"{guidelines.partner} describes no {document or 'such document'}, {named}"


def faults_of(item: x12.TransactionSet | edifact.Message, chosen: Guidelines | None) -> tuple[Fault, ...]:
    """Everything that is wrong with a set, by the one guideline that is chosen, and by what our map needs where we have
    one. Where its trailer alone refuses it, the rest is told as well."""
    if item.refused and all(each.code in _OF_TRAILER for each in item.faults if each.severity == "error"):
        return (*item.faults, *faults_of(replace(item, faults=()), chosen))
    if chosen is not None:
        # Whoever sends it: it is held against this guideline.
        (compiled,) = chosen.guidelines
        mapped = item.type in maps.documents()["EDIFACT" if isinstance(item, edifact.Message) else "X12"]
        if not mapped or item.refused:
            found = () if item.refused and item.count > _MOST_SEGMENTS else tuple(compiled.faults(item))
            return tuple(dict.fromkeys((*item.faults, *found)))
        both = Guidelines(chosen.partner, (compiled.both_ways,))
        context = msgspec.structs.replace(context_of(item), guidelines=both)
    else:
        context = context_of(item)
    if isinstance(item, edifact.Message):
        found = maps.all_faults(item, context)
        # The partner's guideline is narrower than the directory, or knows better.
        return found if chosen is not None else told_of_numbers(item, told_beside(item, found))
    found = maps.all_faults(item, context)
    return found if chosen is not None else told_of_numbers(item, told_of_relations(item, found))


_ACKNOWLEDGEMENTS = ("997", "999", "CONTRL")
_OF_TRAILER = ("set_count_mismatch", "set_control_mismatch")
"""What says nothing against that the set was read as it is."""
_MOST_SEGMENTS = 100_000
"""A set that is refused for its size is not looked into."""
