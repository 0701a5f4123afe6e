"""Sending: claim what may go, one attempt each, record the outcome. Order, back-off and breakers are decided here."""

from __future__ import annotations

import asyncio
import datetime as dt
from collections.abc import Sequence
from decimal import Decimal
from typing import Any
from uuid import UUID

import asyncpg
import msgspec
import structlog

from crossdock.engine.cases.exceptions import change_exceptions
from crossdock.engine.clock import business_now
from crossdock.engine.context import EngineContext, SystemLimits
from crossdock.engine.deliveries.places import SQL
from crossdock.engine.writes import ExceptionChange
from crossdock.events.deliveries import DocumentDelivered, DocumentUndeliverable
from crossdock.events.envelope import Envelope, NewEvent
from crossdock.log import append, uuid7
from crossdock.ports.connector import Outgoing, Rendered
from crossdock.ports.outcomes import Delivered, Halt, Outcome, Rejected, RetryLater, Unknown
from crossdock.store import Connection, GroupCommit, crash, run_again
from crossdock.store.arrays import literals, texts
from crossdock.store.pool import TRANSIENT
from crossdock.store.text import storable

log = structlog.get_logger()
_LONGEST_PAUSE = dt.timedelta(seconds=20)
_LONGEST_WISH = dt.timedelta(hours=1)
"""How long a receiver may ask us to wait."""
_SHORTEST_PAUSE = dt.timedelta(milliseconds=150)
_MOMENT = dt.timedelta(milliseconds=100)
_MANY = 1000


class Result(msgspec.Struct, frozen=True):
    """How one attempt ended."""

    id: UUID
    attempt_id: UUID
    system: str
    attempts: int
    outcome: Outcome


