"""Descriptions that mark what they fill: an object read by one shows which of its words no element said.

A unit, an owner, a condition have a value where a document says none: that of the object's own type, or a text of
`[values]`. Read a second time with a mark on each of these, a document tells which of them it did not say.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from typing import Any, NamedTuple

import msgspec

from crossdock.edi.maps.declared.building import fields
from crossdock.edi.maps.declared.definition import Definition, definitions

_MARK = "\0"
_MARKED = re.compile(f"{_MARK}(.*?){_MARK}(.*?){_MARK}")
_OURS = ("stated", "company_id")
"""Fields of the reader and not of the document."""
_BY_TYPE = "kind"
"""Of the document itself: the type of the set or message says it."""
_NOTHING_KNOWN = "UNKNOWN"


class Mark(NamedTuple):
    """What a value is without its marks, and which field was filled with which text."""

    value: str
    name: str
    text: str


def mark_of(value: str) -> Mark | None:
    """The mark in a value in words; None where an element said it."""
    found = _MARKED.search(value)
    return Mark(_MARKED.sub(r"\2", value), found[1], found[2]) if found else None


def marking(dialect: str, kind: str) -> Definition | None:
    """The definition of a set or message as one that marks what it fills; None where there is none."""
    found = definitions(dialect).get(kind)
    if found is None:
        return None
    usual = {path: f"=|{text}" for path, text in usual_words(found.object)}
    return replace(found, values=usual | {path: _default(path, said) for path, said in found.values.items()})


def usual_words(kind: type[Any]) -> Iterator[tuple[str, str]]:
    """The words that an object and what is in it have where nothing is said: their paths, and these words marked."""
    return ((path, _marked(path, text)) for path, text in _usual(kind, (kind,)))


def _default(path: str, said: str) -> str:
    """A line of `[values]`, its text marked where it has one that is a word."""
    before, bar, text = said.rpartition("|")
    return f"{before}{bar}{_marked(path, text)}" if _is_word(text) and path != _BY_TYPE else said


def _is_word(text: str) -> bool:
    return text[:1].isalpha() and text != _NOTHING_KNOWN


def _marked(path: str, text: str) -> str:
    name = path.removesuffix("?").rpartition(".")[2]
    return f"{_MARK}{name}{_MARK}{text}{_MARK}"


def _usual(kind: type[Any], around: tuple[type[Any], ...], path: str = "") -> Iterator[tuple[str, str]]:
    """The words that the types of an object have where nothing is said, with their paths."""
    defaults = {each.name: each.default for each in msgspec.structs.fields(kind)}
    for each in fields(kind):
        here = f"{path}.{each.name}".lstrip(".")
        if each.name in _OURS or here == _BY_TYPE:
            continue
        text = defaults[each.name]
        if isinstance(text, str) and _is_word(text):
            yield here, text
        inside = each.struct or each.item
        if inside is not None and issubclass(inside, msgspec.Struct) and inside not in around:
            yield from _usual(inside, (*around, inside), here)
