"""Who judges what the expression of a guideline cannot: values and conditions, asked of the text of a whole set.

A condition that its segment answers alone, or with segments of which the set has but one place, is judged on what
expressions pick out of the text. Any other needs to know which loop a segment stands in, so the set is walked for it.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from functools import lru_cache, partial
from typing import Any

from crossdock.edi.guidelines.amounts import Ask
from crossdock.edi.guidelines.conditions import Ready, holds_by, own
from crossdock.edi.guidelines.pattern import Marks, finder
from crossdock.edi.guidelines.places import Place
from crossdock.edi.guidelines.tree import Level, Node

Values = tuple[str, ...]
Key = tuple[int, int]
_REMEMBERED = 1 << 14


class Picker:
    """Picks elements out of every segment at a place."""

    def __init__(self, place: Place, keys: set[Key], marks: Marks) -> None:
        self.keys = sorted(keys)
        self.at = {key: number for number, key in enumerate(self.keys)}
        self._find = re.compile(finder(place, self.keys, marks))
        end = marks.terminator + marks.suffix
        self._start = end + place.tag
        self._plain, self._empty = self._start + marks.element, self._start + end
        self._tested = bool(place.tests)

    def all(self, text: str) -> list[Values]:
        """The values of every segment."""
        found = self._found(text)
        return [(each,) for each in found] if len(self.keys) == 1 else found

    def columns(self, text: str) -> Sequence[Sequence[str]]:
        """The same by element; nothing where there is no segment."""
        found = self._found(text)
        return [found] if len(self.keys) == 1 and found else list(zip(*found, strict=True))

    def _found(self, text: str) -> list[Any]:
        start = text.find(self._start)
        return self._find.findall(text, start) if start >= 0 else []

    def count(self, text: str) -> int:
        """How many segments there are."""
        if self._tested or self._empty in text:
            return len(self._find.findall(text))
        return text.count(self._plain)

    def first(self, text: str) -> Values | None:
        """The values of the first segment."""
        start = text.find(self._start)
        found = self._find.search(text, start) if start >= 0 else None
        return tuple(each or "" for each in found.groups()) if found else None


Good = Callable[[str], bool]


class PlaceJudge:
    """Judges the segments at one place: values by themselves, and conditions that a segment answers alone."""

    def __init__(self, place: Place, values: Sequence[tuple[Key, Good]], alone: Sequence[Ready], marks: Marks) -> None:
        keys = {key for key, _ in values}
        for each in alone:
            keys |= {(one.element, one.component) for one in each.places}
        self._picker = Picker(place, keys or {(1, 0)}, marks)
        self._values = [(self._picker.at[key], good) for key, good in values]
        self._alone = [_alone(each, self._picker) for each in alone]

    def holds(self, text: str) -> bool:
        """Is nothing wrong with any of them?"""
        columns = self._picker.columns(text)
        if not columns:
            return True
        for at, good in self._values:
            if not all(map(good, set(columns[at]))):
                return False
        for numbers, judge in self._alone:
            if not all(map(judge, set(zip(*[columns[at] for at in numbers], strict=True)))):
                return False
        return True


class IdJudge:
    """Judges the ids behind a qualifier, wherever in a segment they stand."""

    def __init__(self, find: str, qualifier: str, good: Good, marks: Marks) -> None:
        self._find = re.compile(find)
        self._wanted = marks.element + qualifier + marks.element
        self._good = good

    def holds(self, text: str) -> bool:
        """Is nothing wrong with any of them?"""
        return self._wanted not in text or all(map(self._good, set(self._find.findall(text))))


def _alone(each: Ready, picker: Picker) -> tuple[list[int], Callable[[Values], bool]]:
    """Which values a condition is judged on, and its judge; that remembers what it said of the same values."""
    keys = sorted({(one.element, one.component) for one in each.places}) or picker.keys[:1]
    at = {key: number for number, key in enumerate(keys)}

    @lru_cache(maxsize=_REMEMBERED)
    def judge(values: Values) -> bool:
        return holds_by(each, lambda one: values[at[one.element, one.component]].strip(), _nothing)

    return [picker.at[key] for key in keys], judge


class SetJudge:
    """Judges a condition on segments that the set has in one place only, and on what it counts in the whole set."""

    def __init__(self, each: Ready, picker: Picker, others: dict[Place, Picker], counted: dict[Place, Picker]) -> None:
        self._each = each
        self._picker = picker
        self._others = others
        self._counted = counted
        sums = any(one.keys for one in counted.values())
        # What it said of the same values is remembered, but not of all that is added up.
        self._verdict = self._worked_out if sums else lru_cache(maxsize=_REMEMBERED)(self._worked_out)

    def holds(self, text: str) -> bool:
        """Does it hold for every segment?"""
        rows = set(self._picker.all(text))
        if not rows:
            return True
        said = tuple([_of_first(picker, one, text) for one, picker in self._others.items()])
        counted = tuple([tuple(one.all(text)) if one.keys else one.count(text) for one in self._counted.values()])
        return all(self._verdict(values, said, counted) for values in rows)

    def _worked_out(self, values: Values, said: Values, counted: tuple[int | tuple[Values, ...], ...]) -> bool:
        """Does it hold for these values of its segment, of others, and of those that it counts?"""
        at, ours = self._picker.at, self._each.at
        of_others = dict(zip(self._others, said, strict=True))
        in_set = dict(zip(self._counted, counted, strict=True))

        def ask(one: Place) -> str:
            return values[at[one.element, one.component]].strip() if own(one, ours) else of_others[one]

        def everything(of: Place) -> Sequence[Ask]:
            there = Place(of.tag, of.tests)
            found = in_set[there]
            if isinstance(found, int):
                return [_unsaid] * found
            return [partial(_from_row, row, self._counted[there].at) for row in found]

        return holds_by(self._each, ask, everything)


def set_judge(each: Ready, level: Level, marks: Marks) -> SetJudge | None:
    """The judge of a condition by the text of a whole set; None where loops must be known for it."""
    others = [one for one in each.places if not own(one, each.at)]
    counted = each.amount.counted if each.amount else ()
    if not _flat(each, others, bool(counted), level):
        return None
    keys: dict[Place, set[Key]] = {}
    for one in counted:
        keys.setdefault(Place(one.tag, one.tests), set()).update({(one.element, one.component)} if one.element else ())
    return SetJudge(
        each,
        Picker(each.at, {(one.element, one.component) for one in each.places if own(one, each.at)}, marks),
        {one: Picker(Place(one.tag, one.tests), {(one.element, one.component)}, marks) for one in others},
        {of: Picker(of, wanted, marks) for of, wanted in keys.items()},
    )


def _flat(each: Ready, others: list[Place], counts: bool, level: Level) -> bool:
    """Does the first segment in the text mean the same as the nearest one in the loops?"""
    nodes = list(level.nodes())
    roots = [node for group in level.groups for node in group.nodes]
    ours = [node for node in nodes if node.tag == each.at.tag]
    leaf_at_root = all(node.level is None and any(node is root for root in roots) for node in ours)
    if counts and not leaf_at_root:
        return False
    # What nobody describes stands in no place, so the walk does not count it.
    if not {one.tag for one in (each.amount.counted if each.amount else ())} <= {node.tag for node in nodes}:
        return False
    return all(_in_one_place(one, nodes, roots, ours, leaf_at_root) for one in others)


def _in_one_place(one: Place, nodes: list[Node], roots: list[Node], ours: list[Node], leaf_at_root: bool) -> bool:
    there = [node for node in nodes if node.tag == one.tag]
    if len(there) != 1:
        return False
    if leaf_at_root:
        return True
    (node,) = there
    return any(node is root for root in roots) and not any(node.level and mine in node.nodes() for mine in ours)


def _of_first(picker: Picker, one: Place, text: str) -> str:
    values = picker.first(text)
    return values[picker.at[one.element, one.component]].strip() if values else ""


def _from_row(values: Values, at: dict[Key, int], one: Place) -> str:
    return values[at[one.element, one.component]].strip()


def _unsaid(_: Place) -> str:
    return ""


def _nothing(_: Place) -> Sequence[Ask]:
    return ()
