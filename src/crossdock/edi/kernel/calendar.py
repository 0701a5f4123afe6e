"""Dates and times: are they any?"""

from __future__ import annotations

import datetime as dt
import re

_TIME = re.compile(r"(?:[01][0-9]|2[0-3])[0-5][0-9](?:[0-5][0-9](?:[0-9]{1,2})?)?\Z")
_DATE = re.compile(r"(?:[0-9]{2})?[0-9]{6}\Z")

MONTH_AND_DAY = (
    "(?:(?:0[13578]|1[02])(?:0[1-9]|[12][0-9]|3[01])|(?:0[469]|11)(?:0[1-9]|[12][0-9]|30)|02(?:0[1-9]|1[0-9]|2[0-8]))"
)
"""An expression of `MMDD`. The 29th of February, which not every year has, is left to those who ask for the year."""


def is_date(text: str) -> bool:
    """Six digits (`YYMMDD`) or eight (`CCYYMMDD`) that are a day of the calendar?"""
    if not _DATE.match(text) or not text.isascii():
        return False
    try:
        dt.date.fromisoformat(text if len(text) == 8 else "20" + text)
    except ValueError:
        return False
    return True


def is_time(text: str) -> bool:
    """`HHMM`, `HHMMSS` or with parts of a second?"""
    return text.isascii() and _TIME.match(text) is not None
