"""The 997s, 999s and TA1s owed for what was read. They speak of syntax alone; what is wrong with the business is
answered elsewhere."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from operator import attrgetter
from typing import Literal

from crossdock.edi.kernel.faults import Fault, FaultKind
from crossdock.edi.x12.envelope import GroupHeader, InterchangeFault, InterchangeHeader, TransactionSet
from crossdock.model.acknowledgement import (
    AcknowledgedSet,
    FunctionalAcknowledgement,
    FunctionalVerdict,
    InterchangeAcknowledgement,
)

_ACKNOWLEDGEMENTS = "FA"
_ELEMENTS_IN_ERROR = "8"
_SEGMENTS_IN_ERROR = "5"
_MOST_CODES = 5  # AK5 and AK9 have room for so many


Kind = Literal["997", "999"]
CodeOf = Callable[[FaultKind], str]
_CODES: dict[Kind, CodeOf] = {"997": attrgetter("ak"), "999": attrgetter("ik")}


@dataclass(slots=True)
class _Group:
    header: GroupHeader
    sets: list[TransactionSet] = field(default_factory=list)
    codes: list[str] = field(default_factory=list)


def acknowledge(
    items: Iterable[TransactionSet | InterchangeFault], faults: Iterable[Fault] = (), kind: Kind = "997"
) -> list[FunctionalAcknowledgement]:
    """One acknowledgement per functional group read, in order, with the codes of a 997 or 999. `faults` are those that
    maps found in these sets; each is told in the set it stands in. Business faults do not make a set syntactically
    wrong. Groups of acknowledgements (`FA`) are never acknowledged."""
    code_of = _CODES[kind]
    groups: dict[tuple[int, int], _Group] = {}
    for item in items:
        if item.group is None or item.group.functional_id in ("", _ACKNOWLEDGEMENTS):
            continue
        offset = item.interchange.offset if item.interchange else -1
        group = groups.setdefault((offset, item.group.offset), _Group(item.group))
        if isinstance(item, TransactionSet):
            group.sets.append(item)
        elif item.fault.kind.level == "group" and code_of(item.fault.kind):
            group.codes.append(code_of(item.fault.kind))
    told = _by_set([ts for group in groups.values() for ts in group.sets], faults)
    return [_answer(group, told, code_of) for group in groups.values()]


def acknowledge_interchanges(items: Iterable[TransactionSet | InterchangeFault]) -> list[InterchangeAcknowledgement]:
    """One TA1 per interchange whose header is there and could be read, in order; it tells of faults of the interchange
    and of what stands in it instead of groups. An error rejects; of several faults of one gravity the first is told."""
    headers: dict[int, InterchangeHeader] = {}
    told: dict[int, list[Fault]] = {}
    for item in items:
        header = item.interchange
        if header is None or not header.raw:
            continue
        headers.setdefault(header.offset, header)
        if isinstance(item, InterchangeFault) and item.fault.kind.ta1:
            told.setdefault(header.offset, []).append(item.fault)
    return [_interchange(header, told.get(offset, [])) for offset, header in headers.items()]


def _interchange(header: InterchangeHeader, faults: list[Fault]) -> InterchangeAcknowledgement:
    gravest = next((each for each in faults if each.severity == "error"), faults[0] if faults else None)
    return InterchangeAcknowledgement(
        header.control_number,
        header.date,
        header.time,
        "accepted" if gravest is None else "rejected" if gravest.severity == "error" else "accepted_with_errors",
        gravest.kind.ta1 if gravest is not None else "000",
        requested=header.acknowledgement_requested,
    )


def _by_set(sets: list[TransactionSet], faults: Iterable[Fault]) -> dict[int, list[Fault]]:
    """The faults of each set, by the set's number; each fault once."""
    sets = sorted(sets, key=lambda ts: ts.number)
    numbers = [ts.number for ts in sets]
    told: dict[int, dict[Fault, None]] = {ts.number: dict.fromkeys(ts.faults) for ts in sets}
    for each in faults:
        index = bisect_right(numbers, each.segment) - 1
        if index >= 0 and each.segment < numbers[index] + sets[index].count:
            told[numbers[index]][each] = None
    return {number: list(found) for number, found in told.items()}


def _answer(group: _Group, told: dict[int, list[Fault]], code_of: CodeOf) -> FunctionalAcknowledgement:
    sets = tuple(_set(ts, told[ts.number], code_of) for ts in group.sets)
    codes = tuple(dict.fromkeys(group.codes))[:_MOST_CODES]
    verdicts = {each.verdict for each in sets}
    verdict: FunctionalVerdict
    if not sets or verdicts == {"rejected"}:
        verdict = "rejected"
    elif "rejected" in verdicts:
        verdict = "partially_accepted"
    elif codes or "accepted_with_errors" in verdicts:
        verdict = "accepted_with_errors"
    else:
        verdict = "accepted"
    header = group.header
    return FunctionalAcknowledgement(header.functional_id, header.control_number, verdict, sets, codes=codes)


def _set(ts: TransactionSet, faults: list[Fault], code_of: CodeOf) -> AcknowledgedSet:
    segments: dict[tuple[int, str, str], None] = {}
    elements: dict[tuple[int, int, str], None] = {}
    codes: dict[str, None] = {}
    rejected = False
    for each in sorted((each for each in faults if code_of(each.kind)), key=lambda each: each.position):
        level, code = each.kind.level, code_of(each.kind)
        rejected = rejected or each.severity == "error"
        if level == "set":
            codes[code] = None
            continue
        codes[_SEGMENTS_IN_ERROR] = None
        # A segment id that is none of X12's cannot stand in an acknowledgement either.
        segment = each.segment_id if each.segment_id.isalnum() and len(each.segment_id) > 1 else "ZZZ"
        segments[each.position, segment, code if level == "segment" else _ELEMENTS_IN_ERROR] = None
        if level == "element":
            elements[each.position, each.element, code] = None
    verdict: FunctionalVerdict = "rejected" if rejected else "accepted_with_errors" if codes else "accepted"
    return AcknowledgedSet(
        ts.type, ts.control_number, verdict, tuple(segments), tuple(elements), tuple(codes)[:_MOST_CODES]
    )
