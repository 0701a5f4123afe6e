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
# Positions are numbered when they are made and seen when they are committed: so far back is looked again.
_LATE = 1000


class Memory(msgspec.Struct):
    """What the task remembers from turn to turn: what it made true last, and the newest position it has seen."""

    done: str = ""
    newest: int = 0
    last: Progress = msgspec.field(default_factory=Progress)


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
        newest: int = await tx.fetchval(kept_pages.SQL.newest)
    memory = msgspec.json.decode(task.state, type=Memory) if task.state else Memory()
    work = Recomputation(context.store, keeper, keeping.locations)

    async def save(progress: Progress) -> None:
        cursor = msgspec.json.encode(progress).decode()
        async with context.store.transaction() as tx:
            await keep(tx, task, owner, cursor)
        task.cursor = cursor

    if memory.done != keeper.target:
        await work.run(save, _go_on_from(task.cursor, keeper))
        memory = Memory(keeper.target, newest, work.progress)
        task.cursor = ""
    elif newest != memory.newest:
        await work.run_new(memory.newest - _LATE)
        memory.newest = newest
    task.state = msgspec.json.encode(memory).decode()
    async with context.store.transaction() as tx:
        await finish(tx, task, owner, _PAUSE)
    return work.progress.changed


def _go_on_from(cursor: str, keeper: Keeper) -> Progress | None:
    """Where a run for the same target was ended, if one was."""
    if not cursor:
        return None
    progress = msgspec.json.decode(cursor, type=Progress)
    return progress if progress.target == keeper.target else None
