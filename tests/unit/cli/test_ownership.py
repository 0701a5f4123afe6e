"""Who may state what, on the command line."""

from __future__ import annotations

from pathlib import Path

import pytest
from typer.testing import CliRunner

from crossdock.cli.main import app

WHOLESALER = Path(__file__).parents[3] / "examples" / "wholesaler"


def test_a_folder_without_a_project_is_said_to_have_none(tmp_path: Path) -> None:
    result = CliRunner().invoke(app, ["ownership", "show", str(tmp_path)])
    assert result.exit_code == 2
    assert f"there is no network project in {tmp_path}" in result.stderr
    assert "examples/wholesaler" in result.stderr


@pytest.mark.parametrize(
    ("filtered", "words"),
    [
        (("--fact", "goods_receit"), "there is no fact 'goods_receit' in the project\nDid you mean `goods_receipt`?"),
        (("--location", "nowhere"), "there is no location or channel 'nowhere' in the project\n"),
        (("--company", "nope"), "Known are albion_ie, albion_uk"),
    ],
)
def test_a_filter_that_names_nothing_is_refused(filtered: tuple[str, str], words: str) -> None:
    result = CliRunner().invoke(app, ["ownership", "show", str(WHOLESALER), *filtered])
    assert result.exit_code == 1
    assert words in result.stderr
