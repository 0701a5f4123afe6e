"""`crossdock up`: everything on one machine, with the embedded PostgreSQL unless a database is given."""

from __future__ import annotations

import asyncio
import os
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from crossdock.cli._children import Child, Children
from crossdock.cli._console import reaching
from crossdock.cli._database import Keeper
from crossdock.cli._options import ProjectArgument, network_of, port_of
from crossdock.cli.run import DATA_DIRECTORY, refusing_unknown_versions, wait_for_signal


def up(
    project: ProjectArgument,
    database: Annotated[
        str, typer.Option(envvar="CROSSDOCK_DATABASE_URL", help="PostgreSQL 18; empty: the embedded one.")
    ] = "",
    directory: Annotated[Path, typer.Option(help="Data of the embedded server, and logs.")] = DATA_DIRECTORY,
    workers: Annotated[int, typer.Option(min=1, max=64, help="Worker processes.")] = 2,
    host: Annotated[str, typer.Option(help="Address of the HTTP interface.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(min=1, max=65535, help="Port of the HTTP interface.")] = 8080,
) -> None:
    """Start the database, the HTTP interface and workers, and keep them running until Ctrl-C.

    Example: crossdock up examples/wholesaler --workers 2
    """
    from crossdock.app import must_answer, prepare
    from crossdock.store.embedded import DirectoryInUse, EmbeddedServer

    console = Console()
    network = network_of(project)
    port_of(host, port)
    server = keeper = None
    try:
        if not database:
            server = EmbeddedServer(directory)
            database = server.start()
            keeper = Keeper(server, lambda text: console.print(f"[yellow]{text}"))
    except DirectoryInUse as taken:
        raise typer.BadParameter(str(taken), param_hint="--directory") from None
    children = Children(on_death=lambda child: console.print(f"[yellow]{child.name} died and is started again"))
    try:
        with reaching(database):
            asyncio.run(must_answer(database))
        with refusing_unknown_versions():
            asyncio.run(prepare(database, network))
        start_children(children, project, database, directory, workers, host, port)
        console.print(f"Crossdock runs [bold]{network.name}[/] with {workers} workers.")
        console.print(f"HTTP interface and its documentation: http://{host}:{port}/schema")
        console.print(f"Database: {database}")
        console.print(f"Logs: {directory.resolve()}   Stop with Ctrl-C.")
        wait_for_signal()
    finally:
        children.stop()
        if keeper is not None:
            keeper.stop()
        if server is not None:
            server.stop()


def start_children(
    children: Children, project: Path, database: str, directory: Path, workers: int, host: str, port: int
) -> list[Child]:
    """Start one API process and `workers` workers; they say what they do in logs under `directory`."""
    directory.mkdir(parents=True, exist_ok=True)
    env = {"CROSSDOCK_DATABASE_URL": database, "CROSSDOCK_CRASH_AT": os.environ.get("CROSSDOCK_CRASH_AT", "")}
    arguments = ["api", str(project), "--host", host, "--port", str(port)]
    started = [children.add("api", arguments, env, log=directory / "api.log")]
    for number in range(1, workers + 1):
        name = f"worker-{number}"
        started.append(children.add(name, ["run", str(project)], env, log=directory / f"{name}.log"))
    return started
