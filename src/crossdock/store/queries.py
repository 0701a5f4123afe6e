"""SQL lives in `.sql` files beside the code that uses it, each statement under a `-- name: sentence` line."""

from __future__ import annotations

import re
from pathlib import Path

_HEADING = re.compile(r"^-- (?P<name>[a-z][a-z0-9_]*): \S.*$", re.MULTILINE)


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
    """Read a file of statements headed `-- name: what it does`. Raises ValueError for a name used twice."""
    text = file.read_text(encoding="utf-8")
    headings = list(_HEADING.finditer(text))
    ends = [heading.start() for heading in headings[1:]] + [len(text)]
    statements: dict[str, str] = {}
    for heading, end in zip(headings, ends, strict=True):
        name = heading["name"]
        if name in statements:
            raise ValueError(f"{file}: statement {name!r} is defined twice")
        statements[name] = text[heading.end() : end].strip().rstrip(";")
    return Queries(file, statements)
