"""To whom an item is promised, and who waits for it.

Reservations have no index by item: one would cost every reservation that is made, for a question that people ask now
and then. The journal of a position leads to them, newest first, and what is reserved there says when all are found.
"""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from pathlib import Path

import asyncpg
import msgspec
from msgspec.structs import replace

from crossdock.inventory.desk.view import holders_of
from crossdock.store import Connection, load_queries

SQL = load_queries(Path(__file__).with_name("promises.sql"))
MOST = 200
_PAGE = 1_000


class Promise(msgspec.Struct, frozen=True):
    """A promise of an item, granted or waiting: to the case `subject`, or to a caller (`source`), who calls it
    `reference`. What may wait is booked for its channel, which decides about pools; who holds it says the entry."""

    id: str
    company_id: str
    subject: str
    reference: str
    kind: str
    line: str
    location: str
    quantity: Decimal
    remaining: Decimal
    state: str
    waiting: bool
    source: str
    expires_at: dt.datetime | None
    due_on: dt.date | None


async def promises_of(tx: Connection, company_id: str, item: str) -> list[Promise]:
    """What is granted, place by place and newest first, then who waits, first come first; of each `MOST` at most.

    `tx` should be of one snapshot: what is reserved and who has it must be of the same moment.
    """
    found: list[Promise] = []
    for position in await tx.fetch(SQL.positions, company_id, item):
        found += await _granted(tx, position)
    found += [Promise(*row) for row in await tx.fetch(SQL.waiting, company_id, item, MOST)]
    holders = await holders_of(tx, [promise.id for promise in found if not promise.subject])
    return [replace(promise, source=holders.get(promise.id, promise.source)) for promise in found]


async def _granted(tx: Connection, position: asyncpg.Record) -> list[Promise]:
    found: list[Promise] = []
    missing, newest = position["reserved"] - position["short"], position["counter"]
    while missing > 0 and newest > 0 and len(found) < MOST:
        page = [Promise(*row) for row in await tx.fetch(SQL.granted, position["id"], newest, newest - _PAGE)]
        found += page
        missing -= sum(promise.remaining for promise in page)
        newest -= _PAGE
    return found[:MOST]
