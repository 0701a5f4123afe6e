"""What we send, brought into the partner's form and held against its guideline before it leaves."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import replace

from crossdock.edi import edifact
from crossdock.edi.edifact.envelope import Message
from crossdock.edi.edifact.writer import OutgoingMessage, Repeated
from crossdock.edi.guidelines.compiled import Compiled
from crossdock.edi.guidelines.overlay import Cells
from crossdock.edi.kernel.faults import Fault
from crossdock.edi.kernel.writing import COMPONENT, ELEMENT, END, CannotWrite, Joined
from crossdock.edi.x12.envelope import Delimiters, GroupHeader, InterchangeHeader, TransactionSet
from crossdock.edi.x12.writer import OutgoingSegment, OutgoingSet

# Separators that no checked value may hold, so that checking does not depend on the interchange's own.
_MARKS = Delimiters(element=ELEMENT, component=COMPONENT, terminator=END)
_CHECKING = InterchangeHeader("", "", "", "", "", "", "", "", False, "", _MARKS)
_ANY_DAY = dt.datetime(2000, 1, 1)  # of an envelope that is thrown away


def as_sent(outgoing: OutgoingSet, compiled: Compiled) -> OutgoingSet:
    """A set as the partner wants it. Raises `CannotWrite` with the partner's words."""
    segments = outgoing.segments
    if compiled.overlay.steps:
        cells = compiled.overlay.write([[[value] for value in row] for row in segments])
        segments = [tuple(parts[0] for parts in row) for row in cells]
    _refuse(compiled.faults(_as_set(outgoing, segments, compiled.form.version)), compiled)
    return OutgoingSet(outgoing.functional_id, outgoing.type, segments)


def _as_set(outgoing: OutgoingSet, segments: Sequence[OutgoingSegment], version: str) -> TransactionSet:
    count = len(segments) + 2
    first, last = _joined([("ST", outgoing.type, "0001")]), _joined([("SE", str(count), "0001")])
    between = segments.text if isinstance(segments, Joined) else _joined(segments)
    group = GroupHeader(outgoing.functional_id, "", "", "", "", "", version, 0, 0)
    raw = (first + between + last).encode()
    return TransactionSet(_CHECKING, group, outgoing.type, "0001", raw, 1, 0, count)


def _joined(segments: Sequence[OutgoingSegment]) -> str:
    return "".join([ELEMENT.join(row).rstrip(ELEMENT) + END for row in segments])


def message_as_sent(outgoing: OutgoingMessage, compiled: Compiled) -> OutgoingMessage:
    """A message as the partner wants it. Raises `CannotWrite` with the partner's words."""
    segments = outgoing.segments
    if compiled.overlay.steps:
        segments = outgoing.parted
        if any(isinstance(element, Repeated) for row in segments for element in row):
            raise CannotWrite("an overlay has no way to look into elements that are repeated")
        cells = compiled.overlay.write([_cells(row) for row in segments])
        segments = [(row[0][0], *(tuple(parts) if len(parts) > 1 else parts[0] for parts in row[1:])) for row in cells]
    made = replace(outgoing, segments=segments, joined=outgoing.joined and not compiled.overlay.steps)
    header = edifact.InterchangeOut("US", "THEM", "1", _ANY_DAY, syntax="UNOW", version="4")
    read = edifact.read(edifact.write_interchange(header, [made]))
    (message,) = (item for item in read if isinstance(item, Message))
    _refuse(compiled.faults(message), compiled)
    return made


def _cells(row: Sequence[object]) -> Cells:
    return [[element] if isinstance(element, str) else [str(part) for part in element] for element in row]  # type: ignore[attr-defined]


def _refuse(faults: Sequence[Fault], compiled: Compiled) -> None:
    """Everything refuses, but what the guideline itself calls a warning."""
    for each in faults:
        chosen = each.severity == "warning" and (each.kind.severity == "error" or each.code == "segment_unexpected")
        if not chosen:
            where = each.segment_id + (f"{each.element:02d}" if each.element else "")
            raise CannotWrite(f"{compiled.form.partner} {compiled.document}: {each.code} in {where}: {each.detail}")
