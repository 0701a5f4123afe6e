"""`crossdock drift`: where other systems and our books differ on stock, and what to do about it."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from decimal import Decimal
from typing import Annotated, get_args
from uuid import UUID

import msgspec
import typer

from crossdock.cli._console import (
    AsJson,
    Limit,
    Reason,
    Rows,
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
from crossdock.identity import Actor
from crossdock.model.reconciliation import DriftCause
from crossdock.operations import drifts, stock_statements
from crossdock.operations.context import Context
from crossdock.operations.deeds import Accepted
from crossdock.operations.drifts import Drift, DriftStory
from crossdock.operations.idempotency import Answer
from crossdock.operations.stock_statements import LatestStatement

app = typer.Typer(help="Drifts: where other systems and our books differ on stock.", no_args_is_help=True)
DriftId = Annotated[UUID, typer.Argument(parser=id_shown_by("drift list"), help="Its id.", metavar="ID")]


@app.command("list")
def list_(
    database: DatabaseOption,
    system: Annotated[str, typer.Option(help="Only those with this system.")] = "",
    item: Annotated[str, typer.Option(help="Only those of this item.")] = "",
    cause: Annotated[str, typer.Option(help=f"Only those with this cause: {', '.join(get_args(DriftCause))}.")] = "",
    closed: OverToo = False,
    limit: Limit = 100,
    cursor: Cursor = "",
    as_json: AsJson = False,
) -> None:
    """List differences between other systems and our books, oldest first.

    Example: crossdock drift list --system wms_north
    """
    page = reach(
        database,
        lambda context, actor: drifts.list_drifts(
            context, actor, system=system, item=item, cause=cause, closed_too=closed, cursor=cursor, limit=limit
        ),
    )
    if as_json:
        print_json(page)
        return
    nothing = "no such drift" if closed else "no such drift is open; --all shows those that are over"
    print_page(_listing(page.items), page.next, nothing)


def _listing(found: Sequence[Drift]) -> Rows:
    """Several companies may have an item of one name: then each row says whose it is."""
    several = len({drift.company for drift in found}) > 1
    columns = ("id", *(("company",) if several else ()), *_COLUMNS)
    return table(columns, [_row(drift, several=several) for drift in found])


_COLUMNS = ("system", "location", "item", "units", "money", "state", "cause", "why")


def _row(drift: Drift, *, several: bool) -> tuple[object, ...]:
    money = "" if drift.money is None else f"{drift.money} {drift.currency}"
    state = f"{drift.stands}, asks you" if drift.waits_for_a_person else drift.stands
    return (
        drift.id, *((drift.company,) if several else ()), drift.system, drift.location, drift.item, drift.units, money,
        state, drift.cause, brief(drift.detail),
    )  # fmt: skip


@app.command()
def statements(
    database: DatabaseOption,
    system: Annotated[str, typer.Option(help="Only those of this system, supplier or keeper of our goods.")] = "",
    item: Annotated[
        str, typer.Option(help="What they say of this item; who lists all stock and not it, says none.")
    ] = "",
    as_json: AsJson = False,
) -> None:
    """List what systems, suppliers and firms that keep our goods said last of their stock, and how long ago.

    Example: crossdock drift statements --item 85123A
    """
    found = reach(
        database, lambda context, actor: stock_statements.latest_statements(context, actor, system=system, item=item)
    )
    if as_json:
        print_json(found)
        return
    columns = ("company", "system", "location", "kind", "stated at", "minutes ago", "differs at", "says")
    console().print(table(columns, [_said(one) for one in found]))
    typer.echo(f"{len(found)} shown", err=True)


def _said(one: LatestStatement) -> tuple[object, ...]:
    differs = "waits" if one.waits else "not compared" if one.differences is None else f"{one.differences} items"
    others = "none: it lists all stock, and not this" if one.says_none else f"{one.levels} quantities"
    says = ", ".join(f"{said.quantity.normalize():f} {said.unit} {said.condition}" for said in one.said)
    return (
        one.company, one.system, one.location, "count" if one.counted else one.kind, one.stated_at,
        one.age_seconds // 60, differs, says or others,
    )  # fmt: skip


@app.command()
def show(drift_id: DriftId, database: DatabaseOption, as_json: AsJson = False) -> None:
    """Show one difference with the facts behind it and how it went on.

    Example: crossdock drift show 01a1fb79-86e7-76ee-b9c2-9874cb66aca0
    """
    found = reach(database, lambda context, actor: drifts.show_drift(context, actor, drift_id))
    if as_json:
        print_json(found)
        return
    _print(found)


def _print(story: DriftStory) -> None:
    out, drift = console(), story.drift
    where = f"{drift.item} of {drift.company} in {drift.location}, against {drift.system}"
    out.print(plain(f"{where}: {drift.cause}, {drift.stands}", "bold"))
    facts = [
        ("theirs less ours", _changes(drift.differences)),
        ("units", drift.units),
        ("money", "" if drift.money is None else f"{drift.money} {drift.currency}"),
        ("agreed until", drift.agreed_at or ""),
        ("first seen", drift.first_seen_at),
        ("last seen", drift.last_seen_at),
        ("due", drift.due_at),
        ("asked for again", drift.requested_at or ""),
        ("rule", drift.rule),
        ("correction", drift.correction),
        ("change", drift.change),
        ("waits for you", drift.waits_for_a_person),
        ("closed", drift.closed_at or ""),
        ("resolution", drift.resolution),
    ]
    out.print(table(("", ""), [fact for fact in facts if fact[1]]))
    out.print(plain(f"\n{drift.detail}\n"), soft_wrap=True)
    rows = [(f.side, f.number, f.what, f.at, _changes(f.changes), f.document, f.cause) for f in story.facts]
    title = "Facts that come nearest" if drift.cause == "unknown" else "Facts behind it"
    if rows:
        out.print(table(("side", "number", "what", "at", "changes", "document", "cause"), rows, title=title))
    went = [(c.at, c.state, c.cause, _changes(c.differences), c.detail) for c in story.changes]
    out.print(table(("at", "state", "cause", "theirs less ours", "why"), went, title="How it went on"))


def _changes(changes: Mapping[str, Decimal]) -> str:
    return ", ".join(f"{quantity.normalize():+f} {condition}" for condition, quantity in sorted(changes.items()))


Seen = Annotated[
    int | None,
    typer.Option(
        min=1,
        help="The change that you looked at, from `crossdock drift show`; refused if it is another one by now."
        " Without it, the difference is decided upon as it stands, and told.",
    ),
]
Deed = Callable[[Context, Actor, UUID, str, int], Awaitable[Answer]]


@app.command()
def approve(
    drift_id: DriftId, reason: Reason, database: DatabaseOption, seen: Seen = None, as_json: AsJson = False
) -> None:
    """Have the proposed correction booked.

    Example: crossdock drift approve 01a1fb79-86e7-76ee-b9c2-9874cb66aca0 --seen 3 --reason "counted twice, 41 it is"
    """
    accepted = _decide(database, drifts.approve_drift, drift_id, reason, seen)
    say(accepted, f"the correction of {drift_id} is on its way", as_json)


@app.command()
def reject(
    drift_id: DriftId, reason: Reason, database: DatabaseOption, seen: Seen = None, as_json: AsJson = False
) -> None:
    """Leave the numbers as they are; the same difference is not proposed again.

    Example: crossdock drift reject 01a1fb79-86e7-76ee-b9c2-9874cb66aca0 --seen 3 --reason "the ERP counts samples"
    """
    accepted = _decide(database, drifts.reject_drift, drift_id, reason, seen)
    say(accepted, f"drift {drift_id} is left as it is", as_json)


def _decide(database: str, deed: Deed, drift_id: UUID, reason: str, seen: int | None) -> Accepted:
    async def decide(context: Context, actor: Actor) -> Answer:
        if seen is not None:
            return await deed(context, actor, drift_id, reason, seen)
        drift = (await drifts.show_drift(context, actor, drift_id)).drift
        answer = await deed(context, actor, drift_id, reason, drift.change)
        where = f"{drift.item} of {drift.company} in {drift.location}, against {drift.system}"
        told = f"it was {_changes(drift.differences)} of {where}"
        typer.echo(f"{told} (change {drift.change})", err=True)
        return answer

    return msgspec.json.decode(reach(database, decide).body, type=Accepted)
