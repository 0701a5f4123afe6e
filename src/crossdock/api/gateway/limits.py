"""Rate limits per consumer: a bucket of requests that fills steadily, told in the RateLimit headers."""

from __future__ import annotations

import math
import time

import msgspec


class Limit(msgspec.Struct, frozen=True):
    """`requests` at once, refilled evenly over `seconds`."""

    requests: int = 60_000
    seconds: int = 10


class Limiter:
    """Buckets of one API process. A consumer that calls several processes has a bucket in each."""

    def __init__(self, limit: Limit, most_consumers: int = 10_000) -> None:
        self.limit = limit
        self.policy = f'"default";q={limit.requests};w={limit.seconds}'.encode()
        self._rate = limit.requests / limit.seconds
        self._most = most_consumers
        self._buckets: dict[str, tuple[float, float]] = {}

    def take(self, consumer: str) -> int:
        """Take one request; the number left, or minus the seconds to wait when there is none."""
        now = time.monotonic()
        left, at = self._buckets.get(consumer, (float(self.limit.requests), now))
        left = min(left + (now - at) * self._rate, float(self.limit.requests))
        if left < 1:
            return -max(1, math.ceil((1 - left) / self._rate))
        if len(self._buckets) >= self._most:
            self._buckets.clear()
        self._buckets[consumer] = (left - 1, now)
        return int(left - 1)
