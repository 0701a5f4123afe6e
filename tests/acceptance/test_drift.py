"""Facts that are dropped, told twice and told out of order, on every edge of the warehouses: every difference is found
within one window, with its cause, and nothing differs in silence."""

from __future__ import annotations

import asyncio
import datetime as dt
import json
import re
import shutil
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from crossdock.cli.demo.world import World
from crossdock.store import Store
from crossdock.testing.checker.books import Books
from crossdock.testing.checker.warehouse import Asked, Warehouses

pytestmark = pytest.mark.storm

EXAMPLE = Path(__file__).parents[2] / "examples/wholesaler"
EXAMPLE_DATA = EXAMPLE / "data"
ORDERS, RATE = 40, 1440.0
SECONDS, PATIENCE_SECONDS = 20, 30
WINDOW = dt.timedelta(hours=4)
"""In business time; a look takes about an hour of it at this rate."""
EVERY_MINUTES = 30
FAULTS = {"drop_webhook": 0.05, "double_fact": 0.4, "duplicate_webhook": 0.05, "reorder_webhook": 0.05}
DRIFT_RULES = """\
    everything: {window_minutes: 240, apply_units: "1000000", apply_money: "1000000"}
"""


OUR_BOOK = """select company_id, item, location, sum(unrestricted) as unrestricted, sum(picked) as picked,
    sum(packed) as packed, sum(quarantined) as quarantined, sum(damaged) as damaged
    from stock_position group by company_id, item, location"""


def project(folder: Path) -> Path:
    """The example, with warehouses that are compared often and a rule for all that differs."""
    made = folder / "project"
    shutil.copytree(EXAMPLE, made, ignore=shutil.ignore_patterns("data"))
    for name in ("wms_north", "wms_south"):
        file = made / "systems" / f"{name}.yaml"
        text = file.read_text(encoding="utf-8")
        file.write_text(
            replaced(text, r"kind: stock, every_minutes: \d+", f"kind: stock, every_minutes: {EVERY_MINUTES}")
        )
    policies = made / "policies.yaml"
    text = policies.read_text(encoding="utf-8")
    policies.write_text(replaced(text, r"(?<=\n  drift:\n)(    .*\n)+", DRIFT_RULES), encoding="utf-8")
    return made


def replaced(text: str, pattern: str, by: str) -> str:
    """The example with one thing said otherwise."""
    changed, times = re.subn(pattern, lambda _: by, text)
    assert times == 1, pattern
    return changed


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    """Trading days with faults from the opening on; then the systems behave, and what differs is mended."""
    folder = tmp_path_factory.mktemp("drift")
    made = World(project(folder), folder / "run", EXAMPLE_DATA, ORDERS, RATE, seed=11, workers=1)
    try:
        made.start()
        made.control("faults", FAULTS)
        time.sleep(SECONDS)
        made.control("faults", {})
        yield made
    finally:
        made.stop()


def ask(world: World, query: str, *values: Any) -> list[dict[str, Any]]:
    async def fetch() -> list[dict[str, Any]]:
        store = await Store.connect(world.database, max_size=1)
        try:
            async with store.transaction(readonly=True) as tx:
                return [dict(row) for row in await tx.fetch(query, *values)]
        finally:
            await store.close()

    return asyncio.run(fetch())


def differing(world: World) -> dict[Any, Any]:
    """Where the warehouses' own numbers and our book are not the same at this moment."""
    asked = {name: Asked.from_url(url, world.env["SANDBOX_TOKEN"]) for name, url in world.warehouses()}
    theirs = Warehouses(Books.read(world.books), asked).told_now()
    ours = {
        (row["company_id"], row["item"], row["location"], condition): row[condition]
        for row in ask(world, OUR_BOOK)
        for condition in ("unrestricted", "picked", "packed", "quarantined", "damaged")
    }
    keys = theirs.keys() | ours.keys()
    return {key: (theirs.get(key, 0), ours.get(key, 0)) for key in keys if theirs.get(key, 0) != ours.get(key, 0)}


def test_in_the_end_every_number_of_every_warehouse_is_ours(world: World) -> None:
    deadline = time.monotonic() + PATIENCE_SECONDS
    while (found := differing(world)) or ask(world, "select 1 from drift where closed_at is null"):
        if time.monotonic() > deadline:
            drifts = ask(
                world, "select system, item, state, cause, detail, differences from drift where closed_at is null"
            )
            raise AssertionError(f"{len(found)} numbers differ: {list(found.items())[:5]}; drifts {drifts[:5]}")
        time.sleep(0.5)


def test_there_were_drifts_and_each_has_a_cause(world: World) -> None:
    drifts = ask(world, "select cause, count(*) as count from drift group by cause")
    counts = {row["cause"]: row["count"] for row in drifts}
    assert counts.get("missing", 0) > 0
    assert "unknown" not in counts


def test_messages_were_dropped_repeated_and_told_out_of_order(world: World) -> None:
    struck = world.control("status")["faults"]
    assert [kind for kind in ("drop_webhook", "duplicate_webhook", "reorder_webhook") if not struck.get(kind)] == []


def test_every_drift_was_seen_within_one_window_of_the_fact_behind_it(world: World) -> None:
    for row in ask(world, "select item, cause, first_seen_at, evidence from drift"):
        facts = json.loads(row["evidence"])
        earliest = min(dt.datetime.fromisoformat(fact["at"]) for fact in facts)
        assert row["first_seen_at"] - earliest <= WINDOW, row
