"""`crossdock order`: decisions about sales orders."""

from __future__ import annotations

from typing import Annotated

import msgspec
import typer

from crossdock.cli._console import Reason, reach
from crossdock.cli._options import CompanyOption, DatabaseOption
from crossdock.operations import orders
from crossdock.operations.deeds import Accepted

app = typer.Typer(help="Sales orders: approve those that are held, cancel.", no_args_is_help=True)
OrderNumber = Annotated[str, typer.Argument(help="Its number.", metavar="NUMBER")]


@app.command()
def approve(
    number: OrderNumber,
    hold: Annotated[str, typer.Option(help="What it is held for: credit, price, customer.")],
    reason: Reason,
    database: DatabaseOption,
    company: CompanyOption = "",
) -> None:
    """Let a held order go on. One that is held for several things goes on when the last hold is approved.

    Example: crossdock order approve 536446 --hold credit --reason "paid in advance"
    """
    answer = reach(
        database,
        lambda context, actor: orders.approve_order(context, actor, company, number, hold=hold, reason=reason),
    )
    subject = msgspec.json.decode(answer.body, type=Accepted).subject
    typer.echo(f"{subject} is told; see `crossdock case show {subject}`")


@app.command()
def cancel(
    number: OrderNumber,
    reason: Reason,
    database: DatabaseOption,
    line: Annotated[list[str] | None, typer.Option(help="Only this line; several times. Else all.")] = None,
    company: CompanyOption = "",
) -> None:
    """Cancel what of an order no warehouse was asked to ship yet; of what is with a warehouse somebody is told.

    Example: crossdock order cancel 536446 --line 2 --reason "customer changed his mind"
    """
    answer = reach(
        database,
        lambda context, actor: orders.cancel_order(
            context, actor, company, number, lines=tuple(line or ()), reason=reason
        ),
    )
    subject = msgspec.json.decode(answer.body, type=Accepted).subject
    typer.echo(f"{subject} is told; see `crossdock case show {subject}`")
