"""`crossdock edi convert` and `crossdock edi diff`."""

from __future__ import annotations

import datetime as dt
import re
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, cast

import msgspec
import typer
from rich.console import Console
from rich.text import Text

from crossdock.edi import documents, flat
from crossdock.edi.beside import beside, names
from crossdock.edi.convert import TARGETS, Conversion, Options, Report, Target, refused_version
from crossdock.edi.convert import convert as convert_documents
from crossdock.edi.diff import compare, not_compared
from crossdock.edi.documents import Document
from crossdock.edi.explain import ExplainedFault

NOT_READ = ("not_x12", "not_edifact", "other_syntax")
READ_HERE = "Read here are X12, EDIFACT, UBL, canonical JSON, and CSV or fixed width with --layout."
_MOST_SHOWN = 60
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON.")]


def convert(
    file: Annotated[
        str, typer.Argument(help="X12, EDIFACT, UBL, canonical JSON or CSV; - for standard input.", metavar="FILE")
    ],
    to: Annotated[str, typer.Option("--to", help="canonical, x12, edifact, ubl or csv.")],
    layout: Annotated[
        Path | None, typer.Option("--layout", help="Layout of the flat file: of the input, or of --to csv.")
    ] = None,
    output: Annotated[
        Path | None,
        typer.Option("--output", help="Write there (- is standard output); for several UBL documents a folder."),
    ] = None,
    version: Annotated[str, typer.Option("--version", help="Of the target, such as 005010 or D:96A:UN.")] = "",
    sender: Annotated[
        str, typer.Option("--sender", help="In place of the file's: ME, or ZZ/ME with its qualifier.")
    ] = "",
    receiver: Annotated[str, typer.Option("--receiver", help="In place of the file's: YOU, or ZZ/YOU.")] = "",
    currency: Annotated[str, typer.Option("--currency", help="Of documents that name none, such as USD.")] = "",
    as_json: AsJson = False,
) -> None:
    """Write the documents of a file in another syntax. What the target has no place for is told on standard error.
    Exit code 1 if any document is refused.

    Example: crossdock edi convert order.x12 --to edifact --output order.edi
    """
    if to not in TARGETS:
        _stop(f"--to is one of {', '.join(TARGETS)}, not {to!r}")
    plan = _layout(layout) if layout else None
    if to == "csv" and plan is None:
        _stop("--to csv needs --layout")
    if words := refused_version(cast(Target, to), version):
        _stop(words)
    found = list(documents.read(_bytes(file), plan if to != "csv" else None, currency))
    made = convert_documents(found, cast(Target, to), Options(dt.datetime.now(dt.UTC), version, sender, receiver, plan))
    if as_json:
        _print_report(made)
    else:
        _write(made, None if output == Path("-") else output, to)
        console = Console(stderr=True, highlight=False)
        for report in made.reports:
            _say(console, report, to)
    if made.refused:
        raise typer.Exit(1)


