"""CONTRL <-> `SyntaxReport` (ISO 9735, syntax version 3, and ISO 9735-4, version 4).

UCI the interchange: its reference, sender and recipient, what was done with it (0083: 4 rejected, 7 acknowledged, 8
received), error code (0085), service segment in error (0013) and element (S011). UCF the same of a group, UCM of a
message with its type and version (S009), UCS a segment in error by its position from 1 (UNH), UCD an element of it.
S011 counts the tag of a segment as 1, so that element 1 stands at 2. Addresses for routing are not read.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise

from crossdock.edi.edifact.writer import OutgoingSegment
from crossdock.edi.maps.edifact.reading import Reading
from crossdock.edi.maps.edifact.rows import Row
from crossdock.edi.maps.edifact.writing import Writing, limited
from crossdock.model.acknowledgement import ReportedGroup, ReportedMessage, ReportedSegment, SyntaxReport

VERSION = "D:3:UN"
_REJECTED, _ACKNOWLEDGED = "4", "7"
_ACTIONS = (_REJECTED, _ACKNOWLEDGED, "8", "1", "2", "3")
_TAG = 1
"""What S011 counts before the first element."""

_LONGEST_REFERENCE = 14
"""Of an interchange, a group or a message."""


def read(reading: Reading) -> SyntaxReport:
    """The report; what is amiss are faults."""
    row, at = reading.first("UCI")
    groups, messages = _groups(reading)
    return SyntaxReport(
        reference=_needed(reading, row, at, 1),
        sender=_needed(reading, row, at, 2),
        receiver=_needed(reading, row, at, 3),
        rejected=_rejected(reading, row, at, 4),
        code=reading.part(row, 5),
        segment=reading.part(row, 6),
        element=_element(reading, row, at, 7),
        groups=groups,
        messages=messages,
        company_id=reading.context.company_id,
    )


def _groups(reading: Reading) -> tuple[tuple[ReportedGroup, ...], tuple[ReportedMessage, ...]]:
    """The groups with their messages, and the messages that stand in none."""
    starts = [index for index, row in enumerate(reading.rows) if row[0] == "UCF"]
    end = len(reading.rows)
    loose = tuple(_messages(reading, 0, starts[0] if starts else end))
    groups = []
    for start, stop in pairwise([*starts, end]):
        row, at = reading.rows[start], start + 1
        reference, sender, receiver = (_needed(reading, row, at, element) for element in (1, 2, 3))
        rejected, messages = _rejected(reading, row, at, 4), tuple(_messages(reading, start, stop))
        code, segment = reading.part(row, 5), reading.part(row, 6)
        groups.append(ReportedGroup(reference, sender, receiver, rejected, code, segment, messages))
    return tuple(groups), loose


def _messages(reading: Reading, start: int, stop: int) -> Iterator[ReportedMessage]:
    starts = [index for index in range(start, stop) if reading.rows[index][0] == "UCM"]
    for index, end in pairwise([*starts, stop]):
        row, at = reading.rows[index], index + 1
        kind, *version = reading.parts(row, 2)
        yield ReportedMessage(
            type=kind,
            version=":".join(version).rstrip(":"),
            reference=_needed(reading, row, at, 1),
            rejected=_rejected(reading, row, at, 3),
            code=reading.part(row, 4),
            segment=reading.part(row, 5),
            segments=tuple(_segments(reading, index, end)),
        )


def _segments(reading: Reading, start: int, stop: int) -> Iterator[ReportedSegment]:
    starts = [index for index in range(start, stop) if reading.rows[index][0] == "UCS"]
    for index, end in pairwise([*starts, stop]):
        row = reading.rows[index]
        elements = tuple(
            (_element(reading, each, position, 2), reading.part(each, 1))
            for position, each in enumerate(reading.rows[index:end], index + 1)
            if each[0] == "UCD"
        )
        yield ReportedSegment(_whole(reading, row, index + 1, 1), reading.part(row, 2), elements)


def _needed(reading: Reading, row: Row, at: int, element: int) -> str:
    value = reading.part(row, element)
    if not value:
        reading.fault("element_missing", at, element, 1)
    return value


def _rejected(reading: Reading, row: Row, at: int, element: int) -> bool:
    """What was done; nonsense is a fault."""
    action = _needed(reading, row, at, element)
    if action and action not in _ACTIONS:
        reading.fault("code_unknown", at, element, 1, f"{action!r} is no action we know")
    return action == _REJECTED


def _element(reading: Reading, row: Row, at: int, element: int) -> int:
    """The number of an element in error; 0 where none is named."""
    return max(_whole(reading, row, at, element) - _TAG, 0) if reading.part(row, element) else 0


def _whole(reading: Reading, row: Row, at: int, element: int) -> int:
    text = _needed(reading, row, at, element)
    if text.isascii() and text.isdigit() and len(text) <= 9:
        return int(text)
    if text:
        reading.fault("number_invalid", at, element, 1, f"{text!r} is no whole number")
    return 0


def write(report: SyntaxReport, writing: Writing) -> list[OutgoingSegment]:
    """The segments of the report."""
    of_all = _state(report.rejected, report.code, report.segment)
    place = (str(report.element + _TAG),) if report.element else ""
    sides = limited("UCI 0004", report.sender), limited("UCI 0010", report.receiver)
    names = (limited("UCI 0020", report.reference, _LONGEST_REFERENCE), *sides)
    rows: list[OutgoingSegment] = [("UCI", *names, *of_all, place)]
    for message in report.messages:
        rows += _message_rows(message)
    for group in report.groups:
        sides = limited("UCF 0040", group.sender), limited("UCF 0044", group.receiver)
        names = (limited("UCF 0048", group.reference, _LONGEST_REFERENCE), *sides)
        rows.append(("UCF", *names, *_state(group.rejected, group.code, group.segment)))
        for message in group.messages:
            rows += _message_rows(message)
    return rows


def _message_rows(message: ReportedMessage) -> Iterator[OutgoingSegment]:
    kind = (message.type, *message.version.split(":"))
    reference = limited("UCM 0062", message.reference, _LONGEST_REFERENCE)
    yield ("UCM", reference, kind, *_state(message.rejected, message.code, message.segment))
    for each in message.segments:
        yield ("UCS", str(each.position), each.code)
        for element, code in each.elements:
            yield ("UCD", code, (str(element + _TAG),))


def _state(rejected: bool, code: str, segment: str) -> tuple[str, str, str]:
    return _REJECTED if rejected else _ACKNOWLEDGED, code, segment
