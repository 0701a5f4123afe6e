"""`crossdock quarantine`: documents that could not be taken."""

from __future__ import annotations

import base64
from pathlib import Path
from typing import Annotated
from uuid import UUID

import typer

from crossdock.cli._console import (
    AsJson,
    Limit,
    Reason,
    brief,
    console,
    plain,
    print_json,
    print_page,
    reach,
    say,
    table,
)
from crossdock.cli._options import Cursor, DatabaseOption, id_shown_by
from crossdock.operations import quarantine

app = typer.Typer(help="Quarantine: documents that could not be taken.", no_args_is_help=True)
DocumentId = Annotated[UUID, typer.Argument(parser=id_shown_by("quarantine list"), help="Its id.", metavar="ID")]


@app.command("list")
def list_(
    database: DatabaseOption,
    source: Annotated[str, typer.Option(help="Only those of this system or partner.")] = "",
    limit: Limit = 100,
    cursor: Cursor = "",
    as_json: AsJson = False,
) -> None:
    """List documents that could not be taken, oldest first.

    Example: crossdock quarantine list --source homestead
    """
    page = reach(
        database,
        lambda context, actor: quarantine.list_held(context, actor, source=source, cursor=cursor, limit=limit),
    )
    if as_json:
        print_json(page)
        return
    rows = [
        (x.id, x.received_at, x.source, x.kind, x.name, x.status, brief(f"{x.faults[0].code}: {x.faults[0].detail}"))
        if x.faults
        else (x.id, x.received_at, x.source, x.kind, x.name, x.status, "")
        for x in page.items
    ]
    columns = ("id", "received", "from", "by", "name", "status", "first fault")
    print_page(table(columns, rows), page.next, "no document waits in quarantine")


@app.command()
def show(document_id: DocumentId, database: DatabaseOption, as_json: AsJson = False) -> None:
    """Show a document as it came, and every fault with its place.

    Example: crossdock quarantine show 01a1fb79-86e7-76ee-b9c2-9874cb66aca0 > document.txt
    """
    found = reach(database, lambda context, actor: quarantine.show_document(context, actor, document_id))
    if as_json:
        print_json(found)
        return
    out = console()
    document = found.document
    out.print(plain(f"{document.name or document.kind} from {document.source}: {document.status}", "bold"))
    faults = [(x.code, x.pointer, x.offset if x.offset is not None else "", x.detail) for x in document.faults]
    out.print(table(("fault", "where", "byte", "detail"), faults))
    out.print()
    try:
        out.print(plain(found.content.decode()), soft_wrap=True)
    except UnicodeDecodeError:
        out.print(plain(base64.b64encode(found.content).decode()), soft_wrap=True)


@app.command()
def release(
    document_id: DocumentId,
    reason: Reason,
    database: DatabaseOption,
    mended: Annotated[
        Path | None, typer.Option(help="A mended copy that takes its place.", exists=True, dir_okay=False)
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Have a document translated again: as it is (the network was mended) or as mended in a file.

    Example: crossdock quarantine release 01a1fb79-86e7-76ee-b9c2-9874cb66aca0 --reason "item added" --mended fixed.x12
    """
    content = mended.read_bytes() if mended is not None else None
    released = reach(database, lambda context, actor: quarantine.release(context, actor, document_id, reason, content))
    words = f"{released} is translated again; see `crossdock quarantine list` and `crossdock trace`"
    say({"id": released}, words, as_json)


@app.command()
def dismiss(document_id: DocumentId, reason: Reason, database: DatabaseOption, as_json: AsJson = False) -> None:
    """Say that nothing is to be taken from a document. It is kept.

    Example: crossdock quarantine dismiss 01a1fb79-86e7-76ee-b9c2-9874cb66aca0 --reason "a test of theirs"
    """
    reach(database, lambda context, actor: quarantine.dismiss(context, actor, document_id, reason))
    say({"id": document_id, "status": "dismissed"}, f"{document_id} is dismissed", as_json)
