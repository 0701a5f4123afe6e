"""`crossdock edi diff`."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import msgspec
import typer

from crossdock.cli._console import AsJson, console
from crossdock.cli._edi_inputs import Unreadable, inputs, whole
from crossdock.cli._edi_layouts import READ_HERE, layouts
from crossdock.cli._edi_report import JsonReport
from crossdock.cli._edi_words import NOT_READ, listed, print_faults, say
from crossdock.cli._partners import refuse
from crossdock.edi import documents, flat
from crossdock.edi.diff import DOCUMENT, Difference, compare, not_compared, other_kinds
from crossdock.edi.documents import Document
from crossdock.edi.told import ExplainedFault


def diff(
    first: Annotated[str, typer.Argument(help="A file of any syntax that `convert` reads.", metavar="A")],
    second: Annotated[str, typer.Argument(help="Another, of the same syntax or a different one.", metavar="B")],
    layout: Annotated[
        list[Path] | None,
        typer.Option(
            "--layout", help="Layout of the flat files; where A and B have two, give it twice, that of A first."
        ),
    ] = None,
    envelope: Annotated[
        bool, typer.Option("--envelope", help="Compare sender, receiver, control numbers, test or production, too.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Compare two files in business words: header, lines by their id or item, quantities, prices, dates, parties,
    and what stands beside them in two documents of one type. A flat file is compared in what its layout has columns
    for. Exit code 0 if they say the same, 1 if not.

    Example: crossdock edi diff examples/flat/orders.csv examples/flat/orders-fixed.txt --layout
    examples/flat/orders.yaml --layout examples/flat/orders-fixed.yaml
    """
    plans = layouts(layout)
    if len(plans) > 2:
        refuse("--layout is given once for both files, or once for each")
    sides = _sides((first, second), plans)
    refused = any(each.why_not for each in sides)
    found = [] if refused else compare(*(each.documents for each in sides), envelope=envelope)
    left_out = () if refused else not_compared(*(each.documents for each in sides))
    if as_json:
        _report(sides, found, left_out)
    else:
        _say_refused(sides)
        if not refused:
            if words := other_kinds(*(each.documents for each in sides)):
                say(console(), words)
            _say(found, left_out)
    if refused or found:
        raise typer.Exit(2 if refused else 1)


@dataclass(frozen=True)
class _Side:
    """One of the two files, as it was read."""

    name: str
    documents: list[Document]
    unreadable: str = ""

    @property
    def why_not(self) -> str:
        """Why it cannot be compared; empty where it can."""
        if self.unreadable:
            return self.unreadable
        bad = next((each for each in self.documents if each.refused), None)
        if bad is not None:
            return f"{self.name}: {bad.document.replace('_', ' ') or 'the file'} is refused"
        return (
            "" if any(each.body is not None for each in self.documents) else f"{self.name}: there is no document in it"
        )


def _sides(named: Sequence[str], plans: Sequence[flat.Plan]) -> list[_Side]:
    """The two files as they are read, each flat one by its layout."""
    sides = []
    for at, name in enumerate(named):
        if Path(name).is_dir():
            sides.append(_Side(name, [], f"{name} is a folder: two files are compared"))
            continue
        (found,) = inputs([name])
        plan = plans[min(at, len(plans) - 1)] if plans else None
        try:
            sides.append(_Side(found.shown, list(documents.read(whole(found), plan))))
        except Unreadable as problem:
            sides.append(_Side(found.shown, [], str(problem)))
    return sides


def _say_refused(sides: Sequence[_Side]) -> None:
    """What was refused cannot be compared; warnings about a file are told, too."""
    out = console(stderr=True)
    for side in sides:
        if side.why_not:
            say(out, side.why_not, "bold red")
        for each in side.documents:
            shown = each.faults if each.refused else () if each.document else each.faults
            print_faults(out, shown)
            if any(fault.code in NOT_READ for fault in shown):
                say(out, READ_HERE, indent=2)


def _say(found: Sequence[Difference], left_out: Sequence[str]) -> None:
    out = console()
    several = len({each.document for each in found}) > 1
    for each in found:
        say(out, (f"{each.document}, " if several and each.what != DOCUMENT else "") + each.said)
    if not found and not left_out:
        say(out, "Both say the same.")
    elif left_out:
        words = "not compared" if found else "Both say the same as far as it is read; not compared"
        say(out, f"{words}: {listed(left_out)}")


def _report(sides: Sequence[_Side], found: Sequence[Difference], left_out: Sequence[str]) -> None:
    report = JsonReport()
    for side in sides:
        items = (part for each in side.documents for part in _items(each))
        report.add(
            side.name,
            items,
            unreadable="" if any(each.document or each.faults for each in side.documents) else side.why_not,
        )
    same = not found and not any(each.why_not for each in sides)
    report.close({"same": same, "differences": found, "not_compared": left_out})


def _items(each: Document) -> Iterator[_Compared | ExplainedFault]:
    if each.document:
        yield _Compared(each.document, each.number, each.refused, each.faults)
    else:
        yield from each.faults


class _Compared(msgspec.Struct, frozen=True, tag_field="kind", tag="document"):
    """A document of one side, as `--json` tells of it."""

    document: str
    number: str
    refused: bool
    faults: tuple[ExplainedFault, ...]
