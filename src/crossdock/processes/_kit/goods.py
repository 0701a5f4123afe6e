"""What processes say of goods: to the ERP, what came to a place or left it; to a person, what the books lack."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from decimal import Decimal
from typing import Any

from crossdock.events.inventory import StockWentNegative
from crossdock.model.fulfillment import GoodsMovement, GoodsMovementLine
from crossdock.model.quantity import ZERO, Quantity, tidy
from crossdock.model.stock import PHYSICAL_STATES, StockMoveLine
from crossdock.processes._kit.case import Case
from crossdock.processes._kit.effects import Effect, OpenExceptionCase
from crossdock.processes._kit.tell import tell

Place = tuple[str, str]
"""Location and item."""


def line_beside(line_id: str, item: str) -> str:
    """The line that goods have which came, or go, under another item's line: `3:CUP`."""
    return f"{line_id}:{item}"


def tell_goods(case: Case[Any], document: str, moves: Iterable[StockMoveLine], reason: str) -> Iterator[Effect]:
    """One document per location over what these moves bring and take; nothing for goods that only change their state.

    It follows from the very moves that are booked, so that both books add up to the same."""
    moves = tuple(moves)
    weights = _weights(moves)
    by_location: dict[str, list[tuple[str, Decimal, Quantity | None]]] = defaultdict(list)
    for (location, item), quantity in sorted(_net(moves).items()):
        if quantity:
            by_location[location].append((item, quantity, weights.get((location, item))))
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
            net[move.arrives_at, move.item] += move.quantity
    return net


def _weights(moves: Iterable[StockMoveLine]) -> dict[Place, Quantity]:
    """What came and left of catch weight goods, where somebody weighed it."""
    net: dict[Place, Quantity] = {}
    for move in moves:
        if move.second_quantity is None:
            continue
        for state, place, sign in ((move.from_state, move.location, -1), (move.to_state, move.arrives_at, 1)):
            if state in PHYSICAL_STATES:
                key = (place, move.item)
                nothing = Quantity(ZERO, move.second_unit)
                net[key] = net.get(key, nothing) + Quantity(sign * move.second_quantity, move.second_unit)
    return net


def below_zero(event: StockWentNegative) -> str:
    """At what an item stands, for people."""
    return f"{event.item} in {event.location} stands at {tidy(event.quantity)}"


def stock_negative(case: Case[Any], event: StockWentNegative) -> OpenExceptionCase:
    """A fact took an item below zero: it stands, and somebody counts. What is missing is valued as it was bought."""
    item = case.reads.item(case.company_id, event.item)
    price = item.purchase_price if item else None
    return OpenExceptionCase(
        "stock_negative",
        below_zero(event),
        key=f"{event.item}/{event.location}",
        money_at_risk=item.worth(price, abs(event.quantity)) if item and price else None,
        owner="warehouse",
    )
