"""What the demo says while the days go by, and at their end."""

from __future__ import annotations

import io
from typing import Any

from rich.console import Console

from crossdock.cli.demo.progress import waiting_for
from crossdock.cli.demo.report import print_summary
from crossdock.operations.overview import WorkLeft

REST = WorkLeft(events=0, deliveries=0, deadlines=0, documents=0)


def outside(**changes: Any) -> dict[str, Any]:
    waiting = {"actions": 0, "until": "", "calls": 0, "mail": 0, "unsatisfied": []}
    return {"waiting": {**waiting, **changes}}


def test_the_demo_says_what_it_still_waits_for() -> None:
    left = WorkLeft(events=1200, deliveries=3, deadlines=1, documents=0)
    words = waiting_for(left, outside(actions=2, until="2010-12-14T09:00:00Z", calls=1, unsatisfied=["erp"]))
    assert words == (
        "1,200 events to handle, 3 deliveries, 1 deadline that is due, 1 answer to a call, "
        "2 planned actions of the simulated systems until 14 Dec 09:00, what the erp still has to buy"
    )


def test_at_rest_the_demo_waits_for_nothing_more() -> None:
    assert waiting_for(REST, outside()) == "nothing more"


def test_the_summary_says_of_each_kind_of_problem_how_many_there_were_and_how_many_are_open() -> None:
    figures = {
        "exception_cases": {"line_rejected": 12, "told_shortage": 3},
        "open_exception_cases": {"line_rejected": 5},
        "invariants": {},
        "violations": {},
    }
    out = Console(file=io.StringIO(), width=80)
    print_summary(out, figures)
    assert isinstance(out.file, io.StringIO)
    rows = [" ".join(line.split()) for line in out.file.getvalue().splitlines()]
    assert "exception cases: line_rejected 12 (5 open)" in rows
    assert "exception cases: told_shortage 3" in rows
