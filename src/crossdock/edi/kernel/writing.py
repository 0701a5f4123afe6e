"""What writers of all dialects share."""

from __future__ import annotations


class CannotWrite(ValueError):
    """A value cannot be expressed in the syntax; the message names segment and element."""


class Text(str):
    """Free text for people: what the syntax has no way to say may be replaced when it is written."""

    __slots__ = ()
