"""A service segment (header or trailer) with the place of each of its elements, and the mends that go there."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from crossdock.edi.kernel.faults import Mend


@dataclass(frozen=True, slots=True)
class ServiceSegment:
    """Its bytes without terminator, where they begin in the input, and where in them each element begins, the tag
    first."""

    raw: bytes
    offset: int
    starts: Sequence[int]
    separator: bytes

    def span(self, element: int) -> tuple[int, int]:
        """Offset in the input and length of an element; an absent one is nothing at the end."""
        if element >= len(self.starts):
            return self.offset + len(self.raw), 0
        last = element + 1 >= len(self.starts)
        end = len(self.raw) if last else self.starts[element + 1] - len(self.separator)
        return self.offset + self.starts[element], end - self.starts[element]

    def replaced(self, element: int, text: bytes) -> Mend:
        """The mend that writes an element, and the separators before it where they are missing."""
        at, length = self.span(element)
        return Mend(at, length, self.separator * max(0, element - len(self.starts) + 1) + text)


def plain_starts(raw: bytes, separator: bytes) -> list[int]:
    """Where elements begin when nothing releases a separator."""
    starts, at = [0], raw.find(separator)
    while at >= 0:
        starts.append(at + len(separator))
        at = raw.find(separator, at + len(separator))
    return starts
