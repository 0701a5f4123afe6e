"""A guideline ready for use: what matches its expression is faultless, everything else is walked."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property, lru_cache, partial

import msgspec

from crossdock.edi.edifact.envelope import Message
from crossdock.edi.guidelines.base import within_base
from crossdock.edi.guidelines.conditions import Ready, ready
from crossdock.edi.guidelines.form import Guideline
from crossdock.edi.guidelines.glance import Glance, is_enough
from crossdock.edi.guidelines.overlay import Overlay, overlay_of
from crossdock.edi.guidelines.pattern import Drawing, Marks, finder, pair_finder
from crossdock.edi.guidelines.places import Place
from crossdock.edi.guidelines.tree import Level, Rule, level_of
from crossdock.edi.guidelines.view import view
from crossdock.edi.guidelines.walk import NOTHING, Walk, nodes_with_values, without_repetitions, wrong_with
from crossdock.edi.kernel.faults import Fault
from crossdock.edi.x12.envelope import TransactionSet, decode

_MOST_FAULTS = 100
_LONGEST_REMEMBERED = 80
_ENVELOPE = {"x12": ("ST", "SE"), "edifact": ("UNH", "UNT")}
# Where EDIFACT has quantities and money: (tag, element, component).
_AMOUNTS = {("QTY", 1, 2), ("PRI", 1, 2), ("MOA", 1, 2), ("PCD", 1, 2), ("CNT", 1, 2), ("PRI", 1, 5), ("CUX", 3, 0)}


@dataclass(frozen=True, slots=True)
class _Fast:
    """What one guideline is for one set of separators."""

    whole: re.Pattern[str]
    marks: Marks
    values: tuple[tuple[str, re.Pattern[str], Callable[[str], bool]], ...]
    """What stands in every text that has one, expressions that pick values out, and who judges one."""
    rows: tuple[tuple[re.Pattern[str], Callable[[tuple[str, ...]], bool]], ...]
    """The same for conditions that a segment answers alone."""
    glances: tuple[Ready, ...]
    """Conditions that the text answers."""
    wide: tuple[re.Pattern[str], ...]
    """Where conditions apply that need more than their own segment."""


class Compiled:
    """One guideline. Making one costs milliseconds, so it is made once."""

    def __init__(self, form: Guideline, level: Level, conditions: tuple[Ready, ...], overlay: Overlay) -> None:
        self.form = form
        self.level = level
        self.conditions = conditions
        self.overlay = overlay
        self.fits_base = form.dialect == "x12" and not overlay.steps and within_base(form, level)
        """Is what keeps to it sure to keep to the base guide?"""
        self._known = frozenset(node.tag for node in level.nodes())
        self._fast = lru_cache(maxsize=16)(self._made_fast)

    @property
    def document(self) -> str:
        """`850`, `ORDERS`."""
        return self.form.document

    @cached_property
    def both_ways(self) -> Compiled:
        """The same for a document, whoever sends it."""
        if self.form.directions == ("in", "out"):
            return self
        form = msgspec.structs.replace(self.form, directions=("in", "out"))
        return Compiled(form, self.level, self.conditions, self.overlay)

    def faults(self, item: TransactionSet | Message) -> list[Fault]:
        """What is wrong with a set of this document, in the words of the partner."""
        if self.faultless(item):
            return []
        walk = Walk(view(item), self.level, self.conditions, self.form.others, self.form.dialect)
        found = []
        if (other := self._other_version(item)) is not None:
            found.append(other)
        for each in walk.faults():
            found.append(each)
            if len(found) >= _MOST_FAULTS:
                break
        return without_repetitions(found)

    def faultless(self, item: TransactionSet | Message) -> bool:
        """Is nothing wrong, as far as one look tells? False only sends the set to the walk."""
        if self._other_version(item) is not None:
            return False
        if isinstance(item, Message):
            if item.texts and item.has_released:
                return False
            marks = item.interchange.delimiters
            text = marks.terminator.join(item.texts) + marks.terminator
            return self._matches(item, text, self._fast(marks.element, marks.component, marks.terminator, ""))
        header = item.interchange.delimiters
        component = header.component or "\x1f"
        fast = self._fast(header.element, component, header.terminator, header.suffix)
        text = decode(item.raw)
        if fast.whole.fullmatch(text):
            item.split_plainly()
            return self._judged(item, text, fast)
        plain = header.terminator.join(item.texts) + header.terminator
        if plain == text:
            return False
        return self._matches(item, plain, self._fast(header.element, component, header.terminator, ""))

    def _matches(self, item: TransactionSet | Message, text: str, fast: _Fast) -> bool:
        return fast.whole.fullmatch(text) is not None and self._judged(item, text, fast)

    def _judged(self, item: TransactionSet | Message, text: str, fast: _Fast) -> bool:
        for needle, found, good in fast.values:
            if needle in text and not all(map(good, found.findall(text))):
                return False
        for found, holds in fast.rows:
            if not all(map(holds, found.findall(text))):
                return False
        if fast.glances:
            glance = Glance(text, fast.marks, self._known, int(self.form.dialect == "edifact"))
            if not all(map(glance.holds, fast.glances)):
                return False
        if any(found.search(text) for found in fast.wide):
            wide = [each for each in self.conditions if not each.alone and each not in fast.glances]
            walk = Walk(view(item), self.level, wide, self.form.others, self.form.dialect)
            return next(walk.conditional(), None) is None
        return True

    def _other_version(self, item: TransactionSet | Message) -> Fault | None:
        said = item.version if isinstance(item, Message) else item.group.version or item.interchange.version
        if said.startswith(self.form.version) or not said:
            return None
        words = f"the guideline of {self.form.partner} is for version {self.form.version}, the document says {said}"
        return view(item).fault("guideline_version", 1, 0, 0, words)

    def _made_fast(self, element: str, component: str, terminator: str, suffix: str) -> _Fast:
        marks = Marks(element, component, terminator, suffix)
        drawing = Drawing(marks, _ENVELOPE[self.form.dialect], self.form.others == "ignored")
        values = []
        for node, rule, number, inner in nodes_with_values(self.level):
            if number:
                source = finder(node.place, [(number, inner)], marks)
                values.append((node.tag, re.compile(source), _judge(rule, self.form.dialect)))
            else:
                qualifier = next(code for code, one in node.pairs.items() if one is rule)
                source = pair_finder(node, qualifier, marks)
                needle = f"{element}{qualifier}{element}"
                values.append((needle, re.compile(source), _judge(rule, self.form.dialect)))
        alone = [each for each in self.conditions if each.alone]
        glances = [each for each in self.conditions if not each.alone and is_enough(each, self.level)]
        others = [each for each in self.conditions if not each.alone and each not in glances]
        wide = [re.compile(finder(each.at, [(1, 0)], marks)) for each in others]
        rows = [_row_judge(each, marks) for each in alone]
        whole = re.compile(drawing.whole(self.level))
        return _Fast(whole, marks, tuple(values), tuple(rows), tuple(glances), tuple(wide))


def _judge(rule: Rule, dialect: str) -> Callable[[str], bool]:
    """Who says whether a value keeps to a rule. Short ones are remembered: the same units and items come again."""

    @lru_cache(maxsize=1 << 12)
    def remembered(value: str) -> bool:
        value = value.strip()
        return not value or wrong_with(rule, value, dialect) == NOTHING

    return lambda value: (remembered if len(value) <= _LONGEST_REMEMBERED else remembered.__wrapped__)(value)


def _row_judge(each: Ready, marks: Marks) -> tuple[re.Pattern[str], Callable[[tuple[str, ...]], bool]]:
    """An expression for what a condition asks of its segment, and who judges that."""
    wanted = sorted({(one.element, one.component) for one in each.places if one.element}) or [(1, 0)]
    at = {key: number for number, key in enumerate(wanted)}
    single = len(wanted) == 1

    @lru_cache(maxsize=1 << 14)
    def judge(values: tuple[str, ...]) -> bool:
        said = (values,) if single else values

        def ask(one: Place) -> str:
            return str(said[at[one.element, one.component]]).strip()

        if each.when is not None and not each.when.verdict(tuple(ask(one) for one, _ in each.when.places)):
            return True
        if each.must is not None:
            return each.must.verdict(tuple(ask(one) for one, _ in each.must.places)) is not False
        return each.amount is None or each.amount.holds(ask, lambda _: iter(()))

    return re.compile(finder(each.at, wanted, marks)), judge


def compile_guideline(form: Guideline, problem: Callable[[tuple[str, ...], str, str], None]) -> Compiled:
    """A guideline made ready; what cannot be used is told to `problem` with its place, and left out."""
    level = level_of(form.segments, form.dialect)
    conditions = []
    for number, each in enumerate(form.conditions):
        where = ("conditions", str(number))
        try:
            conditions.append(ready(each, where, partial(_kind_of, form.dialect, level)))
        except ValueError as error:
            problem(where, str(error), "correct the condition")
    return Compiled(form, level, tuple(conditions), overlay_of(form, problem))


def _kind_of(dialect: str, level: Level, one: Place) -> str:
    """The type of what stands at a place, as far as the guideline or the base guide tells."""
    if dialect == "edifact" and (one.tag, one.element, one.component) in _AMOUNTS:
        return "R"
    for node in level.nodes():
        if node.tag != one.tag:
            continue
        for rule in node.rules:
            if rule.number == one.element:
                inner = next((each for each in rule.components if each.number == one.component), rule)
                return inner.type
    return ""
