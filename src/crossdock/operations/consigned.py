"""Goods of ours that lie at customers' on consignment."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal
from pathlib import Path

from crossdock.model.stock import consigned_to
from crossdock.store import Connection, load_queries
from crossdock.store.arrays import texts

SQL = load_queries(Path(__file__).with_suffix(".sql"))


async def consigned(
    tx: Connection, company_id: str, location: str, customer: str, items: Iterable[str]
) -> dict[str, Decimal]:
    """How much of items lies with a customer at a location, in their base units; nothing of those it does not name."""
    rows = await tx.fetch(SQL.consigned, company_id, location, consigned_to(customer), texts(list(items)))
    return {row["item"]: row["there"] for row in rows}
