"""`crossdock project`: check and show a network project."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Annotated

import msgspec
import typer
from rich.console import Console
from rich.table import Table

from crossdock.app import registry
from crossdock.project import Network, examine
from crossdock.project.canonical import canonical

app = typer.Typer(
    help="The network project: a distributor's network described in files. It comes into force when `crossdock up`,"
    " `run` or `api` is started with it.",
    no_args_is_help=True,
)

Folder = Annotated[Path, typer.Argument(help="Folder of the network project.", metavar="PATH")]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON.")]
NoEnvironment = Annotated[
    bool, typer.Option("--no-environment", help="Do not ask whether secrets and addresses are set, as in a build.")
]


@app.command()
def check(path: Folder = Path(), as_json: AsJson = False, no_environment: NoEnvironment = False) -> None:
    """Read all files and list everything that is wrong, each with file and line. Exit code 1 if anything is.

    Example: crossdock project check examples/wholesaler
    """
    network, problems = examine(path, None if no_environment else os.environ, registry())
    if as_json:
        report = {"ok": not problems, "network": _counts(network), "problems": problems}
        typer.echo(msgspec.json.encode(report).decode())
    elif problems:
        for problem in problems:
            typer.echo(str(path / problem.file) + str(problem).removeprefix(problem.file))
        typer.echo(f"{len(problems)} problem{'s' if len(problems) > 1 else ''} in {path}", err=True)
    else:
        parts = ", ".join(f"{count} {name}" for name, count in _counts(network).items())
        typer.echo(f"{network.name}: nothing wrong ({parts})")
    if problems:
        raise typer.Exit(1)


@app.command()
def show(path: Folder = Path(), as_json: AsJson = False) -> None:
    """Show the network. Secrets stand there as what they are called, never as what they are.

    Example: crossdock project show examples/wholesaler --json
    """
    network, problems = examine(path, None, registry())
    if as_json:
        typer.echo(canonical(network))
    else:
        console = Console()
        for table in (_systems(network), _partners(network), _channels(network)):
            console.print(table)
    if problems:
        typer.echo(f"Not all of it could be read: see crossdock project check {path}", err=True)
        raise typer.Exit(1)


def _counts(network: Network) -> dict[str, int]:
    names = ("companies", "locations", "systems", "partners", "channels", "consumers")
    return {name: len(getattr(network, name)) for name in names}


def _systems(network: Network) -> Table:
    table = Table("system", "role", "of", "connector", "takes", "polled for", title="Systems")
    for system in network.systems.values():
        polls = ", ".join(f"{poll.kind} every {poll.every_minutes} min" for poll in system.polls)
        table.add_row(system.name, system.role, system.of, system.connector, ", ".join(system.sends), polls)
    return table


def _partners(network: Network) -> Table:
    table = Table("partner", "kind", "company", "interchange", "we send", "we take", title="Partners")
    for partner in network.partners.values():
        for company, agreement in partner.agreements.items():
            interchange = f"{agreement.our.id} - {agreement.their.id}"
            sends, takes = ", ".join(agreement.sends), ", ".join(agreement.takes)
            table.add_row(partner.id, partner.kind, company, interchange, sends, takes)
    return table


def _channels(network: Network) -> Table:
    table = Table("channel", "promise", "through", "company", "filled from", title="Channels")
    for channel in network.channels.values():
        for company, policy in channel.policies.items():
            through = channel.system or channel.partner
            table.add_row(channel.id, channel.promise, through, company, ", ".join(policy.locations))
    return table
