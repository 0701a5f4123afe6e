"""Which files a command of `crossdock edi` was given: single ones, whole folders, standard input."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from fnmatch import fnmatch
from pathlib import Path
from typing import Annotated, BinaryIO, NamedTuple

import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn

Files = Annotated[
    list[str],
    typer.Argument(help="Files, folders (with all that is in them), or - for standard input.", metavar="FILE"),
]
Match = Annotated[str, typer.Option("--match", help="Of folders, take files of such names only: '*.edi'.")]
STANDARD_INPUT = "-"
_CHUNK = 1 << 18
_WORTH_PROGRESS = 10


class Input(NamedTuple):
    """One file. `within` is its place below the folder that was named; its own name if it was named itself. `why_not`
    says why there is nothing to read where a folder holds no file."""

    name: str
    within: Path
    why_not: str = ""

    @property
    def shown(self) -> str:
        """What people call it; a name may hold bytes that are no text."""
        return "standard input" if self.name == STANDARD_INPUT else os.fsencode(self.name).decode("utf-8", "replace")


class Unreadable(Exception):
    """A file cannot be read; the message says why."""


def inputs(named: Sequence[str], match: str = "*") -> list[Input]:
    """All files, those of a folder in the order of their names; hidden ones are left out. What is not there is among
    them: reading it tells."""
    found: list[Input] = []
    for name in named:
        path = Path(name)
        if path.is_dir():
            inside = [Input(str(each), each.relative_to(path)) for each in _inside(path) if fnmatch(each.name, match)]
            if not inside:
                why_not = "holds no file" + (f" that is named {match}" if match != "*" else "")
                inside = [Input(name, Path(path.name), why_not)]
            found += inside
        else:
            found.append(Input(name, Path("standard-input" if name == STANDARD_INPUT else path.name)))
    return found


def _inside(folder: Path) -> Iterator[Path]:
    for base, folders, files in os.walk(folder):
        folders[:] = sorted(each for each in folders if not each.startswith("."))
        yield from (path for name in sorted(files) if not name.startswith(".") and (path := Path(base, name)).is_file())


@contextmanager
def opened(each: Input) -> Iterator[Iterator[bytes]]:
    """The bytes of an input, piece by piece. Raises `Unreadable`, also where it cannot be read on."""
    with _source(each) as source:
        yield _chunks(each, source)


def _source(each: Input) -> BinaryIO:
    if each.why_not:
        raise Unreadable(f"{each.shown} {each.why_not}")
    try:
        return sys.stdin.buffer if each.name == STANDARD_INPUT else Path(each.name).open("rb")
    except OSError as problem:
        raise _unreadable(each, problem) from None


def _chunks(each: Input, source: BinaryIO) -> Iterator[bytes]:
    try:
        yield from iter(lambda: source.read(_CHUNK), b"")
    except OSError as problem:
        raise _unreadable(each, problem) from None


def _unreadable(each: Input, problem: OSError) -> Unreadable:
    return Unreadable(f"{each.shown} cannot be read: {problem.strerror}")


def whole(each: Input) -> bytes:
    """All of an input. Raises `Unreadable`."""
    with opened(each) as found:
        return b"".join(found)


def one_by_one(found: Iterable[Input]) -> Iterator[Input]:
    """The inputs; where they are many and what is printed about them goes elsewhere, a terminal is told how far it
    is."""
    listed = list(found)
    if len(listed) < _WORTH_PROGRESS or sys.stdout.isatty() or not sys.stderr.isatty():
        yield from listed
        return
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as progress:
        task = progress.add_task("files", total=len(listed))
        for each in listed:
            yield each
            progress.advance(task)
