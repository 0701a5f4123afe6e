"""What the reader hands out: one message at a time, with the headers it came under and exact positions."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from operator import methodcaller

from crossdock.edi.edifact.characters import BLANK, LEVEL_A, ServiceCharacters, decode
from crossdock.edi.kernel.faults import Fault, Severity, fault
from crossdock.edi.kernel.values import Value
from crossdock.edi.kernel.wrapping import unwrap


@dataclass(frozen=True, slots=True)
class InterchangeHeader:
    """UNB. `syntax` is the syntax identifier (`UNOC`), `version` that of the syntax (`3`). `number` and `offset` say
    where it stands in the input."""

    syntax: str = "UNOA"
    version: str = "3"
    sender: str = ""
    sender_qualifier: str = ""
    receiver: str = ""
    receiver_qualifier: str = ""
    date: str = ""
    time: str = ""
    control_number: str = ""
    application: str = ""
    acknowledgement_requested: bool = False
    agreement: str = ""
    test: bool = False
    delimiters: ServiceCharacters = LEVEL_A
    number: int = 1
    offset: int = 0
    raw: bytes = b""
    """As it stands in the input, the terminator included and UNA not."""
    wrapped: bytes = b""
    """The line end that cuts the input into lines of one length, in the middle of segments; empty where none does."""

    @property
    def encoding(self) -> str:
        """That of the service characters."""
        return "latin-1"


@dataclass(frozen=True, slots=True)
class GroupHeader:
    """UNG: messages of one type in between interchange and message. Seldom used."""

    type: str
    sender: str
    receiver: str
    control_number: str
    version: str
    number: int
    offset: int


@dataclass(frozen=True, slots=True)
class InterchangeFault:
    """Something wrong that is not inside one message: with the input, an interchange or a group."""

    fault: Fault
    interchange: InterchangeHeader | None = None
    group: GroupHeader | None = None


# Characters that no text may hold (Unicode noncharacters) stand for released ones while a message is split.
_STAND_INS = "\ufdd0\ufdd1\ufdd2\ufdd3\ufdd4"
_NO_STAND_INS = dict.fromkeys(map(ord, _STAND_INS), "\ufffd")


class Released:
    """How one interchange writes separators inside of values: the release character before them."""

    __slots__ = ("_back", "_marks", "_to_value", "release")

    def __init__(self, marks: ServiceCharacters) -> None:
        self.release = marks.release
        plain = [each for each in (marks.release, marks.terminator, marks.element, marks.component) if each]
        plain += [marks.repetition] if marks.repetition else []
        self._marks = list(zip(plain, _STAND_INS, strict=False)) if marks.release else []
        self._to_value = str.maketrans({stand_in: mark for mark, stand_in in self._marks})
        self._back = str.maketrans({stand_in: marks.release + mark for mark, stand_in in self._marks})

    def hide(self, text: str) -> str:
        """Put a stand-in where a character is released, so that plain splitting finds only separators. The release
        character comes first: of `???'` the first two are one question mark."""
        text = text.translate(_NO_STAND_INS)
        for mark, stand_in in self._marks:
            text = text.replace(self.release + mark, stand_in)
        return text

    def value(self, text: str) -> str:
        """What a piece of hidden text says. Other characters may be released without need."""
        if self.release and self.release in text:
            text = text.replace(self.release, "")
        return text.translate(self._to_value)

    def written(self, text: str) -> str:
        """Hidden text as it stands in the input."""
        return text.translate(self._back)


def split(raw: bytes, marks: ServiceCharacters, syntax: str) -> list[list[str]]:
    """The components of the elements of one service segment without its terminator, the tag first."""
    text, _ = decode(raw, syntax)
    if not marks.release or marks.release not in text:
        return [[each.strip() for each in element.split(marks.component)] for element in text.split(marks.element)]
    released = Released(marks)
    return [
        [released.value(each).strip() for each in element.split(marks.component)]
        for element in released.hide(text).split(marks.element)
    ]


def at(rows: list[list[str]], element: int, component: int = 1) -> str:
    """A component of a segment that was split, both counted from 1; empty where it is absent."""
    row = rows[element] if element < len(rows) else []
    return row[component - 1] if component <= len(row) else ""


class Segment:
    """One segment. `segment[2]` is element 2 as text, `segment.component(2, 3)` the third component of it; what is
    absent is empty. Elements are split when first asked for."""

    __slots__ = ("_elements", "_owner", "position", "text")

    def __init__(self, owner: Message, position: int, text: str) -> None:
        self._owner = owner
        self._elements: list[str] | None = None
        self.position = position
        self.text = text
        """With stand-ins for released characters."""

    @property
    def elements(self) -> list[str]:
        """All elements as they are split, the tag first; with stand-ins for released characters."""
        if self._elements is None:
            self._elements = self.text.split(self._owner.interchange.delimiters.element)
        return self._elements

    @property
    def id(self) -> str:
        """`LIN`, `QTY`, ... An explicit nesting indicator (`LIN:1`) is no part of it."""
        return self.elements[0].split(self._owner.interchange.delimiters.component, 1)[0]

    def __getitem__(self, element: int) -> str:
        elements = self.elements
        return self._owner.value(elements[element]) if element < len(elements) else ""

    def __len__(self) -> int:
        """How many elements follow the tag."""
        return len(self.elements) - 1

    def components(self, element: int, repeat: int = 0) -> list[str]:
        """The components of an element, or of one of its repetitions."""
        repeats = self.repeats(element)
        if repeat >= len(repeats):
            return [""]
        mark = self._owner.interchange.delimiters.component
        return [self._owner.value(each) for each in repeats[repeat].split(mark)]

    def component(self, element: int, component: int, repeat: int = 0) -> str:
        """One component, counted from 1."""
        found = self.components(element, repeat)
        return found[component - 1] if component <= len(found) else ""

    def repeats(self, element: int) -> list[str]:
        """The repetitions of an element (syntax version 4), with stand-ins; before that the element itself."""
        elements = self.elements
        whole = elements[element] if element < len(elements) else ""
        mark = self._owner.interchange.delimiters.repetition
        return whole.split(mark) if mark else [whole]

    def element(self, element: int, component: int = 0, repeat: int | None = None) -> Value:
        """An element with its place; one of its repetitions, or one component, where they are named."""
        if component:
            text = self.component(element, component, repeat or 0)
        elif repeat is None:
            text = self[element]
        else:
            repeats = self.repeats(element)
            text = self._owner.value(repeats[repeat]) if repeat < len(repeats) else ""
        offset, length = self._owner.span_of(self.position, element, component, repeat)
        return Value(text, self.number, self.id, element, component, repeat or 0, offset, length)

    @property
    def number(self) -> int:
        """Its number in the whole input, UNB being 1."""
        return self._owner.number + self.position - 1

    @property
    def offset(self) -> int:
        """The byte of the input it begins at."""
        return self._owner.offset_of(self.position)

    def __repr__(self) -> str:
        return f"<Segment {self.number} {self._owner.written(self.text)!r}>"


@dataclass(slots=True, eq=False)
class Message:
    """UNH to UNT as raw bytes, split on demand. `number` and `offset` are those of UNH; `faults` are what the reader
    found wrong with its envelope. Segments count from 1 (UNH)."""

    interchange: InterchangeHeader
    group: GroupHeader | None
    type: str
    """`ORDERS`."""
    version: str
    """Version, release, agency and association code: `D:96A:UN:EAN008`."""
    control_number: str
    raw: bytes
    number: int
    offset: int
    count: int
    """Segments, UNH and UNT included."""
    faults: tuple[Fault, ...] = ()
    tidy: list[str] | None = field(default=None, repr=False)
    """Its segments, if plain splits alone give everything that they say."""
    _texts: list[str] | None = field(default=None, repr=False)
    _released: Released | None = field(default=None, repr=False)
    _spans: list[tuple[int, int]] | None = field(default=None, repr=False)
    _plain: bytes = field(default=b"", repr=False)
    _places: list[int] | None = field(default=None, repr=False)
    told_anew: bool = field(default=False, repr=False)
    """Do `texts` say it in other words than `raw`, such as those of an overlay?"""

    @property
    def texts(self) -> list[str]:
        """The segments, UNH first and UNT last, with stand-ins for released characters; terminators and line ends are
        taken off."""
        if self._texts is None:
            self._texts = self.tidy
        if self._texts is None:
            raw = unwrap(self.raw) if self.interchange.wrapped else self.raw
            text, _ = decode(raw, self.interchange.syntax)
            marks = self.interchange.delimiters
            if marks.release and marks.release in text:
                self._released = Released(marks)
                text = self._released.hide(text)
            self._texts = _cut_plainly(text, marks) or _cut(text, marks)
        return self._texts

    @property
    def segments(self) -> list[Segment]:
        """The segments, UNH first and UNT last."""
        return [Segment(self, position, text) for position, text in enumerate(self.texts, 1)]

    @property
    def has_released(self) -> bool:
        """Does any value hold a released character? Known once it is split."""
        return self._released is not None

    def value(self, text: str) -> str:
        """What a piece of a segment says."""
        return text if self._released is None else self._released.value(text)

    def written(self, text: str) -> str:
        """A piece of a segment as it stands in the input."""
        return text if self._released is None else self._released.written(text)

    @property
    def refused(self) -> bool:
        """Is something so wrong with the message that it must not be read?"""
        return any(each.severity == "error" for each in self.faults)

    @property
    def spans(self) -> list[tuple[int, int]]:
        """Where in the bytes (of wrapped input: in those that are no line ends) each segment begins and ends, its
        terminator not included."""
        if self._spans is None:
            wrapped = self.interchange.wrapped
            self._plain = unwrap(self.raw) if wrapped else self.raw
            self._places = [at for at, each in enumerate(self.raw) if each not in b"\r\n"] if wrapped else None
            self._spans = list(spans(self._plain, self.interchange.delimiters))
        return self._spans

    def offset_of(self, position: int, element: int = 0, component: int = 0) -> int:
        """The byte of the input at which a segment (or one of its elements, or components) begins."""
        return self.span_of(position, element, component)[0]

    def span_of(
        self, position: int, element: int = 0, component: int = 0, repeat: int | None = None
    ) -> tuple[int, int]:
        """The byte of the input at which a segment, element, repetition or component begins, and its bytes. What is
        absent stands at the end of what should hold it."""
        if position > len(self.spans):
            return self.offset + len(self.raw), 0
        start, end = self.spans[position - 1]
        marks = self.interchange.delimiters
        if element:
            start, end = self._piece(start, end, marks.element, element)
            if repeat is not None or (component and marks.repetition):
                start, end = self._piece(start, end, marks.repetition, repeat or 0)
            if component:
                start, end = self._piece(start, end, marks.component, component - 1)
        if self._places is not None:
            first = self._places[start] if start < len(self._places) else len(self.raw)
            return self.offset + first, self._places[end - 1] + 1 - first if end > start else 0
        return self.offset + start, end - start

    def _piece(self, start: int, end: int, mark: str, index: int) -> tuple[int, int]:
        """The piece of that index of what one separator separates."""
        release = self.interchange.delimiters.release
        for _ in range(index):
            found = unreleased(self._plain, mark, release, start) if mark else -1
            if not 0 <= found < end:
                return end, end
            start = found + 1
        found = unreleased(self._plain, mark, release, start) if mark else -1
        return start, found if 0 <= found < end else end

    def fault(
        self, code: str, position: int, element: int = 0, component: int = 0, detail: str = "",
        severity: Severity | None = None,
    ) -> Fault:  # fmt: skip
        """A fault in this message, with its place worked out."""
        text = self.texts[position - 1] if position <= len(self.texts) else ""
        return fault(
            code,
            segment=self.number + position - 1,
            offset=self.offset_of(position, element, component),
            detail=detail,
            position=position,
            segment_id=text[:3],
            element=element,
            component=component,
            severity=severity,
        )


def start_of(raw: bytes, marks: ServiceCharacters, at: int, element: int, component: int = 0) -> int:
    """Where an element, or a component of it, of the segment at `at` begins; where it is absent, the end of what should
    hold it."""
    end = unreleased(raw, marks.terminator, marks.release, at)
    end = len(raw) if end < 0 else end
    for mark, times in ((marks.element, element), (marks.component, component - 1)):
        for _ in range(times):
            found = unreleased(raw, mark, marks.release, at)
            if found < 0 or found >= end:
                return end
            at = found + 1
        behind = unreleased(raw, marks.element, marks.release, at) if component > 1 else -1
        end = min(end, behind) if behind >= 0 else end
    return at


def _cut_plainly(text: str, marks: ServiceCharacters) -> list[str] | None:
    """Segments, if each ends with the interchange's own line end and begins with a letter; else None."""
    if not text.endswith(marks.terminator):
        return None
    pieces = text[: -len(marks.terminator)].split(marks.terminator + marks.suffix)
    heads = "".join([piece[:1] for piece in pieces])
    plain = heads.isalpha() and len(heads) == len(pieces) == text.count(marks.terminator)
    return pieces if plain and marks.terminator not in BLANK else None


