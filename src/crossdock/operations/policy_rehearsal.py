"""A dry run of stock policies against the present books: what they would keep back and set aside, and which promises
they would alter.

What the ledger would decide is not guessed: it is asked, in transactions that are rolled back, some items at a time. So
the answer is the one that applying them would give, and nothing is written.
"""

from __future__ import annotations

import heapq
from collections import defaultdict
from collections.abc import Iterable, Sequence
from decimal import Decimal
from pathlib import Path
from typing import NamedTuple

import asyncpg
import msgspec

from crossdock.engine.clock import business_now
from crossdock.engine.policies import keeper_of
from crossdock.engine.recomputation import PAGE, parts
from crossdock.events.inventory import BackorderFilled
from crossdock.identity import Actor
from crossdock.inventory.keeping import pages as kept_pages
from crossdock.inventory.keeping.keeper import Change, Keeper
from crossdock.inventory.keeping.pages import Decided
from crossdock.inventory.ledger.batch import LedgerBatch
from crossdock.inventory.ledger.outcomes import LedgerOutcome, RebalanceRequest
from crossdock.log import uuid7
from crossdock.model.masterdata import Item
from crossdock.operations.context import Context
from crossdock.operations.policies import StockNetwork, in_force
from crossdock.operations.policy_settings import notes
from crossdock.operations.problems import Problem
from crossdock.store import Connection, load_queries

SQL = load_queries(Path(__file__).with_suffix(".sql"))
ZERO = Decimal(0)
_PATIENCE = 20
_REPEATABLE = (asyncpg.SerializationError, asyncpg.DeadlockDetectedError, asyncpg.LockNotAvailableError)

Key = tuple[str, str, str]
"""Item, location, pool."""
Standings = dict[Key, tuple[Decimal, Decimal, Decimal]]
"""What is kept back, free, and on hand."""
Altered = tuple[str, asyncpg.Record, Decimal]
"""What happens to a promise, its row, and of how much."""
ITEMS = 50
"""Items asked of the ledger in one transaction: their positions are locked until it is undone."""
_NOTHING = (ZERO, ZERO, ZERO)


class Step(msgspec.Struct, frozen=True):
    """A quantity as it is, and as it would be."""

    before: Decimal = ZERO
    after: Decimal = ZERO

    def plus(self, other: Step) -> Step:
        """Both together."""
        return Step(self.before + other.before, self.after + other.after)


class PositionChange(msgspec.Struct, frozen=True):
    """A position of the promise book before and after."""

    company: str
    item: str
    location: str
    pool: str
    kept_back: Step
    on_hand: Step
    free: Step

    @property
    def weight(self) -> Decimal:
        """How much the change matters: by how much more or less is free."""
        return abs(self.free.after - self.free.before)


class AlteredPromise(msgspec.Struct, frozen=True):
    """A promise that the rules would alter. `filled`: it waits and would get stock. `short`: a told promise that stock
    would cover no longer. `not_granted`: it was asked for and granted, and would not have been. `starved`: it waits for
    supply that the rules would keep back. `value` is at list price, None where there is none."""

    effect: str
    company: str
    reservation: str
    subject: str
    source: str
    item: str
    location: str
    quantity: Decimal
    value: Decimal | None
    currency: str


class Effect(msgspec.Struct):
    """All altered promises of one effect: how many, of how many units, of which value by currency."""

    promises: int = 0
    units: Decimal = ZERO
    value: dict[str, Decimal] = {}


class Rehearsal(msgspec.Struct):
    """What a dry run found; lists hold the weightiest rows only, `positions_changed` and `effects` count all."""

    network_version: int
    positions: int = 0
    positions_changed: int = 0
    kept_back: Step = Step()
    """What is kept back of the positions that change."""
    free: Step = Step()
    effects: dict[str, Effect] = {}
    top_positions: list[PositionChange] = []
    top_promises: list[AlteredPromise] = []
    notes: list[str] = []
    """Which rules are new, and which changed ones set nothing today, and why."""


