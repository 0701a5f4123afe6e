"""Layouts of flat files: what an integration engineer writes down of a partner's CSV or fixed-width file.

```yaml
layout: orders of Homestead
document: purchase_order      # the object a document of the file becomes
form: csv                     # or fixed
encoding: utf-8
csv: {delimiter: ";", header: true}
key: [number]                 # rows with the same number are one document
constants: {currency: GBP, supplier.id: albion}
same: {lines.price.currency: currency}
records:
  - each: lines               # one row is one line
    columns:
      - {name: Order, path: number}
      - {name: Date, path: ordered_on, form: "%d.%m.%Y"}
      - {name: Line, path: lines.line}
      - {name: Article, path: lines.item, type: item}
      - {name: Qty, path: lines.quantity.amount, decimal_mark: ","}
```

Files whose records say what they are have `marker` (the column's name, or its `at` in a fixed file) and, in each
record, the `mark` it holds. docs/howto/read-a-flat-file.md explains every field.
"""

from __future__ import annotations

import codecs
import tomllib
from itertools import pairwise
from typing import Any, Literal

import msgspec
import yaml

ColumnType = Literal["", "text", "decimal", "integer", "date", "datetime", "boolean", "item"]
Form = Literal["csv", "fixed"]


class LayoutError(ValueError):
    """A layout is wrong; `problems` says all that is, in words with places."""

    def __init__(self, problems: list[str]) -> None:
        self.problems = problems
        super().__init__("; ".join(problems))


