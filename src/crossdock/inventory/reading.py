"""Locks the positions a batch needs and reads the rows it decides on."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from decimal import Decimal
from pathlib import Path

from asyncpg import Record

from crossdock.inventory.books import Books, ItemKey, Position, PositionKey, Promise, Supply, SupplyKey
from crossdock.inventory.plan import Guess, Plan
from crossdock.store import Connection, load_queries

SQL = load_queries(Path(__file__).with_name("ledger.sql"))

Stored = tuple[object, ...]


class Reader:
    """Fills `books`. `stored` remembers what the database holds of each position, to see what must be written."""

    def __init__(self, tx: Connection, books: Books) -> None:
        self.tx = tx
        self.books = books
        self.stored: dict[PositionKey, Stored] = {}
        self._read_giving: set[ItemKey] = set()

    async def hold(self, plan: Plan) -> None:
        """Lock and read until nothing is missing. One round is enough but in rare cases: a row that waits for a
        place nobody had stock at when the locks were taken, goods picked for a promise that stands elsewhere."""
        await self.lock(plan.guesses, plan.giving)
        await self._read(plan)
        while True:
            plan.giving |= plan.also_giving(self.books)
            missing = self._missing(plan)
            unread = plan.giving - self._read_giving
            if not missing and not unread:
                return
            plan.giving |= {(company, item) for company, item, _, _ in missing}
            await self.lock({key: Guess() for key in missing}, plan.giving)
            self.books.forget_rows()  # what was read before these locks may be old
            await self._read(plan)

    async def lock(self, guesses: Mapping[PositionKey, Guess], items: Iterable[ItemKey]) -> None:
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
        for row in await self.tx.fetch(SQL.lock_positions, *columns):
            self._take_in(row, guesses)

    def _take_in(self, row: Record, guesses: Mapping[PositionKey, Guess]) -> None:
        key = (row[0], row[1], row[2], row[3])
        if key in self.stored:
            return
        identity, counter = row[4], row[9]
        on_hand, reserved, allocated, safety = (Decimal(text) for text in row[5:9])
        self.stored[key] = (on_hand, reserved, safety, counter)
        guess = guesses.get(key)
        if guess is not None:
            on_hand -= guess.on_hand
            reserved -= guess.reserved
            counter -= guess.movements
        self.books.positions[key] = Position(key, identity, on_hand, reserved, allocated, safety, counter)

    async def _read(self, plan: Plan) -> None:
        names = plan.named | plan.picked.keys()
        if names:
            self._promises(await self.tx.fetch(SQL.promises_by_id, list(names)))
        if plan.subjects:
            self._promises(await self.tx.fetch(SQL.promises_of_cases, list(plan.subjects)))
        await self._read_items(plan, plan.giving | plan.perhaps_short(self.books))
        self._read_giving = set(plan.giving)

    async def _read_items(self, plan: Plan, items: set[ItemKey]) -> None:
        """Who waits for items that give, and the supply of all `items`."""
        if not items:
            return
        giving = [item for item in items if item in plan.giving]
        if giving:
            columns = ([company for company, _ in giving], [item for _, item in giving])
            self._promises(await self.tx.fetch(SQL.waiting_for, *columns))
        waiting = [promise.id for item in giving for promise in self.books.waiting[item]]
        pegs: list[Record] = await self.tx.fetch(SQL.pegs_of, waiting) if waiting else []
        named = {(row["company_id"], row["source"], row["line"]) for row in pegs} | plan.supplies.keys()
        await self._supplies(named, items)
        for row in pegs:
            key = (row["company_id"], row["source"], row["line"])
            self.books.pegs[row["reservation"]].update({key: row["quantity"]})

    async def _supplies(self, named: Iterable[SupplyKey], items: set[ItemKey]) -> None:
        keys = list(named)
        columns = [[key[part] for key in keys] for part in range(3)]
        columns += [[company for company, _ in items], [item for _, item in items]]
        for row in await self.tx.fetch(SQL.supplies, *columns):
            self.books.load_supply(Supply(**dict(row)))

    def _promises(self, rows: Iterable[Record]) -> None:
        self.books.load_promises(Promise(**{**row, "candidates": tuple(row["candidates"])}) for row in rows)

    def _missing(self, plan: Plan) -> set[PositionKey]:
        """Positions that rows at hand refer to and that are not held."""
        needed: set[PositionKey] = set()
        for item in plan.giving:
            for promise in self.books.waiting[item]:
                needed.update([promise.at, *promise.candidate_keys()])
            needed.update((*item, supply.location, "") for supply in self.books.supply_of[item])
        for name in plan.picked.keys() | plan.named:
            named = self.books.promises.get(name)
            if named is not None and named.remaining:
                needed.add(named.at)
        return needed - self.stored.keys()
