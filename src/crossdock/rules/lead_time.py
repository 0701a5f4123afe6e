"""Dates from lead times."""

from __future__ import annotations

import datetime as dt

SATURDAY = 5


def working_days_after(day: dt.date, days: int) -> dt.date:
    """The date so many working days (Monday to Friday) after `day`."""
    while days > 0:
        day += dt.timedelta(days=1)
        days -= day.weekday() < SATURDAY
    return day
