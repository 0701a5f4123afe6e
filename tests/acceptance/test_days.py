"""The distributor's days, run as a user runs them, on few orders and a fast clock."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

ORDERS = 12
INVARIANTS = {
    *("accepted_reach_every_system_once", "no_document_doubled", "order_kept_per_key", "stock_equals_wms"),
    *("no_unbacked_promise", "shortage_is_owned", "money_agrees", "nothing_stuck", "projections_rebuild"),
}
KEYS = {
    *("orders", "order_lines", "shipped_lines", "backordered_lines", "returns", "adjustments", "purchase_orders"),
    *("acknowledged", "received", "matched", "exception_cases", "dead_letters", "events", "movements", "deliveries"),
    *("skipped_rows", "seconds", "first_order_seconds", "orders_per_second", "invariants", "checked", "settled"),
}


def demo(*arguments: str, seconds: float = 240) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "crossdock.cli.main", "demo", "--once", *arguments]
    return subprocess.run(
        command, capture_output=True, text=True, timeout=seconds, check=False, env={**os.environ, "PYTHONPATH": "src"}
    )


@pytest.fixture(scope="module")
def report(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """A whole run of few orders; ends by itself when everything is settled."""
    out: Path = tmp_path_factory.mktemp("days") / "out.json"
    done = demo("--orders", str(ORDERS), "--rate", "17280", "--report", str(out))
    assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-3000:]
    figures: dict[str, Any] = json.loads(out.read_text(encoding="utf-8"))
    return figures


def test_the_report_has_every_figure_it_promises(report: dict[str, Any]) -> None:
    assert report.keys() >= KEYS
    assert report["orders"] == ORDERS


def test_every_invariant_holds_and_compared_something(report: dict[str, Any]) -> None:
    assert report["invariants"].keys() >= INVARIANTS
    assert [name for name, holds in report["invariants"].items() if not holds] == []
    assert [name for name in INVARIANTS if not report["checked"][name]] == []


def test_what_warehouses_state_differs_from_our_books_by_what_is_under_way_alone(report: dict[str, Any]) -> None:
    assert "stock_drift" not in report["exception_cases"]


def test_goods_went_out_and_came_in(report: dict[str, Any]) -> None:
    for figure in ("shipped_lines", "purchase_orders", "received", "movements", "deliveries", "events"):
        assert report[figure] > 0, figure
    assert report["dead_letters"] == 0


def test_more_orders_than_there_are_is_an_error_in_words() -> None:
    done = demo("--orders", "9999")
    assert done.returncode == 1
    assert "the data holds 337" in " ".join(done.stdout.split())
    assert "Traceback" not in done.stdout + done.stderr
