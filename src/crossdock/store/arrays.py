"""Columns as PostgreSQL array literals.

The driver examines every element of an array for being an array itself, which costs more than all decisions of a
batch. One string per column, cast by the server (`$1::text::numeric[]`), costs a tenth of that.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Sequence
from typing import Any
from uuid import UUID

Column = Callable[[Sequence[Any]], str]


def texts(values: Sequence[str]) -> str:
    """An array of strings, whatever is in them."""
    if not values:
        return "{}"
    joined = '","'.join(values)
    if "\\" in joined or joined.count('"') != 2 * (len(values) - 1):
        joined = '","'.join(value.replace("\\", "\\\\").replace('"', '\\"') for value in values)
    return '{"' + joined + '"}'


def numbers(values: Sequence[object]) -> str:
    """An array of integers, decimals or booleans; None is null."""
    return "{" + ",".join(["null" if value is None else str(value) for value in values]) + "}"


def octets(values: Sequence[bytes]) -> str:
    """An array of byte strings."""
    return "{" + ",".join(['"\\\\x' + value.hex() + '"' for value in values]) + "}"


def times(values: Sequence[dt.date | None]) -> str:
    """An array of instants or dates; None is null."""
    return "{" + ",".join(["null" if value is None else f'"{value.isoformat()}"' for value in values]) + "}"


def columns(rows: Iterable[Sequence[Any]], kinds: Sequence[Column]) -> list[str]:
    """Rows as one literal per column."""
    turned = list(zip(*rows, strict=True)) or [()] * len(kinds)
    return [kind(values) for kind, values in zip(kinds, turned, strict=True)]


def intervals(values: Sequence[dt.timedelta]) -> str:
    """An array of durations."""
    return "{" + ",".join([f"{value.total_seconds()}s" for value in values]) + "}"


def identifiers(values: Sequence[UUID | None]) -> str:
    """An array of UUIDs; None is null."""
    return "{" + ",".join(["null" if value is None else str(value) for value in values]) + "}"


_KINDS: dict[type, Column] = {
    str: texts,
    bytes: octets,
    memoryview: octets,
    dt.datetime: times,
    dt.date: times,
    dt.timedelta: intervals,
    UUID: identifiers,
}


def literals(rows: Iterable[Sequence[Any]]) -> list[str]:
    """Rows as one literal per column, each of the kind of its first value that is not None. There must be a row."""
    return [_kind(values)(values) for values in zip(*rows, strict=True)]


def _kind(values: Sequence[Any]) -> Column:
    for value in values:
        if value is not None:
            # Drivers bring types of their own (a UUID written in C).
            return _KINDS.get(type(value)) or _like(value)
    return numbers


def _like(value: object) -> Column:
    return next((column for kind, column in _KINDS.items() if isinstance(value, kind)), numbers)
