"""`crossdock system`: pause an external system, let it go on."""

from __future__ import annotations

from typing import Annotated

import typer

from crossdock.cli._console import Reason, reach
from crossdock.cli._options import DatabaseOption
from crossdock.operations import systems

app = typer.Typer(help="External systems: pause them, let them go on.", no_args_is_help=True)
SystemName = Annotated[str, typer.Argument(help="Its name in the network.", metavar="SYSTEM")]


@app.command()
def pause(system: SystemName, reason: Reason, database: DatabaseOption) -> None:
    """Send nothing to a system; what is for it waits in order.

    Example: crossdock system pause erp --reason "month end closing"
    """
    reach(database, lambda context, actor: systems.pause(context, actor, system, reason))
    typer.echo(f"{system} is paused")


@app.command()
def resume(system: SystemName, database: DatabaseOption) -> None:
    """Let a paused or halted system go on.

    Example: crossdock system resume erp
    """
    reach(database, lambda context, actor: systems.resume(context, actor, system))
    typer.echo(f"{system} goes on")
