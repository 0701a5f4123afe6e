"""Definitions of documents as data: which segments and loops a set has, and which element carries which field.

A definition is a TOML file. Its `map` is a tree of lines; what is indented deeper belongs to the loop above it:

    BRA! 1=number 2=received_at:moment(5) 3:='00'
    REF 1='PO|CO' 2=reference
    N1 1='SF' 2=supplier:party(supplier)
      also N2 N3 N4
    lines[] RCD! 1=line 2=quantity.amount:number 3=quantity.unit:unit
      LIN 2=:ids
      < REF 1='LT' 2=lot
      drop RCD/4 'quantity in question: told in the line of its own condition'

- `TAG!` must come, `TAG*` may come several times and adds to what the first said; `<` before a segment: it is read
  and never written, and counts only where no line above it says the same field, whichever comes first in the document.
- `2=path` element 2 carries that field of the object (of the present loop's, which `$.path` steps out of);
  `2.1=` its first component; `path:kind(arguments)` how it is written (see `kinds.py`); without kind it is text.
- `1='PO|CO'` only a segment with one of those codes is meant; the first is written.
- `3:='00'` is written and not read; `3:='00'@4` only where element 4 has a value. Beside a field of the same element it
  fills the place of that field where it is empty.
- `2=<path` is read where nothing else says the field, and never written; `2=~path` is read so, and written.
- `2=@all.buyer` in levels that are in one another: the document's `buyer`, if the outermost level says it, or
  every one that names an order says the same.
- `^.path` is a field of the object above; `2=@order` is remembered under a name of no field, for `[values]`.
- `CPS?` a loop whose first segment may be left out: what may stand in it opens it; `CPS!?` is always written. `2=^` the
  number of the loop of the same kind (`1=#`) that this one is in: what that says is said here, too.
- `lines[]` each such loop is one of `lines`; `lines[order_number]` one per group of lines of equal `order_number`,
  and `[]` inside of it is each line of the group; of `documents[.]` there must be but one to be written; `splits[?]`
  are read where no other line fills that list, and never written; `ship_to`
  before a loop: its fields are those of `ship_to`.
- `orders[+lines.pack]` loops in a row that agree in all but their lists are one of `orders`; each of them is written as
  one loop for every run of its `lines` with equal `pack` (`[+]`: as one).
- `lines[/quantity]` inside of a line: a part of that line, which is a line of its own; the `quantity` of the one above
  is less by it, and where nothing is left there is only the part. Written where it has a code for the line.
  `charges[/]` is one of its own and no part, read beside the one it stands in.
- `4=lines.order_number` in a segment above the lines: of all of them that do not say it themselves; written where they
  agree.
- `3+2=path` element 3 and every second one after it: each such row of elements is a loop of its own.
- `if(place)`, `unless(place)` behind the elements of a loop: it is written for objects that have (lack) that field.
- `$.charges[]` before a loop: each is one of the document's, wherever the loop stands.
- `also` segments that may stand here and that nothing of ours reads: they are kept beside the object.
- `drop` elements that are not kept, and why.

`[values]` are what fields are that nothing says: a text; `@supplier.id` of the agreement, `@date` and `@moment` on
which it was sent, `@currency`; `#` which of its list it is; `=path` what another field of the same object is, `^path`
one of the objects above, the nearest first (`^@order` what was remembered there); `^path|text` a text where those say
nothing; `()` nothing, `()@order` nothing but what was remembered there. `"splits.quantity?"` is meant for those of a
line `splits[?]` alone.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import cache
from importlib import resources
from typing import Any, NamedTuple

import msgspec

from crossdock.edi.guidelines.reading import suggestion
from crossdock.edi.kernel.syntax import EDIFACT, X12
from crossdock.edi.maps.declared.building import field_of, fields
from crossdock.edi.maps.declared.objects import OBJECTS

LISTED = ("code", "sense")
"""Kinds that read a code by a list of the definition."""
_LINE = re.compile(
    r"(?P<read><\s+)?(?:(?P<path>(?:\$\.)?[a-z_][a-z_.]*)?(?P<many>\[[+/]?(?:[a-z_, .]*|\?)\])?\s+)?"
    r"(?P<tag>[A-Z][A-Z0-9]{1,2})(?P<mark>!\?|[!*?])?(?P<cells>(?:\s.*)?)\Z"
)
_CELL = re.compile(
    r"(?P<element>\d+)(?:\+(?P<step>\d+))?(?:\.(?P<component>\d+))?"
    r"(?::='(?P<constant>[^']*)'(?:@(?P<with>\d+))?|='(?P<codes>[^']*)'"
    r"|=#(?:\((?P<list>[a-z_.]*)\))?|=(?P<above>\^)|=(?P<spare>[<~])?(?P<path>(?:[$^]\.|@)?[a-z_][a-z_.]*|)(?::(?P<kind>[a-z_]+)(?:\((?P<arguments>[^)]*)\))?)?)\Z"
)
_WHEN = re.compile(r"(?P<word>if|unless)\((?P<path>[a-z_.]+)\)\Z")
_DROP = re.compile(r"drop\s+(?P<tag>[A-Z0-9]{2,3})(?:/(?P<element>\d+))?\s+'(?P<reason>[^']+)'\Z")
Address = tuple[int, int]
"""Element and component, both from 1; component 0 is the whole element."""


class DefinitionError(ValueError):
    """A definition does not say what it must; names file, line and what was expected."""


@dataclass(frozen=True, slots=True)
class Cell:
    """A field in an element."""

    at: Address
    path: str
    kind: str = "text"
    arguments: tuple[str, ...] = ()
    spare: bool = False
    """Read only where nothing else says the field."""
    read_only: bool = False
    step: int = 0
    """Elements from one row of elements in its segment to the next."""

    def absolute(self, prefix: str) -> str:
        """The path in the document of a cell in an object at a path that ends in a point."""
        if self.path.startswith("$."):
            return self.path[2:]
        if self.path.startswith("^."):
            above = prefix.rstrip(".").rpartition(".")[0]
            return f"{above}.{self.path[2:]}" if above else self.path[2:]
        return (prefix + self.path).rstrip(".")


@dataclass(frozen=True, slots=True)
class Constant:
    """What is written, and not read; `only_with` an element that must have a value, 0 for always."""

    at: Address
    value: str
    only_with: int = 0


@dataclass(frozen=True, slots=True)
class SegmentMap:
    """One segment as it is read and written."""

    tag: str
    selectors: tuple[tuple[Address, tuple[str, ...]], ...] = ()
    constants: tuple[Constant, ...] = ()
    cells: tuple[Cell, ...] = ()
    mandatory: bool = False
    repeated: bool = False
    read_only: bool = False
    rank: int = 0
    """Of lines that are only read, the line in the map: a field has the value of the line that stands first."""
    when: tuple[str, bool] = ("", True)
    """It is written where that field is there, or is not."""
    line: int = field(default=0, compare=False)
    """In its file."""

    @property
    def step(self) -> int:
        """Elements from one row of elements to the next; 0 where there is but one."""
        return max((cell.step for cell in self.cells), default=0)

    def shifted(self, by: int) -> SegmentMap:
        """The same for a later row of elements."""
        moved = (replace(cell, at=(cell.at[0] + by, cell.at[1])) if cell.step else cell for cell in self.cells)
        return replace(self, cells=tuple(moved))


@dataclass(frozen=True, slots=True)
class Loop:
    """Segments that belong to the one that begins it. `path` names the field that it fills; `many`: one object per
    loop; `keys`: one loop per group of objects that agree in these fields; `joins`: loops in a row that agree are one
    object, and `splits` the path in it whose changes begin a new loop; `part`: what each takes of the object above."""

    start: SegmentMap
    path: str = ""
    many: bool = False
    keys: tuple[str, ...] = ()
    members: tuple[SegmentMap | Loop, ...] = ()
    also: frozenset[str] = frozenset()
    optional: bool = False
    """What may stand in it opens it, where its first segment does not."""
    single: bool = False
    """Of several nothing can be written."""
    joins: bool = False
    splits: str = ""
    part: str = ""
    spare: bool = False
    """Read where no other line fills the list, and never written."""


PART = Loop(SegmentMap(""), part="quantity")
"""Of the loop that a part of a line stands in, where no segment of its own begins it."""


@dataclass(frozen=True, slots=True)
class Drop:
    """Elements (0: all of the segment) that are not kept."""

    tag: str
    element: int
    reason: str


@dataclass(frozen=True, slots=True, repr=False)
class Definition:
    """One document: `type` is the transaction set or message, `document` the name of what it carries."""

    dialect: str
    type: str
    name: str
    document: str
    object: Any
    """The type of its object."""
    functional_id: str
    version: str
    sources: tuple[str, ...]
    root: Loop
    values: Mapping[str, str] = field(default_factory=dict)
    codes: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    drops: tuple[Drop, ...] = ()
    own: bool = False
    """A map of its own reads and writes it; the definition tells what that takes."""
    beside: Mapping[str, str] = field(default_factory=dict)
    """Of a set with a map of its own: fields of which the definition cannot say what the map makes of them, and why."""

    def __repr__(self) -> str:
        return f"<Definition {self.dialect} {self.type}>"

    def says(self, body: Any) -> bool:
        """Can it say what the object is? Of two definitions of one object each says one `kind` of it."""
        kind = self.values.get("kind", "")
        told = (cell.path for each in self.root.members if isinstance(each, SegmentMap) for cell in each.cells)
        return not kind or getattr(body, "kind", kind) == kind or "kind" in told

    def reason(self, tag: str, element: int) -> str:
        """Why an element is dropped; empty where it is not."""
        return next((each.reason for each in self.drops if each.tag == tag and each.element in (0, element)), "")


class Broken(NamedTuple):
    """A file of which no definition can be made; `document` is what it would carry, as far as it says so."""

    document: str
    own: bool
    why: str


def definitions(dialect: str) -> dict[str, Definition]:
    """All definitions of a dialect (`X12`, `EDIFACT`), by set or message type, but those that are broken."""
    return _loaded(dialect)[0]


def broken(dialect: str) -> dict[str, Broken]:
    """Files of a dialect that are no definitions, by set or message type. Only what needs one of them fails."""
    return _loaded(dialect)[1]


@cache
def _loaded(dialect: str) -> tuple[dict[str, Definition], dict[str, Broken]]:
    sound, wrong = {}, {}
    for name, text in texts(dialect):
        try:
            definition = parse(text, dialect, name)
        except DefinitionError as error:
            kind = _said(text, "type") or name.rpartition("/")[2].removesuffix(".toml")
            wrong[kind] = Broken(_said(text, "document"), "\nown = true\n" in text, str(error))
        else:
            sound[definition.type] = definition
    return sound, wrong


def texts(dialect: str) -> Iterator[tuple[str, str]]:
    """The files of a dialect: name and text."""
    folder = resources.files(__package__).joinpath(dialect.lower())
    for each in sorted(folder.iterdir(), key=lambda each: each.name):
        if each.name.endswith(".toml"):
            yield f"{dialect.lower()}/{each.name}", each.read_text(encoding="utf-8")


def _said(text: str, key: str) -> str:
    """What a file says that need not be TOML."""
    found = re.search(rf'^{key}\s*=\s*"(\w+)"', text, re.MULTILINE)
    return found[1] if found else ""


def parse(text: str, dialect: str, name: str) -> Definition:
    """The definition in a TOML text. Raises `DefinitionError`."""
    try:
        data = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise DefinitionError(f"{name}: {error}") from error
    for key, form in _KEYS.items():
        if not isinstance(data.get(key), form) or not data[key]:
            raise DefinitionError(f"{name}, line {_line_of(text, key)}: {key} is missing, or is no {form.__name__}")
    if data["object"] not in OBJECTS:
        words = f"object {data['object']} is none of {', '.join(sorted(OBJECTS))}"
        raise DefinitionError(f"{name}, line {_line_of(text, 'object')}: {words}")
    for key in ("values", "codes", "beside"):
        if not isinstance(data.get(key, {}), dict):
            raise DefinitionError(f"{name}, line {_line_of(text, key)}: {key} is no table: write [{key}]")
    tree = _Tree(name, 0 if dialect == X12 else 1, [Drop(*row) for row in _ENVELOPE[dialect]], _line_of(text, "map"))
    definition = Definition(
        dialect,
        data["type"],
        data["name"],
        data["document"],
        OBJECTS[data["object"]],
        data.get("functional_id", ""),
        data.get("version", "004010" if dialect == X12 else "D:96A:UN:EAN008"),
        tuple(data["sources"]),
        tree.root(data["map"]),
        data.get("values", {}),
        data.get("codes", {}),
        tuple(tree.drops),
        data.get("own", False),
        data.get("beside", {}),
    )
    _check(definition, name, text)
    return definition


_KEYS = {"type": str, "name": str, "document": str, "object": str, "map": str, "sources": list}


def _line_of(text: str, key: str) -> int:
    """The line where a file says a key; the first, where it does not."""
    found = re.search(rf'^"?{re.escape(key)}"?\s*=', text, re.MULTILINE)
    return text.count("\n", 0, found.start()) + 1 if found else 1


def _check(definition: Definition, name: str, text: str) -> None:
    """Every field is one of the object's, every kind is there, and every list of codes that is used."""
    from crossdock.edi.maps.declared.reading import KINDS  # here, for kinds are made of definitions

    for path in definition.values:
        _field(definition, path.removesuffix("?"), f"{name}, line {_line_of(text, path)}: [values]")
    for loop, prefix in _loops(definition.root, ""):
        for key in (*loop.keys, *filter(None, (loop.splits, loop.part.strip(".")))):
            _field(definition, prefix + key, f"{name}, line {loop.start.line}")
        for segment in (loop.start, *(each for each in loop.members if isinstance(each, SegmentMap))):
            where = f"{name}, line {segment.line}"
            for cell in (cell for cell in segment.cells if cell.path not in ("#", "^")):
                if cell.kind not in KINDS[definition.dialect]:
                    known = ", ".join(sorted(KINDS[definition.dialect]))
                    raise DefinitionError(f"{where}: there is no kind {cell.kind}; there are {known}")
                if cell.kind in LISTED and (not cell.arguments or cell.arguments[0] not in definition.codes):
                    raise DefinitionError(f"{where}: {cell.path} needs [codes.{', '.join(cell.arguments) or 'NAME'}]")
                if not cell.path.startswith("@"):
                    _field(definition, cell.absolute(prefix), where)


