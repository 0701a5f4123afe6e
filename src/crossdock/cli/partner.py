"""`crossdock partner`: partner packs, which describe what a partner wants in its documents."""

from __future__ import annotations

import re
from itertools import groupby
from pathlib import Path
from typing import Annotated, get_args, get_type_hints

import msgspec
import typer
from rich.console import Console

from crossdock.cli._console import AsJson, console, print_json, table
from crossdock.cli._edi_words import STYLES, print_faults
from crossdock.cli._edi_words import say as told
from crossdock.cli._partners import Project, folder_of, pack_of, refuse
from crossdock.edi.guidelines import scaffold
from crossdock.edi.guidelines.compiled import Compiled
from crossdock.edi.guidelines.directions import direction_of
from crossdock.edi.guidelines.form import Pack
from crossdock.edi.guidelines.infer import NothingToInfer, items_of, proposed
from crossdock.edi.guidelines.lint import lint as lint_pack
from crossdock.edi.guidelines.lint import unfilled
from crossdock.edi.guidelines.packs import BUILT_IN, MAIN, SAMPLES, PartnerPack, folders, load
from crossdock.edi.guidelines.page import OWN_WAY, WAYS, agreed, changed, described, samples
from crossdock.edi.guidelines.reading import Document, Unreadable
from crossdock.edi.guidelines.trials import Trial, Tried, tried

app = typer.Typer(help="Partner packs: what a partner wants in its documents, as files.", no_args_is_help=True)

_NAMES = 46
"""How far the names of segments reach, before what is wanted of them."""
KINDS = get_args(get_type_hints(Pack)["kind"])
Kind = Annotated[
    str,
    typer.Option(
        "--kind",
        help="customer, supplier, warehouse, carrier or marketplace: it tells who sends the document. "
        "Without it, as the pack says, or customer.",
        show_default=False,
    ),
]
Where = Annotated[str, typer.Argument(help="Folder or name of a pack; without it, all packs.", metavar="PATH")]


@app.command("list")
def list_packs(project: Project = Path(), as_json: AsJson = False) -> None:
    """List the packs of the network project and those that come with the product.

    Example: crossdock partner list
    """
    rows = [_listed(folder) for folder in folders(project).values()]
    if as_json:
        print_json({"packs": rows})
        return
    lines = [
        (each.name, each.kind, ", ".join(each.documents), f"BROKEN: {each.broken}" if each.broken else each.place)
        for each in rows
    ]
    console().print(table(("name", "kind", "documents", "partner"), lines))


class _Row(msgspec.Struct, frozen=True):
    """A pack in the list; `broken` says why it cannot be used."""

    name: str
    partner: str
    kind: str
    documents: tuple[str, ...]
    source: str
    folder: str
    broken: str = ""

    @property
    def place(self) -> str:
        """Who it is; of a pack of the project, where, too."""
        return self.partner if Path(self.folder).is_relative_to(BUILT_IN) else f"{self.partner}, in {self.folder}"


def _listed(folder: Path) -> _Row:
    try:
        each = load(folder)
    except Unreadable as problem:
        return _Row(folder.name, "", "", (), "", str(folder), str(problem.problems[0]))
    documents = tuple(sorted({one.document for one in each.guidelines.guidelines}))
    return _Row(folder.name, each.pack.name, each.pack.kind, documents, each.pack.source.title, str(folder))


@app.command()
def show(
    partner: Annotated[str, typer.Argument(help="Folder or name of a pack.", metavar="PARTNER")],
    project: Project = Path(),
    as_json: AsJson = False,
) -> None:
    """Show what a partner wants: each document with its segments, codes and conditions.

    Example: crossdock partner show grocer
    """
    found = pack_of(partner, project)
    if as_json:
        print_json({"pack": found.pack, "guidelines": [each.form for each in found.guidelines.guidelines]})
        return
    out = console()
    told(out, f"{found.pack.name} ({found.pack.kind}), {_near(found.folder)}", "bold")
    told(out, f"after {found.pack.source.title} {found.pack.source.url}".rstrip(), indent=2)
    for what, words in agreed(found.pack):
        told(out, _plain(f"{what}: {words}"), indent=2)
    for each in found.guidelines.guidelines:
        _show_guideline(out, each)
    if found.pack.samples:
        out.print()
        told(out, "samples", "bold")
    for name, source, licence, wrong in samples(found.pack):
        told(out, _plain(f"{name}: {source} ({licence}); wrong with it: {wrong}"), indent=2)


def _plain(words: str) -> str:
    """Without the marks of a page."""
    return words.replace("`", "")


def _near(folder: Path) -> str:
    """A folder as it is called from here, where it is below."""
    here = Path().resolve()
    return str(folder.resolve().relative_to(here)) if folder.resolve().is_relative_to(here) else str(folder)


