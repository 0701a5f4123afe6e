"""In which order everything comes up: by what changed, and round by round through all there is.

A walk is a chain of slices, each with a cursor for the next; a round is all walks of `WALKS` one after the other. A
cursor is text, so that another worker can go on with it.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from decimal import Decimal
from typing import Any, NamedTuple

import msgspec

from crossdock.inventory.guard import laws
from crossdock.inventory.guard.derived import published
from crossdock.inventory.guard.documents import documents
from crossdock.inventory.guard.findings import SQL, Slice
from crossdock.inventory.guard.items import Examination, ItemKey
from crossdock.inventory.guard.laws import COLUMNS, Court, Fold, Seconds, seconds_of
from crossdock.store import Connection

_AT_ONCE = 50
_WINDOW = 5_000
"""So many transactions are looked through at a time."""


class Changes(NamedTuple):
    """Items that changed, and the transaction id up to which that is all."""

    items: list[ItemKey]
    upto: int


async def changes(tx: Connection, since: int, most: int = 10 * _AT_ONCE) -> Changes:
    """The items that transactions from `since` on moved, as far as no more of them can come: below the horizon of
    the snapshot. Looks through ever more transactions until it finds some, or about `most`."""
    horizon = await tx.fetchval(SQL.horizon)
    items: dict[ItemKey, None] = {}
    upto, window = since, _WINDOW
    while upto < horizon and len(items) < most:
        end = min(upto + window, horizon)
        rows = await tx.fetch(SQL.changed_items, upto, end)
        items |= {(row["company_id"], row["item"]): None for row in rows}
        upto, window = end, window * 2
    return Changes(list(items), upto)


class Walk(NamedTuple):
    """One way through: its name, what a unit of it is, and a step."""

    name: str
    unit: str
    step: Callable[[Connection, str, Examination, int], Awaitable[Slice]]


async def _items(tx: Connection, cursor: str, examination: Examination, most: int) -> Slice:
    """All items, each from its last checkpoints."""
    company, item = _read(cursor, tuple[str, str], ("", ""))
    rows = await tx.fetch(SQL.items_after, company, item, _AT_ONCE)
    found = Slice(cursor, done=not rows)
    keys: list[ItemKey] = [(row["company_id"], row["item"]) for row in rows]
    if keys and (judged := await examination.look(tx, keys, most, found)):
        found.cursor = _write(keys[judged - 1])
    return found


class _Derived(msgspec.Struct):
    """Where the derivation of old checkpoints stands: the fold of one position, and the checkpoint it reached."""

    book: str = ""
    position_id: int = 0
    checkpoint: int = 0
    number: int = 0
    levels: dict[str, Decimal] = {}
    seconds: Seconds = {}


async def _history(tx: Connection, cursor: str, examination: Examination, most: int) -> Slice:
    """Every checkpoint derived again from the beginning of its position, in portions of `most` movements."""
    at = _read(cursor, _Derived, _Derived())
    row = await tx.fetchrow(SQL.checkpoint_after, at.book, at.position_id, at.checkpoint)
    found = Slice(cursor, done=row is None)
    if row is None:
        return found
    if (row["book"], row["position_id"]) != (at.book, at.position_id):
        at = _Derived(row["book"], row["position_id"], levels=dict.fromkeys(COLUMNS[row["book"]], Decimal(0)))
    court, fold = Court(), Fold(at.book, at.number, at.levels, at.seconds)
    statement = SQL.promise_movements if at.book == "promise" else SQL.stock_movements
    movements = await tx.fetch(statement, [at.position_id], [at.number], min(most, row["number"] - at.number), [])
    for movement in movements:
        take = fold.promise if at.book == "promise" else fold.physical
        take(court, row["spot"], movement)
    reached = not movements or fold.number >= row["number"]
    if reached:
        span = f"{at.checkpoint + 1}..{row['number']}"
        for name, level in fold.levels.items():
            where = f"{row['spot']} {name} at movement {row['number']}"
            court.equal("checkpoint_is_fold", where, level, row[name], span)
        where = f"{row['spot']} at movement {row['number']}"
        fold.weighs(court, "checkpoint_is_fold", where, seconds_of(row["seconds"]), span)
        at.checkpoint = row["number"]
    place = f"{at.book}/{at.position_id}/{row['number']}"
    found.take(court, "checkpoint", place, row["company_id"], whole=reached)
    found.movements = len(movements)
    if movements:
        at.number, at.levels, at.seconds = fold.number, fold.levels, fold.seconds
    else:
        at.number, at.levels, at.seconds = row["number"], _levels(row), seconds_of(row["seconds"])
    found.cursor = _write(at)
    return found


def _levels(row: Any) -> dict[str, Decimal]:
    return {name: row[name] for name in COLUMNS[row["book"]]}


async def _orphans(tx: Connection, cursor: str, examination: Examination, most: int) -> Slice:
    """Every position that movements name is there."""
    book, after = _read(cursor, tuple[str, int], ("promise", 0))
    statement = SQL.promise_ids if book == "promise" else SQL.stock_ids
    rows = await tx.fetch(statement, after, _AT_ONCE * 2)
    found = Slice(cursor, done=not rows and book == "physical")
    for row in rows:
        court, place = Court(), f"{book}/{row['position_id']}"
        court.holds("movements_have_positions", f"{book} position {row['position_id']}", row["there"], "it", "none")
        found.take(court, "position", place, "")
    found.cursor = _write((book, rows[-1]["position_id"]) if rows else ("physical", 0))
    return found


async def _promises(tx: Connection, cursor: str, examination: Examination, most: int) -> Slice:
    """Every promise there ever was."""
    rows = await tx.fetch(SQL.promises_after, cursor, 4 * _AT_ONCE)
    found = Slice(rows[-1]["id"] if rows else cursor, done=not rows)
    for row in rows:
        court = Court()
        laws.promise(court, row)
        found.take(court, "promise", row["id"], row["company_id"])
    return found


async def _supplies(tx: Connection, cursor: str, examination: Examination, most: int) -> Slice:
    """Every line of expected supply, its pegs and its journal."""
    after = _read(cursor, tuple[str, str, str], ("", "", ""))
    rows = await tx.fetch(SQL.supplies_after, *after, _AT_ONCE)
    found = Slice(cursor, done=not rows)
    for row in rows:
        court, place = Court(), f"{row['company_id']} {row['source']} {row['line']}"
        laws.supply(court, row)
        laws.journal(court, row)
        found.take(court, "supply", place, row["company_id"])
        found.cursor = _write((row["company_id"], row["source"], row["line"]))
    return found


async def _pegs(tx: Connection, cursor: str, examination: Examination, most: int) -> Slice:
    """Every promise that is pegged."""
    rows = await tx.fetch(SQL.pegs_after, cursor, 2 * _AT_ONCE)
    found = Slice(rows[-1]["reservation"] if rows else cursor, done=not rows)
    for row in rows:
        court = Court()
        laws.peg(court, row)
        found.take(court, "peg", row["reservation"], row["company_id"])
    return found


async def _documents(tx: Connection, cursor: str, examination: Examination, most: int) -> Slice:
    """Every ship notice and purchase order."""
    return await documents(tx, cursor, _AT_ONCE)


async def _published(tx: Connection, cursor: str, examination: Examination, most: int) -> Slice:
    """Every number that a channel was told."""
    return await published(tx, cursor, _AT_ONCE)


WALKS: Sequence[Walk] = (
    Walk("items", "item", _items),
    Walk("orphans", "position", _orphans),
    Walk("promises", "promise", _promises),
    Walk("supplies", "supply", _supplies),
    Walk("pegs", "peg", _pegs),
    Walk("documents", "document", _documents),
    Walk("published", "published", _published),
    Walk("history", "checkpoint", _history),
)
"""A round, in this order."""


def _read(cursor: str, kind: Any, start: Any) -> Any:
    return msgspec.json.decode(cursor, type=kind) if cursor else start


def _write(value: Any) -> str:
    return msgspec.json.encode(value).decode()
