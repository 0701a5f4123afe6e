"""`crossdock case`: running business processes, listed and one by one."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Any

import msgspec
import typer
from rich.console import Console

from crossdock.cli._console import AsJson, Limit, Reason, console, plain, print_json, print_page, reach, say, table
from crossdock.cli._options import Cursor, DatabaseOption
from crossdock.identity import Actor
from crossdock.operations.cases import CaseView, ExceptionCase, Sent, Waiting, list_cases, show_case
from crossdock.operations.context import Context
from crossdock.operations.exceptions import release_case

app = typer.Typer(help="Cases: running business processes.", no_args_is_help=True)
CaseId = Annotated[str, typer.Argument(help="Its id: purchase_order/albion_uk/4500001.", metavar="ID")]


@app.callback()
def case() -> None:
    """Cases: running business processes."""


@app.command("list")
def list_(
    database: DatabaseOption,
    process: Annotated[str, typer.Option(help="Only of this process: sales_order, purchase_order, ...")] = "",
    state: Annotated[str, typer.Option(help="Only those in this state: held, backordered, ...")] = "",
    unfinished: Annotated[bool, typer.Option("--open", help="Only those that are not finished.")] = False,
    missing: Annotated[
        bool, typer.Option("--missing", help="Only those for which a document should have come and did not.")
    ] = False,
    limit: Limit = 100,
    cursor: Cursor = "",
    as_json: AsJson = False,
) -> None:
    """List cases in the order of their ids, with how many exception cases of each are open.

    Example: crossdock case list --process purchase_order --open
    """
    page = reach(
        database,
        lambda context, actor: list_cases(
            *(context, actor),
            process=process,
            state=state,
            open_only=unfinished,
            missing=missing,
            cursor=cursor,
            limit=limit,
        ),
    )
    if as_json:
        print_json(page)
        return
    rows = [
        (
            case.id, case.state + (" (parked)" if case.parked else ""), case.opened_at, case.changed_at,
            "finished" if case.finished else "", case.problems or None,
        )
        for case in page.items
    ]  # fmt: skip
    print_page(table(("case", "state", "opened", "changed", "", "problems"), rows), page.next, "no such case")


@app.command()
def show(case_id: CaseId, database: DatabaseOption, as_json: AsJson = False) -> None:
    """Show a case: lines with states and quantities, what it waits for, what it sent, what is wrong, what people did.

    Example: crossdock case show purchase_order/albion_uk/4500001
    """

    async def work(context: Context, actor: Actor) -> CaseView:
        async with context.store.transaction(readonly=True) as tx:
            return await show_case(tx, actor, case_id)

    view = reach(database, work)
    if as_json:
        print_json(view)
    else:
        _print(console(), view)


@app.command()
def release(case_id: CaseId, reason: Reason, database: DatabaseOption, as_json: AsJson = False) -> None:
    """Let a parked case go on: the events that waited are handled in order.

    Example: crossdock case release sales_order/albion_uk/shop/536365 --reason "handler mended in 0.2"
    """
    reach(database, lambda context, actor: release_case(context, actor, case_id, reason))
    say({"id": case_id, "parked": False}, f"{case_id} goes on", as_json)


def _print(out: Console, view: CaseView) -> None:
    head = view.case
    parked = "  PARKED: an event could not be handled" if head.parked else ""
    out.print(plain(f"{head.id}  {head.state}{parked}", "bold"))
    out.print(plain(f"process {head.process} {head.version}, opened {plain(head.opened_at)}", "dim"))
    out.print(plain(f"changed {plain(head.changed_at)}{', finished' if head.finished else ''}", "dim"))
    if view.lines:
        columns = _columns(view.lines)
        out.print()
        out.print(table(columns, ([_cell(line.get(column)) for column in columns] for line in view.lines)))
    print_waiting(out, view.waiting)
    print_sent(out, view.sent)
    print_problems(out, view.exceptions)
    if view.deeds:
        out.print()
        deeds = [(deed.at, deed.actor, deed.action, deed_in_words(deed.detail)) for deed in view.deeds]
        out.print(table(("done at", "by", "what", "with"), deeds))
    if view.links:
        out.print()
        out.print(
            table(
                ("document", "is part of", "as"),
                ((x.document, "this" if x.subject == head.id else x.subject, x.role) for x in view.links),
            )
        )


def print_waiting(out: Console, waiting: Sequence[Waiting]) -> None:
    """What a case waits for, if it does."""
    if not waiting:
        return
    rows = [(item.name, item.owed_by, item.due_at, "missed" if item.fired_at else "", _money(item)) for item in waiting]
    out.print()
    out.print(table(("waits for", "of", "until", "", "at risk"), rows))


def print_sent(out: Console, sent: Sequence[Sent]) -> None:
    """Which documents a case sent, if it did."""
    if sent:
        rows = [(item.document, item.number, item.system, item.status, item.reply or item.code) for item in sent]
        out.print()
        out.print(table(("sent", "number", "to", "status", "answer"), rows))


def print_problems(out: Console, exceptions: Sequence[ExceptionCase]) -> None:
    """The exception cases of a case, if it has any."""
    if not exceptions:
        return
    rows = [
        (item.id, item.code, item.owner, "closed: " + item.resolution if item.closed_at else "open", item.detail)
        for item in exceptions
    ]
    out.print()
    out.print(table(("exception case", "code", "owner", "", "detail"), rows))


def _money(waiting: Waiting) -> str:
    return "" if waiting.money_at_risk is None else f"{plain(waiting.money_at_risk)} {waiting.currency}"


def deed_in_words(detail: str) -> str:
    """What the audit keeps of a deed, as a person reads it: the reason first, the rest by name."""
    try:
        kept = msgspec.json.decode(detail)
    except msgspec.DecodeError:
        return detail
    if not isinstance(kept, dict):
        return detail
    reason = str(kept.pop("reason", ""))
    return "; ".join(part for part in (reason, _words(kept)) if part)


def _words(value: object) -> str:
    match value:
        case {"amount": amount, "unit": unit}:
            return f"{amount} {unit}"
        case dict():
            named = ((name, _words(one)) for name, one in value.items() if name != "company_id")
            return ", ".join(f"{name.replace('_', ' ')} {words}" for name, words in named if words)
        case list():
            return "; ".join(_words(one) for one in value)
        case None:
            return ""
    return str(value)


def _columns(lines: tuple[dict[str, Any], ...]) -> list[str]:
    """The simple members of lines, line id and state first; nested ones are for --json."""
    seen = dict.fromkeys(
        name for line in lines for name, value in line.items() if not isinstance(value, dict | list) and value != ""
    )
    first = [name for name in ("line", "state", "item") if name in seen]
    return first + [name for name in seen if name not in first]


def _cell(value: object) -> object:
    return "" if isinstance(value, dict | list) else value
