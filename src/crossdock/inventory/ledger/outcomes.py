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
    """Set how much of an item is never promised at a location for one `reason` (`safety`, `haircut`, `held_fact`) and
    `source` (the rule, the system, the fact); zero takes it away. Reasons add up. What this frees goes to backorders
    first. `rule` is the rule and network version it rests on."""

    company_id: str
    key: str
    item: str
    location: str
    quantity: Decimal
    pool: str = ""
    subject: str = ""
    reason: str = "safety"
    source: str = ""
    rule: str = ""
    marked: bool = False
    """Keep the row at zero, too: the position is to be seen as doubtful although nothing is kept back."""


class RebalanceRequest(msgspec.Struct, frozen=True):
    """Make the pools of an item at all its locations what the policies say today. Who waits is served from what this
    moves."""

    company_id: str
    key: str
    item: str
    subject: str = ""


class RepromiseRequest(msgspec.Struct, frozen=True):
    """Less of an item is at a location than was promised of it: let those who were promised last wait again."""

    company_id: str
    key: str
    item: str
    location: str
    subject: str = ""


class LedgerConflict(Exception):
    """An idempotency key came again with other content. Nothing was booked; a person must look."""

    def __init__(self, company_id: str, key: str) -> None:
        super().__init__(f"key {key!r} of {company_id} was used before for something else")
        self.company_id = company_id
        self.key = key
