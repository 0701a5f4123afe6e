"""`crossdock stock`: what is, and what is promised."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator
from typing import Annotated

import typer
from rich.console import Console

from crossdock.cli._console import AsJson, Rows, console, plain, print_json, reach, table
from crossdock.cli._options import DatabaseOption, moment_of
from crossdock.cli._stock_explained import (
    earlier_movements,
    ended_of,
    goods_of_others,
    in_words,
    movements_table,
    print_difference,
    print_explained,
)
from crossdock.inventory.availability import AvailableToPromise
from crossdock.model.quantity import ZERO
from crossdock.operations.availability import Asked
from crossdock.operations.promises import Promise
from crossdock.operations.stock import Balance, ItemStock, list_stock, show_stock, verify_stock

_STATES = ("unrestricted", "picked", "packed", "in_transfer", "quarantined", "damaged", "expired")
_SELDOM = ("- allocated", "shortage")

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
        as_of=moment_of(as_of, "--as-of"),
        compare_to=moment_of(compare, "--compare"),
        limit=200,
    )
    found = reach(database, lambda context, actor: show_stock(context, actor, item, company, asked))
    if as_json:
        print_json(found)
    elif explain or asked.compare_to:
        _explain(console(), found)
    else:
        _print(console(), found, asked)


def _explain(out: Console, found: ItemStock) -> None:
    """The number and what stands behind it, company by company; then who has or awaits what is promised."""
    out.print(plain(f"As known at {plain(found.as_of)} (business time)"))
    for difference in found.differences:
        print_difference(out, found.item, difference)
        out.print()
    for terms in found.available:
        print_explained(out, terms, [fresh for fresh in found.freshness if fresh.company == terms.company_id])
        out.print()
    _print_promises(out, found)


@app.command("list")
def list_all(
    database: DatabaseOption,
    after: Annotated[str, typer.Option("--cursor", help="Go on behind COMPANY/ITEM/LOCATION.")] = "",
    limit: Annotated[int, typer.Option(min=1, max=5000, help="How many at most.")] = 500,
    as_json: AsJson = False,
) -> None:
    """List the balances of both books, by company, item and place: on hand, less what is kept back and reserved, is
    free. Other goods lie there beside that: picked, packed, quarantined, damaged, or not ours to promise; --json says
    how much of each.

    Example: crossdock stock list --limit 100
    """
    company, _, rest = after.partition("/")
    item, _, place = rest.rpartition("/")
    found = reach(database, lambda context, actor: list_stock(context, actor, (company, item, place), limit))
    last = f"{found[-1].company}/{found[-1].item}/{found[-1].location}" if len(found) == limit else ""
    if as_json:
        print_json({"items": found, "next": last})
        return
    console().print(_balances(found))
    if last:
        console().print(f"more: crossdock stock list --cursor {last}")


_OTHER = ("not_promised", "picked", "packed", "in_transfer", "quarantined", "damaged", "expired")


def _balances(found: Iterable[Balance]) -> Rows:
    """Every row adds up: on hand, less what is kept back and reserved, is free. All else that lies there comes last."""
    columns = ("company", "item", "location", "on hand", "kept back", "reserved", "free", "other")
    return table(columns, [_balance(one) for one in found])


def _balance(one: Balance) -> tuple[object, ...]:
    other = sum((getattr(one, name) for name in _OTHER), ZERO)
    return one.company, one.item, one.location, one.on_hand, one.kept_back, one.reserved, one.free, other


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
        many = len(found.discrepancies)
        verdict = "every law holds" if not many else f"{many} thing{'s do' if many > 1 else ' does'} not agree"
        console().print(plain(verdict, "red" if many else ""))
    if found.discrepancies:
        raise typer.Exit(1)


def _print(out: Console, found: ItemStock, asked: Asked) -> None:
    states = [name for name in _STATES if any(getattr(place, name) for place in found.positions)] or ["unrestricted"]
    rows = [
        (place.company_id, place.location, place.owner, place.lot, *(getattr(place, state) for state in states))
        for place in found.positions
    ]
    if rows:
        out.print(table(("company", "location", "owner", "lot", *states), rows, title=f"{found.item}: what is"))
    else:
        where = f"at {', '.join(asked.locations)}" if asked.locations else "anywhere"
        beside = f"; look at {', '.join(found.elsewhere)}" if found.elsewhere else ""
        out.print(plain(f"{found.item}: nothing of it is or was {where}{beside}"))
    for place in found.positions:
        for second in place.seconds:
            missing = place.not_weighed(second)
            words = f"{place.location}: {plain(second.quantity)} {second.unit} of {plain(second.weighed)} weighed"
            out.print(
                plain(words + (f", {plain(missing)} not weighed" if missing else ""), "yellow" if missing else "")
            )
    for company in found.without_master_data:
        out.print(plain(f"{company} has no master data of it: the ERP never said what it is", "yellow"), soft_wrap=True)
    for terms in found.available:
        out.print()
        _print_terms(out, terms, found.as_of if asked.as_of else None)
    if found.promises:
        out.print()
        _print_promises(out, found)


def _print_promises(out: Console, found: ItemStock) -> None:
    if not found.promises:
        return
    rows = [
        (
            p.company_id,
            p.location,
            p.remaining,
            "waiting" if p.waiting else p.state,
            p.kind,
            p.subject or _caller(p),
        )
        for p in found.promises
    ]
    columns = ("company", "location", "quantity", "state", "kind", "promised to")
    out.print(table(columns, rows, title="To whom it is promised, and who waits for it"))


def _caller(promise: Promise) -> str:
    """Who holds it, under which name of theirs and of ours, and until when."""
    until = f", until {plain(promise.expires_at)}" if promise.expires_at else ", without a deadline"
    return f"{promise.source} {promise.reference}, reservation {promise.id}{until}"


def _print_terms(out: Console, terms: AvailableToPromise, then: dt.datetime | None) -> None:
    """What of an item a company may promise, or could at a past moment: by place, what is coming, and what changed it
    last."""
    could = f"could be promised at {plain(then)}" if then else "may be promised now"
    title = f"{terms.company_id}: {plain(terms.now)} {could}"
    if not terms.positions:
        out.print(plain(title))
    else:
        out.print(_positions(terms, title))
    for words in _beside_positions(terms):
        out.print(plain(words), soft_wrap=True)
    _print_coming(out, terms)


def _positions(terms: AvailableToPromise, title: str) -> Rows:
    rows = [
        (f"{p.location} {p.pool}", p.on_hand, p.safety, p.reserved, p.allocated, p.free, p.shortage)
        for p in terms.positions
    ]
    names = ("location", "on hand", "- kept back", "- reserved", "- allocated", "= free", "shortage")
    # Few positions have any of these two.
    shown = [n for n, name in enumerate(names) if name not in _SELDOM or any(row[n] for row in rows)]
    return table([names[n] for n in shown], [[row[n] for n in shown] for row in rows], title=title)


def _beside_positions(terms: AvailableToPromise) -> Iterator[str]:
    """Why the number is not what the positions come to, and what lies there and is in no number."""
    yield from goods_of_others(terms, never=True)
    if terms.drop_ship is not None:
        yield in_words(terms.drop_ship)
        lying = sum((max(p.free, ZERO) for p in terms.positions), ZERO) - sum(
            (p.counted for p in terms.positions), ZERO
        )
        if lying:
            yield f"so the {plain(lying)} free above do not count: its customers are not served from our stock"
    if terms.kit is not None and terms.kit.kits:
        yield f"{plain(terms.kit.kits)} of them as kits made of components; --explain says of which"
    if terms.shelf_life is not None and terms.shelf_life.less:
        life = terms.shelf_life
        until = f"{plain(life.less)} may not be promised: goods must keep until {life.keeps_until}"
        yield f"{until} (rule {life.rule}); --explain says where they do"


def _print_coming(out: Console, terms: AvailableToPromise) -> None:
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
        title = f"{terms.company_id}: what changed it last, newest first by place"
        out.print(movements_table(terms.movements, places=True, title=title, ended=ended_of(terms)))
        older = sum(earlier_movements(terms, position) for position in terms.positions)
        if older:
            out.print(plain(f"... and {older:,} older; --explain says what stands behind each number"))
