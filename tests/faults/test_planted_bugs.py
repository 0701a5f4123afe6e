"""The checker is worth something if it catches bugs: each of these is caught by the invariant named for it.

The bugs live beside this file, never in the product. All runs are of one seed; without a bug every invariant holds.
Takes minutes: `make storm`.
"""

from __future__ import annotations

import asyncio
import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from rich.console import Console

from crossdock.cli.demo import world as demo_world
from crossdock.cli.demo.days import NotSettled, run_days
from crossdock.cli.demo.report import check
from crossdock.cli.demo.world import World

pytestmark = pytest.mark.storm

ROOT = Path(__file__).parents[2]
PLANTS = Path(__file__).parent / "plants"
ORDERS, RATE, SEED = 12, 17280.0, 7
# Retries are needed for some bugs to show.
FAULTS = {"error_5xx": 0.05, "lost_reply": 0.08, "latency_ms": 30}

CAUGHT_BY = {
    "key_per_attempt": "no_document_doubled",
    "receipts_never_told": "accepted_reach_every_system_once",
    "order_of_deliveries_forgotten": "order_kept_per_key",
    "picks_booked_in_part": "stock_equals_wms",
    "guard_without_promises": "no_unbacked_promise",
    "shortages_stay_open": "shortage_is_owned",
    "invoices_round_up": "money_agrees",
    "deadletters_in_hiding": "nothing_stuck",
    "projection_skips": "projections_rebuild",
}


@contextmanager
def planted(bug: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Children of Crossdock run with the bug; the simulated systems, the commands and the checker do not."""
    start = demo_world.start_children

    def start_with_bug(*arguments: Any) -> Any:
        with monkeypatch.context() as patch:
            patch.setenv("PLANTED_BUG", bug)
            patch.setenv("PYTHONPATH", f"{PLANTS}:{ROOT / 'src'}")
            return start(*arguments)

    with monkeypatch.context() as patch:
        patch.setattr(demo_world, "start_children", start_with_bug)
        yield


def run(patience_seconds: float) -> dict[str, Any]:
    """The checker's verdict over a short run."""
    with tempfile.TemporaryDirectory(prefix="crossdock-planted-") as folder:
        directory = Path(folder)
        directory.chmod(0o755)
        project = ROOT / "examples" / "wholesaler"
        world = World(project, directory / "run", project / "data", ORDERS, RATE, SEED)
        (directory / "run").mkdir(mode=0o755)
        with (directory / "console.txt").open("w") as out:
            try:
                world.start()
                world.control("faults", FAULTS)
                try:
                    asyncio.run(run_days(world, Console(file=out), [], patience_seconds=patience_seconds))
                except NotSettled:
                    out.write("not settled\n")
                world.control("faults", {})
                return check(world, None)
            finally:
                world.stop()


@pytest.fixture(scope="module")
def clean() -> dict[str, Any]:
    """The same seed without a bug."""
    os.environ.setdefault("PYTHONPATH", str(ROOT / "src"))
    return run(150)


def test_without_a_bug_every_invariant_holds(clean: dict[str, Any]) -> None:
    assert {name: clean["violations"].get(name) for name, holds in clean["invariants"].items() if not holds} == {}


@pytest.mark.parametrize("bug", CAUGHT_BY)
def test_a_planted_bug_is_caught_by_the_invariant_named_for_it(
    bug: str, clean: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    invariant = CAUGHT_BY[bug]
    assert clean["invariants"][invariant]
    with planted(bug, monkeypatch):
        verdict = run(75)
    assert verdict["invariants"][invariant] is False
    assert verdict["violations"][invariant]
