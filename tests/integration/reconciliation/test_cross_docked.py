"""Goods that went straight to packed in our book while the warehouse has them on its dock still."""

from __future__ import annotations

from decimal import Decimal

from msgspec.structs import replace

from crossdock.store import Store
from tests.integration.inventory.helpers import ask, book, expect, receive
from tests.integration.reconciliation.world import World, did, minute

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
