"""The business clock as stored."""

from __future__ import annotations

import datetime as dt

from crossdock.ports.clock import BusinessClock
from crossdock.store import Connection


async def read_clock(tx: Connection) -> BusinessClock:
    """The one clock of this installation."""
    row = await tx.fetchrow("select origin_technical, origin_business, rate from business_clock")
    assert row is not None
    return BusinessClock(*row)


async def business_now(tx: Connection) -> dt.datetime:
    """Business time at this moment, by the database's clock: all hosts agree on it."""
    now: dt.datetime = await tx.fetchval("select business_now()")
    return now


async def set_clock(tx: Connection, origin_business: dt.datetime, rate: float) -> BusinessClock:
    """Let business time start at `origin_business` now and run `rate` times as fast as technical time."""
    await tx.execute(
        "update business_clock set origin_technical = clock_timestamp(), origin_business = $1, rate = $2",
        origin_business,
        rate,
    )
    return await read_clock(tx)
