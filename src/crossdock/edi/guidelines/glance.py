"""Conditions that look beyond their own segment, answered from the text of a set that is faultless in its form.

Where a condition stands outside of loops, what it asks for is the first segment at a place, and what it counts or adds
up are all of them, wherever they stand: nothing has to be placed for that. What stands in a loop means the segments of
its own pass; that is for the walk.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache

from crossdock.edi.guidelines.amounts import Ask
from crossdock.edi.guidelines.conditions import Ready, holds_by
from crossdock.edi.guidelines.pattern import Marks
from crossdock.edi.guidelines.places import Place
from crossdock.edi.guidelines.tree import Level

Row = list[str]


def is_enough(condition: Ready, level: Level) -> bool:
    """Does all that it asks for itself stand outside of loops, and only there?"""
    outside: set[str] = set()
    inside: set[str] = set()
    for group in level.groups:
        for node in group.nodes:
            if node.level is None:
                outside.add(node.tag)
            else:
                inside |= node.tags
    return {condition.at.tag, *(one.tag for one in condition.places)} <= outside - inside


class Glance:
    """A look at one text. `known` are the tags that the guideline describes: others are not counted either."""

    def __init__(self, text: str, marks: Marks, known: frozenset[str], first_component: int) -> None:
        self._text = text
        self._marks = marks
        self._known = known
        self._first_component = first_component
        """What a test without component means: 0, the whole element."""

    def holds(self, condition: Ready) -> bool:
        """Does it hold wherever it is to hold?"""
        return all(self._holds(condition, self._row(text)) for text in self._at(condition.at))

    def _holds(self, condition: Ready, row: Row) -> bool:
        def ask(one: Place) -> str:
            if self._is_at(row, one):
                return self._value(row, one.element, one.component)
            found = self._at(one)
            return self._value(self._row(found[0]), one.element, one.component) if found else ""

        return holds_by(condition, ask, self._everything)

    def _everything(self, one: Place) -> Iterator[Ask]:
        return map(self._asker, self._at(one))

    def _asker(self, text: str) -> Ask:
        return lambda inner: self._value(self._row(text), inner.element, inner.component)

    def _at(self, one: Place) -> list[str]:
        """Every segment at a place, in order."""
        if one.tag not in self._known:
            return []
        found = _segments(one.tag, self._marks).findall(self._text)
        return [text for text in found if self._is_at(self._row(text), one)] if one.tests else found

    def _row(self, text: str) -> Row:
        return text.split(self._marks.element)

    def _is_at(self, row: Row, one: Place) -> bool:
        return row[0].split(self._marks.component, 1)[0] == one.tag and all(
            self._value(row, test.element, test.component or self._first_component) == test.value for test in one.tests
        )

    def _value(self, row: Row, element: int, component: int) -> str:
        text = row[element] if element < len(row) else ""
        if component:
            parts = text.split(self._marks.component)
            text = parts[component - 1] if component <= len(parts) else ""
        return text.strip()


@lru_cache(maxsize=1024)
def _segments(tag: str, marks: Marks) -> re.Pattern[str]:
    """All segments of a tag, without their terminators; the first of a set is its header, and never meant."""
    inside = f"[^{re.escape(marks.terminator)}]"
    ends = re.escape(marks.element + marks.component + marks.terminator)
    return re.compile(f"{marks.end}({tag}(?=[{ends}]){inside}*+)")
