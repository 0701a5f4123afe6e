"""Levels that a channel answers and never shows, or shows late, behind an older one, or not as they were told, and
orders that it sold and never tells of: what comes of them is found with its cause; in the end the channels show what
they were told. Takes minutes: `make storm`."""

from __future__ import annotations

import datetime as dt
import json
import re
import time
from collections import defaultdict
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any, NamedTuple

import httpx2
import pytest

from crossdock.cli.demo.world import World
from tests.acceptance.test_drift import EXAMPLE_DATA, ask, project, replaced

pytestmark = pytest.mark.storm

ORDERS, RATE, SECONDS, PATIENCE_SECONDS = 90, 1440.0, 30, 90
WRITES = {"drop_write": 0.05, "delay_write": 0.05, "reorder_write": 0.05, "foreign_write": 0.05}
ORDER_FAULTS = {"drop_order": 0.2, "double_order": 0.2, "reorder_order": 0.2}
"""Orders are few: with less, some fault would strike none of them."""
FAULTS = {"systems": {"shop": WRITES, "marketplace": WRITES | ORDER_FAULTS}}
WINDOW = dt.timedelta(hours=12)
"""In business time; everything that a channel shows is looked at once in some four hours of it at this rate."""
CAUSES = {
    "drop_write": {"missing"},
    "delay_write": {"missing", "late"},
    "reorder_write": {"missing", "late"},
    "foreign_write": {"unowned_change"},
}
SHOWN = {"shop": "/shop/v1/stock-levels", "marketplace": "/mp/v1/offers/stock"}
SEEN = """select d.company_id, d.system, d.item, c.at, c.cause, c.detail, c.state from drift as d
    join drift_change as c on c.drift = d.id where d.kind = 'channel' order by c.at"""
ALIVE = """select system, item, cause, detail from drift where kind = 'channel' and closed_at is null
    and detail not like '%never came to us as orders'"""
TOLD = "select company_id, channel, item, quantity from published_item"

Place = tuple[str, str, str]
"""Company, channel, item."""


class Strike(NamedTuple):
    """A fault that hit one level: of which version, and when."""

    place: Place
    version: int
    fault: str
    at: dt.datetime


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    """A trading day with channels that lose, delay, reorder and overwrite; then they behave, and what differs is
    mended."""
    folder = tmp_path_factory.mktemp("drift-channels")
    made = World(channel_project(folder), folder / "run", EXAMPLE_DATA, ORDERS, RATE, seed=3, workers=1)
    try:
        made.start()
        made.control("faults", FAULTS)
        time.sleep(SECONDS)
        made.control("faults", {})
        yield made
    finally:
        made.stop()


def channel_project(folder: Path) -> Path:
    """The example, with channels of which everything is read back, and a window for what differs."""
    made = project(folder)
    file = made / "policies.yaml"
    text = file.read_text(encoding="utf-8")
    text = replaced(text, r'read_back_percent: "\d+"', 'read_back_percent: "100"')
    file.write_text(replaced(text, r"window_minutes: 240", f"window_minutes: {WINDOW.seconds // 60}"), encoding="utf-8")
    return made


def effects(world: World, channel: str) -> list[dict[str, Any]]:
    lines = (world.books / f"{channel}.effects.jsonl").read_text(encoding="utf-8").splitlines()
    return [json.loads(line) for line in lines]


def strikes(world: World) -> list[Strike]:
    """What the channels wrote down that they lost, delayed, reordered or overwrote."""
    return [
        Strike((effect["entity"], channel, effect["body"]["sku"]), effect["body"]["version"], fault, at_of(effect))
        for channel in SHOWN
        for effect in effects(world, channel)
        if (fault := effect["kind"].removeprefix("fault.")) in CAUSES
    ]


