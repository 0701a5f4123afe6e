"""The first 300 orders of the three days, undisturbed: everything that days of a wholesaler bring is in it.

Takes minutes: `make storm`.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tests.acceptance.test_days import INVARIANTS, demo

pytestmark = pytest.mark.storm

ORDERS = 300


@pytest.fixture(scope="module")
def report(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """A whole run, with a clock that an ordinary machine keeps up with."""
    out: Path = tmp_path_factory.mktemp("three-days") / "out.json"
    done = demo("--orders", str(ORDERS), "--rate", "5760", "--report", str(out), seconds=580)
    assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-3000:]
    figures: dict[str, Any] = json.loads(out.read_text(encoding="utf-8"))
    return figures


def test_every_invariant_holds_and_nothing_is_left_dead(report: dict[str, Any]) -> None:
    assert report["orders"] == ORDERS
    assert report["invariants"].keys() >= INVARIANTS
    assert [name for name, holds in report["invariants"].items() if not holds] == []
    assert report["dead_letters"] == 0


def test_what_warehouses_state_differs_from_our_books_by_what_is_under_way_alone(report: dict[str, Any]) -> None:
    assert "stock_drift" not in report["exception_cases"]


@pytest.mark.parametrize(
    "kind",
    [
        *("backordered", "partial", "returned", "adjusted"),
        *("over_received", "short_received", "price_changed", "rejected"),
    ],
)
def test_lines_of_every_kind_occur(report: dict[str, Any], kind: str) -> None:
    assert report[f"{kind}_lines"] > 0


def test_documents_span_each_other_in_every_way_that_is_hard(report: dict[str, Any]) -> None:
    assert report["situations"].keys() >= {
        *("ship_notice_over_two_orders", "receipt_over_two_ship_notices", "shipment_of_two_orders"),
        *("order_in_two_shipments", "invoice_over_two_receipts"),
    }
    assert [name for name, count in report["situations"].items() if not count] == []
