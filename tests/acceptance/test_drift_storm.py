"""Two days of the same, with corrections and receipts that are told twice under another number. Takes minutes:
`make storm`."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator

import pytest

from crossdock.cli.demo.world import World
from tests.acceptance.test_drift import EXAMPLE_DATA, FAULTS, ask, differing, project

pytestmark = pytest.mark.storm

ORDERS, RATE, SECONDS, PATIENCE_SECONDS = 150, 1440.0, 150, 120


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    """Trading days with faults, then the systems behave."""
    folder = tmp_path_factory.mktemp("drift-storm")
    made = World(project(folder), folder / "run", EXAMPLE_DATA, ORDERS, RATE, seed=7, workers=2)
    try:
        made.start()
        made.control("faults", FAULTS | {"double_fact": 0.4})
        time.sleep(SECONDS)
        made.control("faults", {})
        yield made
    finally:
        made.stop()


def test_in_the_end_every_number_is_ours_and_every_drift_had_a_cause(world: World) -> None:
    deadline = time.monotonic() + PATIENCE_SECONDS
    while (found := differing(world)) or ask(world, "select 1 from drift where closed_at is null"):
        alive = ask(world, "select system, item, state, cause, detail from drift where closed_at is null limit 5")
        assert time.monotonic() < deadline, f"{len(found)} numbers differ; drifts {alive}"
        time.sleep(0.5)
    causes = {row["cause"]: row["count"] for row in ask(world, CAUSES)}
    struck = world.control("status")["faults"]
    assert struck.get("drop_webhook"), struck
    assert struck.get("double_fact"), struck
    assert causes.get("missing", 0) > 0, causes
    assert causes.get("doubled", 0) > 0, causes
    assert "unknown" not in causes, causes
    for drift in ask(world, DOUBLED):
        twins = {fact["document"] for fact in json.loads(drift["evidence"])}
        assert len(twins) >= 2, drift


DOUBLED = "select item, detail, evidence from drift where cause = 'doubled'"
CAUSES = "select cause, count(*) as count from drift group by cause"
