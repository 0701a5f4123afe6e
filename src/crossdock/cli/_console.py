"""What all commands print with, and how they reach the database and say what went wrong."""

from __future__ import annotations

import asyncio
import datetime as dt
import getpass
import sys
from collections.abc import Awaitable, Callable, Iterable, Sequence
from decimal import Decimal
from typing import Annotated, Any, NoReturn, TypeVar
from urllib.parse import urlsplit

import asyncpg
import msgspec
import typer
from rich.console import Console
from rich.table import Table
from rich.text import Text

from crossdock.identity.actor import Actor, Denied, operator
from crossdock.operations.context import BusinessTime, Context
from crossdock.operations.problems import Problem
from crossdock.store import Store
from crossdock.store.pool import TRANSIENT

Result = TypeVar("Result")

AsJson = Annotated[bool, typer.Option("--json", help="Print JSON, for programs.")]
Limit = Annotated[int, typer.Option(min=1, max=500, help="How many at most.")]
Reason = Annotated[str, typer.Option("--reason", help="Why; it is written down.")]

_encoder = msgspec.json.Encoder(decimal_format="string")
# What a command prints into a pipe is read by programs and pagers: it is not cut to a terminal's width.
_PIPE_WIDTH = 240


def console() -> Console:
    """Standard output; colours only on a terminal."""
    return Console(highlight=False, width=None if sys.stdout.isatty() else _PIPE_WIDTH)


def plain(value: object, style: str = "") -> Text:
    """A value as text. What strangers wrote must not steer the terminal."""
    if value is None:
        text = ""
    elif isinstance(value, dt.datetime):
        text = value.astimezone(dt.UTC).strftime("%Y-%m-%d %H:%M:%S")
    elif isinstance(value, Decimal):
        text = f"{value.normalize():f}"
    elif isinstance(value, bool):
        text = "yes" if value else ""
    else:
        text = str(value)
    return Text("".join(c if c.isprintable() or c == "\n" else "\ufffd" for c in text), style=style)


def table(columns: Sequence[str], rows: Iterable[Sequence[object]], *, title: str = "") -> Table:
    """A table that prints well in a terminal and in a pipe."""
    made = Table(*columns, box=None, pad_edge=False, header_style="bold", title=title or None, title_justify="left")
    for row in rows:
        made.add_row(*(plain(cell) for cell in row))
    return made


def print_json(value: Any) -> None:
    """One JSON document on standard output; decimals are texts."""
    typer.echo(msgspec.json.format(_encoder.encode(value), indent=2).decode())


def reach(database: str, work: Callable[[Context, Actor], Awaitable[Result]]) -> Result:
    """Run an operation on the database, as the person who types; ends with words and a code if it cannot be done.

    Exit codes: 1 the operation was refused, 3 the database cannot be reached.
    """
    try:
        return asyncio.run(_reach(database, work))
    except Problem as problem:
        fail(f"{problem.kind.title}: {problem.detail}", problem.kind.advice, 1)
    except Denied as denied:
        fail(denied.detail, "Ask the operator of this installation.", 1)
    except asyncpg.UndefinedTableError:
        fail("the database is not prepared", "Run `crossdock up PROJECT` once: it brings the schema.", 3)
    except (*TRANSIENT, asyncpg.PostgresError, ValueError) as error:
        fail(
            f"the database at {redacted(database)} cannot be used: {error}",
            "Is it running, and is --database (or CROSSDOCK_DATABASE_URL) right? `crossdock doctor` tells more.",
            3,
        )


async def _reach(database: str, work: Callable[[Context, Actor], Awaitable[Result]]) -> Result:
    store = await Store.connect(database, max_size=2)
    try:
        clock = BusinessTime(store)
        await clock.refresh()
        return await work(Context(store, clock.now), operator(getpass.getuser()))
    finally:
        await store.close()


def fail(what: str, next_step: str, code: int) -> NoReturn:
    """Say what is wrong and what to do, on standard error, and end."""
    stderr = Console(stderr=True, highlight=False, soft_wrap=True)
    stderr.print(plain(what, "bold red"))
    stderr.print(plain(next_step))
    raise typer.Exit(code)


def redacted(url: str) -> str:
    """A database URL without its password."""
    parts = urlsplit(url)
    if parts.password is None:
        return url
    host = parts.netloc.rpartition("@")[2]
    return parts._replace(netloc=f"{parts.username}:***@{host}").geturl()
