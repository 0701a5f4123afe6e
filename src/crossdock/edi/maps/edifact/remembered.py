"""What short texts mean, worked out once: partners write the same numbers, quantities and items again and again."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

V = TypeVar("V")


class Remembered(dict[str, V]):
    """Text -> what it means. Texts longer than `longest` are worked out each time, and once `most` are kept all of them
    are forgotten, so that nothing grows."""

    __slots__ = ("_longest", "_meaning", "_most")

    def __init__(self, meaning: Callable[[str], V], longest: int, most: int = 4096) -> None:
        super().__init__()
        self._meaning, self._longest, self._most = meaning, longest, most

    def __missing__(self, text: str) -> V:
        found = self._meaning(text)
        if len(text) <= self._longest:
            if len(self) >= self._most:
                self.clear()
            self[text] = found
        return found
