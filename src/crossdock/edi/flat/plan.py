"""A layout held against its object: every path resolved, every wrong one told."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any, NamedTuple

import msgspec

from crossdock.edi.flat import fields, values
from crossdock.edi.flat.fields import Field, NoField, Path
from crossdock.edi.flat.layout import Column, Layout, LayoutError, Record
from crossdock.edi.maps.declared import usual_words

_PARTIES = ("buyer", "supplier", "issuer", "recipient", "seller", "ship_to")
FROM_CONTEXT = ("company_id", *_PARTIES)
"""Fields that the agreement fills where the file does not. `ship_to` is then the buyer."""
_FITS = {
    "text": ("text", "code"), "decimal": ("decimal",), "integer": ("integer",), "date": ("date",),
    "datetime": ("datetime",), "boolean": ("boolean",), "item": ("text",),
}  # fmt: skip


class PlannedColumn(NamedTuple):
    """A column with its field (None for one that carries nothing). `relative` is the field's path below the element of
    the innermost list it stands in, `depth` how many lists that are."""

    number: int
    column: Column
    field: Field | None
    relative: Path = ()
    depth: int = 0
    kind: str = "text"
    needed: bool = False

    @property
    def said(self) -> str:
        """The column for people: `column 4 (qty)`."""
        name = self.column.name or self.column.path
        return f"column {self.number}" + (f" ({name})" if name else "")


class PlannedRecord(NamedTuple):
    """A record with its columns. `lists` are the lists down to the one it adds an element to; none for the document."""

    record: Record
    columns: tuple[PlannedColumn, ...]
    lists: tuple[Path, ...]
    marker: int
    """Which column tells its mark, -1 where places do or there is none."""


class Fill(NamedTuple):
    """A field that the layout fills itself: with a constant, with what another field says, or `counted`."""

    field: Field
    value: Any = None
    source: Field | None = None
    needed: bool = False
    counted: bool = False
    """Which of its list it is, from 1."""


@dataclass(frozen=True)
class Plan:
    """A layout that is right."""

    layout: Layout
    kind: type[msgspec.Struct]
    records: tuple[PlannedRecord, ...]
    fills: tuple[Fill, ...]
    key: tuple[Path, ...]

    @property
    def by_mark(self) -> dict[str, PlannedRecord]:
        """The record of each mark."""
        return {each.record.mark: each for each in self.records}

    @property
    def says(self) -> frozenset[Path]:
        """The fields that a file of this layout can say: by a column, or always the same."""
        columns = (each.field for record in self.records for each in record.columns)
        return frozenset(each.path for each in (*columns, *(fill.field for fill in self.fills)) if each is not None)


def plan(layout: Layout) -> Plan:
    """Hold a layout against its object. Raises `LayoutError` with all that is wrong."""
    kind = fields.documents().get(layout.document)
    if kind is None:
        known = ", ".join(sorted(fields.documents()))
        raise LayoutError([f"document {layout.document!r} is none of {known}"])
    problems: list[str] = []
    records = tuple(_record(kind, layout, record, n, problems) for n, record in enumerate(layout.records, 1))
    fills = (*_constants(kind, layout, problems), *_numbered(kind, layout, problems), *_same(kind, layout, problems))
    key = tuple(_key(kind, layout, name, problems) for name in layout.key)
    if not problems:
        problems += _uncovered(kind, records, fills)
        problems += _without_key(layout, records)
    if problems:
        raise LayoutError(problems)
    return Plan(layout, kind, records, fills, key)


def marking(found: Plan) -> Plan:
    """The same with marks (`mark_of`) on every word that neither the file nor the layout says."""
    words = ((fields.resolve(found.kind, path), text) for path, text in usual_words(found.kind))
    return replace(found, fills=(*found.fills, *(Fill(field, text) for field, text in words if field.kind == "text")))


def _record(
    kind: type[msgspec.Struct], layout: Layout, record: Record, number: int, problems: list[str]
) -> PlannedRecord:
    named = f"records[{number}]" + (f" ({record.mark})" if record.mark else "")
    lists: tuple[Path, ...] = ()
    if record.each:
        try:
            lists = fields.list_at(kind, record.each)
        except NoField as problem:
            problems.append(f"{named}: {problem}")
    columns, seen = [], set[str]()
    for position, column in enumerate(record.columns, 1):
        planned = PlannedColumn(position, column, None)
        try:
            planned = _column(kind, column, position, lists)
        except NoField as problem:
            problems.append(f"{named}, {planned.said}: {problem}")
        if column.path in seen and planned.field is not None and not planned.field.many:
            problems.append(f"{named}, {planned.said}: {column.path} has a column already")
        seen.add(column.path)
        columns.append(planned)
    # A record that is passed over has no columns of its own: its mark stands where the first record has it.
    telling = record.columns or layout.records[0].columns
    marker = next((n for n, column in enumerate(telling) if column.name and column.name == layout.marker), -1)
    return PlannedRecord(record, tuple(columns), lists, marker)


def _column(kind: type[msgspec.Struct], column: Column, number: int, lists: tuple[Path, ...]) -> PlannedColumn:
    if not column.path:
        return PlannedColumn(number, column, None)
    field = fields.resolve(kind, column.path)
    if field.lists != lists[: len(field.lists)]:
        outer = ".".join(field.lists[-1])
        raise NoField(f"{column.path} is of {outer}, and the record adds nothing to it: set `each`")
    if column.type and field.kind not in _FITS[column.type]:
        raise NoField(f"{column.path} is a {field.kind}, not a {column.type}")
    if column.form and (problem := values.form_problem(column.form)):
        raise NoField(problem)
    if column.form and field.kind not in ("date", "datetime"):
        raise NoField(f"{column.path} is a {field.kind}; only dates have a form")
    if field.kind == "code" and (strange := sorted(set(column.codes.values()) - set(field.choices))):
        raise NoField(f"{strange[0]!r} is none of {', '.join(field.choices)}")
    if field.kind in ("decimal", "integer") and column.align == "left" and column.pad.isdigit():
        raise NoField(f"a number that is filled up with {column.pad} behind it is another number")
    depth = len(field.lists)
    relative = field.path[len(field.lists[-1]) if field.lists else 0 :]
    needed = column.required or fields.needed(kind, column.path)
    return PlannedColumn(number, column, field, relative, depth, field.kind, needed)


def _constants(kind: type[msgspec.Struct], layout: Layout, problems: list[str]) -> Iterator[Fill]:
    for path, text in layout.constants.items():
        try:
            field = fields.resolve(kind, path)
            if text == "#" and field.lists:
                problems.append(f"constants, {path}: `#` counts nothing here: write numbered: [{path}]")
                continue
            said = values.value(text, Column(), field.kind, field.choices)
            yield Fill(field, said, needed=_in_needed(kind, path))
        except (NoField, values.BadValue) as problem:
            problems.append(f"constants, {path}: {problem}")


def _numbered(kind: type[msgspec.Struct], layout: Layout, problems: list[str]) -> Iterator[Fill]:
    columns = {column.path for record in layout.records for column in record.columns}
    for path in layout.numbered:
        try:
            field = fields.resolve(kind, path)
        except NoField as problem:
            problems.append(f"numbered, {path}: {problem}")
            continue
        if not field.lists or field.many:
            problems.append(f"numbered, {path}: it stands in no list that could be counted")
        elif field.kind not in ("text", "integer"):
            problems.append(f"numbered, {path}: it is a {field.kind}, not a text or a number")
        elif path in columns or path in layout.constants or path in layout.same:
            problems.append(f"numbered, {path}: the file or the layout says it already")
        else:
            yield Fill(field, needed=_in_needed(kind, path), counted=True)


def _same(kind: type[msgspec.Struct], layout: Layout, problems: list[str]) -> Iterator[Fill]:
    for path, source in layout.same.items():
        try:
            field, other = fields.resolve(kind, path), fields.resolve(kind, source)
        except NoField as problem:
            problems.append(f"same, {path}: {problem}")
            continue
        if other.lists != field.lists[: len(other.lists)]:
            problems.append(f"same, {path}: {source} is of a list that {path} does not stand in")
        elif other.kind != field.kind:
            problems.append(f"same, {path}: it is a {field.kind}, and {source} a {other.kind}")
        else:
            yield Fill(field, source=other, needed=_in_needed(kind, path))


def _in_needed(kind: type[msgspec.Struct], path: str) -> bool:
    """Does what the field stands in always stand?"""
    parent = path.rpartition(".")[0]
    field = fields.resolve(kind, path)
    if not parent or (field.lists and field.lists[-1] == tuple(parent.split("."))):
        return True
    return fields.needed(kind, parent, filled=True)


def _key(kind: type[msgspec.Struct], layout: Layout, name: str, problems: list[str]) -> Path:
    try:
        field = fields.resolve(kind, name)
    except NoField as problem:
        problems.append(f"key: {problem}")
        return ()
    if field.lists:
        problems.append(f"key: {name} is of a line; a key tells documents apart")
    if not any(column.path == name for record in layout.records for column in record.columns):
        problems.append(f"key: no column carries {name}")
    return field.path


def _uncovered(
    kind: type[msgspec.Struct], records: tuple[PlannedRecord, ...], fills: tuple[Fill, ...]
) -> Iterator[str]:
    """Fields that the object needs and nobody fills."""
    filled = {each.column.path for record in records for each in record.columns if each.field is not None}
    filled |= {".".join(fill.field.path) for fill in fills}
    given = {name for name in FROM_CONTEXT if name in {field.name for field in msgspec.structs.fields(kind)}}
    for path in fields.without(kind, frozenset(filled)):
        if path.split(".")[0] not in given:
            words = f"{kind.__name__} needs {path}, and the layout has neither a column nor a constant for it"
            field = fields.resolve(kind, path) if path.rpartition(".")[2] == "line" else None
            yield f"{words}; numbered: [{path}] counts them" if field is not None and field.lists else words


def _without_key(layout: Layout, records: tuple[PlannedRecord, ...]) -> Iterator[str]:
    if layout.marker and layout.key:
        yield "a file with a marker needs no key: its first record begins each document"
    if not layout.marker and not layout.key and records and records[0].lists:
        yield "one row is one line: `key` must say which rows are one document"
