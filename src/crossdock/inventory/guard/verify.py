"""Proof that positions are what their movements say, by two code paths: aggregation in SQL, row by row in Python."""

from __future__ import annotations

from collections import defaultdict
from decimal import Decimal
from pathlib import Path

import msgspec

from crossdock.inventory.guard import laws
from crossdock.inventory.guard.laws import PROMISE_COLUMNS, Court, Discrepancy, Fold
from crossdock.inventory.ledger.books import ZERO
from crossdock.model.stock import PHYSICAL_STATES
from crossdock.store import Connection, load_queries

SQL = load_queries(Path(__file__).with_name("verify.sql"))


class Verification(msgspec.Struct, frozen=True):
    """What was compared (law -> number of facts) and what did not agree."""

    compared: dict[str, int]
    discrepancies: tuple[Discrepancy, ...]


async def verify(tx: Connection) -> Verification:
    """Compare everything in one snapshot; `tx` must be a transaction that has done nothing yet. Reads all movements:
    for checks, not for callers."""
    await tx.execute(SQL.one_snapshot)
    await tx.execute(SQL.no_hurry)
    court = Court()
    await _physical_book(tx, court)
    await _promise_book(tx, court)
    await _promises(tx, court)
    await _supply(tx, court)
    return Verification(dict(court.compared), tuple(court.discrepancies))


async def _physical_book(tx: Connection, court: Court) -> None:
    positions = {row["id"]: row for row in await tx.fetch(SQL.stock_positions)}
    folded: dict[tuple[int, str], Decimal] = defaultdict(Decimal)
    for row in await tx.fetch(SQL.stock_fold, list(PHYSICAL_STATES)):
        folded[(row["position_id"], row["state"])] = row["quantity"]
    walked, numbers = await _walk_stock(tx)
    for identity, row in positions.items():
        where = "/".join(row[name] for name in ("company_id", "owner", "item", "location", "lot"))
        for state in PHYSICAL_STATES:
            court.equal("stock_fold_in_sql", f"{where} {state}", folded.pop((identity, state), ZERO), row[state])
            court.equal("stock_fold_by_rows", f"{where} {state}", walked.pop((identity, state), ZERO), row[state])
        gapless = sorted(numbers.pop(identity, [])) == list(range(1, row["counter"] + 1))
        court.holds("stock_numbers_gapless", where, gapless, f"1..{row['counter']}", "gaps or doubles")
    for row in await tx.fetch(SQL.second_quantities, list(PHYSICAL_STATES)):
        where = f"{row['position_id']} {row['unit']}"
        moved, stands = (row["moved"], row["moved_weighed"]), (row["quantity"], row["weighed"])
        court.equal("second_quantity_fold", where, moved, stands)
    for orphan in (*folded, *walked, *((identity, "any") for identity in numbers)):
        court.holds("stock_movements_have_positions", str(orphan), False, "a position", "none")


async def _walk_stock(tx: Connection) -> tuple[dict[tuple[int, str], Decimal], dict[int, list[int]]]:
    levels: dict[tuple[int, str], Decimal] = defaultdict(Decimal)
    numbers: dict[int, list[int]] = defaultdict(list)
    async for row in tx.cursor(SQL.stock_movements, prefetch=2000):
        origin = target = row["position_id"]
        numbers[origin].append(row["number"])
        if row["to_position_id"] is not None:
            target = row["to_position_id"]
            numbers[target].append(row["to_number"])
        if row["from_state"] in PHYSICAL_STATES:
            levels[(origin, row["from_state"])] -= row["quantity"]
        if row["to_state"] in PHYSICAL_STATES:
            levels[(target, row["to_state"])] += row["quantity"]
    return levels, numbers


async def _promise_book(tx: Connection, court: Court) -> None:
    walked = await _walk_promises(tx, court)
    folded = {row["position_id"]: row for row in await tx.fetch(SQL.promise_fold)}
    await _on_hand(tx, court)
    kept = {(r[0], r[1], r[2], r[3]): r[4] for r in await tx.fetch(SQL.kept_back)}
    promised = {(r[0], r[1], r[2], r[3]): r[4] for r in await tx.fetch(SQL.promised)}
    for row in await tx.fetch(SQL.promise_positions):
        key = (row["company_id"], row["item"], row["location"], row["pool"])
        where = "/".join(key)
        fold, walk = folded.get(row["id"]), walked.pop(row["id"], Fold("promise"))
        for column in PROMISE_COLUMNS:
            court.equal("promise_fold_in_sql", f"{where} {column}", fold[column] if fold else ZERO, row[column])
            court.equal("promise_fold_by_rows", f"{where} {column}", walk.levels[column], row[column])
        court.equal("promise_numbers_gapless", where, row["counter"], walk.number)
        court.equal("safety_is_kept_back", where, kept.pop(key, ZERO), row["safety"])
        court.equal("reserved_is_reservations", where, promised.pop(key, ZERO), row["reserved"])
    for book, quantity in kept.items():
        court.equal("safety_is_kept_back", "/".join(book), ZERO, quantity)
    for book, quantity in promised.items():
        court.equal("reserved_is_reservations", "/".join(book), ZERO, quantity)
    for identity in walked:
        court.holds("promise_movements_have_positions", str(identity), False, "a position", "none")


async def _on_hand(tx: Connection, court: Court) -> None:
    """All pools of a place together have what lies there and may be promised."""
    unrestricted = {(r[0], r[1], r[2]): r[3] for r in await tx.fetch(SQL.unrestricted)}
    for company, item, location, on_hand in await tx.fetch(SQL.pools):
        shelf = (company, item, location)
        court.equal("on_hand_is_unrestricted", "/".join(shelf), unrestricted.pop(shelf, ZERO), on_hand)
    for shelf, quantity in unrestricted.items():
        court.equal("on_hand_is_unrestricted", "/".join(shelf), ZERO, quantity)


async def _walk_promises(tx: Connection, court: Court) -> dict[int, Fold]:
    """Rebuild every position; on the way, what was said to be free must be what was free, and no asked promise may
    have taken more."""
    walked: dict[int, Fold] = {}
    async for row in tx.cursor(SQL.promise_movements, prefetch=2000):
        position = walked.setdefault(row["position_id"], Fold("promise"))
        position.promise(court, f"position {row['position_id']}", row)
    return walked


async def _promises(tx: Connection, court: Court) -> None:
    async for row in tx.cursor(SQL.reservations, prefetch=2000):
        laws.promise(court, row)
        laws.booked(court, row)


async def _supply(tx: Connection, court: Court) -> None:
    for row in await tx.fetch(SQL.supplies):
        laws.supply(court, row)
    for row in await tx.fetch(SQL.supply_journal):
        laws.journal(court, row)
    for row in await tx.fetch(SQL.pegged):
        laws.peg(court, row)
