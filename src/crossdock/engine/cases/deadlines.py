"""Deadlines and expectations in business time: set and met by handlers, fired by the worker that holds the slot."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import asyncpg

from crossdock.engine.cases.exceptions import SQL
from crossdock.engine.writes import DeadlineSet
from crossdock.events.envelope import NewEvent
from crossdock.events.intake import DeadlinePassed, ExpectationMissed
from crossdock.log import append, slot_of
from crossdock.store import Connection
from crossdock.store.arrays import literals


async def write_deadlines(tx: Connection, changes: Iterable[DeadlineSet]) -> None:
    """Set and drop, each in sorted order; one change per case and name."""
    ordered = sorted(changes, key=lambda change: (change.case_id, change.name))
    if gone := [(c.case_id, c.name) for c in ordered if c.due_at is None]:
        await tx.execute(SQL.drop_deadlines, *literals(gone))
    rows = [
        (c.case_id, c.name, c.company_id, c.kind, c.due_at, c.owed_by, c.money_at_risk, c.currency,
         slot_of(c.company_id, c.case_id))
        for c in ordered
        if c.due_at is not None
    ]  # fmt: skip
    if rows:
        await tx.execute(SQL.set_deadlines, *literals(rows))


async def fire_due(tx: Connection, slots: Sequence[int], limit: int = 200) -> int:
    """Tell cases of what came due in these slots, in one transaction; returns how many."""
    due = await tx.fetch(SQL.due, list(slots), limit)
    if not due:
        return 0
    await tx.execute(SQL.fire, *literals([(r["case_id"], r["name"], r["kind"]) for r in due]))
    await append(tx, [_event(row) for row in due])
    return len(due)


def _event(row: asyncpg.Record) -> NewEvent:
    name, due_at = row["name"], row["due_at"]
    body: DeadlinePassed | ExpectationMissed = DeadlinePassed(name, due_at)
    if row["kind"] == "expectation":
        money = row["money_at_risk"]
        body = ExpectationMissed(name, due_at, "" if money is None else f"{money} {row['currency']}")
    subject, company = row["case_id"], row["company_id"]
    return NewEvent(body=body, subject=subject, company_id=company, occurred_at=due_at, source="clock")
