"""`crossdock goods-receipt`: a buyer decides about goods that nobody had asked for."""

from __future__ import annotations

from typing import Annotated, Literal

import typer

from crossdock.cli._console import AsJson, Reason, reach, say_told
from crossdock.cli._options import CompanyOption, DatabaseOption, one_of
from crossdock.operations import purchasing

app = typer.Typer(help="Goods receipts: decide about goods that nobody had asked for.", no_args_is_help=True)

Number = Annotated[str, typer.Argument(help="The warehouse's number of the receipt.", metavar="NUMBER")]
Line = Annotated[list[str] | None, typer.Option(help="Only this line; several times. Else all that are held.")]
Warehouse = Annotated[str, typer.Option(help="Where it was received, if several have used the number.")]


@app.command()
def accept(
    number: Number,
    reason: Reason,
    database: DatabaseOption,
    line: Line = None,
    warehouse: Warehouse = "",
    company: CompanyOption = "",
    as_json: AsJson = False,
) -> None:
    """Take in goods that are held: they can be sold at once, and whoever waits for them gets them.

    Example: crossdock goods-receipt accept RCN000045 --line 3 --reason "sells well"
    """
    answer = reach(
        database,
        lambda context, actor: purchasing.decide_held_goods(
            context, actor, number, decision="accepted", company_id=company, warehouse=warehouse,
            lines=tuple(line or ()), reason=reason,
        ),
    )  # fmt: skip
    say_told(answer, as_json)


@app.command()
def refuse(
    number: Number,
    reason: Reason,
    database: DatabaseOption,
    to: Annotated[
        Literal["supplier", "claim"],
        typer.Option(
            parser=one_of("supplier", "claim"),
            metavar="[supplier|claim]",
            help="supplier: they go back. claim: they are the supplier's debt.",
        ),
    ] = "supplier",
    line: Line = None,
    warehouse: Warehouse = "",
    company: CompanyOption = "",
    as_json: AsJson = False,
) -> None:
    """Do not take in goods that are held: they leave our stock, and the ERP and the order are told.

    Example: crossdock goods-receipt refuse RCN000045 --to supplier --reason "not ordered"
    """
    answer = reach(
        database,
        lambda context, actor: purchasing.decide_held_goods(
            context, actor, number, decision="refused", to=to, company_id=company, warehouse=warehouse,
            lines=tuple(line or ()), reason=reason,
        ),
    )  # fmt: skip
    say_told(answer, as_json)
