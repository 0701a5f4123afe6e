"""Times of a day (element 337) and the zones that they are told in (element 623)."""

from __future__ import annotations

import datetime as dt

# Zones that mean one time all year round, in hours and minutes ahead of UTC: by name, and by the number of a code (01
# is one hour ahead, 24 one behind, 25 to 29 those with half an hour).
_ZONES = {
    "UT": (0, 0), "GM": (0, 0), "TS": (-4, 0), "TD": (-3, 0), "ES": (-5, 0), "ED": (-4, 0), "CS": (-6, 0),
    "CD": (-5, 0), "MS": (-7, 0), "MD": (-6, 0), "PS": (-8, 0), "PD": (-7, 0), "AS": (-9, 0), "AD": (-8, 0),
    "HS": (-10, 0), "HD": (-9, 0), "HT": (-10, 0), "NS": (-3, -30), "ND": (-2, -30),
    "25": (-2, -30), "26": (-3, -30), "27": (5, 30), "28": (9, 30), "29": (10, 30),
    **{f"{hours:02d}": (hours, 0) for hours in range(1, 13)},
    **{f"{25 - hours}": (-hours, 0) for hours in range(1, 13)},
}  # fmt: skip
_WITH_SUMMER = {"NT": "NS", "TT": "TS", "ET": "ES", "CT": "CS", "MT": "MS", "PT": "PS", "AT": "AS"}
"""Zones that have a summer, and what they are in winter; Hawaii has none."""


def as_time(text: str) -> dt.time:
    """`HHMM`, `HHMMSS` or with decimals of seconds; midnight for anything else."""
    if len(text) not in (4, 6, 7, 8) or not (text.isascii() and text.isdigit()):
        return dt.time()
    micro = int(text[6:].ljust(2, "0")) * 10_000 if len(text) > 6 else 0
    try:
        return dt.time(int(text[:2]), int(text[2:4]), int(text[4:6] or "0"), micro)
    except ValueError:
        return dt.time()


def as_zone(code: str) -> bool:
    """Does a code name a zone that we know? `LT` does not: it is local time, wherever that is."""
    return code in _ZONES or code in _WITH_SUMMER


def ahead(zone: str, day: dt.date) -> dt.timedelta:
    """How far a zone that we know is ahead of UTC."""
    hours, minutes = _ZONES[_WITH_SUMMER.get(zone, zone)]
    summer = zone in _WITH_SUMMER and _is_summer(day)
    return dt.timedelta(hours=hours + summer, minutes=minutes)


def _is_summer(day: dt.date) -> bool:
    """Is it daylight saving time in North America? Energy Policy Act of 2005: from the second Sunday of March to the
    first of November; before 2007 from the first of April to the last of October."""
    if day.year < 2007:
        return _sunday(day.year, 4, 1) <= day < _sunday(day.year, 10, 25)
    return _sunday(day.year, 3, 8) <= day < _sunday(day.year, 11, 1)


def _sunday(year: int, month: int, first: int) -> dt.date:
    """The first Sunday on or behind a day."""
    day = dt.date(year, month, first)
    return day + dt.timedelta(days=(6 - day.weekday()) % 7)
