"""Which syntax an input is of, told by how it begins."""

from __future__ import annotations

import re

X12, EDIFACT, TRADACOMS, XML = "X12", "EDIFACT", "TRADACOMS", "XML"
_BEGINS = (
    (X12, re.compile(rb"ISA[^A-Za-z0-9 \t\r\n]")),
    (EDIFACT, re.compile(rb"UN[AB][^A-Za-z0-9 \t\r\n]|UN[GH]\+")),
    (TRADACOMS, re.compile(rb"STX\s*=")),
    (XML, re.compile(rb"<")),
    ("JSON", re.compile(rb"\{|\[")),
    ("ZIP", re.compile(rb"PK\x03\x04")),
    ("PDF", re.compile(rb"%PDF")),
)


def syntax_of(buffer: bytes, at: int = 0) -> str:
    """`X12`, `EDIFACT`, `TRADACOMS`, `XML`, `JSON`, `ZIP` or `PDF`; empty where nothing tells."""
    return next((name for name, begins in _BEGINS if begins.match(buffer, at)), "")


def refused_as(buffer: bytes, at: int, own: str) -> tuple[str, str] | None:
    """The fault code and words for an input of another syntax than a reader's own; None where nothing tells one."""
    found = syntax_of(buffer, at)
    if found in ("", own):
        return None
    code = "tradacoms" if found == TRADACOMS else "other_syntax"
    return code, f"the input is {found}, not {own}"
