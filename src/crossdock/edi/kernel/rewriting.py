"""Byte-exact changes of an input: some places become something else, every other byte stays what it is."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence

from crossdock.edi.kernel.faults import REST, Mend


def disjoint(mends: Iterable[Mend], size: int) -> list[Mend]:
    """Those of them that can be made at once, in the order of the input: of two that touch the same place, the first
    that was asked for."""
    kept: list[Mend] = []
    taken: set[int] = set()
    for each in sorted(dict.fromkeys(mends), key=lambda mend: mend.offset):
        last = kept[-1] if kept else None
        end = size if each.length == REST else each.offset + each.length
        behind = last is None or (last.length != REST and each.offset >= last.offset + last.length)
        if behind and each.offset not in taken and end <= size:
            kept.append(each)
            taken.add(each.offset)
    return kept


def rewritten(data: bytes | Iterable[bytes], mends: Sequence[Mend]) -> Iterator[bytes]:
    """The input with the mends made, in pieces. They must be disjoint and in order."""
    at, waiting, skip = 0, iter(mends), 0
    mend = next(waiting, None)
    for chunk in [data] if isinstance(data, bytes) else data:
        start = 0
        while start < len(chunk):
            if skip:
                gone = len(chunk) - start if skip == REST else min(skip, len(chunk) - start)
                start, skip = start + gone, skip if skip == REST else skip - gone
                continue
            if mend is None or mend.offset >= at + len(chunk):
                yield chunk[start:]
                break
            yield chunk[start : mend.offset - at]
            yield mend.text
            start, skip = mend.offset - at, mend.length
            mend = next(waiting, None)
        at += len(chunk)
    while mend is not None:  # those at the very end
        yield mend.text
        mend = next(waiting, None)


class Origins:
    """Where a byte of a rewritten input stood before it was rewritten, be it several times."""

    def __init__(self) -> None:
        self._passes: list[tuple[list[int], list[Mend], list[int]]] = []

    def add(self, mends: Sequence[Mend]) -> None:
        """The mends of one more rewriting."""
        starts, before, shift = [], [], 0
        for each in mends:
            starts.append(each.offset + shift)
            before.append(shift)
            shift += len(each.text) - max(each.length, 0)
        self._passes.append((starts, list(mends), before))

    def of(self, offset: int) -> int:
        """The offset in the first input."""
        for starts, mends, before in reversed(self._passes):
            index = bisect_right(starts, offset) - 1
            if index < 0:
                continue
            mend = mends[index]
            inside = offset - starts[index] < len(mend.text)
            offset = mend.offset if inside else offset - before[index] - len(mend.text) + max(mend.length, 0)
        return offset
