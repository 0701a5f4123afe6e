"""Goods that came for what waited and went straight to packed: their warehouse ships exactly these, from the dock.

The ledger books them as packed in the receipt's own transaction and tells the order, which may have changed its mind
meanwhile. What it does not want any more, and what a warehouse was to ship and left behind, is put away: it becomes
free, and whoever waits for it gets it.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from decimal import Decimal
from typing import NamedTuple

import msgspec

from crossdock.events.inventory import GoodsCrossDocked, PromisedLine
from crossdock.model.quantity import ZERO
from crossdock.model.stock import StockMoveLine
from crossdock.processes._kit import Effect, Move
from crossdock.processes.sales_order import v1_kits as kits
from crossdock.processes.sales_order import v1_stock as stock
from crossdock.processes.sales_order.v1_data import SalesOrderCase


class Left(NamedTuple):
    """Packed goods that this order does not take. `why` is unique among them: each is put away once."""

    line: str
    item: str
    location: str
    quantity: Decimal
    why: str


def take(case: SalesOrderCase, event: GoodsCrossDocked) -> Iterator[Effect]:
    """Have what still waits for these goods shipped; what does not is put away. A piece is taken once."""
    granted: list[PromisedLine] = []
    unwanted: list[Left] = []
    for piece in event.lines:
        line_id = kits.line_for(case, piece.line, piece.item)
        line = case.data.lines[line_id]
        if line.counts_on(piece.reservation):
            continue
        wanted = min(piece.quantity, line.backordered)
        if wanted > ZERO:
            line.waits_for_less(wanted)
            granted.append(msgspec.structs.replace(piece, quantity=wanted))
        if wanted < piece.quantity:
            left = Left(line_id, piece.item, piece.location, piece.quantity - wanted, piece.reservation)
            unwanted.append(left)
    yield from put_away(unwanted)
    yield from stock.ship(case, granted, event.receipt)
    stock.stand(case, [kits.line_for(case, piece.line, piece.item) for piece in granted])


def put_away(left: Sequence[Left]) -> Iterator[Effect]:
    """Packed goods go on a shelf after all."""
    if left:
        moves = tuple(
            StockMoveLine(one.line, one.item, one.location, one.quantity, "packed", "unrestricted") for one in left
        )
        yield Move(f"put away {left[0].why}", moves, reason="put_away")
