"""What all commands print with, and how they reach the database and say what went wrong.

The database and the operations are imported by the functions that reach them: commands that only read files print with
this module too, and start without them.
"""

from __future__ import annotations

import asyncio
import datetime as dt
import errno
import getpass
import os
import re
import socket
import sys
from collections.abc import Awaitable, Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from decimal import Decimal
from typing import TYPE_CHECKING, Annotated, Any, NoReturn, TypeVar
from urllib.parse import urlsplit

import msgspec
import typer
from rich.cells import cell_len
from rich.console import Console, ConsoleOptions, RenderResult
from rich.measure import Measurement
from rich.segment import Segment
from rich.table import Table
from rich.text import Text

if TYPE_CHECKING:
    from crossdock.identity.actor import Actor
    from crossdock.operations.context import Context
    from crossdock.operations.idempotency import Answer
    from crossdock.operations.problems import Problem

Result = TypeVar("Result")

AsJson = Annotated[bool, typer.Option("--json", help="Print JSON, for programs.")]
Limit = Annotated[int, typer.Option(min=1, max=500, help="How many at most.")]
Reason = Annotated[str, typer.Option("--reason", help="Why; it is written down.")]

encoder = msgspec.json.Encoder(decimal_format="string")
# What a command prints into a pipe is read by programs and pagers: it is not cut to a terminal's width.
_PIPE_WIDTH = 1000
_LEAST_TO_READ = 24
_OVER_HTTP = re.compile(r" \((GET|POST|PUT|PATCH|DELETE) [^()]*\)")
_OPTIONS = {"compare_to": "compare"}
"""Options that are named otherwise than the parameter of the HTTP interface."""


def console(*, stderr: bool = False) -> Console:
    """Standard output, or error; colours only on a terminal. A pipe is as wide as `COLUMNS` says, if that is set."""
    told = (sys.stderr if stderr else sys.stdout).isatty() or os.environ.get("COLUMNS", "").isdigit()
    return Console(stderr=stderr, highlight=False, width=None if told else _PIPE_WIDTH)


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


def brief(text: str, limit: int = 120) -> str:
    """The first line of a text, cut between words when it is long."""
    line = text.splitlines()[0] if text else ""
    return line if len(line) <= limit else line[: limit - 2].rpartition(" ")[0] + " …"


def span(seconds: int) -> str:
    """A span of time in the largest unit of which it has two: `3 days`, `40 hours`, `2 minutes`."""
    for size, name in ((86_400, "days"), (3_600, "hours"), (60, "minutes")):
        if seconds >= 2 * size:
            return f"{seconds // size} {name}"
    return f"{seconds} seconds"


class Rows:
    """A table; where the terminal is too narrow for it, its rows as running lines, so that no id is ever cut. Before
    that, columns with nothing in them give way."""

    def __init__(self, columns: Sequence[str], rows: Iterable[Sequence[object]], title: str) -> None:
        self.columns = columns
        self.rows = [tuple(row) for row in rows]
        self.title = title
        self.numeric = [_numeric([row[place] for row in self.rows]) for place in range(len(columns))]

    def __rich_console__(self, out: Console, options: ConsoleOptions) -> RenderResult:
        if self.title:
            yield Text(self.title, style="italic")
        full = [place for place in range(len(self.columns)) if any(plain(row[place]).plain for row in self.rows)]
        for places in (range(len(self.columns)), full):
            made = self._fitting(out, options, places)
            if made is not None:
                # A table fills its last column with blanks; who reads a pipe has no use for them.
                for line in out.render_lines(made, options, pad=False):
                    yield _without_blanks(line)
                return
        for row in self.rows:
            yield self._running(out, row, options.max_width)

    def _fitting(self, out: Console, options: ConsoleOptions, places: Sequence[int]) -> Table | None:
        """The table of these columns; None if it is too wide, although the last of them may fold, as long as enough of
        it is left to be read."""
        made = Table(box=None, pad_edge=False, header_style="bold")
        for place in places:
            made.add_column(self.columns[place], justify="right" if self.numeric[place] else "left")
        for row in self.rows:
            made.add_row(*(plain(row[place]) for place in places))
        excess = Measurement.get(out, options.update(max_width=_PIPE_WIDTH), made).maximum - options.max_width
        last = max((cell_len(str(row[places[-1]])) for row in self.rows), default=0) if places else 0
        if excess > 0 and (last - excess < _LEAST_TO_READ or self.numeric[places[-1]]):
            return None
        for column in made.columns[:-1]:
            column.no_wrap = True
        if made.columns:
            made.columns[-1].overflow = "fold"
        return made

    def _running(self, out: Console, row: Sequence[object], width: int) -> Text:
        """What the first column says, and behind it everything else by name."""
        text = Text()
        for place, (name, value) in enumerate(zip(self.columns, row, strict=True)):
            cell = plain(value)
            cell.rstrip()
            if not cell.plain:
                continue
            if place and name:
                cell = Text.assemble((f"{name} ", "dim"), cell)
            used = cell_len(text.plain.rpartition("\n")[2])
            if used:
                text.append("  " if used + 2 + cell.cell_len <= width else "\n    ")
            if used and cell.cell_len > width - 4:
                parts = cell.wrap(out, width - 4)
                for part in parts:
                    part.rstrip()
                cell = Text("\n    ").join(parts)
            text.append(cell)
        return text


