"""Business time, told by whoever starts the sandbox, and the calendar everybody in it works by."""

from __future__ import annotations

import datetime as dt
import time

import msgspec

_DAY = dt.timedelta(days=1)


class Clock:
    """Business time as a straight line over technical time; it stands still until it is started."""

    def __init__(self, standing_at: dt.datetime) -> None:
        self.origin_business = standing_at
        self.origin_technical = 0.0
        self.rate = 0.0

    @property
    def started(self) -> bool:
        """Does time pass?"""
        return self.rate > 0

    def start(self, origin_technical: dt.datetime, origin_business: dt.datetime, rate: float) -> None:
        """Let business time be `origin_business` at `origin_technical` and run `rate` times as fast."""
        if rate <= 0:
            raise ValueError("rate must be above 0")
        self.origin_technical = origin_technical.timestamp()
        self.origin_business = origin_business
        self.rate = rate

    def now(self) -> dt.datetime:
        """Business time, to the second: no document of ours is more exact."""
        if not self.started:
            return self.origin_business
        passed = (time.time() - self.origin_technical) * self.rate
        return (self.origin_business + dt.timedelta(seconds=passed)).replace(microsecond=0)

    def seconds_until(self, business: dt.datetime) -> float:
        """Technical seconds until business time reaches an instant; 0 when it has."""
        if not self.started:
            return float("inf")
        technical = self.origin_technical + (business - self.origin_business).total_seconds() / self.rate
        return max(0.0, technical - time.time())


def iso(at: dt.datetime) -> str:
    """An instant as the vendors write it."""
    return at.astimezone(dt.UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def parse(text: str) -> dt.datetime:
    """An aware instant out of ISO 8601 text. Raises `ValueError` where the zone is missing."""
    at = dt.datetime.fromisoformat(text.replace("Z", "+00:00"))
    if at.tzinfo is None:
        raise ValueError(f"{text} names no zone")
    return at.astimezone(dt.UTC)


class Calendar(msgspec.Struct, frozen=True):
    """Working days (Monday is 0) and hours, in UTC, which is London's time in December."""

    working_days: tuple[int, ...] = (0, 1, 2, 3, 4, 5)
    opens: dt.time = dt.time(7)
    closes: dt.time = dt.time(19)

    def is_working_day(self, day: dt.date) -> bool:
        """Do people work on this day?"""
        return day.weekday() in self.working_days

    def next_working_day(self, day: dt.date, count: int = 1) -> dt.date:
        """The working day `count` after `day`."""
        for _ in range(count):
            day += _DAY
            while not self.is_working_day(day):
                day += _DAY
        return day

    def into_hours(self, at: dt.datetime) -> dt.datetime:
        """`at`, or the next moment somebody is there."""
        if self.is_working_day(at.date()):
            if at.time() < self.opens:
                return instant(at.date(), self.opens)
            if at.time() < self.closes:
                return at
        return instant(self.next_working_day(at.date()), self.opens)

    def add(self, at: dt.datetime, duration: dt.timedelta) -> dt.datetime:
        """`at` plus working time."""
        at = self.into_hours(at)
        while (left := instant(at.date(), self.closes) - at) < duration:
            duration -= left
            at = instant(self.next_working_day(at.date()), self.opens)
        return at + duration

    def next_of(self, at: dt.datetime, times: tuple[dt.time, ...]) -> dt.datetime:
        """The first of these times of a working day that is not before `at`."""
        day = at.date()
        while True:
            if self.is_working_day(day):
                for each in sorted(times):
                    if (candidate := instant(day, each)) >= at:
                        return candidate
            day += _DAY


def instant(day: dt.date, at: dt.time) -> dt.datetime:
    """A UTC instant out of a day and a time of it."""
    return dt.datetime.combine(day, at, dt.UTC)
