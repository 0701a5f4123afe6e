"""Running handlers over the events of a batch: load all cases at once, handle in order, save what changed."""

from __future__ import annotations

import datetime as dt
import traceback
from collections.abc import Sequence
from typing import Any

import asyncpg
import msgspec

from crossdock.engine.cases.effects import collect
from crossdock.engine.cases.exceptions import SQL
from crossdock.engine.context import EngineContext
from crossdock.engine.writes import ExceptionChange, Writes
from crossdock.events.envelope import Envelope, Event
from crossdock.events.intake import CaseMoved, CaseReleased
from crossdock.log import decode
from crossdock.log.append import follow
from crossdock.processes._kit import Case, IllegalMove, Lifecycle, describe
from crossdock.store import Connection
from crossdock.store.arrays import literals, texts

_encoder = msgspec.json.Encoder(order="deterministic", decimal_format="string")


class _Loaded:
    """A case in memory for the length of a batch."""

    __slots__ = ("case_id", "company_id", "data", "dirty", "lifecycle", "parked", "sequence", "text")

    def __init__(self, row: asyncpg.Record, lifecycle: Lifecycle[Any], company_id: str) -> None:
        self.case_id: str = row["id"]
        self.company_id = company_id
        self.lifecycle = lifecycle
        self.text: str = row["data"]
        self.data = lifecycle.decoder.decode(self.text) if self.text else lifecycle.data()
        self.sequence: int = row["sequence"]
        self.parked: bool = row["parked"]
        self.dirty = False

    def restore(self) -> None:
        """Back to how the case was before the event at hand."""
        self.data = self.lifecycle.decoder.decode(self.text) if self.text else self.lifecycle.data()


