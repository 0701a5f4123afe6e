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
    start_of,
    unreleased,
)
from crossdock.edi.edifact.header import parse_header, service_characters
from crossdock.edi.kernel.faults import Fault, fault
from crossdock.edi.kernel.limits import DEFAULT_LIMITS, Limits
from crossdock.edi.kernel.reader import HEADER_WINDOW, KEPT_OF_OVERSIZED, Reader
from crossdock.edi.kernel.syntax import EDIFACT
from crossdock.edi.kernel.window import Window

_START = re.compile(rb"UN[AB][^A-Za-z0-9 \t\r\n]|UNH\+")


def read(data: bytes | Iterable[bytes], limits: Limits = DEFAULT_LIMITS) -> Iterator[Message | InterchangeFault]:
    """Read interchanges one message at a time. Never raises for what the bytes hold."""
    return _Reader(Window(data, limits.input_bytes), limits).read()


class _Reader(Reader[Message, InterchangeFault]):
    """State of one pass: where we are, and which interchange and group are open."""

    syntax, unknown, begins, trailer = EDIFACT, "not_edifact", _START, b"UNT"

    def __init__(self, window: Window, limits: Limits) -> None:
        super().__init__(window, limits)
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
            end + b"[" + blank + rb"]*+(?=UN)(?:(UN[THEGZ])" + mark + rb"|(UN[AB])[^A-Za-z0-9 \t\r\n])"
        )
        self.blank = re.compile(end + b"[" + blank + b"]*+(?=" + end + b")")
        # What is released, pair by pair from the left: a released release character releases nothing.
        release = re.escape(marks.release.encode("latin-1"))
        self.release = re.compile(b"(?s)" + release + b"(.)") if marks.release else None

    def outside(self, found: Fault) -> InterchangeFault:
        """With the headers that are open."""
        return InterchangeFault(found, self.header, self.group)

    def fault_of(self, item: Message | InterchangeFault) -> Fault | None:
        """What is wrong, if the item is no message."""
        return item.fault if isinstance(item, InterchangeFault) else None

    def has_header(self) -> bool:
        """Was an interchange read, or is one open?"""
        return self.header is not None

    def forget_headers(self) -> None:
        """What comes next belongs to no interchange."""
        self.header = self.group = None

    def search(self, start: int) -> re.Match[bytes] | None:
        """Where the next service segment stands; a released terminator before a tag ends nothing."""
        buffer, release = self.window.buffer, self.marks.release
        found = self.envelope.search(buffer, start)
        while found is not None and is_released(buffer, found.start(), release):
            found = self.envelope.search(buffer, found.start() + 1)
        return found

    def find_terminator(self, start: int) -> int:
        """Where the next segment ends; -1 if the buffer does not hold it."""
        return unreleased(self.window.buffer, self.marks.terminator, self.marks.release, start)

    def interchange(self) -> Iterator[Message | InterchangeFault]:
        """From one header, or a message without one, to its trailer, or to where it breaks off."""
        window = self.window
        window.want(HEADER_WINDOW)
        self.group = self.header = None
        self.groups = self.in_group = self.messages = 0
        self.seen.clear()
        marks, taken = service_characters(window.buffer[window.at : window.at + HEADER_WINDOW])
        if marks is None:
            yield self.loose("delimiters_unclear", window.offset, "UNA")
            self.to_next()
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
            yield self.loose("interchange_missing", window.offset)
        yield from self._inside()
        if not self.messages and self.header.raw:
            yield self.loose("interchange_empty", self.header.offset, "UNB")

    def _open(self, marks: ServiceCharacters) -> Iterator[InterchangeFault]:
        window = self.window
        head = window.buffer[window.at : window.at + HEADER_WINDOW]
        self.header, taken, faults = parse_header(head, marks, self.number, window.offset)
        for each in faults:
            yield InterchangeFault(each, self.header)
        if self.header is None:
            self.to_next()
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
                yield self.loose("segment_outside_set", window.offset, tag)
            window.at = min(end + 1, len(window.buffer))
            self.number += 1
            if tag == "UNZ":
                return
        yield from self._unclosed()
        if self.header is not None and self.header.raw:
            yield self.loose("interchange_unclosed", self.header.offset, "UNB", segment=self.header.number)

    def _unclosed(self) -> Iterator[InterchangeFault]:
        """A group that is open when it must not be."""
        group = self.group
        if group is not None:
            yield self.loose("group_unclosed", group.offset, "UNG", segment=group.number)
        self.group = None

    def _trailer_fault(self, code: str, tag: str, element: int, detail: str) -> InterchangeFault:
        """What is wrong with an element of the trailer at hand."""
        offset = self.window.offset + start_of(self.window.buffer[self.window.at :], self.marks, 0, element)
        return self.loose(code, offset, tag, detail, element=element)

    def _end_of_segment(self) -> int:
        """Where the segment at hand ends: its terminator, or the end of the input, or the longest a segment may be."""
        window = self.window
        while True:
            end = self.find_terminator(window.at)
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
            yield from self._unclosed()
            self._open_group(rows, offset)
        elif tag == "UNE":
            yield from self._close_group(at(rows, 1), at(rows, 2), offset)
        elif tag == "UNT":
            yield self.loose("trailer_without_header", offset, "UNT")
        else:
            yield from self._close(at(rows, 1), at(rows, 2))

    def _open_group(self, rows: list[list[str]], offset: int) -> None:
        version = ":".join(each for each in rows[7] if each) if len(rows) > 7 else ""
        self.group = GroupHeader(at(rows, 1), at(rows, 2), at(rows, 3), at(rows, 5), version, self.number, offset)
        self.groups += 1
        self.in_group = 0
        self.seen.clear()

    def _close_group(self, count: str, number: str, offset: int) -> Iterator[InterchangeFault]:
        group = self.group
        if group is None:
            yield self.loose("trailer_without_header", offset, "UNE")
            return
        if not _counts(count, self.in_group):
            said = f"UNE counts {count or 'nothing'}, {self.in_group} messages were read"
            yield self._trailer_fault("group_count_mismatch", "UNE", 1, said)
        if not _same(number, group.control_number):
            said = f"UNE has reference {number or 'none'}, UNG {group.control_number or 'none'}"
            yield self._trailer_fault("group_control_mismatch", "UNE", 2, said)
        self.group = None

    def _close(self, count: str, number: str) -> Iterator[InterchangeFault]:
        yield from self._unclosed()
        there = self.groups or self.messages
        if not _counts(count, there):
            what = "groups" if self.groups else "messages"
            said = f"UNZ counts {count or 'nothing'}, {there} {what} were read"
            yield self._trailer_fault("interchange_count_mismatch", "UNZ", 1, said)
        expected = self.header.control_number if self.header else ""
        if not _same(number, expected):
            said = f"UNZ has reference {number or 'none'}, UNB {expected or 'none'}"
            yield self._trailer_fault("interchange_control_mismatch", "UNZ", 2, said)

    def _message(self, start: list[list[str]]) -> Iterator[Message | InterchangeFault]:
        """The message that begins here: find its end, cut it out, check its envelope."""
        header, window = self.header, self.window
        assert header is not None  # messages are only read inside an interchange
        first, offset = self.number, window.offset
        if self.groups and self.group is None:
            yield self.loose("group_missing", offset, "UNH")
        raw, trailer, oversized = self.cut()
        faults: list[Fault] = []
        control = at(start, 1)
        count = oversized or self._count(raw)
        if oversized:
            faults.append(self._fault("set_too_large", 1, offset))
        else:
            self._check_trailer(raw, trailer, count, control, offset, faults)
        if count > self.limits.set_segments:
            raw = raw[:KEPT_OF_OVERSIZED]
        kind = start[2] if len(start) > 2 else []
        if not control or len(kind) < 4 or "" in kind[:4]:
            faults.append(self._fault("set_malformed", 1, offset))
        if control in self.seen:
            faults.append(self._fault("set_control_repeated", 1, offset + start_of(raw, self.marks, 0, 1), 1))
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

    def _check_trailer(
        self, raw: bytes, trailer: int, count: int, control: str, offset: int, faults: list[Fault]
    ) -> None:
        """Check UNT against UNH and the number of segments."""
        assert self.header is not None
        if count > self.limits.set_segments:
            faults.append(self._fault("too_many_segments", 1, offset))
            return
        if trailer < 0:
            faults.append(self._fault("set_unclosed", 1, offset))
            return
        rows = split(raw[trailer:].rstrip().removesuffix(self.terminator), self.marks, self.header.syntax)
        said, reference = at(rows, 1), at(rows, 2)
        if not _counts(said, count):
            detail = f"UNT counts {said or 'nothing'}, {count} segments were read"
            faults.append(
                self._fault("set_count_mismatch", count, offset + start_of(raw, self.marks, trailer, 1), 1, detail)
            )
        if not _same(reference, control):
            detail = f"UNT has reference {reference or 'none'}, UNH {control or 'none'}"
            faults.append(
                self._fault("set_control_mismatch", count, offset + start_of(raw, self.marks, trailer, 2), 2, detail)
            )

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
