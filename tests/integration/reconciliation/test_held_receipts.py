"""Drifts whose cause is a receipt that the warehouse may not state: it lies held, and the drift names it."""

from __future__ import annotations

from decimal import Decimal

from crossdock.events.supplier_documents import GoodsReceiptPosted
from crossdock.model.quantity import Quantity
from crossdock.model.ship_notice import GoodsReceipt, GoodsReceiptLine
from crossdock.ports.connector import RawDocument, Record, Translation
from crossdock.store import Store
from crossdock.testing.scenario import COMPANY
from tests.integration.engine.harness import rows
from tests.integration.reconciliation.world import MUG, World, did, minute


def receipt(raw: RawDocument, references: object) -> Translation:
    line = GoodsReceiptLine("1", "PO1", "1", MUG, Quantity(Decimal(12)))
    body = GoodsReceiptPosted(GoodsReceipt(COMPANY, "R1", "north", minute(5), (line,), "kiln"))
    subject = f"goods_receipt/{COMPANY}/north/R1"
    identity = ("goods_receipt", "wms_north", "R1", "")
    return Translation((Record(body, COMPANY, minute(5), subject=subject, identity=identity),))


async def test_a_receipt_that_the_warehouse_may_not_state_is_the_cause_though_it_lists_it_too(store: Store) -> None:
    world = World(store)
    world.engine.held_by = lambda source, fact, company, of: "ownership" if fact == "GoodsReceiptPosted" else ""
    world.wms.translate = receipt  # type: ignore[method-assign,assignment]
    await world.opened(50)
    await world.tells("wms_north")
    await world.tells("wms_north")  # once more, as systems do: still one receipt
    await world.states(20, did(189, 5, unrestricted=12), unrestricted=62)
    drift = await world.drift()
    (first, _) = await rows(store, "select id from raw_document order by id")
    assert (drift.cause, [fact.number for fact in drift.facts()]) == ("unowned_change", [f"raw/{first[0]}"])
