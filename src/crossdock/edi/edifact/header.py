"""UNB, and what ISO 9735 wants of it and of UNG. Nothing here keeps a header from being read."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace

from crossdock.edi.edifact.characters import ServiceCharacters, is_known
from crossdock.edi.edifact.envelope import InterchangeHeader, at, split, start_of, unreleased
from crossdock.edi.kernel.calendar import is_date, is_time
from crossdock.edi.kernel.faults import Fault, fault

_VERSION = re.compile(r"[1-4X]\Z")  # X: that of version 3 within version 4
_LONGEST_REFERENCE = 14
_DATE_OF_VERSION_4 = 8  # digits; before that the year has two
_SPECIAL_TESTS = ("", "0", "1", "2", "3", "4")  # 0035: a test, or a syntax test, or an echo


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
    return header, end + 1, list(_check(header, at(rows, 9, 1), at(rows, 11, 1)))


def _check(header: InterchangeHeader, request: str, test: str) -> Iterator[Fault]:
    for code, element, component, detail in _wrong(header, request, test):
        yield fault(
            code, segment=header.number, segment_id="UNB", element=element, component=component, detail=detail,
            offset=header.offset + start_of(header.raw, header.delimiters, 0, element, component),
        )  # fmt: skip


def _wrong(header: InterchangeHeader, request: str, test: str) -> Iterator[tuple[str, int, int, str]]:
    """Code, element, component and words."""
    if not is_known(header.syntax):
        yield "syntax_unknown", 1, 1, f"the syntax identifier is {header.syntax or 'missing'}, not UNOA to UNOY"
    if not _VERSION.match(header.version):
        yield "syntax_unknown", 1, 2, f"the syntax version is {header.version or 'missing'}, not 1 to 4"
    for code, element, name, value in (
        ("sender_missing", 2, "sender", header.sender), ("receiver_missing", 3, "recipient", header.receiver),
        ("interchange_element_missing", 4, "date", header.date),
        ("interchange_element_missing", 5, "control reference", header.control_number),
    ):  # fmt: skip
        if not value:
            yield code, element, 1, f"UNB has no {name}"
    long = header.version[:1] < "4" and len(header.date) == _DATE_OF_VERSION_4
    if header.date and (long or not is_date(header.date)):
        yield "interchange_date_invalid", 4, 1, f"the date of UNB is {header.date}"
    if header.date and not is_time(header.time):
        yield "interchange_time_invalid", 4, 2, f"the time of UNB is {header.time or 'missing'}"
    if len(header.control_number) > _LONGEST_REFERENCE:
        yield "interchange_control_invalid", 5, 1, f"the reference of UNB has {len(header.control_number)} characters"
    if request not in ("", "0", "1"):
        yield "acknowledgement_request_invalid", 9, 1, f"the acknowledgement request of UNB is {request}"
    if test not in _SPECIAL_TESTS:
        yield "usage_invalid", 11, 1, f"the test indicator of UNB is {test}"


def check_ung(rows: list[list[str]], version: str) -> Iterator[tuple[str, int, int, str]]:
    """Code, element, component and words of what is wrong with a UNG."""
    if version[:1] < "4":  # from syntax version 4 on, parties and date of a group may be left out
        for element, name in ((2, "sender"), (3, "recipient")):
            if not at(rows, element):
                yield "group_party_missing", element, 1, f"UNG has no {name}"
        if not is_date(at(rows, 4)):
            yield "group_date_invalid", 4, 1, f"the date of UNG is {at(rows, 4) or 'missing'}"
        elif not is_time(at(rows, 4, 2)):
            yield "group_time_invalid", 4, 2, f"the time of UNG is {at(rows, 4, 2) or 'missing'}"
    if not 1 <= len(at(rows, 5)) <= _LONGEST_REFERENCE:
        yield "group_control_invalid", 5, 1, f"the reference of UNG is {at(rows, 5) or 'missing'}"


def _line_end(following: bytes) -> str:
    for end in ("\r\n", "\n", "\r"):
        if following.startswith(end.encode()):
            return end
    return ""
