"""The audit: one row per deed, written in the deed's own transaction."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Any

import msgspec

from crossdock.identity import Actor
from crossdock.store import Connection, load_queries

SQL = load_queries(Path(__file__).with_name("audit.sql"))
_encoder = msgspec.json.Encoder(order="sorted", decimal_format="string")


class Deed(msgspec.Struct, frozen=True):
    """One row of the audit. `detail` is JSON."""

    at: dt.datetime
    actor: str
    scope: str
    action: str
    detail: str


async def record(
    tx: Connection, actor: Actor, scope: str, action: str, company_id: str, subject: str, **detail: Any
) -> None:
    """Write down a deed. `detail` is what it was done with, in JSON's types."""
    text = _encoder.encode(detail).decode()
    await tx.execute(SQL.record, actor.name, scope, action, company_id, subject, text)


async def trail(tx: Connection, subject: str) -> list[Deed]:
    """What people and callers did to one thing."""
    return [Deed(*row) for row in await tx.fetch(SQL.trail, subject)]
