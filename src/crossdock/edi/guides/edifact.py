"""Holds an EDIFACT message against the directories of the United Nations (`edifact.toml`): what is missing, too long,
no number, or more than is defined. Nothing it finds refuses a message; what a map needs, the map demands.

It is asked by `edi validate` and `edi explain`, not each time a map reads: that would cost a tenth more, and objects
hold texts longer than a directory has room for, which we write whole rather than cut off.

Most segments of one partner differ in their digits alone. So a message is reduced to shapes (each digit a 0, each
small letter an a), and of a shape that was seen before nothing is asked again; any other is held against the expression
of its segment. Only a message with a shape that fits none is walked to say what is wrong, and where.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache, lru_cache
from importlib import resources
from itertools import islice

from crossdock.edi.edifact.characters import ServiceCharacters
from crossdock.edi.edifact.envelope import Message
from crossdock.edi.kernel.faults import Fault

_MOST_FAULTS = 100
_MOST_SHAPES = 8192
"""Remembered per set of separators; beyond that it starts anew."""
_TAG = re.compile(r"[A-Z][A-Z0-9]{2}\Z")
# ISO 9735, 10: sign, digits, decimal mark; version 4 has an exponent.
_NUMBER = re.compile(r"-?(?:[0-9]+[.,]?[0-9]*|[.,][0-9]+)(?:E-?[0-9]{1,3})?\Z")
_DECIMALS = 6
"""As many as the expression takes; a number with more of them is walked."""


@dataclass(frozen=True, slots=True)
class DataElement:
    """One simple data element of the directory: `an..35 Item number`."""

    number: str
    type: str
    shortest: int
    longest: int
    name: str


@dataclass(frozen=True, slots=True)
class Component:
    """A data element where a composite (or a segment) has it."""

    mandatory: bool
    element: DataElement


@dataclass(frozen=True, slots=True)
class Place:
    """One element of a segment. A simple one has a single component. `id` is `C507` or `1225`."""

    mandatory: bool
    id: str
    name: str
    components: tuple[Component, ...]


@dataclass(frozen=True, slots=True)
class SegmentForm:
    """One segment. Where it is `open`, later directories have more elements."""

    id: str
    name: str
    places: tuple[Place, ...]
    open: bool

    @property
    def never_empty(self) -> bool:
        """Is there an element that it cannot be without? A tag alone may stand where there is none (ISO 9735)."""
        return any(each.mandatory for each in self.places)


@cache
def segment_forms() -> dict[str, SegmentForm]:
    """All described segments by tag."""
    data = tomllib.loads(resources.files(__package__).joinpath("edifact.toml").read_text())
    elements = {number: _element(number, text) for number, text in data["elements"].items()}
    composites = {}
    for number, text in data["composites"].items():
        name, _, members = text.partition(": ")
        composites[number] = (
            name,
            tuple(Component(mandatory, elements[each]) for each, mandatory in _members(members.split())),
        )
    forms = {}
    for tag, text in data["segments"].items():
        name, _, members = text.partition(": ")
        words = members.split()
        is_open = words[-1] == "..."
        places = []
        for each, mandatory in _members(words[:-1] if is_open else words):
            if each in composites:
                places.append(Place(mandatory, each, *composites[each]))
            else:
                found = elements[each]
                places.append(Place(mandatory, each, found.name, (Component(True, found),)))
        forms[tag] = SegmentForm(tag, name, tuple(places), is_open)
    return forms


def _element(number: str, text: str) -> DataElement:
    form, _, name = text.partition(" ")
    kind = form.rstrip("0123456789.")
    size = form[len(kind) :]
    longest = int(size.removeprefix(".."))
    return DataElement(number, kind, 1 if size.startswith("..") else longest, longest, name)


def _members(words: list[str]) -> Iterator[tuple[str, bool]]:
    """What `3124! 3124*4` lists, each with whether it is mandatory."""
    for word in words:
        named, _, times = word.partition("*")
        for _ in range(int(times or 1)):
            yield named.rstrip("!"), named.endswith("!")


def check_message(message: Message) -> list[Fault]:
    """What in a message is not as the directory has it, in order; all of it warnings."""
    if _shapes(message.interchange.delimiters).fit(message.raw):
        return []
    return list(islice(_walk(message), _MOST_FAULTS))


@lru_cache(maxsize=16)
def _shapes(marks: ServiceCharacters) -> _Shapes:
    return _Shapes(marks)


class _Shapes:
    """The shapes of segments that are as they should be, for one set of separators."""

    __slots__ = ("_bare", "_marks", "_other", "_patterns", "_released", "_seen", "_table", "_terminator")

    def __init__(self, marks: ServiceCharacters) -> None:
        self._marks = marks
        self._terminator = marks.terminator.encode("latin-1")
        self._released = re.compile(re.escape(marks.release.encode("latin-1")) + b".", re.S) if marks.release else None
        self._bare = marks.release.encode("latin-1")
        separators = f"{marks.component}{marks.element}{marks.terminator}{marks.repetition}".encode("latin-1")
        self._table = bytes(each if each in separators else _reduced(each) for each in range(256))
        self._patterns = {
            tag.encode(): re.compile(_segment_pattern(form, marks).encode("latin-1"), re.S)
            for tag, form in segment_forms().items()
        }
        ends = f"[{re.escape(marks.element + marks.component)}]"
        self._other = re.compile(f"[A-Z][A-Z0-9]{{2}}(?:{ends}.*)?".encode("latin-1"), re.S)
        self._seen: set[bytes] = {b""}

    def fit(self, raw: bytes) -> bool:
        """Is every segment of a message known to be right? A False is no verdict yet."""
        if self._marks.repetition and self._marks.repetition.encode("latin-1") in raw:
            return False
        if self._released is not None and self._bare in raw:
            raw = self._released.sub(b"x", raw)
        unseen = set(raw.translate(self._table, b"\r\n\t").split(self._terminator)) - self._seen
        if not unseen:
            return True
        find, other = self._patterns.get, self._other
        for shape in unseen:
            if not find(shape[:3], other).fullmatch(shape):
                return False
        if len(self._seen) > _MOST_SHAPES:
            self._seen = {b""}
        self._seen |= unseen
        return True


def _reduced(byte: int) -> int:
    if byte in b"123456789":
        return ord("0")
    return ord("a") if byte in b"bcdefghijklmnopqrstuvwxyz" or byte > 0x7F else byte


def _segment_pattern(form: SegmentForm, marks: ServiceCharacters) -> str:
    element = re.escape(marks.element)
    parts = [element + _place_pattern(each, marks) for each in form.places]
    needed = max((at for at, each in enumerate(form.places, 1) if each.mandatory), default=0)
    tail = f"(?:{element}.*+)?+" if form.open else ""
    return f"{form.id}(?:{re.escape(marks.component)}[0-9]++)*+" + _in_turn(parts, needed, tail)


def _place_pattern(place: Place, marks: ServiceCharacters) -> str:
    parts = [_component_pattern(each.element, each.mandatory, marks) for each in place.components]
    needed = max((at for at, each in enumerate(place.components, 1) if each.mandatory), default=1)
    mark = re.escape(marks.component)
    whole = _in_turn([parts[0], *(mark + each for each in parts[1:])], needed, "")
    return whole if place.mandatory else f"(?:{whole})?+"


def _in_turn(parts: list[str], needed: int, tail: str) -> str:
    """The needed ones, then each further one only behind the one before it."""
    for part in reversed(parts[needed:]):
        tail = f"(?:{part}{tail})?+"
    return "".join(parts[:needed]) + tail


def _component_pattern(element: DataElement, mandatory: bool, marks: ServiceCharacters) -> str:
    separators = "".join(re.escape(each) for each in (marks.component, marks.element))
    if element.type == "n":
        whole = element.longest - _DECIMALS
        content = (
            f"-?+0{{1,{whole}}}+(?:[.,]0{{0,{_DECIMALS}}}+)?+" if element.longest > 10 else f"0{{1,{element.longest}}}+"
        )
        return content if mandatory else f"(?:{content})?+"
    # Blanks alone say nothing.
    said = f"(?! *+(?:[{separators}]|\\Z))" if mandatory else ""
    return f"{said}[^{separators}]{{0,{element.longest}}}+"


def _walk(message: Message) -> Iterator[Fault]:
    marks, forms = message.interchange.delimiters, segment_forms()
    for position, text in enumerate(message.texts, 1):
        row = text.split(marks.element)
        tag = row[0].split(marks.component, 1)[0]
        form = forms.get(tag)
        if not _TAG.match(tag):
            words = f"{message.written(tag)[:10]!r} is no tag of a segment"
            yield message.fault("segment_id_invalid", position, 0, 0, words, "warning")
        elif form is None:
            continue
        elif form.never_empty and not any(each.strip(f" {marks.component}") for each in row[1:]):
            yield message.fault("segment_empty", position, severity="warning")
        else:
            yield from _segment(message, form, row, position)


_AROUND = ("UNH", "UNT")
"""What begins and ends a message is read in small letters too."""


def small_tags(message: Message) -> Iterator[Fault]:
    """Tags in small letters refuse their message: read over, a line could be lost."""
    if _small(message.interchange.delimiters.terminator).search(message.raw) is None:
        return
    marks, forms = message.interchange.delimiters, segment_forms()
    for position, text in enumerate(message.texts, 1):
        tag = text.split(marks.element, 1)[0].split(marks.component, 1)[0]
        if tag.islower() and tag.upper() in forms and tag.upper() not in _AROUND:
            yield message.fault(
                "segment_id_invalid", position, detail=f"the tag {tag} is in small letters", severity="error"
            )


@lru_cache(maxsize=64)
def _small(terminator: str) -> re.Pattern[bytes]:
    return re.compile(re.escape(terminator.encode()) + rb"[ \t\r\n]*+[a-z]{3}[^a-z]")


def _segment(message: Message, form: SegmentForm, row: list[str], position: int) -> Iterator[Fault]:
    mark, repetition = message.interchange.delimiters.component, message.interchange.delimiters.repetition
    for element, place in enumerate(form.places, 1):
        text = row[element] if element < len(row) else ""
        for repeat in text.split(repetition) if repetition else (text,):
            components = repeat.split(mark)
            if any(each.strip() for each in components):
                yield from _place(message, place, components, position, element)
            elif place.mandatory:
                words = f"{place.name} ({place.id}) is missing"
                yield message.fault("element_missing", position, element, 0, words, "warning")
    surplus = next((at for at in range(len(form.places) + 1, len(row)) if row[at].strip()), 0)
    if surplus and not form.open:
        words = f"no directory has an element {surplus} in {form.id}"
        yield message.fault("element_surplus", position, surplus, 0, words, "warning")


def _place(message: Message, place: Place, components: list[str], position: int, element: int) -> Iterator[Fault]:
    simple = place.id.isdigit()
    for number, each in enumerate(place.components, 1):
        text = components[number - 1].rstrip() if number <= len(components) else ""
        at = 0 if simple else number
        if text:
            code = _content(each.element, text)
            words = f"{each.element.name} ({each.element.number}): {message.value(text)[:40]!r} is not "
            if code:
                yield message.fault(code, position, element, at, words + _wanted(each.element), "warning")
        elif each.mandatory:
            words = f"{each.element.name} ({each.element.number}) is missing"
            yield message.fault("element_missing", position, element, at, words, "warning")
    beyond = len(place.components)
    surplus = next((at for at in range(beyond + 1, len(components) + 1) if components[at - 1].strip()), 0)
    if surplus:
        words = f"no directory has a component {surplus} in {place.name} ({place.id})"
        yield message.fault("element_surplus", position, element, surplus, words, "warning")


def _content(element: DataElement, text: str) -> str:
    """The code of what is wrong with a value, or nothing."""
    if element.type == "n":
        number = text.strip()
        if not _NUMBER.match(number):
            return "number_invalid"
        digits = sum(each.isdigit() for each in number.partition("E")[0])
        return "element_too_long" if digits > element.longest else ""
    return "element_too_long" if len(text) > element.longest else ""


def _wanted(element: DataElement) -> str:
    if element.type == "n":
        return f"a number of up to {element.longest} digits"
    return f"text of up to {element.longest} characters"


def told_beside(message: Message, faults: tuple[Fault, ...]) -> tuple[Fault, ...]:
    """What was found in a message, and behind it what the directory finds where nothing was told yet. Of a message that
    its envelope refuses nothing more is said."""
    if message.refused:
        return faults
    told = {(each.position, each.element) for each in faults}
    return faults + tuple(each for each in check_message(message) if (each.position, each.element) not in told)