def lost(world: World) -> dict[Place, list[dt.datetime]]:
    """When the marketplace sold what by orders that it never told of."""
    found: dict[Place, list[dt.datetime]] = defaultdict(list)
    for effect in effects(world, "marketplace"):
        if effect["kind"] == "fault.drop_order":
            for line in effect["body"]["items"]:
                found[effect["entity"], "marketplace", line["sku"]].append(at_of(effect))
    return found


def at_of(effect: dict[str, Any]) -> dt.datetime:
    return dt.datetime.fromisoformat(effect["at"])


def seen(world: World) -> dict[Place, list[dict[str, Any]]]:
    """What was found, by article."""
    found: dict[Place, list[dict[str, Any]]] = defaultdict(list)
    for row in ask(world, SEEN):
        found[row["company_id"], row["system"], row["item"]].append(row)
    return found


def names(row: dict[str, Any], strike: Strike) -> bool:
    """Does a change of a drift name the version that was struck, as what it was?"""
    versions = {int(number) for number in re.findall(r"version (\d+)", row["detail"])}
    version = strike.version + (strike.fault == "foreign_write")
    return version in versions and row["cause"] in CAUSES[strike.fault]


def differing(world: World) -> list[Any]:
    """Where a channel's own numbers are not what it was told last."""
    found = []
    told = {(r["company_id"], r["channel"], r["item"]): r["quantity"] for r in ask(world, TOLD)}
    for channel, path in SHOWN.items():
        url, token = world.env[f"SANDBOX_{channel.upper()}_URL"], world.env["SANDBOX_TOKEN"]
        for company in sorted({place[0] for place in told}):
            after, more = "", True
            while more:
                params = {"entity": company, "after": after}
                headers = {"authorization": f"Bearer {token}"}
                page = httpx2.get(url + path, params=params, headers=headers, timeout=30).json()
                for level in page["levels"]:
                    place = (company, channel, level["sku"])
                    said, shows = told.get(place), Decimal(level["quantity"])  # None: it is to be told again
                    if said is None or shows not in (said, max(said - Decimal(level["sold"]), Decimal(0))):
                        found.append((place, told.get(place), level))
                after, more = page["after"], page["more"]
    return found


def test_in_the_end_the_channels_show_what_they_were_told(world: World) -> None:
    deadline = time.monotonic() + PATIENCE_SECONDS
    while (found := differing(world)) or ask(world, ALIVE):
        assert time.monotonic() < deadline, f"{len(found)}: {found[:3]}; drifts {ask(world, ALIVE)[:5]}"
        time.sleep(0.5)


def test_of_each_kind_of_fault_some_are_found_with_their_cause_and_version(world: World) -> None:
    found, struck = seen(world), strikes(world)
    assert {strike.fault for strike in struck} == set(CAUSES)
    named = {strike.fault for strike in struck if any(names(row, strike) for row in found[strike.place])}
    assert named == set(CAUSES)


def test_what_was_sold_in_orders_that_never_come_is_found_as_that_once_the_window_is_over(world: World) -> None:
    """As far as the channel still says so: with each number that it is told it forgets what it sold before."""
    found, orders = seen(world), lost(world)
    assert orders
    assert [
        place for place in orders if any("never came to us as orders" in row["detail"] for row in found[place])
    ] != []


def test_orders_that_were_told_twice_or_out_of_order_were_taken_once(world: World) -> None:
    told = {effect["key"] for effect in effects(world, "marketplace") if effect["kind"] == "order.placed"}
    kinds = {effect["kind"] for effect in effects(world, "marketplace")}
    assert kinds >= {f"fault.{fault}" for fault in ORDER_FAULTS}, world.control("status")["faults"]
    told -= {effect["key"] for effect in effects(world, "marketplace") if effect["kind"] == "fault.drop_order"}
    taken = [row["id"] for row in ask(world, "select id from process_case where id like 'sales_order/%/marketplace/%'")]
    assert sorted(case.rpartition("/")[2] for case in taken) == sorted(told)
