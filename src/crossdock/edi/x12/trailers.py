"""Groups and trailers: what GS opens and GE and IEA close, what they count and repeat, and what is owed when they are
missing."""

from __future__ import annotations

from collections.abc import Iterator

from crossdock.edi.kernel.faults import Mend, fault
from crossdock.edi.kernel.limits import Limits
from crossdock.edi.kernel.reader import Reader
from crossdock.edi.kernel.service import ServiceSegment, plain_starts
from crossdock.edi.kernel.window import Window
from crossdock.edi.x12.envelope import GroupHeader, InterchangeFault, InterchangeHeader, TransactionSet
from crossdock.edi.x12.functional_ids import FUNCTIONAL_IDS
from crossdock.edi.x12.header_check import check_gs


class Trailers(Reader[TransactionSet, InterchangeFault]):
    """The part of the reader's state that concerns the open interchange and its groups."""

    def __init__(self, window: Window, limits: Limits) -> None:
        super().__init__(window, limits)
        self.header: InterchangeHeader | None = None
        self.group: GroupHeader | None = None
        self.groups = 0
        self.others = 0
        """Segments that stand beside groups: TA1, TA3, ISB, ISE."""
        self.sets = 0
        self.stands_in = False
        """The open group stands in for one that is missing."""
        self.outside_groups = 0
        """Sets that stand outside any group."""
        self.seen: set[str] = set()
        self.group_numbers: set[tuple[str, str]] = set()
        self.interchanges: set[tuple[str, str, str, str]] = set()
        self.separator = b"*"
        self.raw = b""
        self.segment: list[str] = []

    def check_repeated(self) -> Iterator[InterchangeFault]:
        """Did this sender use this control number for this receiver before?"""
        header = self.header
        assert header is not None
        key = (header.sender_qualifier, header.sender, header.receiver, header.control_number)
        if key in self.interchanges:
            said = f"ISA13 {header.control_number} was used before in this input"
            mark = header.delimiters.element.encode(header.encoding)
            segment = ServiceSegment(header.raw, header.offset, plain_starts(header.raw, mark), mark)
            yield self.loose("interchange_control_repeated", segment.span(13)[0], "ISA", said, element=13)
        elif len(self.interchanges) < self.limits.remembered_sets:
            self.interchanges.add(key)

    def note_end(self, end: int) -> None:
        """Remember where the input ended inside a segment."""
        window = self.window
        if end >= len(window.buffer) and self.terminator not in (b"\r", b"\n"):
            self.cut_off = window.offset + end - window.at

    def unterminated(self) -> Iterator[InterchangeFault]:
        """Tell that the last segment has no terminator; of lines the last one needs none."""
        if self.cut_off >= 0 and self.terminator not in (b"\r", b"\n"):
            mend = Mend(self.cut_off, 0, self.terminator)
            at, self.cut_off = self.cut_off, -1
            self.broke_off = True
            yield self.loose("segment_unterminated", at, segment=self.number - 1, mends=(mend,))

    def envelope_segment(self, tag: str, segment: list[str], raw: bytes, end: int) -> Iterator[InterchangeFault]:
        """GS, GE, IEA, or an SE that closes nothing."""
        offset = self.window.offset
        placed = ServiceSegment(raw, offset, plain_starts(raw, self.separator), self.separator)
        if tag == "GS":
            yield from self._group_unclosed()
            yield from self._open_group(segment, placed)
        elif (
            tag == "SE"
            or (tag == "GE" and (self.group is None or self.stands_in))
            or (tag == "IEA" and not self._has_isa())
        ):
            self.group = None if tag == "GE" else self.group
            mend = Mend(offset, end - self.window.at + len(self.terminator), b"")
            yield self.loose("trailer_without_header", offset, tag, mends=(mend,))
        elif tag == "GE":
            yield from self._close_group(at(segment, 1), at(segment, 2), placed)
        else:
            yield from self._group_unclosed()
            yield from self._close(at(segment, 1), at(segment, 2), placed)

    def _has_isa(self) -> bool:
        return self.header is not None and bool(self.header.raw)

    def _group_unclosed(self, ended: bool = True) -> Iterator[InterchangeFault]:
        group, self.group = self.group, None
        if group is None or self.stands_in:
            return
        mends = self.added("GE", self.sets, group.control_number, self.window.offset, ended)
        found = fault("group_unclosed", segment=group.number, offset=group.offset, segment_id="GS", mends=mends)
        yield InterchangeFault(found, self.header, group)

    def close_all(self) -> Iterator[InterchangeFault]:
        """The interchange breaks off here."""
        yield from self._group_unclosed(self.cut_off < 0)
        header = self.header
        assert header is not None  # only what was opened is closed
        if not header.raw:
            yield from self.unterminated()
            return
        mends = self.added("IEA", self.groups, header.control_number, self.window.offset, self.cut_off < 0)
        yield from self.unterminated()
        yield self.loose("interchange_unclosed", header.offset, "ISA", segment=header.number, mends=mends)

    def fits(self, text: str) -> bool:
        """Can it be written into a trailer as it is?"""
        marks = (self.separator + self.terminator).decode("latin-1")
        return bool(text) and text.isascii() and text.isprintable() and not any(mark in text for mark in marks)

    def added(self, tag: str, count: int, control: str, offset: int, ended: bool) -> tuple[Mend, ...]:
        """A trailer as it should stand there."""
        if not self.fits(control):
            return ()
        suffix = self.header.delimiters.suffix.encode() if self.header else b""
        text = self.separator.join((tag.encode(), str(count).encode(), control.encode())) + self.terminator + suffix
        return (Mend(offset, 0, text if ended else self.terminator + suffix + text),)

    def repeated(self, placed: ServiceSegment, control: str) -> tuple[Mend, ...]:
        """A trailer's number as its header has it; where that has none there is nothing to repeat."""
        return (placed.replaced(2, control.encode()),) if self.fits(control) else ()

    def _close(self, code: str, number: str, placed: ServiceSegment) -> Iterator[InterchangeFault]:
        if code.lstrip("0") != str(self.groups).lstrip("0"):
            said = f"IEA01 says {code or 'nothing'}, {self.groups} were read"
            mends: tuple[Mend, ...] = (placed.replaced(1, str(self.groups).encode()),)
            yield self.loose("interchange_count_mismatch", placed.span(1)[0], "IEA", said, element=1, mends=mends)
        expected = self.header.control_number if self.header else ""
        if not same(number, expected):
            said = f"IEA02 is {number or 'empty'}, ISA13 {expected or 'empty'}"
            mends = self.repeated(placed, expected)
            yield self.loose("interchange_control_mismatch", placed.span(2)[0], "IEA", said, element=2, mends=mends)
        if not self.groups and not self.others and not self.outside_groups:
            header = self.header
            assert header is not None  # only what was opened is closed
            yield self.loose("interchange_empty", header.offset, "ISA", segment=header.number)

    def _open_group(self, segment: list[str], placed: ServiceSegment) -> Iterator[InterchangeFault]:
        values = [at(segment, index) for index in range(9)]
        functional_id, sender, receiver, date, time, control = values[1:7]
        self.group = GroupHeader(
            functional_id, sender, receiver, date, time, control, values[8], self.number, placed.offset
        )
        self.stands_in = False
        self.groups += 1
        self.sets = 0
        self.seen.clear()
        if len(segment) < 9:
            yield self.loose("group_malformed", placed.offset, "GS")
        else:
            for code, element, words in check_gs(values):
                yield self.loose(code, placed.span(element)[0], "GS", words, element=element)
        key = (functional_id, control)
        if key in self.group_numbers:
            said = f"GS06 {control} was used before in this interchange"
            yield self.loose("group_control_repeated", placed.span(6)[0], "GS", said, element=6)
        elif len(self.group_numbers) < self.limits.remembered_sets:
            self.group_numbers.add(key)

    def open_missing_group(self, kind: str) -> Iterator[InterchangeFault]:
        """A set stands outside any group: tell it, and count as if a group were there."""
        offset, header = self.window.offset, self.header
        assert header is not None
        date = header.date if len(header.date) == 8 else ("19" if header.date >= "5" else "20") + header.date
        version = header.version + "0" if len(header.version) == 5 else "004010"
        number = str(self.groups + 1)
        values = (
            "GS", FUNCTIONAL_IDS.get(kind, ""), header.sender, header.receiver, date, header.time, number, "X", version
        )  # fmt: skip
        mends: tuple[Mend, ...] = ()
        if kind in FUNCTIONAL_IDS and all(map(self.fits, values)):
            text = self.separator.join(each.encode(header.encoding, "replace") for each in values)
            mends = (Mend(offset, 0, text + self.terminator + header.delimiters.suffix.encode()),)
        if header.raw or self.groups:  # where there is not even an interchange, that alone is told
            yield self.loose("group_missing", offset, "ST", mends=mends)
        self.group = GroupHeader("", "", "", "", "", "", "", self.number, offset)
        self.stands_in = True
        self.outside_groups += 1
        self.sets = 0
        self.seen.clear()

    def _close_group(self, count: str, number: str, placed: ServiceSegment) -> Iterator[InterchangeFault]:
        group = self.group
        assert group is not None
        if count.lstrip("0") != str(self.sets).lstrip("0"):
            said = f"GE01 says {count or 'nothing'}, {self.sets} were read"
            mends: tuple[Mend, ...] = (placed.replaced(1, str(self.sets).encode()),)
            yield self.loose("group_count_mismatch", placed.span(1)[0], "GE", said, element=1, mends=mends)
        if not same(number, group.control_number):
            said = f"GE02 is {number or 'empty'}, GS06 {group.control_number or 'empty'}"
            mends = self.repeated(placed, group.control_number)
            yield self.loose("group_control_mismatch", placed.span(2)[0], "GE", said, element=2, mends=mends)
        if not self.sets:
            yield self.loose("group_empty", group.offset, "GS", segment=group.number)
        self.group = None


def at(segment: list[str], index: int) -> str:
    """An element without its padding; empty where it is absent."""
    return segment[index].strip() if index < len(segment) else ""


def same(one: str, other: str) -> bool:
    """Are two control numbers the same, leading zeros aside?"""
    return one == other or (one.lstrip("0") == other.lstrip("0") and bool(one) and bool(other))
