"""Stored documents once more: who asks a second time gets the answer of the first time, byte for byte."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import PurePosixPath
from typing import NamedTuple

import asyncpg

from crossdock.engine.deliveries.places import SQL, Key, Places
from crossdock.engine.writes import SendAgain, Writes
from crossdock.log import DocumentLink, uuid7
from crossdock.store import Connection
from crossdock.store.arrays import literals


class Copy(NamedTuple):
    """A stored document that goes once more."""

    asked: SendAgain
    row: asyncpg.Record

    @property
    def place(self) -> Key:
        """Where it queues."""
        return self.row["system"], self.row["ordering_key"]


async def copies_of(tx: Connection, writes: Writes) -> list[Copy]:
    """What has arrived before and is asked for again; what is on its way or was given up stays as it is."""
    wanted = {(asked.system, asked.key): asked for asked in writes.again}
    if not wanted:
        return []
    found = await tx.fetch(SQL.arrived, *literals(sorted(wanted)))
    copies = [Copy(wanted[row["system"], row["idempotency_key"]], row) for row in found]
    named = {(copy.asked.system, _copy(copy.asked)): copy for copy in copies}
    if named:
        for row in await tx.fetch(SQL.known, *literals(sorted(named))):
            named.pop((row[0], row[1]), None)
    return list(named.values())


async def send_again(tx: Connection, copies: Sequence[Copy], places: Places, writes: Writes) -> None:
    """Enqueue copies. Each has a target of its own: a receiver that looks by name whether it has a document would not
    take it twice."""
    rows = []
    for copy in copies:
        asked, row = copy
        sequence, status = places.next(copy.place)
        identifier = uuid7()
        rows.append((identifier, row["id"], sequence, _copy(asked), status, _target(row["target"], asked), asked.at))
        link = DocumentLink(row["company_id"], f"delivery/{identifier}", row["case_id"], "", row["operation"])
        writes.links.append(link)
    await tx.execute(SQL.insert_again, *literals(rows))


def _copy(asked: SendAgain) -> str:
    return f"{asked.key}#{asked.because_of}"


def _target(target: str, asked: SendAgain) -> str:
    path = PurePosixPath(target)
    return str(path.with_name(f"{path.stem}-again-{asked.because_of.hex[-8:]}{path.suffix}"))
