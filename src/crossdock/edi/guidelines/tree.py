"""A guideline made ready: its segments as a tree of levels, each element's rule joined with that of the base guide."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property

from crossdock.edi.guidelines.form import Check, Element, Said, Segment, Type
from crossdock.edi.guidelines.overlay import Value
from crossdock.edi.guidelines.places import Place, place
from crossdock.edi.guides import SegmentRule, segment_rules

Where = tuple[str, ...]
UNLIMITED = 1 << 20
_LONGEST_ID = 48
_LONGEST = 4096
"""Of a value that nobody limits."""


@dataclass(frozen=True, slots=True)
class Rule:
    """What may stand in one element, or component. `described` by the guideline, else only by the base guide."""

    number: int
    name: str
    mandatory: bool = False
    unused: bool = False
    type: Type | str = ""
    shortest: int = 1
    longest: int = _LONGEST
    codes: dict[str, str] = field(default_factory=dict)
    require: tuple[str, ...] = ()
    value: str = ""
    format: re.Pattern[str] | None = None
    check: Check = ""
    example: str = ""
    says: str = ""
    severity: Said = ""
    components: tuple[Rule, ...] = ()
    described: bool = True
    where: Where = ()
    sized: bool = False
    """Does the guideline itself state the length?"""
    agreed: tuple[Value, ...] = ()
    """In which other form than ours the partner writes it, by the overlay; with tests, where only some segments do."""

    @property
    def reformed(self) -> bool:
        """Is it read before its form is judged? Numbers of implied decimals are numbers either way."""
        return any(each.verb != "decimals" for each in self.agreed)

    def read(self, value: str) -> str:
        """A value of the partner's form in ours."""
        for each in self.agreed:
            value = each.inward(value)
        return value

    def written(self, value: str) -> str:
        """A value of our form in the partner's. Raises `CannotWrite` for one that has none there."""
        for each in reversed(self.agreed):
            value = each.outward(value) if each.outward else value
        return value


@dataclass(eq=False)
class Node:
    """One segment of the guideline. `level` holds what stands below it, where it opens a loop."""

    place: Place
    form: Segment
    where: Where
    rules: tuple[Rule, ...]
    """In the order of the elements, from 1."""
    pairs: dict[str, Rule]
    base: SegmentRule | None
    level: Level | None = None

    @property
    def tag(self) -> str:
        """The segment's id."""
        return self.place.tag

    @property
    def mandatory(self) -> bool:
        """Must it come?"""
        return self.form.use == "M"

    @property
    def most(self) -> int:
        """How often it may come."""
        return self.form.max or UNLIMITED

    @property
    def label(self) -> str:
        """How a person is told of it: `REF[01=DP] Department`."""
        return f"{self.place} {self.form.name}".rstrip()

    def nodes(self) -> Iterator[Node]:
        """This one and everything below it."""
        yield self
        if self.level is not None:
            yield from self.level.nodes()

    @property
    def never(self) -> bool:
        """Does the partner not want to see it?"""
        return self.form.use == "X"

    @cached_property
    def tags(self) -> frozenset[str]:
        """Its own tag and all below it."""
        return frozenset(node.tag for node in self.nodes())


@dataclass(slots=True, eq=False)
class Group:
    """Neighbours of the same tag: they come in any order, told apart by what stands in them."""

    tag: str
    nodes: list[Node]


@dataclass(slots=True, eq=False)
class Level:
    """What may follow one another, in order."""

    groups: list[Group]
    index: dict[str, list[int]]

    def nodes(self) -> Iterator[Node]:
        """Every node, in order."""
        for group in self.groups:
            for node in group.nodes:
                yield from node.nodes()


def level_of(segments: tuple[Segment, ...], dialect: str, where: Where = ("segments",)) -> Level:
    """The level that some segments make."""
    groups: list[Group] = []
    for number, form in enumerate(segments):
        node = _node(form, dialect, (*where, str(number)))
        if not groups or groups[-1].tag != node.tag:
            groups.append(Group(node.tag, []))
        groups[-1].nodes.append(node)
    index: dict[str, list[int]] = {}
    for number, group in enumerate(groups):
        index.setdefault(group.tag, []).append(number)
    return Level(groups, index)


