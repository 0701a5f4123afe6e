"""What stood beside an object, as people name it: by segment, with the code that tells what it is about."""

from __future__ import annotations

import re
from collections.abc import Iterable
from itertools import groupby
from typing import Any, NamedTuple

_QUALIFIED = ("AMT", "DTM", "MOA", "N1", "N9", "NAD", "REF", "RFF")
"""Segments of which the tag alone says little."""
_LONGEST_CODE = 3


class Beside(NamedTuple):
    """One segment, or element of XML, of which anything was kept. `place` is the part of the object it stood beside."""

    name: str
    value: str
    place: str = ""

    @property
    def said(self) -> str:
        """`REF*DP 038`."""
        return f"{self.name} {self.value}".rstrip()


def beside(kept: Iterable[dict[str, Any]]) -> list[Beside]:
    """Kept elements (`Extension`, or those of XML) as one row for each segment, in their order."""
    found = []
    for _, group in groupby(kept, lambda each: each.get("path") or (each.get("position"), each.get("segment"))):
        found.append(_row(list(group)))
    return found


def names(kept: Iterable[dict[str, Any]]) -> tuple[str, ...]:
    """`N3`, `REF*DP`, `BEG02`, `OrderLine/Note`: each once, in the order in which they come first."""
    return tuple(dict.fromkeys(_plainly(each.name) for each in beside(kept)))


def _plainly(name: str) -> str:
    """An element of XML without its root, and without telling which of several it is; an attribute as its element."""
    if not name.startswith("/"):
        return name
    return re.sub(r"\[\d+\]|/@.*", "", name).split("/", 2)[-1]


def _row(elements: list[dict[str, Any]]) -> Beside:
    first = elements[0]
    if first.get("path"):
        return Beside(str(first["path"]), " ".join(str(each["value"]) for each in elements))
    tag, qualifier = str(first["segment"]), str(first.get("qualifier", ""))
    name = tag
    if qualifier and tag in _QUALIFIED:
        name = f"{tag}*{qualifier}"
        elements = [each for each in elements if each["value"] != qualifier or each["element"] != 1]
    elif first["element"] != 1 or (
        len(elements) == 1 and len(str(first["value"])) <= _LONGEST_CODE
    ):  # the rest of the segment is in the object
        name = f"{tag}{first['element']:02d}"
    return Beside(name, " ".join(str(each["value"]) for each in elements), str(first.get("place", "")))
