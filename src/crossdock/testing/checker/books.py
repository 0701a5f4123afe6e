"""The books of the simulated systems: JSON lines, requests and effects apart."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Any

Body = dict[str, Any]


class BooksBroken(Exception):
    """The books cannot be judged: unreadable, incomplete, or of a kind that allows no verdict."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of a book. `n` counts the lines of its file; `outcome` is empty for effects."""

    system: str
    n: int
    kind: str
    key: str = ""
    entity: str = ""
    at: str = ""
    idempotency_key: str = ""
    outcome: str = ""
    body: Body = field(default_factory=dict)

    @property
    def shown(self) -> str:
        """How a violation names it."""
        return f"{self.system} {self.kind} {self.key}"


class Books:
    """All books, by kind of entry, each kind in the order its system wrote it."""

    def __init__(self, requests: Iterable[Entry], effects: Iterable[Entry]) -> None:
        self._requests = list(requests)
        self._effects = list(effects)
        self._by_kind: dict[str, list[Entry]] = defaultdict(list)
        for entry in self._effects:
            self._by_kind[entry.kind].append(entry)

    @classmethod
    def read(cls, folder: Path) -> Books:
        """All books of a folder; raises `BooksBroken` where a line is missing or cannot be read."""
        if not any(folder.glob("*.effects.jsonl")):
            raise BooksBroken(f"no books (*.effects.jsonl) in {folder}")
        requests = [entry for file in sorted(folder.glob("*.requests.jsonl")) for entry in _read(file)]
        effects = [entry for file in sorted(folder.glob("*.effects.jsonl")) for entry in _read(file)]
        return cls(requests, effects)

    def effects(self, *kinds: str) -> list[Entry]:
        """What systems did, of these kinds."""
        return [entry for kind in kinds for entry in self._by_kind.get(kind, ())]

    def effects_of(self, system: str) -> list[Entry]:
        """Everything one system did, in its order."""
        return [entry for entry in self._effects if entry.system == system]

    def requests(self, *kinds: str) -> list[Entry]:
        """What systems were asked; without kinds everything."""
        return [entry for entry in self._requests if not kinds or entry.kind in kinds]


def _read(file: Path) -> Iterator[Entry]:
    system = file.name.split(".")[0]
    with file.open(encoding="utf-8") as lines:
        for number, text in enumerate(lines, 1):
            try:
                line = json.loads(text, parse_float=Decimal)
                entry = Entry(
                    system=system,
                    n=line["n"],
                    kind=line["kind"],
                    key=line.get("key", ""),
                    entity=line.get("entity", ""),
                    at=line.get("at", ""),
                    idempotency_key=line.get("idempotency_key", ""),
                    outcome=line.get("outcome", ""),
                    body=line.get("body") or {},
                )
            except (ValueError, KeyError, TypeError) as fault:
                raise BooksBroken(f"{file}:{number}: {fault!r}") from fault
            if entry.n != number:
                raise BooksBroken(f"{file}:{number}: line {entry.n} stands where line {number} should")
            yield entry


def number(value: object) -> Decimal:
    """A quantity or an amount as it stands in a book; nothing is zero."""
    try:
        found = Decimal(str(value)) if value not in (None, "") else Decimal(0)
    except InvalidOperation:
        raise BooksBroken(f"{value!r} is no number") from None
    if not found.is_finite():
        raise BooksBroken(f"{value!r} is no number")
    return found


def plain(value: Decimal) -> str:
    """A number as people write it: 12, not 12.00 or 1.2E+1."""
    text = format(value.normalize(), "f")
    return "0" if text in ("-0", "") else text
