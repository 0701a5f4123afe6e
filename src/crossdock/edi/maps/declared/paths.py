"""What reading by a definition asks of objects being filled, of loops and of paths."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from typing import Any

from crossdock.edi.kernel.syntax import EDIFACT
from crossdock.edi.maps.declared.building import Values, field_of, total
from crossdock.edi.maps.declared.definition import Cell, Loop, SegmentMap
from crossdock.edi.maps.declared.scope import Scope
from crossdock.edi.maps.declared.source import Row, Source
from crossdock.model.quantity import tidy


def both_cells(component: int) -> tuple[int, int]:
    """A component, or its whole element; an element that has but one is both."""
    return (component, 0) if component else (0, 1)


def target_of(cell: Cell, scope: Scope, prefix: str) -> tuple[Scope, str]:
    """The object and the path in it that a cell speaks of."""
    if cell.path.startswith("$."):
        return scope.root, cell.path[2:]
    return (scope.owner, cell.path[2:]) if cell.path.startswith("^.") else (scope, prefix + cell.path)


def said_as(scope: Scope, name: str, path: str) -> Values:
    """What an object says of a field, for another field."""
    found = scope.values.items()
    return {path + each.removeprefix(name): one for each, one in found if f"{each}.".startswith(f"{name}.")}


def through_list(kind: type[Any], path: str) -> bool:
    """Does a path lead through a list, whose objects are made one by one?"""
    parts = path.split(".")
    found = (field_of(kind, ".".join(parts[:end])) for end in range(1, len(parts)))
    return any(each is not None and each.item is not None for each in found)


def is_told(values: Values, path: str) -> bool:
    """Was a field said, or the object that it belongs to, or a part of it?"""
    above = path.split(".")
    if any(values.get(".".join(above[:end])) is not None for end in range(1, len(above) + 1)):
        return True
    return any(each.startswith(f"{path}.") for each, value in values.items() if value is not None)


def count_of(scope: Scope, path: str) -> Decimal | int:
    """How many objects a list of the document holds at any depth, or the sum of a number in them."""
    first, _, rest = path.partition(".")
    found = scope.lists.get(first, [])
    return tidy(Decimal(sum(total(each, rest) for each in found))) if rest else len(found) - scope.apart[first]


def mentions(loop: Loop, tag: str) -> bool:
    """Does the loop know segments of this tag, if with other qualifiers?"""
    return any((each.start if isinstance(each, Loop) else each).tag == tag for each in loop.members)


def selected(source: Source, segment: SegmentMap, row: Row) -> bool:
    """Has a segment the codes by which the map knows it?"""
    return all(source.value(row, at) in codes for at, codes in segment.selectors)


def words_of(segment: SegmentMap, dialect: str) -> str:
    """`REF*PO`, `RFF+ON`: a segment and the code that tells it from others of its tag."""
    mark = "+" if dialect == EDIFACT else "*"
    return mark.join([segment.tag, *(codes[0] for _, codes in segment.selectors[:1])])


def cells_of(loop: Loop, path: str) -> Iterator[tuple[SegmentMap, Cell]]:
    """The cells that carry a field, or a part of it."""
    for member in (loop.start, *loop.members):
        if isinstance(member, Loop):
            yield from cells_of(member, path)
        else:
            for cell in member.cells:
                if cell.path in (path, f"$.{path}", f"^.{path}") or cell.path.startswith(path + "."):
                    yield member, cell


def without_amount(source: Source, scope: Scope) -> None:
    """A unit without an amount is no quantity."""
    for path in [path for path in scope.values if path.endswith(".unit")]:
        if scope.values.get(path.removesuffix("unit") + "amount") is None and not scope.group:
            give_back(source, scope, path.rpartition(".")[0])
            del scope.values[path]


def give_back(source: Source, scope: Scope, path: str) -> None:
    """An object that is left out for want of a field holds nothing of what was read for it."""
    for each, (_, _, took) in scope.said.items():
        if path and each.startswith(f"{path}."):
            source.untake(took)
