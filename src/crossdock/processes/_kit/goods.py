"""Telling the ERP what came to a place or left it, where it keeps stock by item and place."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from decimal import Decimal
from typing import Any

from crossdock.model.fulfillment import GoodsMovement, GoodsMovementLine
from crossdock.model.quantity import ZERO
from crossdock.model.stock import PHYSICAL_STATES, StockMoveLine
from crossdock.processes._kit.case import Case
from crossdock.processes._kit.effects import Effect
from crossdock.processes._kit.tell import tell

Place = tuple[str, str]
"""Location and item."""


def tell_goods(case: Case[Any], document: str, moves: Iterable[StockMoveLine], reason: str) -> Iterator[Effect]:
    """One document per location over what these moves bring and take; nothing for goods that only change their state.

    It follows from the very moves that are booked, so that both books add up to the same."""
    by_location: dict[str, list[tuple[str, Decimal]]] = defaultdict(list)
    for (location, item), quantity in sorted(_net(moves).items()):
        if quantity:
            by_location[location].append((item, quantity))
    for location, changes in by_location.items():
        number = f"{case.id}.{location}.{document}"
        lines = tuple(GoodsMovementLine(str(n), *change) for n, change in enumerate(changes, 1))
        body = GoodsMovement(case.company_id, location, number, case.at, reason, lines)
        yield from tell(case, "erp", "goods_movement", body, number)


def _net(moves: Iterable[StockMoveLine]) -> dict[Place, Decimal]:
    net: dict[Place, Decimal] = defaultdict(lambda: ZERO)
    for move in moves:
        if move.from_state in PHYSICAL_STATES:
            net[move.location, move.item] -= move.quantity
        if move.to_state in PHYSICAL_STATES:
            net[move.to_location or move.location, move.item] += move.quantity
    return net
