"""Letters beyond ASCII. X12 names no character set: UTF-8 and Latin-1 are taken, and what is neither is told."""

from __future__ import annotations

import re

from crossdock.edi.kernel.faults import Fault
from crossdock.edi.kernel.letters import CONTROL_IN_UTF8, CONTROLS, WESTERN_IN_UTF8
from crossdock.edi.x12.envelope import TransactionSet

_ODD_IN_LATIN_1 = re.compile(b"(?P<mixed>" + WESTERN_IN_UTF8.pattern + b")|[" + CONTROLS + b"]")


def foreign(ts: TransactionSet) -> Fault | None:
    """The first character of a set that is a control character beyond ASCII, or of UTF-8 where others are not: one
    tells enough. Counted data, and a set whose marks are beyond ASCII, may hold any."""
    marks, raw = ts.interchange.delimiters, ts.raw
    if not f"{marks.element}{marks.component}{marks.repetition}{marks.terminator}".isascii():
        return None
    try:
        raw.decode()
        kind = CONTROL_IN_UTF8
    except UnicodeDecodeError:
        kind = _ODD_IN_LATIN_1
    for odd in kind.finditer(raw):
        if not any(start <= odd.start() < end for start, end in ts.binary):
            return _told(ts, odd)
    return None


def _told(ts: TransactionSet, odd: re.Match[bytes]) -> Fault:
    position = sum(start <= odd.start() for start, _ in ts.spans)
    start = ts.spans[position - 1][0]
    element = ts.raw.count(ts.interchange.delimiters.element.encode(), start, odd.start())
    if odd.re is CONTROL_IN_UTF8:
        words = f"U+00{odd[0][1]:02X} is a control character"
    elif odd["mixed"]:
        words = f"{odd[0].decode()!r} is of UTF-8, other letters of the set are not; it is read as Latin-1"
    else:
        words = f"the byte {odd[0].hex().upper()} is a control character of Latin-1, as which the set is read"
    return ts.fault("element_character", position, element, words)
