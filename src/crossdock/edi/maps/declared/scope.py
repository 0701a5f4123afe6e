"""The object that is being filled while a loop is read."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

from crossdock.edi.maps.declared.building import Values
from crossdock.edi.maps.declared.definition import Address, Loop


@dataclass(frozen=True, slots=True)
class ItemId:
    """A number of the item, whose it is, and the cells of both."""

    value: str
    kind: str
    position: int
    cells: tuple[Address, ...]


@dataclass(frozen=True, slots=True)
class Later:
    """A value that is worked out when all of its object was read."""

    work: Callable[[Scope], Any]


@dataclass(slots=True, eq=False)
class Scope:
    """What was read of one object so far. `group`: it is no object itself, its values belong to each of those below
    it. `later` is worked out when all of it was read."""

    position: int
    path: str = ""
    above: Scope | None = None
    loop: Loop | None = None
    group: bool = False
    values: Values = field(default_factory=dict)
    lists: dict[str, list[Any]] = field(default_factory=dict)
    said: dict[str, tuple[int, int, list[tuple[int, int, int]]]] = field(default_factory=dict)
    """Path of a value -> position, rank, and the elements that it was taken from."""
    spares: dict[str, list[tuple[Any, list[tuple[int, int, int]]]]] = field(default_factory=dict)
    """Objects of lists that nothing else may fill, and what they were read from."""
    began: int = 0
    """How much had been taken before."""
    ids: list[ItemId] = field(default_factory=list)
    level: Scope | None = None
    """The level above, which the document names by its number."""
    around: Values = field(default_factory=dict)
    """What the level above says, or that in which the object stands."""
    place: str = ""
    """Of a level: the object that was made of it, or of the item above it."""
    levels: dict[str, Scope] = field(default_factory=dict)
    """Of the loops in it that are in one another, by their numbers."""
    named: bool = False
    """Will the item be looked up?"""
    fields: frozenset[str] = frozenset()
    """Of the object; known when all of it was read."""
    later: list[Callable[[Scope], None]] = field(default_factory=list)
    parts: list[Scope] = field(default_factory=list)
    """What was read of parts of this object that are objects of their own."""
    part: bool = False
    apart: Counter[str] = field(default_factory=Counter)
    """Of each list, how many of its objects are parts of another, which the document counts with it."""
    waiting: list[Scope] = field(default_factory=list)
    """Of a group: what stands in it, until all of the group was read."""
    used: set[str] = field(default_factory=set)
    """Of a group: paths that any object in it has from it."""
    inner: list[Scope] = field(default_factory=list)
    """Of a group: the groups in it."""

    @property
    def root(self) -> Scope:
        """The document itself."""
        return self if self.above is None else self.above.root

    @property
    def owner(self) -> Scope:
        """The object whose list this one stands in."""
        above = self.above or self
        return above.owner if above.group or self.part else above


def where(scope: Scope) -> str:
    """`orders[1].lines[2]`: the object that is being filled."""
    if scope.above is None:
        return ""
    if scope.group and scope.level is not None and scope.level.place and not scope.waiting:
        return scope.level.place
    owner = scope.owner
    above = where(owner)
    ordinal = len(owner.lists.get(scope.path, ())) + sum(len(each.waiting) for each in groups(scope)) + 1
    return f"{above}.{scope.path}[{ordinal}]" if above else f"{scope.path}[{ordinal}]"


def groups(scope: Scope) -> Iterator[Scope]:
    """The groups that an object stands in."""
    above = scope.above
    while above is not None and above.group:
        yield above
        above = above.above
