"""`crossdock partner`: partner packs, which describe what a partner wants in its documents."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Annotated, get_args, get_type_hints

import msgspec
import typer

from crossdock.cli._console import AsJson, console, plain, print_json, say, table
from crossdock.cli._partners import Project, folder_of, pack_of, refuse
from crossdock.edi.guidelines import scaffold
from crossdock.edi.guidelines.form import Pack
from crossdock.edi.guidelines.infer import NothingToInfer, proposed
from crossdock.edi.guidelines.lint import lint as lint_pack
from crossdock.edi.guidelines.packs import PartnerPack, folders
from crossdock.edi.guidelines.trials import Trial, trials, untried

app = typer.Typer(help="Partner packs: what a partner wants in its documents, as files.", no_args_is_help=True)

KINDS = get_args(get_type_hints(Pack)["kind"])
Where = Annotated[str, typer.Argument(help="Folder or name of a pack; without it, all packs.", metavar="PATH")]


@app.command("list")
def list_packs(project: Project = Path(), as_json: AsJson = False) -> None:
    """List the packs of the network project and those that come with the product.

    Example: crossdock partner list
    """
    found = [pack_of(str(folder), project) for folder in folders(project).values()]
    rows = [
        {
            "name": each.folder.name,
            "partner": each.pack.name,
            "kind": each.pack.kind,
            "documents": sorted({one.document for one in each.guidelines.guidelines}),
            "source": each.pack.source.title,
            "folder": str(each.folder),
        }
        for each in found
    ]
    if as_json:
        print_json({"packs": rows})
        return
    columns = ("name", "partner", "kind", "documents", "source")
    lines = [
        (each["name"], each["partner"], each["kind"], ", ".join(each["documents"]), each["source"]) for each in rows
    ]
    console().print(table(columns, lines))


@app.command()
def show(
    partner: Annotated[str, typer.Argument(help="Folder or name of a pack.", metavar="PARTNER")],
    project: Project = Path(),
    as_json: AsJson = False,
) -> None:
    """Show what a partner wants: each document with its segments, codes and conditions.

    Example: crossdock partner show northgate
    """
    found = pack_of(partner, project)
    if as_json:
        print_json({"pack": found.pack, "guidelines": [each.form for each in found.guidelines.guidelines]})
        return
    out = console()
    out.print(f"{found.pack.name} ({found.pack.kind}), {found.folder}")
    out.print(f"After {found.pack.source.title} {found.pack.source.url}".rstrip())
    for each in found.guidelines.guidelines:
        title = f"{each.document} {each.form.version}, {' and '.join(each.form.directions)}"
        rows = []
        for node in each.level.nodes():
            most = "any" if not node.form.max else str(node.form.max)
            depth = "  " * (node.where.count("segments") - 1)
            said = [f"{rule.number:02d} {rule.name}" for rule in node.rules if rule.described and rule.mandatory]
            rows.append((depth + str(node.place), node.form.name, node.form.use, most, ", ".join(said)))
        out.print(table(("segment", "name", "use", "max", "must have"), rows, title=title))
        for condition in each.conditions:
            out.print(f"  {condition.at}: {condition.words}")


@app.command()
def lint(path: Where = "", project: Project = Path(), as_json: AsJson = False) -> None:
    """Read packs and list everything that is wrong with them, with file and line. Exit code 1 if anything is.

    Example: crossdock partner lint partners/northgate
    """
    wanted = [folder_of(path, project)] if path else list(folders(project).values())
    problems = [problem for folder in wanted for problem in lint_pack(folder)]
    if as_json:
        typer.echo(msgspec.json.encode({"ok": not problems, "packs": len(wanted), "problems": problems}).decode())
    else:
        for problem in problems:
            typer.echo(str(problem))
        if not problems:
            typer.echo(f"nothing wrong with {len(wanted)} pack{'s' if len(wanted) != 1 else ''}")
    if problems:
        raise typer.Exit(1)


@app.command()
def new(
    name: Annotated[str, typer.Argument(help="Name of the partner: small letters, digits and `_`.", metavar="NAME")],
    document: Annotated[str, typer.Option("--document", help="What it exchanges: 850, 856, ORDERS, ...")],
    kind: Annotated[
        str, typer.Option("--kind", help="customer, supplier, warehouse, carrier or marketplace.")
    ] = "customer",
    sample: Annotated[
        list[Path] | None, typer.Option("--sample", help="A document to make the guideline from; may be given again.")
    ] = None,
    project: Project = Path(),
    as_json: AsJson = False,
) -> None:
    """Make a new pack in `partners/` of a network project, or add a document to one: files that pass `partner lint`,
    to be filled in. Nothing that is there is changed.

    Example: crossdock partner new northgate --document 850
    """
    if not re.fullmatch(r"[a-z][a-z0-9_]*", name):
        refuse(f"{name!r} cannot be the name of a partner: use small letters, digits and `_`, beginning with a letter")
    if kind not in KINDS:
        refuse(f"--kind is one of {', '.join(KINDS)}, not {kind!r}")
    try:
        made = scaffold.files(name, document, kind, [_bytes_of(path) for path in sample or ()])
    except (scaffold.NoScaffold, NothingToInfer) as problem:
        refuse(str(problem))
    folder = project.joinpath("partners", name)
    guideline = folder.joinpath(f"{document.lower()}.yaml")
    if guideline.exists():
        refuse(f"{guideline} is there already")
    written = []
    for path, text in made.items():
        file = folder.joinpath(path)
        if not file.exists():
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(text, encoding="utf-8")
            written.append(str(file))
    next_step = f"Fill it in, then `crossdock partner lint {folder}` and `crossdock partner test {folder}`."
    say({"written": written}, "\n".join([*(f"wrote {each}" for each in written), next_step]), as_json)


@app.command("test")
def try_packs(
    path: Where = "",
    project: Project = Path(),
    seed: Annotated[int, typer.Option("--seed", min=0, help="Other documents are made with another seed.")] = 0,
    as_json: AsJson = False,
) -> None:
    """Hold a pack against its own samples and against made-up documents: sound ones, and one for each defect. Prints
    what was expected and what was found. Exit code 1 if they differ.

    Example: crossdock partner test partners/northgate
    """
    wanted = [folder_of(path, project)] if path else list(folders(project).values())
    packs = [pack_of(str(folder), project) for folder in wanted]
    tried = [(pack, list(trials(pack, seed))) for pack in packs]
    failed = [each for _, done in tried for each in done if not each.passed]
    if as_json:
        rows = [
            {"partner": pack.pack.partner, "passed": each.passed, "trial": each}
            for pack, done in tried
            for each in done
        ]
        print_json(
            {"ok": not failed, "trials": rows, "untried": [one for pack, done in tried for one in untried(pack, done)]}
        )
    else:
        for pack, done in tried:
            _print_trials(pack, done)
    if failed:
        raise typer.Exit(1)


def _print_trials(pack: PartnerPack, done: list[Trial]) -> None:
    rows = [
        (
            "ok" if each.passed else "FAILED",
            each.guideline or "sample",
            each.scenario,
            ", ".join(each.expected) or "nothing",
            ", ".join(each.found) or "nothing",
            each.words,
        )
        for each in done
    ]
    out = console()
    out.print(table(("", "guideline", "scenario", "expected", "found", "what"), rows, title=pack.pack.name))
    for each in untried(pack, done):
        out.print(plain(f"not tried: {each}", "yellow"), soft_wrap=True)
    failed = sum(not each.passed for each in done)
    typer.echo(f"{pack.pack.partner}: {len(done) - failed} of {len(done)} as expected", err=True)


@app.command()
def infer(
    samples: Annotated[list[Path], typer.Argument(help="Documents of one kind, of one partner.", metavar="SAMPLE...")],
    partner: Annotated[str, typer.Option("--partner", help="Name of the partner.")] = "partner",
    document: Annotated[str, typer.Option("--document", help="Which, where the samples hold several kinds.")] = "",
    as_json: AsJson = False,
) -> None:
    """Propose a guideline from samples, with how sure each line is: in how many documents it was seen, how many values
    there were. It takes every sample it was made from; what it does not know it says. Redirect it into a file.

    Example: crossdock partner infer orders/*.x12 --partner northgate
    """
    try:
        found = proposed([_bytes_of(path) for path in samples], partner, document)
    except NothingToInfer as problem:
        refuse(str(problem))
    if as_json:
        print_json(
            {"document": found.document, "documents": found.documents, "guideline": found.text, "lines": found.lines}
        )
    else:
        typer.echo(found.text, nl=False)


def _bytes_of(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as problem:
        refuse(f"{path} cannot be read: {problem.strerror}")
