"""Who judges what the expression of a guideline cannot: values and conditions, asked of a whole set.

A condition that its segment answers alone, or with segments of which the set has but one place, is judged on the
segments of that tag. Any other needs to know which loop a segment stands in, so the set is walked for it.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable, Collection, Sequence
from functools import partial
from typing import Any

from crossdock.edi.guidelines.amounts import Ask
from crossdock.edi.guidelines.conditions import Ready, holds_by, own
from crossdock.edi.guidelines.pattern import Marks
from crossdock.edi.guidelines.places import Place, Test
from crossdock.edi.guidelines.tree import Level, Node
from crossdock.edi.guidelines.view import Row

Values = tuple[str, ...]
Key = tuple[int, int]
_REMEMBERED = 1 << 14
_LONGEST_REMEMBERED = 80


class Verdicts:
    """Says of values whether a rule holds for them. Those for which it did are remembered: the same units, items and
    quantities come again."""

    def __init__(self, judge: Callable[[Any], bool]) -> None:
        self._judge = judge
        self._good: set[Any] = set()

    def all_hold(self, values: Collection[Any]) -> bool:
        """Does it hold for every one of them?"""
        return self._good.issuperset(values) or all(self._holds(value) for value in values)

    def _holds(self, value: Any) -> bool:
        if value in self._good:
            return True
        if not self._judge(value):
            return False
        if _letters(value) <= _LONGEST_REMEMBERED:
            if len(self._good) >= _REMEMBERED:
                self._good.clear()
            self._good.add(value)
        return True


def _letters(value: Any) -> int:
    """How long a value is, or all that it is made of."""
    if isinstance(value, tuple):
        return sum(map(_letters, value))
    return len(value) if isinstance(value, str) else 0


class Segments:
    """The segments of one set without released characters, by their tags."""

    __slots__ = ("_by_tag", "_component", "text")

    def __init__(self, text: str, rows: Sequence[Row], component: str) -> None:
        self.text = text
        self._component = component
        self._by_tag: defaultdict[str, list[Row]] = defaultdict(list)
        for row in rows:
            self._by_tag[row[0]].append(row)

    def at(self, place: Place) -> Sequence[Row]:
        """Those at a place."""
        found = self._by_tag.get(place.tag, ())
        return [row for row in found if self._passes(row, place.tests)] if place.tests else found

    def _passes(self, row: Row, tests: tuple[Test, ...]) -> bool:
        for test in tests:
            text = row[test.element] if test.element < len(row) else ""
            if (text != test.value or test.component > 1) and (
                self._component_of(text, test.component or 1) != test.value
            ):
                return False
        return True

    def _component_of(self, text: str, component: int) -> str:
        parts = text.split(self._component)
        return parts[component - 1] if component <= len(parts) else ""

    def column(self, rows: Sequence[Row], key: Key) -> list[str]:
        """One element (or component) of each of them; empty where it is absent."""
        element, component = key
        try:
            found = [row[element] for row in rows]
        except IndexError:
            found = [row[element] if element < len(row) else "" for row in rows]
        return [self._component_of(text, component) for text in found] if component else found

    def values(self, rows: Sequence[Row], keys: Sequence[Key]) -> list[Values]:
        """Several elements of each of them."""
        if len(keys) == 1:
            return [(value,) for value in self.column(rows, keys[0])]
        return list(zip(*[self.column(rows, key) for key in keys], strict=True)) if keys else [()] * len(rows)

    def said(self, place: Place) -> str:
        """What the first segment at a place says in the element that the place names; empty where there is none."""
        rows = self.at(place)
        return self.column(rows[:1], _key(place))[0] if rows else ""

    def counted(self, place: Place, keys: Sequence[Key]) -> int | list[Values]:
        """How many segments there are at a place, or what they say."""
        rows = self.at(place)
        return self.values(rows, keys) if keys else len(rows)


class PlaceJudge:
    """Judges the segments at one place: values by themselves, and conditions that a segment answers alone."""

    def __init__(self, place: Place, values: Sequence[tuple[Key, Verdicts]], alone: Sequence[Ready]) -> None:
        self._place = place
        conditions = [(sorted({_key(one) for one in each.places}), each) for each in alone]
        self._values = [*values, *((keys[0], _of_value(each)) for keys, each in conditions if len(keys) == 1)]
        self._together = [(keys, _of_values(each, keys)) for keys, each in conditions if len(keys) != 1]

    def holds(self, segments: Segments) -> bool:
        """Is nothing wrong with any of them?"""
        rows = segments.at(self._place)
        for key, verdicts in self._values:
            if not verdicts.all_hold(segments.column(rows, key)):
                return False
        return all(verdicts.all_hold(segments.values(rows, keys)) for keys, verdicts in self._together)


class IdJudge:
    """Judges the ids behind a qualifier, wherever in a segment they stand."""

    def __init__(self, find: str, qualifier: str, verdicts: Verdicts, marks: Marks) -> None:
        self._find = re.compile(find)
        self._wanted = marks.element + qualifier + marks.element
        self._verdicts = verdicts

    def holds(self, segments: Segments) -> bool:
        """Is nothing wrong with any of them?"""
        text = segments.text
        return self._wanted not in text or self._verdicts.all_hold(self._find.findall(text))


def _of_value(each: Ready) -> Verdicts:
    """A condition that asks for one value of its segment only."""
    return Verdicts(lambda value: holds_by(each, lambda _: value.strip(), _nothing))


def _of_values(each: Ready, keys: list[Key]) -> Verdicts:
    """A condition that asks for several values of its segment."""
    return Verdicts(lambda values: holds_by(each, lambda one: values[keys.index(_key(one))].strip(), _nothing))


class SetJudge:
    """Judges a condition on segments that the set has in one place only, and on what it counts in the whole set."""

    def __init__(self, each: Ready) -> None:
        self._each = each
        self._keys = sorted({_key(one) for one in each.places if own(one, each.at)})
        self._others = [one for one in each.places if not own(one, each.at)]
        self._counted = _counted(each)
        self._verdicts = Verdicts(self._worked_out)
        self._adds_up = any(keys for _, keys in self._counted)

    def holds(self, segments: Segments) -> bool:
        """Does it hold for every segment?"""
        rows = segments.at(self._each.at)
        if not rows:
            return True
        said = tuple([segments.said(one) for one in self._others])
        counted = tuple([segments.counted(there, keys) for there, keys in self._counted])
        asked = [(values, said, counted) for values in segments.values(rows, self._keys)]
        # What it said of the same values is remembered, but not of all that is added up.
        return all(map(self._worked_out, asked)) if self._adds_up else self._verdicts.all_hold(asked)

    def _worked_out(self, asked: tuple[Values, Values, tuple[int | list[Values], ...]]) -> bool:
        """Does it hold for these values of its segment, of others, and of those that it counts?"""
        values, said, counted = asked
        ours = self._each.at
        of_others = dict(zip(self._others, said, strict=True))
        in_set = {there: (keys, found) for (there, keys), found in zip(self._counted, counted, strict=True)}

        def ask(one: Place) -> str:
            return values[self._keys.index(_key(one))].strip() if own(one, ours) else of_others[one].strip()

        def everything(of: Place) -> Sequence[Ask]:
            keys, found = in_set[Place(of.tag, of.tests)]
            if isinstance(found, int):
                return [_unsaid] * found
            return [partial(_from_row, row, keys) for row in found]

        return holds_by(self._each, ask, everything)


def set_judge(each: Ready, level: Level) -> SetJudge | None:
    """The judge of a condition by the segments of a whole set; None where loops must be known for it."""
    others = [one for one in each.places if not own(one, each.at)]
    return SetJudge(each) if _flat(each, others, bool(_counted(each)), level) else None


def _counted(each: Ready) -> list[tuple[Place, list[Key]]]:
    """The places that a condition counts or adds up, and what it asks of each segment there."""
    keys: dict[Place, set[Key]] = {}
    for one in each.amount.counted if each.amount else ():
        keys.setdefault(Place(one.tag, one.tests), set()).update({_key(one)} if one.element else ())
    return [(there, sorted(wanted)) for there, wanted in keys.items()]


def _key(one: Place) -> Key:
    return one.element, one.component


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


def _from_row(values: Values, keys: list[Key], one: Place) -> str:
    return values[keys.index(_key(one))].strip()


def _unsaid(_: Place) -> str:
    return ""


def _nothing(_: Place) -> Sequence[Ask]:
    return ()
