"""Packages of syntax version 4 hold objects that are no messages: they are read over by their length, whatever they
hold, and told. Interactive interchanges are refused by name."""

from __future__ import annotations

import pytest

from crossdock.edi import edifact, x12
from crossdock.edi.kernel.limits import Limits

HEAD = b"UNB+UNOC:4+A+B+20260101:0800+R1'"
MESSAGE = b"UNH+1+ORDERS:D:01B:UN'BGM+220+4500001+9'DTM+137:20260101:102'UNT+4+1'"
TERMINATOR = b"'"
OBJECT = b"\x00\xff'UNT+1+1'UNZ+9+X'UNH+7+?'"


def package(length: int | str = len(OBJECT), content: bytes = OBJECT, between: bytes = b"", ends: str = "") -> bytes:
    status = f"{length}:{between.count(TERMINATOR)}" if between else f"{length}"
    header = f"UNO+P1+1:DRAWING7+1:PDF+{status}'".encode()
    return header + between + content + (ends or f"UNP+{length}+P1'").encode()


def found(data: bytes, **limits: int) -> tuple[list[edifact.Message], list[tuple[str, str, int, int]]]:
    items = list(edifact.read(data, Limits(**limits)))
    messages = [item for item in items if isinstance(item, edifact.Message)]
    faults = [item.fault for item in items if isinstance(item, edifact.InterchangeFault)]
    return messages, [(each.code, each.severity, each.segment, each.offset) for each in faults]


@pytest.mark.parametrize("between", [b"", b"USC+C1'USX+2'"], ids=["alone", "behind security segments"])
@pytest.mark.parametrize("line", [b"", b"\r\n"], ids=["plain", "on lines"])
@pytest.mark.parametrize("content", [OBJECT, b"", b"UNB+" * 30_000], ids=["marks", "nothing", "large"])
def test_a_package_is_read_over_and_what_stands_around_it_is_read(content: bytes, line: bytes, between: bytes) -> None:
    sent = package(len(content), content + line, between)
    data = HEAD + sent + MESSAGE.replace(b"+1'", b"+2'").replace(b"UNH+1", b"UNH+2") + b"UNZ+2+R1'"
    messages, faults = found(data)
    assert [each.type for each in messages] == ["ORDERS"]
    assert [fault for each in messages for fault in each.faults] == []
    assert faults == [("package_unread", "warning", 2, len(HEAD))]
    assert b"".join(piece.raw for piece in edifact.pieces(data)) == data


def test_an_interchange_may_hold_packages_alone() -> None:
    messages, faults = found(HEAD + package() + package() + b"UNZ+2+R1'")
    assert messages == []
    assert [code for code, *_ in faults] == ["package_unread", "package_unread"]


@pytest.mark.parametrize("length", ["", "x", "5", "99999", "9" * 19, "-1"])
def test_a_package_whose_length_leads_nowhere_is_an_error_and_messages_are_still_found(length: str) -> None:
    broken, other = package(length, b"an object", ends="UNP+9+P1'"), MESSAGE.replace(b"+1'", b"+2'")
    data = HEAD + MESSAGE + broken + other.replace(b"UNH+1", b"UNH+2") + b"UNZ+2+R1'"
    messages, faults = found(data)
    assert len(messages) == 2
    assert ("package_broken", "error", 6, len(HEAD + MESSAGE)) in faults


def test_a_trailer_that_repeats_another_number_or_length_is_told() -> None:
    data = HEAD + package(ends="UNP+9+P2'") + b"UNZ+1+R1'"
    assert [code for code, *_ in found(data)[1]] == ["package_unread", "package_broken"]


def test_an_object_beyond_the_limit_is_not_held() -> None:
    data = HEAD + package(5_000, b"x" * 5_000) + b"UNZ+1+R1'"
    assert found(data, set_bytes=1_000)[1][0][:2] == ("package_broken", "error")


@pytest.mark.parametrize("header", [b"UIB+UNOA:4+D1'UIH+PRPAAE:D:96B:UN+1'", b"UIH+PRPAAE:D:96B:UN+1'"])
@pytest.mark.parametrize("advice", [b"", b"UNA:+.? '", b"UNA:+.? '\r\n"])
def test_an_interactive_interchange_is_refused_by_name(header: bytes, advice: bytes) -> None:
    for read in (edifact.read, x12.read):
        if read is x12.read and advice:
            continue
        (item,) = list(read(advice + header + b"UIT+1+2'UIZ+D1+1'"))  # type: ignore[operator]
        assert item.fault.code == "other_syntax"
        assert "interactive EDIFACT (UIB)" in item.fault.detail
