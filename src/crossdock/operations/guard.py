"""The conservation guard as people ask for it: run it now, and see what it knows."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable

import msgspec

from crossdock.engine.guarding import SQL, guard_everything
from crossdock.identity import Actor
from crossdock.inventory.guard import Slice
from crossdock.inventory.guard.items import Examination
from crossdock.inventory.guard.laws import LAWS
from crossdock.operations.context import Context
from crossdock.processes import PROCESSES

_AT_ONCE = 5_000
Progress = Callable[[str, int, int], None]
"""Hears the walk, and how many places and movements were looked at so far."""


class Violation(msgspec.Struct, frozen=True):
    """A law that does not hold: in words, where, both numbers, the movements concerned, since when it is known."""

    law: str
    meaning: str
    where: str
    company: str
    expected: str
    found: str
    movements: str
    found_at: dt.datetime


class LastRound(msgspec.Struct, frozen=True):
    """The last time the guard went through everything by itself: what breaks is known after at most so long."""

    number: int
    units: int
    milliseconds: int
    ended_at: dt.datetime


class Guarded(msgspec.Struct, frozen=True):
    """What was looked at (places, movements, comparisons per law), and all that is known not to hold."""

    units: int
    movements: int
    compared: dict[str, int]
    violations: tuple[Violation, ...]
    last_round: LastRound | None


async def run_guard(
    context: Context, actor: Actor, *, full: bool = False, told: Progress = lambda walk, units, movements: None
) -> Guarded:
    """Ask every law of everything, a few milliseconds at a time, from the last checkpoints or (`full`) from the first
    movement on. What is found opens exception cases, what holds again closes them."""
    actor.must("operations:write")
    examination = Examination(sorted(PROCESSES), from_the_beginning=full, histories=True)
    sum_ = await guard_everything(
        context.store, examination, _AT_ONCE, lambda walk, so_far: told(walk, so_far.units, so_far.movements)
    )
    return await _known(context, sum_)


async def show_guard(context: Context, actor: Actor) -> Guarded:
    """What the guard knows by itself."""
    actor.must("operations:read")
    return await _known(context, Slice())


async def _known(context: Context, looked: Slice) -> Guarded:
    async with context.store.transaction(readonly=True) as tx:
        rows = await tx.fetch(SQL.all_broken, 1_000)
        rounds = await tx.fetch(SQL.rounds)
    violations = tuple(
        Violation(
            row["law"], LAWS.get(row["law"], ""), row["spot"], row["company_id"], row["expected"], row["found"],
            row["movements"], row["found_at"],
        )
        for row in rows
    )  # fmt: skip
    last = None
    if rounds:
        row = rounds[0]
        took = (row["ended_at"] - row["began_at"]) // dt.timedelta(milliseconds=1)
        last = LastRound(row["number"], row["units"], took, row["ended_at"])
    return Guarded(looked.units, looked.movements, dict(sorted(looked.compared.items())), violations, last)
