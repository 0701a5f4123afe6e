"""The CONTRLs owed for what was read (ISO 9735-4). They speak of syntax alone; what is wrong with the business is
answered elsewhere."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable
from dataclasses import dataclass, field

from crossdock.edi.edifact.envelope import GroupHeader, InterchangeFault, InterchangeHeader, Message
from crossdock.edi.kernel.faults import Fault
from crossdock.model.acknowledgement import ReportedGroup, ReportedMessage, ReportedSegment, SyntaxReport

_REPORT = "CONTRL"


@dataclass(slots=True)
class _Interchange:
    header: InterchangeHeader
    messages: list[Message] = field(default_factory=list)
    groups: dict[int, GroupHeader] = field(default_factory=dict)
    faults: list[InterchangeFault] = field(default_factory=list)


def acknowledge(items: Iterable[Message | InterchangeFault], faults: Iterable[Fault] = ()) -> list[SyntaxReport]:
    """One report per interchange with a header, in order. `faults` are those that maps found in these messages; each is
    told in the message it stands in. Warnings reject nothing and are not told; business faults are answered elsewhere.
    An interchange of reports (`CONTRL`) alone is never answered."""
    found: dict[int, _Interchange] = {}
    for item in items:
        header = item.interchange
        if header is None or not header.raw:
            continue
        one = found.setdefault(header.offset, _Interchange(header))
        if item.group is not None:
            one.groups.setdefault(item.group.offset, item.group)
        if isinstance(item, Message):
            one.messages.append(item)
        else:
            one.faults.append(item)
    told = _by_message([message for one in found.values() for message in one.messages], faults)
    return [_report(one, told) for one in found.values() if not _only_reports(one)]


def _only_reports(one: _Interchange) -> bool:
    return bool(one.messages) and all(message.type == _REPORT for message in one.messages)


def _by_message(messages: list[Message], faults: Iterable[Fault]) -> dict[int, list[Fault]]:
    """The faults of each message, by its number; each fault once."""
    messages = sorted(messages, key=lambda message: message.number)
    numbers = [message.number for message in messages]
    told: dict[int, dict[Fault, None]] = {message.number: dict.fromkeys(message.faults) for message in messages}
    for each in faults:
        index = bisect_right(numbers, each.segment) - 1
        if index >= 0 and each.segment < numbers[index] + messages[index].count:
            told[numbers[index]][each] = None
    return {number: list(found) for number, found in told.items()}


def _report(one: _Interchange, told: dict[int, list[Fault]]) -> SyntaxReport:
    header = one.header
    wrong = _gravest([each.fault for each in one.faults if each.fault.kind.level == "interchange"])
    return SyntaxReport(
        header.control_number,
        header.sender,
        header.receiver,
        wrong is not None,
        wrong.kind.contrl if wrong else "",
        wrong.segment_id if wrong else "",
        wrong.element if wrong else 0,
        tuple(_group(group, one, told) for group in one.groups.values()),
        tuple(_message(each, told[each.number]) for each in one.messages if each.group is None),
        header.acknowledgement_requested,
    )


def _group(group: GroupHeader, one: _Interchange, told: dict[int, list[Fault]]) -> ReportedGroup:
    mine = [each.fault for each in one.faults if each.group is not None and each.group.offset == group.offset]
    wrong = _gravest([each for each in mine if each.kind.level == "group"])
    messages = (each for each in one.messages if each.group is not None and each.group.offset == group.offset)
    return ReportedGroup(
        group.control_number,
        group.sender,
        group.receiver,
        wrong is not None,
        wrong.kind.contrl if wrong else "",
        wrong.segment_id if wrong else "",
        tuple(_message(each, told[each.number]) for each in messages),
    )


def _message(message: Message, faults: list[Fault]) -> ReportedMessage:
    errors = [each for each in faults if each.severity == "error" and each.kind.contrl]
    wrong = next((each for each in errors if each.kind.level == "set"), None)
    return ReportedMessage(
        message.type,
        message.version,
        message.control_number,
        bool(errors),
        wrong.kind.contrl if wrong else "",
        wrong.segment_id if wrong else "",
        tuple(_segments([each for each in errors if each.kind.level in ("segment", "element")])),
    )


def _segments(errors: list[Fault]) -> Iterable[ReportedSegment]:
    positions = dict.fromkeys(sorted(each.position for each in errors))
    for position in positions:
        here = [each for each in errors if each.position == position]
        code = next((each.kind.contrl for each in here if each.kind.level == "segment"), "")
        elements = dict.fromkeys((each.element, each.kind.contrl) for each in here if each.kind.level == "element")
        yield ReportedSegment(position, code, tuple(elements))


def _gravest(faults: list[Fault]) -> Fault | None:
    """The first error that a report has a code for."""
    return next((each for each in faults if each.severity == "error" and each.kind.contrl), None)
