"""`crossdock purchase-order`: a buyer's decisions."""

from __future__ import annotations

from typing import Annotated

import typer

from crossdock.cli._console import AsJson, Reason, reach, say_told
from crossdock.cli._options import CompanyOption, DatabaseOption
from crossdock.operations import purchasing

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
    as_json: AsJson = False,
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
    say_told(answer, as_json)
