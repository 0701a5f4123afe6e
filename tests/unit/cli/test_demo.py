"""What the demo says while the days go by, and at their end."""

from __future__ import annotations

import io
import socket
from pathlib import Path
from typing import Any

import pytest
from rich.console import Console
from typer.testing import CliRunner

from crossdock.cli.demo.progress import waiting_for
from crossdock.cli.demo.report import print_summary
from crossdock.cli.demo.world import World
from crossdock.cli.main import app
from crossdock.operations.overview import WorkLeft
from crossdock.sandbox.__main__ import parse_arguments

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
        "settled": True,
        "invariants": {},
        "violations": {},
    }
    out = Console(file=io.StringIO(), width=80)
    print_summary(out, figures)
    assert isinstance(out.file, io.StringIO)
    rows = [" ".join(line.split()) for line in out.file.getvalue().splitlines()]
    assert "exception cases: line_rejected 12 (5 open)" in rows
    assert "exception cases: told_shortage 3" in rows


@pytest.mark.parametrize(("asked", "played"), [(0, None), (20, 20)])
def test_a_demo_that_is_given_no_number_plays_all_orders_there_are(
    asked: int, played: int | None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("TOKEN", "WEBHOOK_SECRET", "SFTP_PASSWORD", "SHOP_API_KEY"):
        monkeypatch.setenv(f"SANDBOX_{name}", "x")
    world = World(tmp_path, tmp_path, tmp_path, asked, 2880.0, 7)
    assert parse_arguments(world.sandbox_arguments()).orders == played


@pytest.mark.parametrize("command", [["demo"], ["up", "examples/wholesaler"]])
def test_a_port_at_which_another_program_listens_is_refused_before_anything_starts(
    command: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("crossdock.cli.up.network_of", lambda project: None)
    with socket.socket() as other:
        # As the HTTP interface listens: the system would let a second one listen beside it.
        other.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = str(other.getsockname()[1])
        result = CliRunner().invoke(app, [*command, "--port", port, "--directory", str(tmp_path / "new")])
    assert result.exit_code == 2
    assert "--port" in result.output
    assert "already in use" in result.output
    assert not (tmp_path / "new").exists()


def test_a_report_that_could_not_be_written_is_refused_before_anything_starts(tmp_path: Path) -> None:
    folder = tmp_path / "new"
    for report in (tmp_path, tmp_path / "none" / "out.json"):
        result = CliRunner().invoke(app, ["demo", "--report", str(report), "--directory", str(folder)])
        assert result.exit_code == 2
        assert "--report" in result.output
    assert not folder.exists()
