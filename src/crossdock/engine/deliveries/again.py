"""Stored documents once more: who asks a second time gets the answer of the first time, byte for byte."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import PurePosixPath

import asyncpg

from crossdock.engine.deliveries.queue import SQL
from crossdock.engine.writes import SendAgain, Writes
from crossdock.log import DocumentLink, uuid7
from crossdock.store import Connection
from crossdock.store.arrays import literals

Key = tuple[str, str]


async def send_again(tx: Connection, writes: Writes) -> None:
    """Enqueue what has arrived before and is asked for again; what is on its way or was given up stays as it is.

    The copy has a target of its own: a receiver that looks by name whether it has a document would not take it twice.
    """
    wanted = {(asked.system, asked.key): asked for asked in writes.again}
    if not wanted:
        return
    found = [row for row in await tx.fetch(SQL.arrived, *literals(sorted(wanted))) if _key(row) in wanted]
    copies = {(row["system"], _copy(wanted[_key(row)])): row for row in found}
    if copies:
        for row in await tx.fetch(SQL.known, *literals(sorted(copies))):
            copies.pop((row[0], row[1]), None)
    if copies:
        await _enqueue(tx, [(wanted[_key(row)], row) for row in copies.values()], writes)


async def _enqueue(tx: Connection, copies: Sequence[tuple[SendAgain, asyncpg.Record]], writes: Writes) -> None:
    counts: dict[Key, int] = {}
    for _, row in copies:
        counts[_place(row)] = counts.get(_place(row), 0) + 1
    taken = await tx.fetch(SQL.take_sequences, *literals([(*place, counts[place]) for place in sorted(counts)]))
    places = {(r[0], r[1]): (r[2] - counts[r[0], r[1]] + 1, r[3], r[4]) for r in taken}
    rows = []
    for asked, row in copies:
        sequence, head, parked = places[_place(row)]
        places[_place(row)] = (sequence + 1, head, parked)
        identifier = uuid7()
        status = "ready" if sequence == head and not parked else "waiting"
        rows.append((identifier, row["id"], sequence, _copy(asked), status, _target(row["target"], asked), asked.at))
        link = DocumentLink(row["company_id"], f"delivery/{identifier}", row["case_id"], "", row["operation"])
        writes.links.append(link)
    await tx.execute(SQL.insert_again, *literals(rows))


def _key(row: asyncpg.Record) -> Key:
    return row["system"], row["idempotency_key"]


def _place(row: asyncpg.Record) -> Key:
    return row["system"], row["ordering_key"]


def _copy(asked: SendAgain) -> str:
    return f"{asked.key}#{asked.because_of}"


def _target(target: str, asked: SendAgain) -> str:
    path = PurePosixPath(target)
    return str(path.with_name(f"{path.stem}-again-{asked.because_of.hex[-8:]}{path.suffix}"))
