"""Time-ordered identifiers (UUID version 7, RFC 9562 section 5.7)."""

from __future__ import annotations

import os
import time
from uuid import UUID

# The driver's own class: a UUID made from bytes in a fraction of the time, equal to the standard one in all it does.
from asyncpg.pgproto.pgproto import UUID as DriverUUID


def uuid7() -> UUID:
    """A new UUIDv7: 48 bits of Unix milliseconds, then randomness."""
    return UUID(bytes=_bytes(time.time_ns() // 1_000_000, os.urandom(10)))


def uuid7_many(count: int) -> list[UUID]:
    """Many at once, for rows of the database."""
    now, noise = time.time_ns() // 1_000_000, os.urandom(10 * count)
    return [DriverUUID(_bytes(now, noise[n : n + 10])) for n in range(0, 10 * count, 10)]


def _bytes(milliseconds: int, noise: bytes) -> bytes:
    return b"%b%c%c%c%b" % (
        milliseconds.to_bytes(6, "big"),
        0x70 | noise[0] & 0x0F,
        noise[1],
        0x80 | noise[2] & 0x3F,
        noise[3:],
    )
