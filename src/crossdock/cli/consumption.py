"""`crossdock consumption`: what customers use of our goods that lie with them on consignment."""

from __future__ import annotations

from typing import Annotated

import msgspec
import typer

from crossdock.cli._console import AsJson, Reason, plain, reach, say
from crossdock.cli._options import DatabaseOption, counted
from crossdock.operations import consumptions
from crossdock.operations.assemblies import Place

app = typer.Typer(
    help="Consumption: what customers use of our goods that lie with them. `crossdock case list --process consumption`"
    " lists what was stated, `crossdock case show consumption/COMPANY/LOCATION/NUMBER` shows one.",
    no_args_is_help=True,
)


@app.command()
def state(
    goods: Annotated[
        list[str], typer.Argument(help="ITEM:QUANTITY in the item's base unit.", metavar="ITEM:QUANTITY...")
    ],
    company: Annotated[str, typer.Option("--company", help="Whose goods they were.")],
    location: Annotated[str, typer.Option("--location", help="The location at the customer's.")],
    reason: Reason,
    database: DatabaseOption,
    number: Annotated[str, typer.Option("--number", help="The customer's number of it; made up if not given.")] = "",
    as_json: AsJson = False,
) -> None:
    """State what a customer used of our goods that lie with it: they become its own, and it is invoiced for them.

    Example: crossdock consumption state 84029E:6 22423:1 --company albion_uk --location harbour --reason "week 48"
    """
    lines = [counted(each, "ITEM:QUANTITY") for each in goods]
    place = Place(company, location, number)
    answer = reach(database, lambda context, actor: consumptions.state(context, actor, place, lines, reason=reason))
    told = msgspec.json.decode(answer.body, type=consumptions.Consumed)
    say(told, _words(told), as_json)


def _words(told: consumptions.Consumed) -> str:
    lines = [f"{told.subject} is stated; see `crossdock case show {told.subject}`"]
    for short in told.not_there:
        lines.append(f"{plain(short.asked)} of {short.item} were used, and by the books {plain(short.there)} lie there")
    return "\n".join(lines)
