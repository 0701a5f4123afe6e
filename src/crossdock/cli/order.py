"""`crossdock order`: decisions about sales orders, and what a person knows of them."""

from __future__ import annotations

from decimal import Decimal
from typing import Annotated

import typer

from crossdock.cli._console import AsJson, Reason, reach, say_told
from crossdock.cli._options import CompanyOption, DatabaseOption
from crossdock.model.quantity import NoDecimal, stated
from crossdock.operations import orders

app = typer.Typer(help="Sales orders: approve those that are held, cancel, say what was weighed.", no_args_is_help=True)
OrderNumber = Annotated[str, typer.Argument(help="Its number.", metavar="NUMBER")]


@app.command()
def approve(
    number: OrderNumber,
    hold: Annotated[str, typer.Option(help="What it is held for: credit, price, customer.")],
    reason: Reason,
    database: DatabaseOption,
    company: CompanyOption = "",
    as_json: AsJson = False,
) -> None:
    """Let a held order go on. One that is held for several things goes on when the last hold is approved.

    Example: crossdock order approve 536446 --hold credit --reason "paid in advance"
    """
    answer = reach(
        database,
        lambda context, actor: orders.approve_order(context, actor, company, number, hold=hold, reason=reason),
    )
    say_told(answer, as_json, f"unless something else holds it, goes on without its {hold} hold")


@app.command()
def cancel(
    number: OrderNumber,
    reason: Reason,
    database: DatabaseOption,
    line: Annotated[list[str] | None, typer.Option(help="Only this line; several times. Else all.")] = None,
    company: CompanyOption = "",
    as_json: AsJson = False,
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
    say_told(answer, as_json)


@app.command()
def weigh(
    number: OrderNumber,
    shipment: Annotated[str, typer.Option(help="The shipment they left in, as the exception case names it.")],
    weight: Annotated[list[str], typer.Option(help="LINE=WEIGHT, several times; in the unit of the item's price.")],
    reason: Reason,
    database: DatabaseOption,
    company: CompanyOption = "",
    as_json: AsJson = False,
) -> None:
    """Say what goods weighed that are invoiced by weight and left without one; then they are invoiced.

    Example: crossdock order weigh 536446 --shipment north.SHN000012 --weight 1=7.35 --reason "scale protocol"
    """
    weights = [_weight(said) for said in weight]
    answer = reach(
        database,
        lambda context, actor: orders.weigh_order(
            context, actor, company, number, shipment=shipment, weights=weights, reason=reason
        ),
    )
    say_told(answer, as_json)


def _weight(said: str) -> tuple[str, Decimal]:
    line, _, text = said.rpartition("=")
    if not line:
        raise typer.BadParameter(f"{said!r} is no weight of a line; write 1=7.35", param_hint="--weight")
    try:
        return line, stated(text)
    except NoDecimal as error:
        words = f"{said!r} is no weight of a line; write 1=7.35; {text!r} {error}"
        raise typer.BadParameter(words, param_hint="--weight") from None
