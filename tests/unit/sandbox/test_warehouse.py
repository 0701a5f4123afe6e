from __future__ import annotations

import datetime as dt
import json
from decimal import Decimal
from typing import Any

import msgspec
import pytest

from crossdock.sandbox.intake import Taken
from crossdock.sandbox.stage import Parcel, Truck
from crossdock.sandbox.wms import Wms
from crossdock.sandbox.wms_holds import Hold
from crossdock.sandbox.wms_inbound import InboundAdvice
from crossdock.sandbox.wms_outbound import ShippingOrder, ShipTo, check_digit
from crossdock.sandbox.wms_returns import ReturnAdvice
from crossdock.sandbox.wms_transfers import TransferAdvice, TransferOrder
from crossdock.sandbox.world import World
from tests.unit.sandbox.conftest import NOON, MakeWorld, run_until

UK = "albion_uk"
TAKEN = Taken((), "key", msgspec.Raw(b"{}"))


@pytest.fixture(autouse=True)
def no_calls(monkeypatch: pytest.MonkeyPatch) -> None:
    """Webhooks are looked up in the books; nobody listens."""

    async def nowhere(self: object, message_id: str, key: str, body: bytes) -> None:
        return

    monkeypatch.setattr("crossdock.sandbox.webhooks.Webhooks._post", nowhere)


def wms_of(world: World) -> Wms:
    wms = world.systems["wms_north"]
    assert isinstance(wms, Wms)
    world.stage.clock.origin_business = NOON
    return wms


async def told(world: World, event: str) -> list[dict[str, Any]]:
    await world.stage.journal.durable()
    file = world.stage.journal.folder / "wms_north.effects.jsonl"
    lines = [json.loads(line) for line in file.read_text().splitlines()]
    return [line["body"]["data"] for line in lines if line["kind"] == f"sent.{event}"]


def order(ref: str, customer: str = "17850", sku: str = "10002", quantity: int = 5) -> ShippingOrder:
    body = {"owner": UK, "order_ref": ref, "channel": "shop", "sales_order": ref.split("-")[0], "customer": customer}
    line = {"order_line": "1", "sku": sku, "qty": str(quantity)}
    return msgspec.convert(body | {"country": "United Kingdom", "lines": [line]}, ShippingOrder)


def advice(number: str) -> InboundAdvice:
    line = {"po": "4500001", "po_line": "10", "sku": "X", "qty": "12", "pack": ""}
    body = {"owner": UK, "advice": number, "vendor": "brightware", "eta": "2010-12-02", "lines": [line]}
    return msgspec.convert(body, InboundAdvice)


def truck(number: str, quantity: int = 12) -> Truck:
    arrives_at = dt.datetime(2010, 12, 2, 8, 30, tzinfo=dt.UTC)
    return Truck("brightware", UK, number, arrives_at, (Parcel("4500001", "10", "X", Decimal(quantity)),))


def stock(wms: Wms, sku: str, quantity: int) -> None:
    wms.floor.stock.levels[UK, sku].on_hand = Decimal(quantity)


async def test_an_order_is_allocated_picked_packed_and_leaves_with_the_wave(make_world: MakeWorld) -> None:
    async with make_world("wms_north") as world:
        wms = wms_of(world)
        stock(wms, "10002", 20)
        wms.outbound.take(order("536365-north-1"), TAKEN)
        await run_until(world, NOON + dt.timedelta(days=1))
        steps = [(await told(world, f"order.{step}"))[0] for step in ("allocated", "picked", "packed")]
        assert [step["sequence"] for step in steps] == [1, 2, 3]
        assert steps[0]["lines"] == [{"sales_order": "536365", "order_line": "1", "sku": "10002", "qty": "5"}]
        (shipment,) = await told(world, "shipment.dispatched")
        assert shipment["shipment"] == "SHN000001"
        assert shipment["at"].endswith(":00:00Z")
        level = wms.floor.stock.levels[UK, "10002"]
        assert (level.on_hand, level.allocated, level.picked, level.packed) == (15, 0, 0, 0)


async def test_an_order_from_the_dock_leaves_with_the_wave_without_being_put_away(make_world: MakeWorld) -> None:
    async with make_world("wms_north") as world:
        wms = wms_of(world)
        stock(wms, "10002", 5)
        wms.outbound.take(msgspec.structs.replace(order("536365-north-1"), cross_dock="RCN000001"), TAKEN)
        await run_until(world, NOON + dt.timedelta(days=1))
        assert [await told(world, f"order.{step}") for step in ("allocated", "picked", "packed")] == [[], [], []]
        (step,) = await told(world, "order.cross_docked")
        assert (step["sequence"], step["lines"][0]["qty"]) == (3, "5")
        assert len(await told(world, "shipment.dispatched")) == 1
        level = wms.floor.stock.levels[UK, "10002"]
        assert (level.on_hand, level.allocated, level.picked, level.packed) == (0, 0, 0, 0)


