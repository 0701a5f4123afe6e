"""How documents, and what is wrong with them, are printed for people: what is wrong first, no line wider than the
terminal."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import chain

from rich.console import Console

from crossdock.cli._console import hanging, plain, table
from crossdock.edi.explain import ExplainedSet
from crossdock.edi.kernel.faults import FAULTS
from crossdock.edi.tally import Tally, counted
from crossdock.edi.told import ExplainedFault
from crossdock.edi.validate import ValidatedSet

NOT_READ = ("not_x12", "not_edifact", "other_syntax")
"""Of files that are no EDI: what the command does read is told behind it."""
Item = ExplainedSet | ValidatedSet | ExplainedFault
_NAMED = 400
"""In so many letters things are named that are not shown."""
STYLES = {"error": "red", "warning": "yellow"}
_HELD, _HELD_LINES = 200, 50_000
"""So many documents, or lines of them, are read before any is printed, for the sum stands first."""


def say(out: Console, words: str, style: str = "", indent: int = 0) -> None:
    """A line; what does not fit goes on below it, further in."""
    text = plain(" " * indent + _one_line(words).rstrip(), style)
    out.print(hanging(out, text, indent + 2, in_pipes=True), soft_wrap=True)


def listed(names: Sequence[str]) -> str:
    """`N3, N4`; of very many how many more there are."""
    shown = 0
    while shown < len(names) and sum(map(len, names[:shown])) < _NAMED:
        shown += 1
    more = f", and {len(names) - shown} more; --json names all" if shown < len(names) else ""
    return ", ".join(names[:shown]) + more


def _one_line(words: str) -> str:
    """Words of a stranger's document make no lines of their own."""
    return "".join(each if each.isprintable() else "\ufffd" for each in words)


def print_faults(out: Console, faults: Iterable[ExplainedFault], indent: int = 2) -> None:
    """What refuses a document, then what does not."""
    for each in sorted(faults, key=lambda one: one.severity != "error"):
        say(out, each.said, STYLES[each.severity], indent)


def print_file(out: Console, name: str, items: Iterable[Item], reads: str, taken: str = "taken") -> Tally:
    """All of one file: the sum of it, then each document. Of a file with very many documents the sum stands last, for
    they are printed as they are read."""
    tally, rest = Tally(), iter(items)
    held: list[Item] = []
    lines = 0
    while len(held) < _HELD and lines < _HELD_LINES and (item := next(rest, None)) is not None:
        held.append(item)
        tally.add(item)
        lines += len(item.lines) if isinstance(item, ExplainedSet) else 1
    later = next(rest, None)
    if later is None:
        _say_verdict(out, name, tally, taken)
        _print_items(out, held, reads)
    else:
        _print_items(out, held, reads)
        for item in chain((later,), rest):
            tally.add(item)
            _print_items(out, (item,), reads)
        _say_verdict(out, name, tally, taken)
    print_advice(out, tally)
    return tally


def _print_items(out: Console, items: Iterable[Item], reads: str) -> None:
    for item in items:
        if isinstance(item, ExplainedFault):
            print_faults(out, (item,), indent=0)
            if item.code in NOT_READ:
                say(out, reads)
        elif isinstance(item, ValidatedSet):
            _print_validated(out, item)
        else:
            _print_explained(out, item)


def print_advice(out: Console, tally: Tally) -> None:
    """What to do about each kind of fault that refuses something."""
    codes = [code for severity, code in tally.faults if severity == "error"]
    if codes:
        say(out, "What to do:", "bold")
    for code in codes:
        say(out, f"{code}: {FAULTS[code].advice_of('error')}", indent=2)


def print_sum(out: Console, name: str, tally: Tally, notes: Sequence[str], taken: str = "taken") -> None:
    """One file in a few lines: each kind of fault once, with where it is first."""
    _say_verdict(out, name, tally, taken)
    for words in notes:
        say(out, words, "yellow", 2)
    for (severity, code), each in sorted(tally.first.items(), key=lambda one: one[0][0] != "error"):
        times = tally.faults[severity, code]
        words = each.said if times == 1 else f"{severity} {code}, {times} times, first at {each.where}: {each.detail}"
        say(out, words, STYLES[severity], 2)


def print_totals(out: Console, files: int, refused: int, unreadable: int, tally: Tally, taken: str = "taken") -> None:
    """What comes of many files."""
    parts = [f"{files - refused - unreadable} {taken}", f"{refused} refused"]
    parts += [f"{unreadable} cannot be read"] if unreadable else []
    documents = f"{counted(tally.documents, 'document')}, {tally.refused_documents} refused"
    say(
        out,
        "; ".join(each for each in (f"{counted(files, 'file')}: {', '.join(parts)}", documents, tally.wrong) if each),
        "bold",
    )


def _say_verdict(out: Console, name: str, tally: Tally, taken: str) -> None:
    """One file, in a line; where its name leaves no room for it, in two."""
    style = "bold red" if tally.refused else "bold yellow" if tally.count("warning") else "bold green"
    verdict = tally.verdict(taken)
    if len(name) + len(verdict) + 2 <= out.width:
        say(out, f"{name}: {verdict}", style)
    else:
        out.print(plain(_one_line(f"{name}:"), style), soft_wrap=True)  # a name is to be copied
        say(out, verdict, style, 2)


def _verdict(item: ExplainedSet | ValidatedSet, taken: str) -> str:
    return "refused" if item.refused else f"{taken} with warnings" if item.faults else taken


def _print_validated(out: Console, item: ValidatedSet) -> None:
    by = item.guideline or ("the base guide" if item.control_number else "the standard")
    place = f" {item.control_number}, segment {item.segment}" if item.control_number else ""
    alone = any(each.code == "guideline_missing" for each in item.faults)
    verdict = _verdict(item, "valid")
    title = f"{item.type or '???'}{place}: {verdict}" + (f", held against {by} alone" if alone else f" by {by}")
    say(out, title, "bold")
    for words in item.words:
        say(out, words, indent=2)
    print_faults(out, item.faults)


def _print_explained(out: Console, item: ExplainedSet) -> None:
    out.print()
    number = f" {item.control_number}" if item.control_number else ""
    say(out, f"{item.type or '???'} {item.name}{number}: {_verdict(item, 'taken')}", "bold")
    print_faults(out, item.faults)
    for words in _envelope(item):
        say(out, words, "dim", 2)
    out.print()
    for words in item.words:
        say(out, words, indent=2)
    if item.lines:
        out.print()
        full = [at for at in range(len(item.columns)) if any(line[at] for line in item.lines)]
        rows = ([_one_line(line[at]) for at in full] for line in item.lines)
        out.print(table([item.columns[at] for at in full], rows))
    if item.not_shown:
        out.print()
        say(out, f"not shown: {listed(item.not_shown)}", "dim", 2)


def _envelope(item: ExplainedSet) -> tuple[str, ...]:
    sides = f"from {item.sender or 'nobody'} to {item.receiver or 'nobody'}"
    version = f"version {item.version}" if item.version else ""
    if not item.interchange:  # XML has no envelope, and a set or message may stand outside of any
        size = counted(item.segments, "segment" if item.control_number else "line") if item.segments else ""
        told = (sides if item.sender or item.receiver else "", version, size)
        line = ", ".join(each for each in told if each)
        return (line,) if line else ()
    numbers = f"interchange {item.interchange}" + (f", group {item.group}" if item.group else "")
    place = f"; {counted(item.segments, 'segment')} from segment {item.segment}, byte {item.offset}"
    return ", ".join(each for each in (sides, version, item.usage) if each), numbers + (place if item.segments else "")
