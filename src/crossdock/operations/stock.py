"""Stock as callers and people ask for it: what may be promised, reservations, positions."""

from __future__ import annotations

from crossdock.events.envelope import NewEvent
from crossdock.inventory.outcomes import LedgerOutcome
from crossdock.log import append
from crossdock.store import Connection


async def publish_outcomes(tx: Connection, outcomes: list[LedgerOutcome]) -> None:
    """Tell cases, in the desk's own transaction, what a release meant for their backorders."""
    if not outcomes:
        return
    at = await tx.fetchval("select business_now()")
    await append(
        tx,
        [
            NewEvent(
                body=outcome.body,
                subject=outcome.subject,
                company_id=outcome.company_id,
                occurred_at=at,
                source="ledger",
            )
            for outcome in outcomes
        ],
    )
