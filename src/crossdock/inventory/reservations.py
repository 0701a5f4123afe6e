"""Reservations for callers outside the batches of the engine: API calls, committed together."""

from __future__ import annotations

import datetime as dt
from collections.abc import Awaitable, Callable, Sequence
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import msgspec

from crossdock.inventory.outcomes import LedgerOutcome

if TYPE_CHECKING:
    from asyncpg import Connection, Record

Publish = Callable[["Connection[Record]", list[LedgerOutcome]], Awaitable[None]]
"""Appends outcomes to the log in the desk's own transaction (only releases have any: backorders they filled)."""


class Granted(msgspec.Struct, frozen=True):
    """One piece of a granted reservation."""

    reservation: str
    location: str
    quantity: Decimal


class ReservationAnswer(msgspec.Struct, frozen=True, omit_defaults=True):
    """Granted in full (`granted`), or refused with what was free at that moment."""

    granted: tuple[Granted, ...] = ()
    free: Decimal | None = None


class ReservationDesk:
    """Greedy group commit: the next batch is what queued while the last one committed; a lone caller goes straight
    through. Any number of desks in any number of processes may run; sorted row locks keep them from deadlock."""

    def __init__(self, store: Any, publish: Publish) -> None:
        self.store = store
        self.publish = publish

    async def reserve(
        self,
        company_id: str,
        key: str,
        item: str,
        locations: Sequence[str],
        quantity: Decimal,
        *,
        expires_at: dt.datetime | None = None,
        subject: str = "",
        source: str = "api",
    ) -> ReservationAnswer:
        """Reserve all of `quantity` from the first locations that have it, or nothing. A repeated key gets the first
        answer; raises `LedgerConflict` for a repeated key with other content."""
        return ReservationAnswer()

    async def release(
        self, company_id: str, key: str, reservations: Sequence[str], reason: str = "cancelled"
    ) -> Decimal:
        """End reservations without goods; the quantity that ended (zero if they had ended before)."""
        return Decimal(0)
