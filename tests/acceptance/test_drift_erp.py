"""Postings about goods that the ERP answers and never books, or books twice: every one is found within one window, with
its cause and the document behind it, nothing else is taken for one, and in the end the ERP has our numbers. Takes a
minute: `make storm`."""

from __future__ import annotations

import datetime as dt
import json
import time
from collections import defaultdict
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any, NamedTuple

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
FOUND = """select company_id, location, item, cause, detail, evidence, first_seen_at, resolution from drift
    where system = 'erp' and cause <> 'late'"""
SENT = "select case_id from delivery where system = 'erp' and idempotency_key = $1"


class Strike(NamedTuple):
    """What a fault did to one position: its number is off by so many. `corrects`: what it struck was a correction."""

    place: tuple[str, str, str]
    case: str
    cause: str
    at: dt.datetime
    off: Decimal

    @property
    def corrects(self) -> bool:
        return self.case.startswith("stock_correction/")


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


def strikes(world: World) -> list[Strike]:
    """What the ERP wrote down that it lost or booked twice."""
    found = []
    for line in (world.books / "erp.effects.jsonl").read_text(encoding="utf-8").splitlines():
        effect = json.loads(line)
        kind, _, fault = effect["kind"].partition(".")
        if kind != "fault":
            continue
        (row,) = ask(world, SENT, effect["idempotency_key"])
        off: dict[str, Decimal] = defaultdict(Decimal)
        for sent in effect["body"]["lines"]:
            off[sent["item"]] += Decimal(sent["qty"]) * (-1 if fault == "drop_posting" else 1)
        for item, quantity in off.items():
            place = (effect["body"]["entity"], effect["body"]["site"], item)
            at = dt.datetime.fromisoformat(effect["at"])
            found.append(Strike(place, row["case_id"], CAUSES[fault], at, quantity))
    return found


def place_of(drift: dict[str, Any]) -> tuple[str, str, str]:
    return drift["company_id"], drift["location"], drift["item"]


def test_in_the_end_the_erp_has_our_numbers(world: World) -> None:
    deadline = time.monotonic() + PATIENCE_SECONDS
    while (found := differing(world)) or ask(world, "select 1 from drift where closed_at is null"):
        alive = ask(world, "select item, location, state, cause, detail from drift where closed_at is null limit 5")
        assert time.monotonic() < deadline, f"{len(found)}: {list(found.items())[:3]}; drifts {alive}"
        time.sleep(0.5)


def test_each_lost_and_doubled_posting_is_found_with_its_cause_within_a_window(world: World) -> None:
    drifts: dict[tuple[str, str, str], list[dict[str, Any]]] = defaultdict(list)
    for drift in ask(world, FOUND):
        drifts[place_of(drift)].append(drift)
    struck = strikes(world)
    assert {strike.cause for strike in struck} == set(CAUSES.values())
    silent: dict[tuple[str, str, str], Decimal] = defaultdict(Decimal)
    for strike in struck:
        named = [
            drift
            for drift in drifts[strike.place]
            if (strike.case, strike.cause) in {(fact["document"], fact["cause"]) for fact in facts(drift)}
        ]
        if named:
            assert min(drift["first_seen_at"] for drift in named) - strike.at <= WINDOW, strike
        elif not (strike.corrects and strike.cause == "missing"):  # its drift stays as it was, and is corrected again
            silent[strike.place] += strike.off
    # What was lost and booked twice between two statements, so that it comes to nothing, makes no drift.
    assert {place: off for place, off in silent.items() if off} == {}


def test_nothing_else_is_taken_for_a_fault(world: World) -> None:
    blamed = {(strike.place, strike.case, strike.cause) for strike in strikes(world)}
    for drift in ask(world, FOUND):
        named = {(fact["document"], fact["cause"]) for fact in facts(drift)}
        causes = {cause for _, cause in named} - {"", "late"}
        assert drift["cause"] == ("mixed" if len(causes) > 1 else min(causes)), drift
        for case, cause in named:
            # A correction whose posting came after all, later than the window, counts twice with it.
            after_all = case.startswith("stock_correction/") and "came after all" in drift["detail"]
            assert cause in ("", "late") or after_all or (place_of(drift), case, cause) in blamed, drift


def facts(drift: dict[str, Any]) -> list[dict[str, Any]]:
    """What a drift's evidence names, and as what; our own corrections as nothing."""
    return [{"cause": "", **fact} for fact in json.loads(drift["evidence"])]
