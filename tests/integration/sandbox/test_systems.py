"""Each system alone, over real HTTP and SFTP."""

from __future__ import annotations

import asyncio
import datetime as dt
import json
from collections.abc import Callable
from decimal import Decimal
from typing import Any

import asyncssh
import httpx2
import pytest

from crossdock.edi import x12
from crossdock.sandbox.faults import FaultSettings, Outage
from crossdock.sandbox.world import World
from tests.integration.sandbox.conftest import SECRETS, OpenWorld

FAST = 40_000
AUTHORIZED = {"authorization": f"Bearer {SECRETS.token}"}


def client(world: World, system: str) -> httpx2.AsyncClient:
    return httpx2.AsyncClient(base_url=f"http://127.0.0.1:{world.ports[system]}", headers=AUTHORIZED)


def start(world: World, rate: float = FAST) -> None:
    world.start(dt.datetime.now(dt.UTC), world.stage.plan.begins_at, rate)


async def until(condition: Callable[[], object], seconds: float = 15) -> None:
    async with asyncio.timeout(seconds):
        while not condition():  # noqa: ASYNC110 - the condition lies in files and counters
            await asyncio.sleep(0.02)


def effects(world: World, system: str, kind: str) -> list[dict[str, Any]]:
    file = world.stage.journal.folder / f"{system}.effects.jsonl"
    lines = [json.loads(line) for line in file.read_text().splitlines()]
    return [line for line in lines if line["kind"] == kind]


async def pages(http: httpx2.AsyncClient, kind: str, limit: int) -> list[dict[str, Any]]:
    records, cursor, more = [], "", True
    while more:
        answer = (await http.get(f"/api/v1/changes?object={kind}&cursor={cursor}&limit={limit}")).json()
        records += answer["records"]
        cursor, more = answer["cursor"], answer["more"]
    return records


async def test_the_erp_hands_out_master_data_page_by_page_before_time_begins(open_world: OpenWorld) -> None:
    async with open_world("erp") as (world, _), client(world, "erp") as http:
        items = await pages(http, "items", 500)
        assert [each["seq"] for each in items] == list(range(1, len(items) + 1))
        assert {each["record"]["type"] for each in items} == {"STOCK", "CHARGE"}
        customers = await pages(http, "customers", 7)
        assert {each["record"]["credit_limit"] for each in customers} >= {None, "25000.00"}
        assert await pages(http, "purchase_orders", 10) == []
        assert (await http.get("/api/v1/changes?object=secrets")).status_code == 404
        assert (await http.get("/api/v1/changes?object=items&cursor=x")).status_code == 400


async def test_the_erp_orders_what_customers_bought_and_publishes_returns_at_their_time(open_world: OpenWorld) -> None:
    async with open_world("erp", orders=40) as (world, _), client(world, "erp") as http:
        item = next(each for each in world.stage.plan.items.values() if each.entity == "albion_uk")
        line = {"line": "1", "item": item.code, "qty": "5000"}
        body = {"entity": "albion_uk", "order": "1", "lines": [line]}
        posted = await http.post("/api/v1/postings/sales_orders", json=body, headers={"idempotency-key": "1"})
        assert (posted.status_code, posted.json()) == (201, {"posting": "SO000001"})
        start(world)
        await until(lambda: effects(world, "erp", "return.created"))
        order, *_ = await pages(http, "purchase_orders", 10)
        record = order["record"]
        assert (record["po_number"], record["vendor"], record["site"]) == ("4500001", item.vendor, item.site)
        assert Decimal(record["lines"][0]["qty"]) >= 5000 - 2500
        assert record["required_date"] > record["order_date"]
        assert (await pages(http, "returns", 1))[0]["record"]["rma"].startswith("C5363")


