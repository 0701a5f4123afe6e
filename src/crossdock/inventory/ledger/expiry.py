"""Promises that were made for a time only."""

from __future__ import annotations

import datetime as dt
from typing import NamedTuple

from crossdock.inventory.desk.endings import SQL, expiry_request
from crossdock.inventory.ledger.batch import LedgerBatch
from crossdock.inventory.ledger.outcomes import LedgerOutcome
from crossdock.model.stock_policy import StockPolicies
from crossdock.store import Connection


class Expired(NamedTuple):
    """How many reservations were looked at because their time is over, and what cases are to be told: a caller without
    a case is told nothing."""

    ended: int
    outcomes: list[LedgerOutcome]


async def expire_due(
    tx: Connection,
    business_now: dt.datetime,
    limit: int = 200,
    policies: StockPolicies | None = None,
    network_version: int = 0,
) -> Expired:
    """End at most `limit` reservations whose time is over; what they free goes to backorders in this transaction.

    Takes position locks: append the outcomes and commit soon. Two that run at once end nothing twice, and what is
    extended or confirmed at this moment either ends or goes on.
    """
    due = await tx.fetch(SQL.due, business_now, limit)
    requests = [expiry_request(row["company_id"], row["id"], row["deadline"]) for row in due]
    if not requests:
        return Expired(0, [])
    batch = LedgerBatch(requests, business_now, "expiry", policies, network_version)
    await batch.claim(tx)
    return Expired(len(due), await batch.post(tx))


async def first_due(tx: Connection, business_now: dt.datetime) -> tuple[str, int] | None:
    """The reservation whose time is over and that ends next, and how often that has failed; None if there is none."""
    row = await tx.fetchrow(SQL.due, business_now, 1)
    return None if row is None else (row["id"], await tx.fetchval(SQL.failed, row["id"]) or 0)


async def put_off(tx: Connection, reservation: str, pause: dt.timedelta, failure: str) -> None:
    """This reservation could not be ended: it is tried again after a pause of technical time."""
    await tx.execute(SQL.put_off, reservation, pause, failure)


async def forget_put_off(tx: Connection) -> None:
    """Forget the failures of those that are over by now, one way or another."""
    await tx.execute(SQL.forget_put_off)