class Deliverer:
    """Sends for one worker. `owner` is the worker's session, by which others see whether it still lives."""

    def __init__(self, context: EngineContext, owner: str) -> None:
        self._context = context
        self._owner = owner
        self._tasks: set[asyncio.Task[None]] = set()
        self._results: GroupCommit[Result, None] = GroupCommit(self._record, most=100)
        self._systems = texts(sorted(context.connectors))
        self._careful = [name for name, limit in context.limits.items() if limit.resend == "neither"]
        self._introduced: set[str] = set()
        self._in_hand: set[UUID] = set()
        """Attempts that this worker knows to be its own, until their outcome is recorded."""
        self._unrecorded: set[UUID] = set()
        """Attempts that were made and whose outcome could not be recorded at all."""
        self._taking = asyncio.Lock()

    async def step(self) -> int:
        """Claim and start what may go now; returns how many attempts were started."""
        async with self._context.store.connection() as connection:
            rows = await connection.fetch(SQL.waiting_systems, self._systems)
        systems = [row["system"] for row in rows if self._room(row) > row["flying"] and self._allowed(row)]
        if not systems:
            return 0
        # What is claimed and not yet in hand must not be taken for lost.
        async with self._taking:
            claimed = await self._claim(sorted(systems))
            for row in claimed:
                self._start(row)
        return len(claimed)

    async def _claim(self, systems: Sequence[str]) -> list[asyncpg.Record]:
        """Take what may go, at one system after the other. Each system is one worker's at a time, for the count of
        attempts under way and the rate are those of all workers together."""
        claimed: list[asyncpg.Record] = []
        async with self._context.store.transaction() as tx:
            if new := [system for system in systems if system not in self._introduced]:
                await tx.execute(SQL.introduce, new)
            for state in await tx.fetch(SQL.take_turns, systems):
                system = state["system"]
                if most := self._allowed(state):
                    rows = await tx.fetch(SQL.claim, system, self._owner, most, self._room(state))
                    claimed += rows
                    if rows and (rate := self._limit(system).rate_per_second):
                        taken = dt.timedelta(seconds=float(len(rows) / rate))
                        await tx.execute(SQL.book, system, _saved(rate), taken)
        self._introduced.update(systems)
        return claimed

    def _room(self, state: asyncpg.Record) -> int:
        """How many attempts all workers may have under way at a system; one only while it is failing."""
        system = state["system"]
        limit = self._limit(system)
        return 1 if state["failures"] >= limit.breaker_failures else limit.concurrency

    def _allowed(self, state: asyncpg.Record) -> int:
        """How many attempts the system's rate allows now."""
        rate = self._limit(state["system"]).rate_per_second
        if not rate:
            return _MANY
        # A hair more, for 1/rate seconds are seldom whole microseconds.
        return int(min(state["unbooked"], _saved(rate).total_seconds()) * float(rate) + 0.001)

    def _limit(self, system: str) -> SystemLimits:
        return self._context.limits.get(system, SystemLimits())

    def _start(self, row: asyncpg.Record) -> None:
        self._in_hand.add(row["attempt_id"])
        task = asyncio.create_task(self._attempt(row))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _attempt(self, row: asyncpg.Record) -> None:
        system = row["system"]
        rendered = Rendered(row["content"], row["content_type"], row["target"], row["method"])
        outgoing = Outgoing(rendered, row["idempotency_key"], row["attempts"], row["ordering_key"], row["trace_id"])
        crash.point("delivery_before_send")
        try:
            outcome: Outcome = await self._context.connectors[system].send(outgoing)
        except Exception as error:  # noqa: BLE001 - a connector that raises is a defect; the document waits
            log.error("connector_failed", system=system, error=repr(error))
            outcome = RetryLater(f"the connector failed: {error!r}")
        crash.point("delivery_after_send")
        most = self._limit(system).attempts
        if most and row["attempts"] >= most and isinstance(outcome, RetryLater):
            outcome = Rejected("gave_up", f"{most} attempts failed, the last with: {outcome.detail}")
        await self._report(Result(row["id"], row["attempt_id"], system, row["attempts"], _storable(outcome)))

    async def _report(self, result: Result) -> None:
        """Have an outcome recorded, however long the database is away."""
        try:
            while True:
                try:
                    return await self._results.submit(result)
                except TRANSIENT as trouble:
                    log.warning("database_trouble", attempt=str(result.attempt_id), error=repr(trouble))
                    await asyncio.sleep(1)
        except Exception:
            log.exception("outcome_not_recorded", delivery=str(result.id), system=result.system)
            self._unrecorded.add(result.attempt_id)
        finally:
            self._in_hand.discard(result.attempt_id)

    async def _record(self, results: Sequence[Result]) -> Sequence[BaseException | None]:
        try:
            await run_again(lambda: self._record_once(results))
        except TRANSIENT:
            raise
        except Exception as error:  # noqa: BLE001 - whichever outcome it is, the others are recorded
            if len(results) == 1:
                return [error]
            return [answer for result in results for answer in await self._record([result])]
        crash.point("delivery_after_commit")
        return [None] * len(results)

    async def _record_once(self, results: Sequence[Result]) -> None:
        async with self._context.store.transaction() as tx:
            now = await business_now(tx)
            ordered = sorted(results, key=lambda result: result.id)
            events = await self._arrived(tx, [r for r in ordered if isinstance(r.outcome, Delivered)], now)
            await self._retry(tx, [r for r in ordered if isinstance(r.outcome, RetryLater | Halt)])
            events += await self._bury(tx, [r for r in ordered if isinstance(r.outcome, Rejected | Unknown)], now)
            await self._breakers(tx, ordered)
            await append(tx, events)

    async def _arrived(self, tx: Connection, results: Sequence[Result], now: dt.datetime) -> list[NewEvent]:
        if not results:
            return []
        replies = [r.outcome.reply if isinstance(r.outcome, Delivered) else "" for r in results]
        columns = ([r.id for r in results], [r.attempt_id for r in results], replies)
        rows = await tx.fetch(SQL.delivered, *columns)
        await advance_keys(tx, [(row["system"], row["ordering_key"]) for row in rows])
        return [_told(row, now) for row in rows if row["report"]]

    async def _retry(self, tx: Connection, results: Sequence[Result]) -> None:
        if not results:
            return
        rows = [(r.id, r.attempt_id, type(r.outcome).__name__, _detail(r.outcome), _pause(r)) for r in results]
        await tx.execute(SQL.retry, *literals(rows))

    async def _bury(self, tx: Connection, results: Sequence[Result], now: dt.datetime) -> list[NewEvent]:
        if not results:
            return []
        rows = [(r.id, r.attempt_id, type(r.outcome).__name__, _code(r.outcome), _detail(r.outcome)) for r in results]
        return await bury(tx, await tx.fetch(SQL.bury, *literals(rows)), now)

    async def _breakers(self, tx: Connection, results: Sequence[Result]) -> None:
        good = {r.system for r in results if isinstance(r.outcome, Delivered | Rejected | Unknown)}
        bad = {r.system for r in results if isinstance(r.outcome, RetryLater)} - good
        halted = {r.system: r.outcome.reason for r in results if isinstance(r.outcome, Halt)}
        for system in sorted(good | bad | halted.keys()):
            if system in halted:
                log.error("system_halted", system=system, reason=halted[system])
                await tx.execute(SQL.halt, system, halted[system])
            elif system in good:
                await tx.execute(SQL.recovered, system)
            else:
                limit = self._limit(system)
                await tx.execute(SQL.failed, system, limit.breaker_failures, limit.breaker_longest)

    async def reap(self) -> int:
        """Give on what dead workers were sending, and what this worker claimed without hearing that it did; where
        sending again is not safe, a person decides."""
        async with self._taking, self._context.store.transaction() as tx:
            now = await business_now(tx)
            rows = await tx.fetch(SQL.reap, self._careful, self._owner, list(self._in_hand), list(self._unrecorded))
            await append(tx, await bury(tx, [row for row in rows if row["status"] == "dead"], now))
        return len(rows)

    async def close(self) -> None:
        """Let attempts under way end and their outcomes be recorded, for at most ten seconds."""
        if self._tasks:
            await asyncio.wait(set(self._tasks), timeout=10)


