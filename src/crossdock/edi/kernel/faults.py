"""Every fault the kernel, the guides and the maps can find, by name. Their table (`fault_table.py`) is the
documentation."""

from __future__ import annotations

from dataclasses import dataclass

from crossdock.edi.kernel.fault_table import TABLE, Level, Severity

__all__ = ["FAULTS", "REST", "Fault", "FaultKind", "Level", "Mend", "Severity", "fault"]

REST = -1
"""The length of a mend that takes everything up to the end of the input."""


@dataclass(frozen=True, slots=True)
class FaultKind:
    """What a fault code means. A set is a transaction set of X12 or a message of EDIFACT. `ta1` is the note code of
    TA105; `ak` the 997 code: of AK9 for groups, AK5 for sets, AK3 for segments, AK4 for elements; `ik` the same of the
    999 (AK9, IK5, IK3, IK4); `contrl` the code of CONTRL (data element 0085 of ISO 9735-4). Each is empty where that
    acknowledgement cannot say it."""

    code: str
    level: Level
    severity: Severity
    ta1: str
    ak: str
    ik: str
    contrl: str
    words: str
    taken: str
    """Of some warnings: how what is wrong is taken."""
    remedy: str
    """What to do next."""

    @property
    def advice(self) -> str:
        """What is made of it, and what to do next."""
        return f"{self.taken} {self.remedy}" if self.taken else self.remedy

    def advice_of(self, severity: Severity) -> str:
        """The advice where it is of this severity: what refuses a document is not taken in any way."""
        return self.remedy if severity == "error" else self.advice


@dataclass(frozen=True, slots=True)
class Mend:
    """`length` bytes of the input at `offset` become `text`; `length` 0 inserts."""

    offset: int
    length: int
    text: bytes


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing that is wrong, and where: `segment` counts from 1 over the whole input, `offset` is the byte the
    segment (or element) begins at, `position` counts from 1 at ST as the 997 wants it (0 outside a set).

    In XML and in files of a declared layout `segment` is the line, `segment_id` the element or column, `element` the
    column's number, and `path` says the same for people: `/Order/OrderLine[2]/LineItem/Quantity`, `column qty`."""

    code: str
    severity: Severity
    detail: str
    segment: int
    offset: int
    position: int = 0
    segment_id: str = ""
    element: int = 0
    path: str = ""
    component: int = 0
    """Counted from 1; 0 for all of the element, and where that has no components."""
    mends: tuple[Mend, ...] = ()
    """What would make it right, where that follows from the rest of the envelope; only bytes of the envelope change."""

    @property
    def kind(self) -> FaultKind:
        """The documented kind of this fault."""
        return FAULTS[self.code]

    @property
    def pointer(self) -> str:
        """Where it is, in words: `segment 12 (PO1), element 2, byte 431`."""
        if self.path:
            return f"line {self.segment}, {self.path}, byte {self.offset}"
        named = f"segment {self.segment}" + (f" ({self.segment_id})" if self.segment_id else "")
        named += f", element {self.element}" if self.element else ""
        named += f", component {self.component}" if self.component else ""
        return f"{named}, byte {self.offset}"

    def __str__(self) -> str:
        return f"{self.code} at {self.pointer}: {self.detail}"


def fault(
    code: str,
    *,
    segment: int,
    offset: int,
    detail: str = "",
    position: int = 0,
    segment_id: str = "",
    element: int = 0,
    severity: Severity | None = None,
    path: str = "",
    component: int = 0,
    mends: tuple[Mend, ...] = (),
) -> Fault:
    """A fault of a documented kind; words and severity are the kind's unless told otherwise."""
    kind = FAULTS[code]
    how, said = severity or kind.severity, detail or kind.words
    return Fault(code, how, said, segment, offset, position, segment_id, element, path, component, mends)


def _kinds() -> dict[str, FaultKind]:
    found: dict[str, FaultKind] = {}
    for level, rows in TABLE:
        for code, severity, ta1, ak, ik, contrl, words, advice in rows:
            if code in found:
                raise ValueError(f"the fault {code} is in the table twice")
            taken, _, remedy = advice.rpartition(" | ")
            found[code] = FaultKind(code, level, severity, ta1, ak, ik or ak, contrl, words, taken, remedy)
    return found


FAULTS: dict[str, FaultKind] = _kinds()
"""Every documented fault, by its code."""
