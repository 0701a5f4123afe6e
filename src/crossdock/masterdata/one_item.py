"""All that is known of one item, read from the store: for questions about an item, without the memory of all."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

import msgspec

from crossdock.masterdata.records import CrossReference
from crossdock.masterdata.snapshot import Masterdata, component_of, pack_of
from crossdock.model.masterdata import Item
from crossdock.store import Connection, load_queries

_SQL = load_queries(Path(__file__).with_name("item.sql"))


async def companies_with(tx: Connection, item: str, companies: list[str] | None) -> list[Item]:
    """The item as each of these companies knows it; None for all companies."""
    return [msgspec.json.decode(row["body"], type=Item) for row in await tx.fetch(_SQL.items, item, companies)]


async def masterdata_of(tx: Connection, item: Item) -> Masterdata:
    """The item with its packs and components."""
    packs = [pack_of(row) for row in await tx.fetch(_SQL.packs, item.company_id, item.id)]
    parts = [component_of(row) for row in await tx.fetch(_SQL.components, item.company_id, item.id)]
    return Masterdata([item, *packs, *parts])


async def made_of(tx: Connection, company_id: str, items: Iterable[str]) -> Masterdata:
    """These items of a company and all they consist of, kits in kits included, without packs; those it knows."""
    named = set(items)
    parts = [component_of(row) for row in await tx.fetch(_SQL.made_of, company_id, list(named))]
    named.update(part.component for part in parts)
    known = [msgspec.json.decode(row["body"], type=Item) for row in await tx.fetch(_SQL.named, company_id, list(named))]
    return Masterdata([*known, *parts])


async def references_of(tx: Connection, item: Item) -> list[CrossReference]:
    """By what ids partners know the item, where that is stated one by one."""
    return [CrossReference(*row) for row in await tx.fetch(_SQL.cross_references, item.company_id, item.id)]


async def kits_with(tx: Connection, item: Item) -> list[str]:
    """The kits of which it is or was a component."""
    return [row["kit"] for row in await tx.fetch(_SQL.kits, item.company_id, item.id)]
