"""Goods that went straight to packed in our book while the warehouse has them on its dock still."""

from __future__ import annotations

from decimal import Decimal

from msgspec.structs import replace

from crossdock.store import Store
from tests.integration.inventory.helpers import ask, book, expect, levels, move, receive
from tests.integration.reconciliation.world import SMALL, World, did, minute

ORDER = "sales_order/albion_uk/shop/1"


async def test_what_a_warehouse_has_not_sent_from_its_dock_yet_is_the_orders_and_not_a_lost_receipt(
    store: Store,
) -> None:
    world = World(store)
    await world.opened(0)
    supply = ("purchase_order/albion_uk/4500001", "10")
    await book(store, expect(8, 3))
    await book(store, ask(5, case=ORDER))
    came = replace(receive(8, supply=supply, cross_dock=True), occurred_at=minute(10), reason="receipt")
    await book(store, came)
    assert await world.stock("packed") == 5

    await world.states(20, did(1, 10, unrestricted=8), unrestricted=8)
    drift = await world.drift()
    assert drift.by_condition() == {"packed": Decimal(-5), "unrestricted": Decimal(5)}
    ((side, document),) = [(fact.side, fact.document) for fact in drift.facts()]
    assert (side, document) == ("ours", ORDER)
    assert world.wms.asked == [], "no receipt is missing"

    await world.states(30, did(2, 25, unrestricted=-5, packed=5), unrestricted=3, packed=5)
    assert await world.drifts() == []


async def docked(world: World) -> str:
    """Eight came, five of them for an order that waited, straight to packed; returns the promise that was kept so."""
    supply = ("purchase_order/albion_uk/4500001", "10")
    await world.opened(0)
    await book(world.store, expect(8, 3))
    await book(world.store, ask(5, case=ORDER))
    await book(
        world.store, replace(receive(8, supply=supply, cross_dock=True), occurred_at=minute(10), reason="receipt")
    )
    async with world.store.transaction() as tx:
        return str(await tx.fetchval("select id from reservation where state = 'fulfilled'"))


async def lies_on_the_shelf(world: World, promise: str) -> None:
    """The order hears that its goods were never on the dock."""
    put_away = move(5, "packed", "unrestricted", reservation=promise, stays_promised_as="again")
    await book(world.store, replace(put_away, subject=ORDER, occurred_at=minute(10), reason="put_away"))


async def test_what_lay_on_a_shelf_all_the_time_is_found_there_at_every_moment(store: Store) -> None:
    world = World(store)
    promise = await docked(world)
    await world.states(20, did(1, 10, unrestricted=8), unrestricted=8)
    assert await world.drift()

    await lies_on_the_shelf(world, promise)
    await world.states(30, unrestricted=8)
    assert await world.drifts() == []
    await world.states(40, did(2, 35, unrestricted=-1), unrestricted=7)
    (fact,) = (await world.drift()).facts()
    assert (fact.side, fact.number) == ("theirs", "2"), "what was booked and taken back is no cause"
    await world.holds()


async def test_a_correction_of_goods_that_lay_on_a_shelf_is_derived_again(store: Store) -> None:
    """A receipt told twice: the warehouse has eight on its shelf, our book had five of them packed and eight more."""
    world = World(store, SMALL)
    promise = await docked(world)
    await book(store, replace(receive(8, document="R2"), occurred_at=minute(12), reason="receipt"))
    for at in (20, 90, 95):
        await world.states(at, did(1, 10, unrestricted=8), unrestricted=8)
    assert (await world.stock("packed"), await world.stock()) == (0, 8)
    assert await world.drifts() == []

    await lies_on_the_shelf(world, promise)
    assert (await world.stock("packed"), await world.stock()) == (-5, 13)
    await world.reconcile()
    assert (await world.stock("packed"), await world.stock()) == (0, 8)
    assert (await levels(store)).reserved == 5
    await world.states(100, unrestricted=8)
    assert await world.drifts() == []
    await world.holds()
