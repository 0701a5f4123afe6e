"""An input as the pieces it consists of, byte for byte: joined they are the input again, whatever it holds."""

from __future__ import annotations

import re
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from crossdock.edi.kernel.faults import Mend
from crossdock.edi.kernel.limits import Limits
from crossdock.edi.kernel.rewriting import rewritten
from crossdock.edi.kernel.syntax import BYTE_ORDER_MARK
from crossdock.edi.kernel.window import Window

HEADER_WINDOW = 2048
_BLANK = re.compile(rb"[ \t\r\n\x00\x1a]+")
_KEPT_BACK = 16  # bytes at the end of the buffer that may begin a header

Kind = Literal["mark", "blank", "junk", "advice", "segment", "part"]
"""`mark` is a byte order mark, `advice` a UNA, `blank` what stands between segments for human eyes, `junk` what belongs
to no interchange, `part` a piece of a segment that is too long to hold."""


@dataclass(frozen=True, slots=True)
class Piece:
    """Some bytes of the input; a segment with its terminator and, as `starts`, where in it each element begins."""

    kind: Kind
    raw: bytes
    offset: int
    tag: str = ""
    starts: tuple[int, ...] = ()
    separator: bytes = b""
    terminator: bytes = b""

    @property
    def elements(self) -> list[bytes]:
        """The elements of a segment as they are written, the tag first."""
        ends = [*(start - len(self.separator) for start in self.starts[1:]), len(self.raw) - self._tail]
        return [self.raw[start:end] for start, end in zip(self.starts, ends, strict=True)]

    @property
    def _tail(self) -> int:
        return len(self.terminator) if self.terminator and self.raw.endswith(self.terminator) else 0

    def with_elements(self, values: Mapping[int, bytes]) -> bytes:
        """The bytes of the segment with other elements; what is absent is added at its end."""
        elements = self.elements
        elements += [b""] * (max(values, default=0) + 1 - len(elements))
        for number, value in values.items():
            elements[number] = value
        return self.separator.join(elements) + (self.terminator if self._tail else b"")


Change = Callable[[str, Sequence[bytes]], Mapping[int, bytes]]
"""From the tag of a segment and its elements (the tag first) to those that become something else."""


class Walker(ABC):
    """Goes through an input piece by piece; dialects say how an interchange opens and a segment ends."""

    begins: re.Pattern[bytes]
    again: re.Pattern[bytes]
    """How the next interchange begins where one is open."""
    sought: re.Pattern[bytes]
    service: frozenset[str]
    """Tags of the segments of the envelope."""
    last: str
    """The tag that closes an interchange."""

    def __init__(self, data: bytes | Iterable[bytes], limits: Limits) -> None:
        self.window = Window(data, limits.input_bytes)
        self.longest = limits.set_bytes
        self.separator = self.terminator = b""

    @abstractmethod
    def open(self, head: bytes) -> list[tuple[Kind, int]]:
        """The pieces that the header at hand takes, with their lengths; none if it cannot be read."""

    @abstractmethod
    def end_of_segment(self, start: int) -> int:
        """Where in the buffer the segment's terminator stands; -1 if the buffer does not hold it."""

    @abstractmethod
    def tag_of(self, raw: bytes) -> str:
        """The tag of a segment, in capitals."""

    @abstractmethod
    def starts_of(self, raw: bytes) -> Sequence[int]:
        """Where in a segment without its terminator each element begins."""

    def walk(self) -> Iterator[Piece]:
        """All pieces, in order."""
        window = self.window
        while window.at < len(window.buffer) or window.fill():
            window.want(HEADER_WINDOW)
            if (blank := self._blank()) is not None:
                yield blank
            elif window.buffer.startswith(BYTE_ORDER_MARK, window.at):
                yield self._take("mark", len(BYTE_ORDER_MARK))
            elif self.begins.match(window.buffer, window.at):
                opened = self.open(window.buffer[window.at : window.at + HEADER_WINDOW])
                yield from self._interchange(opened) if opened else (self._take("junk", 3),)
            else:
                yield self._junk()

    def _take(self, kind: Kind, length: int) -> Piece:
        window = self.window
        offset = window.offset
        return Piece(kind, window.take(window.at + length), offset)

    def _blank(self) -> Piece | None:
        found = _BLANK.match(self.window.buffer, self.window.at)
        return self._take("blank", found.end() - found.start()) if found else None

    def _junk(self) -> Piece:
        """Up to where an interchange may begin, as far as the buffer goes."""
        window = self.window
        found = self.sought.search(window.buffer, window.at + 1)
        if found is not None:
            return self._take("junk", found.start() - window.at)
        length = len(window.buffer) - window.at
        return self._take("junk", max(length - _KEPT_BACK, 1) if length > _KEPT_BACK else 1)

    def _interchange(self, opened: list[tuple[Kind, int]]) -> Iterator[Piece]:
        for kind, length in opened:
            yield self._segment(length) if kind == "segment" else self._take(kind, length)
        window = self.window
        while window.at < len(window.buffer) or window.fill():
            window.want(HEADER_WINDOW)
            if (blank := self._blank()) is not None:
                yield blank
                continue
            if self.again.match(window.buffer, window.at) or window.buffer.startswith(BYTE_ORDER_MARK, window.at):
                return
            end = self.end_of_segment(window.at)
            while end < 0 and len(window.buffer) - window.at <= self.longest and window.fill():
                end = self.end_of_segment(window.at)
            if end < 0 and len(window.buffer) - window.at > self.longest:
                yield self._take("part", len(window.buffer) - window.at - _KEPT_BACK)
                continue
            piece = self._segment((end + len(self.terminator) if end >= 0 else len(window.buffer)) - window.at)
            yield piece
            if piece.tag == self.last:
                return

    def _segment(self, length: int) -> Piece:
        plain = self._take("segment", length)
        content = plain.raw.removesuffix(self.terminator)
        starts = tuple(self.starts_of(content))
        return Piece("segment", plain.raw, plain.offset, self.tag_of(content), starts, self.separator, self.terminator)

    def rewrite(self, change: Change) -> Iterator[bytes]:
        """The input again, byte for byte, but for those elements of the envelope that `change` gives another value."""
        for piece in self.walk():
            values = change(piece.tag, piece.elements) if piece.tag in self.service else {}
            yield piece.with_elements(values) if values else piece.raw


def mended(data: bytes, mends: Sequence[Mend]) -> bytes:
    """The whole input with disjoint mends made."""
    return b"".join(rewritten(data, mends))
