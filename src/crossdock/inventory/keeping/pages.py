"""Reads positions in pages and writes what rules keep back of them, hundreds at a time.

The ledger's own way books a request in some tens of microseconds of Python; rules change what is kept back of hundreds
of thousands of positions at once, and decide nothing else. So what they change is written by two statements under the
positions' locks: the same rows, the same numbering, the same journal. Where stock becomes free for which somebody
waits, the ledger itself is asked (`engine.policies`), for it knows whom to serve.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from decimal import Decimal
from functools import lru_cache
from pathlib import Path
from typing import NamedTuple

import msgspec
from asyncpg import Record

from crossdock.inventory.keeping.keeper import ZERO, Change, Keeper, Kept, Place, Reason, Standing
from crossdock.inventory.ledger.entries import content_of, digest_of
from crossdock.inventory.ledger.reading import LedgerMoved
from crossdock.store import Connection, load_queries
from crossdock.store.arrays import columns, numbers, texts

SQL = load_queries(Path(__file__).with_name("keeping.sql"))

_HOLD = (texts, texts, numbers, numbers)
_GONE = (texts,) * 4 + (numbers,)
_OTHER = (texts,) * 4 + (numbers, numbers, texts)
_NEW = (texts,) * 4 + (numbers, texts)
_BOOKED = (numbers, numbers, texts, numbers, numbers, texts)


class Decided(NamedTuple):
    """What a page needs, in key order."""

    changes: list[Change]
    """Changes for which nobody waits."""
    serving: list[Change]
    """Changes that free stock of items for which somebody waits."""
    unbalanced: list[str]
    """Items whose pools are not what they shall be."""


class Page(msgspec.Struct):
    """Positions of some items, in key order, and what rules keep back of them."""

    standings: dict[Place, Standing]
    kept: dict[Place, dict[Reason, Kept]]
    waiting: frozenset[str]
    """Items for which somebody waits."""
    last: str = ""
    """The last item; empty where there is no page behind this one."""
    rows: int = 0
    """How many positions were read, pools and all."""

    def decide(self, keeper: Keeper) -> Decided:
        """How what is kept back must differ, and which items' pools are not what they shall be."""
        nothing: dict[Reason, Kept] = {}
        decided = Decided([], [], [])
        for place, standing in self.standings.items():
            change = keeper.change(place, standing.on_hand, self.kept.get(place, nothing))
            more = ZERO
            if change is not None:
                more = change.safety
                served = more < 0 and change.item in self.waiting
                (decided.serving if served else decided.changes).append(change)
            if keeper.unbalanced(place, standing, more) and decided.unbalanced[-1:] != [place[0]]:
                decided.unbalanced.append(place[0])
        return decided


async def read_page(tx: Connection, company_id: str, after: str, most: int) -> Page:
    """The positions of whole items behind `after`, about `most` of them. Locks nothing."""
    rows = await tx.fetch(SQL.positions, company_id, after, most)
    last = ""
    if len(rows) == most:
        last = rows[-1][0]
        whole = [row for row in rows if row[0] != last]
        if whole:
            last = whole[-1][0]
            rows = whole
        else:  # one item with more positions than a page has
            rows = await tx.fetch(SQL.positions_of, company_id, texts([last]))
    return await _page(tx, company_id, rows, last)


async def read_items(tx: Connection, company_id: str, items: Sequence[str]) -> Page:
    """The positions of some items. Locks nothing."""
    return await _page(tx, company_id, await tx.fetch(SQL.positions_of, company_id, texts(sorted(items))), "")


async def read_missing(tx: Connection, company_id: str, items: Sequence[str], locations: Sequence[str]) -> Page:
    """The positions that some items do not have yet at these locations, as if they were there and empty; of items that
    the master data know."""
    known = [row[0] for row in await tx.fetch(SQL.known, company_id, texts(items))]
    page = await read_items(tx, company_id, known)
    places = [(item, location) for item in known for location in locations]
    return Page({place: Standing() for place in sorted(places) if place not in page.standings}, {}, page.waiting)


# The same few quantities stand in hundreds of thousands of rows.
_decimal = lru_cache(20_000)(Decimal)


