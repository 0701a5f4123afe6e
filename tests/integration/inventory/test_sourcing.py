"""An order that prefers to go out whole is promised from one location, if one has all of it."""

from __future__ import annotations

from decimal import Decimal as D

from crossdock.events.inventory import StockPromised
from crossdock.model.stock import PromiseRequest, StockRequestLine
from crossdock.store import Store
from tests.integration.inventory.helpers import COMPANY, MUG, answer, book, holds, receive

ORDER = "sales_order/albion_uk/shop/1"


def whole(*lines: tuple[str, int], first: str = "north") -> PromiseRequest:
    places = ("north", "south") if first == "north" else ("south", "north")
    asked = tuple(
        StockRequestLine(str(n), item, D(quantity), places, whole_first=True)
        for n, (item, quantity) in enumerate(lines, 1)
    )
    return PromiseRequest(COMPANY, ORDER, ORDER, "asked", asked)


async def places(store: Store, request: PromiseRequest) -> list[tuple[str, str, D]]:
    told = await answer(store, request)
    assert isinstance(told, StockPromised)
    return [(line.item, line.location, line.quantity) for line in told.promised]


async def test_a_location_that_has_all_of_it_comes_before_any_split(store: Store) -> None:
    await book(store, receive(9), receive(9, "south"), receive(1, item="POT"), receive(5, "south", item="POT"))
    assert await places(store, whole((MUG, 3), ("POT", 4))) == [(MUG, "south", D(3)), ("POT", "south", D(4))]
    await holds(store)


async def test_where_no_location_has_all_of_it_it_is_split_as_listed(store: Store) -> None:
    await book(store, receive(2), receive(9, "south"), receive(9, item="POT"), receive(1, "south", item="POT"))
    assert await places(store, whole((MUG, 3), ("POT", 4))) == [
        (MUG, "north", D(2)),
        (MUG, "south", D(1)),
        ("POT", "north", D(4)),
    ]
    await holds(store)
