"""The streaming reader: hops from service segment to service segment and hands out one message at a time.

What stands between UNH and UNT is not looked at here; it is split when somebody asks.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace

from crossdock.edi.edifact.characters import LEVEL_A, ServiceCharacters, beyond_repertoire, decode, foreign, is_known
from crossdock.edi.edifact.envelope import (
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
from crossdock.edi.edifact.header import parse_header
from crossdock.edi.edifact.packages import Packages
from crossdock.edi.edifact.patterns import patterns
from crossdock.edi.edifact.service_string import service_characters
from crossdock.edi.edifact.tidy import tidy_segments
from crossdock.edi.edifact.trailers import counts, same
from crossdock.edi.kernel.faults import Fault, Mend, fault
from crossdock.edi.kernel.limits import DEFAULT_LIMITS, Limits
from crossdock.edi.kernel.reader import HEADER_WINDOW, KEPT_OF_OVERSIZED
from crossdock.edi.kernel.syntax import EDIFACT
from crossdock.edi.kernel.window import Window
from crossdock.edi.kernel.wrapping import cuts_segments, line_end_of_wrapped, unwrap, wrapped_length

_SERVICE = ("UNH", "UNT", "UNG", "UNE", "UNZ")
_LONGEST_REFERENCE = 14
# Agencies that control messages (data element 0051).
_AGENCIES = frozenset(
    each.decode() for each in re.findall(b"..", b"AAABACADAEAFAGCCCECRECEDEEENEREUEWEXIAKELIODRIRTSPUNUS")
)
_HEADER = re.compile(rb"UN[AB][^A-Za-z0-9 \t\r\n]")
_INTERACTIVE = re.compile(rb"UI[BH][^A-Za-z0-9 \t\r\n]")
_BLANK = b" \t\r\n"


def read(
    data: bytes | Iterable[bytes], limits: Limits = DEFAULT_LIMITS, clock: Callable[[], int] | None = None
) -> Iterator[Message | InterchangeFault]:
    """Read interchanges one message at a time. Never raises for what the bytes hold. `clock` tells monotonic
    nanoseconds, for the limit of time."""
    return _Reader(Window(data, limits.input_bytes, clock, limits.seconds), limits).read()


class _Reader(Packages):
    """State of one pass: where we are, and which interchange and group are open."""

    syntax, unknown, trailer = EDIFACT, "not_edifact", b"UNT"
    begins = re.compile(rb"(?:U\r?\n?N\r?\n?[AB]|un[ab])[^A-Za-z0-9 \t\r\n]|UNA {6}UNB|UN[GH]\+")
    sought = re.compile(rb"UN[AB][^A-Za-z0-9 \t\r\n]|UN[GH]\+")
    closes = re.compile(rb"UNZ[^A-Za-z0-9 \t\r\n]")

    def __init__(self, window: Window, limits: Limits) -> None:
        super().__init__(window, limits)
        self._use(LEVEL_A)

    def _use(self, marks: ServiceCharacters, small: bool = False) -> None:
        self.marks, self.small = marks, small
        self.wrapped = self.header.wrapped if self.header else b""
        self.odd = small or bool(self.wrapped)
        self.terminator = marks.terminator.encode("latin-1")
        self.envelope, self.blank, self.mixed, self.release = patterns(marks, bool(self.wrapped), small)

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

    def _released(self, found: int) -> bool:
        """Is the terminator at this place of the buffer part of a value?"""
        buffer, release = self.window.buffer, self.marks.release
        while self.wrapped and found > 0 and buffer[found - 1] in b"\r\n":
            found -= 1
        return is_released(buffer, found, release)

    def search(self, start: int) -> re.Match[bytes] | None:
        """Where the next service segment stands; a released terminator before a tag ends nothing."""
        buffer = self.window.buffer
        found = self.envelope.search(buffer, start)
        while found is not None and self._released(found.start()):
            found = self.envelope.search(buffer, found.start() + 1)
        return found

    def find_terminator(self, start: int) -> int:
        """Where the next segment ends; -1 if the buffer does not hold it."""
        if not self.wrapped:
            return unreleased(self.window.buffer, self.marks.terminator, self.marks.release, start)
        found = self.window.buffer.find(self.terminator, start)
        while found >= 0 and self._released(found):
            found = self.window.buffer.find(self.terminator, found + 1)
        return found

    def plain(self, raw: bytes) -> bytes:
        """Without the line ends of wrapped input."""
        return unwrap(raw) if self.wrapped else raw

    def interchange(self) -> Iterator[Message | InterchangeFault]:
        """From one header, or a message without one, to its trailer, or to where it breaks off."""
        window = self.window
        window.want(HEADER_WINDOW)
        self.group = self.header = None
        self.groups = self.in_group = self.messages = 0
        self.first_ungrouped = None
        self.seen.clear()
        self.group_numbers.clear()
        head = window.buffer[window.at : window.at + HEADER_WINDOW]
        line_end = line_end_of_wrapped(head)
        advice = service_characters(unwrap(head) if line_end else head)
        if line_end and (advice.marks is None or not _is_cut(head, line_end, advice.marks)):
            line_end, advice = b"", service_characters(head)
        marks, start = advice.marks, window.offset
        if marks is None:
            yield self.loose("delimiters_unclear", start, "UNA")
            self.to_next()
            return
        if advice.odd:
            mends = (Mend(start, advice.taken, advice.should),) if advice.should and not line_end else ()
            self.waiting.append(
                fault(
                    "una_invalid", segment=self.number, offset=start, segment_id="UNA", detail=advice.odd, mends=mends
                )
            )
        window.at += wrapped_length(head, advice.taken) if line_end else advice.taken
        if line_end:
            at_break = head.find(line_end)
            self.waiting.append(fault("lines_wrapped", segment=self.number, offset=start + at_break))
        window.skip_blank()
        window.want(HEADER_WINDOW)
        small = head[:3].islower()
        if _INTERACTIVE.match(self.plain_head(line_end)):
            self.waiting.clear()
            yield self.loose("other_syntax", window.offset, "", "the input is interactive EDIFACT (UIB), not a batch")
            self.to_next()
            return
        if self.plain_head(line_end)[:3].upper() == b"UNB":
            yield from self._open(marks, line_end, small, start)
            if self.header is None:
                return
        else:
            self.header = InterchangeHeader(
                version="", delimiters=marks, number=self.number, offset=window.offset, wrapped=line_end
            )
            self._use(marks, small)
            yield from self.told_before()
            yield self.loose("interchange_missing", window.offset)
        yield from self._inside()
        if not self.messages and self.header.raw:
            yield self.loose("interchange_empty", self.header.offset, "UNB", segment=self.header.number)

    def plain_head(self, line_end: bytes) -> bytes:
        """What may hold a header, without the line ends of wrapped input."""
        window = self.window
        head = window.buffer[window.at : window.at + HEADER_WINDOW]
        return unwrap(head) if line_end else head

    def _open(self, marks: ServiceCharacters, line_end: bytes, small: bool, una: int) -> Iterator[InterchangeFault]:
        window = self.window
        head = window.buffer[window.at : window.at + HEADER_WINDOW]
        header, taken, faults = parse_header(self.plain_head(line_end), marks, self.number, window.offset)
        if header is not None and line_end:
            taken = wrapped_length(head, taken)
            header = replace(header, wrapped=line_end, raw=head[:taken])
            faults = [
                replace(each, offset=window.offset + wrapped_length(head, each.offset - window.offset + 1) - 1)
                for each in faults
            ]
        self.header = header
        yield from self.told_before()
        for each in faults:
            yield InterchangeFault(each, self.header)
        if header is None:
            # What stands in a header without end is no interchange either.
            window.at += len("UNB")
            if not window.seek(_HEADER):
                window.skip_all()
            return
        self._use(header.delimiters, small)
        if marks.stated and marks.repetition and header.version[:1] in ("1", "2", "3"):
            said = f"the fifth character of UNA is {marks.repetition!r}, which only version 4 has a use for"
            mends = (Mend(una + len("UNA:+.?"), 1, b" "),) if not line_end else ()
            yield self.loose("una_invalid", una, "UNA", said, segment=header.number, mends=mends)
        if header.raw[:3].islower():
            mend = Mend(header.offset, 3, b"UNB")
            yield self.loose("tag_lower_case", header.offset, "UNB", "the tag unb is in small letters", mends=(mend,))
        yield from self.check_repeated()
        window.at += taken
        self.number += 1

    def _inside(self) -> Iterator[Message | InterchangeFault]:
        """Segments of the open interchange up to its trailer, the next header or the end of the input."""
        window = self.window
        stray = False
        while window.skip_blank():
            head = self.plain(window.buffer[window.at : window.at + 8])[:3]
            if head.upper() in (b"UNB", b"UNA") and self.begins.match(window.buffer, window.at):
                break
            if window.late():
                break
            end = self.end_of_segment()
            tag = head.decode("latin-1")
            if tag.islower() and tag.upper() in _SERVICE:
                yield self._small(tag)
                tag = tag.upper()
            if tag == "UNO":
                yield from self.package(end, self.elements_to(end))
                stray = False
                continue
            if tag == "UNH":
                yield from self._message(self.elements_to(end))
                stray = False
                continue
            self._note_end(end)
            if tag in _SERVICE:
                stray = False
                yield from self._mixed(window.buffer[window.at : end], window.offset)
                yield from self.service(tag, self.elements_to(end), window.buffer[window.at : end], end)
            elif not stray:
                stray = True
                yield self.loose("segment_outside_set", window.offset, tag)
            window.at = min(end + 1, len(window.buffer))
            self.number += 1
            if tag == "UNZ":
                yield from self.unterminated()
                return
        yield from self.close_all()

    def _small(self, tag: str) -> InterchangeFault:
        """Tell a tag in small letters, and look for others of its kind from here on."""
        if not self.small:
            self._use(self.marks, True)
        offset = self.window.offset
        mend = Mend(offset, len(tag), tag.upper().encode())
        return self.loose("tag_lower_case", offset, tag, f"the tag {tag} is in small letters", mends=(mend,))

    def _note_end(self, end: int) -> None:
        """Remember where the input ended inside a segment, and what is released by nothing there."""
        window = self.window
        if end < len(window.buffer) or self.terminator in (b"\r", b"\n"):
            return
        self.cut_off = window.offset + end - window.at

    def end_of_segment(self) -> int:
        """Where the segment at hand ends: its terminator, or the end of the input, or the longest a segment may be."""
        window = self.window
        while True:
            end = self.find_terminator(window.at)
            if end >= 0:
                return min(end, window.at + self.limits.segment_bytes)
            if len(window.buffer) - window.at > self.limits.segment_bytes or not window.fill():
                return min(len(window.buffer), window.at + self.limits.segment_bytes)

    def elements_to(self, end: int) -> list[list[str]]:
        """The elements of the segment at hand."""
        assert self.header is not None
        return split(self.plain(self.window.buffer[self.window.at : end]), self.marks, self.header.syntax)

    def _message(self, start: list[list[str]]) -> Iterator[Message | InterchangeFault]:
        """The message that begins here: find its end, cut it out, check its envelope."""
        header, window = self.header, self.window
        assert header is not None  # messages are only read inside an interchange
        first, offset = self.number, window.offset
        control, kind = at(start, 1), at(start, 2)
        if self.groups and self.group is None:
            yield self.loose("group_missing", offset, "UNH")
        elif self.group is None and not self.messages:
            self.first_ungrouped = (first, offset)
        if self.group is not None and self.group.type and kind and kind != self.group.type:
            said = f"UNG is for {self.group.type}, UNH says {kind}"
            place = offset + start_of(
                self.plain(window.buffer[window.at : window.at + HEADER_WINDOW]), self.marks, 0, 2
            )
            yield InterchangeFault(self._fault("group_type_mismatch", 1, place, 2, said), header, self.group)
        raw, trailer, oversized = self._cut()
        faults: list[Fault] = []
        tidy, count = (None, oversized) if oversized else self._segments(raw)
        if oversized:
            faults.append(self._fault("set_too_large", 1, offset))
        else:
            self._check_trailer(raw, trailer, count, control, offset, faults)
        if count > self.limits.set_segments:
            raw, tidy = raw[:KEPT_OF_OVERSIZED], None
        self._check_header(start, control, raw, offset, faults)
        self.messages += 1
        self.in_group += 1
        self.number += count
        version = ":".join(start[2][1:5]) if len(start) > 2 else ""
        found = Message(
            header, self.group, kind, version.rstrip(":"), control, raw, first, offset, count, tuple(faults), tidy
        )
        if len(raw) > self.limits.segment_elements:
            found.faults += tuple(self._too_many_elements(found))
        beyond = beyond_repertoire(raw, header.syntax, self.marks) if is_known(header.syntax) else -1
        if beyond >= 0:
            found.faults += (self._foreign(found, beyond),)
        yield found
        if trailer < 0 and not oversized:
            yield from self._dangling(raw, offset)
        if faults and (trailer < 0 or any(each.code == "set_count_mismatch" for each in faults)):
            yield from self._mixed(raw, offset, found)

    def _mixed(self, raw: bytes, offset: int, inside: Message | None = None) -> Iterator[InterchangeFault]:
        """Does a line end stand for a terminator in here?"""
        found = self.mixed.search(raw) if self.mixed is not None else None
        if found is not None:
            at = found.start(1)
            before = sum(start <= at for start, _ in spans(raw, self.marks)) if inside else 1
            number = (inside.number if inside else self.number) + before - 1
            yield self.loose("terminator_mixed", offset + at, "", "a line end ends a segment", segment=number)

    def _cut(self) -> tuple[bytes, int, int]:
        """The message's bytes; once more with small letters if its trailer seems to be written in them."""
        raw, trailer, oversized = self.cut()
        if trailer < 0 and not self.small and not oversized and b"unt" in raw:
            self._use(self.marks, True)
            if self.envelope.search(raw):
                self.window.at -= len(raw)
                raw, trailer, oversized = self.cut()
        if not oversized and not raw.endswith(self.terminator) and not raw.rstrip(_BLANK).endswith(self.terminator):
            self.cut_off = self.window.offset
        return raw, trailer, oversized

    def _dangling(self, raw: bytes, offset: int) -> Iterator[InterchangeFault]:
        release = self.marks.release
        end = raw.rstrip(b"\r\n")
        if release and end.endswith(release.encode("latin-1")) and not is_released(end, len(end) - 1, release):
            yield self.loose("release_dangling", offset + len(end) - 1, segment=self.number - 1)

    def _foreign(self, found: Message, at: int) -> Fault:
        """The fault of a character that the repertoire of the interchange does not have: the first tells enough."""
        raw, marks = found.raw, self.marks
        starts = [start for start, _ in spans(raw, marks) if start <= at] or [0]
        before = raw[starts[-1] : at]
        elements = self.placed(before, 0).starts
        component, place = 1, unreleased(before, marks.component, marks.release, elements[-1])
        while place >= 0:
            component, place = component + 1, unreleased(before, marks.component, marks.release, place + 1)
        element = len(elements) - 1
        return found.fault(
            "element_character", len(starts), element, component if element else 0,
            foreign(raw, at, found.interchange.syntax),
        )  # fmt: skip

    def _too_many_elements(self, found: Message) -> Iterator[Fault]:
        most, mark = self.limits.segment_elements, self.marks.element
        for position, text in enumerate(found.texts, 1):
            if text.count(mark) > most:
                yield found.fault("too_many_elements", position)

    def _check_header(self, start: list[list[str]], control: str, raw: bytes, offset: int, faults: list[Fault]) -> None:
        kind = start[2] if len(start) > 2 else []
        if not control or len(kind) < 4 or "" in kind[:4]:
            faults.append(self._fault("set_malformed", 1, offset))
        elif kind[3] not in _AGENCIES:
            place = offset + start_of(self.plain(raw), self.marks, 0, 2, 4)
            detail = f"the controlling agency is {kind[3] or 'missing'}"
            faults.append(replace(self._fault("set_agency_unknown", 1, place, 2, detail), component=4))
        if len(control) > _LONGEST_REFERENCE:
            place = offset + start_of(self.plain(raw), self.marks, 0, 1)
            faults.append(self._fault("set_control_invalid", 1, place, 1, f"UNH has a reference of {len(control)}"))
        if control in self.seen:
            faults.append(
                self._fault("set_control_repeated", 1, offset + start_of(self.plain(raw), self.marks, 0, 1), 1)
            )
        elif len(self.seen) < self.limits.remembered_sets:
            self.seen.add(control)

    def _segments(self, raw: bytes) -> tuple[list[str] | None, int]:
        """The segments of a message, if it is tidy, and how many it has."""
        assert self.header is not None
        text, _ = decode(raw, self.header.syntax)
        tidy = None if self.wrapped else tidy_segments(text, self.marks)
        # Where a character is one byte, the bytes have as many terminators as the text.
        alike = len(text) == len(raw) and self.marks.terminator.isascii()
        return tidy, len(tidy) if tidy is not None and alike else self._count(raw)

    def _count(self, raw: bytes) -> int:
        """How many segments there are; blank ones are none."""
        raw = self.plain(raw)
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
            ended = raw.rstrip(b" \t\r\n").endswith(self.terminator)
            added = self.added("UNT", count + 1, control, offset + len(raw), ended)
            faults.append(self._fault("set_unclosed", 1, offset, mends=added))
            return
        ending = raw[trailer:].rstrip(b" \t\r\n").removesuffix(self.terminator)
        rows = split(self.plain(ending), self.marks, self.header.syntax)
        said, reference = at(rows, 1), at(rows, 2)
        if counts(said, count) and same(reference, control) and rows[0][0] == "UNT":
            return
        placed = self.placed(ending, offset + trailer)
        if not counts(said, count):
            detail = f"UNT counts {said or 'nothing'}, {count} segments were read"
            mends: tuple[Mend, ...] = (placed.replaced(1, str(count).encode()),)
            faults.append(self._fault("set_count_mismatch", count, placed.span(1)[0], 1, detail, mends))
        if not same(reference, control):
            detail = f"UNT has reference {reference or 'none'}, UNH {control or 'none'}"
            repeated = self.repeated(placed, control)
            faults.append(self._fault("set_control_mismatch", count, placed.span(2)[0], 2, detail, repeated))
        if rows[0][0] == "unt":
            mend = Mend(placed.offset, 3, b"UNT")
            detail = "the tag unt is in small letters"
            faults.append(self._fault("tag_lower_case", count, placed.offset, 0, detail, (mend,)))

    def _fault(
        self, code: str, count: int, offset: int, element: int = 0, detail: str = "", mends: tuple[Mend, ...] = ()
    ) -> Fault:
        """A fault at segment `count` of the present message."""
        tag = "UNH" if count == 1 else "UNT" if element or mends else ""
        return fault(
            code, segment=self.number + count - 1, offset=offset, position=count, segment_id=tag, element=element,
            detail=detail, mends=mends,
        )  # fmt: skip


def _is_cut(head: bytes, line_end: bytes, marks: ServiceCharacters) -> bool:
    return cuts_segments(head, line_end, marks.terminator.encode("latin-1"))
