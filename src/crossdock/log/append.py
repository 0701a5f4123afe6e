"""Appending: heads are taken last, in one sorted statement, just before the insert and the commit."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any, NamedTuple
from uuid import UUID

import msgspec

from crossdock.events.envelope import NewEvent
from crossdock.events.registry import VERSIONS, event_type
from crossdock.log.codec import encode_body
from crossdock.log.ids import uuid7_many
from crossdock.log.slots import slot_of
from crossdock.store import Connection, load_queries
from crossdock.store.arrays import literals, numbers

SQL = load_queries(Path(__file__).with_name("log.sql"))

COLUMNS = (
    *("segment", "slot", "position", "id", "type", "schema_version", "subject", "partition_key", "company_id"),
    *("source", "source_sequence", "actor", "on_behalf_of", "occurred_at", "occurred_precision", "occurred_zone"),
    *("recorded_at", "correlation_id", "causation_id", "trace_id", "network_version", "process_version"),
    *("simulation", "body"),
)
# COPY costs one more round trip and wins from about this many rows.
_COPY_FROM = 60


class Appended(NamedTuple):
    """Where an event was written."""

    id: UUID
    slot: int
    position: int


async def append(tx: Connection, events: Sequence[NewEvent]) -> list[Appended]:
    """Write events in the given order, gapless per slot. Call it last: it locks the heads until the commit."""
    if not events:
        return []
    slots = [slot_of(event.company_id, event.partition_key or event.subject) for event in events]
    counts: dict[int, int] = {}
    for slot in slots:
        counts[slot] = counts.get(slot, 0) + 1
    taken, in_force = await _take(tx, counts)
    rows: list[tuple[Any, ...]] = []
    written: list[Appended] = []
    for event, slot, fresh in zip(events, slots, uuid7_many(len(events)), strict=True):
        segment, position, now = taken[slot]
        taken[slot] = (segment, position + 1, now)
        identifier = event.id or fresh
        rows.append(_row(event, identifier, (segment, slot, position), now, in_force))
        written.append(Appended(identifier, slot, position))
    if len(rows) >= _COPY_FROM:
        await tx.copy_records_to_table("event", records=rows, columns=COLUMNS)
    else:
        await tx.execute(SQL.insert_events, *literals(rows))
    return written


def prepare(events: Iterable[NewEvent]) -> None:
    """What can be done for `append` before it is called, where locks are held by then: bodies are written."""
    for event in events:
        event.text = encode_body(event.body)


async def _take(tx: Connection, counts: dict[int, int]) -> tuple[dict[int, tuple[int, int, dt.datetime]], int]:
    """Reserve positions: slot -> (segment, first position, database time); and the version of the network in force."""
    if len(counts) == 1:
        ((slot, count),) = counts.items()
        rows = await tx.fetch(SQL.take_one_head, slot, count)
    else:
        slots = sorted(counts)
        rows = await tx.fetch(SQL.take_heads, numbers(slots), numbers([counts[slot] for slot in slots]))
    return {row[0]: (row[1], row[2] - counts[row[0]] + 1, row[3]) for row in rows}, rows[0][4] or 0


def _row(
    event: NewEvent, identifier: UUID, place: tuple[int, int, int], now: dt.datetime, in_force: int
) -> tuple[Any, ...]:
    name = event_type(event.body)
    return (
        *(*place, identifier, name, VERSIONS[name], event.subject),
        *(event.partition_key or event.subject, event.company_id, event.source, event.source_sequence),
        *(event.actor, event.on_behalf_of, event.occurred_at, event.occurred_precision, event.occurred_zone, now),
        *(event.correlation_id or identifier, event.causation_id, event.trace_id, event.network_version or in_force),
        *(event.process_version, event.simulation, event.text or encode_body(event.body)),
    )


def follow(cause: Any, body: msgspec.Struct, subject: str, **overrides: Any) -> NewEvent:
    """An event caused by another: same correlation, trace, simulation and network version, the cause named."""
    return NewEvent(
        body=body,
        subject=subject,
        company_id=overrides.pop("company_id", cause.company_id),
        occurred_at=overrides.pop("occurred_at", cause.occurred_at),
        source=overrides.pop("source", "engine"),
        correlation_id=cause.correlation_id,
        causation_id=cause.id,
        trace_id=cause.trace_id,
        network_version=overrides.pop("network_version", cause.network_version),
        simulation=cause.simulation,
        **overrides,
    )
