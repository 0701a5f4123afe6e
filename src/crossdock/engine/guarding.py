"""The conservation guard at work: what changed at once, and all there is again and again, in small slices.

A slice reads in a transaction of its own, which locks nothing, and what it found is written in another. One that dies
in between has done nothing and is done again. A law that does not hold is an exception case until it holds again.
"""

from __future__ import annotations

import datetime as dt
import time
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path

import asyncpg
import msgspec

from crossdock.engine.cases.exceptions import change_exceptions
from crossdock.engine.clock import business_now
from crossdock.engine.context import EngineContext
from crossdock.engine.tasks import Task, finish
from crossdock.engine.writes import ExceptionChange
from crossdock.events.envelope import Envelope
from crossdock.inventory.guard import WALKS, Finding, Slice, changes, store_checkpoints
from crossdock.inventory.guard.items import Examination, ItemKey
from crossdock.inventory.guard.laws import LAWS, Discrepancy
from crossdock.log import append, uuid7
from crossdock.store import Connection, Store, crash, load_queries, run_again

SQL = load_queries(Path(__file__).with_name("guarding.sql"))
CHANGED = "guard/changed"
ROUND = "guard/round"
CODE = "conservation_violated"
MOVEMENTS = 500
"""So many movements a slice reads at most (docs/howto/guard.md has what that takes)."""
_IDLE = dt.timedelta(milliseconds=300)
_BREATH = dt.timedelta(milliseconds=100)
_REST = 9
"""The guard rests so many times as long as a slice took: each of its two tasks takes a tenth of a core at most."""
_BETWEEN_ROUNDS = dt.timedelta(seconds=30)
_RECHECK = 20
Mark = tuple[str, str, str, str]
"""Unit, place, law, spot."""
Progress = Callable[[str, Slice], None]
"""Hears the walk, and the sum of all slices so far."""


class Round(msgspec.Struct):
    """Where the slow round stands: which walk, its cursor, and what it looked at so far."""

    number: int = 1
    walk: int = 0
    cursor: str = ""
    units: int = 0
    began_at: dt.datetime | None = None


class Guard:
    """One worker's guard. What it remembers can be forgotten: another worker begins where the last slice was stored."""

    def __init__(self, context: EngineContext, owner: str) -> None:
        self._context = context
        self._owner = owner
        processes = sorted(context.processes)
        self._changed = Examination(processes)
        self._round = Examination(processes, histories=True)
        self._pending: list[ItemKey] = []
        self._upto = 0

    async def run_changed(self, task: Task) -> int:
        """Look at items that moved since the last turn; with nothing new, at items where something is wrong."""
        found, pending, begun = Slice(), self._pending, time.monotonic()
        async with self._context.store.transaction(readonly=True, snapshot=True) as tx:
            if not pending:
                changed = await changes(tx, int(task.cursor or 0))
                self._upto = changed.upto
                pending = changed.items or await broken_items(tx)
            rest = pending[await self._changed.look(tx, pending, MOVEMENTS, found) :] if pending else []
        crash.point("guard_between_reading_and_writing")
        if not rest:
            task.cursor = str(self._upto)
        async with self._context.store.transaction() as tx:
            await record(tx, found)
            await finish(tx, task, self._owner, _after(begun) if rest or found.movements else _IDLE)
        self._pending = rest
        return found.units

    async def run_round(self, task: Task) -> int:
        """The next slice of the round through everything."""
        state = msgspec.json.decode(task.state, type=Round) if task.state else Round()
        walk, begun = WALKS[state.walk], time.monotonic()
        async with self._context.store.transaction(readonly=True, snapshot=True) as tx:
            if state.began_at is None:
                state.began_at = await tx.fetchval(SQL.technical_now)
            found = await walk.step(tx, state.cursor, self._round, MOVEMENTS)
        crash.point("guard_between_reading_and_writing")
        state.units += found.units
        state.cursor, pause = found.cursor, _after(begun)
        if found.done:
            state.walk, state.cursor = state.walk + 1, ""
        async with self._context.store.transaction() as tx:
            if state.walk == len(WALKS):
                await tx.execute(SQL.end_round, "all", state.number, state.units, state.began_at)
                state, pause = Round(state.number + 1), _BETWEEN_ROUNDS
            task.state = msgspec.json.encode(state).decode()
            await record(tx, found)
            await finish(tx, task, self._owner, pause)
        return found.units


