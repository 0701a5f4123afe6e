"""The command `crossdock`."""

from __future__ import annotations

import logging
import sys

import typer

from crossdock import __version__
from crossdock.cli._lazy import LazyGroup

app = typer.Typer(
    name="crossdock",
    help="Middleware for wholesale distributors: orders, stock and fulfillment true across every system and partner.",
    cls=LazyGroup,
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    # Paragraphs of help fill the terminal's width; without this, only the first one does.
    rich_markup_mode="markdown",
    add_completion=False,
)


@app.callback(invoke_without_command=True)
def root(version: bool = typer.Option(False, "--version", help="Print the version and end.")) -> None:
    """Take what stands before a command."""
    if version:
        typer.echo(f"crossdock {__version__}")
        raise typer.Exit


def main() -> None:
    """Run the command line."""
    # The pool tells every failed attempt to reconnect with a traceback; commands say in words what is wrong.
    logging.getLogger("asyncpg").setLevel(logging.CRITICAL)
    for argument in sys.argv[1:]:
        if not _is_text(argument):
            words = f"{argument.encode(errors='backslashreplace').decode()} is no text: it is not UTF-8"
            typer.echo(f"Error: {words}\nWrite it anew; a terminal that sends UTF-8 shows what it sends.", err=True)
            sys.exit(2)
    app(prog_name="crossdock", args=sys.argv[1:])


def _is_text(argument: str) -> bool:
    """Can it be written down? Bytes that are no UTF-8 come as halves of characters, which no database takes."""
    try:
        argument.encode()
    except UnicodeEncodeError:
        return False
    return True


if __name__ == "__main__":
    main()
