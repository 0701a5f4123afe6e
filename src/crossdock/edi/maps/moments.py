"""Times that name no zone: of the one that is agreed on, else UTC.

A day without a time is read as its midnight in UTC. So midnight is never moved: nothing tells it from such a day.
"""

from __future__ import annotations

import datetime as dt
from zoneinfo import ZoneInfo, available_timezones


def zone_named(name: str) -> ZoneInfo | None:
    """A zone of the IANA database, such as `America/Chicago`; None where it has none of that name."""
    return ZoneInfo(name) if name in available_timezones() else None


def in_utc(said: dt.datetime, zone: dt.tzinfo | None) -> dt.datetime:
    """The moment that a document says without a zone (`said` has UTC's). Of two with one local time the first."""
    if zone is None or said.time() == dt.time():
        return said
    return _moved(said.replace(tzinfo=zone), dt.UTC) or said


def as_said(moment: dt.datetime, zone: dt.tzinfo | None) -> dt.datetime:
    """A moment as it is said where no zone can be."""
    moment = moment.astimezone(dt.UTC)
    if zone is None or moment.time() == dt.time():
        return moment
    return _moved(moment, zone) or moment


def _moved(moment: dt.datetime, zone: dt.tzinfo) -> dt.datetime | None:
    """A moment in another zone; None at the ends of the calendar, where it is on no day there."""
    try:
        return moment.astimezone(zone)
    except OverflowError:
        return None
