"""`crossdock reservation`: stock that callers of the API hold for themselves."""

from __future__ import annotations

from typing import Annotated

import typer

from crossdock.cli._console import AsJson, Limit, Reason, console, plain, print_json, print_page, reach, say, table
from crossdock.cli._options import DatabaseOption, OneCompany, moment_of
from crossdock.identity import Actor
from crossdock.inventory.desk.view import PieceView
from crossdock.operations import reservation_desk
from crossdock.operations.context import Context
from crossdock.operations.reservations import show as look_up

app = typer.Typer(help="Reservations: stock that callers of the API hold.", no_args_is_help=True)
Name = Annotated[str, typer.Argument(help="A reservation, whole or one piece of it.", metavar="RESERVATION")]


@app.command("list")
def list_(
    database: DatabaseOption,
    item: Annotated[str, typer.Option(help="All that callers hold of this item, also without a deadline.")] = "",
    everything: Annotated[bool, typer.Option("--all", help="Also what has no deadline; it comes last.")] = False,
    company: OneCompany = "",
    limit: Limit = 100,
    as_json: AsJson = False,
) -> None:
    """List what callers hold for a time, the next deadline first; or all that they hold, or hold of an item.

    Example: crossdock reservation list --item 85123A
    """

    async def work(context: Context, actor: Actor) -> tuple[list[reservation_desk.Held], int]:
        held = await reservation_desk.list_reservations(
            context, actor, item=item, company_id=company, limit=limit, everything=everything
        )
        hidden = 0 if item or everything else await reservation_desk.without_deadline(context, actor, company)
        return held, hidden

    found, hidden = reach(database, work)
    if as_json:
        print_json(found)
        return
    names = ("reservation", "company", "item", "location", "remaining", "state", "expires_at", "held_by", "reference")
    heads = ("reservation", "company", "item", "location", "quantity", "state", "until", "held by", "reference")
    rows = table(heads, ([getattr(one, name) for name in names] for one in found))
    print_page(rows, "", "no caller holds anything" + ("" if item or everything else " for a time"))
    if hidden:
        typer.echo(f"{hidden} more without a deadline: --all shows them, --item those of an item", err=True)


@app.command()
def show(reservation: Name, database: DatabaseOption, as_json: AsJson = False) -> None:
    """Show a reservation: what is held of it, what waits, and how the rest ended.

    Example: crossdock reservation show 5b1f0c2d9e8a7b6c5d4e3f20
    """
    found = reach(database, lambda context, actor: look_up(context, actor, reservation))
    if as_json:
        print_json(found)
        return
    out = console()
    out.print(plain(f"{found.reservation}: {found.state}, held by {found.held_by} for {found.company}", "bold"))
    facts = [
        ("reference", found.reference),
        ("reserved at", found.reserved_at),
        ("until", found.expires_at),
        ("confirmed at", found.confirmed_at),
    ]
    out.print(table(("", ""), [fact for fact in facts if fact[1]]))
    out.print()
    heads = ("piece", "line", "item", "location", "pool", "quantity", "remaining", "state", "how it ended")
    out.print(table(heads, [_piece(piece) for piece in found.pieces]))


def _piece(piece: PieceView) -> tuple[object, ...]:
    words = _ending(piece)
    if piece.remaining and piece.expected_on:
        words = f"{plain(piece.pegged)} expected on {piece.expected_on}"
    where = (piece.reservation, piece.line, piece.item, piece.location, piece.pool)
    return (*where, piece.quantity, piece.remaining, piece.state, words)


def _ending(piece: PieceView) -> str:
    """How a piece ended, in words; nothing as long as it stands."""
    end = piece.ended
    if end is None:
        return ""
    at = f"at {plain(end.at)}" if end.at else ""
    if end.how == "adopted" and end.taken is not None:
        rest = piece.quantity - end.taken
        free = f"; {plain(rest)} became free" if rest else ""
        return f"taken over by {end.by} {at}: {plain(end.taken)}{free}"
    return " ".join(word for word in (end.how, at, end.by, end.reason) if word)


@app.command()
def release(reservation: Name, reason: Reason, database: DatabaseOption, as_json: AsJson = False) -> None:
    """Give a caller's reservation back for it. What becomes free goes to those who wait.

    Example: crossdock reservation release 5b1f0c2d9e8a7b6c5d4e3f20 --reason "the shop lost the basket"
    """
    done = reach(
        database,
        lambda context, actor: reservation_desk.release_for_caller(context, actor, reservation, reason),
    )
    words = f"{plain(done.quantity)} of {reservation} given back"
    if not done.quantity:
        words = f"nothing of {reservation} was held any more; see `crossdock reservation show {reservation}`"
    say(done, words, as_json)


@app.command()
def extend(
    reservation: Name,
    until: Annotated[
        str, typer.Option(metavar="TIME", help="When it shall end: 2010-12-09T18:00, UTC unless it says another zone.")
    ],
    reason: Reason,
    database: DatabaseOption,
    as_json: AsJson = False,
) -> None:
    """Hold a caller's reservation until later.

    Example: crossdock reservation extend 5b1f0c2d9e8a7b6c5d4e3f20 --until 2010-12-09T18:00 --reason "payment is late"
    """
    at = moment_of(until, "--until")
    if at is None:
        raise typer.BadParameter("a time is needed, such as 2010-12-09T18:00", param_hint="--until")
    done = reach(
        database,
        lambda context, actor: reservation_desk.extend_for_caller(context, actor, reservation, at, reason),
    )
    say(done, f"{plain(done.quantity)} of {reservation} held until {plain(done.expires_at)}", as_json)
