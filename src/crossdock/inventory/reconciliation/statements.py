"""What systems say of their stock, as stored: kept with the batch that heard of it, compared later."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from pathlib import Path
from typing import Any, NamedTuple
from uuid import UUID

import msgspec

from crossdock.log import uuid7
from crossdock.model.reconciliation import StockStatement
from crossdock.store import Connection, load_queries
from crossdock.store.arrays import literals

SQL = load_queries(Path(__file__).with_name("reconciliation.sql"))
encoder = msgspec.json.Encoder(order="deterministic", decimal_format="string")


class Kept(NamedTuple):
    """A statement to be kept, the case that heard of it, and whether the owner of the quantities counted."""

    statement: StockStatement
    counted: bool
    subject: str


class Waiting(msgspec.Struct, frozen=True, kw_only=True):
    """A statement that can be compared: everything that was in the log when it came is booked.

    `compared_before`: the moment of the latest statement of this system and place that was compared already.
    `attempts`: so often it could not be compared.
    """

    id: UUID
    company_id: str
    system: str
    location: str
    number: str
    subject: str
    kind: str
    counted: bool
    complete: bool
    lists_facts: bool
    conditions: list[str]
    stated_at: dt.datetime
    uncertainty_seconds: int
    compared_before: dt.datetime | None
    attempts: int


async def keep_statements(tx: Connection, statements: Sequence[Kept], now: dt.datetime) -> None:
    """Write statements with their levels and the facts they list; one that is there already stays as it is."""
    for kept in sorted(statements, key=lambda one: one.subject):
        statement, identifier = kept.statement, uuid7()
        head = (
            identifier, statement.company_id, statement.system, statement.location, statement.number, kept.subject,
            statement.kind, kept.counted, statement.complete, statement.lists_facts, list(statement.conditions),
            statement.stated_at, now, statement.uncertainty_seconds, statement.sequence, len(statement.levels),
        )  # fmt: skip
        if await tx.fetchval(SQL.keep_statement, *head) is None:
            continue
        named = [(one.item, one.condition, one.lot, one.quantity.amount, one.quantity.unit) for one in statement.levels]
        # Of a complete statement, what it does not name is nothing; of another, that it names an item says something.
        levels = [row for row in named if row[3] or not statement.complete]
        if levels:
            await tx.execute(SQL.keep_levels, identifier, *literals(levels))
        await _keep_facts(tx, statement)


async def _keep_facts(tx: Connection, statement: StockStatement) -> None:
    rows = [
        (
            fact.item,
            fact.number,
            fact.at,
            encoder.encode({change.condition: change.quantity for change in fact.changes}).decode(),
            fact.what,
            fact.reference,
            fact.again,
        )
        for fact in statement.facts
    ]
    if rows:
        head = (statement.company_id, statement.system, statement.location)
        await tx.execute(SQL.keep_facts, *head, *literals(rows), statement.stated_at)


async def next_waiting(tx: Connection) -> Waiting | None:
    """The oldest statement that can be compared by now."""
    row = await tx.fetchrow(SQL.waiting)
    return None if row is None else Waiting(**{name: row[name] for name in Waiting.__struct_fields__})


async def mark_compared(tx: Connection, statement: Waiting, now: dt.datetime, differences: int | None) -> bool:
    """A statement is done; False if another worker did it. `differences` None: there was nothing to compare it with."""
    done: Any = await tx.fetchval(SQL.compared, statement.id, now, differences)
    return done is not None


async def put_off(tx: Connection, statement: Waiting, pause: dt.timedelta, failure: str) -> None:
    """A statement could not be compared: it is tried again after a pause of technical time."""
    await tx.execute(SQL.put_off, statement.id, pause, failure)


async def forget_statements(tx: Connection, older_than: dt.timedelta, most: int) -> int:
    """Forget statements that were compared and the changes they listed, of longer ago than that (business time); at
    most so many of each. Kept are the latest of each system and place, and what an open drift is about. Returns the sum
    of both."""
    forgotten = 0
    for query in (SQL.forget_statements, SQL.forget_facts):
        status: str = await tx.execute(query, older_than, most)
        forgotten += int(status.split()[-1])
    return forgotten
