"""Two quantities per movement: what positions weigh follows from the movements that say it."""

from __future__ import annotations

from decimal import Decimal as D

from crossdock.inventory.availability.terms import SecondQuantity
from crossdock.operations.stock import show_stock
from crossdock.store import Store
from tests.integration.inventory.helpers import book, examine, holds, move, receive
from tests.integration.operations.test_policies import wholesaler
from tests.integration.operations.worlds import ANNA, at_work

CHEESE = {"item": "CHEESE"}


def weighing(amount: str) -> dict[str, object]:
    return {**CHEESE, "second_quantity": D(amount), "second_unit": "KGM"}


async def test_stock_is_shown_in_both_quantities_with_what_nobody_weighed(store: Store) -> None:
    await wholesaler(store)
    await book(store, receive(10, **weighing("25.4")), receive(2, **CHEESE))
    await book(store, move(3, "unrestricted", "picked", **CHEESE))
    await book(store, move(3, "picked", "customer", **weighing("7.354")))
    (place,) = (await show_stock(await at_work(store), ANNA, "CHEESE")).positions
    (second,) = place.seconds
    assert (place.unrestricted, second) == (D(9), SecondQuantity("KGM", D("18.046"), D(7)))
    assert place.not_weighed(second) == D(2)
    await holds(store)


async def test_goods_that_left_without_a_weight_leave_again_with_it(store: Store) -> None:
    await book(store, receive(3, **weighing("7.5")))
    await book(store, move(3, "unrestricted", "customer", **CHEESE))
    back = move(3, "customer", "packed", **CHEESE)
    again = move(3, "packed", "customer", **weighing("7.5"))
    await book(store, back, again)
    async with store.transaction() as tx:
        row = await tx.fetchrow("select unit, quantity, weighed from stock_position_second")
    assert tuple(row) == ("KGM", D(0), D(0))
    await holds(store)


async def test_a_weight_that_no_movement_explains_is_found(store: Store) -> None:
    await book(store, receive(3, **weighing("7.5")))
    async with store.transaction() as tx:
        await tx.execute("update stock_position_second set quantity = quantity + 1")
    assert [one.law for one in (await examine(store)).discrepancies] == ["second_quantity_fold"]
