"""Postings about goods that the ERP answers and never books, or books twice: every one is found within one window, with
its cause and the document behind it, and nothing else is taken for one. Takes minutes: `make storm`."""

from __future__ import annotations

import datetime as dt
import json
import time
from collections import defaultdict
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

import httpx2
import pytest

from crossdock.cli.demo.world import World
from tests.acceptance.test_drift import EVERY_MINUTES, EXAMPLE_DATA, WINDOW, ask, project

pytestmark = pytest.mark.storm

ORDERS, RATE, SECONDS, PATIENCE_SECONDS = 60, 1440.0, 25, 90
FAULTS = {"systems": {"erp": {"drop_posting": 0.1, "double_posting": 0.1}}}
CAUSES = {"drop_posting": "missing", "double_posting": "doubled"}

OUR_BOOK = """select company_id, location, item,
    sum(unrestricted + picked + packed + in_transfer + quarantined + damaged + expired) as quantity
    from stock_position group by company_id, location, item"""
FOUND = """select item, location, cause, detail, evidence, first_seen_at, resolution from drift
    where system = 'erp' and cause <> 'late'"""
SENT = "select case_id from delivery where system = 'erp' and idempotency_key = $1"


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


def struck(world: World) -> list[tuple[str, str, dt.datetime]]:
    """The fault, the case behind the posting, and when the ERP answered it."""
    found = []
    for line in (world.books / "erp.effects.jsonl").read_text(encoding="utf-8").splitlines():
        effect = json.loads(line)
        kind, _, fault = effect["kind"].partition(".")
        if kind == "fault":
            (row,) = ask(world, SENT, effect["idempotency_key"])
            found.append((fault, row["case_id"], dt.datetime.fromisoformat(effect["at"])))
    return found


def test_in_the_end_the_erp_has_our_numbers(world: World) -> None:
    deadline = time.monotonic() + PATIENCE_SECONDS
    while (found := differing(world)) or ask(world, "select 1 from drift where closed_at is null"):
        alive = ask(world, "select item, location, state, cause, detail from drift where closed_at is null limit 5")
        assert time.monotonic() < deadline, f"{len(found)}: {list(found.items())[:3]}; drifts {alive}"
        time.sleep(0.5)


def test_each_lost_and_doubled_posting_is_found_with_its_cause_within_a_window(world: World) -> None:
    drifts = ask(world, FOUND)
    faults = struck(world)
    assert {fault for fault, _, _ in faults} == set(CAUSES)
    strikes: dict[str, set[str]] = defaultdict(set)
    for fault, case, _ in faults:
        strikes[case].add(CAUSES[fault])
    for fault, case, at in faults:
        if fault == "drop_posting" and case.startswith("stock_correction/"):
            continue  # its drift stays as it was, and is corrected again
        named = [one for one in drifts if case in documents(one)]
        assert named, (fault, case)
        assert min(one["first_seen_at"] for one in named) - at <= WINDOW
        alone = [one for one in named if len(documents(one)) == 1]
        assert {one["cause"] for one in alone} <= strikes[case], (fault, case, alone)


def test_nothing_else_is_taken_for_a_fault(world: World) -> None:
    blamed = {case for _, case, _ in struck(world)}
    for drift in ask(world, FOUND):
        assert drift["cause"] in CAUSES.values(), drift
        # A correction whose posting came after all, later than the window, counts twice with it.
        assert {case for case in documents(drift) if not case.startswith("stock_correction/")} <= blamed, drift


def documents(drift: dict[str, Any]) -> set[str]:
    """The cases that a drift's evidence names."""
    return {fact["document"] for fact in json.loads(drift["evidence"])}
