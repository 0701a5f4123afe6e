"""Writes interchanges. Separators inside values are released; without a release character they are refused in
identifiers and become spaces in free text. So is what a character repertoire does not have."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from crossdock.edi.edifact.characters import LEVEL_A, ServiceCharacters, encoding_of
from crossdock.edi.kernel.writing import CannotWrite, Text


class Repeated(tuple[Sequence[str], ...]):
    """An element said several times, each with its components; from syntax version 4 on."""

    __slots__ = ()


Element = str | Sequence[str] | Repeated
"""A value, the components of a composite, or several of those."""
OutgoingSegment = tuple[Element, ...]
"""Tag, then the elements; trailing empty elements and components are left out when written."""

COMPONENT = "\x1f"
"""Stands between the components of a joined composite until an interchange says what separates them."""
# Separators of no interchange; where values hold none of them, nor any of its own, everything is written at once.
_COMPONENT, _ELEMENT, _END = COMPONENT, "\x1d", "\x1c"
# What stands empty before the end of something is left out: of composites first, then of segments.
_EMPTY = (_COMPONENT + _ELEMENT, _COMPONENT + _END, _ELEMENT + _END)
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
    joined = COMPONENT.join(components)
    if joined.count(COMPONENT) != len(components) - 1 or any(isinstance(each, Text) for each in components):
        return components
    return joined


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
    if all(each.joined for each in messages):
        written = pen.at_once(_rows(header, [(each, each.segments) for each in messages], composite))
        if written is not None:
            return una + written
    rows = _rows(header, [(each, each.parted) for each in messages], _components)
    return una + (pen.plainly(rows) or b"".join(pen.segment(row) for row in rows))


def _components(*components: str) -> Element:
    return components


def _rows(
    header: InterchangeOut,
    messages: Sequence[tuple[OutgoingMessage, Sequence[OutgoingSegment]]],
    made: Callable[..., Element],
) -> list[OutgoingSegment]:
    """All segments; `made` makes the composites of the envelope."""
    rows: list[OutgoingSegment] = [_unb(header, made)]
    for number, (each, segments) in enumerate(messages, header.first_message_number):
        rows.append(("UNH", str(number), made(each.type, *each.version.split(":"))))
        rows.extend(segments)
        rows.append(("UNT", str(len(segments) + 2), str(number)))
    rows.append(("UNZ", str(len(messages)), header.control_number))
    return rows


def _unb(header: InterchangeOut, made: Callable[..., Element]) -> OutgoingSegment:
    if not 0 < len(header.control_number) <= 14:
        raise CannotWrite(f"UNB 0020 has 1 to 14 characters, not {header.control_number!r}")
    for name, value in (("sender", header.sender), ("recipient", header.receiver)):
        if not 0 < len(value) <= 35:
            raise CannotWrite(f"the {name} of UNB has 1 to 35 characters, not {value!r}")
    return (
        "UNB",
        made(header.syntax, header.version),
        made(header.sender, header.sender_qualifier),
        made(header.receiver, header.receiver_qualifier),
        made(f"{header.at:%Y%m%d}" if header.version >= "4" else f"{header.at:%y%m%d}", f"{header.at:%H%M}"),
        header.control_number,
        "",
        header.application,
        "",
        "1" if header.acknowledgement_requested else "",
        header.agreement,
        "1" if header.test else "",
    )


class _Pen:
    """Writes segments of one interchange."""

    def __init__(self, marks: ServiceCharacters, syntax: str) -> None:
        self.marks = marks
        self.encoding = encoding_of(syntax)
        self.special = [marks.release] if marks.release else []
        self.special += [marks.terminator, marks.element, marks.component]
        self.special += [marks.repetition] if marks.repetition else []
        self.end = marks.terminator + marks.suffix

    def at_once(self, rows: Sequence[OutgoingSegment]) -> bytes | None:
        """The same of segments that are all texts; None where one is not, or where a value needs to be looked at."""
        try:
            text = _END.join([*[_ELEMENT.join(row) for row in rows], ""])  # type: ignore[arg-type]
        except TypeError:
            return None
        if (text.count(_ELEMENT), text.count(_END)) != (sum(map(len, rows)) - len(rows), len(rows)):
            return None
        return self._separated(text)

    def plainly(self, rows: Sequence[OutgoingSegment]) -> bytes | None:
        """All segments with their terminators, if no value needs more than to stand between separators; else None."""
        composites: list[Sequence[str]] = []
        lines = []
        for row in rows:
            elements = []
            for element in row:
                if isinstance(element, str):
                    elements.append(element)
                elif isinstance(element, Repeated):
                    return None
                else:
                    composites.append(element)
                    elements.append(_COMPONENT.join(element))
            lines.append(_ELEMENT.join(elements))
        text = _END.join([*lines, ""])
        between = (text.count(_COMPONENT), text.count(_ELEMENT), text.count(_END))
        if between != (sum(map(len, composites)) - len(composites), sum(map(len, rows)) - len(rows), len(rows)):
            return None
        return self._separated(text)

    def _separated(self, text: str) -> bytes | None:
        """The text with the separators of the interchange; None where a value needs more than to stand between them."""
        marks = self.marks
        if any(mark in text for mark in self.special):
            return None
        for empty in _EMPTY:
            while empty in text:
                text = text.replace(empty, empty[-1])
        text = text.replace(_COMPONENT, marks.component).replace(_ELEMENT, marks.element)
        try:
            written = text.replace(_END, marks.terminator)
            return text.replace(_END, self.end).encode(self.encoding) if written.isprintable() else None
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
