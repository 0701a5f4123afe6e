"""`crossdock system`: how external systems and partners stand; pause one, let it go on."""

from __future__ import annotations

from typing import Annotated

import typer

from crossdock.cli._console import AsJson, Reason, console, print_json, reach, say, table
from crossdock.cli._options import DatabaseOption
from crossdock.operations import systems

app = typer.Typer(
    help="External systems and partners: how they stand; pause them, let them go on.", no_args_is_help=True
)
SystemName = Annotated[str, typer.Argument(help="Its name in the network.", metavar="SYSTEM")]


@app.command("list")
def list_(database: DatabaseOption, as_json: AsJson = False) -> None:
    """List the systems and partners of the network: whether they answer, what waits for them, when they last spoke.

    The last fact is in business time, as is everything that documents say. A breaker that is open shows as failing.

    Example: crossdock system list
    """
    found = reach(database, systems.list_systems)
    if as_json:
        print_json({"items": found})
        return
    rows = [
        (
            one.name, f"{one.kind} (partner)" if one.partner else one.kind, one.state, one.waiting, one.dead,
            one.last_fact_at or "", "; ".join(filter(None, (one.detail, *one.failing_polls))),
        )
        for one in found
    ]  # fmt: skip
    console().print(table(("system", "kind", "state", "waiting", "dead", "last fact", ""), rows))


@app.command()
def pause(system: SystemName, reason: Reason, database: DatabaseOption, as_json: AsJson = False) -> None:
    """Send nothing to a system; what is for it waits in order.

    Example: crossdock system pause erp --reason "month end closing"
    """
    reach(database, lambda context, actor: systems.pause(context, actor, system, reason))
    say({"system": system, "paused": True}, f"{system} is paused", as_json)


@app.command()
def resume(system: SystemName, database: DatabaseOption, as_json: AsJson = False) -> None:
    """Let a paused or halted system go on.

    Example: crossdock system resume erp
    """
    reach(database, lambda context, actor: systems.resume(context, actor, system))
    say({"system": system, "paused": False}, f"{system} goes on", as_json)
