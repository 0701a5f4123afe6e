"""UNA and UNB: which characters separate, and whose interchange it is."""

from __future__ import annotations

import re
from dataclasses import replace

from crossdock.edi.edifact.characters import BLANK, LEVEL_A, LEVEL_B, ServiceCharacters, is_known
from crossdock.edi.edifact.envelope import InterchangeHeader, at, split, start_of, unreleased
from crossdock.edi.kernel.faults import Fault, fault

UNA_LENGTH = 9
_VERSION = re.compile(r"[1-9]")
# Without any terminator, lines are segments.
_LINES = re.compile(rb"UN[BH]\+[^'\r\n]*\r?([\r\n])\s*[A-Z]{3}\+")
_BLANKS = BLANK.encode()


def service_characters(window: bytes) -> tuple[ServiceCharacters | None, int]:
    """What UNA states at the start of `window` and the bytes it takes, or what the character behind UNB tells; None if
    they cannot be told apart."""
    if not window.startswith(b"UNA"):
        if window[3:4] == b"\x1d":
            return LEVEL_B, 0
        broken = _LINES.match(window)
        return (replace(LEVEL_A, terminator=broken[1].decode()) if broken else LEVEL_A), 0
    text = window[:UNA_LENGTH].decode("latin-1")
    if len(text) < UNA_LENGTH:
        return None, 0
    component, element, decimal, release, repetition, terminator = list(text[3:])
    if terminator in BLANK and window[UNA_LENGTH:].lstrip(_BLANKS)[:3] == b"UNB":
        # An editor broke the line, or cut the space that says there is no repetition: the last mark is one earlier.
        if repetition not in BLANK:
            terminator, repetition = repetition, " "
        else:
            terminator = "'" if b"'" in window else terminator
    marks = ServiceCharacters(component, element, decimal, release.strip(), repetition.strip(), terminator, stated=True)
    named = [component, element, terminator, *marks.release]
    if len(set(named)) < len(named) or any(mark.isalnum() for mark in named):
        return None, UNA_LENGTH
    return marks, UNA_LENGTH


def parse_header(
    window: bytes, marks: ServiceCharacters, number: int, offset: int
) -> tuple[InterchangeHeader | None, int, list[Fault]]:
    """The UNB at the start of `window` and the bytes it takes up to and with its terminator; None with the fault that
    refuses it."""
    end = unreleased(window, marks.terminator, marks.release, 0)
    if end < 0:
        return None, 0, [fault("interchange_malformed", segment=number, offset=offset, segment_id="UNB")]
    raw = window[: end + 1]
    syntax = raw[4:8].decode("latin-1")
    rows = split(raw[:end], marks, syntax)
    version = at(rows, 1, 2)
    marks = replace(
        marks,
        repetition=(marks.repetition or "*") if version[:1] == "4" else "",
        suffix=_line_end(window[end + 1 :]),
    )
    header = InterchangeHeader(
        syntax=at(rows, 1, 1),
        version=version,
        sender=at(rows, 2, 1),
        sender_qualifier=at(rows, 2, 2),
        receiver=at(rows, 3, 1),
        receiver_qualifier=at(rows, 3, 2),
        date=at(rows, 4, 1),
        time=at(rows, 4, 2),
        control_number=at(rows, 5, 1),
        application=at(rows, 7, 1),
        acknowledgement_requested=at(rows, 9, 1) == "1",
        agreement=at(rows, 10, 1),
        test=at(rows, 11, 1) == "1",
        delimiters=marks,
        number=number,
        offset=offset,
        raw=raw,
    )
    return header, end + 1, list(_check(header))


def _check(header: InterchangeHeader) -> list[Fault]:
    found = []

    def say(code: str, element: int, detail: str) -> None:
        found.append(
            fault(
                code, segment=header.number, offset=header.offset + start_of(header.raw, header.delimiters, 0, element),
                segment_id="UNB", element=element, detail=detail,
            )
        )  # fmt: skip

    if not is_known(header.syntax):
        say("syntax_unknown", 1, f"the syntax identifier is {header.syntax or 'missing'}, not UNOA to UNOY")
    if not _VERSION.match(header.version):
        say("syntax_unknown", 1, f"the syntax version is {header.version or 'missing'}, not 1 to 4")
    for element, name, value in (
        (2, "sender", header.sender), (3, "recipient", header.receiver), (4, "date", header.date),
        (5, "control reference", header.control_number),
    ):  # fmt: skip
        if not value:
            say("interchange_element_missing", element, f"UNB has no {name}")
    return found


def _line_end(following: bytes) -> str:
    for end in ("\r\n", "\n", "\r"):
        if following.startswith(end.encode()):
            return end
    return ""