def _show_guideline(out: Console, each: Compiled) -> None:
    out.print()
    told(out, f"{each.document} {each.form.version}; {' and '.join(WAYS[way] for way in each.form.directions)}", "bold")
    for row in described(each.form.segments):
        indent = 2 + 2 * row.depth
        name = f"{row.segment} {row.name}".rstrip()
        told(out, f"{name.ljust(_NAMES - indent)} {row.use}, {row.times}", indent=indent)
        for said in row.said:
            words = _plain(said)
            told(out, words if " " in words else f"{words} may", "dim", indent + 4)
    if each.conditions:
        told(out, "Conditions", indent=2)
    for condition in each.conditions:
        told(out, f"{condition.at}: {condition.words}", "dim", 6)
    if each.form.overlay:
        told(out, OWN_WAY, indent=2)
    for change in each.form.overlay:
        told(out, _plain(changed(change)), "dim", 6)


@app.command()
def lint(path: Where = "", project: Project = Path(), as_json: AsJson = False) -> None:
    """Read packs and list everything that is wrong with them, with file and line. Exit code 1 if anything is.

    Example: crossdock partner lint src/crossdock/partners/grocer
    """
    wanted = [folder_of(path, project)] if path else list(folders(project).values())
    found = [
        _PackProblem(severity, each.file, each.line, each.what, each.remedy)
        for severity, look in (("error", lint_pack), ("warning", unfilled))
        for folder in wanted
        for each in look(folder)
    ]
    problems = [each for each in found if each.severity == "error"]
    if as_json:
        print_json({"ok": not problems, "packs": len(wanted), "problems": found})
    else:
        out, err = console(), console(stderr=True)
        for each in found:
            told(out if each.severity == "error" else err, each.said, STYLES[each.severity])
        if not problems:
            typer.echo(f"nothing wrong with {len(wanted)} pack{'s' if len(wanted) != 1 else ''}")
    if problems:
        raise typer.Exit(1)


class _PackProblem(msgspec.Struct, frozen=True, tag_field="kind", tag="problem"):
    """What is wrong with a file of a pack, under the names that faults of documents have."""

    severity: str
    file: str
    line: int
    detail: str
    advice: str

    @property
    def said(self) -> str:
        """With its place."""
        before = "warning: " if self.severity == "warning" else ""
        return f"{before}{self.file}:{self.line}: {self.detail}; {self.advice}"


@app.command()
def new(
    name: Annotated[str, typer.Argument(help="Name of the partner: small letters, digits and `_`.", metavar="NAME")],
    document: Annotated[str, typer.Option("--document", help="What it exchanges: 850, 856, ORDERS, ...")],
    kind: Kind = "",
    sample: Annotated[
        list[Path] | None, typer.Option("--sample", help="A document to make the guideline from; may be given again.")
    ] = None,
    project: Annotated[
        Path, typer.Option("--project", help="The network project in whose `partners/` it is written.")
    ] = Path(),
    as_json: AsJson = False,
) -> None:
    """Make a new pack in `partners/` of a network project, or add a document to one: files that pass `partner lint`,
    to be filled in. Nothing that is there is changed.

    Example: crossdock partner new northgate --document 850
    """
    if not re.fullmatch(r"[a-z][a-z0-9_]*", name):
        refuse(f"{name!r} cannot be the name of a partner: use small letters, digits and `_`, beginning with a letter")
    folder = project.joinpath("partners", name)
    kind = _kind_of(kind, folder)
    samples = {path.name: _bytes_of(path) for path in sample or ()}
    if len(samples) < len(sample or ()):
        refuse("two samples have one name; give them different ones")
    try:
        made = scaffold.files(name, document, kind, samples)
    except (scaffold.NoScaffold, NothingToInfer) as problem:
        refuse(str(problem))
    guideline = folder.joinpath(f"{document.lower()}.yaml")
    if guideline.exists():
        refuse(f"{guideline} is there already")
    # A pack that is there is not changed, so its new samples are left for a person to register.
    register = not folder.joinpath(MAIN).exists()
    contents = {path: text.encode() for path, text in made.items()}
    if register:
        contents |= {f"{SAMPLES}/{each}": data for each, data in samples.items()}
    written = []
    for path, data in contents.items():
        file = folder.joinpath(path)
        if not file.exists():
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_bytes(data)
            written.append(str(file))
    if samples and not register:
        typer.echo(
            f"{folder.joinpath(MAIN)} is there already: put the samples into {SAMPLES}/ and name them there", err=True
        )
    way = direction_of(document, kind)
    who = f"{document}: {WAYS[way]}, as with a {kind}; `directions` in {guideline} says so."
    next_step = f"Fill it in, then `crossdock partner lint {folder}` and `crossdock partner test {folder}`."
    if as_json:
        print_json({"written": written, "directions": [way]})
        return
    for words in (*(f"wrote {each}" for each in written), who, next_step):
        told(console(), words)


