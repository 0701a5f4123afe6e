"""Each line of a guideline, broken by itself: whether it must come, how often, its codes, lengths, form, check digits.

What was broken must be told at its place. Where a line cannot be broken alone, it is said why.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from crossdock.edi.guidelines.chance import Chance
from crossdock.edi.guidelines.draft import Draft, Line
from crossdock.edi.guidelines.overlay import get, put
from crossdock.edi.guidelines.places import Place
from crossdock.edi.guidelines.tree import UNLIMITED, Level, Node, Rule
from crossdock.edi.guidelines.values import identifier
from crossdock.edi.guidelines.walk import wrong_with

_MOST_TIMES = 1000
"""A segment that may come more often is not made so often."""
_LONGEST = 2000
_STRANGE = ("Z#", "#", "ZZZ#", "#?#", "0-0", "Z#Z#Z#", "z", "00000000")
_OF_TYPE = {
    "DT": ("date_invalid", ("20260399", "260399")), "TM": ("time_invalid", ("9999",)),
    "R": ("number_invalid", ("1X", "X")), "N0": ("number_invalid", ("1X", "X")), "N2": ("number_invalid", ("1X", "X")),
}  # fmt: skip
Change = Callable[[Draft], None]


@dataclass(frozen=True)
class Breach:
    """One line of the guideline, broken: `code` must be told of the segment and element (0: of the segment as a whole).
    Without a change it is not tried, and `why` says why."""

    line: str
    code: str
    segment: str
    element: int
    change: Change | None
    why: str = ""

    @property
    def name(self) -> str:
        """How it is asked for: `PO1.02:number_invalid`."""
        return f"{self.line}:{self.code}"


def breaches(sound: Draft) -> Iterator[Breach]:
    """Every line of the guideline of a sound document."""
    chance = Chance(f"breaches/{sound.compiled.form.partner}/{sound.compiled.document}")
    seen: dict[str, int] = {}
    for each in _Breaking(sound, chance).level(sound.compiled.level, None, ""):
        times = seen[each.name] = seen.get(each.name, 0) + 1
        line = each.line if times == 1 else f"{each.line}~{times}"
        yield Breach(line, each.code, each.segment, each.element, each.change, each.why)


class _Breaking:
    def __init__(self, sound: Draft, chance: Chance) -> None:
        self.sound = sound
        self.chance = chance
        self.dialect = sound.compiled.form.dialect

    def level(self, level: Level, parent: Node | None, before: str) -> Iterator[Breach]:
        """The segments of a level and all below."""
        for group in level.groups:
            for node in group.nodes:
                path = f"{before}{node.place}"
                at = next((number for number, line in enumerate(self.sound.lines) if line.node is node), None)
                if node.never:
                    yield self._unwanted(level, parent, node, path)
                elif at is None:
                    yield Breach(path, "segment_missing", node.tag, 0, None, "no made-up document has it")
                else:
                    yield from self._segment(node, at, path)
                    yield from self._elements(node, at, path)
                    yield from self._pairs(node, at, path)
                if node.level is not None and at is not None:
                    yield from self.level(node.level, node, f"{path}/")

    def _unwanted(self, level: Level, parent: Node | None, node: Node, path: str) -> Breach:
        """A segment that the partner does not want, put where it would stand."""
        line = Line(node, [[node.tag]])
        for test in node.place.tests:
            put(line.cells, test.element, test.component, test.value)
        put(line.cells, max([*(test.element for test in node.place.tests), 0]) + 1, 0, "1")
        number = _slot(self.sound.lines, level, parent, node)

        def change(draft: Draft) -> None:
            draft.lines.insert(number, line)

        return Breach(path, "guideline_segment_unused", node.tag, 0, change)

    def _segment(self, node: Node, at: int, path: str) -> Iterator[Breach]:
        if node.mandatory:
            yield Breach(path, "segment_missing", node.tag, 0, without(node))
        for rule in node.rules:
            for code in rule.require:
                yield Breach(
                    f"{path}.{rule.number:02d}={code}", "guideline_qualifier_missing", "", 0,
                    without(node, rule.number, code),
                )  # fmt: skip
        if node.most < UNLIMITED:
            if node.most > _MOST_TIMES:
                yield Breach(path, "segment_repeated", node.tag, 0, None, f"it may come {node.most} times")
            else:
                yield Breach(path, "segment_repeated", node.tag, 0, _once_too_often(node, at))

    def _elements(self, node: Node, at: int, path: str) -> Iterator[Breach]:
        told_by = {(test.element, test.component) for test in node.place.tests}
        for rule in node.rules:
            if not rule.described or (rule.number, 0) in told_by:
                continue
            where = f"{path}.{rule.number:02d}"
            if not rule.components:
                yield from self._values(rule, where, node.tag, rule.number, 0, at)
                continue
            if rule.mandatory and not any(element == rule.number for element, _ in told_by):
                yield Breach(where, "element_missing", node.tag, rule.number, _emptied(at, rule.number))
            for inner in rule.components:
                if (rule.number, inner.number) not in told_by:
                    yield from self._values(inner, f"{where}.{inner.number}", node.tag, rule.number, inner.number, at)

    def _values(self, rule: Rule, where: str, tag: str, element: int, component: int, at: int) -> Iterator[Breach]:
        for code, value in self._bad(rule):
            if value is None:
                why = "no value breaks this and nothing before it"
                yield Breach(where, code, tag, element, None, why)
            elif code == "element_missing" and component and not self._others(at, element, component):
                # Without it the whole element were empty, which may be another matter.
                other = component - 1 or component + 1
                yield Breach(where, code, tag, element, _setting(at, (element, component, ""), (element, other, "X")))
            else:
                yield Breach(where, code, tag, element, _setting(at, (element, component, value)))

    def _others(self, at: int, element: int, component: int) -> bool:
        """Does another component say something?"""
        cells = self.sound.lines[at].cells
        parts = cells[element] if element < len(cells) else []
        return any(each for number, each in enumerate(parts, 1) if number != component)

    def _bad(self, rule: Rule) -> Iterator[tuple[str, str | None]]:
        """What may be wrong with a value, and a value that has just this wrong; None if there is none."""
        if rule.mandatory:
            yield "element_missing", ""
        if rule.unused:
            yield "guideline_element_unused", "1"
            return
        if rule.value or rule.codes:
            yield "code_unknown", self._first(rule, "code_unknown", _STRANGE)
            return
        if rule.type in _OF_TYPE:
            code, values = _OF_TYPE[rule.type]
            yield code, self._first(rule, code, values)
        if rule.sized and rule.type not in ("DT", "TM"):
            if rule.longest < _LONGEST:
                yield "element_too_long", self._first(rule, "element_too_long", ("9" * (rule.longest + 1),))
            if rule.shortest > 1:
                yield "element_too_short", self._first(rule, "element_too_short", ("9" * (rule.shortest - 1),))
        if rule.format is not None:
            values = tuple((each * rule.longest)[: max(rule.shortest, len(each))] for each in _STRANGE[:64])
            yield "guideline_format", self._first(rule, "guideline_format", (*values, rule.example[:-1] + "#"))
        if rule.check:
            yield self._check(rule)

    def _check(self, rule: Rule) -> tuple[str, str | None]:
        if rule.check == "unit":
            return "unit_unknown", self._first(rule, "unit_unknown", _STRANGE)
        right = identifier(rule, self.chance)
        wrong = tuple(right[:-1] + digit for digit in "0123456789")
        return "check_digit_wrong", self._first(rule, "check_digit_wrong", wrong)

    def _first(self, rule: Rule, code: str, values: tuple[str, ...]) -> str | None:
        return next((each for each in values if wrong_with(rule, each, self.dialect)[0] == code), None)

    def _pairs(self, node: Node, at: int, path: str) -> Iterator[Breach]:
        if node.form.pairs is None:
            return
        first = node.form.pairs.first
        cells = self.sound.lines[at].cells
        there = {cells[number][0]: number for number in range(first, len(cells) - 1, 2)}
        behind = max([first - 2, *there.values()]) + 2
        yield Breach(
            f"{path}.{first:02d}",
            "code_unknown",
            node.tag,
            behind,
            _setting(at, (behind, 0, "Z#"), (behind + 1, 0, "1")),
        )
        for code, rule in node.pairs.items():
            element = there.get(code, behind)
            where = f"{path}.{code}"
            if rule.mandatory:
                yield Breach(where, "guideline_id_missing", node.tag, first, _unpaired(at, there[code]))
            for wrong, value in self._bad(rule):
                if value is None:
                    yield Breach(where, wrong, node.tag, element + 1, None, "no value breaks this alone")
                else:
                    pair = _setting(at, (element, 0, code), (element + 1, 0, value))
                    yield Breach(where, wrong, node.tag, element + 1, pair)


def _slot(lines: list[Line], level: Level, parent: Node | None, node: Node) -> int:
    """Where a segment would stand: behind all of its level that come before it."""
    start = next((number + 1 for number, line in enumerate(lines) if line.node is parent), 0) if parent else 0
    earlier: set[Node] = set()
    for group in level.groups:
        if node in group.nodes:
            break
        for each in group.nodes:
            earlier |= set(each.nodes())
    end = start
    while end < len(lines) and lines[end].node in earlier:
        end += 1
    return end


def without(node: Node, element: int = 0, code: str = "") -> Change:
    """Takes out a segment and what is below it; the first of them, where it comes in several loops."""

    def change(draft: Draft) -> None:
        below = set(node.level.nodes()) if node.level is not None else set()
        kept: list[Line] = []
        taking, taken = False, False
        for line in draft.lines:
            if line.node is node:
                taking = not (taken and element) and (
                    not element or get(line.cells, Place(node.tag, (), element)) == code
                )
                taken = taken or taking
            elif line.node not in below:
                taking = False
            if not taking:
                kept.append(line)
        draft.lines = kept

    return change


def _once_too_often(node: Node, at: int) -> Change:
    """Repeats a segment with all below it, behind itself."""

    def change(draft: Draft) -> None:
        below = set(node.nodes())
        end = at + 1
        while end < len(draft.lines) and draft.lines[end].node in below and draft.lines[end].node is not node:
            end += 1
        repeated = draft.lines[at:end] * node.most
        draft.lines[end:end] = [Line(line.node, [list(parts) for parts in line.cells]) for line in repeated]

    return change


def _setting(at: int, *values: tuple[int, int, str]) -> Change:
    """Writes values, each with its element and component."""

    def change(draft: Draft) -> None:
        for element, component, value in values:
            put(draft.lines[at].cells, element, component, value)

    return change


def _emptied(at: int, element: int) -> Change:
    def change(draft: Draft) -> None:
        if element < len(draft.lines[at].cells):
            draft.lines[at].cells[element] = [""]
            put(draft.lines[at].cells, element, 0, "")

    return change


def _unpaired(at: int, element: int) -> Change:
    def change(draft: Draft) -> None:
        del draft.lines[at].cells[element : element + 2]

    return change
