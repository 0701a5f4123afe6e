"""`crossdock guard`: the running proof that stock and money do not leak."""

from __future__ import annotations

import sys
import time
from typing import Annotated

import typer

from crossdock.cli._console import AsJson, console, plain, print_json, print_words, reach
from crossdock.cli._options import DatabaseOption
from crossdock.operations.guard import Guarded, Progress, run_guard, show_guard

app = typer.Typer(help="The conservation guard: laws that always hold, and what breaks them.", no_args_is_help=True)
_EVERY_SECONDS = 1.0
UNITS = "items, documents and published numbers"
"""What the guard goes through, one by one."""


@app.callback()
def guard() -> None:
    """Ask the laws of the ledger, of documents and of published numbers."""


@app.command()
def run(
    database: DatabaseOption,
    full: Annotated[bool, typer.Option("--full", help="From the first movement on; believe no checkpoint.")] = False,
    as_json: AsJson = False,
) -> None:
    """Ask every law of everything now. Exit code 1 if one does not hold.

    Example: crossdock guard run --full
    """
    found = reach(database, lambda context, actor: run_guard(context, actor, full=full, told=_progress()))
    _tell(found, as_json)


@app.command()
def show(database: DatabaseOption, as_json: AsJson = False) -> None:
    """Show what the guard found by itself, and how long its last round took. Exit code 1 if a law does not hold.

    Example: crossdock guard show
    """
    _tell(reach(database, show_guard), as_json)


def _progress() -> Progress:
    """A line on standard error every second, for whoever watches."""
    begun = last = time.monotonic()

    def told(walk: str, units: int, movements: int) -> None:
        nonlocal last
        if (now := time.monotonic()) - last >= _EVERY_SECONDS and sys.stderr.isatty():
            last = now
            words = f"{now - begun:.0f} s: {walk}: {units:,} {UNITS}, {movements:,} movements"
            typer.echo(words, err=True)

    return told


def _tell(found: Guarded, as_json: bool) -> None:
    if as_json:
        print_json(found)
    else:
        _print(found)
    if found.violations:
        raise typer.Exit(1)


def _print(found: Guarded) -> None:
    if found.compared:
        many = f"{sum(found.compared.values()):,} comparisons by {len(found.compared)} laws"
        words = f"{found.units:,} {UNITS} with {found.movements:,} movements looked at, {many}"
        print_words(f"{words} (--json has each law)")
    for one in found.violations:
        console().print(f"{one.law}: {one.where}: expected {one.expected}, found {one.found}", style="red")
        concerned = f"; movements {one.movements}" if one.movements else ""
        typer.echo(f"  {one.meaning}{concerned}; known since {one.found_at:%Y-%m-%d %H:%M:%S} UTC")
    if (last := found.last_round) is not None and not found.compared:
        words = f"{last.milliseconds / 1000:,.1f} s for {last.units:,} {UNITS}, ended {plain(last.ended_at)} UTC"
        print_words(f"the last round by itself took {words}")
    if found.violations:
        many = "violation" if len(found.violations) == 1 else "violations"
        print_words(f"{len(found.violations)} {many}; the exception cases `conservation_violated` tell the story")
    elif found.last_round is None and not found.compared:
        typer.echo("nothing is known yet: no round has ended; `crossdock guard run` looks at everything now")
    else:
        typer.echo("every law holds")
