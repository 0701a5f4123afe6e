"""What writers of all dialects share."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import TypeVar, overload

R = TypeVar("R")
"""A segment: its tag and its elements."""

COMPONENT, ELEMENT, END = "\x1f", "\x1d", "\x1c"
"""Stand between components and elements, and behind segments, until an interchange says what separates them."""
_IN_JOINED = bytes(range(0x20, 0x7F)) + (COMPONENT + ELEMENT + END).encode()


class CannotWrite(ValueError):
    """A value cannot be expressed in the syntax; the message names segment and element."""


class Text(str):
    """Free text for people: what the syntax has no way to say may be replaced when it is written."""

    __slots__ = ()


class Joined(Sequence[R]):
    """Segments as one text, between separators that no value in it holds. So they wait for their interchange, and are
    written where no value needs to be looked at; where one does, they are made again."""

    __slots__ = ("_count", "_make", "_segments", "text")

    def __init__(self, text: str, count: int, make: Callable[[], Sequence[R]]) -> None:
        self.text = text
        self._count, self._make = count, make
        self._segments: Sequence[R] | None = None

    def __len__(self) -> int:
        return self._count

    @overload
    def __getitem__(self, index: int) -> R: ...
    @overload
    def __getitem__(self, index: slice) -> Sequence[R]: ...
    def __getitem__(self, index: int | slice) -> R | Sequence[R]:
        return self._all()[index]

    def __iter__(self) -> Iterator[R]:
        return iter(self._all())

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Sequence) and list(self) == list(other)

    __hash__ = None  # type: ignore[assignment]

    def _all(self) -> Sequence[R]:
        if self._segments is None:
            self._segments = self._make()
        return self._segments


def joined(segments: Sequence[tuple[str, ...]]) -> str | None:
    """Segments of texts alone in one; None where a value holds what joins them."""
    text = END.join(map(ELEMENT.join, segments)) + END if segments else ""
    expected = sum(map(len, segments)) - len(segments), len(segments)
    return text if (text.count(ELEMENT), text.count(END)) == expected else None


def is_printed(text: str) -> bool:
    """Does a joined text hold nothing but what is printed?"""
    if text.isascii():
        return not text.encode().translate(None, _IN_JOINED)
    return text.replace(COMPONENT, "").replace(ELEMENT, "").replace(END, "").isprintable()