class CaseRunner:
    """The cases of one batch. With `park`, no handler runs: what the batch holds is known to fail when written."""

    def __init__(self, context: EngineContext, writes: Writes, *, park: bool = False) -> None:
        self._context = context
        self._writes = writes
        self._cases: dict[str, _Loaded] = {}
        self._parked: list[tuple[str, int, int, int]] = []
        self._park = park

    async def run(self, tx: Connection, events: Sequence[Event], now: dt.datetime) -> None:
        """Load and lock the cases of `events`, then handle every event in order."""
        if not events:
            return
        await self._load(tx, events, now)
        last = {event.envelope.subject: n for n, event in enumerate(events)}
        for number, event in enumerate(events):
            loaded = self._cases[event.envelope.subject]
            if isinstance(event.body, CaseReleased) and not self._park:
                await self._release(tx, loaded, event.envelope, event.body.reason)
            elif loaded.parked:
                self._keep(event.envelope)
            else:
                self._handle(loaded, event, final=last[event.envelope.subject] == number)

    async def _load(self, tx: Connection, events: Sequence[Event], now: dt.datetime) -> None:
        company = {event.envelope.subject: event.envelope.company_id for event in events}
        ids = sorted(company)
        lifecycles = {case_id: self._context.processes[case_id.partition("/")[0]] for case_id in ids}
        rows = {row["id"]: row for row in await tx.fetch(SQL.load, texts(ids))}
        if missing := [case_id for case_id in ids if case_id not in rows]:
            # Inserted empty and read again: should another worker still believe to hold the slot, both see one row.
            new = [(i, lifecycles[i].name, lifecycles[i].version, company[i]) for i in missing]
            await tx.execute(SQL.insert_missing, *literals(new), now)
            rows |= {row["id"]: row for row in await tx.fetch(SQL.load, texts(missing))}
        for case_id in ids:
            self._cases[case_id] = _Loaded(rows[case_id], lifecycles[case_id], company[case_id])

    def _handle(self, loaded: _Loaded, event: Event, *, final: bool) -> None:
        """Run one handler. What it raises undoes this event alone: an illegal move is shown to a person, anything
        else is a defect and parks the case, so that its later events wait in order."""
        envelope = event.envelope
        case: Case[Any] = Case(
            id=loaded.case_id,
            company_id=loaded.company_id,
            data=loaded.data,
            table=loaded.lifecycle.table,
            reads=self._context.reads,
            at=envelope.occurred_at,
            source=envelope.source,
        )
        before = loaded.data.state
        try:
            if self._park:
                raise RuntimeError("what this event asks for cannot be written; see the worker's log for the error")
            effects = loaded.lifecycle.handle(case, event.body)
        except IllegalMove as illegal:
            loaded.restore()
            self._report(loaded, envelope, "illegal_move", str(illegal))
            return
        except Exception:  # noqa: BLE001 - a defect of a handler must not stop the slot
            loaded.restore()
            loaded.parked = loaded.dirty = True
            self._keep(envelope)
            self._report(loaded, envelope, "handler_failed", traceback.format_exc(limit=-6))
            return
        loaded.dirty = True
        loaded.sequence += 1
        for effect in effects:
            collect(effect, loaded.case_id, loaded.company_id, envelope, self._writes)
        self._tell(loaded, case, envelope, before, effects)
        if not final:
            loaded.text = _encoder.encode(loaded.data).decode()

    def _tell(self, loaded: _Loaded, case: Case[Any], cause: Envelope, before: str, effects: Sequence[Any]) -> None:
        after = loaded.data.state
        if before == after and not case.moves and not effects:
            return
        moved = CaseMoved(
            process=loaded.lifecycle.name,
            trigger=cause.type,
            from_state=before,
            to_state=after,
            lines=tuple(case.moves),
            effects=tuple(describe(effect) for effect in effects),
        )
        self._writes.events.append(
            follow(cause, moved, loaded.case_id, process_version=f"{loaded.lifecycle.name}@{loaded.lifecycle.version}")
        )

    def _keep(self, envelope: Envelope) -> None:
        self._parked.append((envelope.subject, envelope.segment, envelope.slot, envelope.position))

    def _report(self, loaded: _Loaded, envelope: Envelope, code: str, detail: str) -> None:
        self._writes.exceptions.append(
            ExceptionChange(
                loaded.case_id,
                loaded.company_id,
                code,
                str(envelope.id),
                True,
                f"{envelope.type}: {detail}",
                envelope.occurred_at,
                envelope,
                reference=f"event/{envelope.id}",
            )
        )

    async def _release(self, tx: Connection, loaded: _Loaded, cause: Envelope, reason: str) -> None:
        """Handle the waiting events of a parked case in order; the first that fails parks it again. What failed before
        and does not fail now is no problem any more."""
        loaded.parked, loaded.dirty = False, True
        await self._write_parked(tx)
        failures = {row["key"] for row in await tx.fetch(SQL.failures, loaded.case_id)}
        for event in decode(await tx.fetch(SQL.take_parked, loaded.case_id)):
            if loaded.parked:
                self._keep(event.envelope)
                continue
            self._handle(loaded, event, final=False)
            if loaded.parked:
                failures.discard(str(event.envelope.id))
        whose, words = (loaded.case_id, loaded.company_id), f"released: {reason}"
        self._writes.exceptions += [
            ExceptionChange(*whose, "handler_failed", key, False, words, cause.occurred_at, cause)
            for key in sorted(failures)
        ]

    async def _write_parked(self, tx: Connection) -> None:
        parked, self._parked = sorted(self._parked), []
        if parked:
            await tx.execute(SQL.park_events, *literals(parked))

    async def save(self, tx: Connection, now: dt.datetime) -> None:
        """Write changed cases and keep the events of parked ones."""
        await self._write_parked(tx)
        rows = [
            (c.case_id, c.data.state, _encoder.encode(c.data).decode(), c.sequence,
             bool(c.data.state) and c.lifecycle.finished(c.data), c.parked)
            for c in self._cases.values()
            if c.dirty
        ]  # fmt: skip
        if rows:
            await tx.execute(SQL.save, *literals(rows), now)
