"""Faults as people and programs are told them: one form for all commands, whatever syntax the document is in."""

from __future__ import annotations

import msgspec

from crossdock.edi.kernel.faults import Fault


class ExplainedFault(msgspec.Struct, frozen=True, tag_field="kind", tag="fault"):
    """A fault with its place, and what to do about it. In EDI the place is a segment; XML, flat files and JSON have
    lines instead, and their `segment` is 0. What does not apply is 0 or empty."""

    code: str
    severity: str
    detail: str
    advice: str = ""
    """What to do next."""
    segment: int = 0
    """Counted from 1 over the whole input."""
    segment_id: str = ""
    position: int = 0
    """Of the segment in its set or message, ST or UNH being 1."""
    element: int = 0
    """Counted from 1; in a flat file, which column it is."""
    component: int = 0
    line: int = 0
    column: str = ""
    """In a flat file: the name of the column."""
    path: str = ""
    """In XML: the element, such as `/Order/OrderLine[2]/LineItem/Quantity`."""
    offset: int = 0
    """The byte, from 0."""

    @property
    def where(self) -> str:
        """`segment 5 (PO1), element 2, byte 212`; `line 3, column 4 (Qty), byte 88`."""
        if self.line:
            parts = [f"line {self.line}", self.path]
            if self.column:
                parts.append(f"column {self.element} ({self.column})" if self.element else f"column {self.column}")
        else:
            parts = [f"segment {self.segment}" + (f" ({self.segment_id})" if self.segment_id else "")]
            parts += [f"element {self.element}"] if self.element else []
            parts += [f"component {self.component}"] if self.component else []
        return ", ".join([*(each for each in parts if each), f"byte {self.offset}"])

    @property
    def said(self) -> str:
        """`error number_invalid at segment 5 (PO1), element 2, byte 212: 'six' is not a number`."""
        return f"{self.severity} {self.code} at {self.where}: {self.detail}"


def explained(fault: Fault, *, in_lines: bool = False) -> ExplainedFault:
    """A fault as it is told; `in_lines` of a file that has lines and no segments."""
    found = ExplainedFault(
        fault.code,
        fault.severity,
        fault.detail,
        fault.kind.advice_of(fault.severity),
        element=fault.element,
        offset=fault.offset,
    )
    if not in_lines and not fault.path:
        place = {"segment": fault.segment, "segment_id": fault.segment_id, "position": fault.position}
        return msgspec.structs.replace(found, **place, component=fault.component)
    in_xml = fault.path.startswith("/")
    return msgspec.structs.replace(
        found, line=fault.segment, column="" if in_xml else fault.segment_id, path=fault.path if in_xml else ""
    )
