"""What a vendor's answer, or its absence, means for a delivery."""

from __future__ import annotations

import datetime as dt

import httpx2
import pytest

from crossdock.connectors._kit.faults import delay, excerpt, outcome_of_answer, outcome_of_fault
from crossdock.ports.outcomes import Delivered, Halt, Rejected, RetryLater, Unknown

NOW = dt.datetime(2026, 1, 5, 12, 0, tzinfo=dt.UTC)


@pytest.mark.parametrize(
    ("status", "content", "expected"),
    [
        (200, b"", Delivered),
        (201, b"{}", Delivered),
        (204, b"", Delivered),
        (302, b"", Rejected),
        (400, b"", Rejected),
        (401, b"", Halt),
        (403, b"", Halt),
        (404, b"", Rejected),
        (407, b"", Halt),
        (408, b"", RetryLater),
        (409, b"the period is closed", Rejected),
        (409, b'{"code":"ALREADY_EXISTS"}', Delivered),
        (409, b"Duplicate document", Delivered),
        (422, b"", Rejected),
        (425, b"", RetryLater),
        (429, b"", RetryLater),
        (500, b"", RetryLater),
        (599, b"", RetryLater),
    ],
)
def test_an_answer_has_its_outcome(status: int, content: bytes, expected: type) -> None:
    assert isinstance(outcome_of_answer(status, content, "", NOW), expected)


@pytest.mark.parametrize("fault", [httpx2.ReadError("reset"), httpx2.ReadTimeout("slow"), TimeoutError(), OSError(5)])
def test_without_an_answer_only_an_idempotent_system_is_asked_again(fault: Exception) -> None:
    assert isinstance(outcome_of_fault(fault, "idempotent"), RetryLater)
    assert isinstance(outcome_of_fault(fault, "neither"), Unknown)


@pytest.mark.parametrize("fault", [httpx2.ConnectError("refused"), httpx2.ConnectTimeout(""), httpx2.PoolTimeout("")])
def test_what_never_left_us_may_always_be_sent_again(fault: Exception) -> None:
    assert isinstance(outcome_of_fault(fault, "neither"), RetryLater)


def test_settings_that_cannot_work_halt() -> None:
    assert isinstance(outcome_of_fault(httpx2.UnsupportedProtocol("ftp://"), "idempotent"), Halt)


@pytest.mark.parametrize(
    ("header", "seconds"),
    [
        ("7", 7),
        (" 0 ", 0),
        ("Mon, 05 Jan 2026 12:00:30 GMT", 30),
        ("Mon, 05 Jan 2026 11:00:00 GMT", 0),
        ("99999999999999999999", 3600),
        ("soon", None),
        ("", None),
        ("-5", None),
        ("٧", None),
    ],
)
def test_retry_after_is_seconds_or_a_date(header: str, seconds: int | None) -> None:
    assert delay(header, NOW) == (None if seconds is None else dt.timedelta(seconds=seconds))


def test_a_vendors_words_are_cut_to_one_line() -> None:
    assert excerpt(b"first\n\n  second\x00third\xff" + b"x" * 5000).startswith("first second third")
    assert len(excerpt(b"x" * 5000)) == 300