def _field(definition: Definition, path: str, where: str) -> None:
    """Say which field is not there, and what may have been meant."""
    if not path or field_of(definition.object, path) is not None:
        return
    *above, last = path.split(".")
    holder = field_of(definition.object, ".".join(above)) if above else None
    kind = (holder.struct or holder.item) if holder else definition.object if not above else None
    near = suggestion(last, [each.name for each in fields(kind)]) if kind and issubclass(kind, msgspec.Struct) else ""
    words = f"{where}: {definition.object.__name__} has no field {path}"
    raise DefinitionError(f"{words}; {near}" if near else words)


def _loops(loop: Loop, prefix: str) -> Iterator[tuple[Loop, str]]:
    """Each loop and the path of the object that it fills."""
    yield loop, prefix
    for each in loop.members:
        if isinstance(each, Loop):
            inside = f"{prefix}{each.path}." if each.path and not each.part else prefix
            yield from _loops(each, f"{each.path[2:]}." if each.path.startswith("$.") else inside)


_ENVELOPE: dict[str, tuple[tuple[str, int, str], ...]] = {
    X12: (("ST", 0, "stands in the header of the set"), ("SE", 0, "counts the segments of the set")),
    EDIFACT: (("UNH", 0, "stands in the header of the message"), ("UNT", 0, "counts the segments of the message")),
}

