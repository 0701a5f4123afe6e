"""Our number at a statement's moment against theirs, and the facts of both sides behind a difference. Set-wise."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Mapping, Sequence
from decimal import Decimal

import asyncpg
import msgspec

from crossdock.inventory.reconciliation.statements import SQL, Waiting
from crossdock.model.reconciliation import BOOK
from crossdock.model.stock import PHYSICAL_STATES
from crossdock.rules.drift_facts import Fact
from crossdock.store import Connection

Difference = dict[str, Decimal]
"""Theirs less ours, by condition."""
_changes: msgspec.json.Decoder[dict[str, Decimal]] = msgspec.json.Decoder(dict[str, Decimal])
# A fact may bear a time a little before it was known anywhere; clocks of firms differ.
SLACK = dt.timedelta(hours=1)
# The documents that tell another system of goods.
_TOLD = ["goods_movement", "goods_receipt", "inventory_adjustment"]


async def has_opened(tx: Connection, statement: Waiting, places: Sequence[str]) -> bool:
    """Is there anything to compare with? A count is itself what is there. What a supplier has of its own is no stock of
    ours."""
    if statement.kind == "supplier":
        return False
    if statement.counted:
        return True
    return bool(await tx.fetchval(SQL.has_stock, statement.company_id, list(places)))


async def differences(tx: Connection, statement: Waiting, places: Sequence[str]) -> dict[str, Difference]:
    """Where a statement and our book at its moment are not the same, by item. `places`: its location and all that is
    part of it, whose stock is the location's. One statement, one snapshot."""
    rows = await tx.fetch(
        SQL.differences, statement.company_id, list(places), statement.id,
        await mark(tx, statement.stated_at), statement.stated_at, statement.conditions, _whole(statement),
        list(PHYSICAL_STATES), statement.complete,
    )  # fmt: skip
    found: dict[str, Difference] = defaultdict(dict)
    for row in rows:
        found[row["item"]][row["condition"]] = row["theirs"] - row["ours"]
    return dict(found)


async def spoken_of(tx: Connection, statement: Waiting) -> set[str] | None:
    """The items a statement speaks of; None: all."""
    if statement.complete:
        return None
    return {row["item"] for row in await tx.fetch(SQL.named_items, statement.id)}


async def our_facts(
    tx: Connection, statement: Waiting, places: Sequence[str], after: Mapping[str, dt.datetime]
) -> dict[str, list[Fact]]:
    """What we booked in these places, of each item after its moment, up to the statement's."""
    rows = await tx.fetch(
        SQL.our_facts, statement.company_id, list(places), list(after), await mark(tx, min(after.values())),
        list(after.values()), statement.system, statement.stated_at, _TOLD,
    )  # fmt: skip
    near = dt.timedelta(seconds=statement.uncertainty_seconds)
    sums: dict[tuple[str, bytes, bool, str], tuple[asyncpg.Record, Difference]] = {}
    for row in rows:
        key = (row["item"], row["entry"], row["held"], row["subject"])
        _, changes = sums.setdefault(key, (row, defaultdict(Decimal)))
        if row["state"] in PHYSICAL_STATES:
            condition = BOOK if _whole(statement) else row["state"]
            changes[condition] += row["quantity"]
    facts: dict[str, list[Fact]] = defaultdict(list)
    for (item, entry, held, subject), (head, changes) in sums.items():
        kept = {name: changes[name] for name in sorted(changes) if changes[name] and name in statement.conditions}
        at = head["occurred_at"]
        if kept:
            uncertain = statement.stated_at - at <= near if near else False
            fact = Fact(
                number=f"entry/{entry.hex()}{f'/held/{subject}' if held else ''}",
                at=at,
                changes=kept,
                what=head["reason"],
                document=head["subject"],
                reference=head["reference"],
                under_way=head["under_way"] or uncertain,
            )
            facts[item].append(fact)
    return facts


async def their_facts(tx: Connection, statement: Waiting, after: Mapping[str, dt.datetime]) -> dict[str, list[Fact]]:
    """What the system had listed by this statement, of each item what happened after its moment."""
    rows = await tx.fetch(
        SQL.their_facts, statement.company_id, statement.system, statement.location, list(after),
        list(after.values()), statement.stated_at,
    )  # fmt: skip
    near = dt.timedelta(seconds=statement.uncertainty_seconds)
    facts: dict[str, list[Fact]] = defaultdict(list)
    for row in rows:
        changes = {name: value for name, value in _changes.decode(row["changes"]).items() if value}
        uncertain = bool(near) and abs(statement.stated_at - row["at"]) <= near
        if changes:
            fact = Fact(
                number=row["number"],
                at=row["at"],
                changes=changes,
                what=row["what"],
                document=row["document"],
                reference=row["reference"],
                correction=row["correction"],
                under_way=uncertain,
                again=row["again"],
                listed_at=row["listed_at"],
            )
            facts[row["item"]].append(fact)
    return facts


async def mark(tx: Connection, at: dt.datetime) -> int:
    """A transaction id below which nothing stands that happened at or after a moment: what says so was recorded later,
    but for clocks that are fast."""
    found: int = await tx.fetchval(SQL.mark, at - SLACK)
    return found


def _whole(statement: Waiting) -> bool:
    return BOOK in statement.conditions
