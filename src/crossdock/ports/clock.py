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
        """The technical instant at which business time reaches `business`."""
        return self.origin_technical + (business - self.origin_business) / self.rate
