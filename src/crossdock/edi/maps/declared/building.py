"""Business objects out of the values that were read: by the types of their fields."""

from __future__ import annotations

import types
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any, Union, get_args, get_origin, get_type_hints

import msgspec

from crossdock.model.quantity import ZERO

Values = dict[str, Any]
"""Field names to values; those of a nested object are a dictionary of their own."""


@dataclass(frozen=True, slots=True)
class Missing:
    """A field that an object needs and that nobody said; `fatal` unless the object it belongs to may be absent."""

    path: str
    fatal: bool


@dataclass(slots=True)
class Built:
    """An object, or None and what is missing."""

    body: Any
    missing: list[Missing] = field(default_factory=list)


def nested(flat: Values) -> Values:
    """`{"a.b": 1}` as `{"a": {"b": 1}}`."""
    found: Values = {}
    for path, value in flat.items():
        *above, last = path.split(".")
        place = found
        for name in above:
            below = place.setdefault(name, {})
            if not isinstance(below, dict):  # the object itself was read, and one of its fields again
                break
            place = below
        else:
            place[last] = value
    return found


def build(kind: type[Any], values: Values, path: str = "") -> Built:
    """The object of a type; what is missing has its path."""
    ready: Values = {}
    missing: list[Missing] = []
    for each in fields(kind):
        here = f"{path}.{each.name}" if path else each.name
        value = values.get(each.name)
        if isinstance(value, dict) and each.struct is not None:
            inner = build(each.struct, value, here)
            optional = not each.required and inner.body is None
            missing += [Missing(one.path, one.fatal and not optional) for one in inner.missing]
            value = inner.body
            if value is None and each.required:
                continue
        if value is not None:
            ready[each.name] = value
        elif each.required:
            missing.append(Missing(here, True))
    return Built(None, missing) if any(one.fatal for one in missing) else Built(kind(**ready), missing)


@dataclass(frozen=True, slots=True)
class Field:
    """A field of an object: must it be said, and which object is it, if one."""

    name: str
    required: bool
    struct: type[Any] | None
    item: type[Any] | None
    """What a tuple holds, if it is one."""
    number: type[Any] | None
    """What makes a number of its text, if it is one."""


_FIELDS: dict[type[Any], tuple[Field, ...]] = {}


def fields(kind: type[Any]) -> tuple[Field, ...]:
    """The fields of an object type."""
    found = _FIELDS.get(kind)
    if found is None:
        hints = get_type_hints(kind)
        found = _FIELDS[kind] = tuple(
            Field(each.name, each.required, _struct(hint), _item(hint), _number(hint))
            for each in msgspec.structs.fields(kind)
            for hint in (hints[each.name],)
        )
    return found


def field_of(kind: type[Any], path: str) -> Field | None:
    """The field at a path, through tuples and optional objects alike; None where there is none."""
    found: Field | None = None
    inside: type[Any] | None = kind
    for name in path.split("."):
        if inside is None or not issubclass(inside, msgspec.Struct):
            return None
        found = next((each for each in fields(inside) if each.name == name), None)
        if found is None:
            return None
        inside = found.struct or found.item
    return found


def total(body: Any, path: str) -> Decimal | int:
    """How many objects a list holds, or the sum of a number in all of them."""
    first, _, rest = path.partition(".")
    found = getattr(body, first)
    if isinstance(found, tuple):
        return sum((total(each, rest) for each in found), ZERO) if rest else len(found)
    return total(found, rest) if rest else found


def _struct(hint: Any) -> type[Any] | None:
    options = get_args(hint) if get_origin(hint) in (Union, types.UnionType) else (hint,)
    return next((each for each in options if isinstance(each, type) and issubclass(each, msgspec.Struct)), None)


def _number(hint: Any) -> type[Any] | None:
    options = get_args(hint) if get_origin(hint) in (Union, types.UnionType) else (hint,)
    return next((each for each in options if each in (Decimal, int)), None)


def _item(hint: Any) -> type[Any] | None:
    if get_origin(hint) is not tuple:
        return None
    first = get_args(hint)[0]
    return first if isinstance(first, type) else str
