"""Makes up documents that keep to a guideline: the same ones for the same seed."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from decimal import ROUND_CEILING, ROUND_FLOOR, Decimal
from functools import partial

from crossdock.edi.guidelines.amounts import Ask, Nothing, number
from crossdock.edi.guidelines.cast import Cast, script
from crossdock.edi.guidelines.chance import Chance
from crossdock.edi.guidelines.compiled import Compiled
from crossdock.edi.guidelines.conditions import Ready, own
from crossdock.edi.guidelines.draft import DAY, Draft, Line
from crossdock.edi.guidelines.form import Pack
from crossdock.edi.guidelines.overlay import get
from crossdock.edi.guidelines.places import Place
from crossdock.edi.guidelines.placing import Placed, Placing, Surroundings
from crossdock.edi.guidelines.settled import LINES, SHARED, settle
from crossdock.edi.guidelines.tree import Group, Level, Node, Rule
from crossdock.edi.guidelines.values import Values
from crossdock.edi.guidelines.view import Row, View, view
from crossdock.edi.guidelines.walk import Walk, holds
from crossdock.edi.kernel.writing import CannotWrite

_TRIES = 60
"""So many documents are made until one keeps to every condition."""
_KINDS = 3
_CONDITIONAL = ("guideline_condition", "guideline_amount")
_COUNTED = ("PO1", "POC", "IT1", "LIN")
"""Their first element counts them."""
_PARTIES = ("N1", "NAD")
_UNITS = (("SDQ", 1),)
"""Codes that begin a segment and tell no kinds of it: all stores count in the unit of their line."""
Codes = dict[tuple[int, int], str]
"""Codes that a segment must have, by element and component."""


class CannotGenerate(ValueError):
    """No document was found that keeps to the guideline; the message says what it does not keep to. `conditions` are
    those that are to blame, where nothing else is."""

    def __init__(self, words: str, conditions: tuple[Ready, ...] = ()) -> None:
        super().__init__(words)
        self.conditions = conditions


def generate(compiled: Compiled, pack: Pack, seed: int = 0, *, minimal: bool = False, lines: int = 2) -> Draft:
    """A document that keeps to a guideline: with everything it describes, or with what must be alone. Raises
    `CannotGenerate`."""
    faults: list[str] = []
    """Of the attempt with the fewest."""
    blamed: list[tuple[Ready, ...]] = []
    for attempt in range(_TRIES):
        chance = Chance(f"{seed}/{attempt}/{compiled.form.partner}/{compiled.document}")
        draft = Draft(compiled, pack, DAY, control_number=seed % 9000 + 1)
        try:
            _Maker(draft, chance, minimal, lines, attempt).make()
            settle(draft)
            if mended(draft):
                settle(draft)
                mended(draft)
        except CannotWrite as problem:
            faults = faults or [str(problem)]
            continue
        found = compiled.faults(draft.item())
        if not found:
            return draft
        if not faults or len(found) < len(faults):
            faults = [str(each) for each in found]
        if all(each.code in _CONDITIONAL for each in found):
            blamed.append(tuple(each for each in compiled.conditions if not kept(draft, each)))
    words = f"no {compiled.document} of {compiled.form.partner} was found: {faults[0]}"
    raise CannotGenerate(words, min(blamed, key=len, default=()))


def kept(draft: Draft, condition: Ready) -> bool:
    """Does a draft keep to a condition?"""
    compiled = draft.compiled
    form = compiled.form
    walk = Walk(view(draft.item()), compiled.level, (condition,), form.others, form.dialect)
    return next(walk.conditional(), None) is None


class _Maker:
    """Makes the segments of one document."""

    def __init__(self, draft: Draft, chance: Chance, minimal: bool, lines: int, attempt: int) -> None:
        form = draft.compiled.form
        self.draft = draft
        self.minimal = minimal
        self.times = lines
        self.cast = Cast(chance, form.document, form.dialect, draft.day, attempt)
        self.values = Values(self.cast, chance, draft.day, form.dialect, usual=attempt == 0)
        self.usual: dict[str, list[int]] = script()[form.dialect].get("usual", {})
        self.levels: list[tuple[int, int]] = []
        """Of HL so far: which kind, and its number."""
        self.numbers: dict[str, int] = {}
        self.summed = {one.tag for each in draft.compiled.conditions for one in _parts_of(each)}
        """What adds up to something that must come."""

    def make(self) -> None:
        self._level(self.draft.compiled.level)

    def _level(self, level: Level) -> None:
        for group in level.groups:
            for kind, node in enumerate(group.nodes):
                for codes in self._wanted(group, node):
                    self._segment(node, codes, kind)

    def _wanted(self, group: Group, node: Node) -> Iterator[Codes]:
        """The passes that are made of a node, each with the codes it must have."""
        if node.never or (self.minimal and not (node.mandatory or _requires(node) or node.tag in self.summed)):
            return
        kinds = list(self._kinds(node))
        if kinds:
            yield from kinds[: node.most]
            return
        many = node.level is not None and node.mandatory and node.most > 1 and not self.minimal and not node.place.tests
        for _ in range(min(self.times, node.most) if many else 1):
            yield {}

    def _kinds(self, node: Node) -> Iterator[Codes]:
        """What comes several times comes in several kinds: those that must come, then others."""
        for rule, element, component in _qualifiers(node):
            if rule.require or (node.most > 1 and element == 1 and len(rule.codes) > 1 and not self.minimal):
                others = [code for code in rule.codes if code not in rule.require]
                more = 0 if self.minimal else max(0, _KINDS - len(rule.require))
                yield from ({(element, component): code} for code in (*rule.require, *others[:more]))
                return

    def _segment(self, node: Node, codes: Codes, kind: int) -> None:
        line = Line(node, [[node.tag]])
        self.draft.lines.append(line)
        for test in node.place.tests:
            self.draft.put(line, test.element, test.component, test.value)
        for (element, component), code in codes.items():
            self.draft.put(line, element, component, code)
        if node.tag in LINES:
            self.cast.next_item()
        self._fill(line, node)
        self._ids(line, node)
        self._numbered(line, kind)
        if len(line.cells) == 1:
            self._something(line, node)
        if node.level is not None:
            self._level(node.level)

    def _fill(self, line: Line, node: Node) -> None:
        """The elements: qualifiers first, since what others say depends on them."""
        met = node.tag not in _PARTIES
        rules = sorted(node.rules, key=lambda rule: not (rule.codes or rule.value or rule.type == "ID"))
        for rule in rules:
            if not met and rule.number > 1 and get(line.cells, Place(line.tag, (), 1)):
                met = bool(self.cast.meet(get(line.cells, Place(line.tag, (), 1))))
            if not self._left_out(rule, node):
                self._element(line, rule)
        if not self.minimal:
            for number in self.usual.get(node.tag, ()):
                if number > len(node.rules):
                    value = self.values.known(line.cells, Place(line.tag, (), number))
                    self.draft.put(line, number, 0, value)

    def _left_out(self, rule: Rule, node: Node) -> bool:
        if any(test.element == rule.number and not test.component for test in node.place.tests):
            return True
        if rule.mandatory or rule.require:
            return False
        if not rule.described:
            return self.minimal or rule.number not in self.usual.get(node.tag, ())
        return self.minimal or rule.unused or node.form.elements[_key(node, rule)].use == "C"

    def _element(self, line: Line, rule: Rule) -> None:
        draft = self.draft
        if not rule.components:
            at = Place(line.tag, (), rule.number)
            if not get(line.cells, at):
                draft.put(line, rule.number, 0, self.values.made_up(rule, line.cells, at))
            return
        for inner in sorted(rule.components, key=lambda one: not (one.codes or one.value)):
            at = Place(line.tag, (), rule.number, inner.number)
            if not get(line.cells, at) and (inner.mandatory or not (self.minimal or inner.unused)):
                draft.put(line, rule.number, inner.number, self.values.made_up(inner, line.cells, at))
        if rule.mandatory and not any("".join(parts) for parts in line.cells[rule.number : rule.number + 1]):
            first = next((one for one in rule.components if not one.unused), rule.components[0])
            at = Place(line.tag, (), rule.number, first.number)
            draft.put(line, rule.number, first.number, self.values.made_up(first, line.cells, at))

    def _ids(self, line: Line, node: Node) -> None:
        form = node.form.pairs
        if form is None:
            return
        element = form.first
        for code, rule in node.pairs.items():
            if rule.mandatory or not (self.minimal or rule.unused or form.ids[code].use == "C"):
                self.draft.put(line, element, 0, code)
                self.draft.put(line, element + 1, 0, self.values.id_of(rule, code, line.cells))
                element += 2

    def _numbered(self, line: Line, kind: int) -> None:
        """Lines and levels are numbered; a level stands under the last one of a kind before its own."""
        if line.tag == "HL":
            number = len(self.levels) + 1
            parent = next((last for of, last in reversed(self.levels) if of < kind), 0)
            self.levels.append((kind, number))
            self.draft.put(line, 1, 0, str(number))
            self.draft.put(line, 2, 0, str(parent) if parent else "")
        elif line.tag in _COUNTED:
            number = self.numbers[line.tag] = self.numbers.get(line.tag, 0) + 1
            rule = next((each for each in line.node.rules if each.number == 1), None) if line.node else None
            if rule is not None and not (rule.codes or rule.value or rule.format or rule.unused) and rule.longest < 999:
                self.draft.put(line, 1, 0, str(number).zfill(rule.shortest))

    def _something(self, line: Line, node: Node) -> None:
        """A segment says at least one thing."""
        rule = next((each for each in node.rules if not each.unused), None)
        element, component = rule.number if rule else 1, rule.components[0].number if rule and rule.components else 0
        at = Place(line.tag, (), element, component)
        if rule is None:
            value = self.values.known(line.cells, at) or "1"
        else:
            value = self.values.made_up(rule.components[0] if component else rule, line.cells, at)
        self.draft.put(line, element, component, value)


def _qualifiers(node: Node) -> Iterator[tuple[Rule, int, int]]:
    """What may tell one segment of a kind from another: elements, and the components of the first."""
    for rule in node.rules:
        if (node.tag, rule.number) not in _UNITS:
            yield rule, rule.number, 0
        if rule.number == 1:
            yield from ((inner, 1, inner.number) for inner in rule.components)


def _parts_of(each: Ready) -> Iterator[Place]:
    """What a quantity of its own segment is the sum of."""
    amount = each.amount
    if amount is not None and amount.sign == "==" and amount.left is not None and own(amount.left, each.at):
        yield from (one for one in amount.counted if one.element and one.tag in SHARED)


def _requires(node: Node) -> bool:
    return any(rule.require for rule in node.rules)


def _key(node: Node, rule: Rule) -> str:
    return next(key for key in node.form.elements if int(key) == rule.number)


def mended(draft: Draft, but: Ready | None = None) -> bool:
    """Comparisons that do not hold and have a place alone on their left get what they want there. Were there any?"""
    for times in range(3):
        broken = list(_broken(draft, but))
        if not broken:
            return times > 0
        for each, line, wanted in broken:
            assert each.amount is not None
            assert each.amount.left is not None
            draft.put(line, each.amount.left.element, each.amount.left.component, wanted)
    return True


def _broken(draft: Draft, but: Ready | None) -> Iterator[tuple[Ready, Line, str]]:
    item = draft.item()
    seen = view(item)
    # Of what must be a multiple the parts follow, once it is shared out again.
    whole = {each.amount.left for each in draft.compiled.conditions if each.amount and each.amount.nearest}
    placing = Placing(seen, draft.compiled.level, draft.compiled.form.others)
    around = Surroundings(placing)
    for placed in placing.placed:
        for each in draft.compiled.conditions:
            if each is but or each.amount is None or (each.amount.counted and each.amount.left in whole):
                continue
            if not seen.at(placed.row, each.at):
                continue
            if holds(each, seen, placed, around):
                continue
            wanted = _wanted(each, seen, placed, around, draft)
            if wanted:
                yield each, draft.lines[placed.position - 2], wanted


def _wanted(each: Ready, seen: View, placed: Placed, around: Surroundings, draft: Draft) -> str:
    """What the place on the left must say for a comparison to hold; empty where that cannot be told."""
    amount = each.amount
    if amount is None or amount.left is None or not own(amount.left, each.at):
        return ""

    def ask(one: Place) -> str:
        found = around.first(seen, placed, one)
        return seen.value(found.row, one.element, one.component) if found else ""

    def everything(one: Place) -> list[Ask]:
        return [partial(_value_of, seen, found.row) for found in around.all(seen, placed.instance, one)]

    form = partial(draft.compiled.overlay.form_of, at=each.at)
    if amount.day is not None:
        theirs, ours = form("date", amount.day), form("date", amount.left)
        day = theirs.inward(ask(amount.day)) if theirs else ask(amount.day)
        return ours.outward(day) if ours and ours.outward else day
    agreed = form("decimals", amount.left)
    implied = agreed.places if agreed else 2 if kind_of(draft.compiled, amount.left) == "N2" else 0
    try:
        if amount.right is not None:
            change = {">": Decimal(1), "<": Decimal(-1), "!=": Decimal(1)}.get(amount.sign, Decimal(0))
            wanted = amount.right(ask, everything) + change
        elif amount.nearest is not None:
            wanted = amount.nearest(number(ask(amount.left), implied), ask, everything)
        else:
            return ""
    except Nothing:
        return ""
    if implied:
        rounded = ROUND_FLOOR if amount.sign in ("<", "<=") else ROUND_CEILING
        wanted = wanted.scaleb(implied).to_integral_value(rounded)
    return f"{wanted.normalize():f}"


def _value_of(seen: View, row: Row, one: Place) -> str:
    return seen.value(row, one.element, one.component)


def kind_of(compiled: Compiled, place: Place) -> str:
    """The type of what stands at a place."""
    return next(iter(_types(compiled.level.nodes(), place)), "")


def _types(nodes: Iterator[Node], place: Place) -> Sequence[str]:
    return [
        rule.type
        for node in nodes
        if node.tag == place.tag
        for rule in node.rules
        if rule.number == place.element and not rule.components
    ]
