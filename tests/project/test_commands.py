"""Every command explains itself and shows an example."""

from __future__ import annotations

import pytest

from tests.project.commands import COMMANDS, Command


@pytest.mark.parametrize("command", COMMANDS, ids=lambda command: command.name)
def test_the_help_of_a_command_shows_an_example(command: Command) -> None:
    example = f"Example: crossdock {command.name}"
    assert example in command.help, f"the help of `crossdock {command.name}` has no line `{example} ...`"


@pytest.mark.parametrize("command", COMMANDS, ids=lambda command: command.name)
def test_every_option_of_a_command_is_explained(command: Command) -> None:
    assert command.unexplained == ()


def test_commands_are_found() -> None:
    assert {"up", "run", "demo"} <= {command.name for command in COMMANDS}
