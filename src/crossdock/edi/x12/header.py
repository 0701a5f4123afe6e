"""The interchange header: separators are found by counting to ISA16, never by position, for one real header in ten is
not 106 characters wide."""

from __future__ import annotations

import re

from crossdock.edi.kernel.faults import Fault, fault
from crossdock.edi.x12.envelope import BLANK, Delimiters, InterchangeHeader, decode

_WIDTH = 105  # characters before the terminator
# What may follow ISA16: the component separator, the terminator with line ends, and the tag of the next segment.
_TAIL = re.compile(r"(?s)(?P<component>.?)(?P<between>.{0,40}?)(?P<next>GS|TA1|IEA|ST|ISB|ISE)\Z")


def parse_header(window: bytes, number: int, offset: int) -> tuple[InterchangeHeader | None, int, Fault | None]:
    """The header at the start of `window`, the bytes it takes up to and with its terminator, or the fault that refuses
    it."""
    text = decode(window)
    encoding = "utf-8" if _is_utf8(window) else "latin-1"
    separator = text[3:4]
    if not separator or separator.isalnum() or separator in BLANK:
        return None, 0, fault("delimiters_unclear", segment=number, offset=offset, segment_id="ISA")
    parts = text.split(separator, 17)
    tail = _TAIL.match(parts[16]) if len(parts) > 16 else None
    if tail is None or any(len(part) > 60 for part in parts[:16]):
        return None, 0, fault("isa_malformed", segment=number, offset=offset, segment_id="ISA")
    component, terminator = _marks(tail["component"], tail["between"], separator.join(parts[17:]))
    if not terminator or separator in (component, terminator) or terminator.isalnum():
        return None, 0, fault("delimiters_unclear", segment=number, offset=offset, segment_id="ISA")
    values = [part.strip() for part in parts[:16]]
    before_tail = separator.join(parts[:16]) + separator
    taken = before_tail + parts[16][: len(tail["component"]) + len(tail["between"])]
    taken = taken[: taken.rindex(terminator) + len(terminator)]
    suffix = parts[16][: tail.start("next")].rpartition(terminator)[2]
    faults: tuple[Fault, ...] = ()
    if len(before_tail) + len(component) != _WIDTH:
        faults = (fault("isa_width", segment=number, offset=offset, segment_id="ISA"),)
    marks = Delimiters(separator, component, terminator, _repetition(values), suffix)
    return _header(values, marks, number, offset, encoding, faults), len(taken.encode(encoding)), None


def _header(
    values: list[str], marks: Delimiters, number: int, offset: int, encoding: str, faults: tuple[Fault, ...]
) -> InterchangeHeader:
    return InterchangeHeader(
        sender_qualifier=values[5],
        sender=values[6],
        receiver_qualifier=values[7],
        receiver=values[8],
        date=values[9],
        time=values[10],
        version=values[12],
        control_number=values[13],
        acknowledgement_requested=values[14] == "1",
        usage=values[15],
        delimiters=marks,
        number=number,
        offset=offset,
        encoding=encoding,
        faults=faults,
    )


def _is_utf8(window: bytes) -> bool:
    """Does the window decode as UTF-8, a character cut off at its end forgiven?"""
    for cut in range(4):
        try:
            window[: len(window) - cut].decode()
        except UnicodeDecodeError:
            continue
        return True
    return False


def _marks(component: str, between: str, following: str) -> tuple[str, str]:
    """Component separator and terminator, from what stands between `P*` and the next segment."""
    visible = between.strip(BLANK)
    if component in BLANK and component:
        component, between = "", component + between  # ISA16 is blank
        visible = between.strip(BLANK)
    if visible:
        return component, visible[0]
    line_end = "\n" if "\n" in between else "\r" if "\r" in between else ""
    if not line_end:
        return "", component  # ISA16 is missing: the only character left ends the segment
    first_line = following.split(line_end, 1)[0].rstrip(BLANK)
    if component and first_line.endswith(component):
        return "", component  # ISA16 is missing and every segment ends with this character and a line end
    return component, line_end


def _repetition(values: list[str]) -> str:
    mark = values[11]
    return mark if len(mark) == 1 and not mark.isalnum() and values[12] >= "00402" else ""
