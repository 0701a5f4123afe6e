"""Makes an object of what was read of it; what nothing said is what the definition says, or a fault."""

from __future__ import annotations

from typing import Any

import msgspec

from crossdock.edi.kernel.faults import Severity
from crossdock.edi.maps.declared.building import Field, Missing, build, field_of, fields, nested
from crossdock.edi.maps.declared.definition import Definition, Loop, SegmentMap
from crossdock.edi.maps.declared.joining import of_a_list
from crossdock.edi.maps.declared.paths import (
    cells_of,
    give_back,
    is_told,
    said_as,
    selected,
    through_list,
    without_amount,
    words_of,
)
from crossdock.edi.maps.declared.scope import Later, Scope, groups, where
from crossdock.edi.maps.declared.source import Source
from crossdock.model.quantity import ZERO, Price


class Maker:
    """Objects of one document. `places`: position -> the part of the object that a segment stood beside."""

    def __init__(self, definition: Definition, source: Source, places: dict[int, str]) -> None:
        self.definition = definition
        self.source = source
        self.places = places

    def listed(self, scope: Scope, path: str, ordinal: int) -> Any:
        """One object of a list: what was read of it, and of the groups that it stands in."""
        above = scope.above
        while above is not None and above.group:
            above.used |= above.values.keys() - scope.values.keys()
            scope.values = above.values | scope.values
            scope.ids = [*above.ids, *scope.ids]
            scope.later = [*above.later, *scope.later]
            above = above.above
        of_all = f"{scope.path}."
        for name, value in scope.owner.values.items():
            if name.startswith(of_all):
                scope.values.setdefault(name.removeprefix(of_all), value)
        kind = field_of(self.definition.object, self.absolute(scope))
        assert kind is not None  # definitions are held against their objects when they are loaded
        assert kind.item is not None
        if "" in scope.values or not issubclass(kind.item, msgspec.Struct):
            return scope.values.get("")
        return self.built(scope, kind.item, ordinal)

    def incomplete(self, scope: Scope) -> bool:
        """Does a group lack what an object of its list must say?"""
        kind = field_of(self.definition.object, self.absolute(scope))
        if kind is None or kind.item is None or not issubclass(kind.item, msgspec.Struct):
            return True
        where = self.absolute(scope) + "."
        values = {path for above in groups(scope) for path in above.values}
        filled = self.definition.values.items()
        inside = ((path.removeprefix(where), value) for path, value in filled if path.startswith(where))
        # An object that nothing said is not made by what one of its fields would be.
        values |= {name for name, value in inside if "." not in name or value[:1] not in ("=", "^")}
        return any(each.required and not is_told(dict.fromkeys(values, ""), each.name) for each in fields(kind.item))

    def absolute(self, scope: Scope) -> str:
        """The path of a list from the document on."""
        owner = scope.owner
        return scope.path if owner.above is None else f"{self.absolute(owner)}.{scope.path}"

    def built(self, scope: Scope, kind: type[Any], ordinal: int = 0) -> Any:
        """The object; None where it lacks what one must say."""
        scope.fields = frozenset(each.name for each in fields(kind))
        for finish in scope.later:
            finish(scope)
        values = scope.values
        values |= {path: value.work(scope) for path, value in values.items() if isinstance(value, Later)}
        for path, spares in scope.spares.items():
            if scope.lists.get(path):
                self.source.untake(each for _, took in spares for each in took)
            else:
                scope.lists[path] = [each for each, _ in spares]
        values.update({path: tuple(found) for path, found in scope.lists.items()})
        without_amount(self.source, scope)
        where = self.absolute(scope) + "." if scope.above is not None else ""
        for written, value in self.definition.values.items():
            name = written.removesuffix("?")
            if name != written and not (scope.loop is not None and scope.loop.spare):
                continue
            field_name = name.removeprefix(where)
            wanted = (
                field_of(kind, field_name) if name.startswith(where) and not through_list(kind, field_name) else None
            )
            inside = field_name.rpartition(".")[0]
            if value[:1] in ("=", "^") and inside and not is_told(values, inside):
                continue  # an object that nothing said is not made by what one of its fields would be
            if wanted is not None and not is_told(values, field_name):
                self._fill(scope, wanted, field_name, value, ordinal)
        said = {
            path: value for path, value in values.items() if path[:1] not in ("", "@") and not of_a_list(kind, path)
        }
        built = build(kind, nested(said))
        spared = built.body is None and self._spared(scope)
        for each in built.missing:
            self._missing(kind, each, scope, fatal=each.fatal and not spared)
            give_back(self.source, scope, each.path.rpartition(".")[0])
        if spared:
            self._leave_out(scope)
        return built.body

    def _spared(self, scope: Scope) -> bool:
        """May an object that lacks something be left out without harm to the document? So it is with those of lists
        that may be empty: a reference without a number refuses no shipment."""
        if scope.above is None:
            return False
        listed = field_of(self.definition.object, self.absolute(scope))
        return listed is not None and not listed.required

    def _leave_out(self, scope: Scope) -> None:
        """What was said of an object that is left out is kept beside the document."""
        here = where(scope)
        positions = {position for position, place in self.places.items() if place == here}
        for mark in [mark for mark in self.source.taken if mark[0] in positions]:
            del self.source.taken[mark]

    def _fill(self, scope: Scope, wanted: Field, path: str, value: str, ordinal: int) -> None:
        """A field that nothing said: what the definition says, or another field of this object or of the one above."""
        if value.startswith("()@"):
            self.source.taken.update(scope.said[name][2] if (name := value[2:]) in scope.said else ())
            value = "()"
        other, _, text = value.partition("|")
        if other[:1] in ("=", "^"):
            below, around = scope, scope if other[0] == "=" else scope.above
            while around is not None:
                if same := said_as(around, other[1:], path) or said_as(around, f"{below.path}.{other[1:]}", path):
                    break
                below, around = around, around.above if other[0] == "^" else None
            if around is not None:
                if other[1:2] == "@":
                    self.source.taken.update(around.said[other[1:]][2])
                scope.values |= same
                return
            if "|" not in value:
                return
        default = self._default(text if "|" in value else value, ordinal, scope)
        scope.values[path] = wanted.number(default) if wanted.number and isinstance(default, str) else default

    def _default(self, value: str, ordinal: int, scope: Scope) -> Any:
        """What a field is that nothing said: see `[values]` in `definition.py`."""
        if value == "#":
            return str(ordinal)
        if value == "()":
            return ()
        if not value.startswith("@"):
            return value
        if value == "@no_price":
            self.source.fault("price_missing", scope.position, (0, 0))
            return Price(ZERO, self.source.currency)
        name, _, part = value[1:].partition(".")
        if name == "control":
            return self.source.control_number()
        if name in ("date", "moment"):
            return self.source.sent_at() if name == "moment" else self.source.sent_at().date()
        found = self.source.currency if name == "currency" else getattr(self.source.context, name)
        return getattr(found, part) if part else found

    def _missing(self, kind: type[Any], missing: Missing, scope: Scope, *, fatal: bool) -> None:
        """A field that nobody said: the place is where it would stand. What stands there and cannot be read is told
        already."""
        path, position, at = missing.path, scope.position, (0, 0)
        words = f"{path.replace('_', ' ').replace('.', ' ')} is missing"
        wanted = field_of(kind, path)
        code = "lines_missing" if wanted is not None and wanted.item is not None else "element_missing"
        code = "item_missing" if path == "item" else code
        loop = scope.loop or self.definition.root
        carrying = list(cells_of(loop, path)) if code != "lines_missing" else []
        severity: Severity = "error" if fatal else "warning"
        if any(
            (found := self._place_of(segment, loop, scope.position)) and self.source.told(found, cell.at, severity)
            for segment, cell in carrying
        ):
            return
        if carrying:
            segment, cell = min(carrying, key=lambda each: not each[1].path.startswith(f"{path}."))
            words += f": {words_of(segment, self.definition.dialect)} element {cell.at[0]} carries it"
            found = self._place_of(segment, loop, scope.position)
            position, at = (found, cell.at) if found else (position, at)
        if not self.source.told(position, at, severity):
            self.source.fault(code, position, at, words, severity)

    def _place_of(self, segment: SegmentMap, loop: Loop, first: int) -> int:
        """Where a segment stands in the loop that begins at a position; 0 where it does not."""
        for position, row in enumerate(self.source.rows[first - 1 :], first):
            tag = self.source.tag(row)
            if position > first and tag == loop.start.tag:
                break
            if tag == segment.tag and selected(self.source, segment, row):
                return position
        return 0
