"""Paths of an object's fields (`lines.quantity.amount`), resolved on its type, and objects made of values at paths."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterator
from functools import cache
from typing import Any, NamedTuple

import msgspec
from msgspec import inspect

from crossdock.edi.maps.declared.objects import OBJECTS

Path = tuple[str, ...]
_KINDS: dict[type[inspect.Type], str] = {
    inspect.StrType: "text", inspect.DecimalType: "decimal", inspect.IntType: "integer", inspect.DateType: "date",
    inspect.DateTimeType: "datetime", inspect.BoolType: "boolean", inspect.LiteralType: "code",
}  # fmt: skip


class Field(NamedTuple):
    """A field that holds one value. `lists` are the lists it stands in, outermost first; `choices` what a code may be;
    `many`: a list of values, of which a column holds one."""

    path: Path
    kind: str
    lists: tuple[Path, ...]
    choices: tuple[str, ...] = ()
    many: bool = False


class NoField(ValueError):
    """An object has no field at a path; says which it has there."""


@cache
def documents() -> dict[str, type[msgspec.Struct]]:
    """The name of a document -> its object: `purchase_order` -> `PurchaseOrder`."""
    return {re.sub(r"(?<!^)(?=[A-Z])", "_", name).lower(): kind for name, kind in OBJECTS.items()}


@cache
def resolve(kind: type[msgspec.Struct], dotted: str) -> Field:
    """The field at a path. Raises `NoField`."""
    here: inspect.Type = inspect.type_info(kind)
    lists: list[Path] = []
    path: Path = ()
    for step in dotted.split("."):
        here = _plain(here)
        if isinstance(here, inspect.VarTupleType):
            lists.append(path)
            here = _plain(here.item_type)
        if not isinstance(here, inspect.StructType):
            raise NoField(f"{'.'.join(path)} is one value and has no {step}")
        known = {field.name: field.type for field in here.fields}
        if step not in known:
            near = difflib.get_close_matches(step, known, 1)
            meant = f"did you mean {near[0]}?" if near else f"it has {', '.join(sorted(known))}"
            raise NoField(f"{here.cls.__name__} has no field {step}; {meant}")
        here, path = known[step], (*path, step)
    here = _plain(here)
    many = isinstance(here, inspect.VarTupleType)
    if isinstance(here, inspect.VarTupleType):
        here = _plain(here.item_type)
    name = _KINDS.get(type(here), "")
    if not name:
        raise NoField(f"{dotted} is no single value: name a field in it")
    choices = tuple(str(each) for each in here.values) if isinstance(here, inspect.LiteralType) else ()
    return Field(path, name, tuple(lists), choices, many)


@cache
def list_at(kind: type[msgspec.Struct], dotted: str) -> tuple[Path, ...]:
    """The lists down to the one at a path, itself last. Raises `NoField` for what is no list of objects."""
    here: inspect.Type = inspect.type_info(kind)
    lists: list[Path] = []
    path: Path = ()
    for step in dotted.split("."):
        here = _plain(here)
        here = _plain(here.item_type) if isinstance(here, inspect.VarTupleType) else here
        known = {f.name: f.type for f in here.fields} if isinstance(here, inspect.StructType) else {}
        if step not in known:
            raise NoField(f"there is no list {dotted}")
        here, path = known[step], (*path, step)
        if isinstance(_plain(here), inspect.VarTupleType):
            lists.append(path)
    plain = _plain(here)
    if not isinstance(plain, inspect.VarTupleType) or not isinstance(_plain(plain.item_type), inspect.StructType):
        raise NoField(f"{dotted} is no list of objects")
    return tuple(lists)


@cache
def needed(kind: type[msgspec.Struct], dotted: str, *, filled: bool = False) -> bool:
    """Can the object (or the element of the innermost list) not do without the field, nor without what it stands in?
    `filled`: what is not optional counts as needed although it has a default, since somebody fills it."""
    here: inspect.Type = inspect.type_info(kind)
    always = True
    for step in dotted.split("."):
        here = _plain(here)
        if isinstance(here, inspect.VarTupleType):
            here, always = _plain(here.item_type), True
        assert isinstance(here, inspect.StructType)  # the path was resolved
        field = next(each for each in here.fields if each.name == step)
        always = always and (field.required or filled) and not isinstance(field.type, inspect.UnionType)
        here = field.type
    return always


def without(kind: type[msgspec.Struct], filled: frozenset[str]) -> Iterator[str]:
    """The fields that an object cannot do without and that nobody fills. Lists and optional parts are looked into where
    something in them is filled."""
    yield from _without(inspect.type_info(kind), "", filled | {_up(path, n) for path in filled for n in range(1, 6)})


def _up(path: str, steps: int) -> str:
    return ".".join(path.split(".")[:-steps])


def _without(here: inspect.Type, path: str, begun: frozenset[str]) -> Iterator[str]:
    here = _plain(here)
    if isinstance(here, inspect.VarTupleType):
        if path not in begun:
            yield path
            return
        here = _plain(here.item_type)
    if not isinstance(here, inspect.StructType):
        if path not in begun:
            yield path
        return
    for field in here.fields:
        below = f"{path}.{field.name}" if path else field.name
        if below in begun or (field.required and not isinstance(field.type, inspect.UnionType)):
            yield from _without(field.type, below, begun)


def _plain(kind: inspect.Type) -> inspect.Type:
    """The one type of an optional one."""
    if isinstance(kind, inspect.UnionType):
        others = [each for each in kind.types if not isinstance(each, inspect.NoneType)]
        return others[0] if len(others) == 1 else kind
    return kind


def get(body: Any, path: Path) -> Any:
    """The value at a path below an object; None where something on the way is None."""
    for step in path:
        if body is None:
            return None
        body = getattr(body, step)
    return body


def put(tree: dict[str, Any], path: Path, value: Any, *, many: bool = False) -> None:
    """Set a value in a tree of plain dictionaries; of a list of values, add one."""
    for step in path[:-1]:
        tree = tree.setdefault(step, {})
    if many:
        tree.setdefault(path[-1], []).append(value)
    else:
        tree[path[-1]] = value


def made(kind: type[msgspec.Struct], tree: dict[str, Any]) -> msgspec.Struct:
    """The object of a tree. Raises `msgspec.ValidationError` for one that lacks something."""
    made: msgspec.Struct = msgspec.convert(tree, kind, strict=True)
    return made


def nodes(tree: dict[str, Any], lists: tuple[Path, ...]) -> Iterator[dict[str, Any]]:
    """The elements of nested lists within a tree; without lists the tree itself."""
    found, base = [tree], 0
    for path in lists:
        below: list[dict[str, Any]] = []
        for node in found:
            here: Any = node
            for step in path[base:-1]:
                here = here.get(step, {})
            below += here.get(path[-1], ())
        found, base = below, len(path)
    yield from found


def get_in(tree: dict[str, Any], path: Path) -> Any:
    """The value at a path within a tree; None where there is none."""
    here: Any = tree
    for step in path:
        if not isinstance(here, dict) or step not in here:
            return None
        here = here[step]
    return here
