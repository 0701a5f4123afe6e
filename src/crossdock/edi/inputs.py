"""What an input holds, set by set: its syntax told by its beginning, its envelope mended as the tolerance says."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from itertools import chain
from typing import NamedTuple

from crossdock.edi import edifact, x12
from crossdock.edi.kernel.faults import Fault
from crossdock.edi.kernel.limits import DEFAULT_LIMITS
from crossdock.edi.kernel.syntax import BYTE_ORDER_MARK, EDIFACT, XML, encoded_as, syntax_of
from crossdock.edi.kernel.tolerance import Policy
from crossdock.edi.mending import legible, mended

_TELLING = 64  # bytes that tell the syntax
_WIDE_XML = (b"\xff\xfe<\0", b"\xfe\xff\0<", b"<\0", b"\0<")


class Head(NamedTuple):
    """How an input begins, and what syntax that tells."""

    bytes: bytes
    syntax: str
    note: Fault | None = None
    """The input is in an encoding that no EDI is in, and was written in one that is read."""


def head_of(data: bytes | Iterable[bytes]) -> tuple[Head, Iterator[bytes]]:
    """The first bytes of an input, and the rest of it; of one in two or four bytes a letter all, in bytes that are
    read. What tells nothing is read as X12."""
    chunks = iter([data]) if isinstance(data, bytes) else iter(data)
    head = b""
    while len(head) < _TELLING and (chunk := next(chunks, None)) is not None:
        head += chunk
    note = None
    if encoded_as(head) and not head.startswith(_WIDE_XML):
        head, note = legible(b"".join(bounded(chain((head,), chunks), DEFAULT_LIMITS.input_bytes)))
    wide = XML if head.startswith(_WIDE_XML) else ""
    return Head(head, wide or syntax_of(head.removeprefix(BYTE_ORDER_MARK).lstrip()), note), chunks


def items(
    head: Head, chunks: Iterable[bytes], tolerance: Policy | None = None
) -> Iterator[x12.TransactionSet | edifact.Message | Fault]:
    """The sets and messages of an input, and what is wrong with the input itself, in order. With a tolerance it is read
    whole and mended first: what was mended is a warning, what is rejected an error."""
    syntax, whole = head.syntax, chain((head.bytes,), chunks)
    if head.note is not None:
        yield head.note if tolerance is not None and tolerance.mends(head.note) else _judged(head.note, tolerance)
    if tolerance is not None:
        data, told = mended(b"".join(bounded(whole, DEFAULT_LIMITS.input_bytes)), tolerance)
        yield from told
        syntax, whole = syntax_of(data[:_TELLING].lstrip()) or syntax, chain((data,))
    found = edifact.read(whole) if syntax == EDIFACT else x12.read(whole, acknowledgements=True)
    for item in found:
        if isinstance(item, edifact.InterchangeFault | x12.InterchangeFault):
            yield _judged(item.fault, tolerance)
        elif tolerance is not None and item.faults:
            yield replace(item, faults=tuple(map(tolerance.judged, item.faults)))
        else:
            yield item


def _judged(fault: Fault, tolerance: Policy | None) -> Fault:
    return tolerance.judged(fault) if tolerance is not None else fault


def bounded(chunks: Iterable[bytes], most: int) -> Iterator[bytes]:
    """What must be read whole; what is beyond the limit is not."""
    left = most + 1
    for chunk in chunks:
        yield chunk[:left]
        left -= len(chunk)
        if left <= 0:
            return
