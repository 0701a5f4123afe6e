"""Reads a document by its definition: segments to loops, elements to fields, and an account of every element."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field, replace
from typing import Any

from crossdock.edi.kernel.syntax import EDIFACT, X12
from crossdock.edi.maps.declared import kinds_edifact, kinds_x12
from crossdock.edi.maps.declared.account import Account, Dropped, Extension
from crossdock.edi.maps.declared.definition import Cell, Definition, Loop, SegmentMap
from crossdock.edi.maps.declared.joining import same_day
from crossdock.edi.maps.declared.keeping import Keeper
from crossdock.edi.maps.declared.kinds import Place, as_number
from crossdock.edi.maps.declared.making import Maker
from crossdock.edi.maps.declared.paths import (
    both_cells,
    count_of,
    mentions,
    selected,
    target_of,
    words_of,
)
from crossdock.edi.maps.declared.scope import Scope, where
from crossdock.edi.maps.declared.source import Row, Source, X12Source

_SPARE, _INHERITED = 1 << 20, 1 << 21
"""Ranks of what is said where nothing else is, and of what the level above says."""
KINDS = {X12: kinds_x12.KINDS, EDIFACT: kinds_edifact.KINDS}


Cells = list[tuple[int, int, int]]
_PARSED = ("day", "moment", "its_day", "number", "int", "cents", "price")


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
        self.keeper = Keeper(source, Maker(definition, source, self.places))
        self.constants: dict[tuple[int, int, int], str] = {}
        self.counts: list[tuple[str, Cell, int]] = []
        self.levels: dict[str, int] = {}
        """Number of a level -> its position."""
        self.numbered: list[Scope] = []
        self.ordinals: Counter[tuple[int, Scope]] = Counter()
        """Loop and the scope around it -> how many of those there were."""

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
            if position not in source.aside:
                self._place(frames, tag, row, position)
            self.places[position] = where(frames[-1].scope)
        while frames:
            self._close(frames.pop())
        self.keeper.close_levels(self.numbered)
        for path, cell, position in self.counts:
            self._counted(root, path, cell, position)
        return self.keeper.maker.built(root, self.definition.object) if self.definition.type else None

    def account(self) -> Account:
        """What became of every element; asked for when all was read."""
        taken, kept, dropped = set(), [], []
        for position, row in enumerate(self.source.rows, 1):
            tag = self.source.tag(row)
            qualifier = self.source.value(row, (1, 0))
            for element, component, value in self.source.parts(row):
                if self._has_taken(position, element, component):
                    taken.add((position, element, component))
                elif reason := self._reason(position, tag, element, component, value):
                    dropped.append(Dropped(position, tag, element, value, reason, component))
                else:
                    where = self.places.get(position, "")
                    kept.append(Extension(position, tag, element, value, component, where, qualifier))
        return Account(frozenset(taken), tuple(kept), tuple(dropped))

    def _has_taken(self, position: int, element: int, component: int) -> bool:
        found = self.source.taken
        return any((position, element, each) in found for each in both_cells(component))

    def _reason(self, position: int, tag: str, element: int, component: int, value: str) -> str:
        """Why an element is dropped; empty where it is not."""
        reason = self.definition.reason(tag, element) or self.source.idle.get((position, element), "")
        if not reason and tag == "HL" and element in (1, 4):
            return "numbers the levels, and no other level names this one"
        if not reason and any(self.constants.get((position, element, each)) == value for each in both_cells(component)):
            return "says what every such document says here"
        return reason

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
                    self._open_all(frames, member, row, position)
                else:
                    self._take(member, row, position, frame.scope, frame.prefix)
                return
            inside = self._left_out(frame, tag, row)
            if inside is not None:
                self._close_to(frames, depth)
                frames.append(self._opened(frame, inside, None, position))
                self._place(frames, tag, row, position)
                return
            # A level that one knows with another code may be what a loop around it begins with.
            if tag in frame.loop.also or (mentions(frame.loop, tag) and (tag != "HL" or not depth)):
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
            if segment.tag != tag or not selected(self.source, segment, row):
                continue
            once = isinstance(member, SegmentMap) and not member.repeated
            if not (once and index in frame.seen):
                return index
        return None

    def _left_out(self, frame: _Frame, tag: str, row: Row) -> Loop | None:
        """The loop in which the segment may stand and whose first segment was left out."""
        loops = (each for each in frame.loop.members if isinstance(each, Loop) and each.optional)
        for loop in loops:
            inside = _Frame(loop, frame.scope, frame.prefix, frame.position)
            if self._member(inside, tag, row) is not None or self._left_out(inside, tag, row) is not None:
                return loop
        return None

    def _open_all(self, frames: list[_Frame], loop: Loop, row: Row, position: int) -> None:
        """Open the loop; one for each row of elements, where its segment has several."""
        frame, step = frames[-1], loop.start.step
        frames.append(self._opened(frame, loop, row, position))
        stepping = [cell.at for cell in loop.start.cells if cell.step]
        by = step
        while step and any(self.source.value(row, (at[0] + by, at[1])) for at in stepping):
            self._close(frames.pop())
            frames.append(self._opened(frame, replace(loop, start=loop.start.shifted(by)), row, position))
            by += step

    def _opened(self, frame: _Frame, loop: Loop, row: Row | None, position: int) -> _Frame:
        """The frame of a loop that begins; one without path fills the object that it stands in."""
        scope, prefix = frame.scope, frame.prefix
        if loop.part:
            scope, prefix = Scope(position, scope.path, scope, loop, part=True), ""
            frame.scope.parts.append(scope)
        elif loop.path.startswith("$."):
            scope, prefix = Scope(position, loop.path[2:], frame.scope.root, loop), ""
        elif loop.keys or loop.many:
            inside = frame.scope.path if not loop.path else prefix + loop.path
            scope, prefix = Scope(position, inside, frame.scope, loop, group=bool(loop.keys)), ""
            scope.began = len(self.source.trail)
            scope.around = frame.scope.values if frame.scope.group else {}
        elif loop.path:
            prefix = f"{prefix}{loop.path}."
        opened = _Frame(loop, scope, prefix, position)
        self.ordinals[id(loop), frame.scope] += 1
        if row is not None:
            self._numbered(loop, row, position, scope, frame.scope)
            self._take(loop.start, row, position, scope, prefix)
        return opened

    def _numbered(self, loop: Loop, row: Row, position: int, scope: Scope, around: Scope) -> None:
        """The running number of a loop, and that of the one it is in, whose values hold here as well."""
        for cell in loop.start.cells:
            said = self.source.value(row, cell.at)
            if cell.path == "#" and not cell.arguments:
                self.constants[position, *cell.at] = str(self.ordinals[id(loop), around])
                around.levels[said] = scope
                self.numbered.append(scope)
            elif cell.path == "^" and said:
                above = around.levels.get(said)
                if above is None or above is scope:
                    words = f"names level {said} as the one above it, which is not there"
                    self.source.fault("hierarchy_broken", position, cell.at, words)
                    continue
                self.source.take(position, *cell.at)
                scope.level, scope.around = above, above.values
                scope.values |= above.values
                scope.said |= {path: (position, _INHERITED, []) for path in above.values}

    def _take(self, segment: SegmentMap, row: Row, position: int, scope: Scope, prefix: str) -> None:
        """Read the cells of one segment. What was said first stands, but what a line that is only read says only until
        a line of a better rank says it. Codes that select are taken where anything is."""
        for constant in segment.constants:
            self.constants[position, *constant.at] = constant.value
        if segment.tag == "HL" and isinstance(self.source, X12Source):
            self._level(self.source, row, position, scope)
        before, waiting = len(self.source.trail), len(scope.ids)
        fillers = {constant.at: constant.value for constant in segment.constants}
        for cell in segment.cells:
            if cell.at not in fillers or fillers[cell.at] != self.source.value(row, cell.at):
                self._cell(cell, row, position, scope, prefix, segment.rank)
            if cell.path.startswith("@") and cell.path in scope.said:  # taken with it, when something says it
                scope.said[cell.path][2].extend((position, *at) for at, _ in segment.selectors)
        taken = any(each in self.source.taken for each in self.source.trail[before:])
        if not segment.cells or segment.mandatory or taken or len(scope.ids) > waiting:
            for at, _ in segment.selectors:
                self.source.take(position, *at)

    def _level(self, source: X12Source, row: Row, position: int, scope: Scope) -> None:
        """A level knows its parent, which must be there."""
        number, parent = source.value(row, (1, 0)), source.value(row, (2, 0))
        if parent:
            source.take(position, 2)
            if parent in self.levels:
                source.take(self.levels[parent], 1)
            else:
                words = f"level {number} names parent {parent}, which is not there"
                source.fault("hierarchy_broken", position, (2, 0), words, "warning")
        source.levels[number], self.levels[number] = scope, position

    def _cell(self, cell: Cell, row: Row, position: int, scope: Scope, prefix: str, rank: int) -> None:
        if cell.path in ("#", "^"):
            if cell.arguments:
                self.source.take(position, *cell.at)
                self.counts.append((cell.arguments[0], cell, position))
            return
        rank = _SPARE if cell.spare else rank
        target, path = target_of(cell, scope, prefix)
        before = len(self.source.trail)
        value = self.kinds[cell.kind].read(self.source, Place(row, position, cell, target, self.definition))
        took = self.source.trail[before:]
        if value is None:
            if cell.kind in _PARSED:  # what cannot be read is in no field
                self.source.untake(took)
            return
        if path in target.values:
            _, rank_before, took_before = target.said.get(path, (0, 0, []))
            if rank >= rank_before:
                if target.values[path] != value:
                    self.source.untake(took)
                return
            value = self._of_both(target.values[path], value, rank_before, took_before, took)
        if path.startswith("@"):  # taken when something says it
            self.source.untake(took)
        target.values[path] = value
        target.said[path] = (position, rank, took)
        if path == "currency" and target.above is None:
            self.source.currency = value

    def _of_both(self, before: Any, value: Any, rank_before: int, took_before: Cells, took: Cells) -> Any:
        """What is said better; of a moment that is a day alone the time stands that the heading knows of that day."""
        zone = self.source.context.options.zone
        if not same_day(before, value, zone) or (before != value and not isinstance(self.source, X12Source)):
            self.source.untake(took_before)
            return value
        if rank_before == _SPARE and len(took) == 1:
            return before
        if before != value:
            self.source.untake(took_before[1:])
        return value

    def _counted(self, root: Scope, path: str, cell: Cell, position: int) -> None:
        said = self.source.value(self.source.rows[position - 1], cell.at)
        count = count_of(root, path)
        place = Place(self.source.rows[position - 1], position, cell, root, self.definition)
        if said and as_number(self.source, place, said) not in (None, count):
            self.source.fault("count_mismatch", position, cell.at, f"{said} are said to be here, {count:f} were read")

    def _close(self, frame: _Frame) -> None:
        """What a loop must hold is there, and its object is made."""
        for index, member in enumerate(frame.loop.members):
            segment = member.start if isinstance(member, Loop) else member
            optional = isinstance(member, Loop) and member.optional
            if segment.mandatory and not optional and index not in frame.seen:
                words = f"a mandatory segment is missing: {words_of(segment, self.definition.dialect)}"
                self.source.fault("segment_missing", frame.position, (0, 0), words)
        scope = frame.scope
        if frame.loop.keys:
            self.keeper.close_group(scope)
        elif frame.loop.many and not scope.part:
            if scope.above is not None and scope.above.group:  # which may have more to say
                scope.above.waiting.append(scope)
            else:
                self.keeper.keep(scope)
