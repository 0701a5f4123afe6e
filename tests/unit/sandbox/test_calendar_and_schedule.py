from __future__ import annotations

import datetime as dt

import pytest

from crossdock.sandbox.clock import Calendar, Clock, instant, iso, parse
from crossdock.sandbox.schedule import Schedule

CALENDAR = Calendar()
SATURDAY = dt.date(2010, 12, 4)
MONDAY = dt.date(2010, 12, 6)


def test_work_left_over_on_saturday_goes_on_on_monday() -> None:
    late = instant(SATURDAY, dt.time(18, 30))
    assert CALENDAR.add(late, dt.timedelta(hours=1)) == instant(MONDAY, dt.time(7, 30))
    assert CALENDAR.next_working_day(SATURDAY) == MONDAY


def test_what_comes_at_night_waits_for_the_morning() -> None:
    night = instant(MONDAY, dt.time(3))
    assert CALENDAR.into_hours(night) == instant(MONDAY, dt.time(7))
    assert CALENDAR.next_of(instant(MONDAY, dt.time(16)), (dt.time(10), dt.time(15))).date() == dt.date(2010, 12, 7)
    assert CALENDAR.next_of(instant(MONDAY, dt.time(15)), (dt.time(10), dt.time(15))).date() == MONDAY


def test_the_clock_stands_still_until_it_is_started() -> None:
    clock = Clock(instant(MONDAY, dt.time(6)))
    assert clock.now() == instant(MONDAY, dt.time(6))
    clock.start(dt.datetime.now(dt.UTC) - dt.timedelta(seconds=10), instant(MONDAY, dt.time(6)), 3600)
    assert abs(clock.now() - instant(MONDAY, dt.time(16))) < dt.timedelta(minutes=30)
    with pytest.raises(ValueError, match="rate"):
        clock.start(dt.datetime.now(dt.UTC), instant(MONDAY, dt.time(6)), 0)


def test_instants_name_their_zone() -> None:
    assert iso(parse("2010-12-01T08:26:00+01:00")) == "2010-12-01T07:26:00Z"
    with pytest.raises(ValueError, match="zone"):
        parse("2010-12-01T08:26:00")


def test_actions_of_one_instant_run_by_their_key_not_by_who_came_first() -> None:
    schedule = Schedule(Clock(instant(MONDAY, dt.time(6))))
    ran: list[str] = []
    at = instant(MONDAY, dt.time(8))
    for key in ("c", "a", "b"):
        schedule.at(at, key, lambda when, key=key: ran.append(key))  # type: ignore[misc]
    schedule.at(at, "aa", lambda when: schedule.at(when, "0", lambda _: ran.append("follow-up")), background=True)
    schedule.at(at + dt.timedelta(hours=1), "z", lambda when: None, background=True)
    assert (schedule.pending, schedule.last_at()) == (3, at)
    schedule.run_until(at)
    assert ran == ["a", "follow-up", "b", "c"]
    assert (schedule.pending, schedule.last_at()) == (0, None)


def test_an_action_that_fails_is_noted_and_does_not_stop_the_others() -> None:
    schedule = Schedule(Clock(instant(MONDAY, dt.time(6))))
    ran = []
    at = instant(MONDAY, dt.time(8))
    schedule.at(at, "bad", lambda when: 1 // 0)  # type: ignore[func-returns-value, arg-type, return-value]
    schedule.at(at, "good", lambda when: ran.append(when))
    schedule.run_until(at)
    assert ran == [at]
    assert "ZeroDivisionError" in schedule.failures[0]