def _cut(text: str, marks: ServiceCharacters) -> list[str]:
    """Segments without line ends before them; where lines are segments, blanks at their end are the line's."""
    tidied = methodcaller("strip" if marks.terminator in BLANK else "lstrip", BLANK)
    return list(filter(None, map(tidied, text.split(marks.terminator))))


def unreleased(raw: bytes, mark: str, release: str, start: int) -> int:
    """Where a separator stands next that is no part of a value; -1 if nowhere."""
    sought = mark.encode("latin-1")
    at = raw.find(sought, start)
    while at >= 0 and is_released(raw, at, release, start):
        at = raw.find(sought, at + 1)
    return at


def is_released(raw: bytes, at: int, release: str, floor: int = 0) -> bool:
    """Does an odd number of release characters stand before it?"""
    if not release:
        return False
    mark, before = ord(release), at - 1
    while before >= floor and raw[before] == mark:
        before -= 1
    return (at - 1 - before) % 2 == 1


def spans(raw: bytes, marks: ServiceCharacters) -> Iterator[tuple[int, int]]:
    """Where each segment begins and its terminator stands; blank ones are none."""
    at = 0
    while at < len(raw):
        end = unreleased(raw, marks.terminator, marks.release, at)
        end = len(raw) if end < 0 else end
        content = raw[at:end].lstrip(b" \t\r\n")
        if content:
            yield end - len(content), end
        at = end + 1
