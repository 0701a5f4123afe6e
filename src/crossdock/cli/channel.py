"""`crossdock channel`: what channels were told, show and sold."""

from __future__ import annotations

from typing import Annotated

import typer

from crossdock.cli._console import AsJson, console, print_json, reach, table
from crossdock.cli._options import CompanyOption, DatabaseOption
from crossdock.operations.channels import channel_stock, list_channels

app = typer.Typer(help="Channels: what they were told, what they show, how often they oversell.", no_args_is_help=True)


@app.callback()
def channel() -> None:
    """Channels that are told what may be promised."""


@app.command("list")
def list_all(database: DatabaseOption, as_json: AsJson = False) -> None:
    """List channels: how soon they are told, how long that takes (seconds), and how often they oversold.

    Example: crossdock channel list
    """
    found = reach(database, list_channels)
    if as_json:
        print_json({"items": found})
        return
    columns = ("company", "channel", "latency", "publications", "lag_seconds", "longest_lag_seconds", "promises",
               "short_promises", "oversell_percent", "short_units")  # fmt: skip
    console().print(table(columns, ([getattr(one, name) for name in columns] for one in found)))


@app.command()
def stock(
    name: Annotated[str, typer.Argument(help="The channel.", metavar="CHANNEL")],
    database: DatabaseOption,
    item: Annotated[str, typer.Option(help="Only this item.")] = "",
    company: CompanyOption = "",
    after: Annotated[str, typer.Option("--cursor", help="Go on behind this item.")] = "",
    limit: Annotated[int, typer.Option(min=1, max=1000, help="How many items at most, per company.")] = 200,
    as_json: AsJson = False,
) -> None:
    """Show truth, what we said, what the channel shows, and what it sold since we said so.

    Example: crossdock channel stock marketplace --item 85123A
    """
    found = reach(
        database,
        lambda context, actor: channel_stock(
            context, actor, name, company=company, item=item, after=after, limit=limit
        ),
    )
    if as_json:
        print_json({"companies": found})
        return
    columns = ("item", "truth", "told", "version", "told_at", "shown", "shown_version", "sold_since", "mismatch")
    for one in found:
        rows = ([getattr(row, column) for column in columns] for row in one.items)
        console().print(table(columns, rows, title=f"{one.channel} of {one.company}"))
        if one.next:
            console().print(f"more: crossdock channel stock {name} --company {one.company} --cursor {one.next}")
