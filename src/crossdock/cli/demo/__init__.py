"""`crossdock demo`: a wholesale distributor's days on real orders, with everything real but the systems around it."""

from __future__ import annotations

import json
import shutil
import tempfile
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from crossdock.cli._options import port_of

_EXAMPLE = Path("examples/wholesaler")


def demo(
    once: Annotated[
        bool, typer.Option("--once", help="End when everything is settled; exit 1 unless it does and all holds.")
    ] = False,
    orders: Annotated[int, typer.Option(min=0, help="The first so many orders by time; 0: all there are.")] = 0,
    rate: Annotated[float, typer.Option(min=1, help="Business seconds per second.")] = 2880.0,
    chaos: Annotated[
        bool, typer.Option("--chaos", help="Then the same days again with kills and faults, compared with the first.")
    ] = False,
    report: Annotated[Path | None, typer.Option(help="Write the report as JSON here.")] = None,
    baseline: Annotated[
        Path | None,
        typer.Option(exists=True, help="Compare with this report; --chaos then runs no undisturbed days first."),
    ] = None,
    data: Annotated[
        Path | None, typer.Option(exists=True, help="Folder of day files; the example's own if not given.")
    ] = None,
    project: Annotated[Path, typer.Option(exists=True, help="The network project.")] = _EXAMPLE,
    directory: Annotated[Path | None, typer.Option(help="Keep database, books and logs in this new folder.")] = None,
    workers: Annotated[int, typer.Option(min=1, max=16, help="Worker processes.")] = 2,
    port: Annotated[int, typer.Option(min=0, max=65535, help="Port of the HTTP interface; 0: a free one.")] = 0,
    seed: Annotated[int, typer.Option(help="Decides who is late, short or wrong.")] = 7,
    json_out: Annotated[bool, typer.Option("--json", help="Print the report as JSON instead of tables.")] = False,
) -> None:
    """Run a wholesale distributor's days on real orders.

    Starts an embedded PostgreSQL, the HTTP interface, workers and a simulated world (ERP, warehouses, suppliers over
    X12 and SFTP, carrier, shop, marketplace, EDI customer), and plays the orders of real trading days at a faster
    business clock. Without --once it stays up afterwards, to look around.

    Example: crossdock demo --once --orders 300 --report out.json
    """
    from crossdock.cli.demo.report import shortcomings
    from crossdock.cli.demo.story import Wanted, play

    port_of("127.0.0.1", port)
    if report is not None and (report.is_dir() or not report.parent.is_dir()):
        # Said now, not when the days are over.
        raise typer.BadParameter(f"{report} is no file in a folder that there is", param_hint="--report")
    temporary = directory is None
    folder = directory or Path(tempfile.mkdtemp(prefix="crossdock-demo-"))
    console = Console(stderr=json_out)
    sound = False
    try:
        wanted = Wanted(
            project=project, directory=folder, data=data or project / "data", orders=orders, rate=rate,
            seed=seed, workers=workers, port=port, chaos=chaos, baseline=baseline, stay=not once, report=report,
        )  # fmt: skip
        figures = play(console, wanted)
        sound = not shortcomings(figures)
    finally:
        if temporary and sound:
            shutil.rmtree(folder, ignore_errors=True)
        elif temporary:
            console.print(f"Data, logs and books are kept: {folder}", highlight=False, soft_wrap=True)
    if json_out:
        typer.echo(json.dumps(figures, indent=2))
    if not sound:
        raise typer.Exit(1)


__all__ = ["demo"]
