"""Objects of a list that were read in pieces, or that are parts of one another."""

from __future__ import annotations

import datetime as dt
from typing import Any

import msgspec

from crossdock.edi.maps.declared.building import field_of
from crossdock.edi.maps.declared.scope import Scope
from crossdock.edi.maps.declared.source import Source
from crossdock.edi.maps.moments import as_said
from crossdock.model.quantity import ZERO


def apart(source: Source, scope: Scope, found: list[Any]) -> list[Any]:
    """An object and its parts: it is less by them, and nothing where nothing is left."""
    path = next(part.loop.part for part in scope.parts if part.loop is not None)
    whole, *parts = found
    if path == ".":
        return found
    rest, said = getattr(whole, path), sum((getattr(each, path).amount for each in parts), ZERO)
    if any(getattr(each, path).unit != rest.unit for each in parts) or said > rest.amount:
        words = f"{path} {rest.amount:f} {rest.unit} is less than its parts, or in another unit"
        source.fault("total_mismatch", scope.position, (0, 0), words)
    left = msgspec.structs.replace(rest, amount=rest.amount - said)
    return [msgspec.structs.replace(whole, **{path: left}), *parts] if left.amount > 0 else parts


def joined(last: Any, body: Any) -> Any:
    """Two objects as one, their lists behind each other; None where they do not agree in all else."""
    lists = [name for name in body.__struct_fields__ if isinstance(getattr(body, name), tuple)]
    found = msgspec.structs.replace(body, **{name: getattr(last, name) + getattr(body, name) for name in lists})
    same = msgspec.structs.replace(last, **{name: getattr(found, name) for name in lists}) == found
    return found if same else None


def same_day(one: Any, other: Any, zone: dt.tzinfo | None) -> bool:
    """Does a moment say the day that was read before it, where both are said in one zone?"""
    if not (isinstance(one, dt.datetime) and isinstance(other, dt.datetime)):
        return False
    return as_said(one, zone).date() == as_said(other, zone).date()


def of_a_list(kind: type[Any], path: str) -> bool:
    """Is a value one of every object of a list, which they have by now?"""
    first, _, rest = path.partition(".")
    wanted = field_of(kind, first) if rest else None
    return wanted is not None and wanted.item is not None
