"""Postings about goods that the ERP answers and never books, or books twice: what they leave is found and mended, so
that in the end the ERP has our numbers. Takes minutes: `make storm`."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

import httpx2
import pytest

from crossdock.cli.demo.world import World
from tests.acceptance.test_drift import EVERY_MINUTES, EXAMPLE_DATA, ask, project

pytestmark = pytest.mark.storm

ORDERS, RATE, SECONDS, PATIENCE_SECONDS = 60, 1440.0, 25, 90
FAULTS = {"systems": {"erp": {"drop_posting": 0.1, "double_posting": 0.1}}}

OUR_BOOK = """select company_id, location, item,
    sum(unrestricted + picked + packed + in_transfer + quarantined + damaged + expired) as quantity
    from stock_position group by company_id, location, item"""


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    """A trading day with an ERP that loses and doubles; then it behaves, and what differs is mended."""
    folder = tmp_path_factory.mktemp("drift-erp")
    made = World(erp_project(folder), folder / "run", EXAMPLE_DATA, ORDERS, RATE, seed=5, workers=1)
    try:
        made.start()
        made.control("faults", FAULTS)
        time.sleep(SECONDS)
        made.control("faults", {})
        yield made
    finally:
        made.stop()


def erp_project(folder: Path) -> Path:
    """The example, with an ERP that hears of all goods that move and says what it believes to be on hand."""
    made = project(folder)
    file = made / "systems/erp.yaml"
    text = file.read_text(encoding="utf-8")
    if "kind: stock" not in text:
        text = text.replace("polls:", f"polls:\n  - {{ kind: stock, every_minutes: {EVERY_MINUTES} }}\n#")
        text = text.replace("  - goods_receipt\n", "  - goods_receipt\n  - goods_movement\n")
        file.write_text(text, encoding="utf-8")
    return made


def differing(world: World) -> dict[Any, Any]:
    """Where the ERP's own numbers and our book are not the same at this moment."""
    url, token = world.env["SANDBOX_ERP_URL"], world.env["SANDBOX_TOKEN"]
    answer = httpx2.get(f"{url}/api/v1/stock", headers={"authorization": f"Bearer {token}"}, timeout=30)
    theirs = {(one["entity"], one["site"], one["item"]): Decimal(one["qty"]) for one in answer.json()["levels"]}
    ours = {(row["company_id"], row["location"], row["item"]): row["quantity"] for row in ask(world, OUR_BOOK)}
    keys = theirs.keys() | ours.keys()
    return {key: (theirs.get(key, 0), ours.get(key, 0)) for key in keys if theirs.get(key, 0) != ours.get(key, 0)}


def test_in_the_end_the_erp_has_our_numbers(world: World) -> None:
    struck = (world.books / "erp.effects.jsonl").read_text(encoding="utf-8")
    assert {"fault.drop_posting", "fault.double_posting"} <= set(kinds(struck))
    deadline = time.monotonic() + PATIENCE_SECONDS
    while (found := differing(world)) or ask(world, "select 1 from drift where closed_at is null"):
        alive = ask(world, "select item, location, state, cause, detail from drift where closed_at is null limit 5")
        assert time.monotonic() < deadline, f"{len(found)}: {list(found.items())[:3]}; drifts {alive}"
        time.sleep(0.5)


def kinds(effects: str) -> list[str]:
    """What the ERP wrote down that it did."""
    return [json.loads(line)["kind"] for line in effects.splitlines()]
