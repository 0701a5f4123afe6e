"""Reads a document by its definition: segments to loops, elements to fields, and an account of every element."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import msgspec

from crossdock.edi.kernel.syntax import EDIFACT, X12
from crossdock.edi.maps.declared import kinds_edifact, kinds_x12
from crossdock.edi.maps.declared.account import Account, Dropped, Extension
from crossdock.edi.maps.declared.building import Missing, build, field_of, fields, nested
from crossdock.edi.maps.declared.definition import Cell, Definition, Loop, SegmentMap
from crossdock.edi.maps.declared.kinds import Place
from crossdock.edi.maps.declared.scope import Scope
from crossdock.edi.maps.declared.source import Row, Source

KINDS = {X12: kinds_x12.KINDS, EDIFACT: kinds_edifact.KINDS}


@dataclass(slots=True, eq=False)
class _Frame:
    """A loop that is open."""

    loop: Loop
    scope: Scope
    prefix: str
    position: int
    seen: set[int] = field(default_factory=set)


class Walk:
    """One document on its way to its object."""

    def __init__(self, definition: Definition, source: Source) -> None:
        self.definition = definition
        self.source = source
        self.kinds = KINDS[definition.dialect]
        self.places: dict[int, str] = {}
        """Position -> the part of the object that a segment stood beside."""
        self.constants: dict[tuple[int, int, int], str] = {}
        self.counts: list[tuple[str, Cell, int]] = []

    def read(self) -> Any:
        """The object; None where a fault refuses it."""
        root = Scope(1)
        frames = [_Frame(self.definition.root, root, "", 1)]
        source = self.source
        if source.context.options.currency:
            source.currency = source.context.options.currency
        for position, row in enumerate(source.rows, 1):
            tag = source.tag(row)
            if self.definition.reason(tag, 0):
                continue
            self._place(frames, tag, row, position)
            self.places[position] = _where(frames[-1].scope)
        while frames:
            self._close(frames.pop())
        for path, cell, position in self.counts:
            self._counted(root, path, cell, position)
        return self._built(root, self.definition.object) if self.definition.type else None

    def account(self) -> Account:
        """What became of every element; asked for when all was read."""
        taken, kept, dropped = set(), [], []
        for position, row in enumerate(self.source.rows, 1):
            tag = self.source.tag(row)
            qualifier = self.source.value(row, (1, 0))
            for element, component, value in self.source.parts(row):
                if self._has_taken(position, element, component, value):
                    taken.add((position, element, component))
                elif reason := self.definition.reason(tag, element):
                    dropped.append(Dropped(position, tag, element, value, reason, component))
                else:
                    where = self.places.get(position, "")
                    kept.append(Extension(position, tag, element, value, component, where, qualifier))
        return Account(frozenset(taken), tuple(kept), tuple(dropped))

    def _has_taken(self, position: int, element: int, component: int, value: str) -> bool:
        found = self.source.taken
        same = (component, 0) if component else (0, 1)
        if any((position, element, each) in found for each in same):
            return True
        return any(self.constants.get((position, element, each)) == value for each in same)

    def _place(self, frames: list[_Frame], tag: str, row: Row, position: int) -> None:
        """Find the deepest open loop that has a place for the segment; those below it end there."""
        for depth in range(len(frames) - 1, -1, -1):
            frame = frames[depth]
            found = self._member(frame, tag, row)
            if found is not None:
                self._close_to(frames, depth)
                frame.seen.add(found)
                member = frame.loop.members[found]
                if isinstance(member, Loop):
                    frames.append(self._opened(frame, member, row, position))
                else:
                    self._take(member, row, position, frame.scope, frame.prefix)
                return
            if tag in frame.loop.also or _mentions(frame.loop, tag):
                self._close_to(frames, depth)
                return
        if self.definition.type:
            self.source.fault("segment_unexpected", position, (0, 0))

    def _close_to(self, frames: list[_Frame], depth: int) -> None:
        while len(frames) > depth + 1:
            self._close(frames.pop())

    def _member(self, frame: _Frame, tag: str, row: Row) -> int | None:
        """The line of the loop's map that means this segment."""
        for index, member in enumerate(frame.loop.members):
            segment = member.start if isinstance(member, Loop) else member
            if segment.tag != tag or not self._selected(segment, row):
                continue
            once = isinstance(member, SegmentMap) and not member.repeated
            if not (once and index in frame.seen):
                return index
        return None

    def _selected(self, segment: SegmentMap, row: Row) -> bool:
        return all(self.source.value(row, at) in codes for at, codes in segment.selectors)

    def _opened(self, frame: _Frame, loop: Loop, row: Row, position: int) -> _Frame:
        """The frame of a loop that begins; one without path fills the object that it stands in."""
        scope, prefix = frame.scope, frame.prefix
        if loop.keys or loop.many:
            inside = frame.scope.path if not loop.path else prefix + loop.path
            scope, prefix = Scope(position, inside, frame.scope, loop, group=bool(loop.keys)), ""
        elif loop.path:
            prefix = f"{prefix}{loop.path}."
        opened = _Frame(loop, scope, prefix, position)
        self._take(loop.start, row, position, scope, prefix)
        return opened

    def _take(self, segment: SegmentMap, row: Row, position: int, scope: Scope, prefix: str) -> None:
        """Read the cells of one segment. What was said first stands."""
        for at, _ in segment.selectors:
            self.source.take(position, *at)
        for constant in segment.constants:
            self.constants[position, *constant.at] = constant.value
        if segment.tag == "HL":
            for element in (1, 2, 4):
                self.source.take(position, element)
        for cell in segment.cells:
            self._cell(cell, row, position, scope, prefix)

    def _cell(self, cell: Cell, row: Row, position: int, scope: Scope, prefix: str) -> None:
        if cell.path == "#":
            self.source.take(position, *cell.at)
            if cell.arguments:
                self.counts.append((cell.arguments[0], cell, position))
            return
        target, path = (scope.root, cell.path[2:]) if cell.path.startswith("$.") else (scope, prefix + cell.path)
        value = self.kinds[cell.kind].read(self.source, Place(row, position, cell, target, self.definition))
        if value is None:
            return
        if path in target.values:
            self.source.taken.discard((position, *cell.at))
            return
        target.values[path] = value
        if path == "currency" and target.above is None:
            self.source.currency = value

    def _counted(self, root: Scope, path: str, cell: Cell, position: int) -> None:
        said = self.source.value(self.source.rows[position - 1], cell.at)
        count = _count(root, path)
        if said and said.lstrip("0") != str(count).lstrip("0"):
            self.source.fault("count_mismatch", position, cell.at, f"{said} are said to be here, {count} were read")

    def _close(self, frame: _Frame) -> None:
        """What a loop must hold is there, and its object is made."""
        for index, member in enumerate(frame.loop.members):
            segment = member.start if isinstance(member, Loop) else member
            if segment.mandatory and index not in frame.seen:
                words = f"a mandatory segment is missing: {_words(segment)}"
                self.source.fault("segment_missing", frame.position, (0, 0), words)
        scope = frame.scope
        if not frame.loop.many:
            return
        owner, path = scope.owner, scope.path
        kept = owner.lists.setdefault(path, [])
        body = self._listed(scope, path, len(kept) + 1)
        if body is not None:
            kept.append(body)

    def _listed(self, scope: Scope, path: str, ordinal: int) -> Any:
        """One object of a list: what was read of it, and of the groups that it stands in."""
        above = scope.above
        while above is not None and above.group:
            scope.values = above.values | scope.values
            above = above.above
        kind = field_of(self.definition.object, self._absolute(scope))
        assert kind is not None  # definitions are held against their objects when they are loaded
        assert kind.item is not None
        if "" in scope.values or not issubclass(kind.item, msgspec.Struct):
            return scope.values.get("")
        return self._built(scope, kind.item, ordinal)

    def _absolute(self, scope: Scope) -> str:
        """The path of a list from the document on."""
        owner = scope.owner
        return scope.path if owner.above is None else f"{self._absolute(owner)}.{scope.path}"

    def _built(self, scope: Scope, kind: type[Any], ordinal: int = 0) -> Any:
        scope.fields = frozenset(each.name for each in fields(kind))
        for finish in scope.later:
            finish(scope)
        values = scope.values
        values.update({path: tuple(found) for path, found in scope.lists.items()})
        where = self._absolute(scope) + "." if scope.above is not None else ""
        for name, value in self.definition.values.items():
            field_name = name.removeprefix(where)
            if name.startswith(where) and field_of(kind, field_name) is not None and values.get(field_name) is None:
                values[field_name] = self._default(value, ordinal)
        built = build(kind, nested({path: value for path, value in values.items() if path}))
        for each in built.missing:
            self._missing(kind, each, scope)
        return built.body

    def _default(self, value: str, ordinal: int) -> Any:
        if value == "#":
            return str(ordinal)
        if value == "()":
            return ()
        if not value.startswith("@"):
            return value
        name, _, part = value[1:].partition(".")
        if name in ("date", "moment"):
            return self.source.sent_at() if name == "moment" else self.source.sent_at().date()
        found = self.source.currency if name == "currency" else getattr(self.source.context, name)
        return getattr(found, part) if part else found

    def _missing(self, kind: type[Any], missing: Missing, scope: Scope) -> None:
        """A field that nobody said: the place is where it would stand."""
        path = missing.path
        words, at = f"{path.replace('_', ' ').replace('.', ' ')} is missing", (0, 0)
        loop = scope.loop or self.definition.root
        for segment, cell in _cells(loop, path):
            words += f": {_words(segment)} element {cell.at[0]} carries it"
            at = cell.at
            break
        wanted = field_of(kind, path)
        code = "lines_missing" if wanted is not None and wanted.item is not None else "element_missing"
        code = "item_missing" if path == "item" else code
        self.source.fault(code, scope.position, at, words, "error" if missing.fatal else "warning")