class Column(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One column. `path` is the field of the object it carries; one without is `value` (a constant that must stand
    there) or is passed over. `at` are its first and last place in a fixed record, from 1."""

    name: str = ""
    path: str = ""
    at: tuple[int, int] | None = None
    type: ColumnType = ""
    """That of the field, unless told; `item` asks the cross-reference."""
    required: bool = False
    value: str = ""
    form: str = ""
    """Of dates: `%Y-%m-%d` and the like."""
    decimal_mark: str = "."
    thousands: str = ""
    implied_decimals: int = 0
    codes: dict[str, str] = {}
    """The file's code -> ours."""
    trim: Literal["both", "left", "right", "none"] = "both"
    pad: str = " "
    align: Literal["", "left", "right"] = ""
    """Where a value stands in its places: numbers right, all else left, unless told."""


class Record(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One kind of record. `mark` is what its marker column holds; `each` the list of the object that each record adds
    one to (`lines`, `lines.schedules`); without, it carries the document itself, and begins one."""

    columns: tuple[Column, ...] = ()
    mark: str = ""
    each: str = ""
    ignore: bool = False


class Csv(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """How a CSV file is written. `formulas`: what becomes of a text that a spreadsheet would run (`=`, `+`, `-`, `@`
    before it): `refuse`, `escape` it with an apostrophe, or `keep` it."""

    delimiter: str = ","
    quote: str = '"'
    header: bool = True
    formulas: Literal["refuse", "escape", "keep"] = "refuse"


class Fixed(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """`length` is that of each record; without line ends (`line_end` empty) it is how records are told apart."""

    length: int = 0


class Layout(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A layout as it stands in its file."""

    layout: str
    document: str
    form: Form
    records: tuple[Record, ...]
    encoding: str = "utf-8"
    line_end: str = "\r\n"
    csv: Csv = Csv()
    fixed: Fixed = Fixed()
    marker: str | tuple[int, int] = ""
    key: tuple[str, ...] = ()
    constants: dict[str, str] = {}
    numbered: tuple[str, ...] = ()
    """Fields that say which of its list each is, from 1: the lines of a file that has no line numbers."""
    same: dict[str, str] = {}
    """Field -> field of the same document (or line) that it always equals."""
    skip_lines: int = 0
    record_bytes: int = 1 << 16
    """Beyond this a record is refused."""
    record_lines: int = 20
    """How many lines a quoted value may go on for; it bounds what a quote that is never closed may cost."""


def parsed(text: str | bytes, form: Literal["yaml", "toml"] = "yaml") -> Layout:
    """The layout of a file's text, its shape checked. Raises `LayoutError`."""
    try:
        said = text.decode("utf-8") if isinstance(text, bytes) else text
        raw: Any = tomllib.loads(said) if form == "toml" else yaml.safe_load(said)
        layout = msgspec.convert(raw, Layout, strict=True)
    except (yaml.YAMLError, tomllib.TOMLDecodeError, UnicodeDecodeError) as problem:
        raise LayoutError([f"the layout is no {form.upper()}: {' '.join(str(problem).split())}"]) from None
    except msgspec.ValidationError as problem:
        raise LayoutError([str(problem)]) from None
    problems = list(_problems(layout))
    if problems:
        raise LayoutError(problems)
    return layout


def _problems(layout: Layout) -> list[str]:
    """What is wrong with a layout whatever its object."""
    found = [*_encoding(layout.encoding), *_shape(layout)]
    for number, record in enumerate(layout.records, 1):
        named = f"records[{number}]" + (f" ({record.mark})" if record.mark else "")
        found += [f"{named}: {problem}" for problem in _record(layout, record)]
    return found


def _encoding(name: str) -> list[str]:
    try:
        codecs.lookup(name)
        plain = "\n;".encode(name) == b"\n;"
    except LookupError:
        return [f"encoding {name} is none that is known"]
    except UnicodeError:
        plain = False
    return (
        [] if plain else [f"encoding {name}: line ends must be the bytes of ASCII (UTF-8, Latin-1, Windows-1252, ...)"]
    )


def _shape(layout: Layout) -> list[str]:
    found = []
    marks = [record.mark for record in layout.records]
    if not layout.records:
        found.append("a layout needs a record")
    if layout.form == "csv":
        if len(layout.csv.delimiter) != 1 or layout.csv.delimiter in "\r\n":
            found.append("csv.delimiter is one character")
        if len(layout.csv.quote) > 1 or (layout.csv.quote and layout.csv.quote in layout.csv.delimiter + "\r\n"):
            found.append("csv.quote is one character, other than the delimiter, or none")
    if layout.line_end not in ("\n", "\r\n", ""):
        found.append(r'line_end is "\r\n", "\n" or nothing')
    if not layout.line_end and (layout.form == "csv" or not layout.fixed.length):
        found.append("records without line ends need form: fixed and fixed.length")
    if layout.marker:
        if not all(marks):
            found.append("every record needs its mark where there is a marker")
        found += [f"the mark {mark} stands for two records" for mark in sorted(set(marks)) if marks.count(mark) > 1]
        if isinstance(layout.marker, str) is (layout.form == "fixed"):
            found.append("marker is a column's name (csv) or its first and last place (fixed)")
        if layout.form == "csv" and layout.csv.header:
            found.append("a file with a marker has records of several kinds: csv.header must be false")
        if sum(not record.each and not record.ignore for record in layout.records) != 1:
            found.append("exactly one record carries the document itself (has no `each`)")
    elif len(layout.records) > 1:
        found.append("several records need a marker that tells them apart")
    return found


def _record(layout: Layout, record: Record) -> list[str]:
    found: list[str] = []
    if record.ignore:
        return found
    if not record.columns:
        return ["it has no columns"]
    names = [column.name for column in record.columns if column.name]
    found += [f"two columns are named {name}" for name in sorted(set(names)) if names.count(name) > 1]
    if layout.form == "csv" and layout.csv.header and len(names) < len(record.columns):
        found.append("each column needs the name it has in the header")
    if isinstance(layout.marker, str) and layout.marker and layout.marker not in names:
        found.append(f"it has no column {layout.marker}, which is the marker")
    for number, column in enumerate(record.columns, 1):
        said = f"column {number} ({column.name or column.path})"
        found += [f"{said}: {problem}" for problem in _column(layout, column)]
    return found + (_overlaps(layout, record) if layout.form == "fixed" else [])


def _column(layout: Layout, column: Column) -> list[str]:
    found = []
    if layout.form == "fixed" and column.at is None:
        found.append("a column of a fixed record needs `at: [first, last]`")
    if layout.form == "csv" and column.at is not None:
        found.append("`at` is for fixed records")
    if column.path and column.value:
        found.append("it has either a path or a value")
    if len(column.pad) != 1:
        found.append("pad is one character")
    if column.implied_decimals < 0 or column.implied_decimals > 9:
        found.append("implied_decimals is 0 to 9")
    if len(column.decimal_mark) != 1 or column.decimal_mark == column.thousands:
        found.append("decimal_mark is one character, other than that between thousands")
    return found


def _overlaps(layout: Layout, record: Record) -> list[str]:
    found = []
    placed = [(column.at, column.name or column.path) for column in record.columns if column.at]
    if isinstance(layout.marker, tuple) and not any(at == layout.marker for at, _ in placed):
        placed.append((layout.marker, "the marker"))
    placed.sort()
    for (first, last), name in placed:
        if first < 1 or last < first:
            found.append(f"{name}: its places are {first} to {last}")
        elif layout.fixed.length and last > layout.fixed.length:
            found.append(f"{name} ends at {last}, the record at {layout.fixed.length}")
    for ((_, last), name), ((first, _), other) in pairwise(placed):
        if first <= last:
            found.append(f"{name} and {other} overlap at place {first}")
    return found
