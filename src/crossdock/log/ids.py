"""Time-ordered identifiers (UUID version 7, RFC 9562 section 5.7)."""

from __future__ import annotations

import os
import time
from uuid import UUID

# The driver's own class: a UUID made from bytes in a fraction of the time, equal to the standard one in all it does.
from asyncpg.pgproto.pgproto import UUID as DriverUUID


def uuid7() -> UUID:
    """A new UUIDv7: 48 bits of Unix milliseconds, then randomness."""
    return DriverUUID(_bytes(time.time_ns() // 1_000_000, os.urandom(10)))


def uuid7_many(count: int) -> list[UUID]:
    """Many at once, for rows of the database."""
    now, noise = time.time_ns() // 1_000_000, os.urandom(10 * count)
    return [DriverUUID(_bytes(now, noise[n : n + 10])) for n in range(0, 10 * count, 10)]


def _bytes(milliseconds: int, noise: bytes) -> bytes:
    """The first 16 bits after the time hold the version, the first two of the next byte the variant."""
    number = int.from_bytes(noise, "big") & ~(0xF << 76 | 0x3 << 62) | 0x7 << 76 | 0x2 << 62
    return (milliseconds << 80 | number).to_bytes(16, "big")