def diff(
    first: Annotated[str, typer.Argument(help="A file of any syntax that `convert` reads.", metavar="A")],
    second: Annotated[str, typer.Argument(help="Another, of the same syntax or a different one.", metavar="B")],
    layout: Annotated[Path | None, typer.Option("--layout", help="Layout of both, where they are flat files.")] = None,
    envelope: Annotated[
        bool, typer.Option("--envelope", help="Compare sender, receiver, control numbers, too.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Compare two files in business words: header, lines by their id or item, quantities, prices, dates, parties,
    and what stands beside them in two documents of one type. Exit
    code 0 if they say the same, 1 if not.

    Example: crossdock edi diff order.x12 answer.x12
    """
    plan = _layout(layout) if layout else None
    sides = [list(documents.read(_bytes(name), plan)) for name in (first, second)]
    for name, side in zip((first, second), sides, strict=True):
        _readable(name, side)
    found, left_out = compare(*sides, envelope=envelope), not_compared(*sides)
    if as_json:
        told = {"same": not found, "differences": found, "not_compared": left_out}
        typer.echo(msgspec.json.encode(told).decode())
    else:
        console = Console(highlight=False)
        for each in found or ():
            several = len({one.document for one in found}) > 1
            console.print(plain((f"{each.document}, " if several else "") + each.said), soft_wrap=True)
        if not found and not left_out:
            console.print("Both say the same.")
        elif left_out:
            words = "not compared" if found else "Both say the same as far as it is read; not compared"
            console.print(plain(f"{words}: {', '.join(left_out)}"), soft_wrap=True)
    if found:
        raise typer.Exit(1)


def plain(value: str, style: str = "") -> Text:
    """Text of a stranger's document: nothing in it may steer the terminal."""
    return Text("".join(c if c.isprintable() else "�" for c in value), style=style)


def _stop(words: str) -> None:
    typer.echo(words, err=True)
    raise typer.Exit(2)


def _bytes(file: str) -> bytes:
    try:
        return sys.stdin.buffer.read() if file == "-" else Path(file).read_bytes()
    except OSError as problem:
        typer.echo(f"{file} cannot be read: {problem.strerror}", err=True)
        raise typer.Exit(2) from None


def _layout(path: Path) -> flat.Plan:
    try:
        return flat.layout(path.read_bytes(), "toml" if path.suffix == ".toml" else "yaml")
    except OSError as problem:
        typer.echo(f"{path} cannot be read: {problem.strerror}", err=True)
    except flat.LayoutError as problem:
        typer.echo(f"{path}: {problem}", err=True)
    raise typer.Exit(2)


def _readable(name: str, side: Sequence[Document]) -> None:
    """What was refused cannot be compared."""
    bad = [each for each in side if each.refused]
    for each in bad:
        typer.echo(f"{name}: {each.document.replace('_', ' ') or 'the file'} is refused: {each.why}", err=True)
        if any(fault.code in NOT_READ for fault in each.faults):
            typer.echo(READ_HERE, err=True)
    for fault in (fault for each in side if not each.document for fault in each.faults if fault.severity != "error"):
        typer.echo(f"{name}: {_words(fault)}", err=True)
    if not bad and all(each.body is None for each in side):
        typer.echo(f"{name}: there is no document in it", err=True)
        raise typer.Exit(2)
    if bad:
        raise typer.Exit(2)


def _write(made: Conversion, output: Path | None, to: str) -> None:
    if len(made.files) > 1 and (output is None or output.is_file()):
        _stop(f"{len(made.files)} UBL documents are {len(made.files)} files: name a folder with --output")
    try:
        if output is None:
            for data in made.files:
                sys.stdout.buffer.write(_shown(data, to) if sys.stdout.isatty() else data)
                sys.stdout.buffer.write(b"" if data.endswith(b"\n") else b"\n")
            sys.stdout.buffer.flush()
        elif len(made.files) > 1 or output.is_dir():
            output.mkdir(parents=True, exist_ok=True)
            for number, data in enumerate(made.files, 1):
                (output / f"{number:04d}.xml").write_bytes(data)
        else:
            for data in made.files:
                output.write_bytes(data)
    except OSError as problem:
        _stop(f"{output} cannot be written: {problem.strerror}")
    if output is not None and made.files:
        typer.echo(f"wrote {output}", err=True)


def _shown(data: bytes, to: str) -> bytes:
    """On a terminal each segment is a line."""
    pattern = {"x12": rb"(?s)([^~]*~)(?!$)", "edifact": rb"(?s)((?:\?.|[^?'])*')(?!$)"}.get(to)
    return re.sub(pattern, rb"\1\n", data) if pattern else data


def _print_report(made: Conversion) -> None:
    contents = [data.decode("utf-8", "surrogateescape").encode("utf-8", "replace").decode() for data in made.files]
    report = {"documents": made.reports, "contents": contents, "refused": made.refused}
    typer.echo(msgspec.json.encode(report).decode())


def _say(console: Console, report: Report, to: str) -> None:
    """What a person should know of one document: nothing, where all of it was carried over."""
    name = f"{report.document.replace('_', ' ') or 'the file'} {report.number}".strip()
    if report.refusal:
        console.print(plain(f"{name}: refused: {report.refusal}", "bold red"), soft_wrap=True)
        if any(each.code in NOT_READ for each in report.faults):
            console.print(f"  {READ_HERE}", soft_wrap=True)
    elif report.faults:
        console.print(plain(f"{name}: read with warnings", "yellow"), soft_wrap=True)
    for fault in report.faults:
        console.print(plain(f"  {_words(fault)}"), soft_wrap=True)
    if not report.converted:
        return
    rows = [_lost(each.path, each.value, each.became) for each in report.lost]
    if to == "canonical":
        if report.kept:
            words = f"{name}: kept as it stood, in its extensions: {', '.join(names(report.kept))}"
            console.print(plain(words), soft_wrap=True)
    else:
        rows += [f"kept beside it: {each.said}" for each in beside(report.kept)]
    if rows:
        console.print(plain(f"{name}: {len(rows)} not carried over", "yellow"), soft_wrap=True)
        for row in rows[:_MOST_SHOWN]:
            console.print(plain(f"  {row}"), soft_wrap=True)
        if len(rows) > _MOST_SHOWN:
            console.print(f"  and {len(rows) - _MOST_SHOWN} more; --json lists all", soft_wrap=True)


def _words(fault: ExplainedFault) -> str:
    return f"{fault.severity} {fault.code} at segment {fault.segment}: {fault.detail}"


def _lost(path: str, value: str, became: str) -> str:
    return f"{path} {value}" + (f" became {became}" if became else " has no place there")
