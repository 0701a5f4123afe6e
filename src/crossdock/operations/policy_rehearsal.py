"""A dry run of stock policies against the present books: what they would keep back and set aside, and which promises
they would alter, compared with what the policies in force make of the books at the same moment. What the clock changes
under those by itself (a haircut that begins or ends, a new day) is no effect of other policies.

What the ledger would decide is not guessed: it is asked, in transactions that are rolled back, some items at a time. So
the answer is the one that applying them would give, and nothing is written.
"""

from __future__ import annotations

import datetime as dt
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
from crossdock.inventory.keeping.keeper import Change, Keeper, Place
from crossdock.inventory.keeping.pages import Decided, Page
from crossdock.inventory.ledger.batch import LedgerBatch
from crossdock.inventory.ledger.outcomes import LedgerOutcome, RebalanceRequest
from crossdock.log import uuid7
from crossdock.model.masterdata import Item
from crossdock.model.stock_policy import StockPolicies
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
_Changes = dict[str, list[Change]]
"""By item."""


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
    why: str = ""
    """Which rules keep back another quantity; empty where stock only moves between pools or to who waits."""

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
    pending: int = 0
    """Positions that the policies in force change by themselves in the next moments: that is counted nowhere else."""


async def try_policies(
    context: Context, actor: Actor, proposed: StockNetwork | None, *, company_id: str = "", top: int = 20
) -> Rehearsal:
    """What the books would be under the policies of `proposed`, compared with those in force, both applied now; without
    `proposed`, what the books would be if those in force were applied now."""
    actor.must("stock:read")
    async with context.store.transaction(readonly=True) as tx:
        network = await in_force(tx)
    found = Rehearsal(network.version)
    ruling = network.stock() if proposed is not None else None
    proposed = proposed or network
    found.notes = notes(network.stock(), proposed.stock(), context.now().date())
    for company in proposed.companies_of(actor, company_id):
        async with context.store.transaction(readonly=True) as tx:
            keeper = await keeper_of(tx, proposed.keeping(company), proposed.stock(), network.version)
        await _Company(context, keeper, ruling, found, top).run()
    return found


class _Undone(Exception):
    """Ends a transaction that was only to show what would happen."""


class _Seen(NamedTuple):
    """Some items as they are: positions, promises, master data."""

    standings: Standings
    promises: Sequence[asyncpg.Record]
    masters: dict[str, Item]


