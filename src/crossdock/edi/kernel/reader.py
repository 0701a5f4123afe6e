"""What readers of all dialects share: the way from one interchange to the next, and from a set to its end.

A reader hops from service segment to service segment and hands out one set at a time; what stands inside of one is not
looked at here. It is split when somebody asks.
"""

from __future__ import annotations

import re
from abc import ABC, abstractmethod
from collections.abc import Iterator
from typing import ClassVar, Generic, TypeVar

from crossdock.edi.kernel.faults import REST, Fault, Mend, fault
from crossdock.edi.kernel.limits import Limits
from crossdock.edi.kernel.syntax import encoded_as, refused_as
from crossdock.edi.kernel.window import Window
from crossdock.edi.kernel.wrapping import unwrap

S = TypeVar("S")
"""A set: a transaction set, or a message."""
F = TypeVar("F")
"""A fault with the headers that it stands under."""

HEADER_WINDOW = 2048
"""Bytes that must hold the header of an interchange and the start of what follows it."""
KEPT_OF_OVERSIZED = 1 << 16
"""So many bytes of a set too long to keep are kept, to say what it is."""
_LONGEST_TAG = 64  # bytes that a service tag, the terminator and line ends before it take at most


class Reader(ABC, Generic[S, F]):
    """State of one pass. `envelope` finds the end of the segment before a service segment, and its tag."""

    syntax: ClassVar[str]
    unknown: ClassVar[str]
    """The fault of an input of no syntax that is known."""
    begins: ClassVar[re.Pattern[bytes]]
    """How an interchange begins; here small letters are let pass, and line ends of wrapped input."""
    sought: ClassVar[re.Pattern[bytes]]
    """The same where it is sought among other data."""
    closes: ClassVar[re.Pattern[bytes]]
    """How an interchange ends."""
    trailer: ClassVar[bytes]
    """The tag that ends a set."""

    def __init__(self, window: Window, limits: Limits) -> None:
        self.window = window
        self.limits = limits
        self.number = 1
        self.terminator = b"~"
        self.envelope = re.compile(rb"~")
        self.waiting: list[Fault] = []
        """Faults found before a header, told together with it."""
        self.odd = False
        """Tags may be in small letters, or hold line ends."""
        self.counts: frozenset[bytes] = frozenset()
        """Tags of segments with counted data."""
        self.exhausted = False
        """There is no more input to wait for."""
        self._pending = -1  # where counted data begins that the buffer does not hold yet
        self._floor = 0  # where, from the set's beginning, the last counted data ended
        self.cut_off = -1
        """Where the input ended inside a segment."""
        self.broke_off = False
        """It did, and that segment is counted already."""

    @abstractmethod
    def outside(self, found: Fault) -> F:
        """A fault outside sets, with the headers that are open."""

    @abstractmethod
    def has_header(self) -> bool:
        """Was an interchange read, or is one open?"""

    @abstractmethod
    def forget_headers(self) -> None:
        """What comes next belongs to no interchange."""

    @abstractmethod
    def interchange(self) -> Iterator[S | F]:
        """The interchange that begins here."""

    def search(self, start: int) -> re.Match[bytes] | None:
        """Where the next service segment stands."""
        return self.envelope.search(self.window.buffer, start)

    def find_terminator(self, start: int) -> int:
        """Where the next segment ends; -1 if the buffer does not hold it."""
        return self.window.buffer.find(self.terminator, start)

    def read(self) -> Iterator[S | F]:
        """Everything, up to so many faults outside sets as are worth listing."""
        found = 0
        for item, wrong in self._items():
            found += wrong is not None
            if wrong is not None and found > self.limits.faults:
                yield self.outside(fault("too_many_faults", segment=wrong.segment, offset=wrong.offset))
                return
            yield item
            if self.window.late():
                break
        if self.window.overdue:
            yield self.loose("time_exceeded", self.window.offset)

    def _items(self) -> Iterator[tuple[S | F, Fault | None]]:
        """Everything in the input, in order; and what is wrong, where it stands outside sets."""
        window = self.window
        window.want(HEADER_WINDOW)
        if encoded := encoded_as(window.buffer):
            yield self._loose("encoding_unsupported", 0, f"the input is {encoded[0]}, not ASCII, Latin-1 or UTF-8")
            window.skip_all()
            return
        empty = True
        while window.skip_blank():
            here = window.offset
            if window.skip_byte_order_mark():
                mend = Mend(here, window.offset - here, b"")
                self.waiting.append(fault("byte_order_mark", segment=self.number, offset=here, mends=(mend,)))
                continue
            empty = False
            stray = self._to_header()
            if stray is not None:
                yield stray
                continue
            for item in self.interchange():
                yield item, self.fault_of(item)
        if empty:
            yield self._loose("empty_input", 0)
        for each in self.waiting:
            yield self.outside(each), each
        if window.truncated:
            self.number -= self.broke_off
            yield self._loose("input_too_large", window.offset)

    @abstractmethod
    def fault_of(self, item: S | F) -> Fault | None:
        """What is wrong, if the item is no set."""

    def _loose(self, code: str, offset: int, detail: str = "", mends: tuple[Mend, ...] = ()) -> tuple[F, Fault]:
        found = fault(code, segment=self.number, offset=offset, detail=detail, mends=mends)
        return self.outside(found), found

    def loose(
        self, code: str, offset: int, segment_id: str = "", detail: str = "", *, element: int = 0, component: int = 0,
        segment: int = 0, mends: tuple[Mend, ...] = (),
    ) -> F:  # fmt: skip
        """A fault outside sets, at the present segment (or at `segment`, by number)."""
        return self.outside(
            fault(
                code, segment=segment or self.number, offset=offset, segment_id=segment_id, element=element,
                component=component, detail=detail, mends=mends,
            )
        )  # fmt: skip

    def told_before(self) -> Iterator[F]:
        """The faults that waited for the header."""
        for each in self.waiting:
            yield self.outside(each)
        self.waiting.clear()

    def _to_header(self) -> tuple[F, Fault] | None:
        """Go to where an interchange begins; None when already there, else the fault that says what was skipped."""
        window = self.window
        window.want(HEADER_WINDOW)
        if self.begins.match(window.buffer, window.at):
            return None
        start, inside = window.offset, self.has_header()
        if inside and self.closes.match(window.buffer, window.at):
            return self._second_end()
        other = None if inside else refused_as(window.buffer, window.at, self.syntax)
        code, words = other or ("data_outside_interchange" if inside else self.unknown, "")
        self.forget_headers()
        if other is None and window.seek(self.sought):
            mend = Mend(start, window.offset - start, b"")
            return self._loose("data_outside_interchange", start, mends=(mend,))
        window.skip_all()
        self.waiting.clear()  # what is refused has no header that could be wrong
        return self._loose(code, start, words, (Mend(start, REST, b""),) if inside else ())

    def _second_end(self) -> tuple[F, Fault]:
        """Another trailer behind that of the interchange: it ends nothing."""
        window = self.window
        start, end = window.offset, self.find_terminator(window.at)
        window.at = len(window.buffer) if end < 0 else end + len(self.terminator)
        told = self._loose("trailer_without_header", start, mends=(Mend(start, window.offset - start, b""),))
        self.number += 1
        return told

    def to_next(self) -> None:
        """Go on behind a header that cannot be read."""
        self.window.at += 3
        if not self.window.seek(self.sought):
            self.window.skip_all()

    def hole(self, found: re.Match[bytes]) -> int:
        """Where the search goes on behind the counted data that begins here; -1 if the buffer does not hold its end."""
        return found.end() - 1

    def cut(self) -> tuple[bytes, int, int]:
        """The bytes from here to the end of the set's trailer, where in them that begins (-1: it is not there), and 0;
        or, for a set too long to keep, its beginning, -1, and the number of its segments."""
        window = self.window
        from_here = self._floor = 0
        self.exhausted = False
        while True:
            end, trailer = self._end_of_set(window.at + from_here)
            length = (end if end >= 0 else len(window.buffer)) - window.at
            if length > self.limits.set_bytes:
                return self._skip_set()
            begins = trailer - window.at if trailer >= 0 else -1
            if end >= 0:
                return window.take(end), begins, 0
            # A tag cut by the end of the buffer is seen again: search from a little before it.
            seen = self._pending if self._pending >= 0 else trailer if trailer >= 0 else len(window.buffer)
            from_here = max(self._floor, seen - _LONGEST_TAG - window.at)
            if not window.fill():
                if self._pending < 0:
                    return window.take(len(window.buffer)), begins, 0
                self.exhausted = True

    def _end_of_set(self, start: int) -> tuple[int, int]:
        """Where the set ends and where its trailer begins; -1 for what the buffer does not hold."""
        self._pending = -1
        found = self.search(start)
        while found is not None and found[1] in self.counts:
            behind = self.hole(found)
            if behind < 0:
                self._pending = found.start()
                return -1, -1
            self._floor = behind - self.window.at
            found = self.search(behind)
        if found is None:
            return -1, -1
        if found[1] != self.trailer and not (self.odd and unwrap(found[1] or b"").upper() == self.trailer):
            return found.start() + len(self.terminator), -1
        end = self.find_terminator(found.end() - 1)
        return (end + len(self.terminator) if end >= 0 else -1), found.start(1)

    def _skip_set(self) -> tuple[bytes, int, int]:
        """Run over a set that is too long, keeping its beginning and counting its segments."""
        window = self.window
        kept = window.buffer[window.at : window.at + KEPT_OF_OVERSIZED]
        count = 0
        while True:
            end, trailer = self._end_of_set(window.at)
            if end >= 0:
                return kept, -1, count + window.take(end).count(self.terminator)
            seen = (trailer if trailer >= 0 else len(window.buffer)) - _LONGEST_TAG
            count += window.take(max(window.at, seen)).count(self.terminator)
            if not window.fill() or len(window.buffer) - window.at > self.limits.set_bytes + (1 << 17):
                return kept, -1, count + window.take(len(window.buffer)).count(self.terminator)
