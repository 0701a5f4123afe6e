"""The 997s owed for what was read. It speaks of syntax alone; what is wrong with the business is answered elsewhere."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable
from dataclasses import dataclass, field

from crossdock.edi.kernel.faults import Fault
from crossdock.edi.x12.envelope import GroupHeader, InterchangeFault, TransactionSet
from crossdock.model.acknowledgement import AcknowledgedSet, FunctionalAcknowledgement, FunctionalVerdict

_ACKNOWLEDGEMENTS = "FA"
_ELEMENTS_IN_ERROR = "8"
_SEGMENTS_IN_ERROR = "5"
_MOST_CODES = 5  # AK5 and AK9 have room for so many


@dataclass(slots=True)
class _Group:
    header: GroupHeader
    sets: list[TransactionSet] = field(default_factory=list)
    codes: list[str] = field(default_factory=list)


def acknowledge(
    items: Iterable[TransactionSet | InterchangeFault], faults: Iterable[Fault] = ()
) -> list[FunctionalAcknowledgement]:
    """One acknowledgement per functional group read, in order. `faults` are those that maps found in these sets; each
    is told in the set it stands in. Business faults do not make a set syntactically wrong. Groups of
    acknowledgements (`FA`) are never acknowledged."""
    groups: dict[tuple[int, int], _Group] = {}
    for item in items:
        if item.group is None or item.group.functional_id in ("", _ACKNOWLEDGEMENTS):
            continue
        offset = item.interchange.offset if item.interchange else -1
        group = groups.setdefault((offset, item.group.offset), _Group(item.group))
        if isinstance(item, TransactionSet):
            group.sets.append(item)
        elif item.fault.kind.level == "group" and item.fault.kind.ak:
            group.codes.append(item.fault.kind.ak)
    told = _by_set([ts for group in groups.values() for ts in group.sets], faults)
    return [_answer(group, told) for group in groups.values()]


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


def _answer(group: _Group, told: dict[int, list[Fault]]) -> FunctionalAcknowledgement:
    sets = tuple(_set(ts, told[ts.number]) for ts in group.sets)
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


def _set(ts: TransactionSet, faults: list[Fault]) -> AcknowledgedSet:
    segments: dict[tuple[int, str, str], None] = {}
    elements: dict[tuple[int, int, str], None] = {}
    codes: dict[str, None] = {}
    rejected = False
    for each in sorted((each for each in faults if each.kind.ak), key=lambda each: each.position):
        kind = each.kind
        rejected = rejected or each.severity == "error"
        if kind.level == "set":
            codes[kind.ak] = None
            continue
        codes[_SEGMENTS_IN_ERROR] = None
        # A segment id that is none of X12's cannot stand in an acknowledgement either.
        segment = each.segment_id if each.segment_id.isalnum() and len(each.segment_id) > 1 else "ZZZ"
        segments[each.position, segment, kind.ak if kind.level == "segment" else _ELEMENTS_IN_ERROR] = None
        if kind.level == "element":
            elements[each.position, each.element, kind.ak] = None
    verdict: FunctionalVerdict = "rejected" if rejected else "accepted_with_errors" if codes else "accepted"
    return AcknowledgedSet(
        ts.type, ts.control_number, verdict, tuple(segments), tuple(elements), tuple(codes)[:_MOST_CODES]
    )