async def test_what_is_no_longer_on_the_dock_comes_from_the_shelf_when_there_is_some(make_world: MakeWorld) -> None:
    async with make_world("wms_north") as world:
        wms = wms_of(world)
        wms.outbound.take(msgspec.structs.replace(order("536365-north-1"), cross_dock="RCN000001"), TAKEN)
        wms.floor.stock.levels[UK, "10002"].on_hand = Decimal(0)
        await run_until(world, NOON + dt.timedelta(days=1))
        assert wms.outbound.waiting == ["536365-north-1"]
        stock(wms, "10002", 5)
        wms.outbound.retry(NOON + dt.timedelta(days=1))
        await run_until(world, NOON + dt.timedelta(days=2))
        assert len(await told(world, "order.packed")) == 1


async def test_what_one_owner_sends_one_customer_leaves_together_but_cash_buyers_are_many_people(
    make_world: MakeWorld,
) -> None:
    async with make_world("wms_north") as world:
        wms = wms_of(world)
        stock(wms, "10002", 100)
        for number, customer in (("1", "17850"), ("2", "17850"), ("3", "CASH"), ("4", "CASH")):
            wms.outbound.take(order(f"{number}-north-1", customer), TAKEN)
        await run_until(world, NOON + dt.timedelta(days=1))
        shipments = await told(world, "shipment.dispatched")
        orders = sorted(sorted(each["sales_order"] for each in shipment["orders"]) for shipment in shipments)
        assert orders == [["1", "2"], ["3"], ["4"]]
        packs = [pack for shipment in shipments for pack in shipment["packs"]]
        assert len(set(packs)) == 4
        assert all(check_digit(pack[:-1]) == pack[-1] for pack in packs)


async def test_orders_of_one_customer_for_two_places_leave_apart_and_each_says_where_to(
    make_world: MakeWorld,
) -> None:
    async with make_world("wms_north") as world:
        wms = wms_of(world)
        stock(wms, "10002", 100)
        for number, store in (("1", "STORE1"), ("2", "STORE2"), ("3", "STORE1")):
            goes_to = msgspec.structs.replace(order(f"{number}-north-1"), ship_to=ShipTo(store))
            wms.outbound.take(goes_to, TAKEN)
        await run_until(world, NOON + dt.timedelta(days=1))
        shipments = await told(world, "shipment.dispatched")
        carried = {each["ship_to"]["code"]: sorted(one["sales_order"] for one in each["orders"]) for each in shipments}
        assert carried == {"STORE1": ["1", "3"], "STORE2": ["2"]}


async def test_it_never_ships_what_is_not_there_and_lets_others_pass(make_world: MakeWorld) -> None:
    async with make_world("wms_north") as world:
        wms = wms_of(world)
        stock(wms, "10002", 6)
        wms.outbound.take(order("1-north-1", quantity=10), TAKEN)
        wms.outbound.take(order("2-north-1", quantity=6), TAKEN)
        await run_until(world, NOON + dt.timedelta(days=2))
        assert [each["orders"][0]["sales_order"] for each in await told(world, "shipment.dispatched")] == ["2"]
        assert wms.outbound.waiting == ["1-north-1"]
        stock(wms, "10002", 10)
        wms.outbound.retry(NOON + dt.timedelta(days=2))
        await run_until(world, NOON + dt.timedelta(days=4))
        assert len(await told(world, "shipment.dispatched")) == 2
        assert wms.floor.stock.levels[UK, "10002"].on_hand == 0


async def test_two_ship_notices_of_one_vendor_in_one_window_are_one_receipt(make_world: MakeWorld) -> None:
    async with make_world("wms_north", "brightware") as world:
        wms = wms_of(world)
        for number in ("BN000001", "BN000002"):
            wms.inbound.advise(advice(number), TAKEN)
            wms.inbound.expect(truck(number))
        await run_until(world, NOON + dt.timedelta(days=2))
        (receipt,) = await told(world, "receipt.confirmed")
        assert receipt["advices_closed"] == ["BN000001", "BN000002"]
        assert receipt["at"] == "2010-12-02T10:00:00Z"
        assert {line["condition"] for line in receipt["lines"]} <= {"OK", "DMG", "QUA"}
        assert world.stage.situations.summary()["receipt_over_two_ship_notices"] == 1


async def test_goods_that_nobody_announced_wait_at_the_dock(make_world: MakeWorld) -> None:
    async with make_world("wms_north", "brightware") as world:
        wms = wms_of(world)
        wms.inbound.expect(truck("BN000001"))
        await run_until(world, NOON + dt.timedelta(days=3))
        assert wms.inbound.unannounced == ["BN000001"]
        assert await told(world, "receipt.confirmed") == []
        wms.inbound.advise(advice("BN000001"), TAKEN)
        await run_until(world, NOON + dt.timedelta(days=4))
        assert len(await told(world, "receipt.confirmed")) == 1
        assert wms.inbound.unannounced == []


async def test_what_is_counted_is_what_came_not_what_was_announced(make_world: MakeWorld) -> None:
    async with make_world("wms_north", "brightware") as world:
        wms = wms_of(world)
        wms.inbound.advise(advice("BN000001"), TAKEN)
        wms.inbound.expect(truck("BN000001", quantity=1))
        await run_until(world, NOON + dt.timedelta(days=2))
        (receipt,) = await told(world, "receipt.confirmed")
        assert receipt["lines"][0]["qty"] in ("1", "2")
        assert wms.floor.stock.levels[UK, "X"].on_hand < 12


