"""Large documents: translated beside the other work and taken in portions, each in a batch of its own.

A batch that held its transaction open while it reads a file of many megabytes would be ended by the database, and would
keep this worker from renewing its leases. So the slot stays at the document until its last portion is taken; how far
it has come is stored with each portion.
"""

from __future__ import annotations

import asyncio
import itertools
from collections.abc import Iterator, Sequence
from uuid import UUID

import asyncpg
import msgspec

from crossdock.engine.context import EngineContext
from crossdock.engine.intake.translate import Progress, failed, load, progress_of, translate_one
from crossdock.events.envelope import Envelope
from crossdock.events.intake import DocumentReceived
from crossdock.ports.connector import InPortions, RawDocument, Translation

MOST_BYTES = 1 << 20
"""Of documents that one batch translates in its transaction: about a sixth of a second."""
PORTION = 200
"""Sets or records."""

_DOCUMENT = DocumentReceived.__name__


class _Size(msgspec.Struct):
    size: int = 0


def fitting(rows: Sequence[asyncpg.Record]) -> tuple[list[asyncpg.Record], asyncpg.Record | None]:
    """As many rows of each slot as a batch can translate, and the first that begins a slot and fits in no batch."""
    room, kept, large = MOST_BYTES, list[asyncpg.Record](), None
    stopped, begun = set[int](), set[int]()
    for row in rows:
        slot = row["slot"]
        if slot in stopped:
            continue
        if row["type"] == _DOCUMENT:
            size = msgspec.json.decode(row["body"], type=_Size).size
            if size > room:
                stopped.add(slot)
                if size > MOST_BYTES and slot not in begun:
                    large = large or row
                continue
            room -= size
        begun.add(slot)
        kept.append(row)
    return kept, large


class LargeDocument:
    """One large document, somewhere between its portions."""

    def __init__(self, raw: RawDocument, portions: Iterator[Translation], so_far: Progress) -> None:
        self.raw = raw
        self.so_far = so_far
        """As of the last portion that is kept."""
        self._portions = portions
        self._next: Translation | None = None
        self._read = False

    async def next(self) -> Translation | None:
        """The next portion, the same until it is `kept`; None when there is no other. Read in a thread."""
        if not self._read:
            self._next = await asyncio.to_thread(next, self._portions, None)
            self._read = True
        return self._next

    def kept(self, so_far: Progress) -> None:
        """The portion is committed."""
        self.so_far, self._read = so_far, False


class LargeDocuments:
    """The large document this worker is at; another one takes its place."""

    def __init__(self, context: EngineContext) -> None:
        self._context = context
        self._id: UUID | None = None
        self._open: LargeDocument | None = None

    async def at(self, cause: Envelope, body: DocumentReceived) -> LargeDocument:
        """The document, just behind what is stored of it."""
        async with self._context.store.transaction(readonly=True) as tx:
            so_far = await progress_of(tx, body.document_id)
            if self._open is not None and (self._id, self._open.so_far.portions) == (body.document_id, so_far.portions):
                return self._open
            await self._context.masterdata.refresh_if_changed(tx)
            (raw,) = await load(tx, [(cause, body)])
        portions = await asyncio.to_thread(_behind, self._portions(raw), so_far.portions)
        self._id, self._open = body.document_id, LargeDocument(raw, portions, so_far)
        return self._open

    def done(self) -> None:
        """It is taken whole."""
        self._id = self._open = None

    def _portions(self, raw: RawDocument) -> Iterator[Translation]:
        connector = self._context.connectors.get(raw.source)
        if isinstance(connector, InPortions):
            return _guarded(connector.portions(raw, self._context.references, PORTION))
        return (translate_one(self._context, each) for each in (raw,))


def _guarded(portions: Iterator[Translation]) -> Iterator[Translation]:
    try:
        yield from portions
    except Exception as error:  # noqa: BLE001 - a defect; what was taken stays, the document is shown with it
        yield failed(error)


def _behind(portions: Iterator[Translation], taken: int) -> Iterator[Translation]:
    for _ in itertools.islice(portions, taken):
        pass
    return portions
