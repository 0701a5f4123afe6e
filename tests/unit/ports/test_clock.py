"""Business time and technical time, to the ends of the calendar."""

from __future__ import annotations

import datetime as dt

import pytest

from crossdock.ports.clock import BusinessClock

NOW = dt.datetime(2026, 11, 21, 20, 0, 0, 123457, dt.UTC)
FIRST, LAST = dt.datetime.min.replace(tzinfo=dt.UTC), dt.datetime.max.replace(tzinfo=dt.UTC)


@pytest.mark.parametrize("rate", [1.0, 5760.0])
def test_both_ways_lead_back(rate: float) -> None:
    clock = BusinessClock(NOW, dt.datetime(2010, 12, 1, tzinfo=dt.UTC), rate)
    later = NOW + dt.timedelta(hours=1)
    assert abs(clock.technical(clock.at(later)) - later) <= dt.timedelta(microseconds=1)


def test_the_calendar_ends_where_it_ends() -> None:
    ahead = BusinessClock(NOW, NOW + dt.timedelta(days=1))
    behind = BusinessClock(NOW, NOW - dt.timedelta(days=1))
    assert ahead.technical(FIRST) == FIRST
    assert behind.technical(LAST) == LAST
