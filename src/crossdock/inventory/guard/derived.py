"""Published numbers, derived again from the movements that stood behind them."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from decimal import Decimal
from typing import Any

import asyncpg
import msgspec

from crossdock.inventory.guard import number_terms
from crossdock.inventory.guard.findings import SQL, Slice
from crossdock.inventory.guard.laws import Court
from crossdock.inventory.guard.number_terms import Levels, NumberTerms, Term
from crossdock.store import Connection

Reached = Mapping[Term, int]
"""How many movements say so."""


async def levels_at(tx: Connection, terms: Collection[NumberTerms]) -> tuple[Levels, Reached, Reached]:
    """What was there after the movements that some terms name; and how many movements say so, of either book."""
    free, reached = await _after(tx, SQL.free_at, {term for one in terms for term in one.positions()})
    unrestricted, lots = await _after(tx, SQL.unrestricted_at, {term for one in terms for term in one.lots()})
    held = {promise for one in terms for promise in one.held()}
    rows = await tx.fetch(SQL.held_at, *_columns(held)) if held else []
    return Levels(free, unrestricted, {(row[0], row[1], row[2]): row[3] for row in rows}), reached, lots


async def _after(tx: Connection, query: str, terms: Collection[Term]) -> tuple[dict[Term, Decimal], Reached]:
    if not terms:
        return {}, {}
    rows = await tx.fetch(query, *_columns(terms))
    return {(row[0], row[1]): row["level"] for row in rows}, {(row[0], row[1]): row["reached"] for row in rows}


def _columns(rows: Collection[Any]) -> list[list[Any]]:
    return [list(column) for column in zip(*sorted(rows), strict=True)]


async def published(tx: Connection, cursor: str, most: int) -> Slice:
    """The next numbers that channels were told, each compared with what the movements say, digit by digit."""
    kind = tuple[str, str, str, int]
    after = msgspec.json.decode(cursor, type=kind) if cursor else ("", "", "", 0)
    rows = await tx.fetch(SQL.published_after, *after, most)
    found = Slice(cursor, done=not rows)
    terms = {text: number_terms.read(text) for text in dict.fromkeys(row["terms"] for row in rows)}
    levels, reached, lots = await levels_at(tx, terms.values())
    for row in rows:
        key = (row["company_id"], row["channel"], row["item"], row["version"])
        behind, court = terms[row["terms"]], Court()
        _judge(court, row, behind, levels, (reached, lots))
        found.take(court, "published", "/".join(map(str, key)), key[0])
        found.movements += sum(number for _, number in behind.positions() | behind.lots())
        found.cursor = msgspec.json.encode(key).decode()
    return found


def _judge(
    court: Court, row: asyncpg.Record, behind: NumberTerms, levels: Levels, reached: tuple[Reached, Reached]
) -> None:
    where = f"{row['company_id']}/{row['channel']}/{row['item']} version {row['version']}"
    for book, terms, said in (("", behind.positions(), reached[0]), (" of lots", behind.lots(), reached[1])):
        ordered = sorted(terms)
        numbers = [number for _, number in ordered]
        if numbers or not book:
            court.equal("published_is_derived", f"{where} movements{book}", numbers, [said[term] for term in ordered])
    expected = format(number_terms.told(behind, levels, row["hold_back"]), "f")
    court.equal("published_is_derived", where, expected, format(row["quantity"], "f"), row["terms"])