def _without_blanks(line: Iterable[Segment]) -> Text:
    text = Text.assemble(*((segment.text, segment.style or "") for segment in line))
    text.rstrip()
    return text


def _numeric(cells: Sequence[object]) -> bool:
    known = [cell for cell in cells if cell is not None]
    return bool(known) and all(isinstance(cell, (int, Decimal)) and not isinstance(cell, bool) for cell in known)


def table(columns: Sequence[str], rows: Iterable[Sequence[object]], *, title: str = "") -> Rows:
    """A table that prints well in a terminal and in a pipe."""
    return Rows(columns, rows, title)


def print_words(words: str, style: str = "") -> None:
    """A sentence on standard output, broken between words for a terminal."""
    out = console()
    out.print(plain(words, style), soft_wrap=not out.is_terminal)


def print_page(rows: Rows, after: str, nothing: str) -> None:
    """One page of a list and, on standard error, how to have the next; or a sentence that says what there is not."""
    if not rows.rows:
        typer.echo(nothing, err=True)
        return
    console().print(rows)
    typer.echo(f"{len(rows.rows)} shown" + (f"; more with --cursor {after}" if after else ""), err=True)


def hanging(out: Console, line: Text, indent: int, *, in_pipes: bool = False) -> Text:
    """A long line broken between words for a terminal, its continuation indented. In a pipe it stays one line, unless
    `in_pipes` says that one may be broken that was told its width."""
    if not (out.is_terminal or in_pipes) or line.cell_len <= out.width or out.width <= 2 * indent:
        return line
    head = line.wrap(out, out.width)[0].plain.rstrip()
    rest = line[len(head) :]
    blank = len(rest.plain) - len(rest.plain.lstrip())
    folded = rest[blank:].wrap(out, out.width - indent)
    for part in folded:
        part.rstrip()
        part.pad_left(indent)
    return Text("\n").join([line[: len(head)], *folded])


def print_json(value: Any) -> None:
    """One JSON document on standard output; decimals are texts."""
    typer.echo(msgspec.json.format(encoder.encode(value), indent=2).decode())


def say(value: Any, words: str, as_json: bool) -> None:
    """What was done, in words, or as JSON for programs."""
    if as_json:
        print_json(value)
    else:
        typer.echo(words)


def say_told(answer: Answer, as_json: bool, then: str = "it goes on") -> None:
    """A case was told what somebody decided; `then` is what comes of it."""
    from crossdock.operations.deeds import Accepted

    told = msgspec.json.decode(answer.body, type=Accepted)
    words = f"{told.subject} is told, and {then} as soon as a worker runs"
    say(told, f"{words}; see `crossdock case show {told.subject}`", as_json)


