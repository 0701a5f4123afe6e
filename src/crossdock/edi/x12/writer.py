"""Writes interchanges. X12 has no escape character: a separator inside an identifier is refused, inside free text it
becomes a space."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass, field

from crossdock.edi.kernel.writing import CannotWrite, Text
from crossdock.edi.x12.envelope import Delimiters

ACKNOWLEDGEMENT = "TA1"
OutgoingSegment = tuple[str, ...]
"""Segment id, then the elements; trailing empty elements are left out when written."""
COMPONENT = "\x1f"
"""Stands between the components of a composite element until an interchange says what separates them."""


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
    rows: list[OutgoingSegment] = [row for each in sets if each.type == ACKNOWLEDGEMENT for row in each.segments]
    groups = _groups([each for each in sets if each.type != ACKNOWLEDGEMENT])
    for index, group in enumerate(groups):
        rows.extend(_group(header, header.group_control_number + index, group))
    rows.append(("IEA", str(len(groups)), f"{header.control_number:09d}"))
    marks = header.delimiters
    end = marks.terminator + marks.suffix
    return (marks.element.join(_isa(header)) + end + _lines(rows, marks, end)).encode()


def _isa(header: InterchangeOut) -> OutgoingSegment:
    if not 0 < header.control_number <= 999_999_999:
        raise CannotWrite(f"ISA13 cannot hold {header.control_number}")
    for name, value in (("ISA06", header.sender), ("ISA08", header.receiver)):
        if not value or len(value) > 15:
            raise CannotWrite(f"{name} has 1 to 15 characters, not {value!r}")
    marks = header.delimiters
    version = "00" + header.version[2:5] if len(header.version) >= 5 else "00401"
    repetition = marks.repetition or "U"
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
        repetition,
        version,
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


def _group(header: InterchangeOut, number: int, sets: Sequence[OutgoingSet]) -> list[OutgoingSegment]:
    if not 0 < number <= 999_999_999:
        raise CannotWrite(f"GS06 cannot hold {number}")
    rows: list[OutgoingSegment] = [
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
    for set_number, each in enumerate(sets, header.first_set_number):
        control = f"{set_number:04d}"
        rows.append(("ST", each.type, control))
        rows.extend(each.segments)
        rows.append(("SE", str(len(each.segments) + 2), control))
    rows.append(("GE", str(len(sets)), str(number)))
    return rows


def _lines(rows: Sequence[OutgoingSegment], marks: Delimiters, end: str) -> str:
    """All segments. Values are looked through one by one only where something in them may not be written."""
    separator, forbidden = marks.element, marks.element + marks.terminator + marks.component + marks.repetition
    said = "".join(["".join(row) for row in rows]).replace(COMPONENT, "")
    if said.isprintable() and not any(mark in said for mark in forbidden):
        text = end.join([separator.join(row).rstrip(separator) for row in rows]) + end
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
