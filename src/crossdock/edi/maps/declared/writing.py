"""Writes a document by its definition: the segments in the order of its map."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from decimal import Decimal
from itertools import groupby
from typing import Any

import msgspec

from crossdock.edi.edifact.writer import OutgoingSegment as EdifactSegment
from crossdock.edi.kernel.writing import COMPONENT, CannotWrite
from crossdock.edi.maps.context import MapContext
from crossdock.edi.maps.declared.building import total
from crossdock.edi.maps.declared.definition import LISTED, Cell, Definition, Loop, SegmentMap
from crossdock.edi.maps.declared.kinds import Cells, Sheet
from crossdock.edi.maps.declared.reading import KINDS
from crossdock.edi.maps.edifact.writing import Writing as EdifactWriting
from crossdock.edi.maps.x12.writing import Writing as X12Writing
from crossdock.edi.maps.x12.writing import hold_against_segments
from crossdock.edi.x12.writer import OutgoingSegment as X12Segment
from crossdock.model.quantity import tidy

FOLLOWING = ("chosen", "shipped")
"""Kinds that say what follows from other fields: a segment is not written for their sake."""


def write_x12(definition: Definition, body: Any, context: MapContext) -> list[X12Segment]:
    """The segments of a transaction set. Raises `CannotWrite`."""
    pen = X12Writing(context, getattr(body, "currency", "") or context.options.currency)
    rows = [_x12_row(tag, cells) for tag, cells in _Sheets(definition, body, pen).rows()]
    hold_against_segments(definition.name, definition.type, rows)
    return rows


def write_edifact(definition: Definition, body: Any, context: MapContext) -> list[EdifactSegment]:
    """The segments of a message. Raises `CannotWrite`."""
    pen = EdifactWriting(context, getattr(body, "currency", "") or context.options.currency)
    return [_edifact_row(tag, cells) for tag, cells in _Sheets(definition, body, pen).rows()]


def _x12_row(tag: str, cells: Cells) -> X12Segment:
    row = [tag, *[""] * max((element for element, _ in cells), default=0)]
    composites: dict[int, dict[int, str]] = {}
    for (element, component), text in cells.items():
        if component:
            composites.setdefault(element, {})[component] = text
        else:
            row[element] = text
    for element, components in composites.items():
        row[element] = COMPONENT.join(_components(components))
    return tuple(row)


def _edifact_row(tag: str, cells: Cells) -> EdifactSegment:
    row: list[str | Sequence[str]] = [tag, *[""] * max((element for element, _ in cells), default=0)]
    composites: dict[int, dict[int, str]] = {}
    for (element, component), text in cells.items():
        composites.setdefault(element, {})[component or 1] = text
    for element, components in composites.items():
        row[element] = _components(components)
    return tuple(row)


def _components(found: dict[int, str]) -> tuple[str, ...]:
    return tuple([found.get(each, "") for each in range(1, max(found) + 1)])


class _Sheets:
    """One document being written."""

    def __init__(self, definition: Definition, body: Any, pen: Any) -> None:
        self.definition = definition
        self.body = body
        self.pen = pen
        self.kinds = KINDS[definition.dialect]
        self.levels = 0
        self.parents: list[str] = []

    def rows(self) -> Iterator[tuple[str, Cells]]:
        """Tags and cells of all segments."""
        for path, value in self.definition.values.items():
            if path.endswith(".unit") and value[:1] in ("^", "="):
                _agree(self.body, path.split("."), [])
        yield from self._members(self.definition.root, self.body)

    def _members(self, loop: Loop, owner: Any) -> Iterator[tuple[str, Cells]]:
        for member in loop.members:
            if isinstance(member, SegmentMap):
                yield from self._segment(member, owner, 0)
            else:
                yield from self._loops(member, owner)

    def _loops(self, loop: Loop, owner: Any) -> Iterator[tuple[str, Cells]]:
        """Each occurrence of a loop: of each object, of each group of them, or of the object that it stands in."""
        if loop.start.read_only or loop.spare:
            return
        if loop.part:
            if self._has_codes(loop.start, owner):
                yield from self._loop(loop, owner, 0)
            return
        found = self._items(loop, owner)
        if loop.splits:
            found = [piece for each in found for piece in _pieces(each, loop.splits)]
        if loop.keys:
            ordered = [list(group) for _, group in groupby(found, lambda each: [_get(each, key) for key in loop.keys])]
            for ordinal, group in enumerate(ordered, 1):
                yield from self._loop(loop, _Group(group), ordinal)
            return
        if loop.single and len(found) > 1:
            raise CannotWrite(f"one {self.definition.type} has room for one of {loop.path}, not for {len(found)}")
        for ordinal, each in enumerate(found, 1):
            yield from self._loop(loop, each, ordinal)

    def _has_codes(self, segment: SegmentMap, owner: Any) -> bool:
        """Does every cell that holds a code have one for what the object says?"""
        return all(
            _get(owner, cell.path) in self.definition.codes[cell.arguments[0]].values()
            for cell in segment.cells
            if cell.kind in LISTED
        )

    def _items(self, loop: Loop, owner: Any) -> Sequence[Any]:
        if (loop.many or loop.keys) and not loop.path:
            return _fitting(loop, owner.items if isinstance(owner, _Group) else ())
        found = _get(owner, loop.path) if loop.path else owner
        if loop.many or loop.keys:
            return _fitting(loop, found or ())
        return () if found is None else (found,)

    def _loop(self, loop: Loop, owner: Any, ordinal: int) -> Iterator[tuple[str, Cells]]:
        start = list(self._segment(loop.start, owner, ordinal))
        if not start and not loop.optional:
            if loop.many:
                raise CannotWrite(f"{loop.start.tag} has nothing to say of one of {loop.path or 'the lines'}")
            return
        yield from start
        level = loop.start.tag == "HL"
        if level:
            self.parents.append(str(self.levels))
        yield from self._members(loop, owner)
        if level:
            self.parents.pop()

    def _segment(self, segment: SegmentMap, owner: Any, ordinal: int) -> Iterator[tuple[str, Cells]]:
        """The segment, if it must come or has anything to say."""
        if segment.read_only:
            return
        cells: Cells = {}
        said = False
        for cell in segment.cells:
            found = self._cell(cell, owner, ordinal)
            if different := next((at for at, text in found.items() if cells.get(at, text) != text), None):
                words = f"{cells[different]!r} and {found[different]!r}"
                raise CannotWrite(f"{segment.tag}{different[0]:02d} cannot say both {words} ({cell.path})")
            cells |= found
            said = said or (bool(found) and cell.kind not in FOLLOWING)
        if not said and not segment.mandatory and segment.tag != "HL":
            return
        for cell in segment.cells:  # a code of what is not there
            if cell.kind == "chosen" and len(cell.arguments) > 1 and (int(cell.arguments[1]), 0) not in cells:
                cells.pop(cell.at, None)
        for at, codes in segment.selectors:
            cells.setdefault(at, codes[0])
        for constant in segment.constants:
            if not constant.only_with or any(at[0] == constant.only_with for at in cells):
                cells.setdefault(constant.at, constant.value)
        if segment.tag == "HL":
            self.levels += 1
            cells[1, 0] = str(self.levels)
            if self.parents:
                cells[2, 0] = self.parents[-1]
        yield segment.tag, cells

    def _cell(self, cell: Cell, owner: Any, ordinal: int) -> Cells:
        if cell.read_only or cell.path == "^":
            return {}
        if cell.path == "#":
            return {cell.at: _plain(total(self.body, cell.arguments[0]) if cell.arguments else ordinal)}
        if cell.path.startswith("^."):
            raise CannotWrite(f"{self.definition.type} cannot write {cell.path}")
        source, path = (self.body, cell.path[2:]) if cell.path.startswith("$.") else (owner, cell.path)
        value = _get(source, path) if path else _one(source)
        if value is None or value in ("", ()):
            return {}
        written = self.kinds[cell.kind].write(value, Sheet(cell, _one(owner), self.definition, self.pen))
        return {at: text for at, text in written.items() if text}


class _Group:
    """Objects of a list that agree in the keys of their loop."""

    __slots__ = ("items",)

    def __init__(self, items: list[Any]) -> None:
        self.items = items


def _fitting(loop: Loop, found: Sequence[Any]) -> Sequence[Any]:
    path, there = loop.start.when
    return [each for each in found if bool(_get(each, path)) is there] if path else found


def _agree(body: Any, path: list[str], above: list[Any]) -> None:
    """A unit without an element of its own is the one that the object around it says."""
    if len(path) == 1:
        around = next((each.unit for each in reversed(above) if hasattr(each, "unit")), "")
        if body.unit != around:
            raise CannotWrite(f"a quantity in {body.unit} where all are said to be in {around}")
        return
    found = getattr(body, path[0])
    for each in found if isinstance(found, tuple) else () if found is None else (found,):
        _agree(each, path[1:], [*above, body])


def _one(owner: Any) -> Any:
    return owner.items[0] if isinstance(owner, _Group) else owner


def _get(owner: Any, path: str) -> Any:
    """The value at a path; None as soon as there is none on the way. Of a list what all of it agree in."""
    found = _one(owner)
    first, _, rest = path.partition(".")
    found = None if found is None else getattr(found, first)
    if not rest or found is None:
        return found
    if not isinstance(found, tuple):
        return _get(found, rest)
    values = [_get(each, rest) for each in found]
    return values[0] if values and all(each == values[0] for each in values) else None


def _pieces(body: Any, path: str) -> Iterator[Any]:
    """The object once for every run of the objects of its list that agree in a field."""
    name, _, key = path.partition(".")
    for _, run in groupby(getattr(body, name), lambda each: _get(each, key)):
        yield msgspec.structs.replace(body, **{name: tuple(run)})


def _plain(number: Decimal | int) -> str:
    return str(number) if isinstance(number, int) else f"{tidy(number):f}"
