"""What X12 wants of its interchange and group headers, element by element (X12.5, X12.6). Nothing here keeps a header
from being read."""

from __future__ import annotations

import re
from collections.abc import Iterator

from crossdock.edi.kernel.calendar import is_date, is_time
from crossdock.edi.kernel.faults import Fault, Mend, fault
from crossdock.edi.kernel.service import ServiceSegment, plain_starts
from crossdock.edi.kernel.wrapping import unwrap, wrapped_length
from crossdock.edi.x12.envelope import FIRST_WITH_REPETITION, Delimiters

ISA_WIDTH = 105
"""Characters of ISA before its terminator."""
_WIDTHS = (3, 2, 10, 2, 10, 2, 15, 2, 15, 6, 4, 1, 5, 9, 1, 1)
_CONTROL = 13
_VERSION = re.compile(r"00[2-8]0[0-9]\Z")
_GROUP_VERSION = re.compile(r"00[2-8][0-9]{3}")
_DIGITS = re.compile(r"[0-9]+\Z")
_PARTY_KIND = re.compile(r"(?:0[1-9]|[12][0-9]|3[0-8]|AM|NR|SA|SN|ZZ)\Z")


def check_isa(
    parts: list[str],
    sixteenth: str,
    marks: Delimiters,
    raw: bytes,
    number: int,
    offset: int,
    encoding: str,
    wrapped: bytes,
    first_break: int,
) -> Iterator[Fault]:
    """The faults of an ISA that was read; `raw` are its bytes with its terminator, `first_break` where wrapped input is
    first cut."""
    plain = unwrap(raw) if wrapped else raw
    separator = marks.element.encode(encoding)
    segment = ServiceSegment(plain, 0, plain_starts(plain, separator), separator)

    def say(code: str, element: int = 0, detail: str = "", should: str | None = None) -> Fault:
        at, length = segment.span(element) if element else (0, 0)
        if wrapped:
            at, length = wrapped_length(raw, at + 1) - 1, 0
        mends = (Mend(offset + at, length, should.encode(encoding)),) if should is not None and not wrapped else ()
        return fault(
            code, segment=number, offset=offset + at, segment_id="ISA", element=element, detail=detail, mends=mends
        )

    if wrapped:
        yield fault("lines_wrapped", segment=number, offset=offset + first_break, segment_id="ISA")
    widths = [
        say("isa_element_width", at, f"ISA{at:02d} has {len(part)} characters, not {width}", _padded(at, part, width))
        for at, (part, width) in enumerate(zip(parts, _WIDTHS, strict=True))
        if at and len(part) != width
    ]
    total = sum(map(len, parts)) + len(parts) + len(sixteenth)
    if total != ISA_WIDTH:
        yield fault(
            "isa_width", segment=number, offset=offset, segment_id="ISA",
            detail=f"the interchange header has {total + 1} characters, not 106",
            mends=tuple(mend for each in widths for mend in each.mends),
        )  # fmt: skip
    yield from widths
    for code, element, detail, should in _isa_values([part.strip() for part in parts]):
        yield say(code, element, detail, should)
    if not marks.component or marks.component.isalnum():
        said = f"ISA16 is {marks.component or 'blank'}" if sixteenth else "ISA16 is missing"
        yield fault(
            "component_separator_invalid", segment=number, offset=offset + _last(raw, marks, encoding),
            segment_id="ISA", element=16, detail=said,
        )  # fmt: skip


def _last(raw: bytes, marks: Delimiters, encoding: str) -> int:
    return raw.rfind(marks.element.encode(encoding)) + len(marks.element.encode(encoding))


def _padded(element: int, part: str, width: int) -> str | None:
    """The element in its width; None where that would cut a value."""
    value = part.strip()
    if len(value) > width:
        return None
    return value.zfill(width) if element == _CONTROL and value.isdigit() else value.ljust(width)


def _isa_values(values: list[str]) -> Iterator[tuple[str, int, str, str | None]]:
    """Code, element, words and, where it is plain, what should stand there."""
    if values[1] not in ("00", "01", "02", "03", "04", "05", "06", "08"):
        yield "authorization_qualifier_invalid", 1, f"ISA01 is {values[1] or 'empty'}", None if values[2] else "00"
    if values[3] not in ("00", "01", "08"):
        yield "security_qualifier_invalid", 3, f"ISA03 is {values[3] or 'empty'}", None if values[4] else "00"
    for party, kind, name in (("sender", 5, 6), ("receiver", 7, 8)):
        if not _PARTY_KIND.match(values[kind]):
            yield f"{party}_qualifier_invalid", kind, f"ISA{kind:02d} is {values[kind] or 'empty'}", None
        if not values[name]:
            yield f"{party}_missing", name, f"ISA{name:02d} is empty", None
    if not is_date(values[9]):
        yield "interchange_date_invalid", 9, f"ISA09 is {values[9] or 'empty'}", None
    if not is_time(values[10]):
        yield "interchange_time_invalid", 10, f"ISA10 is {values[10] or 'empty'}", None
    repeats = bool(_VERSION.match(values[12])) and values[12] >= FIRST_WITH_REPETITION
    if (len(values[11]) != 1 or values[11].isalnum()) if repeats else values[11] != "U":
        said = f"ISA11 is {values[11] or 'empty'}, and ISA12 {values[12]}"
        yield "interchange_standard_unknown", 11, said, None if repeats else "U"
    if not _VERSION.match(values[12]):
        yield "interchange_version_unknown", 12, f"ISA12 is {values[12] or 'empty'}", None
    if not _DIGITS.match(values[13]) or len(values[13]) > _WIDTHS[_CONTROL]:
        yield "interchange_control_invalid", 13, f"ISA13 is {values[13] or 'empty'}", None
    if values[14] not in ("0", "1", "2", "3"):
        yield "acknowledgement_request_invalid", 14, f"ISA14 is {values[14] or 'empty'}", None if values[14] else "0"
    if values[15] not in ("P", "T", "I"):
        yield "usage_invalid", 15, f"ISA15 is {values[15] or 'empty'}", None


def check_gs(values: list[str]) -> Iterator[tuple[str, int, str]]:
    """Code, element and words of what is wrong with a GS that has its eight elements."""
    for element, party in ((2, "sender"), (3, "receiver")):
        if not values[element]:
            yield "group_party_missing", element, f"GS{element:02d} names no {party}"
    if not is_date(values[4]):
        yield "group_date_invalid", 4, f"GS04 is {values[4] or 'empty'}"
    if not is_time(values[5]):
        yield "group_time_invalid", 5, f"GS05 is {values[5] or 'empty'}"
    if not _DIGITS.match(values[6]) or len(values[6]) > 9:
        yield "group_control_invalid", 6, f"GS06 is {values[6] or 'empty'}"
    if values[7] not in ("X", "T"):
        yield "group_agency_unknown", 7, f"GS07 is {values[7] or 'empty'}"
    if not _GROUP_VERSION.match(values[8]):
        yield "group_version_unknown", 8, f"GS08 is {values[8] or 'empty'}"
