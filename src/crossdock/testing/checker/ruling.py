"""The verdict on one invariant, as it is being reached."""

from __future__ import annotations

from collections.abc import Mapping, Sized
from decimal import Decimal
from typing import Any

from crossdock.testing.checker.books import plain

_DIFFERENCES = 3
KEPT = 20
"""Violations that are kept in words; the others are only counted."""


class Ruling:
    """Counts the facts that were compared and keeps what did not agree."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.checked = 0
        self.failed = 0
        self.violations: list[str] = []

    def holds(self, held: bool, words: str) -> bool:
        """Enter one comparison; `words` say what is wrong if it did not hold."""
        self.checked += 1
        if not held:
            self.fail(words)
        return held

    def equal(self, what: str, expected: object, found: object) -> bool:
        """Two facts must be the same."""
        return self.holds(expected == found, f"{what}: {shown(expected)} expected, {shown(found)} found")

    def alike(self, what: str, expected: Mapping[Any, object], found: Mapping[Any, object]) -> bool:
        """Two collections must be the same; only what differs is shown."""
        keys = [key for key in {**expected, **found} if expected.get(key) != found.get(key)]
        parts = [
            f"{shown(key)}: {shown(expected.get(key, 'nothing'))} expected, {shown(found.get(key, 'nothing'))} found"
            for key in keys[:_DIFFERENCES]
        ]
        more = f" and {len(keys) - _DIFFERENCES} more" if len(keys) > _DIFFERENCES else ""
        return self.holds(not keys, f"{what}: {'; '.join(parts)}{more}")

    def once(self, what: str, found: Sized) -> bool:
        """Something must be there exactly once."""
        times = {0: "never", 1: "once"}.get(len(found), f"{len(found)} times")
        return self.holds(len(found) == 1, f"{what}: once expected, {times} found")

    def fail(self, words: str) -> None:
        """Something is wrong without a comparison, such as a question that got no answer."""
        self.failed += 1
        if len(self.violations) < KEPT:
            self.violations.append(words)

    @property
    def held(self) -> bool:
        """Everything agreed, and something was compared at all."""
        return self.failed == 0 and self.checked > 0


def shown(value: object) -> str:
    """A fact in words."""
    if isinstance(value, Decimal):
        return plain(value)
    if isinstance(value, tuple):
        return " ".join(shown(each) for each in value)
    return str(value)
