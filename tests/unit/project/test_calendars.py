from __future__ import annotations

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crossdock.project.calendars import add_working_days, due, is_working_day, local_date, within
from crossdock.project.network import Calendar

OFFICE = Calendar(id="office", country="GB", subdivision="ENG")
FRIDAY, SATURDAY, MONDAY = dt.date(2010, 12, 3), dt.date(2010, 12, 4), dt.date(2010, 12, 6)


def test_weekends_and_public_holidays_are_not_worked() -> None:
    assert is_working_day(OFFICE, FRIDAY)
    assert not is_working_day(OFFICE, SATURDAY)
    assert not is_working_day(OFFICE, dt.date(2010, 12, 27)), "Christmas Day fell on a Saturday: a substitute day"


def test_a_part_of_a_country_keeps_its_own_holidays() -> None:
    second_of_january = dt.date(2013, 1, 2)
    scotland = Calendar(id="scotland", country="GB", subdivision="SCT")

    assert is_working_day(OFFICE, second_of_january)
    assert not is_working_day(scotland, second_of_january)


def test_exceptions_of_the_calendar_win() -> None:
    inventory = Calendar(id="w", country="GB", closed_on=(FRIDAY,), open_on=(SATURDAY, dt.date(2010, 12, 25)))

    assert not is_working_day(inventory, FRIDAY)
    assert is_working_day(inventory, SATURDAY)
    assert is_working_day(inventory, dt.date(2010, 12, 25))


@pytest.mark.parametrize(
    ("start", "days", "end"),
    [
        (FRIDAY, 0, FRIDAY),
        (FRIDAY, 1, MONDAY),
        (SATURDAY, 0, MONDAY),
        (SATURDAY, 1, MONDAY),
        (SATURDAY, 2, dt.date(2010, 12, 7)),
        (dt.date(2010, 12, 23), 2, dt.date(2010, 12, 29)),
    ],
)
def test_working_days_are_counted_over_weekends_and_holidays(start: dt.date, days: int, end: dt.date) -> None:
    assert add_working_days(OFFICE, start, days) == end


@given(st.dates(dt.date(2000, 1, 1), dt.date(2040, 1, 1)), st.integers(0, 30), st.integers(0, 30))
def test_counting_in_two_steps_comes_to_the_same_day(start: dt.date, first: int, second: int) -> None:
    begun = add_working_days(OFFICE, start, 0)

    assert add_working_days(OFFICE, add_working_days(OFFICE, begun, first), second) == add_working_days(
        OFFICE, begun, first + second
    )


def test_a_date_becomes_the_instant_that_it_is_at_the_place() -> None:
    assert due(FRIDAY, OFFICE, "Europe/London") == dt.datetime(2010, 12, 3, 17, tzinfo=dt.UTC)
    assert due(FRIDAY, OFFICE, "Europe/Berlin") == dt.datetime(2010, 12, 3, 16, tzinfo=dt.UTC)
    assert due(dt.date(2010, 7, 1), OFFICE, "Europe/London") == dt.datetime(2010, 7, 1, 16, tzinfo=dt.UTC), "summer"


def test_an_instant_has_the_date_of_its_place() -> None:
    late = dt.datetime(2010, 12, 3, 23, 30, tzinfo=dt.UTC)

    assert local_date(late, "Europe/London") == FRIDAY
    assert local_date(late, "Europe/Berlin") == SATURDAY


def test_a_calendar_without_working_days_does_not_search_for_ever() -> None:
    with pytest.raises(ValueError, match="no working day within a year"):
        add_working_days(Calendar(id="never", working_days=()), FRIDAY, 1)


@pytest.mark.parametrize(
    ("start", "hours", "end"),
    [
        ((3, 12), 4, (3, 16)),
        ((3, 12), 24, (6, 12)),  # Friday noon and a day is Monday noon
        ((4, 12), 24, (7, 0)),  # on a Saturday the time begins with Monday
        ((1, 12), 72, (6, 12)),
        ((3, 0), 24, (4, 0)),
    ],
)
def test_hours_pass_on_days_that_are_worked(start: tuple[int, int], hours: int, end: tuple[int, int]) -> None:
    begun = dt.datetime(2010, 12, *start, tzinfo=dt.UTC)

    assert begun + within(OFFICE, "Europe/London", begun, dt.timedelta(hours=hours)) == dt.datetime(
        2010, 12, *end, tzinfo=dt.UTC
    )


def test_a_day_is_over_at_midnight_of_the_place() -> None:
    friday_evening = dt.datetime(2010, 12, 3, 23, 30, tzinfo=dt.UTC)  # Saturday in Berlin

    assert friday_evening + within(OFFICE, "Europe/Berlin", friday_evening, dt.timedelta(hours=1)) == dt.datetime(
        2010, 12, 6, 0, tzinfo=dt.UTC
    )


def test_when_clocks_change_an_hour_is_still_an_hour() -> None:
    before = dt.datetime(2010, 10, 31, 0, 30, tzinfo=dt.UTC)  # clocks went back this Sunday
    every_day = Calendar(id="shop", working_days=tuple(range(7)))

    assert within(every_day, "Europe/London", before, dt.timedelta(hours=5)) == dt.timedelta(hours=5)
