"""The distributor's days while processes are killed and the systems around misbehave. Takes minutes: `make storm`."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tests.acceptance.test_days import INVARIANTS, demo

pytestmark = pytest.mark.storm

ORDERS = 40


@pytest.fixture(scope="module")
def report(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """The undisturbed days and the disturbed ones. The clock is slow enough for all kills to fall into four days."""
    out: Path = tmp_path_factory.mktemp("chaos") / "out.json"
    done = demo("--orders", str(ORDERS), "--rate", "8640", "--chaos", "--report", str(out), seconds=580)
    assert done.returncode == 0, done.stdout[-6000:] + done.stderr[-3000:]
    figures: dict[str, Any] = json.loads(out.read_text(encoding="utf-8"))
    return figures


def test_every_invariant_holds_and_compared_something(report: dict[str, Any]) -> None:
    assert report["orders"] == ORDERS
    assert report["invariants"].keys() == INVARIANTS | {"same_as_baseline"}
    assert [name for name, holds in report["invariants"].items() if not holds] == []
    assert [name for name in report["invariants"] if not report["checked"][name]] == []


def test_workers_the_api_and_the_database_were_killed(report: dict[str, Any]) -> None:
    faults = report["faults"]
    assert faults["worker_kills"] >= 10
    assert faults["api_kills"] >= 5
    assert faults["database_kills"] >= 1
    assert any(kind.startswith("crash_point/") for kind in faults), "nothing died while a batch was open"


def test_the_systems_around_misbehaved(report: dict[str, Any]) -> None:
    faults = report["faults"]
    kinds = ("duplicate_webhook", "reorder_webhook", "lost_reply", "error_5xx", "outage", "latency")
    assert [kind for kind in kinds if not faults.get(kind)] == []
