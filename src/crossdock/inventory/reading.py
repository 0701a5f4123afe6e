"""Reads the rows a batch decides on, and locks the positions that guard them.

What requests name is read early, unlocked, to learn which positions to hold; what was read so is stored back only if
it is still the same. Everything else is read under the locks. So positions are locked once, in one sorted statement,
and batches never deadlock; where the world moved in between, the batch is run again.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from decimal import Decimal
from pathlib import Path

import asyncpg
from asyncpg import Record

from crossdock.inventory.books import Books, ItemKey, Position, PositionKey, Promise, Supply
from crossdock.inventory.plan import Guess, Plan
from crossdock.store import Connection, load_queries

SQL = load_queries(Path(__file__).with_name("ledger.sql"))

Stored = tuple[Decimal, Decimal, Decimal, int]
"""On hand, reserved, safety, counter."""


class LedgerMoved(asyncpg.SerializationError):
    """What a batch had read before its locks was changed by another one: run it again whole."""


class Reader:
    """Fills `books`. `stored` is what the database holds of each position, to see what must be written; `early` is
    what remained of the promises that were read without a lock."""

    def __init__(self, books: Books) -> None:
        self.books = books
        self.stored: dict[PositionKey, Stored] = {}
        self.early: dict[str, Decimal] = {}

    async def look(self, tx: Connection, plan: Plan) -> None:
        """Read what the requests name, and let the plan learn from it."""
        names = plan.named | plan.picked.keys()
        if names:
            self._promises(await tx.fetch(SQL.promises_by_id, list(names)))
        if plan.subjects:
            self._promises(await tx.fetch(SQL.promises_of_cases, list(plan.subjects)))
        self.early = {promise.id: promise.remaining for promise in self.books.promises.values()}
        plan.learn_promises(self.books)
        if plan.supplies:
            keys = list(plan.supplies)
            columns = [[key[part] for key in keys] for part in range(3)]
            for company, source, line, item in await tx.fetch(SQL.items_of_supplies, *columns):
                plan.learn_supply((company, source, line), item)

    async def hold(self, tx: Connection, plan: Plan) -> None:
        """Lock the positions and read who waits and what is expected. Raises `LedgerMoved`."""
        await self._lock(tx, plan.guesses, plan.giving)
        await self._read_items(tx, plan)
        self._all_held(plan)

    async def _lock(self, tx: Connection, guesses: Mapping[PositionKey, Guess], items: Iterable[ItemKey]) -> None:
        """Lock positions, in key order, and apply the guesses; all positions of `items` with them."""
        items = list(items)
        if not guesses and not items:
            return
        keys = list(guesses)
        columns: list[list[object]] = [[key[part] for key in keys] for part in range(4)]
        columns += [
            [str(guess.on_hand) for guess in guesses.values()],
            [str(guess.reserved) for guess in guesses.values()],
            [guess.movements for guess in guesses.values()],
            [company for company, _ in items],
            [item for _, item in items],
        ]
        for row in await tx.fetch(SQL.lock_positions, *columns):
            self._take_in(row, guesses)

    def _take_in(self, row: Record, guesses: Mapping[PositionKey, Guess]) -> None:
        key = (row[0], row[1], row[2], row[3])
        identity, counter = row[4], row[9]
        on_hand, reserved, allocated, safety = (Decimal(text) for text in row[5:9])
        self.stored[key] = (on_hand, reserved, safety, counter)
        guess = guesses.get(key)
        if guess is not None:
            on_hand -= guess.on_hand
            reserved -= guess.reserved
            counter -= guess.movements
        self.books.positions[key] = Position(key, identity, on_hand, reserved, allocated, safety, counter)

    async def _read_items(self, tx: Connection, plan: Plan) -> None:
        """Who waits for items that give, and the supply of those and of items that may run short."""
        giving = list(plan.giving)
        if giving:
            columns = ([company for company, _ in giving], [item for _, item in giving])
            self._promises(await tx.fetch(SQL.waiting_for, *columns))
        waiting = [promise.id for item in giving for promise in self.books.waiting[item]]
        pegs: list[Record] = await tx.fetch(SQL.pegs_of, waiting) if waiting else []
        named = {(row["company_id"], row["source"], row["line"]) for row in pegs} | plan.supplies
        items = plan.giving | plan.perhaps_short(self.books)
        if items or named:
            await self._supplies(tx, list(named), list(items))
        for row in pegs:
            key = (row["company_id"], row["source"], row["line"])
            self.books.pegs[row["reservation"]][key] = row["quantity"]

    async def _supplies(self, tx: Connection, keys: list[tuple[str, str, str]], items: list[ItemKey]) -> None:
        columns = [[key[part] for key in keys] for part in range(3)]
        columns += [[company for company, _ in items], [item for _, item in items]]
        for row in await tx.fetch(SQL.supplies, *columns):
            self.books.load_supply(Supply(**dict(row), new=False))

    def _promises(self, rows: Iterable[Record]) -> None:
        self.books.load_promises(Promise(**{**row, "candidates": tuple(row["candidates"])}) for row in rows)

    def _all_held(self, plan: Plan) -> None:
        """Rows may refer to a position that did not exist when the locks were taken, or a supply line may have become
        another item's: then it is not known that nobody else changes them."""
        for item in plan.giving:
            needed = {(*item, supply.location, "") for supply in self.books.supply_of[item]}
            for promise in self.books.waiting[item]:
                needed.update([promise.at, *promise.candidate_keys()])
            if not needed <= self.stored.keys():
                raise LedgerMoved(f"{item} got a new position meanwhile")
        for key in plan.supplies:
            supply = self.books.supplies.get(key)
            if supply is not None and (supply.company_id, supply.item) not in plan.giving:
                raise LedgerMoved(f"{key} became another item's meanwhile")
