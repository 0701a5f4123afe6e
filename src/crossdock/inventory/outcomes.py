"""What the ledger hands back, and what it refuses to do."""

from __future__ import annotations

from decimal import Decimal

import msgspec


class LedgerOutcome(msgspec.Struct, frozen=True):
    """An event the ledger tells a case: the answer to its own request, or news about its backorders."""

    subject: str
    company_id: str
    body: msgspec.Struct


class SafetyRequest(msgspec.Struct, frozen=True):
    """Set the quantity of an item that is never promised at a location. What this frees goes to backorders first."""

    company_id: str
    key: str
    item: str
    location: str
    quantity: Decimal
    pool: str = ""
    subject: str = ""


class LedgerConflict(Exception):
    """An idempotency key came again with other content. Nothing was booked; a person must look."""

    def __init__(self, company_id: str, key: str) -> None:
        super().__init__(f"key {key!r} of {company_id} was used before for something else")
        self.company_id = company_id
        self.key = key