def _where(scope: Scope) -> str:
    """`orders[1].lines[2]`: the object that is being filled."""
    if scope.above is None:
        return ""
    owner = scope.owner
    above = _where(owner)
    ordinal = len(owner.lists.get(scope.path, ())) + 1
    return f"{above}.{scope.path}[{ordinal}]" if above else f"{scope.path}[{ordinal}]"


def _count(scope: Scope, path: str) -> int:
    """How many objects a list of the document holds, at any depth."""
    first, _, rest = path.partition(".")
    found = scope.lists.get(first, [])
    if not rest:
        return len(found)
    return sum(_below(each, rest) for each in found)


def _below(body: Any, path: str) -> int:
    first, _, rest = path.partition(".")
    found = getattr(body, first)
    return sum(_below(each, rest) for each in found) if rest else len(found)


def _mentions(loop: Loop, tag: str) -> bool:
    """Does the loop know segments of this tag, if with other qualifiers?"""
    return any((each.start if isinstance(each, Loop) else each).tag == tag for each in loop.members)


def _words(segment: SegmentMap) -> str:
    """`REF*PO`: a segment and the code that tells it from others of its tag."""
    return "*".join([segment.tag, *(codes[0] for _, codes in segment.selectors[:1])])


def _cells(loop: Loop, path: str) -> Iterator[tuple[SegmentMap, Cell]]:
    """The cells that carry a field, or a part of it."""
    for member in (loop.start, *loop.members):
        if isinstance(member, Loop):
            yield from _cells(member, path)
        else:
            for cell in member.cells:
                if cell.path in (path, f"$.{path}") or cell.path.startswith(path + "."):
                    yield member, cell
