"""All systems together, played to the end against the naive middleware, and as the process users start."""

from __future__ import annotations

import asyncio
import datetime as dt
import json
import os
import signal
import sys
from collections import Counter
from decimal import Decimal
from pathlib import Path
from typing import Any

import httpx2
import pytest

from crossdock.sandbox.faults import FaultSettings
from crossdock.sandbox.world import World
from tests.integration.sandbox.conftest import EXAMPLE, SECRETS, OpenWorld

STEP = dt.timedelta(hours=2)


async def play(open_world: OpenWorld, faults: FaultSettings, orders: int = 30) -> tuple[dict[str, Any], Any]:
    """Time is moved on by steps of two hours when everybody is done, so that a busy machine changes nothing."""
    async with open_world(orders=orders) as (world, middleware):
        world.stage.faults.replace(faults)
        await middleware.connect(world)
        world.start(dt.datetime.now(dt.UTC), world.stage.plan.begins_at, rate=1)
        for _ in range(1000):
            await middleware.quiet()
            status = world.status()
            if status["done"]:
                check_goods(world)
                return status, middleware
            due = world.stage.schedule.next_at()
            assert due is not None
            world.stage.clock.start(dt.datetime.now(dt.UTC), due + STEP, rate=1)
            world.stage.schedule.wake()
            await until_played(world)
        raise AssertionError("the days do not end")


async def until_played(world: World) -> None:
    while (due := world.stage.schedule.next_at()) is not None and due <= world.stage.clock.now():  # noqa: ASYNC110
        await asyncio.sleep(0.002)


def check_goods(world: World) -> None:
    """Nothing was made or lost on the floor: opening, goods in, goods out and what lies there now agree."""
    balance: Counter[tuple[str, str, str]] = Counter()
    for name, settings in world.stage.settings.warehouses.items():
        for (owner, sku), point in world.stage.plan.stock.items():
            balance[settings.site, owner, sku] += int(point.opening.get(settings.site, Decimal(0)))
        book = world.stage.journal.folder / f"{name}.effects.jsonl"
        for line in map(json.loads, book.read_text().splitlines()):
            data = line["body"].get("data", {})
            if line["kind"] in ("sent.receipt.confirmed", "sent.stock.adjusted", "sent.return.inspected"):
                for each in data["lines"]:
                    if each.get("verdict") != "SCRAP":
                        balance[settings.site, data["owner"], each["sku"]] += int(each["qty"])
            elif line["kind"] == "sent.shipment.dispatched":
                for each in (each for order in data["orders"] for each in order["lines"]):
                    balance[settings.site, data["owner"], each["sku"]] -= int(each["qty"])
        levels = getattr(world.systems[name], "floor").stock.levels  # noqa: B009
        for (owner, sku), level in levels.items():
            assert level.on_hand >= 0
            there = level.on_hand + level.picked + level.packed + level.quarantined + level.damaged
            assert balance[settings.site, owner, sku] == there, (settings.site, owner, sku)


async def test_the_days_are_played_to_the_end(open_world: OpenWorld) -> None:
    status, middleware = await play(open_world, FaultSettings())
    assert status["orders_placed"] == status["orders_total"] == 30
    assert (status["failures"], status["pending"], middleware.problems) == ([], 0, [])
    assert middleware.backorders == []
    assert status["situations"]["shipment_of_two_orders"] > 0
    assert status["situations"]["order_in_two_shipments"] > 0
    systems = status["systems"]
    assert systems["erp"]["purchase_orders"] == sum(
        systems[name]["orders"] for name in ("brightware", "kilncraft", "lumenhaus", "paperfold")
    )
    assert all(systems[name]["waiting_for_goods"] == [] for name in ("wms_north", "wms_south"))
    assert systems["carrier"]["DL"] == systems["carrier"]["consignments"] > 0


