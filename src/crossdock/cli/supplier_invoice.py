"""`crossdock supplier-invoice`: decisions of accounts payable."""

from __future__ import annotations

from typing import Annotated

import typer

from crossdock.cli._console import AsJson, Reason, reach, say_told
from crossdock.cli._options import CompanyOption, DatabaseOption
from crossdock.operations import purchasing

app = typer.Typer(help="Suppliers' invoices: approve one that does not match.", no_args_is_help=True)


@app.callback()
def supplier_invoice() -> None:
    """Suppliers' invoices: approve one that does not match."""


@app.command()
def approve(
    number: Annotated[str, typer.Argument(help="The supplier's number.", metavar="NUMBER")],
    reason: Reason,
    database: DatabaseOption,
    supplier: Annotated[str, typer.Option(help="Whose it is, where several suppliers have used the number.")] = "",
    company: CompanyOption = "",
    as_json: AsJson = False,
) -> None:
    """Have an invoice paid as it is, although it does not match. It is posted to the ERP.

    Example: crossdock supplier-invoice approve PI000002 --reason "difference agreed by phone"
    """
    answer = reach(
        database,
        lambda context, actor: purchasing.approve_supplier_invoice(
            context, actor, number, company_id=company, supplier=supplier, reason=reason
        ),
    )
    say_told(answer, as_json)
