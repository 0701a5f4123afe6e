"""What the reader hands out: one transaction set at a time, with the headers it came under and exact positions."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import lru_cache

from crossdock.edi.kernel.faults import Fault, Severity, fault
from crossdock.edi.kernel.values import Value
from crossdock.edi.kernel.wrapping import unwrap


@dataclass(frozen=True, slots=True)
class Delimiters:
    """The separators of one interchange. `suffix` follows every terminator (line ends for human eyes)."""

    element: str = "*"
    component: str = ">"
    terminator: str = "~"
    repetition: str = ""
    suffix: str = ""


@dataclass(frozen=True, slots=True)
class InterchangeHeader:
    """ISA, stripped of its padding. `number` and `offset` say where it stands in the input."""

    sender_qualifier: str
    sender: str
    receiver_qualifier: str
    receiver: str
    date: str
    time: str
    version: str
    control_number: str
    acknowledgement_requested: bool
    usage: str
    delimiters: Delimiters
    number: int = 1
    offset: int = 0
    encoding: str = "utf-8"
    """Of the header; it tells which bytes a terminator beyond ASCII is."""
    faults: tuple[Fault, ...] = ()
    wrapped: bytes = b""
    """The line end that cuts the input into lines of one length, in the middle of segments; empty where none does."""
    raw: bytes = b""
    """As it stands in the input, the terminator included."""

    @property
    def terminator(self) -> bytes:
        """The terminator as it stands in the input."""
        return self.delimiters.terminator.encode(self.encoding)


@dataclass(frozen=True, slots=True)
class GroupHeader:
    """GS. `functional_id` is `PO`, `PR`, `SH`, `PC`, `IN`, `FA`."""

    functional_id: str
    sender: str
    receiver: str
    date: str
    time: str
    control_number: str
    version: str
    number: int
    offset: int


class Segment:
    """One segment. `segment[2]` is element 2, empty where it is absent; elements are split when first asked for."""

    __slots__ = ("_elements", "_owner", "position", "text")

    def __init__(self, owner: TransactionSet, position: int, text: str) -> None:
        self._owner = owner
        self._elements: list[str] | None = None
        self.position = position
        self.text = text

    @property
    def elements(self) -> list[str]:
        """All elements; the first is the segment id."""
        if self._elements is None:
            mark = self._owner.interchange.delimiters.element
            most = COUNTED.get(self.text[:3], -1) if self._owner.binary else -1
            self._elements = self.text.split(mark, most)
        return self._elements

    @property
    def id(self) -> str:
        """`PO1`, `HL`, ..."""
        return self.elements[0]

    def __getitem__(self, element: int) -> str:
        elements = self.elements
        return elements[element] if element < len(elements) else ""

    def __len__(self) -> int:
        """How many elements follow the id."""
        return len(self.elements) - 1

    def repeats(self, element: int) -> list[str]:
        """The repetitions of an element (from version 00402 on); before that the element itself."""
        mark = self._owner.interchange.delimiters.repetition
        return self[element].split(mark) if mark else [self[element]]

    def components(self, element: int, repeat: int = 0) -> list[str]:
        """The components of a composite element, or of one of its repetitions."""
        repeats = self.repeats(element)
        whole = repeats[repeat] if repeat < len(repeats) else ""
        mark = self._owner.interchange.delimiters.component
        return whole.split(mark) if mark else [whole]

    def component(self, element: int, component: int, repeat: int = 0) -> str:
        """One component, counted from 1; empty where it is absent."""
        found = self.components(element, repeat)
        return found[component - 1] if component <= len(found) else ""

    def element(self, element: int, component: int = 0, repeat: int | None = None) -> Value:
        """An element with its place; one of its repetitions, or one component, where they are named."""
        if component:
            text = self.component(element, component, repeat or 0)
        elif repeat is None:
            text = self[element]
        else:
            repeats = self.repeats(element)
            text = repeats[repeat] if repeat < len(repeats) else ""
        offset, length = self._owner.span_of(self.position, element, component, repeat)
        return Value(text, self.number, self.id, element, component, repeat or 0, offset, length)

    @property
    def binary(self) -> bytes | None:
        """The counted data of a BIN or BDS segment, byte for byte; None for other segments."""
        return self._owner.binary_of(self.position) if self._owner.binary else None

    @property
    def number(self) -> int:
        """Its number in the whole input, ISA being 1."""
        return self._owner.number + self.position - 1

    @property
    def offset(self) -> int:
        """The byte of the input it begins at."""
        return self._owner.offset_of(self.position)

    def __repr__(self) -> str:
        return f"<Segment {self.number} {self.text!r}>"


@dataclass(slots=True, eq=False)
class TransactionSet:
    """ST to SE as raw bytes, split on demand. `number` and `offset` are those of ST; `faults` are what the reader
    found wrong with the envelope of this set. Segments count from 1 (ST)."""

    interchange: InterchangeHeader
    group: GroupHeader
    type: str
    control_number: str
    raw: bytes
    number: int
    offset: int
    count: int
    """Segments, ST and SE included."""
    faults: tuple[Fault, ...] = ()
    binary: tuple[tuple[int, int], ...] = ()
    """Where in `raw` the counted data of BIN and BDS segments begins and ends."""
    _texts: list[str] | None = field(default=None, repr=False)
    _spans: list[tuple[int, int]] | None = field(default=None, repr=False)
    _rows: list[list[str]] | None = field(default=None, repr=False, init=False)

    @property
    def rows(self) -> list[list[str]]:
        """The segments split into elements, the tag first. Not to be changed: whoever asks gets the same."""
        if self._rows is None:
            mark = self.interchange.delimiters.element
            self._rows = [text.split(mark) for text in self.texts]
        return self._rows

    @property
    def texts(self) -> list[str]:
        """The segments as text, ST first and SE last, terminators and line ends taken off."""
        if self._texts is None:
            self._texts = split_segments(self.raw, self.interchange, self.binary)
        return self._texts

    @property
    def segments(self) -> list[Segment]:
        """The segments, ST first and SE last."""
        return [Segment(self, position, text) for position, text in enumerate(self.texts, 1)]

    def split_plainly(self, text: str = "") -> None:
        """Split into segments knowing that nothing but the interchange's own line end follows each terminator. `text`
        is all of it, where it is decoded already."""
        if self._texts is None:
            marks = self.interchange.delimiters
            texts = (text or decode(self.raw)).split(marks.terminator + marks.suffix)
            texts[-1] = texts[-1].removesuffix(marks.terminator)
            if not texts[-1]:
                texts.pop()
            self._texts = texts

    @property
    def refused(self) -> bool:
        """Is something so wrong with the set that it must not be read?"""
        return any(each.severity == "error" for each in self.faults)

    def without_content(self) -> TransactionSet:
        """What an acknowledgement needs of it, and none of its bytes."""
        return TransactionSet(
            self.interchange, self.group, self.type, self.control_number, b"", self.number, self.offset, self.count,
            self.faults,
        )  # fmt: skip

    @property
    def spans(self) -> list[tuple[int, int]]:
        """Where in `raw` each segment begins and ends, its terminator not included."""
        if self._spans is None:
            # Kept: a set with many faults asks many times.
            self._spans = list(_spans(self.raw, self.interchange.terminator, self.binary))
        return self._spans

    def offset_of(self, position: int, element: int = 0) -> int:
        """The byte of the input at which a segment (or one of its elements) begins."""
        return self.span_of(position, element)[0]

    def span_of(
        self, position: int, element: int = 0, component: int = 0, repeat: int | None = None
    ) -> tuple[int, int]:
        """The byte of the input at which a segment, element, repetition or component begins, and its bytes. What is
        absent stands at the end of what should hold it."""
        spans = self.spans
        if position > len(spans):
            return self.offset + len(self.raw), 0
        start, end = spans[position - 1]
        if element:
            header, marks = self.interchange, self.interchange.delimiters
            counted = self.raw[start : start + 3].decode("latin-1") if self.binary else ""
            last = element if counted and COUNTED.get(counted) == element else -1
            start, end = self._piece(start, end, marks.element, element, last)
            if repeat is not None or (component and marks.repetition):
                start, end = self._piece(start, end, marks.repetition, repeat or 0)
            if component:
                start, end = self._piece(start, end, marks.component, component - 1)
            while header.wrapped and start < end and self.raw[start : start + 1] in (b"\r", b"\n"):
                start += 1
        return self.offset + start, end - start

    def _piece(self, start: int, end: int, mark: str, index: int, last: int = -1) -> tuple[int, int]:
        """The piece of that index of what one separator separates; the one of index `last` goes on to the end."""
        separator = mark.encode(self.interchange.encoding)
        for _ in range(index):
            found = self.raw.find(separator, start, end) if separator else -1
            if found < 0:
                return end, end
            start = found + len(separator)
        found = self.raw.find(separator, start, end) if separator and index != last else -1
        return start, found if found >= 0 else end

    def binary_of(self, position: int) -> bytes | None:
        """The counted data in a segment; None where it has none."""
        start, end = self.spans[position - 1]
        return next((self.raw[first:last] for first, last in self.binary if start <= first <= end), None)

    def fault(
        self, code: str, position: int, element: int = 0, detail: str = "", severity: Severity | None = None,
        component: int = 0,
    ) -> Fault:  # fmt: skip
        """A fault in this set, with its place worked out."""
        text = self.texts[position - 1] if position <= len(self.texts) else ""
        return fault(
            code,
            segment=self.number + position - 1,
            offset=self.span_of(position, element, component)[0],
            detail=detail,
            position=position,
            segment_id=text.split(self.interchange.delimiters.element, 1)[0][:3],
            element=element,
            component=component,
            severity=severity,
        )


@dataclass(frozen=True, slots=True)
class InterchangeFault:
    """Something wrong that is not inside one set: with the input, an interchange or a group."""

    fault: Fault
    interchange: InterchangeHeader | None = None
    group: GroupHeader | None = None


Spans = tuple[tuple[int, int], ...]
COUNTED = {"BIN": 2, "BDS": 3}
"""Segments whose element of that number is data of the length that the element before it says; it may hold anything."""
FIRST_WITH_REPETITION = "00402"
"""The first version of ISA whose eleventh element is the repetition separator."""
BLANK = " \t\r\n"
_BLANK = b" \t\r\n"


def decode(raw: bytes) -> str:
    """Text of EDI bytes: UTF-8 where it is that, else Latin-1, which never fails."""
    try:
        return raw.decode()
    except UnicodeDecodeError:
        return raw.decode("latin-1")


def split_segments(raw: bytes, interchange: InterchangeHeader, binary: Spans = ()) -> list[str]:
    """Segments as text. Blank segments (empty lines between terminators) do not count."""
    terminator, suffix = interchange.terminator, interchange.delimiters.suffix
    raw = unwrap(raw) if interchange.wrapped else raw
    if binary or not _regular(raw, terminator, suffix.encode()):
        return [decode(raw[start:end]) for start, end in _spans(raw, terminator, binary)]
    pieces = decode(raw).split(interchange.delimiters.terminator + suffix)
    if not pieces[-1]:
        pieces.pop()
    else:
        pieces[-1] = pieces[-1].removesuffix(interchange.delimiters.terminator)
    return pieces


def _regular(raw: bytes, terminator: bytes, suffix: bytes) -> bool:
    """Does nothing but the same line end (or nothing at all) follow every terminator? Then one split is enough."""
    if not terminator.isascii() or b"\n " in raw or b"\n\t" in raw:
        return False
    if terminator == b"\n":
        return not suffix and b"\r" not in raw and b"\n\n" not in raw and b" \n" not in raw
    if not suffix:
        if terminator + b" " in raw or terminator + b"\t" in raw:
            return False
        return b"\n" not in raw and b"\r" not in raw and terminator * 2 not in raw
    if not raw.endswith(terminator):
        return False
    lines = raw.count(terminator) - 1
    returns = lines if suffix == b"\r\n" else 0
    return raw.count(terminator + suffix) == lines == raw.count(b"\n") and raw.count(b"\r") == returns


def _spans(raw: bytes, terminator: bytes, binary: Spans = ()) -> Iterator[tuple[int, int]]:
    """Where each segment begins and its terminator stands; of counted data no byte is a terminator."""
    at = 0
    lines = terminator in (b"\n", b"\r")
    while at < len(raw):
        end = raw.find(terminator, at)
        for first, last in binary:
            if at <= first <= end:
                end = raw.find(terminator, last)
        end = len(raw) if end < 0 else end
        piece = raw[at:end]
        content = piece.lstrip(_BLANK)
        if content:
            start = end - len(content)
            yield start, start + len(content.rstrip(_BLANK)) if lines or end == len(raw) else end
        at = end + len(terminator)


def as_date(text: str) -> dt.date | None:
    """A date of six (`YYMMDD`, a window of 1950 to 2049) or eight digits, or None if it is none."""
    return _as_date(text) if len(text) in (6, 8) else None


@lru_cache(maxsize=4096)
def _as_date(text: str) -> dt.date | None:
    if len(text) == 6 and text.isascii() and text.isdigit():
        text = ("19" if text >= "50" else "20") + text
    if len(text) != 8 or not text.isascii() or not text.isdigit():
        return None
    try:
        return dt.date.fromisoformat(text)
    except ValueError:
        return None
