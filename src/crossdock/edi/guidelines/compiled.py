"""A guideline ready for use: what matches its expression is faultless, everything else is walked."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass
from functools import cached_property, lru_cache, partial

import msgspec

from crossdock.edi.edifact.envelope import Message
from crossdock.edi.guidelines.base import within_base
from crossdock.edi.guidelines.conditions import Ready, ready
from crossdock.edi.guidelines.form import Guideline, Segment
from crossdock.edi.guidelines.judges import IdJudge, Key, PlaceJudge, Segments, SetJudge, Verdicts, set_judge
from crossdock.edi.guidelines.overlay import Overlay, overlay_of
from crossdock.edi.guidelines.pattern import Drawing, Marks, pair_finder, says_all
from crossdock.edi.guidelines.places import Place
from crossdock.edi.guidelines.tree import Level, Rule, agree, level_of
from crossdock.edi.guidelines.view import view
from crossdock.edi.guidelines.walk import NOTHING, Walk, nodes_with_values, without_repetitions, wrong_with
from crossdock.edi.kernel.faults import Fault
from crossdock.edi.x12.envelope import TransactionSet, decode

_MOST_FAULTS = 100
_NO_MARK = "\x1f"
"""Separates components where nothing does: no element that the expression lets pass holds it."""
# Where EDIFACT has quantities and money: (tag, element, component).
AMOUNTS = {("QTY", 1, 2), ("PRI", 1, 2), ("MOA", 1, 2), ("PCD", 1, 2), ("CNT", 1, 2), ("PRI", 1, 5), ("CUX", 3, 0)}


@dataclass(frozen=True, slots=True)
class _Fast:
    """What one guideline is for one set of separators."""

    whole: re.Pattern[str]
    judges: tuple[PlaceJudge | IdJudge | SetJudge, ...]
    """Who judges values and conditions."""
    looped: tuple[Ready, ...]
    """Conditions that only a walk can judge."""


class Compiled:
    """One guideline. Making one costs milliseconds, so it is made once."""

    def __init__(
        self, form: Guideline, level: Level, conditions: tuple[Ready, ...], overlay: Overlay, *, judging: bool = True
    ) -> None:
        self.form = form
        self.level = level
        self.conditions = conditions
        self.overlay = overlay
        self._judging = judging
        self.fits_base = form.dialect == "x12" and not overlay.steps and within_base(form, level)
        """Is what keeps to it sure to keep to the base guide?"""
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

    @cached_property
    def unjudged(self) -> Compiled:
        """The same for a document, whoever sends it, that is read by the overlay alone: nothing is wrong with it."""
        form = self.both_ways.form
        return Compiled(form, self.level, self.conditions, self.overlay, judging=False)

    def without(self, conditions: Collection[Ready]) -> Compiled:
        """The same without some of its conditions."""
        kept = tuple(each for each in self.conditions if each not in conditions)
        return Compiled(self.form, self.level, kept, self.overlay)

    def faults(self, item: TransactionSet | Message) -> list[Fault]:
        """What is wrong with a set of this document, in the words of the partner."""
        if self.faultless(item):
            return []
        walk = Walk(view(item), self.level, self.conditions, self.form.others, self.form.dialect)
        found = []
        if not self.fits(item):
            found.append(self._other_version(item))
        for each in walk.faults():
            found.append(each)
            if len(found) >= _MOST_FAULTS:
                break
        return without_repetitions(found)

    def faultless(self, item: TransactionSet | Message) -> bool:
        """Is nothing wrong, as far as one look tells? False only sends the set to the walk."""
        if not self._judging:
            return True
        if not self.fits(item):
            return False
        if isinstance(item, Message):
            if item.texts and item.has_released:
                return False
            marks = item.interchange.delimiters
            text = marks.terminator.join(item.texts) + marks.terminator
            fast = self._fast(marks.element, marks.component, marks.terminator, "", text.isascii())
            return self._matches(item, text, fast)
        header = item.interchange.delimiters
        component = header.component or _NO_MARK
        text = decode(item.raw)
        only_ascii = text.isascii()
        fast = self._fast(header.element, component, header.terminator, header.suffix, only_ascii)
        if fast.whole.fullmatch(text):
            item.split_plainly(text)
            return self._judged(item, text, fast)
        plain = header.terminator.join(item.texts) + header.terminator
        if plain == text:
            return False
        return self._matches(item, plain, self._fast(header.element, component, header.terminator, "", only_ascii))

    def _matches(self, item: TransactionSet | Message, text: str, fast: _Fast) -> bool:
        return fast.whole.fullmatch(text) is not None and self._judged(item, text, fast)

    def _judged(self, item: TransactionSet | Message, text: str, fast: _Fast) -> bool:
        seen = view(item)
        segments = Segments(text, seen.rows, seen.component or _NO_MARK)
        for judge in fast.judges:
            if not judge.holds(segments):
                return False
        if any(segments.at(each.at) for each in fast.looped):
            walk = Walk(seen, self.level, fast.looped, self.form.others, self.form.dialect)
            return next(walk.conditional(), None) is None
        return True

    def drawn(self) -> re.Pattern[str]:
        """The expression, for the usual separators. Raises `re.error` where none can be made."""
        return self._fast("*", ">", "~", "", False).whole

    def fits(self, item: TransactionSet | Message) -> bool:
        """Is the document of the guideline's version, as far as it says?"""
        said = _version(item)
        return said.startswith(self.form.version) or not said

    def _other_version(self, item: TransactionSet | Message) -> Fault:
        form = self.form
        words = f"the guideline of {form.partner} is for version {form.version}, the document says {_version(item)}"
        return view(item).fault("guideline_version", 1, 0, 0, words)

    def _made_fast(self, element: str, component: str, terminator: str, suffix: str, only_ascii: bool) -> _Fast:
        marks = Marks(element, component, terminator, suffix, only_ascii)
        drawing = Drawing(marks, self.form.dialect, self.form.others == "ignored")
        judges: list[PlaceJudge | IdJudge | SetJudge] = list(self._place_judges(marks))
        looped: list[Ready] = []
        for each in self.conditions:
            if not each.alone:
                judge = set_judge(each, self.level)
                if judge is None:
                    looped.append(each)
                else:
                    judges.append(judge)
        return _Fast(re.compile(drawing.whole(self.level)), tuple(judges), tuple(looped))

    def _place_judges(self, marks: Marks) -> Iterator[PlaceJudge | IdJudge]:
        """One for each place at which values are judged or a condition is answered by its segment alone."""
        values: dict[Place, list[tuple[Key, Verdicts]]] = {}
        for node, rule, number, inner in nodes_with_values(self.level):
            if says_all(rule):
                continue
            verdicts = Verdicts(partial(_holds, rule, self.form.dialect))
            if number:
                values.setdefault(node.place, []).append(((number, inner), verdicts))
            else:
                qualifier = next(code for code, one in node.pairs.items() if one is rule)
                yield IdJudge(pair_finder(node, qualifier, marks), qualifier, verdicts, marks)
        alone: dict[Place, list[Ready]] = {}
        for each in self.conditions:
            if each.alone:
                alone.setdefault(each.at, []).append(each)
        for at in {**values, **alone}:
            yield PlaceJudge(at, values.get(at, []), alone.get(at, []))