def _node(form: Segment, dialect: str, where: Where) -> Node:
    at = place(form.segment)
    base = segment_rules().get(at.tag) if dialect == "x12" else None
    pairs = {}
    if form.pairs is not None:
        ids = form.pairs.ids
        pairs = {code: _id(one, (*where, "pairs", "ids", code)) for code, one in ids.items()}
    node = Node(at, form, where, tuple(_rules(form, base, where)), pairs, base)
    if form.segments:
        node.level = level_of(form.segments, dialect, (*where, "segments"))
    return node


def _id(form: Element, where: Where) -> Rule:
    """The rule of an id that stands behind its qualifier."""
    made = _rule(0, form, None, "AN", where)
    return made if form.length else replace(made, longest=_LONGEST_ID)


def _rules(form: Segment, base: SegmentRule | None, where: Where) -> Iterator[Rule]:
    """The rules of all elements up to the last that anybody describes."""
    described = {int(number): (number, one) for number, one in form.elements.items()}
    last = max([*described, len(base.elements) if base else 0], default=0)
    if form.pairs is not None:
        last = min(last, form.pairs.first - 1)
    for number in range(1, last + 1):
        ours = base.elements[number - 1] if base is not None and number <= len(base.elements) else None
        if number in described:
            key, one = described[number]
            made = _rule(number, one, ours.name if ours else None, ours.type if ours else "", (*where, "elements", key))
            if ours is not None and not one.length and _alike(made.type, ours.type):
                made = replace(made, shortest=ours.shortest, longest=ours.longest)
            yield made
        elif ours is not None:
            yield Rule(
                number, ours.name, ours.mandatory, type=ours.type, shortest=ours.shortest, longest=ours.longest,
                described=False,
            )  # fmt: skip
        else:
            yield Rule(number, "", described=False)


def agree(level: Level, forms: Sequence[Value]) -> None:
    """Tell the rules of a level in which form the partner writes what they judge. What is listed is in it already."""
    for node in level.nodes():
        node.rules = tuple(_agreed(rule, node.place, rule.number, 0, forms) for rule in node.rules)


def _agreed(rule: Rule, at: Place, element: int, component: int, forms: Sequence[Value]) -> Rule:
    if rule.components:
        inner = tuple(_agreed(one, at, element, one.number, forms) for one in rule.components)
        return replace(rule, components=inner)
    if rule.codes or rule.value:
        return rule
    here = Place(at.tag, (), element, component)
    found = [each for each in forms if each.means(here, each.at.tests) and not apart(each.at, at)]
    sure = [replace(each, at=here) if set(each.at.tests) <= set(at.tests) else each for each in found]
    return replace(rule, agreed=tuple(sure)) if sure else rule


def apart(one: Place, other: Place) -> bool:
    """Do two places want different values of the same element?"""
    wanted = {(each.element, each.component): each.value for each in one.tests}
    return any(wanted.get((each.element, each.component), each.value) != each.value for each in other.tests)


def _alike(kind: str, base: str) -> bool:
    """Do lengths of the one mean lengths of the other? A date has its own."""
    return kind == base or not {kind, base} & {"DT", "TM", "C"}


def _rule(number: int, form: Element, name: str | None, kind: str, where: Where) -> Rule:
    shortest, longest = _length(form)
    components = tuple(
        sorted(
            (_rule(int(key), one, None, "", (*where, "components", key)) for key, one in form.components.items()),
            key=lambda each: each.number,
        )
    )
    # A rule that the base guide calls a number or a date stays one only where the guideline leaves its form alone.
    kind = form.type or ("" if form.format and kind in ("DT", "TM") else kind)
    if kind == "C":
        kind = ""
    return Rule(
        number, form.name or name or "", form.use == "M", form.use == "X", kind, shortest, longest, form.codes,
        form.require, form.value, _compiled(form.format), form.check, form.example,
        form.says, form.severity, components, where=where, sized=bool(form.length),
    )  # fmt: skip


def _compiled(text: str) -> re.Pattern[str] | None:
    """The expression; None of what is none, which is told when the guideline is compiled."""
    try:
        return re.compile(text) if text else None
    except re.error:
        return None


def made_rule(form: Element) -> Rule:
    """The rule of an element, without what the base guide adds."""
    return _rule(0, form, None, "", ())


def _length(form: Element) -> tuple[int, int]:
    if not form.length:
        return (8, 8) if form.type == "DT" else (4, 8) if form.type == "TM" else (1, _LONGEST)
    first, dots, last = form.length.partition("..")
    return max(1, int(first)), int(last if dots else first)