def reach(database: str, work: Callable[[Context, Actor], Awaitable[Result]]) -> Result:
    """Run an operation on the database, as the person who types; ends with words and a code if it cannot be done.

    Exit codes: 1 the operation was refused, 3 the database cannot be reached.
    """
    from crossdock.identity.actor import Denied
    from crossdock.operations.problems import Problem

    try:
        with reaching(database):
            return asyncio.run(_reach(database, work))
    except Problem as problem:
        fail(_in_words(problem), _next_step(problem), 1)
    except Denied as denied:
        fail(denied.detail, "Ask the operator of this installation.", 1)


@contextmanager
def reaching(database: str) -> Iterator[None]:
    """End with words and code 3 where the database cannot be used."""
    import asyncpg

    from crossdock.store.pool import TRANSIENT, UnusableUrl

    try:
        yield
    except asyncpg.UndefinedTableError:
        fail("the database is not prepared", "Run `crossdock up PROJECT` once: it brings the schema.", 3)
    except (*TRANSIENT, asyncpg.PostgresError, UnusableUrl) as error:
        fail(
            f"the database at {redacted(database)} cannot be used: {why_not(error)}",
            "Is it running, and is --database (or CROSSDOCK_DATABASE_URL) right? `crossdock doctor` tells more.",
            3,
        )


async def _reach(database: str, work: Callable[[Context, Actor], Awaitable[Result]]) -> Result:
    from crossdock.identity.actor import operator
    from crossdock.operations.context import BusinessTime, Context
    from crossdock.store import Store

    store = await Store.connect(database, max_size=2)
    try:
        clock = BusinessTime(store)
        await clock.refresh()
        return await work(Context(store, clock.now), operator(getpass.getuser()))
    finally:
        await store.close()


def _in_words(problem: Problem) -> str:
    """What is not there needs no title, and who types here sees everything that there is."""
    details = [fault.detail.removesuffix(", or it is not yours") for fault in problem.errors]
    if problem.code == "not_found" and len(details) < 2:
        return problem.detail.removesuffix(", or it is not yours")
    faults = "".join(f"\n  {_option(one.pointer)}: {said}" for one, said in zip(problem.errors, details, strict=True))
    if problem.code == "malformed_request":
        return problem.detail + faults
    return f"{problem.kind.title}: {problem.detail}{faults}"


def _option(pointer: str) -> str:
    """A query parameter is an option of the command here; a place in a body stays as it is."""
    if not pointer.isidentifier():
        return pointer
    return f"--{_OPTIONS.get(pointer, pointer).replace('_', '-')}"


def _next_step(problem: Problem) -> str:
    """What to do, without what only callers over HTTP can do."""
    if problem.code == "malformed_request" and problem.advice == problem.kind.advice:
        return "--help says what the command takes."
    return _OVER_HTTP.sub("", problem.advice)


def why_not(error: BaseException) -> str:
    """Why a database cannot be used, in words where the error speaks in numbers."""
    match error:
        case FileNotFoundError():
            return "no server listens on a socket there"
        case ConnectionRefusedError():
            return "no server listens at that host and port"
        case socket.gaierror():
            return "its host has no address: is the name right?"
        case PermissionError():
            return "this user may not open its socket"
        case TimeoutError():
            return "its host does not answer"
        case OSError() if error.errno in (errno.EHOSTUNREACH, errno.ENETUNREACH):
            return "no network leads to its host"
        case OSError() if "Connect call failed" in str(error):  # at each of several addresses
            return "no server listens at that host and port"
        case OSError() if error.strerror:
            return error.strerror[:1].lower() + error.strerror[1:]
    return str(error) or type(error).__name__


def fail(what: str, next_step: str, code: int) -> NoReturn:
    """Say what is wrong and what to do, on standard error, and end."""
    stderr = Console(stderr=True, highlight=False, soft_wrap=not sys.stderr.isatty())
    stderr.print(plain(what, "bold red"))
    stderr.print(plain(next_step))
    raise typer.Exit(code)


def redacted(url: str) -> str:
    """A database URL without its password; of what is no URL nothing is shown, for it may hold one."""
    try:
        parts = urlsplit(url)
    except ValueError:
        return "the URL given"
    if parts.password is None:
        return url
    host = parts.netloc.rpartition("@")[2]
    return parts._replace(netloc=f"{parts.username}:***@{host}").geturl()
