"""The raw store and the transport gate: bytes first, in chunks, hashed, then the answer."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from hashlib import sha256
from pathlib import Path
from uuid import UUID

import msgspec

from crossdock.log import uuid7
from crossdock.store import Connection, load_queries
from crossdock.store.arrays import literals

SQL = load_queries(Path(__file__).with_name("intake.sql"))
CHUNK = 1 << 20


class Arrival(msgspec.Struct, frozen=True, kw_only=True):
    """A document at the door. `transport_key` is what is equal when the same transmission comes again."""

    source: str
    kind: str
    content: bytes
    transport_key: str
    received_at: dt.datetime
    content_type: str = ""
    name: str = ""
    status: str = "received"


class Stored(msgspec.Struct, frozen=True):
    """What became of an arrival: stored under `document_id`, or a repetition of something stored before."""

    document_id: UUID
    repeated: bool


async def store_arrivals(tx: Connection, arrivals: Sequence[Arrival]) -> list[Stored]:
    """Pass the transport gate and write what is new, in one transaction with whatever the caller adds.

    Keys are taken in sorted order. A key that comes twice in one call is stored once.
    """
    ids = [uuid7() for _ in arrivals]
    order = sorted(range(len(arrivals)), key=lambda n: (arrivals[n].source, arrivals[n].transport_key))
    rows = await tx.fetch(
        SQL.claim_transport_keys,
        [arrivals[n].source for n in order],
        [arrivals[n].transport_key for n in order],
        [ids[n] for n in order],
    )
    fresh = {(row[0], row[1]) for row in rows}
    stored: list[Stored] = []
    new: list[tuple[UUID, Arrival]] = []
    for identifier, arrival in zip(ids, arrivals, strict=True):
        key = (arrival.source, arrival.transport_key)
        if key in fresh:
            fresh.discard(key)
            new.append((identifier, arrival))
        stored.append(Stored(identifier, not new or new[-1][0] is not identifier))
    await write_raw(tx, new)
    return stored


async def write_raw(tx: Connection, documents: Sequence[tuple[UUID, Arrival]]) -> None:
    """Write raw documents and their bytes, without any gate."""
    if not documents:
        return
    rows = [
        (i, a.source, a.kind, a.content_type, a.name, sha256(a.content).digest(), len(a.content), a.received_at,
         a.status)
        for i, a in documents
    ]  # fmt: skip
    await tx.execute(SQL.insert_documents, *literals(rows))
    chunks = [
        (identifier, number, arrival.content[start : start + CHUNK])
        for identifier, arrival in documents
        for number, start in enumerate(range(0, max(len(arrival.content), 1), CHUNK))
    ]
    await tx.execute(SQL.insert_chunks, *map(list, zip(*chunks, strict=True)))
