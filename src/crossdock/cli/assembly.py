"""`crossdock assembly`: goods made of other goods."""

from __future__ import annotations

from typing import Annotated

import msgspec
import typer

from crossdock.cli._console import AsJson, Reason, plain, reach, say
from crossdock.cli._options import DatabaseOption, counted
from crossdock.operations import assemblies

app = typer.Typer(help="Assembly: kits made and taken apart, packs broken and packed anew.", no_args_is_help=True)

Company = Annotated[str, typer.Option("--company", help="Whose goods they are.")]
Location = Annotated[str, typer.Option("--location", help="Where it was done.")]
Number = Annotated[str, typer.Option("--number", help="Its number; made up if not given.")]
EvenIfShort = Annotated[
    bool, typer.Option("--even-if-short", help="Book it although less stands there: the books fall below zero.")
]
Goods = Annotated[str, typer.Argument(help="ITEM:QUANTITY in the item's base unit.", metavar="ITEM:QUANTITY")]


@app.command()
def build(
    kit: Goods,
    company: Company,
    location: Location,
    reason: Reason,
    database: DatabaseOption,
    number: Number = "",
    even_if_short: EvenIfShort = False,
    as_json: AsJson = False,
) -> None:
    """State that kits were assembled of their components, by the bill of materials of today. Refused where by the books
    less stands there than went in, unless --even-if-short insists.

    Example: crossdock assembly build GIFTSET:10 --company albion_uk --location north --reason "for Christmas"
    """
    _assemble(kit, assemblies.Place(company, location, number), reason, database, as_json, even_if_short, apart=False)


@app.command("take-apart")
def take_apart(
    kit: Goods,
    company: Company,
    location: Location,
    reason: Reason,
    database: DatabaseOption,
    number: Number = "",
    even_if_short: EvenIfShort = False,
    as_json: AsJson = False,
) -> None:
    """State that kits were taken apart into their components. Refused where by the books fewer stand there, unless
    --even-if-short insists.

    Example: crossdock assembly take-apart GIFTSET:3 --company albion_uk --location north --reason "not sold"
    """
    _assemble(kit, assemblies.Place(company, location, number), reason, database, as_json, even_if_short, apart=True)


@app.command()
def repack(
    goods: Goods,
    into: Annotated[str, typer.Argument(help="The item it was packed as.", metavar="ITEM")],
    company: Company,
    location: Location,
    reason: Reason,
    database: DatabaseOption,
    number: Number = "",
    even_if_short: EvenIfShort = False,
    as_json: AsJson = False,
) -> None:
    """State that goods were packed as another item that consists of the same: a case broken, units boxed.
    Refused where by the books less stands there, unless --even-if-short insists.

    Example: crossdock assembly repack MUG-CASE12:2 MUG --company albion_uk --location north --reason "case broken"
    """
    item, quantity = counted(goods, "ITEM:QUANTITY")
    place = assemblies.Place(company, location, number)
    answer = reach(
        database,
        lambda context, actor: assemblies.repack(
            context, actor, place, item, quantity, into, reason=reason, even_if_short=even_if_short
        ),
    )
    told = msgspec.json.decode(answer.body, type=assemblies.Stated)
    say(told, _words(told), as_json)


def _assemble(
    kit: str, place: assemblies.Place, reason: str, database: str, as_json: bool, even_if_short: bool, *, apart: bool
) -> None:
    item, quantity = counted(kit, "ITEM:QUANTITY")
    answer = reach(
        database,
        lambda context, actor: assemblies.assemble(
            context, actor, place, item, quantity, apart=apart, reason=reason, even_if_short=even_if_short
        ),
    )
    told = msgspec.json.decode(answer.body, type=assemblies.Stated)
    say(told, _words(told), as_json)


def _words(told: assemblies.Stated) -> str:
    went_in = ", ".join(f"{plain(line.quantity.amount)} {line.item}" for line in told.consumed)
    came_out = ", ".join(f"{plain(line.quantity.amount)} {line.item}" for line in told.produced)
    lines = [f"{went_in} -> {came_out}; see `crossdock case show {told.subject}`"]
    for short in told.not_there:
        there, asked = plain(short.there), plain(short.asked)
        lines.append(
            f"{asked} of {short.item} went in, and {there} that are ours and of no lot stand at {short.location} by the"
            " books: let it be counted"
        )
    return "\n".join(lines)
