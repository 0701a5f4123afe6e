"""`crossdock edi`: look into documents of electronic data interchange."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated, BinaryIO

import msgspec
import typer
from rich.console import Console
from rich.table import Table
from rich.text import Text

from crossdock.cli import edi_documents
from crossdock.cli._partners import Project, pack_of
from crossdock.edi.explain import ExplainedFault, ExplainedSet
from crossdock.edi.explain import explain as explain_document
from crossdock.edi.guidelines.form import Direction
from crossdock.edi.guidelines.generate import CannotGenerate
from crossdock.edi.guidelines.scenarios import scenario as scenario_of
from crossdock.edi.kernel.tolerance import Policy
from crossdock.edi.validate import ValidatedSet
from crossdock.edi.validate import validate as validate_document

app = typer.Typer(help="Documents of electronic data interchange (X12, EDIFACT, UBL).", no_args_is_help=True)

_CHUNK = 1 << 18


app.command()(edi_documents.convert)
app.command()(edi_documents.diff)


@app.callback()
def edi() -> None:
    """Documents of electronic data interchange (X12, EDIFACT)."""


@app.command()
def explain(
    file: Annotated[str, typer.Argument(help="A file, or - for standard input.", metavar="FILE")],
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Print what a file says, in words: parties, lines, quantities, dates, and what is wrong where. Exit code 1 if
    anything in it is refused.

    Example: crossdock edi explain order.x12
    """
    with _opened(file) as source:
        found = explain_document(iter(lambda: source.read(_CHUNK), b""))
        refused = _print_json(found) if as_json else _print_words(found)
    if refused:
        raise typer.Exit(1)


