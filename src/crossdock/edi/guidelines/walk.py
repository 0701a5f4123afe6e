"""Holds a set against a guideline segment by segment, to say what is wrong and where, in the partner's own words."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from functools import partial

from crossdock.edi.guidelines.amounts import Ask
from crossdock.edi.guidelines.conditions import Ready, holds_by
from crossdock.edi.guidelines.places import Place
from crossdock.edi.guidelines.placing import Placed, Placing, Surroundings
from crossdock.edi.guidelines.tree import Level, Node, Rule
from crossdock.edi.guidelines.view import Row, View
from crossdock.edi.identifiers import fault_of
from crossdock.edi.kernel.faults import Fault
from crossdock.edi.x12.envelope import as_date

_WHOLE = re.compile(r"-?[0-9]+\Z")
_NUMBER = re.compile(r"-?(?:[0-9]+[.,]?[0-9]*|[.,][0-9]+)\Z")
_TIME = re.compile(r"(?:[01][0-9]|2[0-3])[0-5][0-9](?:[0-5][0-9](?:[0-9]{1,2})?)?\Z")
_NOT_DIGITS = str.maketrans("", "", "-.,")
_NO = {"date_invalid": "no day", "time_invalid": "no time of day", "number_invalid": "no number"}
_SIZES = ("element_too_long", "element_too_short")
"""What breaks a length; one that the partner states refuses, one of the base guide warns."""
_MOST_NAMED = 12
"""So many codes are listed in a sentence."""
Wrong = tuple[str, str]
"""Code and words; both empty: nothing is wrong."""
NOTHING: Wrong = ("", "")


class Walk:
    """One set held against one guideline."""

    def __init__(self, view: View, level: Level, conditions: Sequence[Ready], others: str, dialect: str) -> None:
        self.view = view
        self.conditions = conditions
        self.dialect = dialect
        self.placing = Placing(view, level, others)

    def faults(self) -> Iterator[Fault]:
        """Everything that is wrong: places, then values, then conditions."""
        for code, position, element, words, severity in self.placing.findings:
            found = self.view.fault(code, position, element, 0, words, severity)
            if code == "segment_missing":
                found = replace(found, segment_id=words.rpartition(": ")[2][:3].rstrip("[ )"))
            yield found
        for placed in self.placing.placed:
            yield from self._segment(placed)
        if self.conditions:
            yield from self.conditional()

    def _segment(self, placed: Placed) -> Iterator[Fault]:
        if len(placed.row) == 1:
            yield self.view.fault("segment_empty", placed.position)
        for rule in placed.node.rules:
            if rule.described:
                yield from self._element(placed, rule)
        if placed.node.form.pairs is not None:
            yield from self._pairs(placed)

    def _element(self, placed: Placed, rule: Rule) -> Iterator[Fault]:
        if not rule.components:
            yield from self._value(placed, rule, rule.number, 0, self.view.value(placed.row, rule.number))
            return
        if not self.view.value(placed.row, rule.number):
            if rule.mandatory:
                words = f"{rule.name or _named(placed, rule.number)} is missing"
                yield self._fault(placed, rule, rule.number, 0, "element_missing", words)
            return
        for inner in rule.components:
            value = self.view.value(placed.row, rule.number, inner.number)
            yield from self._value(placed, inner, rule.number, inner.number, value)

    def _value(self, placed: Placed, rule: Rule, element: int, component: int, value: str) -> Iterator[Fault]:
        if not value:
            if rule.mandatory:
                words = f"{rule.name or _named(placed, element, component)} is missing"
                yield self._fault(placed, rule, element, component, "element_missing", words)
            return
        code, words = wrong_with(self._agreed(placed, rule), value, self.dialect, _named(placed, element, component))
        if code:
            yield self._fault(placed, rule, element, component, code, words)

    def _agreed(self, placed: Placed, rule: Rule) -> Rule:
        """The rule with those forms only that are agreed for this segment."""
        if not any(each.at.tests for each in rule.agreed):
            return rule
        here = [each for each in rule.agreed if self.view.at(placed.row, Place(each.at.tag, each.at.tests))]
        return replace(rule, agreed=tuple(here))

    def _fault(self, placed: Placed, rule: Rule, element: int, component: int, code: str, words: str) -> Fault:
        said = rule.says or placed.node.form.says
        severity = rule.severity or placed.node.form.severity or ("error" if rule.sized and code in _SIZES else None)
        return self.view.fault(
            code, placed.position, element, component, f"{said} ({words})" if said else words, severity
        )

    def _pairs(self, placed: Placed) -> Iterator[Fault]:
        node, row = placed.node, placed.row
        form = node.form.pairs
        assert form is not None
        seen = set()
        for element in range(form.first, len(row), 2):
            qualifier, value = self.view.value(row, element), self.view.value(row, element + 1)
            if element >= form.first + 2 * form.most:
                words = f"at most {form.most} ids come with {node.tag}"
                yield self.view.fault("element_surplus", placed.position, element, 0, words)
                break
            if not qualifier and not value:
                continue
            rule = node.pairs.get(qualifier)
            seen.add(qualifier)
            if rule is None:
                known = _listed({code: one.name for code, one in node.pairs.items()})
                words = f"{qualifier[:20]!r} is not one of {known}"
                yield self.view.fault("code_unknown", placed.position, element, 0, words, node.form.severity or None)
            elif not value and rule.mandatory:
                yield self._fault(
                    placed, rule, element + 1, 0, "element_missing", f"{rule.name or 'the id'} is missing"
                )
            elif not value:
                # Many partners leave a qualifier without id; nothing is lost by reading on.
                words = f"{qualifier} comes without its id"
                severity = rule.severity or "warning"
                yield self.view.fault("element_condition", placed.position, element, 0, words, severity)
            else:
                yield from self._value(placed, rule, element + 1, 0, value)
        for qualifier, rule in node.pairs.items():
            if rule.mandatory and qualifier not in seen:
                words = f"no {rule.name or 'id'} ({qualifier}) comes with {node.tag}"
                yield self._fault(placed, rule, form.first, 0, "guideline_id_missing", words)

    def conditional(self) -> Iterator[Fault]:
        """The conditions that do not hold, where they do not."""
        around = Surroundings(self.placing)
        for placed in self.placing.placed:
            if placed.surplus:
                continue
            for each in self.conditions:
                if self.view.at(placed.row, each.at) and not holds(each, self.view, placed, around):
                    code = "guideline_amount" if each.amount else "guideline_condition"
                    severity = each.form.severity or None
                    yield self.view.fault(code, placed.position, each.element, 0, each.words, severity)


def holds(each: Ready, view: View, placed: Placed, around: Surroundings) -> bool:
    """Does a condition hold for a segment?"""

    def ask(one: Place) -> str:
        found = around.first(view, placed, one)
        return view.value(found.row, one.element, one.component) if found else ""

    def everything(one: Place) -> list[Ask]:
        return [partial(_value_of, view, found.row) for found in around.all(view, placed.instance, one)]

    return holds_by(each, ask, everything)


def _value_of(view: View, row: Row, one: Place) -> str:
    return view.value(row, one.element, one.component)


def _named(placed: Placed, element: int, component: int = 0) -> str:
    """How a place is called that has no name: `ITD02`, `DTM01-2`."""
    return f"{placed.node.tag}{element:02d}" + (f"-{component}" if component else "")


def wrong_with(rule: Rule, value: str, dialect: str, where: str = "the value") -> Wrong:
    """The code and words of what is wrong with a value that is there; `where` stands for a rule without a name."""
    name = rule.name or where
    if rule.unused:
        return "guideline_element_unused", f"{name} is not used, and {value[:40]!r} stands there"
    if rule.value and value != rule.value:
        return "code_unknown", f"{name}: {value[:40]!r} stands where {rule.value!r} belongs"
    if rule.codes and value not in rule.codes:
        return "code_unknown", f"{name}: {value[:40]!r} is not one of {_listed(rule.codes)}"
    # What is listed is right as it stands, whatever its length.
    code = "" if rule.value or rule.codes else _typed(rule, value)
    if code:
        return code, f"{name}: {value[:40]!r} is {_NO.get(code) or 'not ' + _wanted(rule)}"
    if rule.format is not None and not rule.format.fullmatch(value):
        return "guideline_format", f"{name}: {value[:40]!r} is not of the form {rule.format.pattern}"
    return fault_of(rule.check, rule.read(value), dialect) if rule.check else NOTHING


def _typed(rule: Rule, value: str) -> str:
    """The code of what is wrong with the form of a value, or nothing."""
    if rule.type in ("N0", "N2", "R"):
        if not (_NUMBER if rule.type == "R" else _WHOLE).match(value):
            return "element_character" if _NUMBER.match(value) else "number_invalid"
        return _sized(rule, len(value.translate(_NOT_DIGITS)))
    if rule.type == "DT" and any(each.verb == "date" for each in rule.agreed):
        # A year of two digits is read by the form that is agreed or not at all.
        read = rule.read(value)
        size = _sized(rule, len(value)) if rule.sized else ""
        return size or ("" if len(read) == 8 and as_date(read) else "date_invalid")
    if rule.type == "DT":
        return _sized(rule, len(value)) or ("" if as_date(value) else "date_invalid")
    if rule.type == "TM":
        return "" if _TIME.match(value) else "time_invalid"
    if any(character < " " or character == "\x7f" for character in value):
        return "element_character"
    return _sized(rule, len(value if rule.sized else rule.read(value)))


def _sized(rule: Rule, size: int) -> str:
    return "element_too_long" if size > rule.longest else "element_too_short" if size < rule.shortest else ""


def _wanted(rule: Rule) -> str:
    kinds = {"DT": "a date", "TM": "a time", "R": "a number", "N0": "a whole number", "N2": "a whole number"}
    size = f"{rule.shortest}" if rule.shortest == rule.longest else f"{rule.shortest} to {rule.longest}"
    return f"{kinds.get(rule.type, 'text')} of {size} characters"


def _listed(codes: dict[str, str]) -> str:
    named = [f"{code} ({words})" if words else code for code, words in codes.items()]
    more = len(named) - _MOST_NAMED
    return ", ".join(named[:_MOST_NAMED]) + (f" and {more} more" if more > 0 else "")


def without_repetitions(faults: Sequence[Fault]) -> list[Fault]:
    """Each fault once, in the order of the segments."""
    return sorted(dict.fromkeys(faults), key=lambda each: (each.position, each.element))


def nodes_with_values(level: Level) -> Iterator[tuple[Node, Rule, int, int]]:
    """Every rule that only a look at the value can judge, with its element and component; pairs have element 0."""
    for node in level.nodes():
        for rule in node.rules:
            inner = [(each, rule.number, each.number) for each in rule.components] or [(rule, rule.number, 0)]
            yield from ((node, one, element, component) for one, element, component in inner if judged(one))
        yield from ((node, one, 0, 0) for one in node.pairs.values() if judged(one))


def judged(rule: Rule) -> bool:
    """Is a look at the value needed, beside its form?"""
    return bool(rule.format is not None or rule.check or rule.reformed)
