"""Holds sets and messages against the guidelines of their partner, coming and going."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import TypeVar

from crossdock.edi.edifact.envelope import Message, Released
from crossdock.edi.guidelines.amounts import as_it_is
from crossdock.edi.guidelines.base import left_of_base
from crossdock.edi.guidelines.compiled import Compiled
from crossdock.edi.guidelines.overlay import Cells, get, stands
from crossdock.edi.guidelines.view import view
from crossdock.edi.guidelines.walk import without_repetitions
from crossdock.edi.guides import Guide
from crossdock.edi.guides.check import check as check_base
from crossdock.edi.kernel.faults import Fault
from crossdock.edi.kernel.writing import CannotWrite
from crossdock.edi.x12.envelope import TransactionSet

Item = TypeVar("Item", bound=TransactionSet | Message)


def checked(ts: TransactionSet, guide: Guide | None, compiled: Compiled) -> list[Fault]:
    """What is wrong with a set by the guideline of its partner, and by the base guide in what our maps need, where
    there is one."""
    if guide is None:
        return compiled.faults(ts)
    if compiled.faultless(ts):
        return [] if compiled.fits_base else _of_base(ts, guide, compiled, [])
    ours = compiled.faults(ts)
    return without_repetitions([*ours, *_of_base(ts, guide, compiled, ours)])


def _of_base(ts: TransactionSet, guide: Guide, compiled: Compiled, ours: list[Fault]) -> list[Fault]:
    """What the base guide finds in the set as the map will read it, told where it stands in the set as it came."""
    read = as_read(ts, compiled)
    found = check_base(ts, guide) if read is ts else _of_read(ts, read, guide)
    return left_of_base(found, ours, compiled.level)


def _of_read(ts: TransactionSet, read: TransactionSet, guide: Guide) -> list[Fault]:
    # A segment that says nothing to the map is judged as it came.
    texts = [text or was for text, was in zip(read.texts, ts.texts, strict=True)]
    end = ts.interchange.delimiters.terminator
    raw = (end.join(texts) + end).encode(ts.interchange.encoding, "replace")
    judged = replace(ts, raw=raw, _texts=texts, _spans=None)
    return [replace(each, offset=ts.offset_of(each.position, each.element)) for each in check_base(judged, guide)]


def as_read(item: Item, compiled: Compiled) -> Item:
    """A set or message as the base map reads it: by its overlay. Every segment stays in its place."""
    rows = _rows_read(item, compiled) if compiled.overlay.steps else None
    if rows is None:
        return item
    element = item.interchange.delimiters.element
    texts = [element.join(row) for row in rows]
    return replace(item, _texts=texts, told_anew=True) if isinstance(item, Message) else replace(item, _texts=texts)


def _rows_read(item: TransactionSet | Message, compiled: Compiled) -> list[list[str]] | None:
    """The segments by the overlay; None where it changes nothing."""
    texts = [text.split(item.interchange.delimiters.element) for text in item.texts]
    rows = _cells(item, texts)
    read = compiled.overlay.read(rows)
    if read == rows:
        return None
    joined = _Joined(item)
    found = []
    for text, before, after in zip(texts, rows, read, strict=True):
        was = dict(enumerate(zip(text, before, strict=True)))
        found.append(
            [
                was[number][0] if number in was and was[number][1] == parts else joined.element(parts)
                for number, parts in enumerate(after)
            ]
        )
    return found


def _cells(item: TransactionSet | Message, texts: Sequence[Sequence[str]]) -> list[Cells]:
    component = item.interchange.delimiters.component
    said = item.value if isinstance(item, Message) else as_it_is
    return [[[said(part) for part in _parts(value, component)] for value in text] for text in texts]


def in_another_form(item: TransactionSet | Message, compiled: Compiled) -> Iterator[Fault]:
    """Days and numbers that are not written as the overlay agrees, and so may be read as others than were meant."""
    element = item.interchange.delimiters.element
    for position, row in enumerate(_cells(item, [text.split(element) for text in item.texts]), 1):
        for form in compiled.overlay.forms:
            value = get(row, form.at)
            if form.outward is None or form.verb == "units" or not value or not stands(row, form.at):
                continue
            try:
                wanted = form.outward(form.inward(value))
            except CannotWrite as problem:
                wanted = str(problem)
            if wanted != value:
                words = f"{value[:40]!r} is not in the form that the overlay agrees, which is {wanted[:80]!r}"
                yield view(item).fault("guideline_format", position, form.at.element, form.at.component, words)


class _Joined:
    """Writes elements as they stand in a set that was split."""

    def __init__(self, item: TransactionSet | Message) -> None:
        marks = item.interchange.delimiters
        self._component = marks.component
        self._hide = Released(item.interchange.delimiters) if isinstance(item, Message) and item.has_released else None
        self._special = marks.element + marks.component + marks.terminator

    def element(self, parts: list[str]) -> str:
        if self._hide is not None:
            release = self._hide.release
            special = self._special + release
            parts = [self._hide.hide("".join(release + c if c in special else c for c in part)) for part in parts]
        return self._component.join(parts)


def _parts(value: str, component: str) -> list[str]:
    return value.split(component) if component and component in value else [value]
