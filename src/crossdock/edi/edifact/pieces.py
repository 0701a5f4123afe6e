"""EDIFACT input byte for byte: as pieces, and with other values in its envelope."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence

from crossdock.edi.edifact.characters import BLANK, LEVEL_A, ServiceCharacters
from crossdock.edi.edifact.envelope import is_released, unreleased
from crossdock.edi.edifact.service_string import service_characters
from crossdock.edi.kernel.limits import DEFAULT_LIMITS, Limits
from crossdock.edi.kernel.pieces import Change, Kind, Piece, Walker
from crossdock.edi.kernel.wrapping import cuts_segments, line_end_of_wrapped, unwrap, wrapped_length

_LEADING = re.compile(b"[" + BLANK.encode() + b"]*")


class _Walker(Walker):
    again = re.compile(rb"(?:U\r?\n?N\r?\n?[AB]|un[ab])[^A-Za-z0-9 \t\r\n]")
    begins = re.compile(again.pattern + rb"|UNH\+")
    sought = re.compile(rb"UN[AB][^A-Za-z0-9 \t\r\n]|UNH\+")
    service = frozenset(("UNB", "UNG", "UNH", "UNT", "UNE", "UNZ"))
    last = "UNZ"
    marks: ServiceCharacters = LEVEL_A
    wrapped = b""

    def open(self, head: bytes) -> list[tuple[Kind, int]]:
        """UNA, where there is one, with what stands behind it; segments follow."""
        line_end = line_end_of_wrapped(head)
        advice = service_characters(unwrap(head) if line_end else head)
        if line_end and (
            advice.marks is None or not cuts_segments(head, line_end, advice.marks.terminator.encode("latin-1"))
        ):
            line_end, advice = b"", service_characters(head)
        if advice.marks is None:
            return []
        self.marks, self.wrapped = advice.marks, line_end
        self.separator = advice.marks.element.encode("latin-1")
        self.terminator = advice.marks.terminator.encode("latin-1")
        taken = wrapped_length(head, advice.taken) if line_end else advice.taken
        opened: list[tuple[Kind, int]] = [("advice", taken)] if taken else []
        blank = _LEADING.match(head, taken)
        assert blank is not None  # it matches nothing, too
        if taken and blank.end() > taken:
            opened.append(("blank", blank.end() - taken))
        # The first segment in one piece with its tag: what begins an interchange must not be taken for the next one.
        self.window.want(len(head) + 1)
        end = self.end_of_segment(self.window.at + blank.end())
        if end >= 0:
            opened.append(("segment", end + 1 - self.window.at - blank.end()))
        return opened if end >= 0 else []

    def end_of_segment(self, start: int) -> int:
        """Where a terminator stands that is not released."""
        buffer, release = self.window.buffer, self.marks.release
        if not self.wrapped:
            return unreleased(buffer, self.marks.terminator, release, start)
        found = buffer.find(self.terminator, start)
        while found >= 0:
            before = found
            while before > start and buffer[before - 1] in b"\r\n":
                before -= 1
            if not is_released(buffer, before, release, start):
                break
            found = buffer.find(self.terminator, found + 1)
        return found

    def tag_of(self, raw: bytes) -> str:
        """The first three letters."""
        return unwrap(raw[:9])[:3].decode("latin-1").upper()

    def starts_of(self, raw: bytes) -> Sequence[int]:
        """Where separators stand that are not released."""
        starts = [0]
        found = unreleased(raw, self.marks.element, self.marks.release, 0)
        while found >= 0:
            starts.append(found + 1)
            found = unreleased(raw, self.marks.element, self.marks.release, found + 1)
        return starts


def pieces(data: bytes | Iterable[bytes], limits: Limits = DEFAULT_LIMITS) -> Iterator[Piece]:
    """The input piece by piece; joined, their bytes are the input, up to the limit of bytes."""
    return _Walker(data, limits).walk()


def rewrite(data: bytes | Iterable[bytes], change: Change, limits: Limits = DEFAULT_LIMITS) -> Iterator[bytes]:
    """The input byte for byte, but for the elements of UNB, UNG, UNH, UNT, UNE and UNZ that `change` gives another
    value."""
    return _Walker(data, limits).rewrite(change)
