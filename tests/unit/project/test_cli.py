from __future__ import annotations

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from crossdock.cli.project import app

WHOLESALER = str(Path(__file__).parents[3] / "examples" / "wholesaler")


def test_the_example_checks_against_the_connectors_there_are() -> None:
    result = CliRunner().invoke(app, ["check", WHOLESALER, "--no-environment"])

    assert result.exit_code == 0, result.output
    assert "wholesaler: nothing wrong (2 companies, 2 locations, 6 systems, 5 partners" in result.output


def test_a_build_can_read_the_findings_as_json(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("SANDBOX_TOKEN", raising=False)
    result = CliRunner().invoke(app, ["check", WHOLESALER, "--json"])
    report = json.loads(result.output)

    assert result.exit_code == 1
    assert not report["ok"]
    found = {(problem["file"], problem["line"]) for problem in report["problems"]}
    assert ("systems/erp.yaml", 6) in found


def test_problems_are_written_so_that_an_editor_can_jump_to_them(tmp_path: Path) -> None:
    (tmp_path / "network.yaml").write_text("nmae: x\n")
    result = CliRunner().invoke(app, ["check", str(tmp_path)])

    assert f"{tmp_path}/network.yaml:1: unknown key `nmae`; did you mean `name`?" in result.output


def test_the_network_is_shown_without_needing_any_secret() -> None:
    shown = CliRunner().invoke(app, ["show", WHOLESALER])
    assert shown.exit_code == 0, shown.output
    for word in ("Systems", "Partners", "Channels", "kilncraft"):
        assert word in shown.output

    as_json = json.loads(CliRunner().invoke(app, ["show", WHOLESALER, "--json"]).output)
    assert as_json["systems"]["erp"]["settings"]["token"] == "env:SANDBOX_TOKEN"
