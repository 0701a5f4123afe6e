"""`crossdock api-key`: keys of programs that call the HTTP interface."""

from __future__ import annotations

import datetime as dt
from typing import Annotated

import typer

from crossdock.cli._console import AsJson, console, fail, print_json, reach, say, table
from crossdock.cli._options import DatabaseOption
from crossdock.identity import SCOPES, Actor, ApiKey, issue, list_keys, revoke
from crossdock.operations import audit
from crossdock.operations.context import Context

app = typer.Typer(help="Keys of programs that call the HTTP interface.", no_args_is_help=True)


@app.command()
def create(
    consumer: Annotated[str, typer.Argument(help="Who will call: a short name.")],
    scope: Annotated[list[str], typer.Option(help=f"What it may do, several times: {', '.join(SCOPES)}.")],
    database: DatabaseOption,
    company: Annotated[list[str] | None, typer.Option(help="Only for these companies; all if left out.")] = None,
    channel: Annotated[str, typer.Option(help="Only orders of this channel.")] = "",
    days: Annotated[int, typer.Option(min=0, max=36_500, help="Valid for so many days; 0: until revoked.")] = 0,
    as_json: AsJson = False,
) -> None:
    """Make a key and print it. It is not stored and never shown again.

    Example: crossdock api-key create dashboard --scope orders:read --scope timeline:read
    """
    if unknown := sorted(set(scope) - SCOPES.keys()):
        fail(f"there is no scope {unknown[0]!r}", f"Scopes: {', '.join(SCOPES)}.", 2)
    expires_at = dt.datetime.now(dt.UTC) + dt.timedelta(days=days) if days else None

    async def work(context: Context, actor: Actor) -> str:
        async with context.store.transaction() as tx:
            token = await issue(tx, consumer, scope, companies=company or (), channel=channel, expires_at=expires_at)
            await audit.record(tx, actor, "", "create_api_key", "", consumer, scopes=scope, prefix=token[:10])
            return token

    token = reach(database, work)
    if as_json:
        print_json({"token": token, "consumer": consumer})
    else:
        typer.echo(token)


@app.command("list")
def list_(database: DatabaseOption, as_json: AsJson = False) -> None:
    """List all keys by their prefixes.

    Example: crossdock api-key list
    """

    async def work(context: Context, _: Actor) -> list[ApiKey]:
        async with context.store.transaction(readonly=True) as tx:
            return await list_keys(tx)

    keys = reach(database, work)
    if as_json:
        print_json(keys)
        return
    rows = [
        (key.prefix, key.consumer, key.channel, ", ".join(key.scopes), key.created_at, key.expires_at, key.revoked_at)
        for key in keys
    ]
    console().print(table(("prefix", "consumer", "channel", "scopes", "created", "expires", "revoked"), rows))


@app.command("revoke")
def revoke_(
    prefix: Annotated[str, typer.Argument(help="Its first characters, as listed.")],
    database: DatabaseOption,
    as_json: AsJson = False,
) -> None:
    """End a key. Running API processes follow within five seconds.

    Example: crossdock api-key revoke cdk_k3Vw9T
    """

    async def work(context: Context, actor: Actor) -> int:
        async with context.store.transaction() as tx:
            ended = await revoke(tx, prefix)
            await audit.record(tx, actor, "", "revoke_api_key", "", prefix, ended=ended)
            return ended

    ended = reach(database, work)
    if not ended:
        fail(f"no valid key begins with {prefix!r}", "`crossdock api-key list` shows all prefixes.", 1)
    say({"revoked": ended}, f"{ended} key{'s' if ended > 1 else ''} revoked", as_json)
