"""One batch: read events of the worker's slots, decide in memory, write set-wise, commit once."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

import asyncpg
import msgspec

from crossdock.engine.cases.deadlines import write_deadlines
from crossdock.engine.cases.exceptions import change_exceptions
from crossdock.engine.cases.runner import CaseRunner
from crossdock.engine.clock import business_now
from crossdock.engine.context import EngineContext
from crossdock.engine.deliveries.queue import enqueue
from crossdock.engine.intake.authority import let_go
from crossdock.engine.intake.large import LargeDocuments, fitting
from crossdock.engine.intake.translate import (
    finish_documents,
    finish_portions,
    quarantine_documents,
    translate_documents,
    translate_portion,
)
from crossdock.engine.writes import Writes
from crossdock.events.envelope import Envelope, Event, NewEvent
from crossdock.events.intake import (
    CaseMoved,
    DocumentDismissed,
    DocumentReceived,
    ExceptionCaseClosed,
    ExceptionCaseOpened,
)
from crossdock.events.registry import VERSIONS
from crossdock.inventory.ledger.batch import LedgerBatch
from crossdock.inventory.ledger.outcomes import LedgerOutcome
from crossdock.inventory.reconciliation.statements import keep_statements
from crossdock.log import Lease, append, decode, read_slots, write_keys, write_links
from crossdock.log.append import follow, prepare
from crossdock.log.codec import UnknownEvent
from crossdock.log.leases import Advance, advance
from crossdock.log.read import advances, envelope
from crossdock.store import Connection, crash

# Facts that are told to readers, not handled by cases.
_TOLD = tuple(body.__name__ for body in (CaseMoved, ExceptionCaseOpened, ExceptionCaseClosed))


class BatchRunner:
    """Runs batches of the `cases` consumer for one worker."""

    def __init__(self, context: EngineContext, owner: str) -> None:
        self._context = context
        self._owner = owner
        self._large = LargeDocuments(context)

    async def run(self, wanted: Sequence[tuple[Lease, int]], *, park: bool = False) -> int:
        """Handle the next events of some slots, up to so many of each; returns how many.

        All of them commit together, then the leases are moved; events that cases are not told of are passed over. With
        `park`, the events are known to fail: their cases are parked (documents quarantined) instead. Raises
        `StaleLease` if another worker took a slot, and whatever a write raises; then nothing is kept.
        """
        async with self._context.store.batch(self._owner) as tx:
            rows = await read_slots(tx, wanted, without=_TOLD)
            rows, large = (rows, None) if park else fitting(rows)
            steps = advances(wanted, rows)
            if rows:
                await self._handle(tx, rows, park)
                await advance(tx, self._owner, steps)
                crash.point("worker_before_commit")
        if rows:
            crash.point("worker_after_commit")
        for step in steps:
            step.kept()
        if park:
            self._large.done()  # what a person lets go on is read anew
        return len(rows) + (await self._portion(wanted, large) if large else 0)

    async def _portion(self, wanted: Sequence[tuple[Lease, int]], row: asyncpg.Record) -> int:
        """Take the next portion of a large document; only behind the last does the slot move on."""
        ((cause, body),) = _received(decode([row]))
        document = await self._large.at(cause, body)
        said = await document.next()
        so_far = msgspec.structs.replace(document.so_far, faults=[*document.so_far.faults])
        (end,) = advances(wanted, [row])
        step = end if said is None else Advance(end.lease, end.lease.segment, end.lease.position)
        async with self._context.store.batch(self._owner) as tx:
            now = await business_now(tx)
            writes = Writes()
            if said is None:
                finish_portions((cause, body), so_far, writes)
            else:
                await translate_portion(tx, self._context, (cause, body), (document.raw, said), so_far, writes)
            await self._write(tx, CaseRunner(self._context, writes), writes, now)
            await advance(tx, self._owner, [step])
            crash.point("worker_before_commit")
        step.kept()
        if said is None:
            self._large.done()
        else:
            document.kept(so_far)
        return 1

    async def _handle(self, tx: Connection, rows: Sequence[asyncpg.Record], park: bool) -> None:
        known = [row for row in rows if row["type"] in VERSIONS and row["type"] not in _TOLD]
        events = [_as_far_as_readable(row) for row in known] if park else decode(known)
        if not events:
            return
        now = await business_now(tx)
        await self._context.masterdata.refresh_if_changed(tx)
        writes = Writes()
        received = _received(events)
        if park:
            await quarantine_documents(tx, received, writes)
        else:
            await translate_documents(tx, self._context, received, writes)
            await let_go(tx, [e.body.document_id for e in events if isinstance(e.body, DocumentDismissed)], writes)
        runner = CaseRunner(self._context, writes, park=park)
        await runner.run(tx, [event for event in events if self._is_for_a_case(event)], now)
        crash.point("worker_after_read")
        await self._write(tx, runner, writes, now)

    def _is_for_a_case(self, event: Event) -> bool:
        return event.envelope.subject.partition("/")[0] in self._context.processes

    async def _write(self, tx: Connection, runner: CaseRunner, writes: Writes, now: dt.datetime) -> None:
        """In the one lock order: reservations, what locks nothing shared, delivery keys, numbers, stock, heads."""
        context = self._context
        ledger = LedgerBatch(
            writes.ledger, now, policies=context.stock_policies, network_version=context.network_version
        )
        if writes.ledger:
            await ledger.claim(tx)
        await runner.save(tx, now)
        await write_deadlines(tx, writes.deadlines.values())
        await finish_documents(tx, writes.documents)
        if writes.master:
            await self._context.masterdata.upsert(tx, writes.master)
        await enqueue(tx, self._context, writes)
        await write_keys(tx, writes.keys)
        await write_links(tx, writes.links)
        await keep_statements(tx, writes.statements, now)
        told = await change_exceptions(tx, writes.exceptions)
        events = [*writes.events, *told]
        prepare(events)
        if writes.ledger:
            events += [_outcome(outcome, writes, now) for outcome in await ledger.post(tx)]
        for event in events:
            event.network_version = self._context.network_version
        await append(tx, events)


def _received(events: Sequence[Event]) -> list[tuple[Envelope, DocumentReceived]]:
    return [(event.envelope, event.body) for event in events if isinstance(event.body, DocumentReceived)]


class _Unreadable(msgspec.Struct, frozen=True):
    """Stands for the body of an event that a later release wrote."""


def _as_far_as_readable(row: asyncpg.Record) -> Event:
    """What is parked need not be understood: a release that does will handle it."""
    try:
        (event,) = decode([row])
    except (UnknownEvent, msgspec.MsgspecError):
        return Event(envelope(row), _Unreadable())
    return event


def _outcome(outcome: LedgerOutcome, writes: Writes, now: dt.datetime) -> NewEvent:
    """The ledger's answer to a case; to one that did not ask just now (a backorder filled) without a cause."""
    cause = writes.causes.get(outcome.subject)
    if cause is not None:
        return follow(cause, outcome.body, outcome.subject, source="ledger", occurred_at=now)
    return NewEvent(
        body=outcome.body, subject=outcome.subject, company_id=outcome.company_id, occurred_at=now, source="ledger"
    )
