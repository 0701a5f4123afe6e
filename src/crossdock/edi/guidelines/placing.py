"""Which segment of the guideline each segment of a set is, and what is missing, too much or out of place."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from crossdock.edi.guidelines.places import Place
from crossdock.edi.guidelines.tree import Group, Level, Node
from crossdock.edi.guidelines.view import Row, View
from crossdock.edi.kernel.faults import Severity

Finding = tuple[str, int, int, str, Severity | None]
"""Code, position, element, words, severity."""
_TRAILERS = ("SE", "UNT")
"""What is cut off has none; its last segment belongs to the document."""


@dataclass(slots=True, eq=False)
class Instance:
    """One pass through a loop, or the set itself: the positions from `first` up to `last`."""

    parent: Instance | None
    node: Node | None
    level: Level
    first: int
    last: int = 0
    at: int = 0
    """The group that was last used."""
    seen: dict[int, int] = field(default_factory=dict)
    """How often each node came, by its identity."""
    codes: dict[tuple[int, int], set[str]] = field(default_factory=dict)
    """What stood in elements that require codes."""


@dataclass(slots=True)
class Placed:
    """A segment with its node and the loop that it stands in (its own, if it opens one)."""

    position: int
    row: Row
    node: Node
    instance: Instance
    surplus: bool = False
    """It came more often than it may."""


class Placing:
    """Places the segments of one set, in one pass. `findings` come in the order of the segments."""

    def __init__(self, seen: View, level: Level, others: str) -> None:
        self._view = seen
        self._others = others
        self._known = {node.tag for node in level.nodes()}
        self.placed: list[Placed] = []
        self.findings: list[Finding] = []
        self.root = Instance(None, None, level, 1, len(seen.rows))
        self._open = self.root
        closed = seen.rows[-1][0] in _TRAILERS
        for position, row in enumerate(seen.rows[1:-1] if closed else seen.rows[1:], 2):
            self._place(position, row)
        while self._open is not self.root:
            self._leave(len(seen.rows))
        self._ended(self.root, len(seen.rows))
        self.findings.sort(key=lambda each: each[1])

    def _place(self, position: int, row: Row) -> None:
        late: tuple[Instance, Node] | None = None
        instance: Instance | None = self._open
        while instance is not None:
            for number in instance.level.index.get(row[0], ()):
                node = self._node(instance.level.groups[number], row)
                if node is None:
                    continue
                if number >= instance.at:
                    self._enter(instance, number, node, position, row)
                    return
                late = late or (instance, node)
            instance = instance.parent
        if late is not None:
            self._out_of_order(*late, position, row)
        else:
            self._stranger(position, row)

    def _node(self, group: Group, row: Row) -> Node | None:
        """Which of the group it is: one that is told by its values before one that is not."""
        fitting = [node for node in group.nodes if self._view.at(row, node.place)]
        return max(fitting, key=lambda node: len(node.place.tests), default=None)

    def _enter(self, instance: Instance, number: int, node: Node, position: int, row: Row) -> None:
        while self._open is not instance:
            self._leave(position - 1)
        instance.at = number
        surplus = self._counted(instance, node, position, row)
        if node.level is not None:
            instance = self._open = Instance(instance, node, node.level, position)
        self.placed.append(Placed(position, row, node, instance, surplus))

    def _counted(self, instance: Instance, node: Node, position: int, row: Row) -> bool:
        times = instance.seen[id(node)] = instance.seen.get(id(node), 0) + 1
        if node.never:
            words = _words(node, f"{node.label} is not used")
            self._note("guideline_segment_unused", position, 0, words, node)
        elif times == node.most + 1:
            words = _words(node, f"{node.label} may come {node.most} time{'s' if node.most > 1 else ''}")
            # What may come but once says so by saying nothing: only a limit that the partner states refuses.
            severity = node.form.severity or ("error" if node.most > 1 else None)
            self.findings.append(("segment_repeated", position, 0, words, severity))
        for rule in node.rules:
            if rule.require:
                there = instance.codes.setdefault((id(node), rule.number), set())
                there.add(self._view.value(row, rule.number))
        return times > node.most

    def _note(self, code: str, position: int, element: int, words: str, node: Node) -> None:
        self.findings.append((code, position, element, words, node.form.severity or None))

    def _leave(self, position: int) -> None:
        instance = self._open
        instance.last = position
        self._ended(instance, position + 1)
        assert instance.parent is not None
        self._open = instance.parent

    def _ended(self, instance: Instance, position: int) -> None:
        """What should have come by now. It is told where the next segment stands, as the 997 wants it."""
        for group in instance.level.groups:
            for node in group.nodes:
                if node.mandatory and not instance.seen.get(id(node)):
                    self._missing(instance, node, position)
                for rule in node.rules:
                    if rule.require and (instance.seen.get(id(node)) or not node.mandatory):
                        self._required(instance, node, position)
                        break

    def _missing(self, instance: Instance, node: Node, position: int) -> None:
        within = f" in the {instance.node.tag} loop" if instance.node is not None else ""
        position = min(position, len(self._view.rows))
        before = f" before {self._view.rows[position - 1][0]}"
        words = _words(node, f"a mandatory segment is missing{within}{before}: {node.label}")
        self._note("segment_missing", position, 0, words, node)

    def _required(self, instance: Instance, node: Node, position: int) -> None:
        for rule in node.rules:
            there = instance.codes.get((id(node), rule.number), set())
            for code in rule.require:
                if code not in there:
                    named = f"{node.tag}{rule.number:02d} {code}"
                    words = f"no {named} ({rule.codes.get(code) or rule.name}) comes"
                    said = f"{rule.says} ({words})" if rule.says else words
                    at = min(position, len(self._view.rows))
                    self.findings.append(("guideline_qualifier_missing", at, 0, said, rule.severity or None))

    def _out_of_order(self, instance: Instance, node: Node, position: int, row: Row) -> None:
        words = f"{node.label} stands later than the guideline of the partner has it"
        self._note("segment_out_of_order", position, 0, _words(node, words), node)
        surplus = self._counted(instance, node, position, row)
        self.placed.append(Placed(position, row, node, instance, surplus))

    def _stranger(self, position: int, row: Row) -> None:
        if self._others == "ignored" and row[0] not in self._known:
            return
        first = row[1] if len(row) > 1 else ""
        named = f"{row[0]} with {first[:20]!r}" if row[0] in self._known and first else row[0]
        severity: Severity = "error" if self._others == "refused" else "warning"
        words = f"the guideline of the partner has no {named} here"
        self.findings.append(("segment_unexpected", position, 0, words, severity))


def _words(node: Node, technical: str) -> str:
    return f"{node.form.says} ({technical})" if node.form.says else technical


class Surroundings:
    """Where a segment finds what its conditions speak of."""

    def __init__(self, placing: Placing) -> None:
        self.rows: dict[tuple[int, str], list[Placed]] = {}
        """By instance and tag: the segments directly in it."""
        self.within: dict[int, dict[int, list[Instance]]] = {}
        """By instance and node: the loops directly in it."""
        seen: set[int] = set()
        for each in placing.placed:
            self.rows.setdefault((id(each.instance), each.row[0]), []).append(each)
            instance = each.instance
            while instance.parent is not None and id(instance) not in seen:
                seen.add(id(instance))
                of_parent = self.within.setdefault(id(instance.parent), {})
                of_parent.setdefault(id(instance.node), []).append(instance)
                instance = instance.parent

    def first(self, view: View, placed: Placed, place: Place) -> Placed | None:
        """The segment at a place that is nearest to one: in its own loop, then in those around it, but in no other pass
        through the same loop."""
        if view.at(placed.row, place):
            return placed
        instance: Instance | None = placed.instance
        came: Node | None = None
        while instance is not None:
            found = next(self.all(view, instance, place, came), None)
            if found is not None:
                return found
            came, instance = instance.node, instance.parent
        return None

    def all(self, view: View, instance: Instance, place: Place, but: Node | None = None) -> Iterator[Placed]:
        """Every segment at a place in a loop and the loops in it, but those of one node."""
        for each in self.rows.get((id(instance), place.tag), ()):
            if view.at(each.row, place):
                yield each
        for passes in self.within.get(id(instance), {}).values():
            node = passes[0].node
            assert node is not None
            if node is but or place.tag not in node.tags:
                continue
            for inner in passes:
                yield from self.all(view, inner, place)
