"""Input that was cut into records of one length (80 columns, as mainframes and mailers do), in the middle of segments.

The line ends are no part of any value. They stay in the raw bytes, so that every offset is one of the input, and are
left out when values are made.
"""

from __future__ import annotations

_NARROWEST = 20
_USUAL = (72, 80, 128, 132, 256)


def line_end_of_wrapped(head: bytes) -> bytes:
    """The line end (`\\n`, `\\r\\n`) that cuts the input into equal lines, told by its first bytes; empty if none does.
    Whether the cuts stand inside segments, only the terminator tells: `cuts_segments`."""
    if b"\n" not in head:
        return b""
    end = b"\r\n" if b"\r\n" in head else b"\n"
    # Whoever cuts counts characters, or bytes.
    return end if _is_cut(_text(head), end) or _is_cut(head.decode("latin-1"), end) else b""


def _is_cut(text: str, end: bytes) -> bool:
    """Are the lines of a text as long as one another?"""
    text = text.rstrip("\r\n")
    lines = text.split(end.decode())
    whole = lines[:-1]  # the last line of a file is as long as it is
    if not whole or "\n" in text.replace(end.decode(), ""):
        return False
    width = len(whole[-1])
    if width < _NARROWEST or len(whole[0]) > width or len(lines[-1]) > width:
        return False
    if len(whole) == 1:
        return width in _USUAL
    return all(len(each) == width for each in whole[1:])


def cuts_segments(head: bytes, end: bytes, terminator: bytes) -> bool:
    """Does a line end anywhere but behind a terminator?"""
    return any(not line.rstrip().endswith(terminator) for line in head.split(end)[:-1])


def unwrap(raw: bytes) -> bytes:
    """Without line ends."""
    return raw.replace(b"\r", b"").replace(b"\n", b"")


def wrapped_length(raw: bytes, length: int) -> int:
    """How many bytes of `raw` hold its first `length` bytes that are no line ends."""
    at = 0
    for each in raw:
        if not length:
            break
        length -= each not in b"\r\n"
        at += 1
    return at


def _text(raw: bytes) -> str:
    """One character each for what is one column, a character that is cut off at the end forgiven."""
    for cut in range(4):
        try:
            return raw[: len(raw) - cut].decode()
        except UnicodeDecodeError:
            continue
    return raw.decode("latin-1")
