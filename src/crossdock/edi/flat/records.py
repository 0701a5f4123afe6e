"""Bytes to records, one at a time: lines are cut, decoded and parted; after a broken one the next is read."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import NamedTuple

from crossdock.edi.flat.layout import Layout


class Raw(NamedTuple):
    """A record: its columns as they stand, or what is wrong with it (`code`, `words`)."""

    line: int
    offset: int
    cells: tuple[str, ...]
    text: str = ""
    code: str = ""
    words: str = ""


class _Line(NamedTuple):
    number: int
    offset: int
    raw: bytes


_NO_CELLS: tuple[str, ...] = ()
_BYTE_ORDER_MARK = b"\xef\xbb\xbf"


def records(data: bytes | Iterable[bytes], layout: Layout) -> Iterator[Raw]:
    """The records of an input; blank lines are none."""
    lines = _skipped(_lines(data, layout), layout.skip_lines)
    if layout.form == "fixed":
        yield from (_fixed(line, layout) for line in lines if line.raw.strip())
    else:
        yield from _csv(lines, layout)


def _skipped(lines: Iterator[_Line], most: int) -> Iterator[_Line]:
    for _ in range(most):
        next(lines, None)
    return lines


def _lines(data: bytes | Iterable[bytes], layout: Layout) -> Iterator[_Line]:
    """The lines of an input without their ends; in a file without line ends, pieces of the record's length. A line
    longer than the limit is cut there, and the rest of it passed over."""
    number, offset, rest = 1, 0, b""
    chunks = [data] if isinstance(data, bytes) else data
    first = True
    for chunk in chunks:
        rest += chunk
        if first and len(rest) >= len(_BYTE_ORDER_MARK):
            first = False
            if rest.startswith(_BYTE_ORDER_MARK):
                rest, offset = rest[3:], 3
        at = 0
        while (end := _end(rest, at, layout)) >= 0:
            size = end - at
            yield _Line(number, offset + at, rest[at:end].removesuffix(b"\r") if layout.line_end else rest[at:end])
            at += size + (1 if layout.line_end else 0)
            number += 1
        offset, rest = offset + at, rest[at:]
        if len(rest) > 2 * layout.record_bytes:
            # What has no end is not gathered: enough of it stays to tell that it is too long.
            cut = len(rest) - layout.record_bytes - 1
            offset, rest = offset + cut, rest[cut:]
    if rest.rstrip(b"\r\n\x1a"):
        yield _Line(number, offset, rest.rstrip(b"\r\n\x1a"))


def _end(rest: bytes, at: int, layout: Layout) -> int:
    if layout.line_end:
        return rest.find(b"\n", at)
    end = at + layout.fixed.length
    return end if end <= len(rest) else -1


def _text(line: _Line, layout: Layout) -> tuple[str, Raw | None]:
    """The text of a line, or why it is none."""
    if len(line.raw) > layout.record_bytes:
        words = f"the record has {len(line.raw)} bytes; the limit is {layout.record_bytes}"
        return "", Raw(line.number, line.offset, _NO_CELLS, "", "record_too_long", words)
    try:
        return line.raw.decode(layout.encoding), None
    except UnicodeDecodeError as problem:
        words = f"byte {line.offset + problem.start} is no {layout.encoding.upper()}"
        return "", Raw(line.number, line.offset, _NO_CELLS, "", "encoding_invalid", words)


def _fixed(line: _Line, layout: Layout) -> Raw:
    text, broken = _text(line, layout)
    if broken is not None:
        return broken
    wanted = layout.fixed.length
    if wanted and len(text) > wanted and text[wanted:].strip():
        words = f"the record has {len(text)} characters, not {wanted}"
        return Raw(line.number, line.offset, _NO_CELLS, text, "record_too_long", words)
    return Raw(line.number, line.offset, _NO_CELLS, text)


def _csv(lines: Iterator[_Line], layout: Layout) -> Iterator[Raw]:
    """Records of CSV. A quoted value may go on in the next line; one that is never closed costs its own line only."""
    waiting: list[_Line] = []
    while True:
        line = waiting.pop(0) if waiting else next(lines, None)
        if line is None:
            return
        text, broken = _text(line, layout)
        if broken is not None:
            yield broken
            continue
        if not text.strip():
            continue
        taken: list[_Line] = []
        cells, problem = parted(text, layout.csv.delimiter, layout.csv.quote)
        while problem == _OPEN and len(text) <= layout.record_bytes and len(taken) < layout.record_lines:
            more = waiting.pop(0) if waiting else next(lines, None)
            if more is None:
                break
            taken.append(more)
            added, broken = _text(more, layout)
            if broken is not None:
                break
            text += "\n" + added
            if layout.csv.quote in added:
                cells, problem = parted(text, layout.csv.delimiter, layout.csv.quote)
        if problem:
            waiting[:0] = taken  # what was tried in vain is read as records of their own
            yield Raw(line.number, line.offset, _NO_CELLS, text.split("\n", 1)[0], "record_broken", problem)
        else:
            yield Raw(line.number, line.offset, tuple(cells), text)


_OPEN = "a quote is opened and never closed"


def parted(text: str, delimiter: str, quote: str) -> tuple[list[str], str]:
    """The values of a CSV record (RFC 4180), and what is wrong with it. A quote within a value that does not begin with
    one is a plain character."""
    if not quote or quote not in text:
        return text.split(delimiter), ""
    cells: list[str] = []
    at = 0
    while True:
        if not text.startswith(quote, at):
            end = text.find(delimiter, at)
            if end < 0:
                return [*cells, text[at:]], ""
            cells.append(text[at:end])
            at = end + 1
            continue
        value, at = [], at + 1
        while True:
            end = text.find(quote, at)
            if end < 0:
                return cells, _OPEN
            value.append(text[at:end])
            at = end + 1
            if not text.startswith(quote, at):
                break
            value.append(quote)
            at += 1
        cells.append("".join(value))
        if at == len(text):
            return cells, ""
        if not text.startswith(delimiter, at):
            return cells, f"{text[at : at + 10]!r} stands behind a closing quote"
        at += 1
