"""Two clocks: business time, which may run faster, and technical time, which is the database's."""

from __future__ import annotations

import datetime as dt

import msgspec


class BusinessClock(msgspec.Struct, frozen=True):
    """Business time as a straight line over technical time: 1:1 in production, faster in demo and laboratory."""

    origin_technical: dt.datetime
    origin_business: dt.datetime
    rate: float = 1.0

    def at(self, technical: dt.datetime) -> dt.datetime:
        """Business time at a technical instant (aware, UTC)."""
        return self.origin_business + (technical - self.origin_technical) * self.rate

    def technical(self, business: dt.datetime) -> dt.datetime:
        """The technical instant at which business time reaches `business`; the first or last there is where the
        calendar does not go so far."""
        since = business - self.origin_business
        try:
            return self.origin_technical + since / self.rate
        except OverflowError:
            return (dt.datetime.min if since < dt.timedelta(0) else dt.datetime.max).replace(tzinfo=dt.UTC)
