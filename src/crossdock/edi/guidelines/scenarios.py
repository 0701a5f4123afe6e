"""Scenarios of a guideline: documents with one thing changed each, and what is to be found in them.

Those of business (changes, splits, rejects, many lines) are sound; those with a defect must be found out with exactly
its code. A scenario that a guideline leaves no room for (nothing with a check digit, no codes) is not made.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace

from crossdock.edi.guidelines.breaches import Breach, breaches, without
from crossdock.edi.guidelines.breaking import broken
from crossdock.edi.guidelines.chance import Chance
from crossdock.edi.guidelines.compiled import Compiled
from crossdock.edi.guidelines.conditions import Ready
from crossdock.edi.guidelines.draft import Draft, Line, read_items
from crossdock.edi.guidelines.form import Pack
from crossdock.edi.guidelines.generate import CannotGenerate, generate
from crossdock.edi.guidelines.overlay import get, put
from crossdock.edi.guidelines.places import Place
from crossdock.edi.guidelines.settled import settle
from crossdock.edi.guidelines.tree import Node, Rule
from crossdock.edi.guides import codes
from crossdock.edi.identifiers import fault_of
from crossdock.edi.kernel.faults import Fault

Spot = tuple[Line, Rule, int, int]
"""A value in a draft: its segment, rule, element and component."""
_STRANGE = ("#", "##", "#?#", "0-0", "ZZZ#")
_STRANGE_TAG = "ZZX"


@dataclass(frozen=True)
class Sign:
    """The fault by which a defect is known, where others may come with it."""

    code: str
    segment: str = ""
    element: int = 0
    detail: str = ""

    def of(self, fault: Fault) -> bool:
        """Is it this fault?"""
        return (
            fault.code == self.code
            and self.segment in ("", fault.segment_id)
            and self.element in (0, fault.element)
            and self.detail in ("", fault.detail)
        )


@dataclass(frozen=True)
class Scenario:
    """A document by name, and the codes that must be found in it; none: it is sound. With a sign, this fault must be
    among what is found."""

    name: str
    words: str
    data: bytes
    expected: tuple[str, ...] = ()
    sign: Sign | None = None


Maker = Callable[["Workshop"], Iterator[Scenario]]


class Workshop:
    """Where the scenarios of one guideline are made."""

    def __init__(self, compiled: Compiled, pack: Pack, seed: int) -> None:
        self.compiled = compiled
        self.pack = pack
        self.seed = seed
        self.chance = Chance(f"{seed}/{compiled.form.partner}/{compiled.document}")
        self.sound = generate(compiled, pack, seed)

    @property
    def edifact(self) -> bool:
        """Is it a message of EDIFACT?"""
        return self.compiled.form.dialect == "edifact"

    def changed(self, name: str, words: str, code: str, change: Callable[[Draft], None]) -> Scenario:
        """The sound document with a change."""
        draft = self.sound.copy()
        change(draft)
        return Scenario(name, words, draft.bytes(), (code,) if code else ())

    def spots(self, wanted: Callable[[Rule], bool]) -> Iterator[tuple[int, Rule, int, int]]:
        """The described values of the sound document that are wanted, and that no condition asks for."""
        asked = {(one.tag, one.element) for each in self.compiled.conditions for one in _asked(each) if one.element}
        for number, line in enumerate(self.sound.lines):
            for rule, element, component in _rules(line):
                tested = line.node is not None and any(test.element == element for test in line.node.place.tests)
                if not tested and (line.tag, element) not in asked and wanted(rule):
                    yield number, rule, element, component


def _asked(each: Ready) -> tuple[Place, ...]:
    """Everything that a condition looks at."""
    return (*each.places, each.at, *(each.amount.counted if each.amount else ()))


def _rules(line: Line) -> Iterator[tuple[Rule, int, int]]:
    """What is said in a segment, and by which rules."""
    node = line.node
    if node is None:
        return
    for rule in node.rules:
        for one in rule.components or (rule,):
            component = one.number if rule.components else 0
            if one.described and get(line.cells, Place(line.tag, (), rule.number, component)):
                yield one, rule.number, component
    if node.form.pairs is not None:
        for element in range(node.form.pairs.first, len(line.cells) - 1, 2):
            found = node.pairs.get(line.cells[element][0])
            if found is not None:
                yield found, element + 1, 0


def scenarios(workshop: Workshop) -> Iterator[Scenario]:
    """All scenarios of a guideline. Raises `CannotGenerate`."""
    for make in _MAKERS:
        yield from make(workshop)


def lines(workshop: Workshop) -> Iterator[Scenario | Breach]:
    """Each line of the guideline broken by itself; breaches that cannot be tried as they are."""
    for each in breaches(workshop.sound):
        if each.change is None:
            yield each
        else:
            made = workshop.changed(each.name, f"{each.line} broken", each.code, each.change)
            yield replace(made, sign=Sign(each.code, each.segment, each.element))


def scenario(compiled: Compiled, pack: Pack, name: str, seed: int = 0) -> Scenario:
    """One scenario by name. Raises `CannotGenerate`, which names those there are."""
    workshop = Workshop(compiled, pack, seed)
    found = {each.name: each for each in scenarios(workshop)}
    if name not in found and ":" in name:
        found |= {each.name: each for each in lines(workshop) if isinstance(each, Scenario)}
    if name in found:
        return found[name]
    named = ", ".join(each for each in found if ":" not in each)
    words = f"there is no scenario {name!r} of {compiled.document}; there are {named}"
    raise CannotGenerate(f"{words}, and one for each line, such as PO1.02:element_missing")


def _sound(workshop: Workshop) -> Iterator[Scenario]:
    compiled, pack, seed = workshop.compiled, workshop.pack, workshop.seed
    yield Scenario("valid", "everything that the guideline describes", workshop.sound.bytes())
    minimal = generate(compiled, pack, seed, minimal=True)
    yield Scenario("minimal", "only what must be there", minimal.bytes())
    many = generate(compiled, pack, seed, lines=20)
    if len(many.lines) > len(workshop.sound.lines):
        yield Scenario("many_lines", "twenty lines", many.bytes())


_ANSWERS = {"ACK": (1, "answer"), "BAK": (2, "acknowledgement"), "POC": (2, "line_change")}
_NAMES = {
    "changed": "changes", "rejected": "rejects", "backordered": "backorders", "substituted": "substitutes",
    "accepted": "accepts", "add": "adds", "change": "changes", "cancel": "cancels",
}  # fmt: skip


def _business(workshop: Workshop) -> Iterator[Scenario]:
    """Answers and changes of every kind that the guideline has codes for."""
    seen = set()
    for number, line in enumerate(workshop.sound.lines):
        element, name = _ANSWERS.get(line.tag, (0, ""))
        rule = next((each for each in line.node.rules if each.number == element), None) if line.node else None
        if rule is None or not element:
            continue
        for code in rule.codes:
            kind = codes(name).get(code, "")
            if kind and (line.tag, kind) not in seen:
                seen.add((line.tag, kind))
                said = f"{_NAMES[kind]}_{line.tag.lower()}"
                words = f"{line.tag}{element:02d} {code}: {rule.codes[code] or kind}"
                made = workshop.changed(said, words, "", _setting(number, element, 0, code))
                if _keeps(workshop, made):
                    yield made


def _splits(workshop: Workshop) -> Iterator[Scenario]:
    """A line in two parts: two answers, two schedules, two quantities to several places."""
    for number, line in enumerate(workshop.sound.lines):
        if line.tag in ("ACK", "SCH", "SDQ", "QTY") and line.node is not None and line.node.most > 1:

            def split(draft: Draft, number: int = number) -> None:
                again = draft.copy().lines[number]
                draft.lines.insert(number + 1, again)
                settle(draft)

            made = workshop.changed("split", f"two {line.tag} for one line", "", split)
            if _keeps(workshop, made):
                yield made
                return


def _keeps(workshop: Workshop, made: Scenario) -> bool:
    """Other conditions of the guideline may forbid what its codes allow."""
    return not any(workshop.compiled.faults(each) for each in read_items(made.data, workshop.compiled.form.dialect))


def _setting(number: int, element: int, component: int, value: str) -> Callable[[Draft], None]:
    return lambda draft: put(draft.lines[number].cells, element, component, value)


def _one(
    workshop: Workshop,
    name: str,
    words: str,
    code: str,
    wanted: Callable[[Rule], bool],
    bad: Callable[[Rule, str], str],
) -> Iterator[Scenario]:
    """The first value of a kind, spoilt."""
    for number, rule, element, component in workshop.spots(wanted):
        line = workshop.sound.lines[number]
        if code == "element_missing" and len(line.cells) == 2 and not component:
            continue  # the segment were empty, which is another fault
        was = get(line.cells, Place(line.tag, (), element, component))
        value = bad(rule, was)
        if value or code == "element_missing":
            said = f"{words}: {line.tag}{element:02d} {value!r}" if value else f"{words}: {line.tag}{element:02d}"
            yield workshop.changed(name, said, code, _setting(number, element, component, value))
            return


def _values(workshop: Workshop) -> Iterator[Scenario]:
    yield from _one(
        workshop, "missing_element", "a mandatory element is empty", "element_missing",
        lambda rule: rule.mandatory and bool(rule.number) and not rule.require, lambda rule, was: "",
    )  # fmt: skip
    yield from _one(
        workshop, "too_long", "longer than the partner takes", "element_too_long",
        lambda rule: _free(rule) and rule.longest < 200, _longer,
    )  # fmt: skip
    yield from _one(
        workshop, "too_short", "shorter than the partner takes", "element_too_short",
        lambda rule: _free(rule) and rule.shortest > 1, lambda rule, was: was[: rule.shortest - 1],
    )  # fmt: skip
    yield from _one(
        workshop, "unknown_code", "a code that the partner does not use", "code_unknown",
        lambda rule: bool(rule.codes) and not rule.require, lambda rule, was: "Z#"[: max(1, min(len(was), 2))],
    )  # fmt: skip
    yield from _one(
        workshop, "wrong_constant", "another value than the partner wants", "code_unknown",
        lambda rule: bool(rule.value), lambda rule, was: f"{was[:-1]}#",
    )  # fmt: skip
    yield from _one(
        workshop, "bad_date", "no day of any month", "date_invalid",
        lambda rule: rule.type == "DT" and not rule.codes, _no_day,
    )  # fmt: skip
    yield from _one(
        workshop, "bad_number", "no number", "number_invalid",
        lambda rule: rule.type in ("N0", "N2", "R") and not rule.codes, lambda rule, was: f"{was[:-1]}X",
    )  # fmt: skip
    yield from _one(
        workshop, "bad_format", "not of the form that the partner wants", "guideline_format",
        lambda rule: rule.format is not None and not rule.codes, _of_another_form,
    )  # fmt: skip
    yield from _one(
        workshop, "wrong_check_digit", "a check digit that does not follow", "check_digit_wrong",
        lambda rule: rule.check not in ("", "unit") and not rule.codes, _wrong_digit,
    )  # fmt: skip
    yield from _one(
        workshop, "unknown_unit", "no unit of measure", "unit_unknown",
        lambda rule: rule.check == "unit" and not rule.codes, lambda rule, was: "Z#",
    )  # fmt: skip


def _no_day(rule: Rule, was: str) -> str:
    """Where the year stands last or has two digits, 99 at the end is one."""
    return re.sub("[0-9]", "9", was) if rule.reformed else was[:-2] + "99"


def _free(rule: Rule) -> bool:
    return not (rule.codes or rule.value or rule.format or rule.check or rule.type in ("DT", "TM"))


def _longer(rule: Rule, was: str) -> str:
    filled = (was + "0" * rule.longest)[: rule.longest + 1]
    return filled if rule.type in ("N0", "N2", "R") else filled.replace(" ", "X")


def _of_another_form(rule: Rule, was: str) -> str:
    assert rule.format is not None
    for each in _STRANGE:
        value = (each * rule.longest)[: max(rule.shortest, min(rule.longest, len(each)))]
        if not rule.format.fullmatch(value):
            return value
    return ""


def _wrong_digit(rule: Rule, was: str) -> str:
    for digit in "0123456789":
        value = was[:-1] + digit
        if rule.check and fault_of(rule.check, value)[0] == "check_digit_wrong":
            return value
    return ""


def _segments(workshop: Workshop) -> Iterator[Scenario]:
    lines = workshop.sound.lines
    spoken = {one.tag for each in workshop.compiled.conditions for one in _asked(each)}
    yield from _missing(workshop, spoken)
    for number, line in enumerate(lines):
        node = line.node
        if node is None:
            continue
        if node.form.max == 1 and node.level is None and line.tag not in spoken and _alone(workshop, node):
            words = f"{node.label} comes twice"
            yield workshop.changed("repeated_segment", words, "segment_repeated", _doubling(number))
            break
    if workshop.compiled.form.others != "ignored":
        yield workshop.changed(
            "unexpected_segment", f"{_STRANGE_TAG}, which nobody knows", "segment_unexpected",
            lambda draft: draft.lines.insert(1, Line(None, [[_STRANGE_TAG], ["1"]])),
        )  # fmt: skip
    yield from _ids(workshop)


def _alone(workshop: Workshop, node: Node) -> bool:
    """Is there no other node that a second segment of this kind could be?"""
    others = [each for each in workshop.compiled.level.nodes() if each.tag == node.tag and each is not node]
    return not others


def _doubling(number: int) -> Callable[[Draft], None]:
    return lambda draft: draft.lines.insert(number + 1, draft.copy().lines[number])


def _missing(workshop: Workshop, spoken: set[str]) -> Iterator[Scenario]:
    lines = workshop.sound.lines
    roots = [node for group in workshop.compiled.level.groups for node in group.nodes]
    for node in roots:
        there = [number for number, line in enumerate(lines) if line.node is node]
        if not there or node.level is not None or node.tag in spoken:
            continue
        if any(rule.require for rule in node.rules):
            continue
        if node.mandatory:
            words = f"{node.label} is missing"
            yield workshop.changed("missing_segment", words, "segment_missing", without(node))
            break
    for node in workshop.compiled.level.nodes():
        rule = next((each for each in node.rules if each.require), None)
        if rule is None or node.tag in spoken or (node.mandatory and len(rule.require) == 1 and node.most == 1):
            continue
        code = rule.require[0]
        words = f"no {node.tag}{rule.number:02d} {code} comes"
        yield workshop.changed(
            "missing_qualifier", words, "guideline_qualifier_missing", without(node, rule.number, code)
        )
        break


def _ids(workshop: Workshop) -> Iterator[Scenario]:
    """An id that must come does not."""
    for number, line in enumerate(workshop.sound.lines):
        pairs = line.node.form.pairs if line.node is not None else None
        if pairs is None or line.node is None:
            continue
        for element in range(pairs.first, len(line.cells), 2):
            code = line.cells[element][0]
            if line.node.pairs[code].mandatory:
                words = f"no {line.node.pairs[code].name or code} in {line.tag}"

                def change(draft: Draft, number: int = number, element: int = element) -> None:
                    del draft.lines[number].cells[element : element + 2]

                yield workshop.changed("missing_id", words, "guideline_id_missing", change)
                return


def _conditions(workshop: Workshop) -> Iterator[Scenario]:
    """Each condition broken."""
    for each in workshop.compiled.conditions:
        draft = broken(workshop.sound, each)
        if draft is not None:
            code = "guideline_amount" if each.amount else "guideline_condition"
            sign = Sign(code, detail=each.words)
            yield Scenario(f"condition_{each.number}", each.words, draft.bytes(), (code,), sign)


def _envelope(workshop: Workshop) -> Iterator[Scenario]:
    """What goes wrong around a document, whatever it says."""
    sound = workshop.sound.bytes()
    size = len(workshop.sound.lines) + 2
    if workshop.edifact:
        count, control, end = f"UNT+{size}+", b"UNZ+1+", b"UNZ"
    else:
        count, control, end = f"SE*{size}*", b"IEA*1*", b"IEA"
    wrong = f"{count[: -len(str(size)) - 1]}{size + 1}{count[-1]}"
    spoilt = sound.replace(count.encode(), wrong.encode())
    yield Scenario("wrong_count", "the trailer counts one segment too many", spoilt, ("set_count_mismatch",))
    at = sound.index(control) + len(control)
    other = sound[:at] + (b"999999999" if not workshop.edifact else b"999999") + _rest(sound, at)
    yield Scenario("wrong_control_number", "the trailer has another control number", other,
                   ("interchange_control_mismatch",))  # fmt: skip
    cut = sound[: sound.index(end)]
    yield Scenario("cut_off", "the interchange has no trailer", cut, ("interchange_unclosed",))
    yield Scenario(
        "duplicate", "the same document twice under one number", _doubled(workshop), ("set_control_repeated",)
    )


def _rest(data: bytes, at: int) -> bytes:
    ends = [found for mark in (b"~", b"'") if (found := data.find(mark, at)) >= 0]
    return data[min(ends) :]


def _doubled(workshop: Workshop) -> bytes:
    """Two sets under one control number."""
    twice = workshop.sound.bytes(times=2)
    form = workshop.compiled.form
    if workshop.edifact:
        size = len(workshop.sound.lines) + 2
        return twice.replace(f"UNH+2+{form.document}".encode(), f"UNH+1+{form.document}".encode()).replace(
            f"UNT+{size}+2".encode(), f"UNT+{size}+1".encode()
        )
    size = len(workshop.sound.lines) + 2
    return twice.replace(f"ST*{form.document}*0002".encode(), f"ST*{form.document}*0001".encode()).replace(
        f"SE*{size}*0002".encode(), f"SE*{size}*0001".encode()
    )


_MAKERS: tuple[Maker, ...] = (_sound, _business, _splits, _values, _segments, _conditions, _envelope)
