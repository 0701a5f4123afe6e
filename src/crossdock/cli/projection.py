"""`crossdock projection`: read tables folded from the log."""

from __future__ import annotations

import typer

from crossdock.cli._console import AsJson, console, print_json, reach, table
from crossdock.cli._options import DatabaseOption
from crossdock.identity.actor import Actor
from crossdock.operations.context import Context
from crossdock.projections import rebuild

app = typer.Typer(help="Projections: read tables folded from the event log.", no_args_is_help=True)


@app.callback()
def projection() -> None:
    """Projections: read tables folded from the event log."""


@app.command("verify")
def prove(database: DatabaseOption, as_json: AsJson = False) -> None:
    """Fold the whole log again and compare with the tables that stand. Exit code 1 if they differ.

    Example: crossdock projection verify
    """
    found = reach(database, _verify)
    if as_json:
        print_json(found)
    else:
        rows = [(one.table, one.rows, one.only_standing, one.only_rebuilt) for one in found]
        console().print(table(("table", "rows", "only standing", "only rebuilt"), rows))
    if any(one.only_standing or one.only_rebuilt for one in found):
        raise typer.Exit(1)


async def _verify(context: Context, actor: Actor) -> list[rebuild.Rebuilt]:
    actor.must("operations:read")
    return await rebuild.verify(context.store)
