"""X12 input byte for byte: as pieces, and with other values in its envelope."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence

from crossdock.edi.kernel.limits import DEFAULT_LIMITS, Limits
from crossdock.edi.kernel.pieces import Change, Kind, Piece, Walker
from crossdock.edi.kernel.service import plain_starts
from crossdock.edi.kernel.wrapping import unwrap
from crossdock.edi.x12.envelope import COUNTED, InterchangeHeader
from crossdock.edi.x12.header import BARE, bare_header, parse_header

_LONGEST_LENGTH = 80  # bytes that an element before counted data takes at most


class _Walker(Walker):
    again = re.compile(rb"(?:I\r?\n?S\r?\n?A|isa)[^A-Za-z0-9 \t\r\n]")
    begins = re.compile(again.pattern + b"|" + BARE.pattern)
    sought = re.compile(rb"ISA[^A-Za-z0-9 \t\r\n]")
    service = frozenset(("ISA", "GS", "ST", "SE", "GE", "IEA"))
    last = "IEA"
    header: InterchangeHeader | None = None

    def open(self, head: bytes) -> list[tuple[Kind, int]]:
        """ISA, if it can be read; of what has none the first segment is one like others."""
        if (bare := BARE.match(head)) is not None:
            self.header = bare_header(bare, head, 1, 0)
            self.separator, self.terminator = bare["mark"], bare["end"]
            return [("segment", bare.end("end"))]
        self.header, taken, _ = parse_header(head, 1, 0)
        if self.header is None:
            return []
        marks, encoding = self.header.delimiters, self.header.encoding
        self.separator, self.terminator = marks.element.encode(encoding), marks.terminator.encode(encoding)
        return [("segment", taken)]

    def end_of_segment(self, start: int) -> int:
        """Where the terminator stands, of counted data no byte."""
        buffer = self.window.buffer
        counted = COUNTED.get(buffer[start : start + 3].decode("latin-1").upper(), 0)
        if counted and self.header is not None and not self.header.wrapped:
            behind = self._behind_data(start, counted)
            if behind is not None:
                return behind
            start, buffer = self.window.at, self.window.buffer  # looking for its end may have moved the window
        return buffer.find(self.terminator, start)

    def _behind_data(self, start: int, counted: int) -> int | None:
        """Where counted data ends; -1 if the buffer does not hold it, None if it is not as long as is said."""
        buffer = self.window.buffer
        starts = [start]
        for _ in range(counted):
            found = buffer.find(self.separator, starts[-1], starts[-1] + _LONGEST_LENGTH)
            if found < 0:
                return None
            starts.append(found + len(self.separator))
        said = buffer[starts[-2] : starts[-1] - len(self.separator)].strip()
        length = int(said) if said.isdigit() and len(said) < _LONGEST_LENGTH // 4 else self.longest + 1
        end = starts[-1] + length
        if length > self.longest:
            return None
        while len(buffer) < end + len(self.terminator):
            before = self.window.at
            if not self.window.fill():
                return None
            end, buffer = end - before + self.window.at, self.window.buffer
        return end if buffer.startswith(self.terminator, end) else None

    def tag_of(self, raw: bytes) -> str:
        """Up to the first separator."""
        return unwrap(raw[:12].partition(self.separator)[0]).decode("latin-1").upper()

    def starts_of(self, raw: bytes) -> Sequence[int]:
        """Counted data is one element."""
        starts = plain_starts(raw, self.separator)
        counted = COUNTED.get(self.tag_of(raw), 0)
        return starts[: counted + 1] if counted else starts


def pieces(data: bytes | Iterable[bytes], limits: Limits = DEFAULT_LIMITS) -> Iterator[Piece]:
    """The input piece by piece; joined, their bytes are the input, up to the limit of bytes."""
    return _Walker(data, limits).walk()


def rewrite(data: bytes | Iterable[bytes], change: Change, limits: Limits = DEFAULT_LIMITS) -> Iterator[bytes]:
    """The input byte for byte, but for the elements of ISA, GS, ST, SE, GE and IEA that `change` gives another
    value."""
    return _Walker(data, limits).rewrite(change)
