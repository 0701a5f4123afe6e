"""Puts the objects that were read into the lists that they belong to."""

from __future__ import annotations

from itertools import chain
from typing import Any

from crossdock.edi.maps.declared.definition import PART
from crossdock.edi.maps.declared.joining import apart, joined
from crossdock.edi.maps.declared.making import Maker
from crossdock.edi.maps.declared.packs_below import PacksBelow
from crossdock.edi.maps.declared.scope import Scope
from crossdock.edi.maps.declared.source import Source

_OF_ALL = "@all."


class Keeper:
    """Keeps the objects of loops that end; those of a group when the outermost group around them was read."""

    def __init__(self, source: Source, maker: Maker) -> None:
        self.source = source
        self.maker = maker
        self.packs = PacksBelow(source, maker.places)

    def close_group(self, scope: Scope) -> None:
        """Keep what stands in a group, when the outermost group around it was read."""
        if scope.level is not None and self.packs.holds(scope):
            return
        if not scope.waiting and not (scope.loop is not None and scope.loop.optional):
            self._keep_bare(scope)
        if scope.above is not None and scope.above.group:
            scope.above.waiting += scope.waiting
            scope.above.inner += [scope, *scope.inner]
            return
        for each in scope.waiting:
            self.keep(each)
        self.packs.keep(scope)
        for group in (scope, *scope.inner) if scope.waiting else ():
            for path in group.said.keys() - group.used:  # what all in the group say themselves
                self.source.untake(group.said[path][2])

    def close_levels(self, levels: list[Scope]) -> None:
        """Give back what levels without an object of their own say, where no object of the levels below them has it."""
        self.packs.close()
        reached = _reached(levels)
        for level in (each for each in levels if each.group and not each.waiting and not self.packs.settled(each)):
            below = reached.get(id(level), [])
            for path, (_, _, took) in level.said.items():
                if took and level.values.get(path) not in below:
                    self.source.untake(took)
                    self.source.untake_code(took)
        self._of_all(levels)

    def _of_all(self, levels: list[Scope]) -> None:
        """What levels say of the whole document: the outermost, or else each of an order alike."""
        for path in {path for level in levels for path in level.said if path.startswith(_OF_ALL)}:
            saying = [each for each in levels if path in each.said and each.said[path][2]]
            outermost = [each for each in saying if each.level is None][:1]
            first = outermost or saying
            values = [each.values[path] for each in first]
            if not outermost and {id(each) for each in saying} != {id(each) for each in levels if _is_order(each)}:
                continue
            if values and all(each == values[0] for each in values):
                first[0].root.values.setdefault(path.removeprefix(_OF_ALL), values[0])
                for level in (each for each in saying if each.values[path] == values[0]):
                    self.source.taken.update(level.said[path][2])

    def keep(self, scope: Scope) -> None:
        """Put the object of a loop into the list that it belongs to."""
        owner, path = scope.owner, scope.path
        spare = scope.loop is not None and scope.loop.spare
        kept = [] if spare else owner.lists.setdefault(path, [])
        body = self.maker.listed(scope, path, len(kept) + 1)
        if body is None:
            return
        if spare:
            owner.spares.setdefault(path, []).append((body, self.source.trail[scope.began :]))
            return
        found = apart(self.source, scope, [body, *self._parts(scope, len(kept) + 1)]) if scope.parts else [body]
        joins = scope.loop is not None and scope.loop.joins
        if joins and kept and (both := joined(kept[-1], body)) is not None:
            kept[-1] = both
        else:
            kept.extend(found)
            if any(part.loop is PART for part in scope.parts):
                owner.apart[path] += len(found) - 1

    def _parts(self, scope: Scope, ordinal: int) -> list[Any]:
        """The objects of parts: each has what it does not say itself of the object that it is a part of."""
        found: list[Any] = []
        for part in scope.parts:
            if part.loop is None or part.loop.part == ".":
                found += [
                    body for body in [self.maker.listed(part, scope.path, ordinal + 1 + len(found))] if body is not None
                ]
                continue
            part.values = {path: value for path, value in scope.values.items() if value is not None} | part.values
            part.lists = scope.lists | part.lists
            part.ids, part.later = [*scope.ids, *part.ids], [*scope.later, *part.later]
            if (body := self.maker.listed(part, scope.path, ordinal)) is not None:
                found.append(body)
        return found

    def _keep_bare(self, scope: Scope) -> None:
        """A group in which no object stands is one itself, if it says all that one must."""
        if scope.above is not None and scope.above.group and not scope.values:
            return
        bare = Scope(scope.position, scope.path, scope, scope.loop)
        if not self.maker.incomplete(bare):
            scope.waiting.append(bare)


def _reached(levels: list[Scope]) -> dict[int, list[Any]]:
    """By level (`id`): what of its own the objects of the levels below it have. A level stands behind the one above."""
    found: dict[int, list[Any]] = {}
    for level in reversed(levels):
        if level.level is None:
            continue
        there, above = found.setdefault(id(level.level), []), list(level.level.values.values())
        of_lines = (value for each in level.waiting for value in each.values.values())
        for value in chain(of_lines, found.get(id(level), ())):
            if value in above and value not in there:
                there.append(value)
    return found


def _is_order(level: Scope) -> bool:
    """Does a level name an order, which the one above it does not?"""
    order = level.values.get("order_number")
    above = level.level.values.get("order_number") if level.level is not None else None
    return bool(order) and order != above and not level.waiting