async def test_faults_delay_the_days_and_change_nothing_else(
    open_world: OpenWorld, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("crossdock.sandbox.webhooks._HELD_BACK_SECONDS", 0.1)
    rates = FaultSettings(10, 0.05, 0.05, duplicate_webhook=0.05, reorder_webhook=0.05)
    status, middleware = await play(open_world, rates)
    assert status["orders_placed"] == 30
    assert middleware.documents["orders"] == 30
    assert middleware.backorders == []
    assert (
        min(status["faults"][kind] for kind in ("error_5xx", "lost_reply", "duplicate_webhook", "reorder_webhook")) > 0
    )


async def test_the_process_says_its_ports_plays_and_goes_when_told(tmp_path: Path) -> None:
    environment = os.environ | {
        "PYTHONPATH": "src",
        "SANDBOX_TOKEN": SECRETS.token,
        "SANDBOX_WEBHOOK_SECRET": SECRETS.webhook,
        "SANDBOX_SFTP_PASSWORD": SECRETS.sftp_password,
        "SANDBOX_SHOP_API_KEY": SECRETS.shop_api_key,
    }
    folders = ["--books", str(tmp_path / "books"), "--state", str(tmp_path / "state")]
    arguments = ["--config", str(EXAMPLE / "sandbox.yaml"), "--data", str(EXAMPLE / "data"), "--orders", "5"]
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "crossdock.sandbox", *arguments, *folders, "--crossdock", "http://127.0.0.1:9",
        stdout=asyncio.subprocess.PIPE, env=environment, cwd=EXAMPLE.parents[1],
    )  # fmt: skip
    assert process.stdout is not None
    ready = json.loads(await process.stdout.readline())
    assert set(ready["ports"]) == {
        "control", "sftp", "erp", "wms_north", "wms_south", "carrier", "shop", "marketplace",
    }  # fmt: skip
    async with httpx2.AsyncClient(base_url=f"http://127.0.0.1:{ready['ports']['control']}") as control:
        assert not (await control.get("/control/status")).json()["started"]
        start = {"origin_technical": dt.datetime.now(dt.UTC).isoformat(), "rate": 2880.0}
        start["origin_business"] = ready["begins_at"]
        assert (await control.post("/control/start", json=start)).status_code == 200
        assert (await control.post("/control/start", json=start)).status_code == 409
        assert (await control.get("/control/status")).json()["orders_total"] == 5
        assert (await control.post("/control/faults", json={"error_5xx": 0.1})).status_code == 200
        assert (await control.post("/control/faults", json={"error": 0.1})).status_code == 422
        wrong = await control.get("/control/status", headers={"authorization": "Bearer wrong"})
        assert wrong.status_code == 401
    process.send_signal(signal.SIGTERM)
    assert await asyncio.wait_for(process.wait(), 10) == 0


@pytest.mark.parametrize(
    ("arguments", "complaint"),
    [(["--orders", "9999"], "the data holds 337"), (["--only", "nobody"], "no such system: nobody")],
)
async def test_a_wrong_start_says_what_is_wrong(tmp_path: Path, arguments: list[str], complaint: str) -> None:
    names = ("SANDBOX_TOKEN", "SANDBOX_SFTP_PASSWORD", "SANDBOX_SHOP_API_KEY")
    environment = (
        os.environ | {"PYTHONPATH": "src", "SANDBOX_WEBHOOK_SECRET": SECRETS.webhook} | dict.fromkeys(names, "x")
    )
    folders = ["--books", str(tmp_path), "--state", str(tmp_path), "--crossdock", "http://127.0.0.1:9"]
    example = ["--config", str(EXAMPLE / "sandbox.yaml"), "--data", str(EXAMPLE / "data")]
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "crossdock.sandbox", *example, *folders, *arguments,
        stderr=asyncio.subprocess.PIPE, env=environment, cwd=EXAMPLE.parents[1],
    )  # fmt: skip
    _, error = await process.communicate()
    assert process.returncode == 1
    assert complaint in error.decode()
