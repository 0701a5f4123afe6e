"""Writes interchanges. X12 has no escape character: a separator inside an identifier is refused, inside free text it
becomes a space."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from crossdock.edi.kernel.writing import COMPONENT, ELEMENT, END, CannotWrite, Joined, Text
from crossdock.edi.x12.envelope import FIRST_WITH_REPETITION, Delimiters

ACKNOWLEDGEMENT = "TA1"
_REPETITIONS = "^|!\\`"
OutgoingSegment = tuple[str, ...]
"""Segment id, then the elements (`COMPONENT` between the components of a composite one); trailing empty elements are
left out when written."""


@dataclass(frozen=True, slots=True)
class OutgoingSet:
    """A transaction set without ST and SE, which the writer adds; of type `TA1`, segments of the interchange itself."""

    functional_id: str
    type: str
    segments: Sequence[OutgoingSegment]


@dataclass(frozen=True, slots=True)
class InterchangeOut:
    """Everything of the envelope that the agreement decides. `control_number` goes to ISA13,
    `group_control_number` to GS06 (a set of another functional id opens the next group with the next number)."""

    sender: str
    receiver: str
    control_number: int
    group_control_number: int
    at: dt.datetime
    """Written as it is: give it in the zone the partner expects."""
    sender_qualifier: str = "ZZ"
    receiver_qualifier: str = "ZZ"
    group_sender: str = ""
    """GS02; the interchange sender unless said."""
    group_receiver: str = ""
    version: str = "004010"
    usage: str = "P"
    """`P` production, `T` test."""
    acknowledgement_requested: bool = False
    delimiters: Delimiters = field(default_factory=Delimiters)
    first_set_number: int = 1


def write_interchange(header: InterchangeOut, sets: Sequence[OutgoingSet]) -> bytes:
    """One interchange with a group per run of equal functional ids, and what stands before all groups. Raises
    `CannotWrite`."""
    header = _with_repetition(header, sets)
    parts: list[Sequence[OutgoingSegment]] = [each.segments for each in sets if each.type == ACKNOWLEDGEMENT]
    groups = _groups([each for each in sets if each.type != ACKNOWLEDGEMENT])
    for index, group in enumerate(groups):
        parts.extend(_group(header, header.group_control_number + index, group))
    parts.append([("IEA", str(len(groups)), f"{header.control_number:09d}")])
    marks = header.delimiters
    end = marks.terminator + marks.suffix
    written = [_joined(each, marks, end) if isinstance(each, Joined) else _lines(each, marks, end) for each in parts]
    return "".join([marks.element.join(_isa(header)), end, *written]).encode()


def _with_repetition(header: InterchangeOut, sets: Sequence[OutgoingSet]) -> InterchangeOut:
    """From version 00402 on ISA11 is the repetition separator: the usual one, or another that no value holds."""
    marks = header.delimiters
    if marks.repetition or _interchange_version(header) < FIRST_WITH_REPETITION:
        return header
    said = "".join(_said(each.segments) for each in sets) + marks.element + marks.component + marks.terminator
    found = next((each for each in _REPETITIONS if each not in said), "")
    if not found:  # one that text alone holds becomes a space there
        found = next(each for each in _REPETITIONS if each not in _forbidden(marks))
    return replace(header, delimiters=replace(marks, repetition=found))


def _said(segments: Sequence[OutgoingSegment]) -> str:
    return segments.text if isinstance(segments, Joined) else "".join(["".join(row) for row in segments])


def _interchange_version(header: InterchangeOut) -> str:
    return "00" + header.version[2:5] if len(header.version) >= 5 else "00401"


def _isa(header: InterchangeOut) -> OutgoingSegment:
    if not 0 < header.control_number <= 999_999_999:
        raise CannotWrite(f"ISA13 cannot hold {header.control_number}")
    for name, value in (("ISA06", header.sender), ("ISA08", header.receiver)):
        if not value or len(value) > 15:
            raise CannotWrite(f"{name} has 1 to 15 characters, not {value!r}")
    marks = header.delimiters
    return (
        "ISA",
        "00",
        " " * 10,
        "00",
        " " * 10,
        f"{header.sender_qualifier:2}",
        f"{header.sender:15}",
        f"{header.receiver_qualifier:2}",
        f"{header.receiver:15}",
        f"{header.at:%y%m%d}",
        f"{header.at:%H%M}",
        marks.repetition or "U",
        _interchange_version(header),
        f"{header.control_number:09d}",
        "1" if header.acknowledgement_requested else "0",
        header.usage,
        marks.component,
    )


def _groups(sets: Sequence[OutgoingSet]) -> list[list[OutgoingSet]]:
    groups: list[list[OutgoingSet]] = []
    for each in sets:
        if groups and groups[-1][0].functional_id == each.functional_id:
            groups[-1].append(each)
        else:
            groups.append([each])
    return groups


def _group(header: InterchangeOut, number: int, sets: Sequence[OutgoingSet]) -> list[Sequence[OutgoingSegment]]:
    """The segments of each set, and before and behind them those around it."""
    if not 0 < number <= 999_999_999:
        raise CannotWrite(f"GS06 cannot hold {number}")
    around: list[OutgoingSegment] = [
        (
            "GS",
            sets[0].functional_id,
            header.group_sender or header.sender,
            header.group_receiver or header.receiver,
            f"{header.at:%Y%m%d}",
            f"{header.at:%H%M}",
            str(number),
            "X",
            header.version,
        )
    ]
    parts: list[Sequence[OutgoingSegment]] = []
    for set_number, each in enumerate(sets, header.first_set_number):
        control = f"{set_number:04d}"
        parts += [[*around, ("ST", each.type, control)], each.segments]
        around = [("SE", str(len(each.segments) + 2), control)]
    return [*parts, [*around, ("GE", str(len(sets)), str(number))]]


def _joined(segments: Joined[OutgoingSegment], marks: Delimiters, end: str) -> str:
    """Segments that are one text. They are looked through one by one only where something may not be written."""
    text = segments.text
    if any(mark in text for mark in _forbidden(marks)):
        return _lines(segments, marks, end)
    return text.replace(COMPONENT, marks.component).replace(ELEMENT, marks.element).replace(END, end)


def _forbidden(marks: Delimiters) -> str:
    return marks.element + marks.terminator + marks.component + marks.repetition


def _lines(rows: Sequence[OutgoingSegment], marks: Delimiters, end: str) -> str:
    """All segments. Values are looked through one by one only where something in them may not be written."""
    separator, forbidden = marks.element, _forbidden(marks)
    said = "".join(["".join(row) for row in rows]).replace(COMPONENT, "")
    if said.isprintable() and not any(mark in said for mark in forbidden):
        text = "".join([separator.join(row).rstrip(separator) + end for row in rows])
        return text.replace(COMPONENT, marks.component)
    return "".join(_line(row, marks, forbidden) + end for row in rows)


def _line(row: OutgoingSegment, marks: Delimiters, forbidden: str) -> str:
    last = len(row)
    while last > 1 and not row[last - 1]:
        last -= 1
    for index in range(last):
        value = row[index]
        if value.isprintable() and not any(mark in value for mark in forbidden):
            continue
        if COMPONENT in value:
            parts = [_line((row[0], part), marks, forbidden)[len(row[0]) + 1 :] for part in value.split(COMPONENT)]
            row = (*row[:index], marks.component.join(parts), *row[index + 1 :])
            continue
        if not isinstance(value, Text):
            raise CannotWrite(f"{row[0]}{index:02d} holds a separator or control character: {value!r}")
        cleaned = "".join(" " if not c.isprintable() or c in forbidden else c for c in value)
        row = (*row[:index], cleaned, *row[index + 1 :])
    return marks.element.join(row[:last])
