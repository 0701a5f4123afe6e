"""The streaming reader: hops from envelope segment to envelope segment and hands out one transaction set at a time.

What stands between ST and SE is not looked at here; it is split when somebody asks.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from crossdock.edi.kernel.faults import Fault, fault
from crossdock.edi.kernel.limits import DEFAULT_LIMITS, Limits
from crossdock.edi.kernel.syntax import X12, refused_as
from crossdock.edi.kernel.window import Window
from crossdock.edi.x12.envelope import (
    Delimiters,
    GroupHeader,
    InterchangeFault,
    InterchangeHeader,
    TransactionSet,
    decode,
    split_segments,
)
from crossdock.edi.x12.header import HEADER_WINDOW, parse_header

_KEPT_OF_OVERSIZED = 1 << 16
_ISA = re.compile(rb"ISA[^A-Za-z0-9 \t\r\n]")


def read(data: bytes | Iterable[bytes], limits: Limits = DEFAULT_LIMITS) -> Iterator[TransactionSet | InterchangeFault]:
    """Read interchanges one transaction set at a time. Never raises for what the bytes hold."""
    found = 0
    for item in _Reader(Window(data, limits.input_bytes), limits).items():
        if isinstance(item, InterchangeFault):
            found += 1
            if found > limits.faults:
                last = item.fault
                flood = fault("too_many_faults", segment=last.segment, offset=last.offset)
                yield InterchangeFault(flood, item.interchange, item.group)
                return
        yield item


class _Reader:
    """State of one pass: where we are, and which interchange and group are open."""

    def __init__(self, window: Window, limits: Limits) -> None:
        self.window = window
        self.limits = limits
        self.number = 1
        self.header: InterchangeHeader | None = None
        self.group: GroupHeader | None = None
        self.groups = 0
        self.sets = 0
        self.seen: set[str] = set()
        self.separator = b"*"
        self.terminator = b"~"
        self.envelope = re.compile(rb"~")

    def items(self) -> Iterator[TransactionSet | InterchangeFault]:
        """Everything in the input, in order."""
        window = self.window
        window.skip_byte_order_mark()
        if not window.skip_blank():
            yield self._loose("empty_input", 0)
        while window.skip_blank():
            stray = self._to_header()
            if stray is not None:
                yield stray
                continue
            yield from self._interchange()
        if window.truncated:
            yield self._loose("input_too_large", window.offset)

    def _loose(self, code: str, offset: int, segment_id: str = "", detail: str = "") -> InterchangeFault:
        """A fault outside sets, at the present segment."""
        found = fault(code, segment=self.number, offset=offset, segment_id=segment_id, detail=detail)
        return InterchangeFault(found, self.header, self.group)

    def _to_header(self) -> InterchangeFault | None:
        """Go to the next ISA; None when already there, else the fault that says what was skipped."""
        window = self.window
        window.want(HEADER_WINDOW)
        if _ISA.match(window.buffer, window.at):
            return None
        start = window.offset
        other = None if self.header else refused_as(window.buffer, window.at, X12)
        code, words = other or ("data_outside_interchange" if self.header else "not_x12", "")
        self.header = self.group = None
        if other is None and window.seek(_ISA):
            return self._loose("data_outside_interchange", start)
        window.skip_all()
        return self._loose(code, start, detail=words)

    def _interchange(self) -> Iterator[TransactionSet | InterchangeFault]:
        window = self.window
        window.want(HEADER_WINDOW)
        head = window.buffer[window.at : window.at + HEADER_WINDOW]
        self.group = None
        self.header, taken, refused = parse_header(head, self.number, window.offset)
        if self.header is None or refused is not None:
            if refused is not None:
                yield InterchangeFault(refused)
            window.at += 3
            if not window.seek(_ISA):
                window.skip_all()
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
            end + rb"[ \t\r\n]*(?:(SE|ST|GE|GS|IEA)(?:" + mark + rb"|" + end + rb")|(ISA)[^A-Za-z0-9 \t\r\n])"
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
            elif tag != "TA1" and not stray:
                stray = True
                yield self._loose("segment_outside_set", window.offset, tag[:3])
            window.at = end + len(self.terminator)
            self.number += 1
            if tag == "IEA":
                return
        if self.group is not None:
            yield self._loose("group_unclosed", self.group.offset, "GS")
        yield self._loose("interchange_unclosed", window.offset, "ISA")

    @property
    def header_mark(self) -> str:
        """The element separator as text."""
        return self.header.delimiters.element if self.header else "*"

    def _envelope_segment(self, tag: str, segment: list[str]) -> Iterator[InterchangeFault]:
        offset = self.window.offset
        if tag == "GS":
            if self.group is not None:
                yield self._loose("group_unclosed", self.group.offset, "GS")
            self._open_group(segment, offset)
            if len(segment) < 9:
                yield self._loose("group_malformed", offset, "GS")
            return
        code, number = _at(segment, 1), _at(segment, 2)
        if tag == "GE":
            yield from self._close_group(code, number, offset)
            return
        if self.group is not None:
            yield self._loose("group_unclosed", self.group.offset, "GS")
            self.group = None
        if code.lstrip("0") != str(self.groups).lstrip("0"):
            said = f"IEA01 says {code or 'nothing'}, {self.groups} were read"
            yield self._loose("interchange_count_mismatch", offset, "IEA", said)
        expected = self.header.control_number if self.header else ""
        if not _same(number, expected):
            said = f"IEA02 is {number or 'empty'}, ISA13 {expected or 'empty'}"
            yield self._loose("interchange_control_mismatch", offset, "IEA", said)

    def _open_group(self, segment: list[str], offset: int) -> None:
        functional_id, sender, receiver, date, time, control = (_at(segment, index) for index in range(1, 7))
        version = _at(segment, 8)
        self.group = GroupHeader(functional_id, sender, receiver, date, time, control, version, self.number, offset)
        self.groups += 1
        self.sets = 0
        self.seen.clear()

    def _close_group(self, count: str, number: str, offset: int) -> Iterator[InterchangeFault]:
        group = self.group
        if group is None:
            yield self._loose("trailer_without_header", offset, "GE")
            return
        if count.lstrip("0") != str(self.sets).lstrip("0"):
            said = f"GE01 says {count or 'nothing'}, {self.sets} were read"
            yield self._loose("group_count_mismatch", offset, "GE", said)
        if not _same(number, group.control_number):
            said = f"GE02 is {number or 'empty'}, GS06 {group.control_number or 'empty'}"
            yield self._loose("group_control_mismatch", offset, "GE", said)
        self.group = None

    def _set(self, start: list[str]) -> Iterator[TransactionSet | InterchangeFault]:
        """The transaction set that begins here: find its end, cut it out, check its envelope."""
        header = self.header
        assert header is not None  # sets are only read inside an interchange
        window = self.window
        if self.group is None:
            yield self._loose("group_missing", window.offset, "ST")
            self._open_group(["GS"], window.offset)
            self.groups -= 1
        assert self.group is not None
        first, offset = self.number, window.offset
        faults: list[Fault] = []
        raw, trailer, oversized = self._cut()
        count = oversized
        if oversized:
            faults.append(self._fault("set_too_large", 1, offset, 0, ""))
        else:
            count = raw.count(self.terminator) + (not raw.endswith(self.terminator))
            count = self._check_trailer(raw, trailer, count, start, offset, faults)
        if count > self.limits.set_segments:
            raw = raw[:_KEPT_OF_OVERSIZED]
        if len(start) < 3 or not start[1].strip() or not start[2].strip():
            faults.append(self._fault("set_malformed", 1, offset, 0, ""))
        control = _at(start, 2)
        if control in self.seen:
            faults.append(self._fault("set_control_repeated", 1, offset, 2, ""))
        elif len(self.seen) < self.limits.remembered_sets:
            self.seen.add(control)
        self.sets += 1
        self.number += count
        yield TransactionSet(header, self.group, _at(start, 1), control, raw, first, offset, count, tuple(faults))

    def _cut(self) -> tuple[bytes, int, int]:
        """The bytes from here to the end of SE, where in them SE begins (-1: it is not there), and 0; or, for a set
        too long to keep, its beginning, -1, and the number of its segments."""
        window = self.window
        from_here = 0
        while True:
            end, trailer = self._end_of_set(window.at + from_here)
            length = (end if end >= 0 else len(window.buffer)) - window.at
            if length > self.limits.set_bytes:
                return self._skip_set()
            begins = trailer - window.at if trailer >= 0 else -1
            if end >= 0:
                return window.take(end), begins, 0
            # A tag cut by the end of the buffer is seen again: search from a little before it.
            from_here = max(0, (trailer if trailer >= 0 else len(window.buffer)) - 64 - window.at)
            if not window.fill():
                return window.take(len(window.buffer)), begins, 0

    def _end_of_set(self, start: int) -> tuple[int, int]:
        """Where the set ends and where its SE begins; -1 for what the buffer does not hold."""
        buffer, mark = self.window.buffer, self.terminator
        found = self.envelope.search(buffer, start)
        if found is None:
            return -1, -1
        if found[1] != b"SE":
            return found.start() + len(mark), -1
        end = buffer.find(mark, found.end() - 1)
        return (end + len(mark) if end >= 0 else -1), found.start(1)

    def _skip_set(self) -> tuple[bytes, int, int]:
        """Run over a set that is too long, keeping its beginning and counting its segments."""
        window = self.window
        kept = window.buffer[window.at : window.at + _KEPT_OF_OVERSIZED]
        count = 0
        while True:
            end, trailer = self._end_of_set(window.at)
            if end >= 0:
                return kept, -1, count + window.take(end).count(self.terminator)
            seen = trailer - 64 if trailer >= 0 else len(window.buffer) - 64
            count += window.take(max(window.at, seen)).count(self.terminator)
            if not window.fill() or len(window.buffer) - window.at > self.limits.set_bytes + (1 << 17):
                return kept, -1, count + window.take(len(window.buffer)).count(self.terminator)

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
            faults.append(self._fault("set_unclosed", count, offset + len(raw), 0, ""))
            return count
        values = decode(raw[trailer:]).rstrip().removesuffix(self.header.delimiters.terminator).split(self.header_mark)
        said, control = _at(values, 1), _at(values, 2)
        if said != str(count):
            count = len(split_segments(raw, self.header))
            if said.lstrip("0") != str(count):
                detail = f"SE01 says {said or 'nothing'}, {count} segments were read"
                faults.append(self._fault("set_count_mismatch", count, offset + trailer, 1, detail))
        if not _same(control, _at(start, 2)):
            detail = f"SE02 is {control or 'empty'}, ST02 {_at(start, 2) or 'empty'}"
            faults.append(self._fault("set_control_mismatch", count, offset + trailer, 2, detail))
        return count

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
