"""A sliding window over the input, so that no more than one transaction set is ever held."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator

from crossdock.edi.kernel.syntax import BYTE_ORDER_MARK

_CHUNK = 1 << 18
_BLANK = re.compile(rb"[ \t\r\n\x00\x1a]*")


class Window:
    """`buffer[at:]` is what is not yet consumed; `offset` is the input's byte number of `at`."""

    def __init__(
        self, data: bytes | Iterable[bytes], limit: int, clock: Callable[[], int] | None = None, seconds: int = 0
    ) -> None:
        self._chunks: Iterator[bytes] = (
            _slices(data) if isinstance(data, bytes | bytearray | memoryview) else iter(data)
        )
        self._left = limit
        self._base = 0
        self.buffer = b""
        self.at = 0
        self.truncated = False
        """The input was longer than the limit; what is beyond it was not read."""
        self._clock = clock if seconds else None
        self._until = clock() + seconds * 1_000_000_000 if clock and seconds else 0
        self.overdue = False
        """Reading took longer than the limit; what is beyond was not read."""

    def late(self) -> bool:
        """Is the time over? What is not yet read then stays unread."""
        if self._clock is not None and not self.overdue and self._clock() > self._until:
            self.overdue = True
            self._chunks = iter(())
        return self.overdue

    @property
    def offset(self) -> int:
        """Byte of the input that `at` stands on."""
        return self._base + self.at

    def fill(self) -> bool:
        """Get more; what was consumed goes. False at the end of the input."""
        if self.late():
            return False
        parts = [self.buffer[self.at :]]
        # Small chunks are gathered, so that a set in one-byte chunks does not cost its length squared.
        wanted = max(1 << 16, len(parts[0]) // 2)
        got = 0
        while got < wanted and self._left > 0:
            chunk = next(self._chunks, None)
            if chunk is None:
                break
            if len(chunk) > self._left:
                chunk = chunk[: self._left]
                self.truncated = True
            self._left -= len(chunk)
            got += len(chunk)
            parts.append(bytes(chunk))
        if not self._left and not self.truncated:
            self.truncated = next(self._chunks, None) is not None
        self._base += self.at
        self.at = 0
        self.buffer = b"".join(parts)
        return got > 0

    def want(self, size: int) -> None:
        """Have `size` bytes ahead, if the input holds so many."""
        while len(self.buffer) - self.at < size and self.fill():
            pass

    def skip_byte_order_mark(self) -> bool:
        """Step over a UTF-8 byte order mark. False if none is here."""
        self.want(len(BYTE_ORDER_MARK))
        found = self.buffer.startswith(BYTE_ORDER_MARK, self.at)
        self.at += len(BYTE_ORDER_MARK) * found
        return found

    def skip_blank(self) -> bool:
        """Step over white space and padding. False at the end of the input."""
        while True:
            found = _BLANK.match(self.buffer, self.at)
            if found is not None:
                self.at = found.end()
            if self.at < len(self.buffer):
                if len(self.buffer) - self.at >= 4 or not self.fill():
                    return True
            elif not self.fill():
                return False

    def seek(self, pattern: re.Pattern[bytes]) -> bool:
        """Go to the next match. False, with everything consumed, when there is none."""
        while True:
            found = pattern.search(self.buffer, self.at)
            if found is not None:
                self.at = found.start()
                return True
            self.at = max(self.at, len(self.buffer) - 4)
            if not self.fill():
                self.at = len(self.buffer)
                return False

    def find(self, terminator: bytes, longest: int) -> int:
        """Where the segment at `at` ends: its terminator, or the end of the input, or `longest` bytes on."""
        while True:
            end = self.buffer.find(terminator, self.at)
            if end >= 0:
                return min(end, self.at + longest)
            if len(self.buffer) - self.at > longest or not self.fill():
                return min(len(self.buffer), self.at + longest)

    def take(self, end: int) -> bytes:
        """Consume up to `end` and hand it out."""
        end = min(end, len(self.buffer))
        taken = self.buffer[self.at : end]
        self.at = end
        return taken

    def skip_all(self) -> None:
        """Give up on the rest of the input."""
        self.at = len(self.buffer)
        self._chunks = iter(())


def _slices(data: bytes | bytearray | memoryview) -> Iterator[bytes]:
    view = memoryview(data)
    for start in range(0, len(view), _CHUNK):
        yield bytes(view[start : start + _CHUNK])
