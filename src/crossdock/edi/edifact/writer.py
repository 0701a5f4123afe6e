"""Writes interchanges. Separators inside values are released; without a release character they are refused in
identifiers and become spaces in free text. So is what a character repertoire does not have."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from crossdock.edi.edifact.characters import LEVEL_A, ServiceCharacters, encoding_of
from crossdock.edi.kernel.writing import COMPONENT, ELEMENT, END, CannotWrite, Joined, Text, is_printed, joined


class Repeated(tuple[Sequence[str], ...]):
    """An element said several times, each with its components; from syntax version 4 on."""

    __slots__ = ()


Element = str | Sequence[str] | Repeated
"""A value, the components of a composite, or several of those."""
OutgoingSegment = tuple[Element, ...]
"""Tag, then the elements; trailing empty elements and components are left out when written."""

# What stands empty before the end of something is left out: of composites first, then of segments.
_EMPTY = (COMPONENT + ELEMENT, COMPONENT + END, ELEMENT + END)
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f]")


@dataclass(frozen=True, slots=True)
class OutgoingMessage:
    """A message without UNH and UNT, which the writer adds. `version` is `D:96A:UN:EAN008`."""

    type: str
    version: str
    segments: Sequence[OutgoingSegment]
    joined: bool = False
    """Composites may be one text (`composite` makes it), and no other text holds what joins them. Those are written at
    once where nothing in them needs to be looked at."""

    @property
    def parted(self) -> Sequence[OutgoingSegment]:
        """The segments, each composite in its components."""
        return [_parted(row) for row in self.segments] if self.joined else self.segments


@dataclass(frozen=True, slots=True)
class InterchangeOut:
    """Everything of the envelope that the agreement decides."""

    sender: str
    receiver: str
    control_number: str
    """UNB 0020, up to fourteen characters."""
    at: dt.datetime
    """Written as it is: give it in the zone the partner expects."""
    sender_qualifier: str = ""
    receiver_qualifier: str = ""
    syntax: str = "UNOC"
    version: str = "3"
    application: str = ""
    acknowledgement_requested: bool = False
    agreement: str = ""
    test: bool = False
    delimiters: ServiceCharacters = field(default_factory=lambda: LEVEL_A)
    first_message_number: int = 1


def composite(*components: str) -> Element:
    """A composite, joined where no component holds what joins them, and all or none are free text."""
    one = COMPONENT.join(components)
    if one.count(COMPONENT) != len(components) - 1 or Text in map(type, components):
        return components
    return one


def joined_where_they_can(make: Callable[[], Sequence[OutgoingSegment]]) -> Sequence[OutgoingSegment]:
    """Segments whose composites are joined in one text, if all are, and no value holds what joins them."""
    segments = make()
    try:
        text = joined(segments)  # type: ignore[arg-type]
    except TypeError:  # a composite of identifiers and free text
        return segments
    return segments if text is None else Joined(text, len(segments), make)


def _parted(row: OutgoingSegment) -> OutgoingSegment:
    return tuple([
        tuple(map(type(each), each.split(COMPONENT))) if isinstance(each, str) and COMPONENT in each else each
        for each in row
    ])  # fmt: skip


def write_interchange(header: InterchangeOut, messages: Sequence[OutgoingMessage]) -> bytes:
    """One interchange without groups; UNA goes before it where the separators are not the usual ones, or are stated.
    Raises `CannotWrite`."""
    pen = _Pen(header.delimiters, header.syntax)
    marks = header.delimiters
    usual = (marks.component, marks.element, marks.decimal, marks.release, marks.terminator) == (
        LEVEL_A.component, LEVEL_A.element, LEVEL_A.decimal, LEVEL_A.release, LEVEL_A.terminator,
    )  # fmt: skip
    una = b"" if usual and not marks.stated else (marks.una + marks.suffix).encode("latin-1")
    return una + b"".join([pen.written(each) for each in _parts(header, messages)])


def _parts(header: InterchangeOut, messages: Sequence[OutgoingMessage]) -> list[Sequence[OutgoingSegment]]:
    """The segments of each message, and before and behind them those around it."""
    around, parts = [_unb(header)], list[Sequence[OutgoingSegment]]()
    for number, each in enumerate(messages, header.first_message_number):
        around.append(("UNH", str(number), (each.type, *each.version.split(":"))))
        parts += [around, each.segments if isinstance(each.segments, Joined) else each.parted]
        around = [("UNT", str(len(each.segments) + 2), str(number))]
    return [*parts, [*around, ("UNZ", str(len(messages)), header.control_number)]]


def _unb(header: InterchangeOut) -> OutgoingSegment:
    if not 0 < len(header.control_number) <= 14:
        raise CannotWrite(f"UNB 0020 has 1 to 14 characters, not {header.control_number!r}")
    for name, value in (("sender", header.sender), ("recipient", header.receiver)):
        if not 0 < len(value) <= 35:
            raise CannotWrite(f"the {name} of UNB has 1 to 35 characters, not {value!r}")
    return (
        "UNB",
        (header.syntax, header.version),
        (header.sender, header.sender_qualifier),
        (header.receiver, header.receiver_qualifier),
        (f"{header.at:%Y%m%d}" if header.version >= "4" else f"{header.at:%y%m%d}", f"{header.at:%H%M}"),
        header.control_number,
        "",
        header.application,
        "",
        "1" if header.acknowledgement_requested else "",
        header.agreement,
        "1" if header.test else "",
    )


def _in_one(segments: Sequence[OutgoingSegment]) -> str | None:
    """Segments joined with their composites; None where one is repeated, or a value holds what joins them."""
    rows, composites = list[tuple[str, ...]](), list[Sequence[str]]()
    for segment in segments:
        row: list[str] = []
        for element in segment:
            if isinstance(element, str):
                row.append(element)
                continue
            if isinstance(element, Repeated):
                return None
            composites.append(element)
            row.append(COMPONENT.join(element))
        rows.append(tuple(row))
    text = joined(rows)
    between = sum(map(len, composites)) - len(composites)
    return text if text is not None and text.count(COMPONENT) == between else None


class _Pen:
    """Writes segments of one interchange."""

    def __init__(self, marks: ServiceCharacters, syntax: str) -> None:
        self.marks = marks
        self.encoding = encoding_of(syntax)
        self.special = [marks.release] if marks.release else []
        self.special += [marks.terminator, marks.element, marks.component]
        self.special += [marks.repetition] if marks.repetition else []
        self.printed = "".join(self.special).isprintable()
        self.end = marks.terminator + marks.suffix

    def written(self, segments: Sequence[OutgoingSegment]) -> bytes:
        """Segments with their terminators: at once where no value needs to be looked at."""
        text = segments.text if isinstance(segments, Joined) else _in_one(segments)
        found = self._separated(text) if text is not None else None
        if found is not None:
            return found
        rows = [_parted(row) for row in segments] if isinstance(segments, Joined) else segments
        return b"".join([self.segment(row) for row in rows])

    def _separated(self, text: str) -> bytes | None:
        """Joined segments between the separators of the interchange; None where something cannot be said as it is."""
        marks = self.marks
        if not self.printed or not is_printed(text):
            return None
        for mark in self.special:
            if mark in text:
                if not marks.release:
                    return None
                text = text.replace(mark, marks.release + mark)
        for empty in _EMPTY:
            while empty in text:
                text = text.replace(empty, empty[-1])
        text = text.replace(COMPONENT, marks.component).replace(ELEMENT, marks.element).replace(END, self.end)
        try:
            return text.encode(self.encoding)
        except UnicodeEncodeError:
            return None

    def segment(self, row: OutgoingSegment) -> bytes:
        """One segment with its terminator."""
        tag = str(row[0])
        elements = [self._element(tag, number, element) for number, element in enumerate(row)]
        while len(elements) > 1 and not elements[-1]:
            elements.pop()
        return (self.marks.element.join(elements) + self.end).encode(self.encoding)

    def _element(self, tag: str, number: int, element: Element) -> str:
        if isinstance(element, str):
            return self._value(tag, number, element)
        if isinstance(element, Repeated):
            if not self.marks.repetition:
                raise CannotWrite(f"{tag} element {number} is repeated, which syntax version 4 alone can say")
            return self.marks.repetition.join(self._composite(tag, number, each) for each in element)
        return self._composite(tag, number, element)

    def _composite(self, tag: str, number: int, components: Sequence[str]) -> str:
        values = [self._value(tag, number, each) for each in components]
        while values and not values[-1]:
            values.pop()
        return self.marks.component.join(values)

    def _value(self, tag: str, number: int, value: str) -> str:
        if bad := _CONTROL.findall(value):
            value = self._without(tag, number, value, bad)
        try:
            value.encode(self.encoding)
        except UnicodeEncodeError as error:
            value = self._without(tag, number, value, value[error.start : error.end])
            return self._value(tag, number, value)
        for mark in self.special:
            if mark in value:
                if not self.marks.release:
                    value = self._without(tag, number, value, mark)
                else:
                    value = value.replace(mark, self.marks.release + mark)
        return value

    def _without(self, tag: str, number: int, value: str, bad: Sequence[str]) -> str:
        if not isinstance(value, Text):
            what = f"{tag} element {number}"
            raise CannotWrite(f"{what} holds {bad[0]!r}, which this interchange cannot say: {value!r}")
        return Text("".join(" " if each in bad else each for each in value))
