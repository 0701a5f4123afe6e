"""How long what failed waits, and what is kept of why."""

from __future__ import annotations

import datetime as dt

from crossdock.engine.failures import in_words, pause_after


def test_the_pause_doubles_from_a_second_to_ten_minutes() -> None:
    pauses = [pause_after(attempts) / dt.timedelta(seconds=1) for attempts in (1, 2, 3, 9, 10, 11, 5_000)]
    assert pauses == [1, 2, 4, 256, 512, 600, 600]


def test_any_failure_has_words_that_can_be_stored() -> None:
    assert in_words(ValueError("no \x00 here")) == "ValueError: no \ufffd here"
