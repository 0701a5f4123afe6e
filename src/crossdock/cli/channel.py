"""`crossdock channel`: what channels were told, show and sold."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated

import typer
from rich.console import Console

from crossdock.cli._console import AsJson, console, plain, print_json, reach, table
from crossdock.cli._options import DatabaseOption, OneCompany
from crossdock.operations.channels import ChannelItem, ChannelStanding, ChannelStock, channel_stock, list_channels

app = typer.Typer(help="Channels: what they were told, what they show, how often they oversell.", no_args_is_help=True)
_LATE_SECONDS = 10
"""A publication that is not delivered by then is worth a line."""


@app.callback()
def channel() -> None:
    """Channels that are told what may be promised."""


@app.command("list")
def list_all(database: DatabaseOption, company: OneCompany = "", as_json: AsJson = False) -> None:
    """List channels: how soon they are told, how long that takes, and how often they oversold.

    `lag` and `longest` are seconds from the making of a publication to its delivery (median and maximum of the last
    hundred). `oversold` is the percentage of `lines`, the last thousand that the channel told us it had promised
    already, that took more than there was; `short` is by how many units.

    Example: crossdock channel list
    """
    found = reach(database, lambda context, actor: list_channels(context, actor, company))
    if as_json:
        print_json({"items": found})
        return
    if not found:
        typer.echo("no channels: no network project is in force yet")
        return
    _print_channels(console(), found)


_LEGEND = (
    "told: how soon. lag, longest: seconds until a publication is delivered, median and maximum of the last hundred."
    " lines: of the last thousand promises, those it told us it had made; oversold: of them, what took more than there"
    " was; short: by so many units; open: so many of these are still lacking."
)


def _print_channels(out: Console, found: Sequence[ChannelStanding]) -> None:
    columns = ("company", "channel", "told", "lag", "longest", "lines", "oversold", "short", "open")
    rows = (
        (one.company, one.channel, one.every, one.lag_seconds, one.longest_lag_seconds, one.told_lines,
         None if one.oversell_percent is None else f"{one.oversell_percent} %", one.short_units, one.open_units)
        for one in found
    )  # fmt: skip
    out.print(table(columns, rows))
    if out.is_terminal:
        out.print(plain(_LEGEND, "dim"))
    for one in found:
        if one.waiting_seconds is not None and one.waiting_seconds > _LATE_SECONDS:
            late = f"{one.channel} of {one.company}: a publication is not delivered since {one.waiting_seconds:.0f} s"
            out.print(f"{late}; see `crossdock system list` and `crossdock dead-letter list`", style="red")


@app.command()
def stock(
    name: Annotated[str, typer.Argument(help="The channel.", metavar="CHANNEL")],
    database: DatabaseOption,
    item: Annotated[str, typer.Option(help="Only this item.")] = "",
    company: OneCompany = "",
    after: Annotated[str, typer.Option("--cursor", help="Go on behind this item.")] = "",
    limit: Annotated[int, typer.Option(min=1, max=1000, help="How many items at most, per company.")] = 200,
    as_json: AsJson = False,
) -> None:
    """Show truth, what we said, what the channel shows, and what it sold since we said so.

    Times are UTC, of business. The last column says why a channel does not show what it was told, or
    that it was not read back since.

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
    for one in found:
        _print(one, item)
        if one.next:
            typer.echo(f"more: crossdock channel stock {name} --company {one.company} --cursor {one.next}")


def _print(one: ChannelStock, item: str) -> None:
    if not one.items:
        nothing = f"nothing was told of {item}; other items may have been" if item else "nothing was told yet"
        typer.echo(f"{one.channel} of {one.company}: {nothing}")
        return
    columns = ("item", "truth", "told", "version told", "told at", "shows", "version shown", "sold since", "")
    rows = (
        (row.item, row.truth, row.told, row.version, row.told_at, row.shown,
         row.shown_version, row.sold_since, _standing(row))
        for row in one.items
    )  # fmt: skip
    console().print(table(columns, rows, title=f"{one.channel} of {one.company}"))


def _standing(row: ChannelItem) -> str:
    if row.mismatch:
        return row.mismatch
    if row.told is None:
        return "to be told"
    if row.read_at is None or (row.told_at is not None and row.read_at < row.told_at):
        return "not read since"
    return ""
