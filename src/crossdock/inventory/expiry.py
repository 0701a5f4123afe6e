"""Promises that were made for a time only."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

from crossdock.inventory.outcomes import LedgerOutcome

if TYPE_CHECKING:
    from asyncpg import Connection, Record


async def expire_due(tx: Connection[Record], business_now: dt.datetime, limit: int = 200) -> list[LedgerOutcome]:
    """End at most `limit` reservations whose time is over; what they free goes to backorders in this transaction."""
    return []