async def _page(tx: Connection, company_id: str, rows: Sequence[Record], last: str) -> Page:
    standings: dict[Place, Standing] = {}
    for item, location, pool, on_hand, free in rows:
        standing = standings.get((item, location))
        if standing is None:
            standing = standings[(item, location)] = Standing()
        quantity = _decimal(on_hand)
        standing.on_hand = standing.on_hand + quantity if standing.on_hand else quantity
        if pool:
            standing.pools = standing.pools | {pool: (quantity, _decimal(free))}
        else:
            standing.free = _decimal(free)
    if not rows:
        return Page({}, {}, frozenset(), last)
    span = (company_id, rows[0][0], rows[-1][0])
    kept: dict[Place, dict[Reason, Kept]] = {}
    for item, location, reason, source, quantity, rule in await tx.fetch(SQL.kept, *span):
        kept.setdefault((item, location), {})[(reason, source)] = Kept(_decimal(quantity), rule)
    waiting = frozenset(row[0] for row in await tx.fetch(SQL.waiting, *span))
    return Page(standings, kept, waiting, last, len(rows))


async def write_changes(
    tx: Connection, keeper: Keeper, changes: Sequence[Change], key: str, at: dt.datetime, actor: str
) -> None:
    """Keep back what the changes say, in key order. The last thing of a transaction but its commit.

    Raises `LedgerMoved` if something is not as it was read, or if somebody waits for what becomes free by now: read
    again, and decide again.
    """
    company = keeper.company_id
    held = await tx.fetch(SQL.hold, company, *columns(
        [(c.item, c.location, c.safety, len(c.movements)) for c in changes], _HOLD))  # fmt: skip
    booked = _journal(changes, {(row[0], row[1]): (row[2], row[3], Decimal(row[4])) for row in held})
    gone, other, new = _rows(changes)
    digest = digest_of("policy", company, key)
    if gone:
        _all_were_as_read(await tx.execute(SQL.drop, company, *columns(gone, _GONE)), "DELETE", len(gone))
    if other:
        done = await tx.execute(SQL.alter, company, *columns(other, _OTHER), at, digest)
        _all_were_as_read(done, "UPDATE", len(other))
    falling = sorted({change.item for change in changes if change.safety < 0})
    added, waiting = await tx.fetchrow(  # type: ignore[misc]  # a statement without FROM has a row
        SQL.record, company, at, digest, *columns(new, _NEW), *columns(booked, _BOOKED), key,
        f"network@{keeper.version}", actor, content_of("policy", key), texts(falling),
    )  # fmt: skip
    _all_were_as_read(f"INSERT {added}", "INSERT", len(new))
    if waiting:
        raise LedgerMoved("somebody waits by now for what would become free")


def _all_were_as_read(done: str, verb: str, rows: int) -> None:
    if done != f"{verb} {rows}":
        raise LedgerMoved("what is kept back was changed by somebody else meanwhile")


def _journal(changes: Sequence[Change], held: dict[Place, tuple[int, int, Decimal]]) -> list[tuple[object, ...]]:
    """Movements numbered up to where the position's counter stands, with what was free after each."""
    rows: list[tuple[object, ...]] = []
    for change in changes:
        identity, counter, free = held[(change.item, change.location)]
        number, after = counter - len(change.movements), free + change.safety
        for kind, delta, rule in change.movements:
            number, after = number + 1, after - delta
            rows.append((identity, number, kind, delta, after, rule))
    return rows


def _rows(changes: Sequence[Change]) -> tuple[list[tuple[object, ...]], ...]:
    gone: list[tuple[object, ...]] = []
    other: list[tuple[object, ...]] = []
    new: list[tuple[object, ...]] = []
    for change in changes:
        for (reason, source), before, after in change.rows:
            place = (change.item, change.location, reason, source)
            if before is None and after is not None:
                new.append((*place, after.quantity, after.rule))
            elif before is not None and after is not None:
                other.append((*place, before.quantity, after.quantity, after.rule))
            elif before is not None:
                gone.append((*place, before.quantity))
    return gone, other, new
