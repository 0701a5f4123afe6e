"""Proof that positions are what their movements say, by two code paths: aggregation in SQL, row by row in Python."""

from __future__ import annotations

from collections import defaultdict
from decimal import Decimal
from pathlib import Path

import msgspec

from crossdock.inventory.books import ON_THE_BOOK, ZERO
from crossdock.model.stock import PHYSICAL_STATES
from crossdock.store import Connection, load_queries

SQL = load_queries(Path(__file__).with_name("verify.sql"))

_PROMISE_COLUMNS = ("on_hand", "reserved", "allocated", "safety")
_SUPPLY_COLUMNS = ("item", "location", "quantity", "received", "pegged", "expected_on", "confidence")
_OPEN_STATES = ON_THE_BOOK | {"backordered"}


class Discrepancy(msgspec.Struct, frozen=True):
    """One law that does not hold: its name, where, and both numbers."""

    law: str
    where: str
    expected: str
    found: str


class Verification(msgspec.Struct, frozen=True):
    """What was compared (law -> number of facts) and what did not agree."""

    compared: dict[str, int]
    discrepancies: tuple[Discrepancy, ...]


class _Court:
    """Compares, counts, and keeps what does not agree."""

    def __init__(self) -> None:
        self.compared: dict[str, int] = defaultdict(int)
        self.discrepancies: list[Discrepancy] = []

    def equal(self, law: str, where: str, expected: object, found: object) -> None:
        self.holds(law, where, expected == found, expected, found)

    def holds(self, law: str, where: str, held: bool, expected: object, found: object) -> None:
        self.compared[law] += 1
        if not held:
            self.discrepancies.append(Discrepancy(law, where, str(expected), str(found)))


async def verify(tx: Connection) -> Verification:
    """Compare everything in one snapshot; `tx` must be a transaction that has done nothing yet. Reads all movements:
    for checks, not for callers."""
    await tx.execute(SQL.one_snapshot)
    await tx.execute(SQL.no_hurry)
    court = _Court()
    await _physical_book(tx, court)
    await _promise_book(tx, court)
    await _promises(tx, court)
    await _supply(tx, court)
    return Verification(dict(court.compared), tuple(court.discrepancies))


async def _physical_book(tx: Connection, court: _Court) -> None:
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


class _Walked:
    """A promise position rebuilt movement by movement."""

    def __init__(self) -> None:
        self.counter = 0
        self.levels = dict.fromkeys(_PROMISE_COLUMNS, ZERO)

    def free(self) -> Decimal:
        levels = self.levels
        return levels["on_hand"] - levels["safety"] - levels["reserved"] - levels["allocated"]


async def _promise_book(tx: Connection, court: _Court) -> None:
    walked = await _walk_promises(tx, court)
    folded = {row["position_id"]: row for row in await tx.fetch(SQL.promise_fold)}
    await _on_hand(tx, court)
    kept = {(r[0], r[1], r[2], r[3]): r[4] for r in await tx.fetch(SQL.kept_back)}
    promised = {(r[0], r[1], r[2], r[3]): r[4] for r in await tx.fetch(SQL.promised)}
    for row in await tx.fetch(SQL.promise_positions):
        key = (row["company_id"], row["item"], row["location"], row["pool"])
        where = "/".join(key)
        fold, walk = folded.get(row["id"]), walked.pop(row["id"], _Walked())
        for column in _PROMISE_COLUMNS:
            court.equal("promise_fold_in_sql", f"{where} {column}", fold[column] if fold else ZERO, row[column])
            court.equal("promise_fold_by_rows", f"{where} {column}", walk.levels[column], row[column])
        court.equal("promise_numbers_gapless", where, row["counter"], walk.counter)
        court.equal("safety_is_kept_back", where, kept.pop(key, ZERO), row["safety"])
        court.equal("reserved_is_reservations", where, promised.pop(key, ZERO), row["reserved"])
    for book, quantity in kept.items():
        court.equal("safety_is_kept_back", "/".join(book), ZERO, quantity)
    for book, quantity in promised.items():
        court.equal("reserved_is_reservations", "/".join(book), ZERO, quantity)
    for identity in walked:
        court.holds("promise_movements_have_positions", str(identity), False, "a position", "none")


async def _on_hand(tx: Connection, court: _Court) -> None:
    """All pools of a place together have what lies there and may be promised."""
    unrestricted = {(r[0], r[1], r[2]): r[3] for r in await tx.fetch(SQL.unrestricted)}
    for company, item, location, on_hand in await tx.fetch(SQL.pools):
        shelf = (company, item, location)
        court.equal("on_hand_is_unrestricted", "/".join(shelf), unrestricted.pop(shelf, ZERO), on_hand)
    for shelf, quantity in unrestricted.items():
        court.equal("on_hand_is_unrestricted", "/".join(shelf), ZERO, quantity)


async def _walk_promises(tx: Connection, court: _Court) -> dict[int, _Walked]:
    """Rebuild every position; on the way, what was said to be free must be what was free, and no asked promise may
    have taken more."""
    walked: dict[int, _Walked] = defaultdict(_Walked)
    async for row in tx.cursor(SQL.promise_movements, prefetch=2000):
        position = walked[row["position_id"]]
        where = f"position {row['position_id']} movement {row['number']}"
        position.counter += 1
        court.equal("promise_numbers_gapless", where, position.counter, row["number"])
        for column in _PROMISE_COLUMNS:
            position.levels[column] += row[column]
        court.equal("free_after_is_what_was_free", where, position.free(), row["free_after"])
        if row["kind"] in ("asked", "asked_fill"):
            court.holds("asked_grants_are_backed", where, position.free() >= 0, "free >= 0", position.free())
    return walked


async def _promises(tx: Connection, court: _Court) -> None:
    async for row in tx.cursor(SQL.reservations, prefetch=2000):
        state, remaining = row["state"], row["remaining"]
        ended = state not in _OPEN_STATES
        court.holds("one_end_per_reservation", row["id"], ended == (remaining == 0), f"{state} means ended", remaining)
        inside = ZERO <= remaining <= row["quantity"] and not (row["waiting"] and (ended or state == "reserved"))
        court.holds("remaining_within_quantity", row["id"], inside, f"0..{row['quantity']}", remaining)
        booked = remaining if state in ON_THE_BOOK else ZERO
        court.equal("movements_book_reservations", row["id"], booked, row["booked"])


async def _supply(tx: Connection, court: _Court) -> None:
    for row in await tx.fetch(SQL.supplies):
        where = f"{row['company_id']} {row['source']} line {row['line']}"
        still_open = max(row["quantity"] - row["received"], ZERO)
        court.equal("pegged_is_pegs", where, row["pegs"], row["pegged"])
        court.holds("pegged_within_open", where, row["pegged"] <= still_open, f"<= {still_open}", row["pegged"])
        court.equal("open_supply_is_marked", where, still_open > 0, row["is_open"])
    for row in await tx.fetch(SQL.supply_journal):
        where = f"{row['company_id']} {row['source']} line {row['line']}"
        court.equal("supply_numbers_gapless", where, row["changes"], row["movements"])
        said = [row[name] for name in _SUPPLY_COLUMNS]
        court.equal("supply_is_its_journal", where, [row[f"last_{name}"] for name in _SUPPLY_COLUMNS], said)
    for row in await tx.fetch(SQL.pegged):
        within = bool(row["waiting"]) and row["quantity"] <= row["remaining"]
        court.holds("pegs_within_waiting", row["reservation"], within, row["remaining"], row["quantity"])
