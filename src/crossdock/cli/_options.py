"""Options that several commands share."""

from __future__ import annotations

import datetime as dt
import os
import socket
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Annotated
from uuid import UUID

import typer
from rich.console import Console

from crossdock.model.quantity import NoDecimal, stated

if TYPE_CHECKING:
    from crossdock.operations.policies import StockNetwork
    from crossdock.project import Network, ProjectInvalid


def project_folder(text: str) -> Path:
    """Reads the folder of a network project, and says which it may be if what was given is none."""
    path = Path(text)
    if path.is_dir():
        return path
    if not path.exists():
        words = f"there is no folder {text!r}; give that of a network project, the one with its network.yaml"
        raise typer.BadParameter(words)
    inside = next((folder for folder in path.absolute().parents if (folder / "network.yaml").is_file()), None)
    where = f": {os.path.relpath(inside)}" if inside else ", the one with its network.yaml"
    raise typer.BadParameter(f"{text!r} is a file; give the folder of its network project{where}")


ProjectArgument = Annotated[
    Path,
    typer.Argument(
        envvar="CROSSDOCK_PROJECT", help="Folder of the network project.", parser=project_folder, metavar="PROJECT"
    ),
]
DatabaseOption = Annotated[
    str,
    typer.Option("--database", envvar="CROSSDOCK_DATABASE_URL", help="URL of the database: postgresql://..."),
]
CompanyOption = Annotated[str, typer.Option("--company", help="Whose it is, where several have used the number.")]
Cursor = Annotated[str, typer.Option(help="`next` of the page before (see --json).")]
OverToo = Annotated[bool, typer.Option("--all", help="Those that are over, too.")]
OneCompany = Annotated[str, typer.Option("--company", help="Only this company; all of them if left out.")]


def id_shown_by(command: str) -> Callable[[str], UUID]:
    """Reads an id, and says where ids are shown if what was given is none."""

    def read(text: str) -> UUID:
        try:
            return UUID(text)
        except ValueError:
            raise typer.BadParameter(f"{text!r} is no id; `crossdock {command}` shows them") from None

    return read


def one_of(*names: str) -> Callable[[str], str]:
    """Reads one of a few words, and says which there are if it is none of them."""

    def read(text: str) -> str:
        if text not in names:
            raise typer.BadParameter(f"{text!r} is none of {', '.join(names)}")
        return text

    return read


def day_of(text: str, option: str) -> dt.date | None:
    """The day that an option says; None where it says nothing."""
    try:
        return dt.date.fromisoformat(text) if text else None
    except ValueError:
        raise typer.BadParameter(f"{text!r} is no day; write it as 2026-12-24", param_hint=option) from None


def moment_of(text: str, option: str) -> dt.datetime | None:
    """The moment that an option says, UTC unless it says another zone, a day being its beginning; None where it says
    nothing."""
    try:
        moment = dt.datetime.fromisoformat(text) if text else None
    except ValueError:
        words = f"{text!r} is no time; write it as 2026-12-24T14:03, with a zone if it is not UTC"
        raise typer.BadParameter(words, param_hint=option) from None
    if moment is None or moment.tzinfo is None:
        return moment and moment.replace(tzinfo=dt.UTC)
    try:
        return moment.astimezone(dt.UTC)
    except OverflowError:  # hours before the year 1, or after 9999
        raise typer.BadParameter(f"{text!r} is beyond the calendar", param_hint=option) from None


def counted(text: str, option: str, form: str = "ITEM:QUANTITY") -> tuple[str, Decimal]:
    """What an option or argument says in a form such as `ITEM:QUANTITY`: `85123A:24`."""
    name, _, amount = text.rpartition(":")
    example = "85123A:24" if form.startswith("ITEM") else "1:24"
    words = f"{text!r} is not {form} with a quantity above zero, such as {example}"
    try:
        quantity = stated(amount)
    except NoDecimal as error:
        if error.too_long:
            words = f"the quantity of {text!r} {error}"
        elif amount:
            words += f"; {amount!r} {error}"
        raise typer.BadParameter(words, param_hint=option) from None
    if not name or quantity <= 0:
        raise typer.BadParameter(words, param_hint=option)
    return name, quantity


def port_of(host: str, port: int) -> int:
    """The port, unless another program listens there: the system would share the calls out between the two."""
    try:
        socket.create_server((host, port), family=socket.AF_INET6 if ":" in host else socket.AF_INET).close()
    except OSError as error:
        why = error.strerror or str(error)
        raise typer.BadParameter(f"nothing can be served at {host}:{port}: {why}", param_hint="--port") from None
    return port


def network_of(project: Path) -> Network:
    """The network of a project's files; prints every problem and exits with 2 if it is not sound."""
    from crossdock.app import load_network
    from crossdock.project import ProjectInvalid

    try:
        return load_network(project)
    except ProjectInvalid as invalid:
        console = _print_problems(project, invalid)
        if any("SANDBOX_" in str(problem) for problem in invalid.problems):
            console.print("Its systems are simulated: `crossdock demo` starts them, sets all this, and runs it.")
        raise typer.Exit(2) from None


def stock_network_of(project: Path) -> StockNetwork:
    """What a project's files say of stock; prints every problem and exits with 2 if it is not sound."""
    from crossdock.app import registry
    from crossdock.operations.policies import StockNetwork
    from crossdock.project import ProjectInvalid, load

    try:
        return StockNetwork.of(load(project, None, registry()))
    except ProjectInvalid as invalid:
        _print_problems(project, invalid)
        raise typer.Exit(2) from None


def _print_problems(project: Path, invalid: ProjectInvalid) -> Console:
    console = Console(stderr=True, soft_wrap=True)
    for problem in invalid.problems:
        words = str(project / problem.file) + str(problem).removeprefix(problem.file)
        console.print(words, markup=False, highlight=False)
    many = "s" if len(invalid.problems) > 1 else ""
    console.print(f"{len(invalid.problems)} problem{many} in {project}; nothing was started.", highlight=False)
    return console
