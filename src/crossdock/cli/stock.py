"""`crossdock stock`: what is, and what is promised."""

from __future__ import annotations

import datetime as dt
from typing import Annotated

import typer
from rich.console import Console

from crossdock.cli._console import AsJson, console, plain, print_json, reach, table
from crossdock.cli._options import DatabaseOption
from crossdock.cli._stock_explained import print_difference, print_explained
from crossdock.inventory.availability import AvailableToPromise
from crossdock.operations.availability import Asked
from crossdock.operations.stock import ItemStock, list_stock, show_stock, verify_stock

app = typer.Typer(help="Stock: what physically is, and what is promised.", no_args_is_help=True)


@app.callback()
def stock() -> None:
    """Stock: what physically is, and what is promised."""


@app.command()
def show(
    item: Annotated[str, typer.Argument(help="Our item id.", metavar="SKU")],
    database: DatabaseOption,
    company: Annotated[str, typer.Option(help="Only of this company.")] = "",
    explain: Annotated[
        bool, typer.Option("--explain", help="Why that number: every term, and what is behind it.")
    ] = False,
    as_of: Annotated[str, typer.Option(metavar="TIME", help="As it was known then: 2010-12-06T14:03.")] = "",
    compare: Annotated[str, typer.Option(metavar="TIME", help="Also what changed since this earlier moment.")] = "",
    channel: Annotated[str, typer.Option(help="For orders of this channel.")] = "",
    customer: Annotated[str, typer.Option(help="For orders of this customer.")] = "",
    location: Annotated[list[str] | None, typer.Option(help="Only there; several times.")] = None,
    as_json: AsJson = False,
) -> None:
    """Show both books of an item: where it lies, who it is promised to, what is coming, what moved it last. With
    --explain, why so much may be promised: now, at any past moment, and why another number than before.

    Times are of business time, in UTC unless they say another zone.

    Example: crossdock stock show 85123A --explain --as-of 2010-12-06T14:03 --compare 2010-12-06T09:00
    """
    asked = Asked(
        company_id=company,
        item=item,
        locations=tuple(location or ()),
        channel=channel,
        customer=customer,
        as_of=_moment(as_of, "--as-of"),
        compare_to=_moment(compare, "--compare"),
        limit=200,
    )
    found = reach(database, lambda context, actor: show_stock(context, actor, item, company, asked))
    if as_json:
        print_json(found)
    elif explain or asked.compare_to:
        _explain(console(), found)
    else:
        _print(console(), found)


def _moment(text: str, option: str) -> dt.datetime | None:
    if not text:
        return None
    try:
        moment = dt.datetime.fromisoformat(text)
    except ValueError:
        raise typer.BadParameter(f"{text!r} is no time such as 2010-12-06T14:03", param_hint=option) from None
    return moment if moment.tzinfo else moment.replace(tzinfo=dt.UTC)


def _explain(out: Console, found: ItemStock) -> None:
    out.print(plain(f"As known at {plain(found.as_of)} (business time)"))
    for difference in found.differences:
        print_difference(out, found.item, difference)
        out.print()
    for terms in found.available:
        print_explained(out, terms, [fresh for fresh in found.freshness if fresh.company == terms.company_id])
        out.print()


@app.command("list")
def list_all(
    database: DatabaseOption,
    after: Annotated[str, typer.Option("--cursor", help="Go on behind COMPANY/ITEM/LOCATION.")] = "",
    limit: Annotated[int, typer.Option(min=1, max=5000, help="How many at most.")] = 500,
    as_json: AsJson = False,
) -> None:
    """List the balances of both books, by company, item and place.

    Example: crossdock stock list --limit 100
    """
    company, _, rest = after.partition("/")
    item, _, place = rest.rpartition("/")
    found = reach(database, lambda context, actor: list_stock(context, actor, (company, item, place), limit))
    last = f"{found[-1].company}/{found[-1].item}/{found[-1].location}" if len(found) == limit else ""
    if as_json:
        print_json({"items": found, "next": last})
        return
    columns = ("company", "item", "location", "unrestricted", "picked", "packed", "quarantined", "damaged", "reserved",
               "free")  # fmt: skip
    console().print(table(columns, ([getattr(one, name) for name in columns] for one in found)))
    if last:
        console().print(f"more: crossdock stock list --cursor {last}")


@app.command("verify")
def prove(database: DatabaseOption, as_json: AsJson = False) -> None:
    """Prove that movements, balances, promises and pegs agree. Exit code 1 if they do not.

    Example: crossdock stock verify
    """
    found = reach(database, verify_stock)
    if as_json:
        print_json(found)
    else:
        rows = [(law, count) for law, count in sorted(found.compared.items())]
        console().print(table(("law", "facts compared"), rows, title="Both books"))
        for one in found.discrepancies[:50]:
            words = f"{one.law}: {one.where}: expected {one.expected}, found {one.found}"
            console().print(plain(words, "red"))
    if found.discrepancies:
        raise typer.Exit(1)


def _print(out: Console, found: ItemStock) -> None:
    states = ("unrestricted", "picked", "packed", "in_transfer", "quarantined", "damaged", "expired")
    rows = [
        (place.company_id, place.location, place.owner, place.lot, *(getattr(place, state) for state in states))
        for place in found.positions
    ]
    if rows:
        out.print(table(("company", "location", "owner", "lot", *states), rows, title=f"{found.item}: what is"))
    else:
        out.print(plain(f"{found.item}: nothing of it is or was anywhere"))
    for company in found.without_master_data:
        out.print(plain(f"{company} has no master data of it: the ERP never said what it is", "yellow"), soft_wrap=True)
    for terms in found.available:
        out.print()
        _print_terms(out, terms)
    if found.promises:
        out.print()
        promises = [
            (
                p.company_id,
                p.location,
                p.remaining,
                "waiting" if p.waiting else p.state,
                p.kind,
                p.subject or f"{p.source} {p.reference}",
            )
            for p in found.promises
        ]
        columns = ("company", "location", "quantity", "state", "kind", "promised to")
        out.print(table(columns, promises, title="To whom it is promised, and who waits for it"))


def _print_terms(out: Console, terms: AvailableToPromise) -> None:
    """What of an item a company may promise: by place, what is coming, and what changed it last."""
    title = f"{terms.company_id}: {plain(terms.now)} may be promised now"
    if not terms.positions:
        out.print(plain(title))
        return
    places = [
        (f"{p.location} {p.pool}", p.on_hand, p.safety, p.reserved, p.allocated, p.free, p.shortage)
        for p in terms.positions
    ]
    columns = ("location", "on hand", "- kept back", "- reserved", "- allocated", "= free", "shortage")
    out.print(table(columns, places, title=title))
    if terms.supply:
        out.print()
        supply = [
            (s.expected_on, s.location, s.quantity - s.received, s.pegged, s.confidence, f"{s.source} {s.line}")
            for s in terms.supply
        ]
        heads = ("expected", "location", "open", "pegged", "how sure", "source")
        out.print(table(heads, supply, title=f"{terms.company_id}: what is coming, and how much of it is spoken for"))
    if terms.movements:
        out.print()
        moved = [
            (m.occurred_at, m.location, m.number, m.kind, m.on_hand, m.reserved, m.free_after, m.key)
            for m in terms.movements
        ]
        headings = ("moved at", "location", "number", "kind", "on hand", "reserved", "free after", "key")
        out.print(table(headings, moved, title=f"{terms.company_id}: what changed it last, newest first by place"))