async def test_without_suppliers_in_the_process_the_advice_is_believed(make_world: MakeWorld) -> None:
    async with make_world("wms_north") as world:
        wms = wms_of(world)
        wms.inbound.advise(advice("BN000001"), TAKEN)
        await run_until(world, NOON + dt.timedelta(days=2))
        assert len(await told(world, "receipt.confirmed")) == 1


async def test_returns_are_received_then_judged_line_by_line(make_world: MakeWorld) -> None:
    async with make_world("wms_north") as world:
        wms = wms_of(world)
        lines = [{"line": str(number), "sku": f"S{number}", "qty": "2"} for number in range(30)]
        wms.returns.advise(msgspec.convert({"owner": UK, "rma": "C1", "lines": lines}, ReturnAdvice), TAKEN)
        await run_until(world, NOON + dt.timedelta(days=4))
        assert [each["sequence"] for each in await told(world, "return.received")] == [1]
        (judged,) = await told(world, "return.inspected")
        verdicts = {line["sku"]: line["verdict"] for line in judged["lines"]}
        assert set(verdicts.values()) == {"RESTOCK", "SCRAP"}
        for sku, verdict in verdicts.items():
            level = wms.floor.stock.levels[UK, sku]
            assert (level.quarantined, level.on_hand) == (0, 2 if verdict == "RESTOCK" else 0)


async def test_what_is_held_cannot_be_sold_until_it_is_let_go(make_world: MakeWorld) -> None:
    async with make_world("wms_north") as world:
        wms = wms_of(world)
        stock(wms, "10002", 6)
        level, begun = wms.floor.stock.levels[UK, "10002"], Decimal(6)
        body = {"owner": UK, "receipt": "R1", "lines": [{"line": "1", "sku": "10002", "qty": "4"}]}
        wms.holds.take(msgspec.convert(body | {"hold": "H1", "action": "HOLD"}, Hold), TAKEN)
        assert (level.on_hand, level.quarantined) == (begun - 4, 4)
        wms.holds.take(msgspec.convert(body | {"hold": "H2", "action": "RELEASE"}, Hold), TAKEN)
        assert (level.on_hand, level.quarantined) == (begun, 0)
        wms.holds.take(msgspec.convert(body | {"hold": "H3", "action": "HOLD"}, Hold), TAKEN)
        wms.holds.take(msgspec.convert(body | {"hold": "H4", "action": "REMOVE"}, Hold), TAKEN)
        assert (level.on_hand, level.quarantined) == (begun - 4, 0)


async def test_a_transfer_leaves_one_warehouse_and_what_was_not_lost_arrives(make_world: MakeWorld) -> None:
    async with make_world("wms_north") as world:
        wms = wms_of(world)
        stock(wms, "10002", 6)
        body = {"owner": UK, "transfer": "T1", "lines": [{"line": "1", "sku": "10002", "qty": "10"}]}
        wms.transfers.take(msgspec.convert(body | {"to_site": "south"}, TransferOrder), TAKEN)
        coming = body | {"shipment": "TSS000001", "from_site": "south", "eta": "2010-12-02"}
        wms.transfers.advise(msgspec.convert(coming, TransferAdvice), TAKEN)
        wms.transfers.lost["T1", "1"] = Decimal(3)
        await run_until(world, NOON + dt.timedelta(days=1))
        (left,) = await told(world, "transfer.shipped")
        assert (left["lines"], left["final"]) == ([{"line": "1", "sku": "10002", "qty": "6"}], True)
        (arrived,) = await told(world, "transfer.received")
        assert arrived["lines"] == [{"line": "1", "sku": "10002", "qty": "7", "condition": "OK"}]
        assert wms.floor.stock.levels[UK, "10002"].on_hand == 7


async def test_what_it_is_asked_to_weigh_is_weighed_as_it_comes_and_leaves(make_world: MakeWorld) -> None:
    async with make_world("wms_north") as world:
        wms = wms_of(world)
        coming = advice("ASN-9")
        coming = msgspec.structs.replace(coming, lines=(msgspec.structs.replace(coming.lines[0], weigh_in="KGM"),))
        wms.inbound.advise(coming, TAKEN)
        wms.inbound.expect(truck("ASN-9"))
        await run_until(world, NOON + dt.timedelta(days=1))
        (line,) = (await told(world, "receipt.confirmed"))[0]["lines"]
        going = order("536365-north-1", sku="X", quantity=12)
        going = msgspec.structs.replace(going, lines=(msgspec.structs.replace(going.lines[0], weigh_in="KGM"),))
        wms.outbound.take(going, TAKEN)
        await run_until(world, NOON + dt.timedelta(days=3))
        (shipment,) = await told(world, "shipment.dispatched")
        left = shipment["orders"][0]["lines"][0]
        assert line["weight_unit"] == left["weight_unit"] == "KGM"
        assert Decimal(line["weight"]) == Decimal(left["weight"]) > 0
