"""Chance that depends on what is decided, never on when or in which order it is asked."""

from __future__ import annotations

import datetime as dt
from hashlib import blake2b

_SCALE = float(1 << 64)


def stable(*parts: object) -> int:
    """A number of 64 bits that follows from the parts alone (not from the seed): for rules that must never move."""
    text = "\x1f".join(str(part) for part in parts)
    return int.from_bytes(blake2b(text.encode(), digest_size=8).digest(), "big")


class Chance:
    """Answers of one seed. Two runs with the same seed decide the same about the same business key and attempt."""

    def __init__(self, seed: int) -> None:
        self.seed = seed

    def share(self, *parts: object) -> float:
        """A number from 0 up to, not including, 1."""
        return stable(self.seed, *parts) / _SCALE

    def happens(self, probability: float, *parts: object) -> bool:
        """Does something of this probability happen here?"""
        return self.share(*parts) < probability

    def between(self, low: int, high: int, *parts: object) -> int:
        """A whole number from low to high, both included."""
        return low + int(self.share(*parts) * (high - low + 1))

    def minutes(self, low: int, high: int, *parts: object) -> dt.timedelta:
        """A duration of whole minutes."""
        return dt.timedelta(minutes=self.between(low, high, *parts))
