"""UNA: which characters separate, be they stated, cut by an editor, or told by what stands behind UNB."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace

from crossdock.edi.edifact.characters import BLANK, LEVEL_A, LEVEL_B, ServiceCharacters

UNA_LENGTH = 9
# Without any terminator, lines are segments.
_LINES = re.compile(rb"UN[BH]\+[^'\r\n]*\r?([\r\n])\s*[A-Z]{3}\+")
# Other separators than the usual, and no UNA that states them: they show in UNB and before the next service segment.
_UNSTATED = re.compile(
    rb"(?s)(?:UNB|unb)(?P<element>[^A-Za-z0-9 \t\r\n])[A-Za-z]{4}(?P<component>[^A-Za-z0-9 \t\r\n])[1-9]"
    rb".{0,400}?(?P<terminator>[^A-Za-z0-9 \t\r\n])[ \t\r\n]*(?:UN[GH]|un[gh])(?P=element)"
)
_BLANKS = BLANK.encode()


@dataclass(frozen=True, slots=True)
class Advice:
    """The service characters (None if they cannot be told apart), the bytes that UNA takes, what is odd about it, and
    what it should be."""

    marks: ServiceCharacters | None
    taken: int = 0
    odd: str = ""
    should: bytes | None = None


def service_characters(window: bytes) -> Advice:
    """What UNA states at the start of `window`, or what the characters behind UNB tell."""
    if window[:3].upper() != b"UNA":
        return _unstated(window)
    text = window[:UNA_LENGTH].decode("latin-1")
    if len(text) < UNA_LENGTH:
        return Advice(None)
    component, element, decimal, release, repetition, terminator = list(text[3:])
    odd = []
    if terminator in BLANK and window[UNA_LENGTH:].lstrip(_BLANKS)[:3].upper() == b"UNB":
        # An editor broke the line, or cut the space that says there is no repetition: the last mark is one earlier.
        if repetition not in BLANK:
            terminator, repetition = repetition, " "
        else:
            terminator = "'" if b"'" in window else terminator
        if terminator != text[8]:
            odd.append("UNA has no nine characters")
    if repetition in (component, element, terminator, release) and repetition not in BLANK:
        odd.append(f"the repetition separator {repetition} is another separator, too")
        repetition = " "
    if decimal not in ".,":
        odd.append(f"the decimal mark is {decimal!r}")
    marks = ServiceCharacters(component, element, decimal, release.strip(), repetition.strip(), terminator, stated=True)
    named = [component, element, terminator, *marks.release]
    if len(set(named)) < len(named) or any(mark.isalnum() for mark in named):
        return Advice(None, UNA_LENGTH)
    ninth = text[8].encode("latin-1") if text[8] in BLANK and text[8] != terminator else b""
    should = replace(marks, decimal=decimal if decimal in ".," else ".").una.encode("latin-1") + ninth
    return Advice(marks, UNA_LENGTH, "; ".join(odd), should if odd else None)


def _unstated(window: bytes) -> Advice:
    if window[3:4] == b"\x1d":
        return Advice(LEVEL_B)
    if window[3:4] != b"+":
        found = _UNSTATED.match(window)
        if found is None:
            return Advice(LEVEL_A)
        element, component, terminator = (each.decode("latin-1") for each in found.groups())
        if len({element, component, terminator}) < 3:
            return Advice(None)
        release = "" if "?" in (element, component, terminator) else "?"
        marks = ServiceCharacters(component, element, ".", release, "", terminator)
        odd = "there is no UNA, and the separators are not those of the standard"
        return Advice(marks, 0, odd, marks.una.encode("latin-1"))
    broken = _LINES.match(window)
    return Advice(replace(LEVEL_A, terminator=broken[1].decode()) if broken else LEVEL_A)
