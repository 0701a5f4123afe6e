"""The streaming reader: hops from service segment to service segment and hands out one message at a time.

What stands between UNH and UNT is not looked at here; it is split when somebody asks.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from crossdock.edi.edifact.characters import LEVEL_A, ServiceCharacters
from crossdock.edi.edifact.envelope import (
    GroupHeader,
    InterchangeFault,
    InterchangeHeader,
    Message,
    at,
    is_released,
    spans,
    split,
    unreleased,
)
from crossdock.edi.edifact.header import HEADER_WINDOW, parse_header, service_characters
from crossdock.edi.kernel.faults import Fault, fault
from crossdock.edi.kernel.limits import DEFAULT_LIMITS, Limits
from crossdock.edi.kernel.syntax import EDIFACT, refused_as
from crossdock.edi.kernel.window import Window

_KEPT_OF_OVERSIZED = 1 << 16
_START = re.compile(rb"UN[AB][^A-Za-z0-9 \t\r\n]|UNH\+")
_LONGEST_TAG = 64  # bytes that a service tag, the terminator and line ends before it take at most


def read(data: bytes | Iterable[bytes], limits: Limits = DEFAULT_LIMITS) -> Iterator[Message | InterchangeFault]:
    """Read interchanges one message at a time. Never raises for what the bytes hold."""
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
        self.in_group = 0
        self.messages = 0
        self.seen: set[str] = set()
        self._use(LEVEL_A)

    def _use(self, marks: ServiceCharacters) -> None:
        self.marks = marks
        self.terminator = marks.terminator.encode("latin-1")
        end = re.escape(self.terminator)
        mark = b"[" + re.escape((marks.element + marks.component).encode("latin-1")) + end + b"]"
        blank = bytes(each for each in b" \t\r\n" if each not in self.terminator)  # else runs of it cost their square
        self.envelope = re.compile(
            end + b"[" + blank + rb"]*(?:(UNT|UNH|UNE|UNG|UNZ)" + mark + rb"|(UN[AB])[^A-Za-z0-9 \t\r\n])"
        )
        self.blank = re.compile(end + b"[" + blank + b"]*(?=" + end + b")")
        # What is released, pair by pair from the left: a released release character releases nothing.
        release = re.escape(marks.release.encode("latin-1"))
        self.release = re.compile(b"(?s)" + release + b"(.)") if marks.release else None

    def items(self) -> Iterator[Message | InterchangeFault]:
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
        """A fault outside messages, at the present segment."""
        found = fault(code, segment=self.number, offset=offset, segment_id=segment_id, detail=detail)
        return InterchangeFault(found, self.header, self.group)

    def _to_header(self) -> InterchangeFault | None:
        """Go to the next UNA, UNB or bare UNH; None when already there, else the fault that says what was skipped."""
        window = self.window
        window.want(HEADER_WINDOW)
        if _START.match(window.buffer, window.at):
            return None
        start = window.offset
        other = None if self.header else refused_as(window.buffer, window.at, EDIFACT)
        code, words = other or ("data_outside_interchange" if self.header else "not_edifact", "")
        self.header = self.group = None
        if other is None and window.seek(_START):
            return self._loose("data_outside_interchange", start)
        window.skip_all()
        return self._loose(code, start, detail=words)

    def _interchange(self) -> Iterator[Message | InterchangeFault]:
        window = self.window
        window.want(HEADER_WINDOW)
        self.group = self.header = None
        self.groups = self.in_group = self.messages = 0
        self.seen.clear()
        marks, taken = service_characters(window.buffer[window.at : window.at + HEADER_WINDOW])
        if marks is None:
            yield self._loose("delimiters_unclear", window.offset, "UNA")
            window.at += 3
            self._seek()
            return
        window.at += taken
        window.skip_blank()
        window.want(HEADER_WINDOW)
        self._use(marks)
        if window.buffer.startswith(b"UNB", window.at):
            yield from self._open(marks)
            if self.header is None:
                return
        else:
            self.header = InterchangeHeader(version="", delimiters=marks, number=self.number, offset=window.offset)
            yield self._loose("interchange_missing", window.offset)
        yield from self._inside()
        if not self.messages and self.header.raw:
            yield self._loose("interchange_empty", self.header.offset, "UNB")

    def _seek(self) -> None:
        if not self.window.seek(_START):
            self.window.skip_all()

    def _open(self, marks: ServiceCharacters) -> Iterator[InterchangeFault]:
        window = self.window
        head = window.buffer[window.at : window.at + HEADER_WINDOW]
        self.header, taken, faults = parse_header(head, marks, self.number, window.offset)
        for each in faults:
            yield InterchangeFault(each, self.header)
        if self.header is None:
            window.at += 3
            self._seek()
            return
        self._use(self.header.delimiters)
        window.at += taken
        self.number += 1

    def _inside(self) -> Iterator[Message | InterchangeFault]:
        """Segments of the open interchange up to its trailer, the next header or the end of the input."""
        window = self.window
        stray = False
        while window.skip_blank():
            if window.buffer[window.at : window.at + 3] in (b"UNB", b"UNA") and _START.match(window.buffer, window.at):
                break
            end = self._end_of_segment()
            tag = window.buffer[window.at : window.at + 3].decode("latin-1")
            if tag == "UNH":
                yield from self._message(self._elements(end))
                stray = False
                continue
            if tag in ("UNG", "UNE", "UNZ", "UNT"):
                stray = False
                yield from self._service(tag, self._elements(end))
            elif not stray:
                stray = True
                yield self._loose("segment_outside_set", window.offset, tag)
            window.at = min(end + 1, len(window.buffer))
            self.number += 1
            if tag == "UNZ":
                return
        if self.group is not None:
            yield self._loose("group_unclosed", self.group.offset, "UNG")
            self.group = None
        if self.header is not None and self.header.raw:
            yield self._loose("interchange_unclosed", window.offset, "UNB")

    def _end_of_segment(self) -> int:
        """Where the segment at hand ends: its terminator, or the end of the input, or the longest a segment may be."""
        window = self.window
        while True:
            end = unreleased(window.buffer, self.marks.terminator, self.marks.release, window.at)
            if end >= 0:
                return min(end, window.at + self.limits.segment_bytes)
            if len(window.buffer) - window.at > self.limits.segment_bytes or not window.fill():
                return min(len(window.buffer), window.at + self.limits.segment_bytes)

    def _elements(self, end: int) -> list[list[str]]:
        assert self.header is not None
        return split(self.window.buffer[self.window.at : end], self.marks, self.header.syntax)

    def _service(self, tag: str, rows: list[list[str]]) -> Iterator[InterchangeFault]:
        offset = self.window.offset
        if tag == "UNG":
            if self.group is not None:
                yield self._loose("group_unclosed", self.group.offset, "UNG")
            self._open_group(rows, offset)
        elif tag == "UNE":
            yield from self._close_group(at(rows, 1), at(rows, 2), offset)
        elif tag == "UNT":
            yield self._loose("trailer_without_header", offset, "UNT")
        else:
            yield from self._close(at(rows, 1), at(rows, 2), offset)

    def _open_group(self, rows: list[list[str]], offset: int) -> None:
        version = ":".join(each for each in rows[7] if each) if len(rows) > 7 else ""
        self.group = GroupHeader(at(rows, 1), at(rows, 2), at(rows, 3), at(rows, 5), version, self.number, offset)
        self.groups += 1
        self.in_group = 0
        self.seen.clear()

    def _close_group(self, count: str, number: str, offset: int) -> Iterator[InterchangeFault]:
        group = self.group
        if group is None:
            yield self._loose("trailer_without_header", offset, "UNE")
            return
        if not _counts(count, self.in_group):
            said = f"UNE counts {count or 'nothing'}, {self.in_group} messages were read"
            yield self._loose("group_count_mismatch", offset, "UNE", said)
        if not _same(number, group.control_number):
            said = f"UNE has reference {number or 'none'}, UNG {group.control_number or 'none'}"
            yield self._loose("group_control_mismatch", offset, "UNE", said)
        self.group = None

    def _close(self, count: str, number: str, offset: int) -> Iterator[InterchangeFault]:
        if self.group is not None:
            yield self._loose("group_unclosed", self.group.offset, "UNG")
            self.group = None
        there = self.groups or self.messages
        if not _counts(count, there):
            what = "groups" if self.groups else "messages"
            said = f"UNZ counts {count or 'nothing'}, {there} {what} were read"
            yield self._loose("interchange_count_mismatch", offset, "UNZ", said)
        expected = self.header.control_number if self.header else ""
        if not _same(number, expected):
            said = f"UNZ has reference {number or 'none'}, UNB {expected or 'none'}"
            yield self._loose("interchange_control_mismatch", offset, "UNZ", said)

    def _message(self, start: list[list[str]]) -> Iterator[Message | InterchangeFault]:
        """The message that begins here: find its end, cut it out, check its envelope."""
        header, window = self.header, self.window
        assert header is not None  # messages are only read inside an interchange
        first, offset = self.number, window.offset
        if self.groups and self.group is None:
            yield self._loose("group_missing", offset, "UNH")
        raw, trailer, oversized = self._cut()
        faults: list[Fault] = []
        control = at(start, 1)
        count = oversized or self._count(raw)
        if oversized:
            faults.append(self._fault("set_too_large", 1, offset))
        else:
            self._check_trailer(raw, trailer, count, control, offset, faults)
        if count > self.limits.set_segments:
            raw = raw[:_KEPT_OF_OVERSIZED]
        kind = start[2] if len(start) > 2 else []
        if not control or not at(start, 2) or len(kind) < 4:
            faults.append(self._fault("set_malformed", 1, offset))
        if control in self.seen:
            faults.append(self._fault("set_control_repeated", 1, offset, 1))
        elif len(self.seen) < self.limits.remembered_sets:
            self.seen.add(control)
        self.messages += 1
        self.in_group += 1
        self.number += count
        version = ":".join(each for each in kind[1:5])
        yield Message(
            header, self.group, at(start, 2), version.rstrip(":"), control, raw, first, offset, count, tuple(faults)
        )

    def _count(self, raw: bytes) -> int:
        """How many segments there are; blank ones are none."""
        blanks = len(self.blank.findall(raw))
        released = self.release.findall(raw) if self.release else ()
        if blanks and released:
            return sum(1 for _ in spans(raw, self.marks))
        ended = raw.count(self.terminator) - blanks - released.count(self.terminator)
        last = raw.rfind(self.terminator)
        unended = raw[last + 1 :].strip(b" \t\r\n") or (last >= 0 and is_released(raw, last, self.marks.release))
        return ended + bool(unended)

    def _cut(self) -> tuple[bytes, int, int]:
        """The bytes from here to the end of UNT, where in them UNT begins (-1: it is not there), and 0; or, for a
        message too long to keep, its beginning, -1, and the number of its segments."""
        window = self.window
        from_here = 0
        while True:
            end, trailer = self._end_of_message(window.at + from_here)
            length = (end if end >= 0 else len(window.buffer)) - window.at
            if length > self.limits.set_bytes:
                return self._skip_message()
            begins = trailer - window.at if trailer >= 0 else -1
            if end >= 0:
                return window.take(end), begins, 0
            # A tag cut by the end of the buffer is seen again: search from a little before it.
            from_here = max(0, (trailer if trailer >= 0 else len(window.buffer)) - _LONGEST_TAG - window.at)
            if not window.fill():
                return window.take(len(window.buffer)), begins, 0

    def _end_of_message(self, start: int) -> tuple[int, int]:
        """Where the message ends and where its UNT begins; -1 for what the buffer does not hold."""
        buffer, release = self.window.buffer, self.marks.release
        found = self.envelope.search(buffer, start)
        while found is not None and is_released(buffer, found.start(), release):
            found = self.envelope.search(buffer, found.start() + 1)
        if found is None:
            return -1, -1
        if found[1] != b"UNT":
            return found.start() + 1, -1
        end = unreleased(buffer, self.marks.terminator, release, found.end() - 1)
        return (end + 1 if end >= 0 else -1), found.start(1)

    def _skip_message(self) -> tuple[bytes, int, int]:
        """Run over a message that is too long, keeping its beginning and counting its segments."""
        window = self.window
        kept = window.buffer[window.at : window.at + _KEPT_OF_OVERSIZED]
        count = 0
        while True:
            end, trailer = self._end_of_message(window.at)
            if end >= 0:
                return kept, -1, count + window.take(end).count(self.terminator)
            seen = (trailer if trailer >= 0 else len(window.buffer)) - _LONGEST_TAG
            count += window.take(max(window.at, seen)).count(self.terminator)
            if not window.fill() or len(window.buffer) - window.at > self.limits.set_bytes + (1 << 17):
                return kept, -1, count + window.take(len(window.buffer)).count(self.terminator)

    def _check_trailer(
        self, raw: bytes, trailer: int, count: int, control: str, offset: int, faults: list[Fault]
    ) -> None:
        """Check UNT against UNH and the number of segments."""
        assert self.header is not None
        if count > self.limits.set_segments:
            faults.append(self._fault("too_many_segments", 1, offset))
            return
        if trailer < 0:
            faults.append(self._fault("set_unclosed", count, offset + len(raw)))
            return
        rows = split(raw[trailer:].rstrip().removesuffix(self.terminator), self.marks, self.header.syntax)
        said, reference = at(rows, 1), at(rows, 2)
        if not _counts(said, count):
            detail = f"UNT counts {said or 'nothing'}, {count} segments were read"
            faults.append(self._fault("set_count_mismatch", count, offset + trailer, 1, detail))
        if not _same(reference, control):
            detail = f"UNT has reference {reference or 'none'}, UNH {control or 'none'}"
            faults.append(self._fault("set_control_mismatch", count, offset + trailer, 2, detail))

    def _fault(self, code: str, count: int, offset: int, element: int = 0, detail: str = "") -> Fault:
        """A fault at segment `count` of the present message."""
        tag = "UNH" if count == 1 else "UNT" if element else ""
        return fault(
            code, segment=self.number + count - 1, offset=offset, position=count, segment_id=tag, element=element,
            detail=detail,
        )  # fmt: skip


def _counts(said: str, there: int) -> bool:
    return said.isascii() and said.isdigit() and int(said[:20]) == there


def _same(one: str, other: str) -> bool:
    return bool(one) and one == other
