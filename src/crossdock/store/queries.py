"""SQL lives in `.sql` files beside the code that uses it, each statement under a `-- name: sentence` line.

What several statements of a file have in common is said once, under a `-- part name: sentence` line before them, and
stands in their place as `{{name}}`.
"""

from __future__ import annotations

import re
from pathlib import Path

_HEADING = re.compile(r"^-- (?P<part>part )?(?P<name>[a-z][a-z0-9_]*): \S.*$", re.MULTILINE)
_PLACE = re.compile(r"\{\{(?P<name>[a-z][a-z0-9_]*)\}\}")


class Queries:
    """The statements of one file as attributes."""

    def __init__(self, file: Path, statements: dict[str, str]) -> None:
        self._file = file
        self._statements = statements

    def __getattr__(self, name: str) -> str:
        try:
            return self._statements[name]
        except KeyError:
            raise AttributeError(f"{self._file.name} has no statement {name!r}") from None


def load_queries(file: Path) -> Queries:
    """Read a file of statements headed `-- name: what it does`. Raises ValueError for a name used twice, and for a part
    that stands nowhere before its use."""
    text = file.read_text(encoding="utf-8")
    headings = list(_HEADING.finditer(text))
    ends = [heading.start() for heading in headings[1:]] + [len(text)]
    parts: dict[str, str] = {}
    statements: dict[str, str] = {}

    def in_place(found: re.Match[str]) -> str:
        if found["name"] not in parts:
            raise ValueError(f"{file}: no part {found['name']!r} stands before its use")
        return parts[found["name"]]

    for heading, end in zip(headings, ends, strict=True):
        name, into = heading["name"], parts if heading["part"] else statements
        if name in parts or name in statements:
            raise ValueError(f"{file}: statement {name!r} is defined twice")
        into[name] = _PLACE.sub(in_place, text[heading.end() : end]).strip().rstrip(";")
    return Queries(file, statements)
