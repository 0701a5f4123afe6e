"""How commands find partner packs, and say what is wrong with them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, NamedTuple, NoReturn

import typer

from crossdock.cli._console import console, hanging, plain
from crossdock.edi.guidelines.packs import MAIN, Guidelines, PartnerPack, UnknownPartner, find, load
from crossdock.edi.guidelines.reading import Problem, Unreadable
from crossdock.edi.kernel.tolerance import POLICIES, Policy, PolicyError
from crossdock.edi.maps.moments import zone_named

Project = Annotated[
    Path, typer.Option("--project", help="The network project whose `partners/` is searched before the built-in packs.")
]

Forgiving = Annotated[
    str,
    typer.Option(
        "--partner",
        help="A partner pack: its overlays say how documents are read, its tolerance what is mended, its zone what "
        "times mean.",
    ),
]
Sending = Annotated[
    str,
    typer.Option(
        "--partner",
        help="A partner pack: its overlays say how documents are read, its tolerance what is mended, its zone what "
        "times mean. What its guidelines say we send is brought into that form, and refused where it breaks them.",
    ),
]
Zone = Annotated[
    str,
    typer.Option(
        "--zone", help="Of times that name no zone, such as America/Chicago; else the partner's, and without one UTC."
    ),
]
Tolerance = Annotated[
    str,
    typer.Option(
        "--tolerance",
        help="What is forgiven of envelopes, in place of the partner's tolerance: strict, default or lenient.",
    ),
]


def folder_of(name: str, project: Path) -> Path:
    """The folder of a pack by its folder or name; ends with words and code 2 if there is none."""
    try:
        return find(name, project)
    except UnknownPartner as problem:
        refuse(str(problem))


def pack_of(name: str, project: Path) -> PartnerPack:
    """A pack by its folder or name; ends with words and code 2 if there is none, or it cannot be used."""
    try:
        return load(folder_of(name, project))
    except Unreadable as problem:
        print_problems(problem.problems)
        raise typer.Exit(2) from None


def tolerance_of(pack: PartnerPack | None, named: str) -> Policy | None:
    """What is forgiven of envelopes: as the option names it, else as the partner's pack says, else nothing that a
    reader does not forgive by itself. Ends with words and code 2 where there is no policy of that name."""
    if named:
        return POLICIES.get(named) or refuse(f"--tolerance is one of {', '.join(POLICIES)}, not {named!r}")
    if pack is None:
        return None
    try:
        return Policy.of({"faults": pack.pack.tolerance}, pack.pack.partner)
    except PolicyError as problem:
        refuse(f"{pack.folder / MAIN}: tolerance: {problem}")


class Agreed(NamedTuple):
    """What commands that read documents ask a partner for."""

    tolerance: Policy | None
    zone: dt.tzinfo | None
    """Of times that name none."""
    guidelines: Guidelines | None


def agreed(partner: str, tolerance: str, zone: str, project: Path) -> Agreed:
    """What a partner's pack and the options say. Ends with words and code 2 where there is no zone of that name."""
    pack = pack_of(partner, project) if partner else None
    where, name = ("--zone", zone) if zone or pack is None else (f"{pack.folder / MAIN}: zone", pack.pack.zone)
    found = zone_named(name) if name else None
    if name and found is None:
        refuse(f"{where}: `{name}` is no time zone; use an IANA name such as America/Chicago")
    return Agreed(tolerance_of(pack, tolerance), found, pack.guidelines if pack else None)


def print_problems(problems: Sequence[Problem]) -> None:
    """What is wrong with files, on standard error."""
    for each in problems:
        typer.echo(str(each), err=True)


def refuse(words: str) -> NoReturn:
    """End with words and code 2: the command was used in a way that cannot work."""
    out = console(stderr=True)
    for line in words.splitlines():
        out.print(hanging(out, plain(line), 2, in_pipes=True), soft_wrap=True)
    raise typer.Exit(2)
