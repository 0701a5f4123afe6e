"""What was found to be there at a moment. Facts of before it that come later are told to the correction behind it."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable, Sequence
from decimal import Decimal
from typing import NamedTuple

from crossdock.events.reconciliation import StockCorrectionDerived
from crossdock.inventory.reconciliation.statements import SQL
from crossdock.model.reconciliation import StatedChange
from crossdock.model.stock import PHYSICAL_STATES
from crossdock.store import Connection
from crossdock.store.arrays import literals, numbers, texts


class Assertion(NamedTuple):
    """The case that corrects, and what it is about."""

    subject: str
    company_id: str
    location: str
    item: str
    at: dt.datetime


class Derived(NamedTuple):
    """What a case is to be told."""

    subject: str
    company_id: str
    body: StockCorrectionDerived


async def assert_all(tx: Connection, found: Iterable[Assertion], seen: str, places: Sequence[str]) -> None:
    """Remember what was found in all these places together, with the snapshot it was found in."""
    if rows := sorted(found):
        await tx.execute(SQL.keep_assertions, *literals(rows), seen, list(places))


async def forget(tx: Connection, subjects: Iterable[str]) -> None:
    """Nothing was booked because of these: a later assertion of the same item counts instead."""
    await tx.execute(SQL.forget_assertion, list(subjects))


async def seen_now(tx: Connection) -> str:
    """What a transaction can see, as text. Two looks with the texts of both between them see every movement once."""
    text: str = await tx.fetchval(SQL.seen_now)
    return text


async def derive(tx: Connection, seen: str, subject: str = "") -> tuple[list[Derived], str]:
    """Corrections that facts which came since `seen` change, each with the opposite of what those moved; and what is
    seen now, for the next look. With `subject` only that one, else all but those that were put off. Those that are told
    must be marked (`mark_derived`) in the same transaction."""
    now = await seen_now(tx)
    if not seen:
        return [], now
    lowest = int(seen.split(":")[0])
    rows = await tx.fetch(SQL.came_late, seen, lowest, list(PHYSICAL_STATES), now, subject)
    changes: dict[str, dict[str, Decimal]] = defaultdict(lambda: defaultdict(Decimal))
    documents: dict[str, dict[str, None]] = defaultdict(dict)
    heads = {row["subject"]: (row["company_id"], row["derived"] + 1) for row in rows}
    for row in rows:
        changes[row["subject"]][row["state"]] -= row["quantity"]
        documents[row["subject"]][row["document"]] = None
    found = []
    for name, (company_id, number) in heads.items():
        undone = tuple(StatedChange(state, value) for state, value in sorted(changes[name].items()) if value)
        body = StockCorrectionDerived(number, undone, tuple(documents[name]))
        found.append(Derived(name, company_id, body))
    return found, now


async def mark_derived(tx: Connection, found: Sequence[Derived]) -> None:
    """These corrections are told."""
    if found:
        await tx.execute(
            SQL.derived, texts([one.subject for one in found]), numbers([one.body.number for one in found])
        )


async def told(tx: Connection, subject: str) -> None:
    """There is nothing any more that a correction was not told of."""
    await tx.execute(SQL.told_all, subject)
