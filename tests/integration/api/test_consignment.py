"""Our goods at a customer's, over HTTP: sent, stated as arrived, used and invoiced, taken back; promised to nobody."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import httpx2
import msgspec
from msgspec.structs import replace

from crossdock.masterdata import upsert
from crossdock.model.masterdata import Item
from crossdock.operations.stock import show_stock
from crossdock.project.load import load
from crossdock.project.versions import apply
from crossdock.store import Store
from tests.integration.api.test_goods_moves import UK, call, see
from tests.integration.engine.harness import rows
from tests.integration.operations.test_systems import WHOLESALER
from tests.integration.operations.worlds import ANNA, at_work
from tests.integration.processes.test_order_to_cash import happen, problems, stocked, verified
from tests.integration.processes.test_transfers import free, received, shipped
from tests.unit.processes.order_to_cash import network

CONSIGNED = "consignment_out:17850"
READS = network(consignees={"harbour": "17850"})


async def a_customers_place(store: Store) -> None:
    files = load(WHOLESALER, None)
    harbour = replace(files.locations["north"], id="harbour", kind="customer", customer="17850")
    async with store.transaction() as tx:
        await upsert(tx, [Item(UK, "HEART")])
        await apply(tx, replace(files, locations=files.locations | {"harbour": harbour}))


async def lies(store: Store) -> dict[tuple[str, str], Decimal]:
    found = await rows(store, "select location, owner, unrestricted from stock_position where item = 'HEART'")
    return {(place, owner): quantity for place, owner, quantity in found if quantity}


async def sent_out(desk: httpx2.AsyncClient, store: Store) -> httpx2.Response:
    await a_customers_place(store)
    await stocked(store, 10)
    lines = [{"item": "HEART", "quantity": "6"}]
    body = {"company": UK, "number": "T1", "reason": "agreed", "lines": lines}
    answer = await call(desk, "transfers", "k1", from_location="north", to_location="harbour", **body)
    await happen(store, reads=READS)
    return answer


def consumption(**changes: Any) -> dict[str, Any]:
    lines = [{"item": "HEART", "quantity": "4"}]
    return {"company": UK, "location": "harbour", "number": "W48", "lines": lines, "reason": "weekly report"} | changes


async def test_goods_at_a_customers_are_paid_for_when_they_are_used_and_come_back_when_they_are_not(
    desk: httpx2.AsyncClient, store: Store
) -> None:
    assert (await sent_out(desk, store)).status_code == 202
    await happen(store, (f"transfer/{UK}/T1", shipped("6")), reads=READS)
    for _ in range(2):
        arrived = await call(desk, "transfers/T1/receive", "k2", reason="signed for")
        assert arrived.status_code == 202, arrived.text
    await happen(store, reads=READS)
    assert await lies(store) == {("north", "own"): 4, ("harbour", CONSIGNED): 6}
    assert (await free(store, "harbour"), await free(store, "north")) == (0, 4)
    stock = await show_stock(await at_work(store), ANNA, "HEART")
    assert {place.owner: place.promisable for place in stock.positions} == {"own": True, CONSIGNED: False}

    for _ in range(2):
        used = await call(desk, "consumptions", "k3", **consumption())
        assert (used.status_code, used.json()["customer"], used.json()["not_there"]) == (202, "17850", [])
    assert (await call(desk, "consumptions", "k4", **consumption())).status_code == 409
    await happen(store, reads=READS)
    seen = await see(desk, used.json()["status_url"].removeprefix("/process/v1/"))
    (line,) = seen["lines"]
    assert (seen["state"], line["quantity"], line["invoice"]) == ("invoiced", "4", "CONS-harbour.W48")
    assert [sent["document"] for sent in seen["sent"]] == ["invoice"]
    ((passed,),) = await rows(store, "select body from event where type = 'OwnershipPassed'")
    body = msgspec.json.decode(passed)
    assert (body["from_owner"], body["to_owner"], body["quantity"]) == (CONSIGNED, "customer", "4")

    back = {"company": UK, "number": "T2", "reason": "season is over", "lines": [{"item": "HEART", "quantity": "3"}]}
    asked = await call(desk, "transfers", "k5", from_location="harbour", to_location="south", **back)
    assert asked.json()["not_free"] == [{"item": "HEART", "asked": "3", "free": "2"}]
    await happen(store, reads=READS)
    came = received("2")
    came = replace(came, receipt=replace(came.receipt, number="T2"))
    await happen(store, (f"transfer/{UK}/T2", came), reads=READS)
    assert await lies(store) == {("north", "own"): 4, ("south", "own"): 2}
    assert await free(store, "south") == 2
    assert await problems(store) == set()
    await verified(store)


async def test_more_used_than_lies_there_is_said_at_once_booked_and_asked_about(
    desk: httpx2.AsyncClient, store: Store
) -> None:
    await a_customers_place(store)
    answer = await call(desk, "consumptions", "k1", **consumption())
    assert answer.json()["not_there"] == [{"item": "HEART", "location": "harbour", "asked": "4", "there": "0"}]
    await happen(store, reads=READS)
    assert await lies(store) == {("harbour", CONSIGNED): -4}
    assert await problems(store) == {"stock_negative"}
    assert len((await see(desk, f"consumptions?company={UK}&location=harbour"))["items"]) == 1
    await verified(store)


async def test_what_makes_no_sense_is_refused_with_the_true_culprit(desk: httpx2.AsyncClient, store: Store) -> None:
    await sent_out(desk, store)
    nobody = [{"item": "NOBODY", "quantity": "1"}]
    part = [{"item": "HEART", "quantity": "0.5"}]
    for path, body, status, words in [
        ("consumptions", consumption(location="north"), 400, "north is at no customer's"),
        ("consumptions", consumption(lines=nobody), 400, "no item 'NOBODY'"),
        ("consumptions", consumption(lines=part), 422, "parts of what is counted"),
        ("transfers/T1/receive", {"reason": "x"}, 409, "nothing of transfer T1 is under way"),
        ("transfers/T1/receive", {"reason": "x", "lines": [{"line": "7", "quantity": "1"}]}, 400, "1 of line 7"),
    ]:
        refused = await call(desk, path, f"{path} {words}", **body)
        assert refused.status_code == status, refused.text
        assert words in refused.json()["detail"]


async def test_two_who_say_at_the_same_time_that_all_came_say_it_once(desk: httpx2.AsyncClient, store: Store) -> None:
    await sent_out(desk, store)
    await happen(store, (f"transfer/{UK}/T1", shipped("6")), reads=READS)
    for key in ("anna", "ben"):
        assert (await call(desk, "transfers/T1/receive", key, reason="signed for")).status_code == 202
    await happen(store, reads=READS)
    assert await lies(store) == {("north", "own"): 4, ("harbour", CONSIGNED): 6}
    assert await problems(store) == set()


async def test_more_than_was_under_way_is_said_at_once_and_a_receipt_counts_once(
    desk: httpx2.AsyncClient, store: Store
) -> None:
    await sent_out(desk, store)
    await happen(store, (f"transfer/{UK}/T1", shipped("6")), reads=READS)
    many: Any = {"receipt": "R1", "lines": [{"line": "1", "quantity": "30"}], "reason": "signed for"}
    told = (await call(desk, "transfers/T1/receive", "k2", **many)).json()
    assert told["more_than_under_way"] == [{"line": "1", "item": "HEART", "received": "30", "under_way": "6"}]
    assert told["already_counted"] is False
    for key, counted in (("k2", False), ("k3", True)):
        again = (await call(desk, "transfers/T1/receive", key, **many)).json()
        assert again["already_counted"] is counted, "before any worker has seen it, too"
    await happen(store, reads=READS)
    assert (await call(desk, "transfers/T1/receive", "k4", **many)).json()["already_counted"]
    assert await lies(store) == {("north", "own"): 4, ("harbour", CONSIGNED): 30}
    assert await problems(store) == {"transfer_over"}
    await verified(store)


async def test_nobody_states_what_a_warehouse_system_tells(desk: httpx2.AsyncClient, store: Store) -> None:
    await a_customers_place(store)
    await stocked(store, 10)
    body = {"company": UK, "number": "T1", "reason": "low", "lines": [{"item": "HEART", "quantity": "6"}]}
    await call(desk, "transfers", "k1", from_location="north", to_location="south", **body)
    await happen(store, (f"transfer/{UK}/T1", shipped("6")), reads=READS)
    refused = await call(desk, "transfers/T1/receive", "k2", reason="I saw them")
    assert (refused.status_code, refused.json()["detail"]) == (
        409,
        "the warehouse system of south tells what arrives there",
    )