async def try_policies(
    context: Context, actor: Actor, proposed: StockNetwork | None, *, company_id: str = "", top: int = 20
) -> Rehearsal:
    """What the books would be under the policies of `proposed`, or under those in force if they were applied now."""
    actor.must("stock:read")
    async with context.store.transaction(readonly=True) as tx:
        network = await in_force(tx)
    found = Rehearsal(network.version)
    proposed = proposed or network
    found.notes = notes(network.stock(), proposed.stock(), context.now().date())
    for company in proposed.companies_of(actor, company_id):
        await _Company(context, proposed, company, found, top).run()
    return found


class _Undone(Exception):
    """Ends a transaction that was only to show what would happen."""


class _Seen(NamedTuple):
    """Some items as they are: positions, promises, master data."""

    standings: Standings
    promises: Sequence[asyncpg.Record]
    masters: dict[str, Item]


class _Company:
    """The dry run of one company."""

    def __init__(self, context: Context, network: StockNetwork, company: str, found: Rehearsal, top: int) -> None:
        self._store = context.store
        self._network = network
        self._company = company
        self._found = found
        self._top = top
        self._run = uuid7()

    async def run(self) -> None:
        async with self._store.transaction(readonly=True) as tx:
            keeping = self._network.keeping(self._company)
            keeper = await keeper_of(tx, keeping, self._network.stock(), self._found.network_version)
        after = ""
        while True:
            async with self._store.transaction(readonly=True) as tx:
                page = await kept_pages.read_page(tx, self._company, after, PAGE)
            self._found.positions += page.rows
            await self._look(keeper, page.decide(keeper))
            after = page.last
            if not after:
                break
        for items in parts(keeper.exact_items(), PAGE):
            async with self._store.transaction(readonly=True) as tx:
                missing = await kept_pages.read_missing(tx, self._company, items, keeping.locations)
            await self._look(keeper, missing.decide(keeper))

    async def _look(self, keeper: Keeper, decided: Decided) -> None:
        """Where nobody waits and no pool is to be filled, what would be follows from what is; elsewhere the ledger
        says."""
        changes: dict[str, list[Change]] = defaultdict(list)
        for change in (*decided.changes, *decided.serving):
            changes[change.item].append(change)
        asked = sorted({change.item for change in decided.serving} | set(decided.unbalanced))
        for first in range(0, len(asked), ITEMS):
            items = asked[first : first + ITEMS]
            await self._rehearse(keeper, [one for item in items for one in changes[item]], items)
        plain = sorted(changes.keys() - set(asked))
        if plain:
            async with self._store.transaction(readonly=True, snapshot=True) as tx:
                seen = await self._see(tx, plain)
            then = dict(seen.standings)
            for change in (one for item in plain for one in changes[item]):
                key = (change.item, change.location, "")
                safety, free, on_hand = then.get(key, _NOTHING)
                then[key] = (safety + change.safety, free - change.safety, on_hand)
            self._note(seen, then, [])

    async def _rehearse(self, keeper: Keeper, changes: Sequence[Change], items: Sequence[str]) -> None:
        """Ask the ledger about some items, look, and undo. Run again whole where somebody moved meanwhile."""
        stem = f"policies/rehearsal/{self._run}"
        requests = [one for change in changes for one in change.requests(self._company, stem)]
        balances = [RebalanceRequest(self._company, f"{stem}/{item}", item) for item in items]
        for _ in range(_PATIENCE):
            try:
                async with self._store.transaction() as tx:
                    seen = await self._see(tx, items)
                    now = await business_now(tx)
                    batch = LedgerBatch([*requests, *balances], now, "rehearsal", keeper.policies, keeper.version)
                    await batch.claim(tx)
                    outcomes = await batch.post(tx)
                    then = await self._standings(tx, items)
                    raise _Undone
            except _Undone:
                self._note(seen, then, _filled(outcomes, seen.promises))
                return
            except _REPEATABLE:
                continue
        raise Problem("unavailable", "stock changes too fast for a dry run", advice="Try again in a quieter moment.")

    def _note(self, seen: _Seen, then: Standings, filled: Iterable[Altered]) -> None:
        self._positions(seen.standings, then)
        self._promises([*filled, *_uncovered(seen.standings, then, seen.promises)], seen.masters)

    async def _see(self, tx: Connection, items: Sequence[str]) -> _Seen:
        masters = {
            row["id"]: msgspec.json.decode(row["body"], type=Item)
            for row in await tx.fetch(SQL.masters, self._company, items)
        }
        standings = await self._standings(tx, items)
        return _Seen(standings, await tx.fetch(SQL.promises, self._company, items), masters)

    async def _standings(self, tx: Connection, items: Sequence[str]) -> Standings:
        rows = await tx.fetch(SQL.standings, self._company, items)
        return {(row[0], row[1], row[2]): (row[3], row[4], row[5]) for row in rows}

    def _positions(
        self,
        before: Standings,
        then: Standings,
    ) -> None:
        for key in sorted(then):
            was, becomes = before.get(key, _NOTHING), then[key]
            if was == becomes:
                continue
            kept_back, free, on_hand = (Step(*pair) for pair in zip(was, becomes, strict=True))
            change = PositionChange(self._company, *key, kept_back=kept_back, on_hand=on_hand, free=free)
            found = self._found
            found.positions_changed += 1
            found.kept_back = found.kept_back.plus(kept_back)
            found.free = found.free.plus(free)
            found.top_positions.append(change)
        self._found.top_positions = heapq.nlargest(self._top, self._found.top_positions, key=lambda one: one.weight)

    def _promises(self, altered: Iterable[Altered], masters: dict[str, Item]) -> None:
        for effect, row, quantity in altered:
            item = masters.get(row["item"])
            price = item.sales_price if item else None
            value = item.worth(price, quantity) if item and price else None
            total = self._found.effects.setdefault(effect, Effect())
            total.promises += 1
            total.units += quantity
            if value is not None:
                total.value = total.value | {value.currency: total.value.get(value.currency, ZERO) + value.amount}
            self._found.top_promises.append(
                AlteredPromise(
                    effect=effect,
                    company=self._company,
                    reservation=row["id"],
                    subject=row["subject"],
                    source=row["source"],
                    item=row["item"],
                    location=row["location"],
                    quantity=quantity,
                    value=value.amount if value else None,
                    currency=value.currency if value else "",
                )
            )
        promises = self._found.top_promises
        self._found.top_promises = heapq.nlargest(
            self._top, promises, key=lambda one: (one.value or ZERO, one.quantity)
        )


