"""The interchange header: separators are found by counting to ISA16, never by position, for one real header in ten is
not 106 characters wide."""

from __future__ import annotations

import re
from dataclasses import dataclass

from crossdock.edi.kernel.faults import Fault, fault
from crossdock.edi.kernel.wrapping import cuts_segments, line_end_of_wrapped, unwrap, wrapped_length
from crossdock.edi.x12.envelope import BLANK, FIRST_WITH_REPETITION, Delimiters, InterchangeHeader
from crossdock.edi.x12.header_check import check_isa

# What may follow ISA16: the component separator, the terminator with line ends, and the tag of the next segment.
_TAIL = re.compile(r"(?s)(?P<component>.?)(?P<between>.{0,40}?)(?P<next>(?i:GS|TA1|TA3|IEA|ST|ISB|ISE))\Z")
# An interchange of a header alone: nothing follows its terminator.
_ALONE = re.compile(r"(?P<component>[^A-Za-z0-9\s])(?P<between>[^A-Za-z0-9\s]\s*)(?P<next>)")
_NEXT = re.compile(r"\s*(?:GS|TA1|TA3|IEA|ST)\b")
_MARK = rb"[!-/:-@\[-`{-~\x1c-\x1f]"
BARE = re.compile(
    rb"(?P<tag>ST|GS)(?P<mark>"
    + _MARK
    + rb")(?:(?<=ST.)[0-9]{3}(?P=mark)[A-Za-z0-9 ]{0,9}(?:(?P=mark)[A-Za-z0-9 ]{0,35})?"
    rb"|(?<=GS.)[A-Z]{2}(?:(?P=mark)(?:(?!(?P=mark))[^\r\n]){0,60}){6}(?P=mark)[A-Za-z0-9]{1,12})[ \t]*+"
    rb"(?:\r(?=\n))?(?P<end>(?!(?P=mark))" + _MARK + rb"|[\r\n])(?P<gap>[ \t\r\n]*+)[A-Z][A-Z0-9]{1,2}(?P=mark)"
)
"""How a set or group without interchange begins, up to the segment that follows: what separates is told by nothing
else. Nothing tells a component separator."""
_LONGEST_ELEMENT = 60


@dataclass(frozen=True, slots=True)
class _Parsed:
    """`parts` are ISA to ISA15 as they stand; `taken` is the text up to and with the terminator."""

    parts: list[str]
    sixteenth: str
    """The character where ISA16 stands, be it blank; empty where there is none."""
    marks: Delimiters
    taken: str
    encoding: str


def parse_header(window: bytes, number: int, offset: int) -> tuple[InterchangeHeader | None, int, Fault | None]:
    """The header at the start of `window`, the bytes it takes up to and with its terminator, or the fault that refuses
    it."""
    line_end = line_end_of_wrapped(window)
    found = _parse(unwrap(window) if line_end else window)
    if line_end and (isinstance(found, str) or not _is_cut(window, line_end, found)):
        line_end, found = b"", _parse(window)
    if isinstance(found, str):
        return None, 0, fault(found, segment=number, offset=offset, segment_id="ISA")
    taken = len(found.taken.encode(found.encoding))
    taken = wrapped_length(window, taken) if line_end else taken
    header = _header(found, number, offset, found.encoding, line_end, window.find(line_end), window[:taken])
    return header, taken, None


def bare_header(found: re.Match[bytes], window: bytes, number: int, offset: int) -> InterchangeHeader:
    """What stands for the header where a set or group without interchange (`BARE`) begins at the start of `window`."""
    element, terminator = found["mark"].decode(), found["end"].decode()
    line_end = line_end_of_wrapped(window) if terminator not in BLANK else b""
    if line_end and not cuts_segments(window, line_end, found["end"]):
        line_end = b""
    marks = Delimiters(element, "", terminator, suffix="" if line_end else found["gap"].decode())
    wrapped = fault("lines_wrapped", segment=number, offset=offset + window.find(line_end))
    return InterchangeHeader(
        *("", "", "", "", "", "", "", "", False, "", marks, number, offset),
        faults=(wrapped,) if line_end else (),
        wrapped=line_end,
    )


def _is_cut(window: bytes, line_end: bytes, found: _Parsed) -> bool:
    return cuts_segments(window, line_end, found.marks.terminator.encode(found.encoding))


def _parse(window: bytes) -> _Parsed | str:
    """The header, or the code of the fault that refuses it."""
    text, encoding = _decoded(window)
    separator = text[3:4]
    if not separator or separator.isalnum() or separator in BLANK:
        return "delimiters_unclear"
    parts = text.split(separator, 17)
    tail = _TAIL.match(parts[16]) if len(parts) > 16 else None
    if tail is None and len(parts) == 17:
        tail = _ALONE.fullmatch(parts[16])
    if tail is None and len(parts) > 17 and len(parts[16]) < 2 and _NEXT.match(parts[17], not parts[16]):
        return "delimiters_unclear"  # the element separator is another one, too
    if tail is None or any(len(part) > _LONGEST_ELEMENT for part in parts[:16]):
        return "isa_malformed"
    component, terminator = _marks(tail["component"], tail["between"], separator.join(parts[17:]))
    if not terminator or separator in (component, terminator) or terminator.isalnum():
        return "delimiters_unclear"
    taken = separator.join(parts[:16]) + separator + parts[16][: len(tail["component"]) + len(tail["between"])]
    taken = taken[: taken.rindex(terminator) + len(terminator)]
    suffix = parts[16][: tail.start("next")].rpartition(terminator)[2]
    values = [part.strip() for part in parts[:16]]
    marks = Delimiters(separator, component, terminator, _repetition(values), suffix)
    there = "" if tail["component"] == terminator and not component else tail["component"]
    return _Parsed(parts[:16], there, marks, taken, encoding)


def _header(
    found: _Parsed, number: int, offset: int, encoding: str, wrapped: bytes, first_break: int, raw: bytes
) -> InterchangeHeader:
    values = [part.strip() for part in found.parts]
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
        delimiters=found.marks,
        number=number,
        offset=offset,
        encoding=encoding,
        faults=tuple(
            check_isa(found.parts, found.sixteenth, found.marks, raw, number, offset, encoding, wrapped, first_break)
        ),
        wrapped=wrapped,
        raw=raw,
    )


def _decoded(window: bytes) -> tuple[str, str]:
    """The text and its encoding: UTF-8 where it is that, a character cut off at its end forgiven, else Latin-1."""
    for cut in range(4):
        try:
            return window[: len(window) - cut].decode(), "utf-8"
        except UnicodeDecodeError:
            continue
    return window.decode("latin-1"), "latin-1"


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
    return mark if len(mark) == 1 and not mark.isalnum() and values[12] >= FIRST_WITH_REPETITION else ""
