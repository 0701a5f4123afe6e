"""What became of every element of a document: taken into the object, kept beside it, or dropped and why."""

from __future__ import annotations

import msgspec


class Extension(msgspec.Struct, frozen=True, omit_defaults=True):
    """An element that no field of the object holds, kept as it stood. `position` counts segments from 1 (ST, UNH);
    `place` is the part of the object it stood beside, such as `lines[2]`; `qualifier` the segment's first element,
    which tells what it is about."""

    position: int
    segment: str
    element: int
    value: str
    component: int = 0
    place: str = ""
    qualifier: str = ""


class Dropped(msgspec.Struct, frozen=True, omit_defaults=True):
    """An element that is not kept, and why."""

    position: int
    segment: str
    element: int
    value: str
    reason: str
    component: int = 0


class Account(msgspec.Struct, frozen=True):
    """Every element that holds anything stands in just one of these; `taken` are (position, element, component),
    component 0 for all of an element."""

    taken: frozenset[tuple[int, int, int]]
    kept: tuple[Extension, ...]
    dropped: tuple[Dropped, ...]