UNKNOWN_SET, UNKNOWN_MESSAGE = (
    Definition(dialect, "", "", "", None, "", "", (), Loop(SegmentMap("")), drops=tuple(Drop(*row) for row in rows))
    for dialect, rows in _ENVELOPE.items()
)
"""Of a set or message that nothing describes."""

_Line = tuple[int, str, int]
"""Depth, text and number of a line."""


@dataclass(slots=True)
class _Tree:
    """The lines of one map. `component` is the one meant where none is named."""

    name: str
    component: int
    drops: list[Drop]
    first: int
    """The line of the file in which the map begins."""

    def root(self, text: str) -> Loop:
        """The whole map."""
        lines = [(len(line) - len(line.lstrip()), line.strip(), at) for at, line in enumerate(text.splitlines(), 1)]
        members, also = self._members([row for row in lines if row[1] and not row[1].startswith("#")])
        return Loop(SegmentMap(""), members=members, also=also)

    def _members(self, lines: list[_Line]) -> tuple[tuple[SegmentMap | Loop, ...], frozenset[str]]:
        """The lines of one depth, each with what is indented below it."""
        members: list[SegmentMap | Loop] = []
        also: set[str] = set()
        for (_, line, number), below in _nested(lines):
            place = f"{self.name}, line {self.first + number}"
            if line.startswith("also "):
                also.update(line.split()[1:])
            elif line.startswith("drop "):
                self.drops.append(_drop(line, place))
            else:
                members.append(self._member(line, below, number, place))
                continue
            if below:
                raise DefinitionError(f"{place}: nothing can be indented below {line.split()[0]!r}")
        return tuple(members), frozenset(also)

    def _member(self, line: str, below: list[_Line], number: int, place: str) -> SegmentMap | Loop:
        found = _LINE.match(line)
        if found is None:
            raise DefinitionError(f"{place}: {line!r} is no segment: write [path] TAG[!] ELEMENT=FIELD ...")
        rank = number if found["read"] else 0
        segment = self._segment(found["tag"], found["cells"], found["mark"] or "", rank, place)
        segment = replace(segment, line=self.first + number)
        path, many = found["path"] or "", found["many"]
        if not below and not path and many is None:
            return segment
        optional = "?" in (found["mark"] or "")
        single, spare = many == "[.]", many == "[?]"
        many = "[]" if single or spare else many
        members, also = self._members(below)
        inside = (many or "[]")[1:-1]
        if inside[:1] in ("+", "/"):
            splits, part = (inside[1:], "") if inside[0] == "+" else ("", inside[1:] or ".")
            return Loop(segment, path, True, (), members, also, joins=not part, splits=splits, part=part)
        keys = tuple(key.strip() for key in inside.split(",") if key.strip())
        return Loop(segment, path, many is not None and not keys, keys, members, also, optional, single, spare=spare)

    def _segment(self, tag: str, text: str, mark: str, rank: int, place: str) -> SegmentMap:
        selectors, constants, cells = [], [], []
        when = ("", True)
        for word in re.findall(r"[^\s']*'[^']*'\S*|\S+", text):
            if (condition := _WHEN.match(word)) is not None:
                when = condition["path"], condition["word"] == "if"
                continue
            found = _CELL.match(word)
            if found is None:
                raise DefinitionError(f"{place}: {word!r} is no element: write 2=field:kind, 2='CODE' or 2:='value'")
            at = int(found["element"]), int(found["component"] or self.component)
            if found["codes"] is not None:
                selectors.append((at, tuple(found["codes"].split("|"))))
            elif found["constant"] is not None:
                constants.append(Constant(at, found["constant"], int(found["with"] or 0)))
            elif found["above"]:
                cells.append(Cell(at, "^"))
            elif found["path"] is None:
                cells.append(Cell(at, "#", arguments=tuple(filter(None, (found["list"],)))))
            else:
                arguments = tuple(each.strip() for each in (found["arguments"] or "").split(",") if each.strip())
                spare, step = _spare(found["spare"], found["path"]), int(found["step"] or 0)
                cells.append(Cell(at, found["path"], found["kind"] or "text", arguments, *spare, step))
        said = tuple(selectors), tuple(constants), tuple(cells)
        return SegmentMap(tag, *said, mark[:1] == "!", mark == "*", rank > 0, rank, when)


def _spare(mark: str | None, path: str) -> tuple[bool, bool]:
    """Is it read only where nothing else says the field, and is it never written?"""
    return mark is not None, mark == "<" or path.startswith("@")


def _nested(lines: list[_Line]) -> Iterator[tuple[_Line, list[_Line]]]:
    start = 0
    for index in range(1, len(lines) + 1):
        if index == len(lines) or lines[index][0] <= lines[start][0]:
            yield lines[start], lines[start + 1 : index]
            start = index


def _drop(line: str, place: str) -> Drop:
    found = _DROP.match(line)
    if found is None:
        raise DefinitionError(f"{place}: a drop is written drop TAG/ELEMENT 'reason', not {line!r}")
    return Drop(found["tag"], int(found["element"] or 0), found["reason"])
