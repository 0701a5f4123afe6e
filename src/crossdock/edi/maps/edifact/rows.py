"""Segments split into elements, so that one plain split of an element gives what its components say.

In nearly every message that is so from the start. In the others, values that hold a released separator, or have blanks
around them, are put as they are meant, and a character that stands in no text separates the components.
"""

from __future__ import annotations

from functools import lru_cache

from crossdock.edi.edifact.characters import BLANK, ServiceCharacters, decode
from crossdock.edi.edifact.envelope import Message

Row = list[str]
"""A segment split into elements, the tag first."""
NOTHING = [""]
"""The components of an element that is absent."""
_BETWEEN = "\ufddf"
"""Separates components where values may hold what else does: a noncharacter (Unicode 23.7), which no text holds."""


def rows_of(message: Message) -> tuple[list[Row], str]:
    """The segments of a message, UNH first, and what separates the components of their elements."""
    marks = message.interchange.delimiters
    plain = None if message.told_anew or message.interchange.wrapped else _rows_plainly(message, marks)
    if plain is not None:
        return plain, marks.component
    return [_meant(message, text, marks) for text in message.texts], _BETWEEN


def _rows_plainly(message: Message, marks: ServiceCharacters) -> list[Row] | None:
    """The rows of a message in which nothing is released and no blank stands beside a separator, but for the
    interchange's own line ends; else None."""
    text, _ = decode(message.raw, message.interchange.syntax)
    terminator = marks.terminator
    if (marks.release and marks.release in text) or terminator in BLANK:
        return None
    pieces = text.removesuffix(terminator).split(terminator + marks.suffix)
    text = terminator.join([*pieces, ""])
    if "" in pieces or text.count(terminator) != len(pieces) or not _is_tidy(text, marks):
        return None
    element = marks.element
    return [piece.split(element) for piece in pieces]


@lru_cache(maxsize=64)
def _outline(marks: str) -> bytes:
    """A table that makes `+` of separators, `x` of what is printed in ASCII, and a blank of all else."""
    separators = marks.encode("latin-1")
    return bytes(ord("+") if each in separators else ord("x") if 32 < each < 127 else ord(" ") for each in range(256))


def _is_tidy(text: str, marks: ServiceCharacters) -> bool:
    """Does no blank stand beside a separator? What lies beyond ASCII may be one, and is taken for one."""
    outline = text.encode("utf-8", "replace").translate(_outline(marks.element + marks.component + marks.terminator))
    if b" " not in outline:
        return True
    return b" +" not in outline and b"+ " not in outline and not outline.endswith(b" ")


def _meant(message: Message, text: str, marks: ServiceCharacters) -> Row:
    text = text.replace(_BETWEEN, "\ufffd")
    if _is_tidy(text, marks) and message.value(text) == text:
        return text.replace(marks.component, _BETWEEN).split(marks.element)
    tag, *elements = text.split(marks.element)
    return [
        tag, *(_BETWEEN.join(message.value(each).strip() for each in one.split(marks.component)) for one in elements)
    ]  # fmt: skip
