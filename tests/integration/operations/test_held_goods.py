"""Goods that nobody had asked for, through the real engine: held, then taken in or sent back by a buyer."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import msgspec
import pytest

from crossdock.events.purchase_order import PurchaseOrderLinesReceived
from crossdock.events.supplier_documents import InventoryHoldCarriedOut
from crossdock.identity import Actor, Denied
from crossdock.inventory.guard.documents import documents
from crossdock.inventory.guard.verify import verify
from crossdock.model.ship_notice import InventoryHold, InventoryHoldLine
from crossdock.operations import purchasing
from crossdock.operations.problems import Problem
from crossdock.processes import PROCESSES
from crossdock.store import Store
from tests.integration.engine.harness import rows
from tests.integration.operations.buying import RECEIPT, UK, say, surplus, work
from tests.integration.operations.worlds import ANNA, at_work
from tests.unit.processes.procure_to_pay import SUBJECT, counted, ea, goods_receipt

D = Decimal


async def stock(store: Store) -> tuple[Decimal, Decimal, Decimal]:
    """Unrestricted, quarantined, free to promise."""
    ((a, b),) = await rows(store, "select sum(unrestricted), sum(quarantined) from stock_position")
    ((free,),) = await rows(store, "select sum(on_hand - safety - reserved - allocated) from promise_position")
    return a, b, free


async def problems(store: Store) -> list[tuple[str, str]]:
    found = await rows(store, "select code, detail from exception_case where closed_at is null order by code")
    return [(code, detail) for code, detail in found]


async def told(store: Store, document: str) -> list[Any]:
    found = await rows(store, "select system, content from delivery where operation = $1 order by id", document)
    return [(system, msgspec.json.decode(bytes(content).partition(b" ")[2])) for system, content in found]


async def case(store: Store, subject: str) -> Any:
    ((text,),) = await rows(store, "select data from process_case where id = $1", subject)
    return PROCESSES[subject.split("/")[0]].decoder.decode(text)


async def conserved(store: Store) -> None:
    """The ledger's laws hold, and what the order says it received is what the receipts say."""
    async with store.transaction() as tx:
        found = await verify(tx)
        orders = await documents(tx, "", 100)
    assert found.discrepancies == ()
    assert orders.findings == []


async def test_the_surplus_of_a_receipt_waits_for_a_buyer_and_the_warehouse_is_told(store: Store) -> None:
    await surplus(store)
    assert await stock(store) == (105, 15, 105)
    assert dict(await problems(store))["receipt_held"] == (
        "15 of 85123A in north wait for a decision: more than 4500001 line 10 takes"
    )
    ((system, body),) = await told(store, "inventory_hold")
    assert (system, body["action"], body["receipt"], body["lines"][0]["quantity"]["amount"]) == (
        "wms_north",
        "hold",
        "R1",
        "15",
    )
    await conserved(store)


async def test_what_a_buyer_accepts_can_be_promised_at_once_and_may_be_paid_for(store: Store) -> None:
    await surplus(store)
    await purchasing.decide_held_goods(await at_work(store), ANNA, "R1", decision="accepted", reason="sells well")
    await work(store)
    assert await stock(store) == (120, 0, 120)
    assert await problems(store) == []
    assert [body["action"] for _, body in await told(store, "inventory_hold")] == ["hold", "release"]
    assert (await case(store, SUBJECT)).lines["10"].surplus == 15
    await conserved(store)
    # What comes now is beyond what was ordered and what was accepted.
    await say(
        store,
        (f"goods_receipt/{UK}/north/R2", goods_receipt(counted("1", "4500001", "10", "85123A", "3"), number="R2")),
    )
    assert await stock(store) == (120, 3, 120)


async def test_what_a_buyer_refuses_leaves_our_stock_and_the_order_and_the_erp_hear_of_it(store: Store) -> None:
    await surplus(store)
    await purchasing.decide_held_goods(
        await at_work(store), ANNA, "R1", decision="refused", to="claim", lines=("1",), reason="not ordered"
    )
    await work(store)
    assert await stock(store) == (105, 0, 105)
    assert await problems(store) == []
    assert [body["action"] for _, body in await told(store, "inventory_hold")] == ["hold", "remove"]
    posted = [body["lines"][0]["quantity"]["amount"] for _, body in await told(store, "goods_receipt")]
    assert posted == ["120", "-15"]
    assert (await case(store, SUBJECT)).lines["10"].received_good == 105
    assert await rows(
        store, "select from_state, to_state from stock_movement order by transaction_id desc limit 1"
    ) == [("quarantined", "claim")]
    await conserved(store)


async def test_an_item_that_the_order_does_not_have_is_held_whole(store: Store) -> None:
    await surplus(store, "40", item="22423")
    assert await stock(store) == (0, 40, 0)
    detail = dict(await problems(store))["receipt_held"]
    assert detail == "40 of 22423 in north wait for a decision: 4500001 line 10 orders another item"


async def test_a_decision_counts_once_and_only_about_what_is_held(store: Store) -> None:
    await surplus(store)
    desk = await at_work(store)
    with pytest.raises(Problem, match="line 7 of goods receipt R1 is not held"):
        await purchasing.decide_held_goods(desk, ANNA, "R1", decision="accepted", lines=("7",), reason="x")
    for decision in ("accepted", "refused"):  # before a worker hears of the first
        await purchasing.decide_held_goods(desk, ANNA, "R1", decision=decision, reason="x")  # type: ignore[arg-type]
    await work(store)
    assert await stock(store) == (120, 0, 120)
    with pytest.raises(Problem, match="nothing of goods receipt R1 is held"):
        await purchasing.decide_held_goods(desk, ANNA, "R1", decision="refused", reason="x")
    supplier = Actor("portal", frozenset({"purchasing:write"}), partner="brightware")
    with pytest.raises(Denied):
        await purchasing.decide_held_goods(desk, supplier, "R1", decision="accepted", reason="x")


async def test_the_warehouse_says_what_it_did(store: Store) -> None:
    await surplus(store)
    done = InventoryHold(UK, "R1.hold.0", "north", "R1", "hold", (InventoryHoldLine("1", "85123A", ea("15")),))
    await say(store, (RECEIPT, InventoryHoldCarriedOut(done)), (RECEIPT, InventoryHoldCarriedOut(done)))
    assert (await case(store, RECEIPT)).carried_out == ["R1.hold.0"]
    assert await stock(store) == (105, 15, 105)


async def test_an_order_that_took_in_a_surplus_is_not_asked_about_it_again(store: Store) -> None:
    await surplus(store)
    await purchasing.decide_held_goods(await at_work(store), ANNA, "R1", decision="accepted", reason="sells well")
    await work(store)
    back = PurchaseOrderLinesReceived("north/R9", ())
    await say(store, (SUBJECT, back))
    assert await problems(store) == []
