"""Every command helps with an example, prints JSON where it shows something, and is not steered by strangers."""

from __future__ import annotations

import io
import socket
from collections.abc import Iterator
from decimal import Decimal

import click
import pytest
import typer
from rich.console import Console
from typer.testing import CliRunner

from crossdock.cli._console import plain, reaching, redacted, why_not
from crossdock.cli.channel import _print_channels
from crossdock.cli.main import app
from crossdock.operations.channels import ChannelStanding
from tests.unit.api.networks import small_network

READING = {
    "trace", "doctor", "case list", "case show", "exception list", "exception show", "dead-letter list",
    "dead-letter show", "quarantine list", "quarantine show", "stock show", "system list", "api-key list",
    "transfer list", "transfer show",
}  # fmt: skip


def commands() -> Iterator[tuple[str, click.Command]]:
    root = typer.main.get_command(app)
    waiting = [("", root)]
    while waiting:
        name, command = waiting.pop()
        if hasattr(command, "commands"):
            waiting += [(f"{name} {child}".strip(), found) for child, found in command.commands.items()]
        else:
            yield name, command


def test_every_command_has_help_and_those_of_operations_an_example() -> None:
    for name, command in commands():
        assert command.help, name
        if name.split()[0] not in ("edi", "project"):
            assert f"Example: crossdock {name}" in command.help, name


def test_every_command_that_shows_something_prints_json_too() -> None:
    for name, command in commands():
        if name in READING:
            assert any("--json" in parameter.opts for parameter in command.params), name
    assert {name for name, _ in commands()} >= READING


def test_a_database_that_cannot_be_reached_is_said_in_words_with_what_to_do() -> None:
    result = CliRunner().invoke(app, ["trace", "1", "--database", "postgresql://u:secret@127.0.0.1:1/none"])
    assert result.exit_code == 3
    assert "cannot be used" in result.stderr
    assert "crossdock doctor" in result.stderr
    assert "secret" not in result.output


NOWHERE = "postgresql://u:secret@127.0.0.1:1/none"


@pytest.mark.parametrize(
    "arguments",
    [
        ["run", ".", "--database", NOWHERE],
        ["run", ".", "--workers", "2", "--database", NOWHERE],
        ["api", ".", "--database", NOWHERE],
        ["up", ".", "--port", "1", "--database", NOWHERE],
        ["trace", "1", "--database", "postgresql://u:secret@[bad"],
        ["up", ".", "--port", "1", "--database", "postgresql://u:secret@[bad"],
        ["trace", "1", "--database", "mysql://u:secret@127.0.0.1/none"],
        ["trace", "1", "--database", "postgresql://u:secret@127.0.0.1:port/none"],
    ],
    ids=" ".join,
)
def test_what_needs_a_database_and_gets_none_says_so_without_a_traceback(
    arguments: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("crossdock.app.load_network", lambda project: small_network())
    monkeypatch.setattr("crossdock.cli.up.port_of", lambda host, port: port)
    result = CliRunner().invoke(app, arguments)
    assert (result.exit_code, type(result.exception)) == (3, SystemExit)
    assert "cannot be used" in result.stderr
    assert "secret" not in result.output


def test_a_defect_of_ours_is_not_told_as_a_database_that_cannot_be_used() -> None:
    with pytest.raises(ValueError, match="a defect"), reaching(NOWHERE):
        raise ValueError("a defect")


def test_doctor_is_not_put_out_by_what_is_no_url() -> None:
    result = CliRunner().invoke(app, ["doctor", "--database", "postgresql://u:secret@[bad"])
    assert (result.exit_code, type(result.exception)) == (1, SystemExit)
    assert "secret" not in result.output


def test_a_key_is_valid_for_a_hundred_years_at_most() -> None:
    arguments = ["api-key", "create", "x", "--scope", "orders:read", "--days", "9999999", "--database", NOWHERE]
    result = CliRunner().invoke(app, arguments)
    assert result.exit_code == 2
    assert "36500" in result.stderr


def test_doctor_says_what_is_missing_without_a_database(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("CROSSDOCK_DATABASE_URL", raising=False)
    result = CliRunner().invoke(app, ["doctor"])
    assert result.exit_code == 1
    assert "CROSSDOCK_DATABASE_URL" in result.stdout


@pytest.mark.parametrize(
    ("error", "words"),
    [
        (FileNotFoundError(2, "No such file or directory"), "no server listens on a socket there"),
        (ConnectionRefusedError(111, "Connect call failed ('127.0.0.1', 1)"), "no server listens at that host"),
        (OSError("Multiple exceptions: [Errno 111] Connect call failed ('::1', 1), ..."), "no server listens at that"),
        (socket.gaierror(-2, "Name or service not known"), "its host has no address"),
        (TimeoutError(), "its host does not answer"),
        (PermissionError(13, "Permission denied"), "may not open its socket"),
        (OSError(113, "No route to host"), "no network leads to its host"),
        (OSError(24, "Too many open files"), "too many open files"),
        (ValueError("invalid DSN"), "invalid DSN"),
    ],
    ids=lambda value: value if isinstance(value, str) else type(value).__name__,
)
def test_why_a_database_cannot_be_used_is_said_in_words_not_in_numbers(error: Exception, words: str) -> None:
    assert words in why_not(error)
    assert "Errno" not in why_not(error)


def test_doctor_says_in_words_that_nothing_listens_there() -> None:
    result = CliRunner().invoke(app, ["doctor", "--database", "postgresql://u:secret@127.0.0.1:1/none"])
    assert result.exit_code == 1
    assert "no server listens at that host and port" in result.stdout
    assert "Errno" not in result.stdout


def test_paragraphs_of_help_fill_the_width(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "80")
    lines = CliRunner().invoke(app, ["demo", "--help"]).stdout.splitlines()
    first = next(n for n, line in enumerate(lines) if "Starts an embedded" in line)
    assert all(len(line.rstrip()) > 60 for line in lines[first : first + 3])


def test_control_characters_of_strangers_are_shown_as_such() -> None:
    assert plain("a\x1b[31mred\x07").plain == "a\ufffd[31mred\ufffd"
    assert plain(Decimal("12.500")).plain == "12.5"
    assert plain(None).plain == ""


def test_a_password_in_a_url_is_not_shown() -> None:
    assert redacted("postgresql://u:secret@db/x") == "postgresql://u:***@db/x"
    assert redacted("postgresql:///x?host=/tmp/y") == "postgresql:///x?host=/tmp/y"


@pytest.mark.parametrize("command", ["apply", "list"])
def test_policies_in_force_take_no_folder_and_say_what_does(command: str) -> None:
    result = CliRunner().invoke(app, ["policy", command, "shop", "--database", "postgresql://u@h/none"])
    words = " ".join(result.stderr.replace("\u2502", " ").split())
    assert (result.exit_code, "Invalid value for FOLDER" in words) == (2, True), words
    assert "`crossdock policy try shop` shows" in words
    assert "`crossdock run shop`" in words


@pytest.mark.parametrize("terminal", [True, False])
def test_the_columns_of_channels_are_explained_to_who_reads_them_and_not_in_a_pipe(terminal: bool) -> None:
    out = Console(file=io.StringIO(), width=120, force_terminal=terminal, highlight=False)
    standing = ChannelStanding(
        *("uk", "shop", "seconds", "at once", "", 0, None, None, None, None),
        *(0, 0, None, Decimal(0), Decimal(0), Decimal(0)),
    )
    _print_channels(out, [standing])
    assert isinstance(out.file, io.StringIO)
    assert ("oversold: of them" in " ".join(out.file.getvalue().split())) is terminal
