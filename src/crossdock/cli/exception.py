"""`crossdock exception`: problems that wait for a person."""

from __future__ import annotations

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
from crossdock.cli._options import Cursor, DatabaseOption, OverToo, id_shown_by
from crossdock.operations import exceptions

app = typer.Typer(help="Exception cases: problems that wait for a person.", no_args_is_help=True)
ExceptionId = Annotated[UUID, typer.Argument(parser=id_shown_by("exception list"), help="Its id.", metavar="ID")]


@app.command("list")
def list_(
    database: DatabaseOption,
    code: Annotated[str, typer.Option(help="Only those with this code.")] = "",
    owner: Annotated[str, typer.Option(help="Only those of this role: operations, buyer, warehouse, ...")] = "",
    closed: OverToo = False,
    limit: Limit = 100,
    cursor: Cursor = "",
    as_json: AsJson = False,
) -> None:
    """List open exception cases, oldest first.

    Example: crossdock exception list --owner buyer
    """
    page = reach(
        database,
        lambda context, actor: exceptions.list_exceptions(
            context, actor, code=code, owner=owner, closed_too=closed, cursor=cursor, limit=limit
        ),
    )
    if as_json:
        print_json(page)
        return
    rows = [(item.id, item.opened_at, item.code, item.owner, item.case_id, brief(item.detail)) for item in page.items]
    nothing = "no such exception case" if closed else "no such exception case is open; --all shows those that are over"
    print_page(table(("id", "opened", "code", "owner", "case", "detail"), rows), page.next, nothing)


@app.command()
def show(exception_id: ExceptionId, database: DatabaseOption, as_json: AsJson = False) -> None:
    """Show one exception case.

    Example: crossdock exception show 01a1fb79-86e7-76ee-b9c2-9874cb66aca0
    """
    found = reach(database, lambda context, actor: exceptions.show_exception(context, actor, exception_id))
    if as_json:
        print_json(found)
        return
    out = console()
    out.print(plain(f"{found.code}  {'closed' if found.closed_at else 'open'}", "bold"))
    facts = [
        ("case", found.case_id),
        ("owner", found.owner),
        ("opened", found.opened_at),
        ("lines", ", ".join(found.lines)),
        ("money at risk", f"{plain(found.money_at_risk)} {found.currency}" if found.money_at_risk is not None else ""),
        ("expected on", found.expected_on or ""),
        ("document", found.reference),
        ("closed", found.closed_at or ""),
        ("resolution", found.resolution),
    ]
    out.print(table(("", ""), [fact for fact in facts if fact[1]]))
    out.print()
    out.print(plain(found.detail), soft_wrap=True)
    out.print(plain(f"\nWhat it means, and what to do: docs/runbooks/{found.code}.md", "dim"), soft_wrap=True)
    out.print(plain(f"The whole story: crossdock trace {found.case_id}", "dim"), soft_wrap=True)


@app.command()
def close(exception_id: ExceptionId, reason: Reason, database: DatabaseOption, as_json: AsJson = False) -> None:
    """Close an exception case that you have dealt with.

    Example: crossdock exception close 01a1fb79-86e7-76ee-b9c2-9874cb66aca0 --reason "price agreed by phone"
    """
    answer = reach(database, lambda context, actor: exceptions.close_exception(context, actor, exception_id, reason))
    say(msgspec.json.decode(answer.body, type=exceptions.Closed), f"{exception_id} is closed", as_json)