class _Company:
    """The dry run of one company: `keeper` is of the policies that are tried, `ruling` are those in force; without
    them, all is compared with the books as they stand."""

    def __init__(
        self, context: Context, keeper: Keeper, ruling: StockPolicies | None, found: Rehearsal, top: int
    ) -> None:
        self._store = context.store
        self._keeper = keeper
        self._ruling = None if ruling is None else keeper.under(ruling)
        self._company = keeper.company_id
        self._found = found
        self._top = top
        self._run = uuid7()

    async def run(self) -> None:
        after = ""
        while True:
            async with self._store.transaction(readonly=True) as tx:
                page = await kept_pages.read_page(tx, self._company, after, PAGE)
            self._found.positions += page.rows
            await self._look(page)
            after = page.last
            if not after:
                break
        for items in parts(self._keeper.exact_items(), PAGE):
            async with self._store.transaction(readonly=True) as tx:
                missing = await kept_pages.read_missing(tx, self._company, items, self._keeper.locations)
            await self._look(missing)

    async def _look(self, page: Page) -> None:
        """Where nobody waits and no pool is to be filled, what would be follows from what is; elsewhere the ledger
        says. An item of which both policies want the same is left out."""
        decided = page.decide(self._keeper)
        ruled = page.decide(self._ruling) if self._ruling else Decided([], [], [])
        self._found.pending += len(ruled.changes) + len(ruled.serving)
        if self._ruling and self._ruling.policies == self._keeper.policies:
            return
        after, before = _by_item(decided), _by_item(ruled)
        asked = sorted(_asked(decided) | _asked(ruled))
        for first in range(0, len(asked), ITEMS):
            await self._rehearse(before, after, asked[first : first + ITEMS])
        plain = sorted(
            item for item in (after.keys() | before.keys()) - set(asked) if after.get(item) != before.get(item)
        )
        if plain:
            async with self._store.transaction(readonly=True, snapshot=True) as tx:
                seen = await self._see(tx, plain)
            was, then = (_applied(seen.standings, changes, plain) for changes in (before, after))
            self._note(seen, was, then, [])

    async def _rehearse(self, before: _Changes, after: _Changes, items: Sequence[str]) -> None:
        """Ask the ledger about some items, look, and undo. Run again whole where somebody moved meanwhile."""
        for _ in range(_PATIENCE):
            try:
                async with self._store.transaction() as tx:
                    seen = await self._see(tx, items)
                    now = await business_now(tx)
                    batch = self._batch(self._keeper, after, items, now, "tried")
                    await batch.claim(tx)  # before the others: what is compared is of one moment
                    was, ruled = await self._as_ruled(tx, before, items, now, seen)
                    outcomes = await batch.post(tx)
                    then = await self._standings(tx, items)
                    raise _Undone
            except _Undone:
                self._note(seen, was, then, _more_filled(outcomes, ruled, seen.promises))
                return
            except _REPEATABLE:
                continue
        raise Problem("unavailable", "stock changes too fast for a dry run", advice="Try again in a quieter moment.")

    async def _as_ruled(
        self, tx: Connection, before: _Changes, items: Sequence[str], now: dt.datetime, seen: _Seen
    ) -> tuple[Standings, Sequence[LedgerOutcome]]:
        """What the policies in force make of these items now, undone again."""
        if self._ruling is None:
            return seen.standings, ()
        await tx.execute("savepoint ruled")
        batch = self._batch(self._ruling, before, items, now, "ruled")
        await batch.claim(tx)
        outcomes = await batch.post(tx)
        was = await self._standings(tx, items)
        await tx.execute("rollback to savepoint ruled")
        return was, outcomes

    def _batch(
        self, keeper: Keeper, changes: _Changes, items: Sequence[str], now: dt.datetime, name: str
    ) -> LedgerBatch:
        stem = f"policies/rehearsal/{self._run}/{name}"
        requests = [one for item in items for change in changes.get(item, ())
                    for one in change.requests(self._company, stem)]  # fmt: skip
        balances = [RebalanceRequest(self._company, f"{stem}/{item}", item) for item in items]
        return LedgerBatch([*requests, *balances], now, "rehearsal", keeper.policies, keeper.version)

    def _note(self, seen: _Seen, was: Standings, then: Standings, filled: Iterable[Altered]) -> None:
        self._positions(was, then)
        self._promises([*filled, *_uncovered(was, then, seen.promises)], seen.masters)

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
        lying: dict[Place, Decimal] = defaultdict(Decimal)
        for (item, location, _), (_, _, quantity) in then.items():
            lying[item, location] += quantity
        for key in sorted(then.keys() | before.keys()):
            was, becomes = before.get(key, _NOTHING), then.get(key, _NOTHING)
            if was == becomes:
                continue
            kept_back, free, on_hand = (Step(*pair) for pair in zip(was, becomes, strict=True))
            why = self._why(key, lying[key[:2]])
            change = PositionChange(self._company, *key, kept_back=kept_back, on_hand=on_hand, free=free, why=why)
            found = self._found
            found.positions_changed += 1
            found.kept_back = found.kept_back.plus(kept_back)
            found.free = found.free.plus(free)
            found.top_positions.append(change)
        self._found.top_positions = heapq.nlargest(self._top, self._found.top_positions, key=lambda one: one.weight)

    def _why(self, key: Key, on_hand: Decimal) -> str:
        """What rules keep back of so much otherwise than those in force do: `safety 2 instead of 5 (rule usual)`."""
        item, location, pool = key
        if self._ruling is None or pool:
            return ""
        ruled, wanted = (keeper.wanted(item, location, on_hand) for keeper in (self._ruling, self._keeper))
        words = []
        for reason in sorted(ruled.keys() | wanted.keys()):
            before, after = ruled.get(reason), wanted.get(reason)
            more, less = (kept.quantity if kept else ZERO for kept in (after, before))
            if more != less and (kept := after or before):
                words.append(f"{reason[0]} {more:f} instead of {less:f} (rule {kept.name})")
        return ", ".join(words)

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


def _by_item(decided: Decided) -> _Changes:
    found: _Changes = defaultdict(list)
    for change in (*decided.changes, *decided.serving):
        found[change.item].append(change)
    return dict(found)


def _asked(decided: Decided) -> set[str]:
    """Items of which only the ledger can say what would be."""
    return {change.item for change in decided.serving} | set(decided.unbalanced)


def _applied(standings: Standings, changes: _Changes, items: Iterable[str]) -> Standings:
    found = dict(standings)
    for change in (one for item in items for one in changes.get(item, ())):
        key = (change.item, change.location, "")
        safety, free, on_hand = found.get(key, _NOTHING)
        found[key] = (safety + change.safety, free - change.safety, on_hand)
    return found


def _more_filled(
    outcomes: Iterable[LedgerOutcome], ruled: Iterable[LedgerOutcome], promises: Sequence[asyncpg.Record]
) -> list[Altered]:
    """Who waits and would get something that the policies in force do not give them at this moment anyway. Who came to
    wait after the promises were read, and before their positions were held, is left out."""
    rows = {row["id"]: row for row in promises}
    anyway = _filled(ruled)
    return [
        ("filled", rows[name], quantity - anyway.get(name, ZERO))
        for name, quantity in _filled(outcomes).items()
        if name in rows and quantity > anyway.get(name, ZERO)
    ]


def _filled(outcomes: Iterable[LedgerOutcome]) -> dict[str, Decimal]:
    """How much each promise that waits would get: a filling is named after it."""
    found: dict[str, Decimal] = defaultdict(Decimal)
    for outcome in outcomes:
        for line in outcome.body.lines if isinstance(outcome.body, BackorderFilled) else ():
            found[line.reservation.rpartition(".")[0]] += line.quantity
    return found


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