def _kind_of(kind: str, folder: Path | None = None) -> str:
    """The kind of a partner: that of its pack, where there is one."""
    if kind and kind not in KINDS:
        refuse(f"--kind is one of {', '.join(KINDS)}, not {kind!r}")
    main = folder.joinpath(MAIN) if folder else Path(MAIN)
    pack = Document(main).read(Pack) if folder and main.is_file() else None
    if pack is not None and kind not in ("", pack.kind):
        refuse(f"{main} says that it is a {pack.kind}, not a {kind}: change it there, or leave out --kind")
    return pack.kind if pack is not None else kind or "customer"


@app.command("test")
def try_packs(
    path: Where = "",
    project: Project = Path(),
    seed: Annotated[int, typer.Option("--seed", min=0, help="Other documents are made with another seed.")] = 0,
    as_json: AsJson = False,
) -> None:
    """Hold a pack against its own samples and against made-up documents: sound ones, one for each defect, and each line
    of its guidelines broken by itself. Prints what was expected and what was found, and what could not be tried. Exit
    code 1 if they differ.

    Example: crossdock partner test grocer
    """
    wanted = [folder_of(path, project)] if path else list(folders(project).values())
    packs = [pack_of(str(folder), project) for folder in wanted]
    all_done = [(pack, tried(pack, seed)) for pack in packs]
    failed = [each for _, done in all_done for each in done.failed]
    if as_json:
        print_json(
            {
                "ok": not failed,
                "trials": [_row(pack, each) for pack, done in all_done for each in done.trials],
                "lines": [_row(pack, each) for pack, done in all_done for each in done.lines],
                "untried": [each for pack, done in all_done for each in _untried(pack, done)],
            }
        )
    else:
        for pack, done in all_done:
            _print_trials(pack, done)
    if failed:
        raise typer.Exit(1)


def _row(pack: PartnerPack, each: Trial) -> dict[str, object]:
    return {"partner": pack.pack.partner, "passed": each.passed, "trial": each}


def _untried(pack: PartnerPack, done: Tried) -> list[str]:
    """What no trial says anything about."""
    none = (
        [] if any(pack.samples()) else [f"documents of the partner: {pack.pack.partner} has no samples in {SAMPLES}/"]
    )
    return [*none, *map(str, done.untried)]


def _print_trials(pack: PartnerPack, done: Tried) -> None:
    out = console()
    shown = [*done.trials, *(each for each in done.lines if not each.passed)]
    told(out, pack.pack.name, "bold")
    for name, of_one in groupby(shown, lambda each: each.guideline):
        trials_of = list(of_one)
        rows = [("ok" if each.passed else "FAILED", each.scenario, _outcome(each)) for each in trials_of]
        out.print()
        out.print(table(("", "tried", "found"), rows, title=name or "samples"))
        for each in trials_of:
            if not each.passed:
                told(out, f"{each.scenario}:", "red")
                print_faults(out, each.faults)
    left = _untried(pack, done)
    if left:
        out.print()
    for words in left:
        told(out, f"not tried: {words}", "yellow")
    words = f"{_passed(done.trials)} as expected, {_passed(done.lines)} lines told when broken"
    typer.echo(f"{pack.pack.partner}: {words}", err=True)


def _passed(trials: list[Trial]) -> str:
    return f"{sum(each.passed for each in trials)} of {len(trials)}"


def _outcome(each: Trial) -> str:
    found, expected = (", ".join(codes) or "nothing wrong" for codes in (each.found, each.expected))
    return f"{found}: {each.words}" if each.passed else f"{found}, not {expected}: {each.words}"


@app.command()
def infer(
    samples: Annotated[list[Path], typer.Argument(help="Documents of one kind, of one partner.", metavar="SAMPLE")],
    partner: Annotated[str, typer.Option("--partner", help="Name of the partner.")] = "partner",
    document: Annotated[str, typer.Option("--document", help="Which, where the samples hold several kinds.")] = "",
    kind: Kind = "",
    as_json: AsJson = False,
) -> None:
    """Propose a guideline from samples, with how sure each line is: in how many documents it was seen, how many values
    there were. It takes every sample it was made from; what it does not know it says. Redirect it into a file.

    Example: crossdock partner infer src/crossdock/partners/marketplace/samples/850-*.edi --partner northgate
    """
    read = {path: _bytes_of(path) for path in samples}
    nothing = [str(path) for path, data in read.items() if not items_of(data)]
    for each in nothing:
        typer.echo(f"{each} holds no document that can be read: nothing was taken from it", err=True)
    try:
        found = proposed(list(read.values()), partner, document, _kind_of(kind))
    except NothingToInfer as problem:
        refuse(str(problem))
    if as_json:
        told = {"document": found.document, "documents": found.documents, "guideline": found.text, "lines": found.lines}
        print_json({**told, "nothing_in": nothing})
    else:
        typer.echo(found.text, nl=False)


def _bytes_of(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as problem:
        refuse(f"{path} cannot be read: {problem.strerror}")
