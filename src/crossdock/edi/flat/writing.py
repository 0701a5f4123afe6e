"""Objects to records of a flat file."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

import msgspec

from crossdock.edi.flat import fields
from crossdock.edi.flat.layout import Csv
from crossdock.edi.flat.plan import Plan, PlannedColumn, PlannedRecord
from crossdock.edi.flat.values import is_formula, placed, text_of
from crossdock.edi.kernel.writing import CannotWrite
from crossdock.edi.maps.context import MapContext


class Writer:
    """Writes objects by one plan."""

    def __init__(self, plan: Plan, context: MapContext | None) -> None:
        self._plan = plan
        self._context = context
        layout = plan.layout
        self._end = layout.line_end

    def write(self, bodies: Iterable[msgspec.Struct]) -> Iterator[bytes]:
        """The bytes of a file, record by record. Raises `CannotWrite`."""
        layout = self._plan.layout
        if layout.form == "csv" and layout.csv.header:
            names = [each.column.name for each in self._plan.records[0].columns]
            yield self._encoded(layout.csv.delimiter.join(_quoted(name, layout.csv) for name in names))
        for body in bodies:
            if not isinstance(body, self._plan.kind):
                raise CannotWrite(
                    f"the layout {layout.layout!r} is of a {layout.document}, not a {type(body).__name__}"
                )
            wrote = False
            for row in self._below(body, (), ()):
                wrote = True
                yield row
            if not wrote:
                raise CannotWrite(f"the {layout.document} has nothing that the layout writes")

    def _below(self, body: msgspec.Struct, lists: tuple[fields.Path, ...], around: tuple[Any, ...]) -> Iterator[bytes]:
        """The records of an element (of the document, where there are no lists) and of what is in it."""
        here = (*around, body)
        for record in self._plan.records:
            if record.lists == lists and not record.record.ignore:
                yield self._row(record, here)
        base = len(lists[-1]) if lists else 0
        for path in self._inner(lists):
            for element in fields.get(body, path[base:]) or ():
                yield from self._below(element, (*lists, path), here)

    def _inner(self, lists: tuple[fields.Path, ...]) -> list[fields.Path]:
        """The lists directly within, of which there are records."""
        depth = len(lists)
        found = (
            each.lists[depth] for each in self._plan.records if len(each.lists) > depth and each.lists[:depth] == lists
        )
        return list(dict.fromkeys(found))

    def _row(self, record: PlannedRecord, here: tuple[Any, ...]) -> bytes:
        layout = self._plan.layout
        taken: dict[fields.Path, int] = {}
        texts = [self._text(record, each, here, taken) for each in record.columns]
        if layout.form == "csv":
            said = (
                _quoted(_safe(text, each, layout.csv), layout.csv)
                for text, each in zip(texts, record.columns, strict=True)
            )
            return self._encoded(layout.csv.delimiter.join(said))
        width = layout.fixed.length or max(each.column.at[1] for each in record.columns if each.column.at)
        line = [" "] * width
        if isinstance(layout.marker, tuple):
            line[layout.marker[0] - 1 : layout.marker[1]] = record.record.mark.ljust(
                layout.marker[1] - layout.marker[0] + 1
            )
        for text, each in zip(texts, record.columns, strict=True):
            assert each.column.at is not None  # a fixed record's columns have places
            if text or each.field is not None:
                line[each.column.at[0] - 1 : each.column.at[1]] = placed(text, each.column, each.kind)
        return self._encoded("".join(line))

    def _text(
        self, record: PlannedRecord, planned: PlannedColumn, here: tuple[Any, ...], taken: dict[fields.Path, int]
    ) -> str:
        column = planned.column
        if column.name and column.name == self._plan.layout.marker:
            return record.record.mark
        if planned.field is None:
            return column.value
        found = fields.get(here[planned.depth], planned.relative)
        if planned.field.many:
            nth = taken.get(planned.field.path, 0)
            taken[planned.field.path] = nth + 1
            found = found[nth] if found is not None and nth < len(found) else None
        if column.type == "item" and found and self._context is not None:
            found = self._context.their_item(found) or found
        text = text_of(found, column, planned.kind)
        if text and column.trim != "none" and text != text.strip():
            raise CannotWrite(f"{planned.said}: {text!r} begins or ends with blanks, which are trimmed when it is read")
        if not text and planned.needed and column.required:
            raise CannotWrite(f"{planned.said} must not be empty")
        return text

    def _encoded(self, line: str) -> bytes:
        try:
            return (line + self._end).encode(self._plan.layout.encoding)
        except UnicodeEncodeError as problem:
            bad = line[problem.start : problem.end]
            raise CannotWrite(f"{self._plan.layout.encoding} has no character {bad!r}") from None


def _safe(text: str, planned: PlannedColumn, csv: Csv) -> str:
    """A text that no spreadsheet runs. Numbers may begin with a minus."""
    if planned.kind != "text" or csv.formulas == "keep":
        return text
    if csv.formulas == "escape":
        return "'" + text if is_formula(text) or (text.startswith("'") and is_formula(text[1:])) else text
    if is_formula(text):
        raise CannotWrite(
            f"{planned.said}: a spreadsheet would run {text!r}; set csv.formulas to escape, or to keep if only "
            "machines read the file"
        )
    return text


def _quoted(text: str, csv: Csv) -> str:
    marks = (csv.delimiter, csv.quote, "\n", "\r") if csv.quote else (csv.delimiter, "\n", "\r")
    if not any(mark in text for mark in marks) and text == text.strip():
        return text
    if not csv.quote:
        if text != text.strip():
            return text
        raise CannotWrite(f"{text!r} holds a delimiter or a line end, and the layout has no quote")
    return csv.quote + text.replace(csv.quote, csv.quote * 2) + csv.quote
