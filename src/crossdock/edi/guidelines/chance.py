"""Choices that look like chance and are the same for the same seed, on every machine and version of Python."""

from __future__ import annotations

from collections.abc import Sequence
from hashlib import blake2b
from typing import TypeVar

T = TypeVar("T")


class Chance:
    """A row of choices that follows from its seed."""

    def __init__(self, seed: str) -> None:
        self._seed = seed.encode()
        self._count = 0

    def between(self, least: int, most: int) -> int:
        """A whole number, both ends included."""
        self._count += 1
        drawn = blake2b(self._seed + self._count.to_bytes(8, "big"), digest_size=8).digest()
        return least + int.from_bytes(drawn, "big") % (most - least + 1)

    def choice(self, of: Sequence[T]) -> T:
        """One of several."""
        return of[self.between(0, len(of) - 1)]
