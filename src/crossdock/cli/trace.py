"""`crossdock trace`: the whole story of a number, across all systems."""

from __future__ import annotations

import base64
from typing import Annotated

import typer
from rich.console import Console
from rich.text import Text

from crossdock.cli._console import AsJson, console, hanging, plain, print_json, reach, table
from crossdock.cli._options import DatabaseOption
from crossdock.operations.story import Entry, Story, tell_story

_SIGNS = {"received": "-->", "sent": "<--", "event": "   ", "movement": " # ", "promise": " = ", "supply": " + "}
_STYLES = {"received": "cyan", "sent": "green"}
_INDENT = 24
_BAD = {"dead", "quarantined", "partial", "conflict"}


def trace(
    key: Annotated[str, typer.Argument(help="A number, reference, item or case id.", metavar="KEY")],
    database: DatabaseOption,
    raw: Annotated[bool, typer.Option("--raw", help="Print the documents themselves, too.")] = False,
    as_json: AsJson = False,
) -> None:
    """Print the whole story of KEY across all systems, in the order in which it became known; times are business time.

    KEY is the number of a purchase order, order, ship notice, invoice or shipment, a tracking number, a customer's
    reference, an item, or the whole id of a case. Links between documents are followed both ways. Of an item: how it
    moved, to whom it was promised, who waits for it and what is to come, lately, with the cases behind these.

    Example: crossdock trace 536365 --raw
    """
    story = reach(database, lambda context, actor: tell_story(context, actor, key, payloads=raw))
    if as_json:
        print_json(story)
    else:
        _print(console(), story)


def _print(out: Console, story: Story) -> None:
    for name in story.names:
        kind = name.kind.replace("_", " ")
        article = "an" if kind[0] in "aeiou" else "a"
        out.print(plain(f"{story.key} is {article} {kind}" + (f" of {name.issuer}" * bool(name.issuer))))
    rows = [
        (case.id, case.state + (" (parked)" if case.parked else ""), "" if case.found else ", ".join(case.roles))
        for case in sorted(story.cases, key=lambda case: (not case.found, case.id))
    ]
    if rows:
        out.print()
        out.print(table(("case", "state", "linked as"), rows))
    out.print()
    found = {case.id for case in story.cases if case.found}
    for entry in story.entries:
        # What concerns the one case that was asked for needs not say so on every line.
        _print_entry(out, entry, "" if {entry.subject} == found else entry.subject)
    if story.more:
        out.print(plain("There is more than is shown here; trace one of the cases above.", "yellow"))


def _print_entry(out: Console, entry: Entry, subject: str) -> None:
    style = "red" if entry.status in _BAD else _STYLES.get(entry.kind, "")
    line = Text.assemble(
        (f"{plain(entry.at)} {_SIGNS[entry.kind]} ", "dim"),
        plain(f"{entry.system:<14} " if entry.system else " " * 15, "dim"),
        plain(entry.what, style or "bold"),
        plain(f"  {entry.detail}" if entry.detail else ""),
        plain(f"  [{entry.status}]" if entry.status else "", style),
        plain(f"  {subject}" if subject else "", "dim"),
    )
    out.print(hanging(out, line, _INDENT), soft_wrap=True)
    if entry.content is not None:
        out.print(plain(_readable(entry.content), "dim"), soft_wrap=True)


def _readable(content: bytes) -> str:
    """Bytes as indented text; what is no text, as base64."""
    try:
        text = content.decode("utf-8")
    except UnicodeDecodeError:
        text = base64.b64encode(content).decode()
    lines = text.replace("\r\n", "\n").replace("\r", "\n").replace("~", "~\n").strip("\n").split("\n")
    return "\n".join(f"      {line}" for line in lines)
