"""What of a channel's sales we know: promised, waiting for goods, or in orders that a person must look at first."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from typing import Any
from uuid import UUID

import asyncpg

from crossdock.engine.channel_numbers import SQL
from crossdock.engine.context import Publication
from crossdock.inventory.guard import number_terms
from crossdock.inventory.guard.number_terms import NumberTerms
from crossdock.model.quantity import ZERO
from crossdock.ports.connector import ShownLevel
from crossdock.processes import sales_order
from crossdock.processes.sales_order.v1_checks import HOLDS
from crossdock.store import Connection

Sold = dict[str, Decimal]
"""By item, in its base unit."""


async def known_sold(
    tx: Connection, publication: Publication, told: Sequence[asyncpg.Record], levels: Mapping[str, ShownLevel]
) -> Sold:
    """What we know that the channel sold of these items since it was told. Only where it sold more than it was promised
    is looked for orders that came and were promised nothing yet."""
    sold = await sold_since(tx, publication.channel, {row["item"]: row["terms"] or "" for row in told})
    more = [
        row
        for row in told
        if row["publication"] is not None
        and (level := levels.get(row["item"])) is not None
        and level.sold > sold.get(row["item"], ZERO)
    ]
    if not more:
        return sold
    held = await _held_since(tx, publication, {row["item"]: UUID(row["publication"]) for row in more})
    return _added(sold, held, await _waiting_since(tx, publication, more))


async def sold_since(tx: Connection, channel: str, terms: Mapping[str, str]) -> Sold:
    """What was promised to a channel of some items since the movements that their numbers rest on."""
    behind = {item: number_terms.read(text) for item, text in terms.items()}
    sold: Sold = {}
    if rows := [(item, *term) for item, one in behind.items() for term in one.own()]:
        found = await tx.fetch(SQL.sold_since, channel, *_columns(rows))
        sold = {row["item"]: row["sold"] for row in found}
    kits = {item: one for item, one in behind.items() if one.parts}
    if rows := [(kit, *term) for kit, one in kits.items() for term in one.of_parts()]:
        return _added(sold, _whole(kits, await tx.fetch(SQL.sold_in_parts, channel, *_columns(rows))))
    return sold


async def came_by(
    tx: Connection, publication: Publication, item: str, version: int, placed_by: dt.datetime
) -> Decimal | None:
    """What we know of what a channel sold of an item while it showed an earlier version, in orders that were placed by
    a moment (business time); None where that version is forgotten."""
    told = await tx.fetchrow(SQL.told_then, publication.company_id, publication.channel, item, version)
    if told is None:
        return None
    row = {"item": item, "terms": told["terms"], "publication": told["publication"]}
    terms = number_terms.read(told["terms"])
    kits = {item: terms} if terms.parts else {}
    positions = [(item, *term) for term in (*terms.own(), *terms.of_parts())]
    came = await tx.fetch(SQL.came_by, publication.channel, *_columns(positions), placed_by) if positions else []
    own = {item: sum((one["quantity"] for one in came if one["item"] == item), ZERO)}
    held = await _held_since(tx, publication, {item: UUID(told["publication"])})
    waiting = await _waiting_since(tx, publication, [row])
    return _added(own, _whole(kits, came), held, waiting).get(item, ZERO)


async def _waiting_since(
    tx: Connection, publication: Publication, told: Sequence[Mapping[str, Any] | asyncpg.Record]
) -> Sold:
    """What waits for goods, or waited and got them since."""
    since = {row["item"]: _made_at(row["publication"]) for row in told}
    behind = {row["item"]: number_terms.read(row["terms"]) for row in told}
    items = [
        (name, item, since[name]) for name, one in behind.items() for item in (name, *(part.item for part in one.parts))
    ]
    waiting = await tx.fetch(SQL.waiting_since, publication.company_id, publication.channel, *_columns(items))
    terms = [(name, *term, since[name]) for name, one in behind.items() for term in (*one.own(), *one.of_parts())]
    filled = await tx.fetch(SQL.filled_since, publication.channel, *_columns(terms)) if terms else []
    own: Sold = defaultdict(Decimal)
    for row in (*waiting, *filled):
        if row["item"] == row["name"]:
            own[row["name"]] += row["quantity"]
    return _added(own, _whole({name: one for name, one in behind.items() if one.parts}, [*waiting, *filled]))


async def _held_since(tx: Connection, publication: Publication, told: Mapping[str, UUID]) -> Sold:
    """What stands in orders that were put on hold since the channel was told of each item: ids begin with the technical
    time of their making, of publications and of exception cases."""
    orders = f"sales_order/{publication.company_id}/{publication.channel}/"
    held: Sold = defaultdict(Decimal)
    for row in await tx.fetch(SQL.held_orders, sorted(HOLDS.values()), orders):
        order = sales_order.LIFECYCLE.decoder.decode(row["data"])
        for line in order.alive().values() if order.holds else ():
            if line.item in told and row["held"] >= told[line.item]:
                held[line.item] += line.ordered
    return held


def _whole(kits: Mapping[str, NumberTerms], rows: Iterable[asyncpg.Record]) -> Sold:
    """How many whole kits some quantities of their parts make, order line by order line."""
    lines: dict[tuple[str, str, str], Sold] = defaultdict(lambda: defaultdict(Decimal))
    for row in rows:
        if row["name"] in kits:
            lines[row["name"], row["subject"], row["line"]][row["item"]] += row["quantity"]
    made: Sold = defaultdict(Decimal)
    for (kit, _, _), parts in lines.items():
        made[kit] += min(parts.get(part.item, ZERO) // part.per for part in kits[kit].parts)
    return made


def _added(*sold: Sold) -> Sold:
    items = {item for one in sold for item in one}
    return {item: sum((one.get(item, ZERO) for one in sold), ZERO) for item in items}


def _made_at(publication: str) -> dt.datetime:
    """When a publication was made, in technical time, which its id begins with."""
    return dt.datetime.fromtimestamp((UUID(publication).int >> 80) / 1000, dt.UTC)


def _columns(rows: Sequence[tuple[Any, ...]]) -> list[list[Any]]:
    return [list(column) for column in zip(*rows, strict=True)]
