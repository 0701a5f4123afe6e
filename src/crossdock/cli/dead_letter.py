"""`crossdock dead-letter`: outgoing documents that are not tried any more."""

from __future__ import annotations

import base64
from typing import Annotated
from uuid import UUID

import msgspec
import typer

from crossdock.cli._console import (
    AsJson,
    Limit,
    Reason,
    brief,
    console,
    plain,
    print_json,
    print_page,
    reach,
    say,
    table,
)
from crossdock.cli._options import Cursor, DatabaseOption, id_shown_by
from crossdock.operations import dead_letters
from crossdock.operations.dead_letters import Decided

app = typer.Typer(help="Dead letters: outgoing documents that are not tried any more.", no_args_is_help=True)
DeliveryId = Annotated[UUID, typer.Argument(parser=id_shown_by("dead-letter list"), help="Its id.", metavar="ID")]


@app.command("list")
def list_(
    database: DatabaseOption,
    system: Annotated[str, typer.Option(help="Only those for this system or partner.")] = "",
    code: Annotated[str, typer.Option(help="Only those with this code.")] = "",
    limit: Limit = 100,
    cursor: Cursor = "",
    as_json: AsJson = False,
) -> None:
    """List dead letters, oldest first, and their causes.

    Example: crossdock dead-letter list --system erp
    """
    page = reach(
        database,
        lambda context, actor: dead_letters.list_dead_letters(
            context, actor, system=system, code=code, cursor=cursor, limit=limit
        ),
    )
    if as_json:
        print_json(page)
        return
    rows = [(x.id, x.system, x.document, x.number, x.code, x.attempts, x.case_id, brief(x.detail)) for x in page.items]
    columns = ("id", "to", "document", "number", "code", "attempts", "case", "detail")
    print_page(table(columns, rows), page.next, "no dead letter waits")
    if page.items:
        causes = reach(database, dead_letters.causes)
        grouped = [(x.count, x.system, x.document, x.code, brief(x.example)) for x in causes]
        out = console()
        out.print()
        out.print(table(("count", "to", "document", "code", "for example"), grouped))


@app.command()
def show(delivery_id: DeliveryId, database: DatabaseOption, as_json: AsJson = False) -> None:
    """Show an outgoing document with its bytes.

    Example: crossdock dead-letter show 01a1fb79-86e7-76ee-b9c2-9874cb66aca0
    """
    found = reach(database, lambda context, actor: dead_letters.show_delivery(context, actor, delivery_id))
    if as_json:
        print_json(found)
        return
    out = console()
    out.print(plain(f"{found.document} {found.number} to {found.system}: {found.status}", "bold"))
    facts = [
        ("case", found.case_id),
        ("outcome", found.outcome),
        ("code", found.code),
        ("detail", found.detail),
        ("attempts", found.attempts),
        ("request", f"{found.method} {found.target}"),
        ("idempotency key", found.idempotency_key),
        ("waiting behind it", found.waiting_behind),
        ("answer", found.reply),
    ]
    out.print(table(("", ""), [fact for fact in facts if fact[1] != ""]))
    out.print()
    try:
        out.print(plain(found.content.decode()), soft_wrap=True)
    except UnicodeDecodeError:
        out.print(plain(base64.b64encode(found.content).decode()), soft_wrap=True)


@app.command()
def replay(delivery_id: DeliveryId, database: DatabaseOption, as_json: AsJson = False) -> None:
    """Try a dead letter again, with its old bytes and key.

    Example: crossdock dead-letter replay 01a1fb79-86e7-76ee-b9c2-9874cb66aca0
    """
    answer = reach(database, lambda context, actor: dead_letters.replay(context, actor, delivery_id))
    decided = msgspec.json.decode(answer.body, type=Decided)
    if as_json:
        print_json(decided)
        return
    typer.echo(f"{delivery_id} will be tried again")
    if decided.warning:
        typer.echo(decided.warning, err=True)


@app.command()
def skip(delivery_id: DeliveryId, reason: Reason, database: DatabaseOption, as_json: AsJson = False) -> None:
    """Never send a dead letter, and let go what waits behind it.

    Example: crossdock dead-letter skip 01a1fb79-86e7-76ee-b9c2-9874cb66aca0 --reason "booked by hand in the ERP"
    """
    answer = reach(database, lambda context, actor: dead_letters.skip(context, actor, delivery_id, reason))
    decided = msgspec.json.decode(answer.body, type=Decided)
    say(decided, f"{delivery_id} is not sent; what waited behind it goes", as_json)
