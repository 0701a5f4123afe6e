"""`crossdock stock`: what is, and what is promised."""

from __future__ import annotations

from typing import Annotated

import typer
from rich.console import Console

from crossdock.cli._console import AsJson, console, plain, print_json, reach, table
from crossdock.cli._options import DatabaseOption
from crossdock.operations.stock import ItemStock, show_stock

app = typer.Typer(help="Stock: what physically is, and what is promised.", no_args_is_help=True)


@app.callback()
def stock() -> None:
    """Stock: what physically is, and what is promised."""


@app.command()
def show(
    item: Annotated[str, typer.Argument(help="Our item id.", metavar="SKU")],
    database: DatabaseOption,
    company: Annotated[str, typer.Option(help="Only of this company.")] = "",
    as_json: AsJson = False,
) -> None:
    """Show both books of an item: where it lies, who it is promised to, what is coming, what moved it last.

    Example: crossdock stock show 85123A
    """
    found = reach(database, lambda context, actor: show_stock(context, actor, item, company))
    if as_json:
        print_json(found)
    else:
        _print(console(), found)


def _print(out: Console, found: ItemStock) -> None:
    states = ("unrestricted", "picked", "packed", "in_transfer", "quarantined", "damaged", "expired")
    rows = [
        (place.company_id, place.location, place.owner, place.lot, *(getattr(place, state) for state in states))
        for place in found.positions
    ]
    out.print(table(("company", "location", "owner", "lot", *states), rows, title=f"{found.item}: what is"))
    for terms in found.available:
        out.print()
        title = f"{terms.company_id}: {plain(terms.now)} may be promised now"
        places = [
            (p.location, p.on_hand, p.safety, p.reserved, p.allocated, p.free, p.shortage) for p in terms.locations
        ]
        columns = ("location", "on hand", "- safety", "- reserved", "- allocated", "= free", "shortage")
        out.print(table(columns, places, title=title))
        if terms.supply:
            out.print()
            supply = [
                (s.expected_on, s.location, s.quantity - s.received, s.pegged, s.confidence, f"{s.source} {s.line}")
                for s in terms.supply
            ]
            out.print(table(("expected", "location", "open", "pegged", "", "source"), supply))
        if terms.movements:
            out.print()
            moved = [
                (m.occurred_at, m.location, m.number, m.kind, m.on_hand, m.reserved, m.free_after, m.key)
                for m in terms.movements
            ]
            headings = ("moved at", "location", "number", "kind", "on hand", "reserved", "free after", "key")
            out.print(table(headings, moved))
    if found.promises:
        out.print()
        promises = [
            (p.company_id, p.location, p.remaining, "waiting" if p.waiting else p.state, p.kind, p.subject or p.source)
            for p in found.promises
        ]
        out.print(table(("company", "location", "quantity", "state", "kind", "promised to"), promises))
