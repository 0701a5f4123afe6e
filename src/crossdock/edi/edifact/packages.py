"""Packages (ISO 9735-8, syntax version 4): an object that is no message, such as a drawing or a certificate, between
UNO and UNP. Its octets may hold anything, so only their number, which UNO states, tells where it ends."""

from __future__ import annotations

import re
from collections.abc import Iterator

from crossdock.edi.edifact.envelope import InterchangeFault, at
from crossdock.edi.edifact.trailers import Trailers

_STATUS, _LENGTH, _SEGMENTS_BEFORE = 4, 0, 1
"""Where UNO has S022, and what that is made of: 0810 and 0814."""
_TRAILER = re.compile(rb"[ \t\r\n]*UNP[^A-Za-z0-9 \t\r\n]")
_LONGEST = 18


class Packages(Trailers):
    """The part of the reader that reads over packages."""

    wrapped: bytes
    """The line end that cuts lines of the interchange, if one does."""

    def package(self, end: int, header: list[list[str]]) -> Iterator[InterchangeFault]:
        """Read over the package whose UNO is at hand and ends there; without its trailer where the length leads, over
        UNO alone."""
        window = self.window
        offset, head = window.offset, end + len(self.terminator) - window.at
        status = header[_STATUS] if len(header) > _STATUS else []
        said = status[_LENGTH] if status else ""
        between = status[_SEGMENTS_BEFORE] if len(status) > _SEGMENTS_BEFORE else ""
        behind = self._behind(head, said, between)
        window.at = min(window.at + head, len(window.buffer))
        self.number += 1
        if behind < 0:
            words = f"no UNP stands {said or 'no number of'} octets behind UNO"
            yield self.loose("package_broken", offset, "UNO", words, segment=self.number - 1)
            return
        self.messages += 1  # the interchange counts packages with its messages
        self.in_group += 1
        window.at += behind
        window.skip_blank()
        yield from self._trailer(offset, said, at(header, 1))

    def _behind(self, head: int, said: str, between: str) -> int:
        """How many octets lie between UNO, which has so many, and UNP; -1 if that is not there."""
        window = self.window
        if not (said.isascii() and said.isdigit() and len(said) <= _LONGEST) or self.wrapped:
            return -1
        start = head
        for _ in range(int(between) if between.isascii() and between.isdigit() and len(between) <= 3 else 0):
            found = self.find_terminator(window.at + start)
            if found < 0:
                return -1
            start = found + len(self.terminator) - window.at
        ends = start + int(said)
        if ends > self.limits.set_bytes:
            return -1
        window.want(ends + len("\r\nUNP+"))
        return ends - head if _TRAILER.match(window.buffer, window.at + ends) else -1

    def _trailer(self, offset: int, length: str, reference: str) -> Iterator[InterchangeFault]:
        """Read UNP, which repeats length and reference."""
        window = self.window
        trailer = window.offset
        end = self.end_of_segment()
        rows = self.elements_to(end)
        window.at = min(end + len(self.terminator), len(window.buffer))
        first, self.number = self.number - 1, self.number + 1
        words = f"package {reference or 'without reference'} of {length} octets"
        yield self.loose("package_unread", offset, "UNO", words, segment=first)
        if (at(rows, 1), at(rows, 2)) != (length, reference):
            words = f"UNP repeats {at(rows, 1) or 'no length'} and {at(rows, 2) or 'no reference'}, not {length} and "
            yield self.loose("package_broken", trailer, "UNP", words + (reference or "none"), segment=first + 1)
