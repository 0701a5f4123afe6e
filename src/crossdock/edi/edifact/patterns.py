"""What the reader looks for in the bytes of an interchange, by its separators."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import NamedTuple

from crossdock.edi.edifact.characters import ServiceCharacters

_NO_BREAK = rb"\r?\n?"


class Patterns(NamedTuple):
    """What is looked for in an interchange: where a service segment stands, segments that are blank, a line end and a
    tag where a terminator should be, and what is released, pair by pair from the left (a released release character
    releases nothing)."""

    envelope: re.Pattern[bytes]
    blank: re.Pattern[bytes]
    mixed: re.Pattern[bytes] | None
    release: re.Pattern[bytes] | None


@lru_cache(maxsize=64)
def patterns(marks: ServiceCharacters, wrapped: bool, small: bool) -> Patterns:
    """For these separators; `wrapped` lines may cut tags, `small` letters may be those of tags."""
    terminator = marks.terminator.encode("latin-1")
    end = re.escape(terminator)
    mark = b"[" + re.escape((marks.element + marks.component).encode("latin-1")) + end + b"]"
    blank = bytes(each for each in b" \t\r\n" if each not in terminator)  # else runs of it cost their square
    tags, start = rb"(?=UN)(?:(UN[THEGZ])", rb"|(UN[AB])[^A-Za-z0-9 \t\r\n])"
    if wrapped:
        tags, start = (
            rb"(?:(U~N~[THEGZ]~)".replace(b"~", _NO_BREAK),
            start.replace(b"N", _NO_BREAK + b"N" + _NO_BREAK),
        )
    elif small:
        tags, start = rb"(?i:(?=UN)(?:(UN[THEGZ])", start + b")"
    inside = b"[^ \t\r\n" + end + b"]"
    release = re.escape(marks.release.encode("latin-1"))
    return Patterns(
        re.compile(end + b"[" + blank + rb"]*+" + tags + mark + start),
        re.compile(end + b"[" + blank + b"]*+(?=" + end + b")"),
        None
        if terminator in (b"\n", b"\r") or wrapped
        else re.compile(inside + rb"[ \t]*+([\r\n])[ \t\r\n]*+[A-Z]{3}" + mark),
        re.compile(b"(?s)" + release + b"(.)") if marks.release else None,
    )
