"""What 997, 999 and CONTRL say of our documents, with the meaning of their codes."""

from __future__ import annotations

from collections.abc import Iterator

from crossdock.edi.guides import codes
from crossdock.model.acknowledgement import (
    AcknowledgedSet,
    FunctionalAcknowledgement,
    ReportedGroup,
    ReportedMessage,
    ReportedSegment,
    SyntaxReport,
)

Line = tuple[str, ...]
Said = tuple[tuple[str, ...], tuple[Line, ...], tuple[str, ...]]


def meant(kind: str, code: str) -> str:
    """`8, an element is wrong`; of a code that is not known itself, of none that there is none."""
    if not code:
        return "no code says what is wrong"
    words = codes(kind).get(code, "")
    return f"{code}, {words}" if words else f"{code}, a code that nobody knows"


def receipt(said: FunctionalAcknowledgement) -> Said:
    """Of a group of X12, and each set in it."""
    verdict = said.verdict.replace("_", " ") + _why("group_error", said.codes)
    words = f"Group {said.group_id} {said.group_control_number} was {verdict}"
    return ("set", "verdict", "segments", "elements"), tuple(_set(each) for each in said.sets), (words,)


def _set(said: AcknowledgedSet) -> Line:
    segments = (
        f"segment {position} ({segment}): {meant('segment_error', code)}" for position, segment, code in said.faults
    )
    elements = (
        f"segment {position}, element {element}: {meant('element_error', code)}"
        for position, element, code in said.elements
    )
    verdict = said.verdict.replace("_", " ") + _why("set_error", said.codes)
    return f"{said.set_type} {said.control_number}", verdict, "; ".join(segments), "; ".join(elements)


def _why(kind: str, found: tuple[str, ...]) -> str:
    return ": " + "; ".join(meant(kind, code) for code in found) if found else ""


def syntax_report(said: SyntaxReport) -> Said:
    """Of an interchange of EDIFACT, its groups and each message."""
    where = ", ".join(each for each in (said.segment, f"element {said.element}" if said.element else "") if each)
    words = [
        f"Interchange {said.reference} of {said.sender} to {said.receiver} "
        f"was {_verdict(said.rejected, said.code, where)}",
        *(
            f"Group {group.reference} of {group.sender} to {group.receiver} "
            f"was {_verdict(group.rejected, group.code, group.segment)}"
            for group in said.groups
        ),
    ]
    lines = tuple(_message(each, group) for each, group in _messages(said))
    return ("group", "message", "version", "verdict", "segments"), lines, tuple(words)


def _messages(said: SyntaxReport) -> Iterator[tuple[ReportedMessage, ReportedGroup | None]]:
    yield from ((each, None) for each in said.messages)
    yield from ((each, group) for group in said.groups for each in group.messages)


def _message(said: ReportedMessage, group: ReportedGroup | None) -> Line:
    verdict = _verdict(said.rejected, said.code, said.segment)
    place = group.reference if group is not None else ""
    return place, f"{said.type} {said.reference}", said.version, verdict, "; ".join(map(_segment, said.segments))


def _segment(said: ReportedSegment) -> str:
    parts = [meant("syntax_error", said.code)] if said.code or not said.elements else []
    parts += [f"element {element}: {meant('syntax_error', code)}" for element, code in said.elements]
    return f"segment {said.position}: " + "; ".join(parts)


def _verdict(rejected: bool, code: str, where: str) -> str:
    """`rejected: 29, the trailer counts another number (UNT)`; what is not rejected is acknowledged."""
    if not rejected:
        return "acknowledged"
    why = f": {meant('syntax_error', code)}" if code else ""
    return f"rejected{why}" + (f" ({where})" if where else "")
