"""What help and how-tos show of EDI works as it stands: every command is run, in a folder that has the files of the
repository, after those above it."""

from __future__ import annotations

import glob
import re
import shlex
from pathlib import Path

import pytest
from typer.testing import CliRunner

from crossdock.cli.main import app
from tests.project.commands import COMMANDS, Command
from tests.project.tree import ROOT

RUNNER = CliRunner()
PAGES = (
    "README.md",
    "docs/howto/edi-documents.md",
    "docs/howto/read-a-flat-file.md",
    "docs/howto/describe-a-partner.md",
)
_LINE = re.compile(r"^crossdock ((?:edi|partner) [^\n]*)$", re.MULTILINE)
_OURS = [command for command in COMMANDS if command.name.split()[0] in ("edi", "partner")]


@pytest.fixture(autouse=True)
def clone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder that holds what a clone does."""
    for name in ("src", "corpus", "examples"):
        tmp_path.joinpath(name).symlink_to(ROOT / name)
    monkeypatch.chdir(tmp_path)
    return tmp_path


def ran(line: str) -> int:
    """The exit code of a command as a shell would run it. In the README a remark stands behind it."""
    words = shlex.split(line.split("    ")[0])
    target = words[words.index(">") + 1] if ">" in words else ""
    words = words[: words.index(">")] if target else words
    arguments = [found for word in words for found in (sorted(glob.glob(word)) if "*" in word else [word])]
    result = RUNNER.invoke(app, arguments)
    assert result.exception is None or isinstance(result.exception, SystemExit), (line, result.exception)
    if target:
        Path(target).write_bytes(result.stdout_bytes)
    assert result.exit_code in (0, 1), f"{line}: {result.output}"
    return result.exit_code


@pytest.mark.parametrize("command", _OURS, ids=lambda command: command.name)
def test_the_example_of_a_command_works_in_a_clone(command: Command) -> None:
    ran(command.help.partition("Example: crossdock ")[2])


@pytest.mark.parametrize("page", PAGES)
def test_the_commands_of_a_page_work_one_after_another(page: str) -> None:
    lines = _LINE.findall((ROOT / page).read_text(encoding="utf-8"))
    assert lines
    for line in lines:
        ran(line)


def test_the_layouts_of_the_page_are_those_of_the_examples() -> None:
    page = (ROOT / "docs/howto/read-a-flat-file.md").read_text(encoding="utf-8")
    for name in ("orders.yaml", "orders-fixed.yaml"):
        assert (ROOT / "examples/flat" / name).read_text(encoding="utf-8") in page
