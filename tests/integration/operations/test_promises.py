"""To whom an item is promised: found by the journal of its positions, however long that is."""

from __future__ import annotations

import pytest

from crossdock.operations import promises
from crossdock.operations.stock import show_stock
from crossdock.store import Store
from tests.integration.inventory.helpers import MUG, ask, book, pick, receive, release, tell
from tests.integration.operations.worlds import ANNA, at_work


async def test_an_old_promise_is_found_behind_many_that_ended(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(promises, "_PAGE", 3)
    await book(store, receive(10), receive(2, "south"))
    await book(store, ask(4, case="sales_order/c/shop/old"))
    for number in range(4):
        await book(store, ask(1, "south", "north", case=f"sales_order/c/shop/{number}"))
        await book(store, release(f"sales_order/c/shop/{number}"))
    await book(store, ask(3, "south", "north", case="sales_order/c/shop/new"))
    await book(store, tell(9, case="sales_order/c/shop/told"), ask(1, case="sales_order/c/shop/late"))
    found = (await show_stock(await at_work(store), ANNA, MUG)).promises
    assert [(p.subject.rpartition("/")[2], p.location, int(p.remaining), p.state) for p in found] == [
        ("told", "north", 5, "reserved"),
        ("new", "north", 1, "reserved"),
        ("old", "north", 4, "reserved"),
        ("new", "south", 2, "reserved"),
        ("told", "north", 4, "short"),
        ("late", "north", 1, "backordered"),
    ]


async def test_a_promise_of_which_a_part_was_picked_shows_the_rest(store: Store) -> None:
    await book(store, receive(10))
    await book(store, ask(4, case="sales_order/c/shop/1"))
    (before,) = (await show_stock(await at_work(store), ANNA, MUG)).promises
    await book(store, pick(3, before.id))
    (after,) = (await show_stock(await at_work(store), ANNA, MUG)).promises
    assert (after.id, after.quantity, after.remaining) == (before.id, 4, 1)
