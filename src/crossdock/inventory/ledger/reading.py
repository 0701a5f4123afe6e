"""Reads the rows a batch decides on, and locks the positions that guard them.

What requests name is read early, unlocked, to learn which positions to hold; what was read so is stored back only if
it is still the same. Everything else is read under the locks. So positions are locked once, in one sorted statement,
and batches never deadlock; where the world moved in between, the batch is run again.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal
from pathlib import Path

import asyncpg
from asyncpg import Record

from crossdock.inventory.ledger.books import Books, Kept, Position, Promise, Supply
from crossdock.inventory.ledger.keys import ItemKey, PositionKey
from crossdock.inventory.ledger.plan import Guess, Plan
from crossdock.inventory.ledger.pools import SHARED
from crossdock.store import Connection, load_queries
from crossdock.store.arrays import columns, numbers, texts

SQL = load_queries(Path(__file__).with_name("ledger.sql"))

_JOURNAL_PAGE = 1_000

_GUESS = (texts, texts, texts, texts, numbers, numbers, numbers)

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
        rows = await tx.fetch(SQL.promises_by_id, texts(list(names))) if names else []
        if plan.put_away:
            for row in await tx.fetch(SQL.ended_promises, texts(list(plan.put_away))):
                whole = {"remaining": Decimal(row["remaining"]), "candidates": tuple(row["candidates"])}
                self.books.load_promise(Promise(**{**row, **whole}))
        if plan.subjects:
            rows += await tx.fetch(SQL.promises_of_cases, texts(list(plan.subjects)))
        for row in rows:
            if row["id"] not in self.books.promises:
                self.books.load_promise(Promise(**{**row, "remaining": Decimal(row["remaining"])}))
        self.early = {promise.id: promise.remaining for promise in self.books.promises.values()}
        plan.learn_promises(self.books)
        if plan.supplies:
            keys = columns(plan.supplies, (texts, texts, texts))
            for company, source, line, item in await tx.fetch(SQL.items_of_supplies, *keys):
                plan.learn_supply((company, source, line), item)
        if plan.giving:
            for company, item in await tx.fetch(SQL.items_beside, *columns(plan.giving, (texts, texts))):
                plan.beside.add((company, item))
            plan.beside -= plan.giving
        if pooled := plan.pooled():
            for company, item, locations in await tx.fetch(SQL.places_of_items, *columns(pooled, (texts, texts))):
                plan.learn_places((company, item), locations)

    async def hold(self, tx: Connection, plan: Plan) -> None:
        """Lock the positions and read who waits and what is expected. Raises `LedgerMoved`."""
        await self._lock(tx, plan.guesses, plan.held)
        await self._read_items(tx, plan)
        keeping = plan.keeping | {
            item for item in plan.held if any(promise.keeps_until for promise in self.books.waiting[item])
        }
        if keeping:
            await self._read_lots(
                tx, sorted(keeping), [(*item, lot) for item in keeping for lot in plan.lots.get(item, ())]
            )
        for place in sorted(plan.repromised):
            for position in [p for p in self.books.of_item[place[:2]] if p.key[2] == place[2]]:
                await self._read_granted(tx, position)
        if plan.kept:
            for row in await tx.fetch(SQL.kept_back, *columns(sorted(plan.kept), (texts, texts))):
                self.books.kept[((row[0], row[1], row[2], row[3]), row[4], row[5])] = Kept(row[6], row[7], row[8])
        self._all_held(plan)

    async def _lock(self, tx: Connection, guesses: Mapping[PositionKey, Guess], items: set[ItemKey]) -> None:
        """Lock positions, in key order, and apply the guesses; all positions of `items` with them."""
        if not guesses and not items:
            return
        wanted = [(*key, guess.on_hand, guess.reserved, guess.movements) for key, guess in guesses.items()]
        whole = columns(items, (texts, texts))
        for row in await tx.fetch(SQL.lock_positions, *columns(wanted, _GUESS), *whole):
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
        self.books.load_position(Position(key, identity, on_hand, reserved, allocated, safety, counter))

    async def _read_items(self, tx: Connection, plan: Plan) -> None:
        """Who waits for items that give, and the supply of those and of items that may run short."""
        held = plan.held
        if held:
            waits = await tx.fetch(SQL.waiting_for, *columns(held, (texts, texts)))
            self._all_wait(held, {row["id"] for row in waits})
            for row in waits:
                lists = {"candidates": tuple(row["candidates"]), "beside": tuple(row["beside"])}
                self._take_in_waiting(Promise(**{**row, **lists}))
        waiting = [promise.id for item in held for promise in self.books.waiting[item]]
        pegs: list[Record] = await tx.fetch(SQL.pegs_of, texts(waiting)) if waiting else []
        named = {(row["company_id"], row["source"], row["line"]) for row in pegs} | plan.supplies
        items = held | plan.perhaps_short(self.books)
        if items or named:
            wanted = columns(named, (texts, texts, texts)) + columns(items, (texts, texts))
            for row in await tx.fetch(SQL.supplies, *wanted):
                self.books.load_supply(Supply(**dict(row), new=False))
        for row in pegs:
            key = (row["company_id"], row["source"], row["line"])
            self.books.pegs[row["reservation"]][key] = row["quantity"]

    async def _read_lots(self, tx: Connection, items: Sequence[ItemKey], named: Sequence[tuple[str, str, str]]) -> None:
        """Lots that may be promised, and what is promised of goods that keep. Whoever changes either holds the item's
        position at that place. Of a lot that only this batch brings there is nothing to read but when it expires."""
        self.books.lots.watch(items)
        wanted = columns(items, (texts, texts))
        for company, item, location, lot, quantity, expires_on in await tx.fetch(SQL.lots_of_items, *wanted):
            keeping = self.books.lots.of((company, item))
            assert keeping is not None, "it is watched"
            keeping.add(location, lot, quantity)
            if expires_on is not None:
                keeping.describe(lot, expires_on)
        if named:
            for company, item, lot, expires_on in await tx.fetch(
                SQL.lots_named, *columns(named, (texts, texts, texts))
            ):
                keeping = self.books.lots.of((company, item))
                assert keeping is not None, "it is watched"
                keeping.describe(lot, expires_on)
        for company, item, location, keeps_until, quantity in await tx.fetch(SQL.keeping_of_items, *wanted):
            keeping = self.books.lots.of((company, item))
            assert keeping is not None, "it is watched"
            keeping.promise(location, keeps_until, quantity)

    async def _read_granted(self, tx: Connection, position: Position) -> None:
        """What is granted at a position. Reservations have no index by item: the position's journal leads to them."""
        newest, found = position.counter, dict[str, Promise]()
        while newest > 0:
            for row in await tx.fetch(SQL.granted_at, position.id, newest, newest - _JOURNAL_PAGE):
                found[row["id"]] = Promise(**{**row, "candidates": tuple(row["candidates"])})
            newest -= _JOURNAL_PAGE
            if sum(promise.remaining for promise in found.values()) >= position.reserved:
                break
        for promise in found.values():
            seen = self.books.promises.get(promise.id)
            if seen is not None and seen.remaining != promise.remaining:
                raise LedgerMoved(f"{promise.id} was filled or ended meanwhile")
            if seen is None:
                self.books.load_promise(promise)
            self.books.granted[position.key].append(self.books.promises[promise.id])

    def _all_wait(self, held: set[ItemKey], waits: set[str]) -> None:
        """What was seen to wait must wait under the locks: else it would be served, or count as short, once more."""
        for name in self.early.keys() - waits:
            promise = self.books.promises[name]
            if promise.waiting and promise.of in held:
                raise LedgerMoved(f"{name} was filled or ended meanwhile")

    def _take_in_waiting(self, promise: Promise) -> None:
        """A waiting row as it is under the locks. If it was looked at before, it must still be the same."""
        seen = self.books.promises.get(promise.id)
        if seen is None:
            self.books.load_promise(promise)
        elif seen.remaining != promise.remaining:
            raise LedgerMoved(f"{promise.id} was filled or ended meanwhile")
        else:
            for field in promise.__struct_fields__:
                setattr(seen, field, getattr(promise, field))

    def _all_held(self, plan: Plan) -> None:
        """Rows may refer to a position that did not exist when the locks were taken, or a supply line may have become
        another item's: then it is not known that nobody else changes them."""
        for item in plan.held:
            needed = {(*item, supply.location, SHARED) for supply in self.books.supply_of[item]}
            for promise in self.books.waiting[item]:
                needed.update([promise.at, *((*item, location, SHARED) for location in promise.candidates)])
            if not needed <= self.stored.keys():
                raise LedgerMoved(f"{item} got a new position meanwhile")
            others = {(item[0], other) for promise in self.books.waiting[item] for other in promise.beside}
            if item in plan.giving and not others <= plan.held:
                raise LedgerMoved(f"somebody began to wait for {item} together with others meanwhile")
        for key in plan.supplies:
            supply = self.books.supplies.get(key)
            if supply is not None and (supply.company_id, supply.item) not in plan.giving:
                raise LedgerMoved(f"{key} became another item's meanwhile")