async def advance_keys(tx: Connection, keys: Sequence[tuple[str, str]]) -> None:
    """Something of these keys is done with: what is the first now that is not may go, or stops its key if it is
    dead."""
    if keys:
        wanted = [list(column) for column in zip(*sorted(keys), strict=True)]
        heads = await tx.fetch(SQL.lock_keys, *wanted)
        await tx.execute(SQL.advance_keys, *[list(column) for column in zip(*heads, strict=True)])


async def bury(tx: Connection, rows: Sequence[asyncpg.Record], now: dt.datetime) -> list[NewEvent]:
    """Park the keys of dead letters, open their exception cases, and tell their cases."""
    if not rows:
        return []
    keys = sorted({(row["system"], row["ordering_key"]) for row in rows})
    await tx.execute(SQL.park_keys, *literals(keys))
    events = []
    changes = []
    for row in rows:
        body = DocumentUndeliverable(
            row["id"], row["operation"], row["system"], row["number"], row["code"], row["detail"]
        )
        events.append(_to_case(row, body, now))
        words = f"{row['operation']} {row['number']} for {row['system']}: {row['code']}: {row['detail']}"
        cause = _cause(row, now)
        changes.append(
            ExceptionChange(
                row["case_id"], row["company_id"], "undeliverable", str(row["id"]), True, words, now, cause,
                reference=f"delivery/{row['id']}",
            )
        )  # fmt: skip
    return [*events, *await change_exceptions(tx, changes)]


def _told(row: asyncpg.Record, now: dt.datetime) -> NewEvent:
    body = DocumentDelivered(row["id"], row["operation"], row["system"], row["number"], row["reply"])
    return _to_case(row, body, now)


def _to_case(row: asyncpg.Record, body: Any, now: dt.datetime) -> NewEvent:
    return NewEvent(
        body=body,
        subject=row["case_id"],
        company_id=row["company_id"],
        occurred_at=now,
        source=row["system"],
        correlation_id=row["correlation_id"],
        trace_id=row["trace_id"],
    )


def _cause(row: asyncpg.Record, now: dt.datetime) -> Envelope:
    """A delivery has no event of its own; what follows from it correlates with what caused it."""
    identifier = uuid7()
    return Envelope(
        0, 0, 0, identifier, "DeliveryAttempted", 1, row["case_id"], row["case_id"], row["company_id"], row["system"],
        None, "engine", "", now, "instant", "UTC", now, row["correlation_id"] or identifier, None, row["trace_id"], 0,
        "", "",
    )  # fmt: skip


def _saved(rate: Decimal) -> dt.timedelta:
    """How long a rate that was not used is saved up: a moment, or the time of one attempt."""
    return max(_MOMENT, dt.timedelta(seconds=float(1 / rate)))


def _storable(outcome: Outcome) -> Outcome:
    """What a receiver said may hold anything; what is recorded of it may not."""
    match outcome:
        case Delivered():
            return Delivered(storable(outcome.reply))
        case RetryLater():
            return RetryLater(storable(outcome.detail), outcome.after)
        case Rejected():
            return Rejected(storable(outcome.code, 100), storable(outcome.detail))
        case Halt():
            return Halt(storable(outcome.reason))
        case Unknown():
            return Unknown(storable(outcome.detail))


def _detail(outcome: Outcome) -> str:
    match outcome:
        case Halt():
            return outcome.reason
        case Delivered():
            return ""
        case _:
            return outcome.detail


def _code(outcome: Outcome) -> str:
    return outcome.code if isinstance(outcome, Rejected) else "unknown_outcome"


def _pause(result: Result) -> dt.timedelta:
    """Back-off doubles from 150 ms to 20 s, unless the receiver names a time; spread by the delivery's own id."""
    if isinstance(result.outcome, RetryLater) and result.outcome.after is not None:
        return min(result.outcome.after, _LONGEST_WISH)
    doubled: dt.timedelta = _SHORTEST_PAUSE * (1 << min(result.attempts - 1, 10))
    pause = min(doubled, _LONGEST_PAUSE)
    return pause * (0.75 + (result.id.int % 1000) / 2000)