@app.command()
def validate(
    file: Annotated[str, typer.Argument(help="A file, or - for standard input.", metavar="FILE")],
    partner: Annotated[
        str, typer.Option("--partner", help="A partner pack: its folder or its name. Without it, the base guides hold.")
    ] = "",
    direction: Annotated[
        str, typer.Option("--direction", help="`in` for what the partner sends, `out` for what we send; else either.")
    ] = "",
    project: Project = Path(),
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Hold a file against the guidelines of a partner and list everything that is wrong, in the partner's words, with
    segment, element and byte. Exit code 1 if anything in it is refused.

    Example: crossdock edi validate order.x12 --partner northgate
    """
    if direction not in ("", "in", "out"):
        typer.echo(f"--direction is in or out, not {direction!r}", err=True)
        raise typer.Exit(2)
    pack = pack_of(partner, project) if partner else None
    guidelines = pack.guidelines if pack else None
    tolerance = Policy.of({"faults": pack.pack.tolerance}, partner) if pack else None
    way: Direction | None = "in" if direction == "in" else "out" if direction == "out" else None
    with _opened(file) as source:
        found = validate_document(iter(lambda: source.read(_CHUNK), b""), guidelines, way, tolerance)
        refused = _print_json(found) if as_json else _print_verdicts(found)
    if refused:
        raise typer.Exit(1)


@app.command()
def generate(
    document: Annotated[str, typer.Argument(help="850, 856, ORDERS, ...", metavar="DOCUMENT")],
    partner: Annotated[str, typer.Option("--partner", help="A partner pack: its folder or its name.")],
    scenario: Annotated[
        str, typer.Option("--scenario", help="`valid`, or a scenario that `partner test` shows, such as `too_long`.")
    ] = "valid",
    seed: Annotated[int, typer.Option("--seed", min=0, help="The same seed makes the same document.")] = 0,
    project: Project = Path(),
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Make a document of a partner: a sound one, or one with a defect, to try what is done with it.

    Example: crossdock edi generate 850 --partner northgate --scenario wrong_count
    """
    pack = pack_of(partner, project)
    compiled = pack.guidelines.of(document, "")
    if compiled is None:
        there = ", ".join(sorted({each.document for each in pack.guidelines.guidelines})) or "nothing"
        typer.echo(f"{partner} has no guideline for {document}; it describes {there}", err=True)
        raise typer.Exit(2)
    try:
        made = scenario_of(compiled, pack.pack, scenario, seed)
    except CannotGenerate as problem:
        typer.echo(str(problem), err=True)
        raise typer.Exit(2) from None
    if as_json:
        content = made.data.decode("latin-1" if compiled.form.dialect == "edifact" else "utf-8")
        report = {"scenario": made.name, "what": made.words, "expected": made.expected, "content": content}
        typer.echo(msgspec.json.encode(report).decode())
    else:
        sys.stdout.buffer.write(made.data)


@contextmanager
def _opened(file: str) -> Iterator[BinaryIO]:
    """A file, or standard input; ends with words where it cannot be read."""
    try:
        with sys.stdin.buffer if file == "-" else Path(file).open("rb") as source:
            yield source
    except (FileNotFoundError, IsADirectoryError, PermissionError) as problem:
        typer.echo(f"{file} cannot be read: {problem.strerror}", err=True)
        raise typer.Exit(2) from None


Item = ExplainedSet | ValidatedSet | ExplainedFault


def _refuses(item: Item) -> bool:
    if isinstance(item, ExplainedFault):
        return item.severity == "error"
    return not (item.valid if isinstance(item, ValidatedSet) else item.accepted)


def _print_verdicts(found: Iterator[ValidatedSet | ExplainedFault]) -> bool:
    console = Console(highlight=False)
    refused = False
    for item in found:
        refused = _refuses(item) or refused
        if isinstance(item, ExplainedFault):
            console.print(_fault_words(item), soft_wrap=True)
            if item.code in edi_documents.NOT_READ:
                console.print("  validate takes X12 and EDIFACT.", soft_wrap=True)
            continue
        by = item.guideline or "the base guide"
        verdict = "refused" if not item.valid else "valid" if not item.faults else "taken with warnings"
        title = f"{item.type or '???'} {item.control_number}, segment {item.segment}: {verdict} by {by}"
        console.print(_plain(title, "bold"), soft_wrap=True)
        if item.warning:
            console.print(_plain(f"  warning: {item.warning}", "yellow"), soft_wrap=True)
        for fault in item.faults:
            console.print(_fault_words(fault), soft_wrap=True)
    return refused


def _print_json(found: Iterator[ExplainedSet | ExplainedFault] | Iterator[ValidatedSet | ExplainedFault]) -> bool:
    """One object; its items are written as they are read, so that a large file needs no memory."""
    refused = False
    separator = '{"items":['
    for item in found:
        refused = _refuses(item) or refused
        typer.echo(separator + msgspec.json.encode(item).decode())
        separator = ","
    typer.echo(f'],"refused":{str(refused).lower()}}}')
    return refused


def _print_words(found: Iterator[ExplainedSet | ExplainedFault]) -> bool:
    console = Console(highlight=False)
    refused = False
    for item in found:
        refused = _refuses(item) or refused
        if isinstance(item, ExplainedFault):
            console.print(_fault_words(item), soft_wrap=True)
            if item.code in edi_documents.NOT_READ:
                words = "explain takes X12, EDIFACT and UBL; `edi convert` also canonical JSON, and CSV with --layout."
                console.print(f"  {words}", soft_wrap=True)
        else:
            _print_set(console, item)
    return refused


def _print_set(console: Console, item: ExplainedSet) -> None:
    number = f", control number {item.control_number}" if item.control_number else ""
    title = f"{item.type or '???'} {item.name}{number}"
    console.print(_plain(title, "bold"), soft_wrap=True)
    envelope = (
        f"from {item.sender} to {item.receiver}, interchange {item.interchange}, "
        + (f"group {item.group}, " if item.group else "")
        + f"version {item.version}, {item.usage}; segment {item.segment}, byte {item.offset}, {item.segments} segments"
    )
    if not item.interchange:  # XML has no envelope, and a set or message may stand outside of any
        sides = f"from {item.sender or 'nobody'} to {item.receiver or 'nobody'}, "
        told = (sides if item.sender or item.receiver else "") + (f"version {item.version}, " if item.version else "")
        envelope = f"{told}{item.segments} {'segments' if item.control_number else 'lines'}"
    console.print(_plain(envelope, "dim"), soft_wrap=True)
    for words in item.words:
        console.print(_plain("  " + words), soft_wrap=True)
    if item.lines:
        table = Table(*item.columns, box=None, pad_edge=True)
        for line in item.lines:
            table.add_row(*(_plain(value) for value in line))
        console.print(table)
    if item.not_shown:
        console.print(_plain(f"  not shown: {', '.join(item.not_shown)}"), soft_wrap=True)
    if not item.accepted:
        console.print(_plain("  Refused:", "bold red"))
    for fault in item.faults:
        console.print(_fault_words(fault), soft_wrap=True)
    console.print()


def _fault_words(fault: ExplainedFault) -> Text:
    where = f"segment {fault.segment}" + (f" ({fault.segment_id})" if fault.segment_id else "")
    where += f", element {fault.element}" if fault.element else ""
    where = f"line {fault.segment}, {fault.path}" if fault.path else where
    style = "red" if fault.severity == "error" else "yellow"
    return _plain(f"  {fault.severity} {fault.code} at {where}, byte {fault.offset}: {fault.detail}", style)


def _plain(value: str, style: str = "") -> Text:
    """Text of a stranger's document: nothing in it may steer the terminal."""
    return Text("".join(c if c.isprintable() else "�" for c in value), style=style)
