"""Segments split into elements, so that one plain split of an element gives what its components say.

In nearly every message that is so from the start. In the others, values that hold a released separator, or have blanks
around them, are put as they are meant, and a character that stands in no text separates the components.
"""

from __future__ import annotations

from crossdock.edi.edifact.characters import ServiceCharacters
from crossdock.edi.edifact.envelope import Message
from crossdock.edi.edifact.tidy import is_tidy

Row = list[str]
"""A segment split into elements, the tag first."""
NOTHING = [""]
"""The components of an element that is absent."""
_BETWEEN = "\ufddf"
"""Separates components where values may hold what else does: a noncharacter (Unicode 23.7), which no text holds."""


def rows_of(message: Message) -> tuple[list[Row], str]:
    """The segments of a message, UNH first, and what separates the components of their elements."""
    marks = message.interchange.delimiters
    if message.tidy is None or message.told_anew:
        return [_meant(message, text, marks) for text in message.texts], _BETWEEN
    element = marks.element
    return [text.split(element) for text in message.tidy], marks.component


def _meant(message: Message, text: str, marks: ServiceCharacters) -> Row:
    text = text.replace(_BETWEEN, "\ufffd")
    if is_tidy(text, marks) and message.value(text) == text:
        return text.replace(marks.component, _BETWEEN).split(marks.element)
    tag, *elements = text.split(marks.element)
    return [
        tag, *(_BETWEEN.join(message.value(each).strip() for each in one.split(marks.component)) for one in elements)
    ]  # fmt: skip
