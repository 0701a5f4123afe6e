"""The command `crossdock`."""

from __future__ import annotations

import logging
import sys

import typer

from crossdock import __version__
from crossdock.cli import (
    api_key,
    assembly,
    case,
    channel,
    consumption,
    dead_letter,
    drift,
    edi,
    exception,
    goods_receipt,
    guard,
    item,
    order,
    ownership,
    partner,
    policy,
    project,
    projection,
    purchase_order,
    quarantine,
    reservation,
    stock,
    supplier_invoice,
    system,
    transfer,
)
from crossdock.cli.demo import demo
from crossdock.cli.doctor import doctor
from crossdock.cli.run import api, run
from crossdock.cli.trace import trace
from crossdock.cli.up import up

app = typer.Typer(
    name="crossdock",
    help="Middleware for wholesale distributors: orders, stock and fulfillment true across every system and partner.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    # Paragraphs of help fill the terminal's width; without this, only the first one does.
    rich_markup_mode="markdown",
    add_completion=False,
)
app.command()(up)
app.command()(run)
app.command()(api)
app.command()(demo)
app.command()(trace)
app.command()(doctor)
app.add_typer(order.app, name="order")
app.add_typer(purchase_order.app, name="purchase-order")
app.add_typer(goods_receipt.app, name="goods-receipt")
app.add_typer(supplier_invoice.app, name="supplier-invoice")
app.add_typer(case.app, name="case")
app.add_typer(exception.app, name="exception")
app.add_typer(dead_letter.app, name="dead-letter")
app.add_typer(drift.app, name="drift")
app.add_typer(quarantine.app, name="quarantine")
app.add_typer(item.app, name="item")
app.add_typer(stock.app, name="stock")
app.add_typer(reservation.app, name="reservation")
app.add_typer(policy.app, name="policy")
app.add_typer(transfer.app, name="transfer")
app.add_typer(assembly.app, name="assembly")
app.add_typer(consumption.app, name="consumption")
app.add_typer(channel.app, name="channel")
app.add_typer(guard.app, name="guard")
app.add_typer(system.app, name="system")
app.add_typer(api_key.app, name="api-key")
app.add_typer(projection.app, name="projection")
app.add_typer(project.app, name="project")
app.add_typer(ownership.app, name="ownership")
app.add_typer(edi.app, name="edi")
app.add_typer(partner.app, name="partner")


@app.callback(invoke_without_command=True)
def root(version: bool = typer.Option(False, "--version", help="Print the version and end.")) -> None:
    """Take what stands before a command."""
    if version:
        typer.echo(f"crossdock {__version__}")
        raise typer.Exit


def main() -> None:
    """Run the command line."""
    # The pool tells every failed attempt to reconnect with a traceback; commands say in words what is wrong.
    logging.getLogger("asyncpg").setLevel(logging.CRITICAL)
    for argument in sys.argv[1:]:
        if not _is_text(argument):
            words = f"{argument.encode(errors='backslashreplace').decode()} is no text: it is not UTF-8"
            typer.echo(f"Error: {words}\nWrite it anew; a terminal that sends UTF-8 shows what it sends.", err=True)
            sys.exit(2)
    app(prog_name="crossdock", args=sys.argv[1:])


def _is_text(argument: str) -> bool:
    """Can it be written down? Bytes that are no UTF-8 come as halves of characters, which no database takes."""
    try:
        argument.encode()
    except UnicodeEncodeError:
        return False
    return True


if __name__ == "__main__":
    main()
