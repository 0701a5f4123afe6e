"""997 and 999 <-> `FunctionalAcknowledgement`: AK1 group, AK2 set, AK3 segment, AK4 element, AK5 and AK9 verdicts; the
999 says IK3, IK4 and IK5, and in CTX what led to a fault, which is kept beside it.
"""

from __future__ import annotations

from typing import cast

from crossdock.edi.guides import codes
from crossdock.edi.maps.x12.reading import Reading, Row, at
from crossdock.edi.x12.writer import OutgoingSegment
from crossdock.model.acknowledgement import AcknowledgedSet, FunctionalAcknowledgement, FunctionalVerdict

_VERDICT_CODES = {"accepted": "A", "accepted_with_errors": "E", "partially_accepted": "P", "rejected": "R"}
_ELEMENTS_IN_ERROR = "8"
FUNCTIONAL, IMPLEMENTATION = "AK", "IK"
"""What the tags of segment, element and verdict of a set begin with."""


def read(reading: Reading) -> FunctionalAcknowledgement | None:
    """A 997, or None with faults."""
    return _read(reading, FUNCTIONAL)


def read_implementation(reading: Reading) -> FunctionalAcknowledgement | None:
    """A 999, or None with faults."""
    return _read(reading, IMPLEMENTATION)


def _read(reading: Reading, tags: str) -> FunctionalAcknowledgement | None:
    head = reading.heading("AK1")
    sets: list[AcknowledgedSet] = []
    verdict: FunctionalVerdict = "rejected"
    group_codes: tuple[str, ...] = ()
    start = 0
    for index, row in enumerate(reading.rows):
        tag = row[0]
        if tag in ("AK2", "AK9", "SE") and start:
            sets.append(_set(reading, start, index, tags))
            start = 0
        if tag == "AK2":
            start = index
        elif tag == "AK9":
            verdict = _verdict(reading, row, index + 1)
            group_codes = tuple(filter(None, (each.strip() for each in row[5:])))
    return FunctionalAcknowledgement(
        group_id=head[1],
        group_control_number=head[2],
        verdict=verdict,
        sets=tuple(sets),
        company_id=reading.context.company_id,
        codes=group_codes,
    )


def _set(reading: Reading, start: int, end: int, tags: str) -> AcknowledgedSet:
    faults: list[tuple[int, str, str]] = []
    elements: list[tuple[int, int, str]] = []
    verdict: FunctionalVerdict = "rejected"
    set_codes: tuple[str, ...] = ()
    position = 0
    closed = False
    for index in range(start + 1, end):
        row = reading.rows[index]
        if row[0] == tags + "3":
            position = _whole(at(row, 2))
            codes_said = [code.strip() for code in row[4:] if code.strip()]
            faults += [(position, at(row, 1), code) for code in codes_said or [""]]
        elif row[0] == tags + "4":
            mark = reading.ts.interchange.delimiters.component
            element = at(row, 1).split(mark)[0] if mark else at(row, 1)
            elements.append((position, _whole(element), at(row, 3)))
        elif row[0] == tags + "5":
            closed = True
            verdict = _verdict(reading, row, index + 1)
            set_codes = tuple(filter(None, (each.strip() for each in row[2:])))
    if not closed:
        reading.fault("segment_missing", start + 1, detail=f"AK2 without {tags}5")
    row = reading.rows[start]
    return AcknowledgedSet(at(row, 1), at(row, 2), verdict, tuple(faults), tuple(elements), set_codes)


def _whole(text: str) -> int:
    return int(text) if text.isascii() and text.isdigit() else 0


def _verdict(reading: Reading, row: Row, position: int) -> FunctionalVerdict:
    found = codes("verdict").get(at(row, 1))
    if found is None:
        reading.fault("code_unknown", position, 1, f"{at(row, 1)!r} is no verdict we know")
    return cast(FunctionalVerdict, found or "rejected")


def write(acknowledgement: FunctionalAcknowledgement, tags: str = FUNCTIONAL) -> list[OutgoingSegment]:
    """The segments of the acknowledgement: a 997, or with `tags` `IK` a 999."""
    sets = acknowledgement.sets
    rows: list[OutgoingSegment] = [("AK1", acknowledgement.group_id, acknowledgement.group_control_number)]
    for each in sets:
        rows.append(("AK2", each.set_type, each.control_number))
        rows += _fault_rows(each, tags)
        rows.append((tags + "5", _VERDICT_CODES[each.verdict], *each.codes[:5]))
    accepted = sum(each.verdict in ("accepted", "accepted_with_errors") for each in sets)
    counts = (str(len(sets)), str(len(sets)), str(accepted))
    rows.append(("AK9", _VERDICT_CODES[acknowledgement.verdict], *counts, *acknowledgement.codes[:5]))
    return rows


def _fault_rows(each: AcknowledgedSet, tags: str) -> list[OutgoingSegment]:
    """AK3 per fault; the elements of a segment behind the first AK3 that speaks of its elements."""
    rows: list[OutgoingSegment] = []
    waiting = list(each.elements)
    for index, (position, segment, code) in enumerate(each.faults):
        rows.append((tags + "3", segment, str(position), "", code))
        last = all(later[0] != position for later in each.faults[index + 1 :])
        if code == _ELEMENTS_IN_ERROR or last:
            mine = [element for element in waiting if element[0] == position]
            waiting = [element for element in waiting if element[0] != position]
            rows += [(tags + "4", str(element), "", wrong) for _, element, wrong in mine]
    return rows
