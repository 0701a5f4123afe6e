"""`crossdock run` and `crossdock api`: more workers, or another API process, on a database that is up."""

from __future__ import annotations

import asyncio
import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated

import typer
import uvloop

from crossdock.cli._children import Children
from crossdock.cli._console import fail, reaching
from crossdock.cli._options import DatabaseOption, ProjectArgument, network_of

# Where the embedded server keeps its data unless told otherwise.
DATA_DIRECTORY = Path(".crossdock")


def run(
    project: ProjectArgument,
    database: DatabaseOption,
    workers: Annotated[int, typer.Option(min=1, max=64, help="Worker processes; about one per core.")] = 1,
) -> None:
    """Run workers on a database, from any host.

    Example: crossdock run examples/wholesaler --workers 2 --database postgresql://db.example/crossdock
    """
    from crossdock.app import may_start, run_worker

    network = network_of(project)
    with refusing_unknown_versions(), reaching(database):
        asyncio.run(may_start(database))
    if workers == 1:
        with refusing_unknown_versions():
            uvloop.run(run_worker(database, network))
        return
    children = Children()
    for number in range(1, workers + 1):
        arguments = ["run", str(project), "--database", database]
        children.add(f"worker-{number}", arguments, {}, log=None)
    wait_for_signal()
    children.stop()


def api(
    project: ProjectArgument,
    database: DatabaseOption,
    host: Annotated[str, typer.Option(help="Address to listen on.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(help="Port to listen on.")] = 8080,
) -> None:
    """Serve the HTTP interface on a database.

    Example: crossdock api examples/wholesaler --port 8080
    """
    from crossdock.app import may_start, run_api

    network = network_of(project)
    with refusing_unknown_versions(), reaching(database):
        asyncio.run(may_start(database))
    with refusing_unknown_versions():
        uvloop.run(run_api(database, network, host, port))


@contextmanager
def refusing_unknown_versions() -> Iterator[None]:
    """Say in words that this release must not start on this database, and end with 1."""
    from crossdock.engine.cases.versions import VersionsNotCarried

    try:
        yield
    except VersionsNotCarried as refusal:
        fail(f"This release cannot go on with the cases that are open.\n{refusal}", refusal.advice, 1)


def wait_for_signal() -> None:
    """Return when the process is asked to end."""
    stopped = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stopped.set())
    stopped.wait()
