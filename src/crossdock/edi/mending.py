"""Mends an input of either dialect under the tolerance of its sender: `mend(data, policy)`."""

from __future__ import annotations

import re
from collections.abc import Iterator

from crossdock.edi import edifact, x12
from crossdock.edi.edifact.characters import encoding_of
from crossdock.edi.kernel.faults import Fault, fault
from crossdock.edi.kernel.syntax import BYTE_ORDER_MARK, EDIFACT, X12, encoded_as, syntax_of
from crossdock.edi.kernel.tolerance import DEFAULT, Applied, Note, Policy, apply

_TELLING = 4096  # bytes that tell the syntax
_WIDEST = 4  # bytes a letter
_SYNTAX = re.compile(r"UNB[^A-Za-z0-9\s](UNO[A-Z])")
_HEADER = re.compile(rb"ISA[^A-Za-z0-9 \t\r\n]|UN[AB][^A-Za-z0-9 \t\r\n]")


def mend(data: bytes, policy: Policy = DEFAULT) -> Applied:
    """The input, mended as far as the policy says so, with a note for each fault. What it is its beginning tells, else
    the first header in it; what tells nothing is read as X12."""
    head = data[:_TELLING]
    if (told := encoded_as(head)) and told[1]:
        wide = data[: _TELLING * _WIDEST]
        head = wide.decode(told[1], "ignore").removeprefix("\ufeff").encode()[:_TELLING]
    syntax = syntax_of(head.removeprefix(BYTE_ORDER_MARK).lstrip())
    if not syntax and (found := _HEADER.search(head)) is not None:
        syntax = X12 if found[0].startswith(b"ISA") else EDIFACT
    if syntax == EDIFACT:
        return apply(data, policy, edifact.read, _by_its_syntax)
    return apply(data, policy, x12.read)


def mended(data: bytes, policy: Policy) -> tuple[bytes, Iterator[Fault]]:
    """The input, mended, and for each mend a warning that says what stood there. Places in them are those of the input
    as it came, byte and all."""
    applied = mend(data, policy)
    return applied.data, (_told(each) for each in applied.notes if each.action == "mend")


def _told(note: Note) -> Fault:
    was, now = (each.decode("utf-8", "replace").strip() for each in (note.was, note.now))
    change = f"{was!r} became {now!r}" if was and now else f"{now!r} was added" if now else "it was taken away"
    return fault(
        note.code,
        segment=note.segment,
        offset=note.offset,
        position=note.position,
        segment_id=note.segment_id,
        element=note.element,
        detail=f"{note.detail}; mended: {change}",
        severity="warning",
    )


def legible(data: bytes) -> tuple[bytes, Fault | None]:
    """An input of two or four bytes a letter in bytes that are read, with the fault that tells it; any other as it is.
    What is no text of its encoding, or encoded twice, stays, to be refused by name."""
    told = encoded_as(data)
    if told is None or not told[1]:
        return data, None
    try:
        text = data.decode(told[1]).removeprefix("\ufeff")
    except UnicodeDecodeError:
        return data, None
    words = f"the input is {told[0]}; bytes are counted as if it were not"
    written = _by_its_syntax(text)
    if encoded_as(written):  # twice, as apply has it
        return data, None
    return written, fault("encoding_unsupported", segment=1, offset=0, detail=words, severity="warning")


def _by_its_syntax(text: str) -> bytes:
    """The bytes of a text in the encoding that its UNB says, else in UTF-8, which is read as well."""
    said = _SYNTAX.search(text[:_TELLING])
    try:
        return text.encode(encoding_of(said[1]) if said else "utf-8")
    except UnicodeEncodeError:
        return text.encode()
