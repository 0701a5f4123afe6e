"""`crossdock ownership`: which system may state which fact."""

from __future__ import annotations

from collections.abc import Collection
from pathlib import Path
from typing import Annotated

import typer

from crossdock.cli._console import AsJson, console, fail, print_json, table
from crossdock.project import examine, kinds
from crossdock.project.ownership import matrix

app = typer.Typer(help="Ownership: which system or partner may state which fact.", no_args_is_help=True)

Folder = Annotated[Path, typer.Argument(help="Folder of the network project.", metavar="PATH")]


@app.callback()
def ownership() -> None:
    """Ownership: which system or partner may state which fact."""


@app.command()
def show(
    path: Folder = Path(),
    fact: Annotated[str, typer.Option(help="Only this fact, such as goods_receipt.")] = "",
    location: Annotated[str, typer.Option(help="Only facts about this location, or a place it is part of.")] = "",
    company: Annotated[str, typer.Option(help="Only facts about this company.")] = "",
    as_json: AsJson = False,
) -> None:
    """Show who may state what, for which place, and by which entry of the project. Anybody else's word is held.

    Exit code 1 if the project could not be read whole, or has nothing of the name asked for.

    Example: crossdock ownership show examples/wholesaler --fact goods_receipt
    """
    if not (path / "network.yaml").is_file():
        fail(f"there is no network project in {path}", "Give its folder, such as examples/wholesaler.", 2)
    network, problems = examine(path, None)
    everything = matrix(network)
    _must_be_one_of("fact", fact, {row.fact for row in everything})
    _must_be_one_of("location or channel", location, {*network.locations, *network.channels})
    _must_be_one_of("company", company, network.companies)
    places = network.above(location) if location else ()
    rows = [
        row
        for row in everything
        if fact in ("", row.fact) and company in ("", row.company) and (not location or row.place in places)
    ]
    if as_json:
        print_json(rows)
    else:
        cells = [(row.fact, row.company, row.place, ", ".join(row.who) or "nobody", row.rule) for row in rows]
        console().print(table(("fact", "company", "place", "who may state it", "by"), cells))
    if problems:
        typer.echo(f"Not all of it could be read: see crossdock project check {path}", err=True)
        raise typer.Exit(1)


def _must_be_one_of(what: str, name: str, known: Collection[str]) -> None:
    if name and name not in known:
        fail(f"there is no {what} {name!r} in the project", _sentence(kinds.suggestion(name, known)), 1)


def _sentence(words: str) -> str:
    return words[:1].upper() + words[1:]
