"""Messages that one plain split takes apart: nothing in them is released, and no blank stands beside a separator but
the interchange's own line ends. Nearly all are."""

from __future__ import annotations

import re
from functools import lru_cache

from crossdock.edi.edifact.characters import BLANK, ServiceCharacters

# In an outline (`_outline`): a blank before a separator or behind one.
_BESIDE = re.compile(rb" (?:\+|\Z|(?<=\+ ))")


def tidy_segments(text: str, marks: ServiceCharacters) -> list[str] | None:
    """The segments of a message, UNH first, if it is such a one; else None."""
    terminator = marks.terminator
    if (marks.release and marks.release in text) or terminator in BLANK:
        return None
    pieces = text.removesuffix(terminator).split(terminator + marks.suffix)
    text = terminator.join(pieces)
    return pieces if all(pieces) and text.count(terminator) == len(pieces) - 1 and is_tidy(text, marks) else None


def is_tidy(text: str, marks: ServiceCharacters) -> bool:
    """Does no blank stand beside a separator? What lies beyond ASCII may be one, and is taken for one."""
    outline = text.encode("utf-8", "replace").translate(_outline(marks.element + marks.component + marks.terminator))
    return b" " not in outline or _BESIDE.search(outline) is None


@lru_cache(maxsize=64)
def _outline(marks: str) -> bytes:
    """A table that makes `+` of separators, `x` of what is printed in ASCII, and a blank of all else."""
    separators = marks.encode("latin-1")
    return bytes(ord("+") if each in separators else ord("x") if 32 < each < 127 else ord(" ") for each in range(256))
