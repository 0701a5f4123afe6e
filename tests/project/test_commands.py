"""Every command explains itself and shows an example."""

from __future__ import annotations

import re

import pytest

from tests.project.commands import COMMANDS, Command
from tests.project.tree import ROOT, tracked

# A command in a document: in backquotes, or on a line of its own in a block.
_MENTIONED = re.compile(r"`crossdock ([^`]+)`|^(?:\$ )?(?:\.venv/bin/)?crossdock ([^`\n#]+)", re.MULTILINE)
# These answer nothing: they work until they are stopped.
UNTIL_STOPPED = {"up", "run", "api"}
_OPTION = re.compile(r"--[a-z][a-z-]*")


@pytest.mark.parametrize("command", COMMANDS, ids=lambda command: command.name)
def test_the_help_of_a_command_shows_an_example(command: Command) -> None:
    example = f"Example: crossdock {command.name}"
    assert example in command.help, f"the help of `crossdock {command.name}` has no line `{example} ...`"


@pytest.mark.parametrize("command", COMMANDS, ids=lambda command: command.name)
def test_every_option_of_a_command_is_explained(command: Command) -> None:
    assert command.unexplained == ()


@pytest.mark.parametrize("command", COMMANDS, ids=lambda command: command.name)
def test_every_command_that_answers_speaks_to_programs(command: Command) -> None:
    assert "--json" in command.options or command.name in UNTIL_STOPPED


def test_commands_are_found() -> None:
    assert {"up", "run", "demo"} <= {command.name for command in COMMANDS}


def test_commands_that_documents_name_exist_with_their_options() -> None:
    by_name = {command.name: command for command in COMMANDS}
    wrong = []
    for path in (path for path in tracked() if path.suffix == ".md" and path.name != "CHANGELOG.md"):
        for spans in _MENTIONED.findall(path.read_text(encoding="utf-8")):
            said = " ".join("".join(spans).split())
            words = said.split()
            command = by_name.get(" ".join(words[:2])) or by_name.get(words[0])
            if command is None or set(_OPTION.findall(said)) - command.options:
                wrong.append(f"{path.relative_to(ROOT)}: crossdock {said}")
    assert wrong == []
