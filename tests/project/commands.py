"""The commands of `crossdock`, as the command line knows them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import typer.main

from crossdock.cli.main import app


@dataclass(frozen=True)
class Command:
    """A command with its whole name, its help, and the options that say nothing of themselves."""

    name: str
    help: str
    options: frozenset[str]
    unexplained: tuple[str, ...]


def _walk(command: Any, path: tuple[str, ...]) -> Iterator[Command]:
    if children := getattr(command, "commands", None):
        for name, child in children.items():
            yield from _walk(child, (*path, name))
        return
    options = [one for one in command.params if one.param_type_name == "option" and one.name != "help"]
    unexplained = tuple(one.opts[0] for one in options if not one.help)
    names = frozenset(name for one in options for name in (*one.opts, *one.secondary_opts))
    yield Command(" ".join(path), " ".join((command.help or "").split()), names | {"--help"}, unexplained)


COMMANDS = sorted(_walk(typer.main.get_command(app), ()), key=lambda command: command.name)
