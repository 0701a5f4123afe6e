"""`crossdock transfer`: goods that go from one of our locations to another."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated, get_args

import msgspec
import typer

from crossdock.cli._console import (
    AsJson,
    Limit,
    Reason,
    console,
    plain,
    print_json,
    print_page,
    reach,
    say,
    say_told,
    span,
    table,
)
from crossdock.cli._options import (
    CompanyOption,
    Cursor,
    DatabaseOption,
    OneCompany,
    OverToo,
    counted,
    day_of,
    one_of,
)
from crossdock.cli.case import print_problems, print_sent, print_waiting
from crossdock.model.transfer import LossAccount
from crossdock.operations import transfers, transfers_seen
from crossdock.operations.transfers_seen import TransferLineView, TransferSummary

app = typer.Typer(
    help="Transfers: goods that go from one of our locations to another.",
    no_args_is_help=True,
)

Company = Annotated[str, typer.Option("--company", help="Whose goods they are.")]


Number = Annotated[str, typer.Argument(help="The transfer's number.", metavar="NUMBER")]


@app.command("list")
def list_(
    database: DatabaseOption,
    company: OneCompany = "",
    location: Annotated[str, typer.Option(help="Only those that leave or reach this location.")] = "",
    item: Annotated[str, typer.Option(help="Only those of this item.")] = "",
    state: Annotated[str, typer.Option(help="Only those in this state: ordered, in_transfer, lost, ...")] = "",
    over_too: OverToo = False,
    limit: Limit = 100,
    cursor: Cursor = "",
    as_json: AsJson = False,
) -> None:
    """List open transfers, line by line: what was ordered, what left, arrived, was given up and is under way, and how
    long ago it was ordered.

    Example: crossdock transfer list --location south --item 85123A
    """
    page = reach(
        database,
        lambda context, actor: transfers_seen.list_transfers(
            *(context, actor),
            company_id=company,
            location=location,
            item=item,
            state=state,
            open_only=not (over_too or state),
            cursor=cursor,
            limit=limit,
        ),
    )
    if as_json:
        print_json(page)
        return
    columns = ("company", "number", "from", "to", *_QUANTITIES, "state", "ordered ago")
    rows = [row for transfer in page.items for row in _rows(transfer, item)]
    nothing = "no such transfer" if over_too or state else "no such transfer is open; --all shows those that are over"
    print_page(table(columns, rows), page.next, nothing)


_QUANTITIES = ("item", "ordered", "shipped", "received", "lost", "under way")


def _rows(transfer: TransferSummary, item: str) -> Iterator[tuple[object, ...]]:
    head = (transfer.company, transfer.number, transfer.from_location, transfer.to_location)
    age = span(transfer.age_seconds)
    for line in transfer.lines:
        if item in ("", line.item):
            yield *head, *_quantities(line), transfer.state, age
    if not transfer.lines:
        yield *head, *(None for _ in _QUANTITIES), transfer.state, age


def _quantities(line: TransferLineView) -> tuple[object, ...]:
    return line.item, line.ordered, line.shipped, line.received, line.lost, line.under_way


@app.command()
def show(number: Number, database: DatabaseOption, company: CompanyOption = "", as_json: AsJson = False) -> None:
    """Show a transfer: each line with what its origin had free, what left, how it arrived and what did not; what it
    waits for, what it sent, what is wrong.

    Example: crossdock transfer show TR-5F00D1
    """
    view = reach(database, lambda context, actor: transfers_seen.look_up_transfer(context, actor, number, company))
    if as_json:
        print_json(view)
        return
    out = console()
    out.print(plain(f"{view.subject}  {view.state}", "bold"))
    opened = f", ordered {plain(view.opened_at)}, changed {plain(view.changed_at)}" if view.opened_at else ""
    out.print(plain(f"{view.from_location} -> {view.to_location}{opened}{', over' if view.finished else ''}", "dim"))
    columns = ("line", "item", "unit", "ordered", "promised", "shipped", *_CONDITIONS, "lost", "under way", "state")
    rows = [
        (
            *(line.line, line.item, line.unit, line.ordered, line.promised, line.shipped),
            *(getattr(line, name) for name in _CONDITIONS),
            *(line.lost, line.under_way, line.state),
        )
        for line in view.lines
    ]
    out.print()
    out.print(table(columns, rows))
    print_waiting(out, view.waiting)
    print_sent(out, view.sent)
    print_problems(out, view.exceptions)


_CONDITIONS = ("good", "damaged", "quarantined")


@app.command()
def create(
    company: Company,
    origin: Annotated[str, typer.Option("--from", help="The location that sends.")],
    destination: Annotated[str, typer.Option("--to", help="The location that receives.")],
    line: Annotated[list[str], typer.Option(help="ITEM:QUANTITY in the item's base unit; several times.")],
    reason: Reason,
    database: DatabaseOption,
    arrives_on: Annotated[str, typer.Option(metavar="DATE", help="When it should be there: 2026-12-24.")] = "",
    number: Annotated[str, typer.Option(help="Its number; made up if not given.")] = "",
    as_json: AsJson = False,
) -> None:
    """Order a transfer. Stock is promised where it lies; the sending warehouse is asked for what is free there.

    Example: crossdock transfer create --company albion_uk --from north --to south --line 84029E:24 --reason "low stock"
    """
    lines = [counted(each, "--line") for each in line]
    on = day_of(arrives_on, "--arrives-on")
    answer = reach(
        database,
        lambda context, actor: transfers.create(
            context, actor, company, origin, destination, lines, number=number, arrives_on=on, reason=reason
        ),
    )
    told = msgspec.json.decode(answer.body, type=transfers.Ordered)
    say(told, _words(told, origin), as_json)


def _words(told: transfers.Ordered, origin: str) -> str:
    number = told.subject.rpartition("/")[2]
    lines = [f"{told.subject} is ordered; see `crossdock transfer show {number}`"]
    for short in told.not_free:
        free, asked = plain(short.free), plain(short.asked)
        lines.append(
            f"{asked} of {short.item} are to move, and {free} are free at {origin}: no more than is free moves"
        )
    return "\n".join(lines)


@app.command()
def cancel(
    number: Number, reason: Reason, database: DatabaseOption, company: CompanyOption = "", as_json: AsJson = False
) -> None:
    """Take back a transfer of which nothing has left: what it holds at its origin is free again. Refused once its
    warehouse was asked to ship it, for no message takes that back.

    Example: crossdock transfer cancel TR-5F00D1 --reason "the customer keeps them"
    """
    answer = reach(
        database,
        lambda context, actor: transfers.cancel(context, actor, number, company_id=company, reason=reason),
    )
    say_told(answer, as_json, then="what it holds is free")


@app.command()
def receive(
    number: Number,
    reason: Reason,
    database: DatabaseOption,
    line: Annotated[list[str] | None, typer.Option(help="LINE:QUANTITY; several times. Else all under way.")] = None,
    receipt: Annotated[str, typer.Option(help="The receipt's own number; made up if not given.")] = "",
    company: CompanyOption = "",
    as_json: AsJson = False,
) -> None:
    """State that goods of a transfer arrived where no warehouse system tells of it, such as at a customer's place. More
    than was under way is booked, and said; a receipt that was stated before changes nothing.

    Example: crossdock transfer receive TR-5F00D1 --line 1:24 --reason "the customer signed for them"
    """
    lines = [counted(each, "--line", "LINE:QUANTITY") for each in line or ()]
    answer = reach(
        database,
        lambda context, actor: transfers.receive(
            context, actor, number, company_id=company, lines=lines, receipt=receipt, reason=reason
        ),
    )
    told = msgspec.json.decode(answer.body, type=transfers.Arrived)
    if told.already_counted:
        say(told, f"receipt {receipt} of {told.subject} was stated before and counts once: nothing changed", as_json)
        return
    say_told(answer, as_json)
    for more in told.more_than_under_way if not as_json else ():
        came, left = plain(more.received), plain(more.under_way)
        words = f"line {more.line}: {came} of {more.item} came and {left} were under way: it is booked, for it is there"
        console().print(plain(f"{words}, and transfer_over asks a person which is right"))


@app.command("write-off")
def write_off(
    number: Number,
    account: Annotated[
        LossAccount,
        typer.Option(
            "--to",
            parser=one_of(*get_args(LossAccount)),
            metavar="[scrap|claim]",
            help="scrap: our loss. claim: the carrier's debt.",
        ),
    ],
    reason: Reason,
    database: DatabaseOption,
    line: Annotated[list[str] | None, typer.Option(help="LINE:QUANTITY; several times. Else all under way.")] = None,
    company: CompanyOption = "",
    as_json: AsJson = False,
) -> None:
    """Give up goods of a transfer that left and did not arrive. Should they come after all, they were not lost.

    Example: crossdock transfer write-off TR-5F00D1 --to claim --reason "carrier admits the loss"
    """
    lines = [counted(each, "--line", "LINE:QUANTITY") for each in line or ()]
    answer = reach(
        database,
        lambda context, actor: transfers.write_off(
            context, actor, number, company_id=company, account=account, lines=lines, reason=reason
        ),
    )
    say_told(answer, as_json)