async def test_a_warehouse_tells_each_step_by_signed_webhook_until_it_is_taken(open_world: OpenWorld) -> None:
    async with open_world("wms_north") as (world, middleware), client(world, "wms_north") as http:
        opening = (await http.get("/wms/v1/stock?report=opening")).json()
        level = next(each for each in opening["levels"] if Decimal(each["qty"]) >= 6)
        body = {"owner": level["owner"], "order_ref": "536365-north-1", "channel": "shop", "sales_order": "536365"}
        line = {"order_line": "1", "sku": level["sku"], "qty": "6"}
        body |= {"customer": "17850", "country": "United Kingdom", "lines": [line]}
        middleware.refuse_first = 2
        middleware.react = _do_nothing  # type: ignore[method-assign]
        start(world)
        answer = await http.post("/wms/v1/shipping-orders", json=body, headers={"idempotency-key": "a"})
        assert answer.status_code == 201
        await until(lambda: len(middleware.webhooks) == 4)
        events = [each["event"] for each in middleware.webhooks]
        assert events == ["order.allocated", "order.picked", "order.packed", "shipment.dispatched"]
        assert world.stage.caller.counts["retried"] == 2
        now = (await http.get("/wms/v1/stock")).json()["levels"]
        left = next(each for each in now if (each["owner"], each["sku"]) == (level["owner"], level["sku"]))
        assert Decimal(left["on_hand"]) == Decimal(level["qty"]) - 6


async def _do_nothing(event: str, data: dict[str, Any]) -> None:
    return


async def test_a_carrier_follows_a_consignment_to_its_door(open_world: OpenWorld) -> None:
    async with open_world("carrier") as (world, middleware), client(world, "carrier") as http:
        start(world)
        body = {"reference": "SHN000012", "shipper": "albion_uk", "site": "north", "consignee": "17850"}
        body |= {"country": "United Kingdom", "packs": "1", "shipped_at": "2010-12-01T10:00:00Z"}
        refused = await http.post("/v2/consignments", json=body, headers={"idempotency-key": "a"})
        assert refused.status_code == 422
        answer = await http.post("/v2/consignments", json=body | {"packs": 1}, headers={"idempotency-key": "a"})
        assert answer.json()["tracking"].startswith("SWL")
        await until(lambda: middleware.webhooks and middleware.webhooks[-1]["data"]["code"] == "DL")
        codes = [each["data"]["code"] for each in middleware.webhooks]
        assert [code for code in codes if code != "EX"] == ["PU", "IT", "OD", "DL"]
        assert [each["sequence"] for each in middleware.webhooks] == list(range(1, len(codes) + 1))


async def test_the_shop_places_its_orders_in_time_and_takes_newer_stock_levels_only(open_world: OpenWorld) -> None:
    async with open_world("shop") as (world, middleware), client(world, "shop") as http:
        middleware.sell = _do_nothing_with_orders  # type: ignore[method-assign]
        start(world)
        await until(lambda: world.status()["done"])
        assert len(effects(world, "shop", "order.accepted")) == len(effects(world, "shop", "order.placed")) > 5
        for version, applied in ((2, 1), (1, 0), (3, 1)):
            levels = [{"sku": "10002", "quantity": "4", "version": version}]
            body = {"batch": f"b{version}", "at": "2010-12-01T10:00:00Z", "levels": levels}
            answer = await http.put("/shop/v1/stock-levels", json=body, headers={"idempotency-key": str(version)})
            assert (answer.status_code, answer.json()["applied"]) == (200, applied)
        assert [line["key"] for line in effects(world, "shop", "ignored_old")] == ["b1"]
        update = {"sequence": 1, "status": "accepted", "at": "2010-12-01T10:00:00Z", "lines": []}
        answer = await http.post("/shop/v1/orders/536367/updates", json=update, headers={"idempotency-key": "u"})
        assert answer.status_code == 201
        assert effects(world, "shop", "order_update")[0]["key"] == "536367"


async def _do_nothing_with_orders(*order: Any) -> None:
    return


async def test_the_marketplace_feed_grows_with_business_time(open_world: OpenWorld) -> None:
    async with open_world("marketplace", orders=60) as (world, _), client(world, "marketplace") as http:
        assert (await http.get("/mp/v1/orders")).json() == {"orders": [], "cursor": "0", "more": False}
        start(world)
        await until(lambda: world.status()["done"])
        feed, cursor, more = [], "", True
        while more:
            page = (await http.get(f"/mp/v1/orders?cursor={cursor}&limit=2")).json()
            feed += page["orders"]
            cursor, more = page["cursor"], page["more"]
        assert [order["seq"] for order in feed] == list(range(1, len(feed) + 1))
        assert len(feed) == world.status()["orders_total"] > 3
        assert feed == sorted(feed, key=lambda order: order["placed_at"])


