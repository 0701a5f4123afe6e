"""Dates, working days and instants: a date of a document becomes an instant once, by calendar and zone."""

from __future__ import annotations

import datetime as dt
from functools import lru_cache
from zoneinfo import ZoneInfo

from crossdock.project.network import Calendar

_DAY = dt.timedelta(days=1)
# A calendar that is closed for so long in one piece is a mistake; without a bound the search would never end.
_LONGEST_PAUSE_DAYS = 366


WEEKDAYS = Calendar(id="weekdays")
"""Of places that the network does not know."""


def is_working_day(calendar: Calendar, day: dt.date) -> bool:
    """Is this day worked? The calendar's own exceptions win over public holidays, those over the weekly pattern."""
    if day in calendar.open_on:
        return True
    if day in calendar.closed_on or day.weekday() not in calendar.working_days:
        return False
    return not calendar.country or day not in _public_holidays(calendar.country, calendar.subdivision, day.year)


def next_working_day(calendar: Calendar, day: dt.date) -> dt.date:
    """`day` itself if it is worked, else the first one after it that is."""
    for offset in range(_LONGEST_PAUSE_DAYS):
        if is_working_day(calendar, candidate := day + offset * _DAY):
            return candidate
    raise ValueError(f"calendar {calendar.id} has no working day within a year after {day}")


def add_working_days(calendar: Calendar, day: dt.date, count: int) -> dt.date:
    """The working day that is `count` working days after `day`; with 0 the day itself or the next one worked.

    Friday and one working day is Monday; so is Saturday and one, for Saturday's work begins on Monday.
    """
    reached = next_working_day(calendar, day)
    remaining = count if reached == day else count - 1
    for _ in range(remaining):
        reached = next_working_day(calendar, reached + _DAY)
    return reached


def due(day: dt.date, calendar: Calendar, zone: str) -> dt.datetime:
    """The instant (UTC) until which something due on a day is on time: the close of that day's business.

    On a day that is not worked nobody can hand anything over, so it is the close of the next one that is.
    """
    return _instant(next_working_day(calendar, day), calendar.closes_at, zone)


def next_close(calendar: Calendar, zone: str, at: dt.datetime) -> dt.datetime:
    """The next close of a day's business after `at` (UTC)."""
    today = local_date(at, zone)
    close = due(today, calendar, zone)
    return close if close > at else due(today + _DAY, calendar, zone)


def within(calendar: Calendar, zone: str, at: dt.datetime, time: dt.timedelta) -> dt.timedelta:
    """How long from `at` until so much time has passed, days that are not worked left out from midnight to midnight.

    A day from Friday noon is Monday noon; from Sunday noon it is the end of Monday.
    """
    now = at
    left = time
    while True:
        today = local_date(now, zone)
        if (day := next_working_day(calendar, today)) != today:
            now = _instant(day, dt.time(), zone)
        tomorrow = _instant(day + _DAY, dt.time(), zone)
        if left <= tomorrow - now:
            return now + left - at
        left -= tomorrow - now
        now = tomorrow


def local_date(at: dt.datetime, zone: str) -> dt.date:
    """The date that an instant has at a place."""
    return at.astimezone(ZoneInfo(zone)).date()


def _instant(day: dt.date, time: dt.time, zone: str) -> dt.datetime:
    """A wall clock time as an instant. A time that a change of clocks skips is the one an hour later."""
    return dt.datetime.combine(day, time, tzinfo=ZoneInfo(zone)).astimezone(dt.UTC)


@lru_cache(maxsize=512)
def _public_holidays(country: str, subdivision: str, year: int) -> frozenset[dt.date]:
    # Imported here: it takes half a second, which networks without public holidays need not wait for.
    import holidays

    return frozenset(holidays.country_holidays(country, subdiv=subdivision or None, years=year))
