"""Published numbers, derived again from the movements that stood behind them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal

import msgspec

from crossdock.inventory.guard.findings import SQL, Slice
from crossdock.inventory.guard.laws import Court
from crossdock.inventory.ledger.books import ZERO
from crossdock.model.quantity import tidy
from crossdock.store import Connection

Terms = tuple[tuple[int, int], ...]
"""Positions and the number of their last movement at that moment."""


def write_terms(terms: Sequence[tuple[int, int]]) -> str:
    """As stored beside a number: `position:number`, sorted."""
    return " ".join(f"{position}:{number}" for position, number in sorted(terms))


def read_terms(text: str) -> Terms:
    """The other way round."""
    pairs = (pair.partition(":") for pair in text.split())
    return tuple((int(position), int(number)) for position, _, number in pairs)


def told(free: Sequence[Decimal], hold_back: Decimal) -> Decimal:
    """What a channel is told: what is free at each position, none of it below zero, less what is never shown."""
    return tidy(max(sum((max(one, ZERO) for one in free), ZERO) - hold_back, ZERO))


async def free_at(tx: Connection, terms: Sequence[tuple[int, int]]) -> Mapping[tuple[int, int], tuple[Decimal, int]]:
    """What was free at each position after that movement, and how many movements say so."""
    if not terms:
        return {}
    asked = [list(column) for column in zip(*sorted(set(terms)), strict=True)]
    return {(row[0], row[1]): (row["free"], row["reached"]) for row in await tx.fetch(SQL.free_at, *asked)}


async def published(tx: Connection, cursor: str, most: int) -> Slice:
    """The next numbers that channels were told, each compared with what the movements say, digit by digit."""
    kind = tuple[str, str, str, int]
    after = msgspec.json.decode(cursor, type=kind) if cursor else ("", "", "", 0)
    rows = await tx.fetch(SQL.published_after, *after, most)
    found = Slice(cursor, done=not rows)
    terms = {row["terms"]: read_terms(row["terms"]) for row in rows}
    free = await free_at(tx, [term for some in terms.values() for term in some])
    for row in rows:
        key = (row["company_id"], row["channel"], row["item"], row["version"])
        court, where = Court(), f"{key[0]}/{key[1]}/{key[2]} version {key[3]}"
        behind = [free[term] for term in terms[row["terms"]]]
        numbers = [number for _, number in terms[row["terms"]]]
        court.equal("published_is_derived", f"{where} movements", numbers, [reached for _, reached in behind])
        expected = format(told([one for one, _ in behind], row["hold_back"]), "f")
        court.equal("published_is_derived", where, expected, format(row["quantity"], "f"), row["terms"])
        found.take(court, "published", "/".join(map(str, key)), key[0])
        found.movements += sum(numbers)
        found.cursor = msgspec.json.encode(key).decode()
    return found