async def test_partners_have_a_home_each_and_cannot_leave_it(open_world: OpenWorld) -> None:
    async with open_world("brightware", "homestead") as (world, middleware):
        await middleware.connect(world)
        for task in middleware.tasks:
            task.cancel()
        sftp = await middleware.sftp("brightware")
        assert sorted(name for name in await sftp.listdir(".") if name not in (".", "..")) == ["inbox", "outbox"]
        for outside in ("/etc/passwd", "../homestead/outbox", "../../sftp_host_key"):
            assert not await sftp.exists(outside)
        with pytest.raises(asyncssh.PermissionDenied):
            await asyncssh.connect(
                "127.0.0.1", world.ports["sftp"], username="brightware", password="wrong", known_hosts=None
            )


async def test_the_retailer_orders_by_850_and_acknowledges_what_it_takes(open_world: OpenWorld) -> None:
    async with open_world("homestead") as (world, middleware):
        start(world)
        await until(lambda: world.status()["orders_placed"] == world.status()["orders_total"])
        files = sorted(world.mailboxes["homestead"].outbox.glob("*850.edi"))
        assert len(files) == world.status()["orders_total"] > 3
        (item,) = x12.read(files[0].read_bytes())
        assert isinstance(item, x12.TransactionSet)
        line = next(segment for segment in item.segments if segment.id == "PO1")
        assert line.elements[6:] == ["IN", "HS85123A", "VN", "85123A"]
        await middleware.connect(world)
        for task in middleware.tasks:
            task.cancel()
        notice = [("BSN", "00", "SHN1", "20101201", "1000", "0001"), ("HL", "1", "", "S"), ("HL", "2", "1", "O")]
        notice += [("PRF", "536365"), ("HL", "3", "2", "I"), ("LIN", "1", "IN", "HS85123A"), ("SN1", "", "6", "EA")]
        await middleware.write("homestead", "albion_uk", "856", "SH", notice)
        await until(lambda: list(world.mailboxes["homestead"].outbox.glob("*997.edi")))
        (taken,) = effects(world, "homestead", "taken.856")
        assert taken["body"]["lines"] == [{"order": "536365", "line": "1", "item": "HS85123A", "qty": "6"}]
        assert [file.name for file in (world.mailboxes["homestead"].inbox / "done").iterdir()] == ["000001-856.edi"]


async def test_in_an_outage_nobody_is_answered_and_nothing_happens(open_world: OpenWorld) -> None:
    async with open_world("erp", "brightware") as (world, middleware), client(world, "erp") as http:
        begins = world.stage.plan.begins_at
        systems = ("erp", "sftp")
        outages = tuple(Outage(system, begins, begins + dt.timedelta(days=1)) for system in systems)
        world.stage.faults.replace(FaultSettings(outages=outages))
        with pytest.raises(httpx2.HTTPError):
            await http.get("/api/v1/changes?object=items")
        middleware.world = world
        middleware.connections = {}
        with pytest.raises((asyncssh.Error, OSError)):
            await middleware.sftp("brightware")
        world.stage.faults.replace(FaultSettings())
        assert (await http.get("/api/v1/changes?object=items")).status_code == 200
        assert await middleware.sftp("brightware")


async def test_a_lost_reply_cuts_the_connection_after_the_effect(open_world: OpenWorld) -> None:
    async with open_world("erp") as (world, _), client(world, "erp") as http:
        world.stage.faults.replace(FaultSettings(lost_reply=1.0))
        body = {"entity": "albion_uk", "order": "1", "lines": []}
        with pytest.raises(httpx2.HTTPError):
            await http.post("/api/v1/postings/sales_orders", json=body, headers={"idempotency-key": "1"})
        world.stage.faults.replace(FaultSettings())
        again = await http.post("/api/v1/postings/sales_orders", json=body, headers={"idempotency-key": "1"})
        assert again.status_code == 200
        assert len(effects(world, "erp", "sales_orders")) == 1
