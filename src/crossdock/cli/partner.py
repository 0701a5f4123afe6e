"""`crossdock partner`: partner packs, which describe what a partner wants in its documents."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import msgspec
import typer

from crossdock.cli._console import AsJson, console, print_json, table
from crossdock.cli._partners import Project, folder_of, pack_of, refuse
from crossdock.edi.guidelines.lint import lint as lint_pack
from crossdock.edi.guidelines.packs import folders

app = typer.Typer(help="Partner packs: what a partner wants in its documents, as files.", no_args_is_help=True)

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


_ = refuse
