"""`crossdock purchase-order`: a buyer's decisions."""

from __future__ import annotations

from typing import Annotated

import msgspec
import typer

from crossdock.cli._console import Reason, reach
from crossdock.cli._options import CompanyOption, DatabaseOption
from crossdock.operations import purchasing
from crossdock.operations.deeds import Accepted

app = typer.Typer(help="Purchase orders: accept what suppliers answered.", no_args_is_help=True)


@app.callback()
def purchase_order() -> None:
    """Purchase orders: accept what suppliers answered."""


@app.command()
def accept(
    number: Annotated[str, typer.Argument(help="The number of our order.", metavar="NUMBER")],
    reason: Reason,
    database: DatabaseOption,
    line: Annotated[list[str] | None, typer.Option(help="Only this line; several times. Else all disputed.")] = None,
    company: CompanyOption = "",
) -> None:
    """Accept what the supplier answered outside the terms: price, quantity or date. The ERP is told.

    Another item or currency cannot be accepted: change the line in the ERP.

    Example: crossdock purchase-order accept 4500010 --line 30 --reason "market price"
    """
    answer = reach(
        database,
        lambda context, actor: purchasing.accept_acknowledgement(
            context, actor, number, company_id=company, lines=tuple(line or ()), reason=reason
        ),
    )
    subject = msgspec.json.decode(answer.body, type=Accepted).subject
    typer.echo(f"{subject} is told; see `crossdock case show {subject}`")
