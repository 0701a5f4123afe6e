"""`crossdock edi convert`."""

from __future__ import annotations

import datetime as dt
import re
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from crossdock.cli._console import AsJson, console
from crossdock.cli._edi_inputs import Files, Input, Match, Unreadable, inputs, one_by_one, whole
from crossdock.cli._edi_layouts import READ_HERE, layouts
from crossdock.cli._edi_report import JsonReport
from crossdock.cli._edi_words import NOT_READ, listed, print_faults, print_totals, say
from crossdock.cli._partners import Project, Sending, Tolerance, Zone, agreed, refuse
from crossdock.edi import documents, flat, maps
from crossdock.edi.beside import Beside, beside, names
from crossdock.edi.convert import TARGETS, Conversion, Options, Report, Target, as_array, refused_version
from crossdock.edi.convert import convert as convert_documents
from crossdock.edi.tally import Tally, counted
from crossdock.edi.told import ExplainedFault

_MOST_SHOWN = 60
_MANY = 4
_SUFFIXES: dict[Target, str] = {
    "canonical": ".json", "x12": ".x12", "edifact": ".edi", "ubl": ".xml", "csv": ".csv",
}  # fmt: skip
_IN_A_ROW = ("canonical", "x12", "edifact")
"""Of these, what comes of several files can stand one behind the other."""
_LINES = ".jsonl"
"""A file of canonical JSON that is named so has a document in each line; any other is one JSON document."""


def convert(
    files: Files,
    to: Annotated[str, typer.Option("--to", help="canonical, x12, edifact, ubl or csv.")],
    layout: Annotated[
        list[Path] | None,
        typer.Option("--layout", help="Layout of the flat file: of the input, or of --to csv; for both give it twice."),
    ] = None,
    output: Annotated[
        Path | None,
        typer.Option(
            "--output", help="Write there (- is standard output); for several files, or UBL documents, a folder."
        ),
    ] = None,
    version: Annotated[str, typer.Option("--version", help="Of the target, such as 005010 or D:96A:UN.")] = "",
    sender: Annotated[
        str, typer.Option("--sender", help="In place of the file's: ME, or ZZ/ME with its qualifier.")
    ] = "",
    receiver: Annotated[str, typer.Option("--receiver", help="In place of the file's: YOU, or ZZ/YOU.")] = "",
    currency: Annotated[str, typer.Option("--currency", help="Of documents that name none, such as USD.")] = "",
    partner: Sending = "",
    tolerance: Tolerance = "",
    zone: Zone = "",
    match: Match = "*",
    project: Project = Path(),
    as_json: AsJson = False,
) -> None:
    """Write the documents of files in another syntax. What the target has no place for is told on standard error.
    Exit code 1 if any document is refused, or a value of it is another in what was written.

    Example: crossdock edi convert src/crossdock/partners/grocer/samples/850-chips.edi --to edifact --currency USD
    """
    if to not in TARGETS:
        refuse(f"--to is one of {', '.join(TARGETS)}, not {to!r}")
    target: Target = to
    of_input, of_output = _plans(target, layouts(layout))
    if words := refused_version(target, version):
        refuse(words)
    known = agreed(partner, tolerance, zone, project)
    agreement = maps.MapOptions(currency=currency, zone=known.zone)
    found = inputs(files, match)
    out = _Output(None if output == Path("-") else output, target, found, as_json)
    options = Options(dt.datetime.now(dt.UTC), version, sender, receiver, of_output, known.guidelines)
    report, refused, unreadable = JsonReport() if as_json else None, 0, 0
    every, changed = Tally(), False
    told = console(stderr=True)
    for each in one_by_one(found):
        try:
            read = documents.read(whole(each), of_input, agreement, known.tolerance, known.guidelines)
            made = convert_documents(list(read), target, options)
        except Unreadable as problem:
            unreadable += 1
            typer.echo(str(problem), err=True)
            if report:
                report.add(each.shown, (), str(problem))
            continue
        refused += made.refused
        changed |= made.changed
        if report:
            report.add(each.shown, _items(made), more={"contents": _contents(made)})
            continue
        out.write(each, made)
        _say_made(told, f"{each.shown}:" if len(found) > 1 else "", made, target)
        for item in _items(made):
            every.add(item)
    if report:
        report.close()
    elif len(found) > 1:
        print_totals(told, len(found), refused, unreadable, every, "converted")
    if unreadable or refused or changed:
        raise typer.Exit(2 if unreadable else 1)


