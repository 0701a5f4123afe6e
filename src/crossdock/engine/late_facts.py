"""Facts that came after a correction and are of before it: the correction behind it is told. One that cannot be told is
put off, and the others are told."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

import structlog

from crossdock.engine.clock import business_now
from crossdock.engine.context import EngineContext
from crossdock.engine.failures import in_words, pause_after
from crossdock.engine.tasks import Task, TaskLost, keep
from crossdock.events.envelope import NewEvent
from crossdock.inventory.reconciliation import assertions
from crossdock.inventory.reconciliation.assertions import Derived
from crossdock.inventory.reconciliation.statements import SQL
from crossdock.log import append
from crossdock.store import Connection
from crossdock.store.pool import TRANSIENT

log = structlog.get_logger()
_Failed = list[tuple[str, Exception]]
"""Corrections that could not be told."""


class _Tried(Exception):
    """It would work; what it did is taken back, to be done with the others."""


async def tell_late_facts(context: EngineContext, owner: str, task: Task) -> None:
    """Tell corrections of facts that came late since the last turn, each once; the task's cursor says how far. Then
    those that were put off."""
    try:
        async with context.store.transaction() as tx:
            found, seen = await assertions.derive(tx, task.cursor)
            await _tell(tx, context, owner, task, found, seen)
    except (*TRANSIENT, TaskLost):
        raise
    except Exception:
        log.exception("late_facts_told_apart")
        async with context.store.transaction() as tx:
            seen = await _tell_apart(tx, context, owner, task)
    task.cursor = seen
    async with context.store.transaction(readonly=True) as tx:
        due = await tx.fetch(SQL.to_tell)
    for row in due:
        await _tell_again(context, row["subject"], row["untold_since"], row["attempts"])


async def _tell(
    tx: Connection, context: EngineContext, owner: str, task: Task, found: Sequence[Derived], seen: str
) -> None:
    await assertions.mark_derived(tx, found)
    await keep(tx, task, owner, seen)
    await append(tx, await _events(tx, context, found))


async def _tell_apart(tx: Connection, context: EngineContext, owner: str, task: Task) -> str:
    """The same, but for those that fail: each is tried by itself first."""
    found, seen = await assertions.derive(tx, task.cursor)
    good: list[Derived] = []
    failed: _Failed = []
    for one in found:
        try:
            async with tx.transaction():
                await assertions.mark_derived(tx, [one])
                await append(tx, await _events(tx, context, [one]))
                raise _Tried
        except _Tried:
            good.append(one)
        except TRANSIENT:
            raise
        except Exception as error:
            log.exception("late_fact_put_off", subject=one.subject)
            failed.append((one.subject, error))
    await _put_off(tx, failed, task.cursor, 1)
    await _tell(tx, context, owner, task, good, seen)
    return seen


async def _tell_again(context: EngineContext, subject: str, since: str, attempts: int) -> None:
    """One that was put off: all that came since it failed first."""
    try:
        async with context.store.transaction() as tx:
            found, _ = await assertions.derive(tx, since, subject)
            await assertions.told(tx, subject)
            await assertions.mark_derived(tx, found)
            await append(tx, await _events(tx, context, found))
    except TRANSIENT:
        raise
    except Exception as error:
        log.exception("late_fact_put_off", subject=subject, attempts=attempts + 1)
        async with context.store.transaction() as tx:
            await _put_off(tx, [(subject, error)], since, attempts + 1)


async def _put_off(tx: Connection, failed: _Failed, since: str, attempts: int) -> None:
    if failed:
        pauses: list[dt.timedelta] = [pause_after(attempts)] * len(failed)
        subjects, words = [subject for subject, _ in failed], [in_words(error) for _, error in failed]
        await tx.execute(SQL.untold, subjects, [since] * len(failed), pauses, words)


async def _events(tx: Connection, context: EngineContext, found: Sequence[Derived]) -> list[NewEvent]:
    if not found:
        return []
    now = await business_now(tx)
    return [
        NewEvent(
            body=one.body, subject=one.subject, company_id=one.company_id, occurred_at=now, source="reconciliation",
            network_version=context.network_version,
        )
        for one in found
    ]  # fmt: skip