def _version(item: TransactionSet | Message) -> str:
    return item.version if isinstance(item, Message) else item.group.version or item.interchange.version


def _holds(rule: Rule, dialect: str, value: str) -> bool:
    """Does a value keep to a rule?"""
    value = value.strip()
    return not value or wrong_with(rule, value, dialect) == NOTHING


def compile_guideline(form: Guideline, problem: Callable[[tuple[str, ...], str, str], None]) -> Compiled:
    """A guideline made ready; what cannot be used is told to `problem` with its place, and left out."""
    level, overlay = level_of(form.segments, form.dialect), overlay_of(form, problem)
    agree(level, overlay.forms)
    for where, words in _wrong_formats(form.segments, ("segments",)):
        problem(where, words, "correct it")
    conditions = []
    for number, each in enumerate(form.conditions):
        where = ("conditions", str(number))
        try:
            conditions.append(ready(each, where, partial(kind_of, form.dialect, level), overlay))
        except ValueError as error:
            problem(where, str(error), "correct the condition")
    return Compiled(form, level, tuple(conditions), overlay)


def _wrong_formats(segments: tuple[Segment, ...], where: tuple[str, ...]) -> Iterator[tuple[tuple[str, ...], str]]:
    """Formats that are no regular expressions."""
    for number, segment in enumerate(segments):
        here = (*where, str(number))
        elements = [((*here, "elements", key), one) for key, one in segment.elements.items()]
        if segment.pairs is not None:
            elements += [((*here, "pairs", "ids", key), one) for key, one in segment.pairs.ids.items()]
        for at, element in elements:
            inner = [((*at, "components", key), one) for key, one in element.components.items()]
            for place, one in ((at, element), *inner):
                try:
                    re.compile(one.format)
                except re.error as error:
                    yield (*place, "format"), f"`{one.format}` is no regular expression: {error}"
        yield from _wrong_formats(segment.segments, (*here, "segments"))


def kind_of(dialect: str, level: Level, one: Place) -> str:
    """The type of what stands at a place, as far as the guideline or the base guide tells."""
    if dialect == "edifact" and (one.tag, one.element, one.component) in AMOUNTS:
        return "R"
    for node in level.nodes():
        if node.tag != one.tag:
            continue
        for rule in node.rules:
            if rule.number == one.element:
                inner = next((each for each in rule.components if each.number == one.component), rule)
                return inner.type
    return ""
