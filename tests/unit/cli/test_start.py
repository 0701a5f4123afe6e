"""A command starts without what only others need, and the list of commands without any of them."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest
import typer

from crossdock.cli._lazy import COMMANDS
from crossdock.cli.main import app

SERVING = {
    "asyncpg", "asyncssh", "crossdock.api", "crossdock.app", "crossdock.store", "granian", "litestar", "sqlalchemy",
    "uvloop",
}  # fmt: skip
OF_SOME_DOCUMENTS = {"biip", "cel", "lxml"}
ORDER = (
    "ISA*00*          *00*          *ZZ*BUYER          *ZZ*SELLER         *260102*0304*U*00401*000000001*0*P*>~"
    "GS*PO*BUYER*SELLER*20260102*0304*1*X*004010~ST*850*0001~BEG*00*SA*4711**20260102~PO1*1*5*EA*2.5**VP*A1~CTT*1~"
    "SE*5*0001~GE*1*1~IEA*1*000000001~"
)
_RUN = """
import json, sys
from crossdock.cli.main import main
sys.argv[1:] = json.loads(sys.argv[1])
try:
    main()
finally:
    print(json.dumps(sorted(sys.modules)), file=sys.stderr)
"""


def imported(*arguments: str) -> set[str]:
    """The modules that are there when a command has ended."""
    command = [sys.executable, "-c", _RUN, json.dumps(arguments)]
    ended = subprocess.run(command, capture_output=True, text=True, check=False)
    assert ended.returncode == 0, ended.stderr
    assert ended.stdout
    return set(json.loads(ended.stderr.splitlines()[-1]))


@pytest.fixture
def order(tmp_path: Path) -> str:
    path = tmp_path / "order.x12"
    path.write_text(ORDER)
    return str(path)


def test_explaining_an_order_imports_neither_server_nor_database_nor_what_other_documents_need(order: str) -> None:
    there = imported("edi", "explain", order)
    assert "crossdock.cli.edi" in there
    assert not there & (SERVING | OF_SOME_DOCUMENTS)


def test_validating_and_listing_packs_imports_neither_server_nor_database(order: str) -> None:
    assert not imported("edi", "validate", order) & SERVING
    assert not imported("partner", "list") & SERVING


@pytest.mark.parametrize("asked", ["--version", "--help"])
def test_the_version_and_the_list_of_commands_import_no_command(asked: str) -> None:
    there = imported(asked)
    assert not there & (SERVING | OF_SOME_DOCUMENTS)
    assert not there & {f"crossdock.cli.{lazy.module}" for lazy in COMMANDS.values()}


def test_the_list_of_commands_says_of_each_what_its_own_help_begins_with() -> None:
    commands = typer.main.get_command(app).commands  # type: ignore[attr-defined]
    assert {name: " ".join(command.help.split("\n\n")[0].split()) for name, command in commands.items()} == {
        name: lazy.says for name, lazy in COMMANDS.items()
    }


def test_every_module_of_a_command_is_listed() -> None:
    import crossdock.cli

    folder = Path(crossdock.cli.__file__).parent
    modules = {path.stem for path in folder.iterdir() if path.suffix in ("", ".py") and path.stem[0] != "_"}
    # `edi_convert` and `edi_diff` are parts of the group `edi`.
    assert modules - {"main", "edi_convert", "edi_diff"} == {lazy.module for lazy in COMMANDS.values()}
