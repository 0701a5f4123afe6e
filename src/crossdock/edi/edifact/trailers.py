"""Groups and trailers: what UNG opens and UNE and UNZ close, what they count and repeat, and what is owed when they are
missing."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Iterator

from crossdock.edi.edifact.characters import LEVEL_A, ServiceCharacters
from crossdock.edi.edifact.envelope import (
    GroupHeader,
    InterchangeFault,
    InterchangeHeader,
    Message,
    at,
    start_of,
    unreleased,
)
from crossdock.edi.edifact.header import check_ung
from crossdock.edi.kernel.faults import Mend, fault
from crossdock.edi.kernel.limits import Limits
from crossdock.edi.kernel.reader import Reader
from crossdock.edi.kernel.service import ServiceSegment
from crossdock.edi.kernel.window import Window


class Trailers(Reader[Message, InterchangeFault]):
    """The part of the reader's state that concerns the open interchange and its groups."""

    def __init__(self, window: Window, limits: Limits) -> None:
        super().__init__(window, limits)
        self.header: InterchangeHeader | None = None
        self.group: GroupHeader | None = None
        self.marks: ServiceCharacters = LEVEL_A
        self.groups = 0
        self.in_group = 0
        self.messages = 0
        self.seen: set[str] = set()
        self.group_numbers: set[str] = set()
        self.first_ungrouped: tuple[int, int] | None = None
        """Number and byte of the first message of the interchange, if it stands in no group."""
        self.interchanges: set[tuple[str, str, str]] = set()

    @abstractmethod
    def end_of_segment(self) -> int:
        """Where the segment at hand ends."""

    @abstractmethod
    def elements_to(self, end: int) -> list[list[str]]:
        """The elements of the segment at hand."""

    def check_repeated(self) -> Iterator[InterchangeFault]:
        """Did this sender use this reference for this recipient before?"""
        header = self.header
        assert header is not None  # called once it is read
        key = (header.sender, header.receiver, header.control_number)
        if not header.control_number or not header.sender:
            return
        if key in self.interchanges:
            said = f"the reference {header.control_number} was used before in this input"
            place = header.offset + start_of(header.raw, header.delimiters, 0, 5)
            yield self.loose("interchange_control_repeated", place, "UNB", said, element=5, segment=header.number)
        elif len(self.interchanges) < self.limits.remembered_sets:
            self.interchanges.add(key)

    def placed(self, raw: bytes, offset: int) -> ServiceSegment:
        """A service segment with the places of its elements."""
        starts, mark = [0], self.marks.element
        found = unreleased(raw, mark, self.marks.release, 0)
        while found >= 0:
            starts.append(found + 1)
            found = unreleased(raw, mark, self.marks.release, found + 1)
        return ServiceSegment(raw, offset, starts, mark.encode("latin-1"))

    def written(self, text: str) -> bytes:
        """A value as it stands in a segment."""
        marks = self.marks
        if marks.release:
            for mark in (marks.release, marks.terminator, marks.element, marks.component):
                text = text.replace(mark, marks.release + mark)
        return text.encode()

    def added(self, tag: str, count: int, reference: str, offset: int, ended: bool) -> tuple[Mend, ...]:
        """A trailer as it should stand there."""
        if not self.fits(reference):
            return ()
        mark, suffix = self.marks.element.encode("latin-1"), self.marks.suffix.encode()
        text = mark.join((tag.encode(), str(count).encode(), self.written(reference))) + self.terminator + suffix
        return (Mend(offset, 0, text if ended else self.terminator + suffix + text),)

    def fits(self, text: str) -> bool:
        """Can it be written into a trailer?"""
        marks = self.marks.terminator + self.marks.element + self.marks.component
        plain = bool(self.marks.release) or not any(mark in text for mark in marks)
        return bool(text) and text.isascii() and text.isprintable() and plain

    def unterminated(self) -> Iterator[InterchangeFault]:
        """Tell that the last segment has no terminator; of lines the last one needs none."""
        if self.cut_off < 0 or self.terminator in (b"\r", b"\n"):
            return
        at_end, self.cut_off = self.cut_off, -1
        self.broke_off = True
        mend = Mend(at_end, 0, self.terminator)
        yield self.loose("segment_unterminated", at_end, segment=self.number - 1, mends=(mend,))

    def group_unclosed(self, ended: bool = True) -> Iterator[InterchangeFault]:
        """A group that is open when it must not be."""
        group, self.group = self.group, None
        if group is not None:
            mends = self.added("UNE", self.in_group, group.control_number, self.window.offset, ended)
            found = fault("group_unclosed", segment=group.number, offset=group.offset, segment_id="UNG", mends=mends)
            yield InterchangeFault(found, self.header, group)

    def close_all(self) -> Iterator[InterchangeFault]:
        """The interchange breaks off here."""
        yield from self.group_unclosed(self.cut_off < 0)
        header = self.header
        if header is None or not header.raw:
            yield from self.unterminated()
            return
        there = self.groups or self.messages
        mends = self.added("UNZ", there, header.control_number, self.window.offset, self.cut_off < 0)
        yield from self.unterminated()
        yield self.loose("interchange_unclosed", header.offset, "UNB", segment=header.number, mends=mends)

    def service(self, tag: str, rows: list[list[str]], raw: bytes, end: int) -> Iterator[InterchangeFault]:
        """UNG, UNE, UNZ, or a UNT that closes nothing."""
        placed = self.placed(raw, self.window.offset)
        if tag == "UNG":
            yield from self.group_unclosed()
            yield from self._open_group(rows, placed)
        elif tag == "UNT" or (tag == "UNE" and self.group is None) or (tag == "UNZ" and not self._has_unb()):
            mend = Mend(placed.offset, end - self.window.at + 1, b"")
            yield self.loose("trailer_without_header", placed.offset, tag, mends=(mend,))
        elif tag == "UNE":
            yield from self._close_group(at(rows, 1), at(rows, 2), placed)
        else:
            yield from self.group_unclosed()
            yield from self._close(at(rows, 1), at(rows, 2), placed)

    def _has_unb(self) -> bool:
        return self.header is not None and bool(self.header.raw)

    def _open_group(self, rows: list[list[str]], placed: ServiceSegment) -> Iterator[InterchangeFault]:
        version = ":".join(each for each in rows[7] if each) if len(rows) > 7 else ""
        reference = at(rows, 5)
        self.group = GroupHeader(at(rows, 1), at(rows, 2), at(rows, 3), reference, version, self.number, placed.offset)
        if not self.groups and self.first_ungrouped:
            number, offset = self.first_ungrouped
            yield self.loose("group_missing", offset, "UNH", segment=number)
        self.groups += 1
        self.in_group = 0
        self.seen.clear()
        for code, element, component, words in check_ung(rows, self.header.version if self.header else ""):
            place = placed.offset + start_of(placed.raw, self.marks, 0, element, component)
            yield self.loose(code, place, "UNG", words, element=element, component=component)
        if reference and reference in self.group_numbers:
            said = f"the reference {reference} was used before in this interchange"
            yield self.loose("group_control_repeated", placed.span(5)[0], "UNG", said, element=5)
        elif len(self.group_numbers) < self.limits.remembered_sets:
            self.group_numbers.add(reference)

    def _close_group(self, count: str, number: str, placed: ServiceSegment) -> Iterator[InterchangeFault]:
        group = self.group
        assert group is not None
        if not counts(count, self.in_group):
            said = f"UNE counts {count or 'nothing'}, {self.in_group} messages were read"
            mends = (placed.replaced(1, str(self.in_group).encode()),)
            yield self.loose("group_count_mismatch", placed.span(1)[0], "UNE", said, element=1, mends=mends)
        if not same(number, group.control_number):
            said = f"UNE has reference {number or 'none'}, UNG {group.control_number or 'none'}"
            yield self.loose(
                "group_control_mismatch", placed.span(2)[0], "UNE", said, element=2,
                mends=self.repeated(placed, group.control_number),
            )  # fmt: skip
        if not self.in_group:
            yield self.loose("group_empty", group.offset, "UNG", segment=group.number)
        self.group = None

    def repeated(self, placed: ServiceSegment, reference: str) -> tuple[Mend, ...]:
        """A trailer's reference as its header has it; where that has none there is nothing to repeat."""
        return (placed.replaced(2, self.written(reference)),) if self.fits(reference) else ()

    def _close(self, count: str, number: str, placed: ServiceSegment) -> Iterator[InterchangeFault]:
        there = self.groups or self.messages
        if not counts(count, there):
            what = "groups" if self.groups else "messages"
            said = f"UNZ counts {count or 'nothing'}, {there} {what} were read"
            mends = (placed.replaced(1, str(there).encode()),)
            yield self.loose("interchange_count_mismatch", placed.span(1)[0], "UNZ", said, element=1, mends=mends)
        expected = self.header.control_number if self.header else ""
        if not same(number, expected):
            said = f"UNZ has reference {number or 'none'}, UNB {expected or 'none'}"
            yield self.loose(
                "interchange_control_mismatch", placed.span(2)[0], "UNZ", said, element=2,
                mends=self.repeated(placed, expected),
            )  # fmt: skip


def counts(said: str, there: int) -> bool:
    """Does a trailer say this number?"""
    return said.isascii() and said.isdigit() and int(said[:20]) == there


def same(one: str, other: str) -> bool:
    """Are two references the same? None is like none."""
    return bool(one) and one == other
