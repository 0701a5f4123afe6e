"""Writes guidelines as people would: short rows on one line, comments behind them."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence

_PLAIN = re.compile(r"[A-Za-z][A-Za-z0-9_ .()/=<>*%+-]*[A-Za-z0-9)]|[A-Za-z]")
_NUMBER = re.compile(r"[1-9][0-9]*\.\.[0-9]+|[1-9][0-9]{0,8}|0")
# What YAML would not take for a text, or not for the whole of one.
_WORDS = {"yes", "no", "on", "off", "true", "false", "null", "y", "n"}
_WIDTH = 110
_CODES = "codes"
"""What is below this stands in quotes always: YAML takes 00, 1E5 or NO for something else."""
Value = str | int | Sequence["Value"] | Mapping[str, "Value"]


def scalar(value: str, number: bool = False) -> str:
    """A text as YAML; in quotes where it needs them."""
    if number and _NUMBER.fullmatch(value):
        return value
    if _PLAIN.fullmatch(value) and value.lower() not in _WORDS and " #" not in value:
        return value
    return json.dumps(value, ensure_ascii=False)


def flow(value: Value, key: str = "") -> str:
    """A value on one line."""
    if isinstance(value, int):
        return str(value)
    if isinstance(value, str):
        return scalar(value, number=key in ("length", "first", "max"))
    if isinstance(value, Mapping):
        named = json.dumps if key == _CODES else _key
        return "{" + ", ".join(f"{named(name)}: {flow(inner, name)}" for name, inner in value.items()) + "}"
    return "[" + ", ".join(flow(each) for each in value) + "]"


def _key(name: str) -> str:
    return name if re.fullmatch(r"[0-9]{2}|[A-Za-z_]+", name) and name.lower() not in _WORDS else json.dumps(name)


def block(value: Mapping[str, Value], indent: int, comments: Mapping[str, str], path: str = "") -> Iterator[str]:
    """The entries of a mapping, each on a line of its own or below its key; `comments` are by path."""
    pad = " " * indent
    coded = path.rpartition("/")[2] == _CODES
    for name, inner in value.items():
        here = f"{path}/{name}"
        key = json.dumps(name) if coded else _key(name)
        said = f"  # {comments[here]}" if here in comments else ""
        short = flow(inner, name)
        if isinstance(inner, Sequence) and not isinstance(inner, str) and inner and isinstance(inner[0], Mapping):
            yield f"{pad}{key}:{said}"
            yield from _items(inner, indent + 2, comments, here)
        elif isinstance(inner, Mapping) and inner and (len(short) + indent > _WIDTH or _told_inside(comments, here)):
            yield f"{pad}{key}:{said}"
            yield from block(inner, indent + 2, comments, here)
        else:
            yield f"{pad}{key}: {short}{said}"


def _items(items: Sequence[Value], indent: int, comments: Mapping[str, str], path: str) -> Iterator[str]:
    pad = " " * indent
    for number, item in enumerate(items):
        here = f"{path}/{number}"
        assert isinstance(item, Mapping)
        lines = list(block(item, indent + 2, comments, here))
        yield f"{pad}- {lines[0].lstrip()}"
        yield from lines[1:]


def _told_inside(comments: Mapping[str, str], path: str) -> bool:
    return any(key.startswith(f"{path}/") for key in comments)
