"""The object that is being filled while a loop is read."""

from __future__ import annotations

from collections.abc import Callable
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
    ids: list[ItemId] = field(default_factory=list)
    named: bool = False
    """Will the item be looked up?"""
    fields: frozenset[str] = frozenset()
    """Of the object; known when all of it was read."""
    later: list[Callable[[Scope], None]] = field(default_factory=list)

    @property
    def root(self) -> Scope:
        """The document itself."""
        return self if self.above is None else self.above.root

    @property
    def owner(self) -> Scope:
        """The object whose list this one stands in."""
        above = self.above or self
        return above.owner if above.group else above
