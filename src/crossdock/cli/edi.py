"""`crossdock edi`: look into documents of electronic data interchange."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from crossdock.cli import edi_convert, edi_diff
from crossdock.cli._console import AsJson, console, print_json
from crossdock.cli._edi_inputs import Files, Input, Match, Unreadable, inputs, one_by_one, opened
from crossdock.cli._edi_layouts import READ_HERE, layouts
from crossdock.cli._edi_report import JsonReport
from crossdock.cli._edi_words import Item, print_file, print_sum, print_totals
from crossdock.cli._partners import Forgiving, Project, Tolerance, Zone, agreed, pack_of, refuse, tolerance_of
from crossdock.edi.explain_any import explain_any
from crossdock.edi.guidelines.form import Direction
from crossdock.edi.guidelines.generate import CannotGenerate
from crossdock.edi.guidelines.scenarios import scenario as scenario_of
from crossdock.edi.tally import Tally
from crossdock.edi.validate import ValidatedSet
from crossdock.edi.validate import validate as validate_document

app = typer.Typer(help="Documents of electronic data interchange (X12, EDIFACT, UBL).", no_args_is_help=True)

_VALIDATED = "validate takes X12, EDIFACT and UBL. `edi convert` takes CSV and fixed width with --layout, too."


@app.callback()
def edi() -> None:
    """Documents of electronic data interchange (X12, EDIFACT)."""


@app.command()
def explain(
    files: Files,
    layout: Annotated[Path | None, typer.Option("--layout", help="Layout of the flat files among them.")] = None,
    partner: Forgiving = "",
    tolerance: Tolerance = "",
    zone: Zone = "",
    match: Match = "*",
    project: Project = Path(),
    as_json: AsJson = False,
) -> None:
    """Print what files say, in words: how they stand, what is wrong where, then parties, lines, quantities, dates. What
    an object needs and the document does not say is marked, such as `from the envelope`. Exit code 1 if anything in
    them is refused.

    Example: crossdock edi explain src/crossdock/partners/grocer/samples/850-chips.edi
    """
    out = console()
    plan = next(iter(layouts([layout] if layout else [])), None)
    known = agreed(partner, tolerance, zone, project)

    def told(name: str, found: Iterator[Item], several: bool) -> Tally:
        tally = print_file(out, name, found, READ_HERE)
        if several:
            out.print()
        return tally

    _each_file(inputs(files, match), lambda data: explain_any(data, plan, *known), told, as_json)


@app.command()
def validate(
    files: Files,
    partner: Annotated[
        str, typer.Option("--partner", help="A partner pack: its folder or its name. Without it, the base guides hold.")
    ] = "",
    direction: Annotated[
        str, typer.Option("--direction", help="`in` for what the partner sends, `out` for what we send; else either.")
    ] = "",
    tolerance: Tolerance = "",
    match: Match = "*",
    project: Project = Path(),
    as_json: AsJson = False,
) -> None:
    """Hold files against the guidelines of a partner and list everything that is wrong, in the partner's words, with
    segment, element and byte. Of several files each kind of fault is told once, and at the end the sum. Exit code 1 if
    anything in them is refused.

    Example: crossdock edi validate src/crossdock/partners/grocer/samples --partner grocer
    """
    if direction not in ("", "in", "out"):
        refuse(f"--direction is in or out, not {direction!r}")
    pack = pack_of(partner, project) if partner else None
    guidelines = pack.guidelines if pack else None
    policy = tolerance_of(pack, tolerance)
    way: Direction | None = "in" if direction == "in" else "out" if direction == "out" else None
    out = console()

    def told(name: str, found: Iterator[Item], several: bool) -> Tally:
        return _summed(out, name, found) if several else print_file(out, name, found, _VALIDATED, "valid")

    _each_file(
        inputs(files, match),
        lambda data: validate_document(data, guidelines, way, policy),
        told,
        as_json,
        "valid",
    )


app.command()(edi_convert.convert)
app.command()(edi_diff.diff)


@app.command()
def generate(
    document: Annotated[str, typer.Argument(help="850, 856, ORDERS, ...", metavar="DOCUMENT")],
    partner: Annotated[str, typer.Option("--partner", help="A partner pack: its folder or its name.")],
    scenario: Annotated[
        str,
        typer.Option(
            "--scenario",
            help="`valid`, a scenario that `partner test` shows, such as `too_long`, or a line to break, "
            "such as `PO1.02:number_invalid`.",
        ),
    ] = "valid",
    seed: Annotated[int, typer.Option("--seed", min=0, help="The same seed makes the same document.")] = 0,
    project: Project = Path(),
    as_json: AsJson = False,
) -> None:
    """Make a document of a partner: a sound one, or one with a defect, to try what is done with it.

    Example: crossdock edi generate 850 --partner grocer --scenario wrong_count
    """
    pack = pack_of(partner, project)
    compiled = pack.guidelines.of(document, "")
    if compiled is None:
        there = ", ".join(sorted({each.document for each in pack.guidelines.guidelines})) or "nothing"
        refuse(f"{partner} has no guideline for {document}; it describes {there}")
    try:
        made = scenario_of(compiled, pack.pack, scenario, seed)
    except CannotGenerate as problem:
        refuse(str(problem))
    if as_json:
        content = made.data.decode("latin-1" if compiled.form.dialect == "edifact" else "utf-8")
        print_json({"scenario": made.name, "what": made.words, "expected": made.expected, "content": content})
    else:
        sys.stdout.buffer.write(made.data)


def _each_file(
    files: Sequence[Input],
    read: Callable[[Iterator[bytes]], Iterator[Item]],
    told: Callable[[str, Iterator[Item], bool], Tally],
    as_json: bool,
    taken: str = "taken",
) -> None:
    """Read one file after another and tell of each; ends with code 1 if anything is refused, 2 if a file cannot be
    read."""
    report = JsonReport() if as_json else None
    every, refused, unreadable = Tally(), 0, 0
    for each in one_by_one(files):
        try:
            with opened(each) as chunks:
                found = read(chunks)
                tally = report.add(each.shown, found) if report else told(each.shown, found, len(files) > 1)
        except Unreadable as problem:
            unreadable += 1
            typer.echo(str(problem), err=True)
            if report:
                report.add(each.shown, (), str(problem))
            continue
        every.join(tally)
        refused += tally.refused
    if report:
        report.close()
        unreadable = report.unreadable
    elif len(files) > 1:
        print_totals(console(), len(files), refused, unreadable, every, taken)
    if unreadable or refused:
        raise typer.Exit(2 if unreadable else 1)


def _summed(out: Console, name: str, found: Iterator[Item]) -> Tally:
    """One of several files, in a few lines."""
    tally, notes = Tally(), dict[str, None]()
    for item in found:
        tally.add(item)
        if isinstance(item, ValidatedSet):
            notes |= dict.fromkeys(item.words)
    print_sum(out, name, tally, tuple(notes), "valid")
    return tally
