"""`crossdock transfer`: goods that go from one of our locations to another."""

from __future__ import annotations

from typing import Annotated, get_args

import msgspec
import typer

from crossdock.cli._console import AsJson, Reason, plain, reach, say, say_told
from crossdock.cli._options import CompanyOption, DatabaseOption, counted, day_of, one_of
from crossdock.model.transfer import LossAccount
from crossdock.operations import transfers

app = typer.Typer(
    help="Transfers: goods that go from one of our locations to another. `crossdock case list --process transfer` lists"
    " them, `crossdock case show transfer/COMPANY/NUMBER` shows one.",
    no_args_is_help=True,
)

Company = Annotated[str, typer.Option("--company", help="Whose goods they are.")]


@app.command()
def create(
    company: Company,
    origin: Annotated[str, typer.Option("--from", help="The location that sends.")],
    destination: Annotated[str, typer.Option("--to", help="The location that receives.")],
    line: Annotated[list[str], typer.Option(help="ITEM:QUANTITY in the item's base unit; several times.")],
    reason: Reason,
    database: DatabaseOption,
    arrives_on: Annotated[str, typer.Option(metavar="DATE", help="When it should be there: 2026-12-24.")] = "",
    number: Annotated[str, typer.Option(help="Its number; made up if not given.")] = "",
    as_json: AsJson = False,
) -> None:
    """Order a transfer. Stock is promised where it lies; the sending warehouse is asked for what is free there.

    Example: crossdock transfer create --company albion_uk --from north --to south --line 84029E:24 --reason "low stock"
    """
    lines = [counted(each, "--line") for each in line]
    on = day_of(arrives_on, "--arrives-on")
    answer = reach(
        database,
        lambda context, actor: transfers.create(
            context, actor, company, origin, destination, lines, number=number, arrives_on=on, reason=reason
        ),
    )
    told = msgspec.json.decode(answer.body, type=transfers.Ordered)
    say(told, _words(told, origin), as_json)


def _words(told: transfers.Ordered, origin: str) -> str:
    lines = [f"{told.subject} is ordered; see `crossdock case show {told.subject}`"]
    for short in told.not_free:
        free, asked = plain(short.free), plain(short.asked)
        lines.append(f"{free} of {asked} of {short.item} is free at {origin}: no more than is free moves")
    return "\n".join(lines)


@app.command()
def receive(
    number: Annotated[str, typer.Argument(help="The transfer's number.", metavar="NUMBER")],
    reason: Reason,
    database: DatabaseOption,
    line: Annotated[list[str] | None, typer.Option(help="LINE:QUANTITY; several times. Else all under way.")] = None,
    receipt: Annotated[str, typer.Option(help="The receipt's own number; made up if not given.")] = "",
    company: CompanyOption = "",
    as_json: AsJson = False,
) -> None:
    """State that goods of a transfer arrived where no warehouse system tells of it, such as at a customer's place.

    Example: crossdock transfer receive TR-5F00D1 --line 1:24 --reason "the customer signed for them"
    """
    lines = [counted(each, "--line", "LINE:QUANTITY") for each in line or ()]
    answer = reach(
        database,
        lambda context, actor: transfers.receive(
            context, actor, number, company_id=company, lines=lines, receipt=receipt, reason=reason
        ),
    )
    say_told(answer, as_json)


@app.command("write-off")
def write_off(
    number: Annotated[str, typer.Argument(help="The transfer's number.", metavar="NUMBER")],
    account: Annotated[
        LossAccount,
        typer.Option(
            "--to",
            parser=one_of(*get_args(LossAccount)),
            metavar="[scrap|claim]",
            help="scrap: our loss. claim: the carrier's debt.",
        ),
    ],
    reason: Reason,
    database: DatabaseOption,
    line: Annotated[list[str] | None, typer.Option(help="LINE:QUANTITY; several times. Else all under way.")] = None,
    company: CompanyOption = "",
    as_json: AsJson = False,
) -> None:
    """Give up goods of a transfer that left and did not arrive. Should they come after all, they were not lost.

    Example: crossdock transfer write-off TR-5F00D1 --to claim --reason "carrier admits the loss"
    """
    lines = [counted(each, "--line", "LINE:QUANTITY") for each in line or ()]
    answer = reach(
        database,
        lambda context, actor: transfers.write_off(
            context, actor, number, company_id=company, account=account, lines=lines, reason=reason
        ),
    )
    say_told(answer, as_json)