def _plans(target: Target, given: list[flat.Plan]) -> tuple[flat.Plan | None, flat.Plan | None]:
    """The layout of the input, and that of the output; the last one given is that of --to csv."""
    of_output = given.pop() if target == "csv" and given else None
    if target == "csv" and of_output is None:
        refuse("--to csv needs --layout")
    if len(given) > 1:
        refuse("--layout is given once for the input" + (", and once for --to csv" if target == "csv" else ""))
    return (given[0] if given else None), of_output


class _Output:
    """Where the files of the target go: standard output, a file, or a folder with one for each input."""

    def __init__(self, path: Path | None, target: Target, found: Sequence[Input], as_json: bool) -> None:
        self._path = path
        self._target = target
        self._several = len(found) > 1
        if self._several and not as_json:
            self._check(found)
        self._named: set[Path] = set()

    def _check(self, found: Sequence[Input]) -> None:
        if self._path is None and self._target not in _IN_A_ROW:
            refuse(f"{len(found)} files become as many of {self._target}: name a folder with --output")
        if self._path is None:
            return
        if self._path.is_file() or self._names_a_file:
            refuse(f"{self._path} is a file; {len(found)} files need a folder")
        if any(Path(each.name).resolve().is_relative_to(self._path.resolve()) for each in found):
            refuse(f"{self._path} holds what is to be converted: name another folder with --output")

    @property
    def _names_a_file(self) -> bool:
        """Is what is not there yet meant to be a file? `orders.xml` is no name of a folder."""
        return self._path is not None and not self._path.is_dir() and self._path.suffix in (*_SUFFIXES.values(), _LINES)

    def write(self, each: Input, made: Conversion) -> None:
        """What became of one input; ends with words and code 2 where it cannot be written."""
        if self._path is None and len(made.files) > 1:
            refuse(f"{len(made.files)} UBL documents are {len(made.files)} files: name a folder with --output")
        try:
            if self._path is None:
                _print(made.files, self._target)
            elif not self._several and len(made.files) <= 1 and not self._path.is_dir():
                for data in made.files:
                    self._write(self._path, data)
            else:
                self._into_folder(self._path, each, made.files)
        except OSError as problem:
            refuse(f"{self._path} cannot be written: {problem.strerror}")

    def _into_folder(self, folder: Path, each: Input, files: Sequence[bytes]) -> None:
        if folder.is_file() or self._names_a_file:
            refuse(f"{folder} is a file; {len(files)} UBL documents need a folder")
        for number, data in enumerate(files, 1):
            path = folder / self._name(each, number if len(files) > 1 else 0)
            path.parent.mkdir(parents=True, exist_ok=True)
            self._write(path, data)

    def _write(self, path: Path, data: bytes) -> None:
        path.write_bytes(as_array(data) if self._target == "canonical" and path.suffix != _LINES else data)
        say(console(stderr=True), f"wrote {path}")

    def _name(self, each: Input, number: int) -> Path:
        """`order.json` for `order.x12`; `order.x12.json` where another input has taken that name."""
        suffix = (f"-{number:04d}" if number else "") + _SUFFIXES[self._target]
        name = each.within.with_name(each.within.stem + suffix)
        if name in self._named:
            name = each.within.with_name(each.within.name + suffix)
        self._named.add(name)
        return name


def _print(files: Sequence[bytes], target: Target) -> None:
    for data in files:
        sys.stdout.buffer.write(_shown(data, target) if sys.stdout.isatty() else data)
        sys.stdout.buffer.write(b"" if data.endswith(b"\n") else b"\n")
    sys.stdout.buffer.flush()


