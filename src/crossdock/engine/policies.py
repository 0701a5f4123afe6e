"""Stock policies become what is kept back of every position, and what pools have: when the network or the day changed,
when a source fell silent or spoke again, and soon after a position was made."""

from __future__ import annotations

import datetime as dt

import msgspec

from crossdock.engine.clock import business_now
from crossdock.engine.context import EngineContext, Keeping
from crossdock.engine.recomputation import Progress, Recomputation
from crossdock.engine.tasks import Task, finish, keep
from crossdock.inventory.keeping import pages as kept_pages
from crossdock.inventory.keeping.freshness import freshness
from crossdock.inventory.keeping.keeper import Keeper
from crossdock.model.stock_policy import StockPolicies
from crossdock.project.versions import version_in_force
from crossdock.store import Connection

_PAUSE = dt.timedelta(seconds=2)
# Items that fail are tried again after 1, 2, 4 ... turns, at most so many.
_REST_MAX = 256


class Memory(msgspec.Struct):
    """What the task remembers from turn to turn: what it made true last, below which transaction id it has seen all new
    positions, and the items that failed."""

    done: str = ""
    upto: int = 0
    last: Progress = msgspec.field(default_factory=Progress)
    attempts: int = 0
    rest: int = 0
    """In so many turns the items that failed (`last.failed`) are tried again."""


def task_name(keeping: Keeping) -> str:
    """The task row of a company's stock policies."""
    return f"policies/{keeping.company_id}"


async def keeper_of(tx: Connection, keeping: Keeping, policies: StockPolicies, version: int) -> Keeper:
    """The policies of a company for today (business time, UTC), as fresh as its sources are."""
    sources = await freshness(tx, keeping.sources)
    now = await business_now(tx)
    return Keeper(keeping.company_id, policies, now.date(), version, sources)


async def run_policies(context: EngineContext, owner: str, keeping: Keeping, task: Task) -> int:
    """One turn: all positions if the rules may say something else than last time, otherwise those made since. Returns
    of how many positions something else is kept back."""
    async with context.store.transaction() as tx:
        if await version_in_force(tx) != context.network_version:
            # A worker that was started with another version of the network leaves the books to the others.
            await finish(tx, task, owner, _PAUSE)
            return 0
        keeper = await keeper_of(tx, keeping, context.stock_policies, context.network_version)
        horizon: int = await tx.fetchval(kept_pages.SQL.horizon)
    memory = msgspec.json.decode(task.state, type=Memory) if task.state else Memory()
    work = Recomputation(context.store, keeper, keeping.locations)

    async def save(progress: Progress) -> None:
        cursor = msgspec.json.encode(progress).decode()
        async with context.store.transaction() as tx:
            await keep(tx, task, owner, cursor)
        task.cursor = cursor

    if memory.done != keeper.target:
        await work.run(save, _go_on_from(task.cursor, keeper))
        memory = Memory(keeper.target, horizon, work.progress)
        task.cursor = ""
    else:
        if horizon > memory.upto:
            await work.run_new(memory.upto, horizon)
            memory.upto = horizon
        await _try_again(memory, work)
    task.state = msgspec.json.encode(memory).decode()
    async with context.store.transaction() as tx:
        await finish(tx, task, owner, _PAUSE)
    return work.progress.changed


async def _try_again(memory: Memory, work: Recomputation) -> None:
    """Items that failed, now and then; those that failed in this turn join them."""
    known = memory.last.failed
    if known and not memory.rest:
        await work.run_items(sorted(known))
        known = {}
        memory.attempts += 1
        memory.rest = min(1 << memory.attempts, _REST_MAX)
    memory.last.failed = known | work.progress.failed
    memory.rest = max(memory.rest - 1, 0)
    if not memory.last.failed:
        memory.attempts = memory.rest = 0


def _go_on_from(cursor: str, keeper: Keeper) -> Progress | None:
    """Where a run for the same target was ended, if one was."""
    if not cursor:
        return None
    progress = msgspec.json.decode(cursor, type=Progress)
    return progress if progress.target == keeper.target else None
