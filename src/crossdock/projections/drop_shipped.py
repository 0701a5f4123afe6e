"""`drop_shipped`: what suppliers were asked to ship straight to customers, line by line."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

import asyncpg
import msgspec

from crossdock.model.party import PartyRef
from crossdock.model.purchase_order import DropShip
from crossdock.model.quantity import Quantity
from crossdock.projections.timeline import SQL
from crossdock.store import Connection
from crossdock.store.arrays import literals


class _Line(msgspec.Struct):
    line: str
    item: str
    quantity: Quantity


class _Order(msgspec.Struct):
    supplier: PartyRef
    lines: tuple[_Line, ...]
    drop_ship: DropShip | None = None


class _Placed(msgspec.Struct):
    order: _Order


_placed: msgspec.json.Decoder[_Placed] = msgspec.json.Decoder(_Placed)


async def fold(tx: Connection, rows: Sequence[asyncpg.Record]) -> None:
    """The lines of purchase orders whose goods never come to us."""
    lines: dict[tuple[str, str], tuple[Any, ...]] = {}
    for row in rows:
        if row["type"] != "PurchaseOrderPlaced":
            continue
        order = _placed.decode(row["body"]).order
        for line in order.lines if order.drop_ship is not None else ():
            key, quantity = (row["subject"], line.line), Decimal(line.quantity.amount)
            what = (row["company_id"], order.supplier.id, line.item, quantity, row["occurred_at"])
            lines.setdefault(key, (*key, *what))
    if lines:
        await tx.execute(SQL.add_drop_shipped, *literals([lines[key] for key in sorted(lines)]))
