"""The streaming reader: hops from envelope segment to envelope segment and hands out one transaction set at a time.

What stands between ST and SE is not looked at here; it is split when somebody asks.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from crossdock.edi.kernel.faults import Fault, fault
from crossdock.edi.kernel.limits import DEFAULT_LIMITS, Limits
from crossdock.edi.kernel.reader import HEADER_WINDOW, KEPT_OF_OVERSIZED, Reader
from crossdock.edi.kernel.syntax import X12
from crossdock.edi.kernel.window import Window
from crossdock.edi.x12.envelope import (
    Delimiters,
    GroupHeader,
    InterchangeFault,
    InterchangeHeader,
    TransactionSet,
    decode,
    element_start,
    split_segments,
)
from crossdock.edi.x12.header import parse_header

_ISA = re.compile(rb"ISA[^A-Za-z0-9 \t\r\n]")


def read(data: bytes | Iterable[bytes], limits: Limits = DEFAULT_LIMITS) -> Iterator[TransactionSet | InterchangeFault]:
    """Read interchanges one transaction set at a time. Never raises for what the bytes hold."""
    return _Reader(Window(data, limits.input_bytes), limits).read()


class _Reader(Reader[TransactionSet, InterchangeFault]):
    """State of one pass: where we are, and which interchange and group are open."""

    syntax, unknown, begins, trailer = X12, "not_x12", _ISA, b"SE"

    def __init__(self, window: Window, limits: Limits) -> None:
        super().__init__(window, limits)
        self.header: InterchangeHeader | None = None
        self.group: GroupHeader | None = None
        self.groups = 0
        self.sets = 0
        self.stands_in = False
        """The open group stands in for one that is missing."""
        self.seen: set[str] = set()
        self.separator = b"*"

    def outside(self, found: Fault) -> InterchangeFault:
        """With the headers that are open."""
        return InterchangeFault(found, self.header, self.group)

    def fault_of(self, item: TransactionSet | InterchangeFault) -> Fault | None:
        """What is wrong, if the item is no set."""
        return item.fault if isinstance(item, InterchangeFault) else None

    def has_header(self) -> bool:
        """Was an interchange read, or is one open?"""
        return self.header is not None

    def forget_headers(self) -> None:
        """What comes next belongs to no interchange."""
        self.header = self.group = None

    def interchange(self) -> Iterator[TransactionSet | InterchangeFault]:
        """From one header to its trailer, or to where it breaks off."""
        window = self.window
        window.want(HEADER_WINDOW)
        head = window.buffer[window.at : window.at + HEADER_WINDOW]
        self.group = None
        self.header, taken, refused = parse_header(head, self.number, window.offset)
        if self.header is None or refused is not None:
            if refused is not None:
                yield InterchangeFault(refused)
            self.to_next()
            return
        for each in self.header.faults:
            yield InterchangeFault(each, self.header)
        window.at += taken
        self.number += 1
        self.groups = 0
        self._use(self.header.delimiters, self.header.encoding)
        yield from self._inside()

    def _use(self, marks: Delimiters, encoding: str) -> None:
        self.separator = marks.element.encode(encoding)
        self.terminator = marks.terminator.encode(encoding)
        end, mark = re.escape(self.terminator), re.escape(self.separator)
        self.envelope = re.compile(
            end + rb"[ \t\r\n]*+(?:(SE|ST|GE|GS|IEA)(?:" + mark + rb"|" + end + rb")|(ISA)[^A-Za-z0-9 \t\r\n])"
        )

    def _inside(self) -> Iterator[TransactionSet | InterchangeFault]:
        """Segments of the open interchange up to its trailer, the next header or the end of the input."""
        window = self.window
        stray = False
        while window.skip_blank():
            if _ISA.match(window.buffer, window.at):
                break
            end = window.find(self.terminator, self.limits.segment_bytes)
            segment = decode(window.buffer[window.at : end]).split(self.header_mark)
            tag = segment[0]
            if tag == "ST":
                yield from self._set(segment)
                stray = False
                continue
            if tag in ("GS", "GE", "IEA"):
                stray = False
                yield from self._envelope_segment(tag, segment)
            elif tag == "SE":
                stray = False
                yield self.loose("trailer_without_header", window.offset, tag)
            elif tag != "TA1" and not stray:
                stray = True
                yield self.loose("segment_outside_set", window.offset, tag[:3])
            window.at = end + len(self.terminator)
            self.number += 1
            if tag == "IEA":
                return
        yield from self._unclosed()
        assert self.header is not None  # segments are only read inside an interchange
        yield self.loose("interchange_unclosed", self.header.offset, "ISA", segment=self.header.number)

    def _unclosed(self) -> Iterator[InterchangeFault]:
        """A group that is open when it must not be. One that stands in for a missing one has nothing to close."""
        group, self.group = self.group, None
        if group is not None and not self.stands_in:
            yield InterchangeFault(
                fault("group_unclosed", segment=group.number, offset=group.offset, segment_id="GS"), self.header, group
            )

    def _trailer_fault(self, code: str, tag: str, element: int, detail: str) -> InterchangeFault:
        """What is wrong with an element of the trailer at hand."""
        window = self.window
        end = window.buffer.find(self.terminator, window.at)
        content = window.buffer[window.at : end if end >= 0 else None]
        offset = window.offset + element_start(content, self.separator, element)
        return self.loose(code, offset, tag, detail, element=element)

    @property
    def header_mark(self) -> str:
        """The element separator as text."""
        return self.header.delimiters.element if self.header else "*"

    def _envelope_segment(self, tag: str, segment: list[str]) -> Iterator[InterchangeFault]:
        offset = self.window.offset
        if tag == "GS":
            yield from self._unclosed()
            self._open_group(segment, offset)
            if len(segment) < 9:
                yield self.loose("group_malformed", offset, "GS")
            return
        code, number = _at(segment, 1), _at(segment, 2)
        if tag == "GE":
            yield from self._close_group(code, number, offset)
            return
        yield from self._unclosed()
        if code.lstrip("0") != str(self.groups).lstrip("0"):
            said = f"IEA01 says {code or 'nothing'}, {self.groups} were read"
            yield self._trailer_fault("interchange_count_mismatch", "IEA", 1, said)
        expected = self.header.control_number if self.header else ""
        if not _same(number, expected):
            said = f"IEA02 is {number or 'empty'}, ISA13 {expected or 'empty'}"
            yield self._trailer_fault("interchange_control_mismatch", "IEA", 2, said)

    def _open_group(self, segment: list[str], offset: int) -> None:
        functional_id, sender, receiver, date, time, control = (_at(segment, index) for index in range(1, 7))
        version = _at(segment, 8)
        self.group = GroupHeader(functional_id, sender, receiver, date, time, control, version, self.number, offset)
        self.stands_in = False
        self.groups += 1
        self.sets = 0
        self.seen.clear()

    def _close_group(self, count: str, number: str, offset: int) -> Iterator[InterchangeFault]:
        group = self.group
        if group is None or self.stands_in:
            self.group = None
            yield self.loose("trailer_without_header", offset, "GE")
            return
        if count.lstrip("0") != str(self.sets).lstrip("0"):
            said = f"GE01 says {count or 'nothing'}, {self.sets} were read"
            yield self._trailer_fault("group_count_mismatch", "GE", 1, said)
        if not _same(number, group.control_number):
            said = f"GE02 is {number or 'empty'}, GS06 {group.control_number or 'empty'}"
            yield self._trailer_fault("group_control_mismatch", "GE", 2, said)
        self.group = None

    def _set(self, start: list[str]) -> Iterator[TransactionSet | InterchangeFault]:
        """The transaction set that begins here: find its end, cut it out, check its envelope."""
        header = self.header
        assert header is not None  # sets are only read inside an interchange
        window = self.window
        if self.group is None:
            yield self.loose("group_missing", window.offset, "ST")
            self._open_group(["GS"], window.offset)
            self.stands_in = True
            self.groups -= 1
        assert self.group is not None
        first, offset = self.number, window.offset
        faults: list[Fault] = []
        raw, trailer, oversized = self.cut()
        count = oversized
        if oversized:
            faults.append(self._fault("set_too_large", 1, offset, 0, ""))
        else:
            count = raw.count(self.terminator) + (not raw.endswith(self.terminator))
            count = self._check_trailer(raw, trailer, count, start, offset, faults)
        if count > self.limits.set_segments:
            raw = raw[:KEPT_OF_OVERSIZED]
        if len(start) < 3 or not start[1].strip() or not start[2].strip():
            faults.append(self._fault("set_malformed", 1, offset, 0, ""))
        control = _at(start, 2)
        if control in self.seen:
            place = offset + element_start(raw, self.separator, 2)
            faults.append(self._fault("set_control_repeated", 1, place, 2, ""))
        elif len(self.seen) < self.limits.remembered_sets:
            self.seen.add(control)
        self.sets += 1
        self.number += count
        yield TransactionSet(header, self.group, _at(start, 1), control, raw, first, offset, count, tuple(faults))

    def _check_trailer(
        self, raw: bytes, trailer: int, count: int, start: list[str], offset: int, faults: list[Fault]
    ) -> int:
        """Check SE against ST and the number of segments; returns the exact number."""
        assert self.header is not None
        if count > self.limits.set_segments:
            faults.append(self._fault("too_many_segments", 1, offset, 0, ""))
            return count
        if trailer < 0:
            count = len(split_segments(raw, self.header))
            faults.append(self._fault("set_unclosed", 1, offset, 0, ""))
            return count
        values = decode(raw[trailer:]).rstrip().removesuffix(self.header.delimiters.terminator).split(self.header_mark)
        said, control = _at(values, 1), _at(values, 2)
        if said != str(count):
            count = len(split_segments(raw, self.header))
            if said.lstrip("0") != str(count):
                detail = f"SE01 says {said or 'nothing'}, {count} segments were read"
                faults.append(self._in_trailer("set_count_mismatch", count, raw, trailer, offset, 1, detail))
        if not _same(control, _at(start, 2)):
            detail = f"SE02 is {control or 'empty'}, ST02 {_at(start, 2) or 'empty'}"
            faults.append(self._in_trailer("set_control_mismatch", count, raw, trailer, offset, 2, detail))
        return count

    def _in_trailer(
        self, code: str, count: int, raw: bytes, trailer: int, offset: int, element: int, detail: str
    ) -> Fault:
        """A fault in an element of SE."""
        start = element_start(raw[trailer:].removesuffix(self.terminator), self.separator, element)
        return self._fault(code, count, offset + trailer + start, element, detail)

    def _fault(self, code: str, count: int, offset: int, element: int, detail: str) -> Fault:
        """A fault at segment `count` of the present set."""
        number = self.number + count - 1
        tag = "ST" if count == 1 else "SE" if element else ""
        return fault(
            code, segment=number, offset=offset, position=count, segment_id=tag, element=element, detail=detail
        )


def _at(segment: list[str], index: int) -> str:
    return segment[index].strip() if index < len(segment) else ""


def _same(one: str, other: str) -> bool:
    return one == other or (one.lstrip("0") == other.lstrip("0") and bool(one) and bool(other))