def _after(begun: float) -> dt.timedelta:
    """How long to rest after what began then."""
    return max(_BREATH, dt.timedelta(seconds=time.monotonic() - begun) * _REST)


async def guard_everything(store: Store, examination: Examination, most: int, told: Progress) -> Slice:
    """All walks one after the other, as far as they lead; `told` hears of every slice. Returns the sum of them."""
    sum_ = Slice()
    for walk in WALKS:
        cursor, done = "", False
        while not done:
            async with store.transaction(readonly=True, snapshot=True) as tx:
                found = await walk.step(tx, cursor, examination, most)
            await run_again(partial(_store, store, found))
            cursor, done = found.cursor, found.done
            sum_.add(found)
            told(walk.name, sum_)
    return sum_


async def _store(store: Store, found: Slice) -> None:
    """Beside the guards of workers, which write of the same places."""
    async with store.transaction() as tx:
        await record(tx, found)


async def broken_items(tx: Connection) -> list[ItemKey]:
    """Items where something is known to be wrong: it may hold by now."""
    rows = await tx.fetch(SQL.broken_items, _RECHECK)
    parts = (row["place"].partition("/") for row in rows)
    return [(company, item) for company, _, item in parts]


async def record(tx: Connection, found: Slice) -> None:
    """Store what a slice verified and found; open and close exception cases."""
    if found.checkpoints:
        await store_checkpoints(tx, found.checkpoints)
    places = sorted(set(found.visited) | {(one.unit, one.place) for one in found.findings})
    if not places:
        return
    rows = await tx.fetch(SQL.known, *_columns(places))
    known = {(row["unit"], row["place"], row["law"], row["spot"]): _as_finding(row) for row in rows}
    here: dict[Mark, Finding] = {}
    for finding in found.findings:
        here.setdefault(_mark(finding), finding)
    fresh = [finding for mark, finding in sorted(here.items()) if known.get(mark) != finding]
    visited = set(found.visited)
    over = sorted(mark for mark in known.keys() - here.keys() if mark[:2] in visited)
    if fresh or over:
        await _write(tx, fresh, over)


async def _write(tx: Connection, fresh: Sequence[Finding], over: Sequence[Mark]) -> None:
    now = await business_now(tx)
    if fresh:
        rows = [(*_mark(f), f.company_id, f.what.expected, f.what.found, f.what.movements) for f in fresh]
        await tx.execute(SQL.put, *_columns(rows))
    gone = await tx.fetch(SQL.over, *_columns(over)) if over else []
    opened = [_exception(f.company_id, f.what.law, f.what.where, True, _words(f.what), now, f) for f in fresh]
    closed = [_exception(r["company_id"], r["law"], r["spot"], False, "the law holds again", now) for r in gone]
    unique = {(one.case_id, one.key): one for one in [*closed, *opened]}
    await append(tx, await change_exceptions(tx, list(unique.values())))


def _exception(
    company_id: str, law: str, spot: str, opens: bool, text: str, now: dt.datetime, finding: Finding | None = None
) -> ExceptionChange:
    case_id = f"guard/{company_id or 'all'}"
    identifier = uuid7()
    cause = Envelope(
        0, 0, 0, identifier, "GuardLooked", 1, case_id, case_id, company_id, "guard", None, "engine", "", now,
        "instant", "UTC", now, identifier, None, "", 0, "", "",
    )  # fmt: skip
    reference = f"guard/{finding.unit}/{finding.place}" if finding else ""
    return ExceptionChange(case_id, company_id, CODE, f"{law} {spot}", opens, text, now, cause, reference=reference)


def _words(what: Discrepancy) -> str:
    concerned = f"; movements {what.movements}" if what.movements else ""
    law = f"{LAWS[what.law]} ({what.law})"
    return f"{what.where}: expected {what.expected}, found {what.found}{concerned}. Law: {law}"


def _mark(finding: Finding) -> Mark:
    return (finding.unit, finding.place, finding.what.law, finding.what.where)


def _as_finding(row: asyncpg.Record) -> Finding:
    what = Discrepancy(row["law"], row["spot"], row["expected"], row["found"], row["movements"])
    return Finding(row["unit"], row["place"], row["company_id"], what)


def _columns(rows: Sequence[tuple[str, ...]]) -> list[list[str]]:
    return [list(column) for column in zip(*rows, strict=True)]