def _shown(data: bytes, to: str) -> bytes:
    """On a terminal each segment is a line."""
    pattern = {"x12": rb"(?s)([^~]*~)(?!$)", "edifact": rb"(?s)((?:\?.|[^?'])*')(?!$)"}.get(to)
    return re.sub(pattern, rb"\1\n", data) if pattern else data


def _contents(made: Conversion) -> list[str]:
    return [data.decode("utf-8", "surrogateescape").encode("utf-8", "replace").decode() for data in made.files]


def _items(made: Conversion) -> Iterator[Report | ExplainedFault]:
    """The reports; what is wrong with the file itself is of no document."""
    for each in made.reports:
        if each.document:
            yield each
        else:
            yield from each.faults


def _say_made(out: Console, name: str, made: Conversion, target: Target) -> None:
    if name:
        say(out, name, "bold")
    _say_of_file(out, [each for each in made.reports if not each.document])
    for each in made.reports:
        if each.document:
            _say(out, each, target)


def _say_of_file(out: Console, reports: Sequence[Report]) -> None:
    """What is wrong with the file itself, all of it under one head."""
    if not reports:
        return
    refusal = next((each for each in reports if each.refusal), None)
    _say_head(out, "the file", refusal or reports[0], [fault for each in reports for fault in each.faults])


def _say_head(out: Console, name: str, report: Report, faults: Sequence[ExplainedFault]) -> None:
    if report.refusal:
        told = any(each.severity == "error" for each in faults)
        say(out, f"{name}: refused" + ("" if told else f": {report.refusal}"), "bold red")
    elif faults:
        say(out, f"{name}: read with warnings", "yellow")
    print_faults(out, faults)
    if any(each.code in NOT_READ for each in faults):
        say(out, READ_HERE, indent=2)


def _say(out: Console, report: Report, target: Target) -> None:
    """What a person should know of one document: nothing, where all of it was carried over."""
    name = f"{report.document.replace('_', ' ')} {report.number}".strip()
    _say_head(out, name, report, report.faults)
    if report.refused:
        return
    if report.units:
        of, verb = (
            ("X12 element 355" if target == "x12" else "UN/ECE Rec 20"),
            "is" if len(report.units) == 1 else "are",
        )
        words = f"{name}: {listed(report.units)} {verb} no unit of {of} that we know, written as it stands"
        say(out, words, "yellow")
    if report.changed:
        say(out, f"{name}: {counted(len(report.changed), 'value')} came back otherwise", "bold red")
        for each in report.changed:
            say(out, f"{each.path} {each.value} became {each.became}", indent=2)
    lost = [each for each in report.lost if not each.changed]
    rows = [_lost(each.path, each.value, each.became) for each in lost]
    kept: list[Beside] = []
    if target == "canonical":
        if report.kept:
            say(out, f"{name}: kept as it stood, in its extensions: {listed(names(report.kept))}")
    else:
        kept = beside(report.kept)
        rows += _kept(kept)
    if rows:
        say(out, f"{name}: {len(lost) + len(kept)} not carried over", "yellow")
        for row in rows[:_MOST_SHOWN]:
            say(out, row, indent=2)
        if len(rows) > _MOST_SHOWN:
            say(out, f"and {len(rows) - _MOST_SHOWN} more; --json lists all", indent=2)


def _kept(found: Sequence[Beside]) -> Iterator[str]:
    """What stood beside the object; what comes many times is one row with the first of it."""
    by_name: dict[str, list[Beside]] = {}
    for each in found:
        by_name.setdefault(each.name, []).append(each)
    for name, several in by_name.items():
        if len(several) < _MANY:
            yield from (f"kept beside {each.place or 'it'}: {each.said}" for each in several)
        else:
            first = several[0]
            yield f"kept: {name}, {len(several)} times, first beside {first.place or 'it'}: {first.value}".rstrip(": ")


def _lost(path: str, value: str, became: str) -> str:
    return f"{path} {value}" + (f" became {became}" if became else " has no place there")