def _filled(outcomes: Iterable[LedgerOutcome], promises: Sequence[asyncpg.Record]) -> list[Altered]:
    """Who waits and would get something: a filling is named after the promise that waits. Who came to wait after the
    promises were read, and before their positions were held, is left out."""
    rows = {row["id"]: row for row in promises}
    return [
        ("filled", row, line.quantity)
        for outcome in outcomes
        if isinstance(outcome.body, BackorderFilled)
        for line in outcome.body.lines
        if (row := rows.get(line.reservation.rpartition(".")[0])) is not None
    ]


def _uncovered(
    before: Standings,
    then: Standings,
    promises: Sequence[asyncpg.Record],
) -> list[Altered]:
    """Whom the rules leave without cover: of what a position lacks more than before, the promises made last. What waits
    for supply of a location starves by as much, for what comes makes good the lack first."""
    booked: dict[Key, list[asyncpg.Record]] = defaultdict(list)
    waiting: dict[tuple[str, str], list[asyncpg.Record]] = defaultdict(list)
    for row in promises:
        if row["state"] == "reserved":
            booked[(row["item"], row["location"], row["pool"])].append(row)
        elif row["state"] == "backordered":
            waiting[(row["item"], row["location"])].append(row)
    found: list[Altered] = []
    for key, (_, free, _) in then.items():
        lacking = max(-free, ZERO) - max(-before.get(key, _NOTHING)[1], ZERO)
        if lacking > 0:
            found += [("short" if row["kind"] == "told" else "not_granted", row, quantity)
                      for row, quantity in _latest(booked[key], lacking)]  # fmt: skip
            found += [("starved", row, quantity) for row, quantity in _latest(waiting[key[:2]], lacking)]
    return found


def _latest(rows: Sequence[asyncpg.Record], quantity: Decimal) -> list[tuple[asyncpg.Record, Decimal]]:
    """From the promise made last, as much as the quantity."""
    taken = []
    for row in rows:
        part = min(row["remaining"], quantity)
        if part <= 0:
            break
        taken.append((row, part))
        quantity -= part
    return taken
