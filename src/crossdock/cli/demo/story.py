"""The order of the demo: set up, open, play, settle, check, report, and stay to look around."""

from __future__ import annotations

import asyncio
import json
import os
import shlex
import shutil
import signal
import stat
import sys
from pathlib import Path
from typing import Any

import typer
from rich.console import Console

from crossdock.cli.demo.chaos import Chaos
from crossdock.cli.demo.days import NotSettled, run_days
from crossdock.cli.demo.report import check, print_summary, report
from crossdock.cli.demo.world import World, WorldFailed
from crossdock.cli.run import wait_for_signal

# Lines to be copied are not broken.
_AS_IS: dict[str, Any] = {"highlight": False, "soft_wrap": True}


def play(
    *,
    console: Console,
    project: Path,
    directory: Path,
    data: Path,
    orders: int,
    rate: float,
    seed: int,
    workers: int,
    port: int,
    chaos: bool,
    baseline: Path | None,
    stay: bool,
    report: Path | None,
) -> dict[str, Any]:
    """Run the whole demo and return its report."""
    directory.mkdir(parents=True, exist_ok=True)
    _let_others_enter(directory)
    world = World(project, directory, data, orders, rate, seed, workers=workers, port=port)
    news: list[str] = []
    tell = world.tell = news.append
    faults = Chaos(world, tell, seed) if chaos else None
    if faults is not None:
        world.children.on_death = faults.died
    # Asked to end, the demo stops what it started.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    console.print(
        f"[bold]Crossdock demo[/]: business time runs {rate:,.0f} times as fast as ours "
        f"(a day in {86400 / rate:.0f} s).\nData, logs and books: {directory}",
        soft_wrap=True,
    )
    try:
        try:
            world.start()
        except WorldFailed as failure:
            console.print(f"[red]{failure}[/]", soft_wrap=True)
            raise typer.Exit(1) from None
        console.print(f"HTTP interface: {world.api}/schema   API key: {world.operator_key}", **_AS_IS)
        console.print("To look around in another terminal, also while the days go by:", **_AS_IS)
        _lines_to_set(console, world)
        # The trading days of the example are three; kills fall into the first four.
        if faults is not None:
            faults.start(4 * 86400 / rate)
        try:
            seconds = asyncio.run(run_days(world, console, news, patience_seconds=240 + 20 * 86400 / rate))
        except NotSettled as unsettled:
            console.print(f"[bold red]{unsettled}[/]")
            seconds = 0.001
        else:
            console.print("Settled.")
        finally:
            if faults is not None:
                faults.stop()
        console.print("Reading the books of all systems and checking ...")
        figures = asyncio.run(_report(world, baseline, seconds, dict(faults.faults) if faults else {}))
        if report is not None:
            report.write_text(json.dumps(figures, indent=2, default=str) + "\n", encoding="utf-8")
        print_summary(console, figures)
        if stay:
            _look_around(console, world, figures)
            wait_for_signal()
        return figures
    finally:
        console.print("[dim]Stopping ...[/]")
        world.stop()


async def _report(world: World, baseline: Path | None, seconds: float, faults: dict[str, int]) -> dict[str, Any]:
    verdict = await asyncio.to_thread(check, world, baseline)
    return await report(world, verdict, seconds, faults)


def _look_around(console: Console, world: World, figures: dict[str, Any]) -> None:
    still = sorted(figures["open_exception_cases"].items(), key=lambda entry: -entry[1])
    console.print("\n[bold]Look around[/] (Ctrl-C stops everything)")
    console.print(
        f"  HTTP interface   {world.api}/schema (OpenAPI); how to call it: docs/howto/call-the-api.md", **_AS_IS
    )
    console.print(f"  API key          {world.operator_key}", **_AS_IS)
    console.print("In another terminal:")
    _lines_to_set(console, world)
    console.print("  crossdock exception list", **_AS_IS)
    if still:
        code, count = still[0]
        console.print(f"  crossdock exception list --code {code}     # {count} open", **_AS_IS)
    console.print("  crossdock trace 536365          # the first order, across all systems", **_AS_IS)
    console.print("  crossdock trace 4500001         # a purchase order", **_AS_IS)
    console.print("  crossdock stock show 85123A     # an item and the movements behind its numbers", **_AS_IS)


def _lines_to_set(console: Console, world: World) -> None:
    if shutil.which("crossdock") is None:
        console.print(f"  export PATH={shlex.quote(str(Path(sys.executable).parent))}:$PATH", **_AS_IS)
    console.print(f"  export CROSSDOCK_DATABASE_URL='{world.database}'", **_AS_IS)


def _let_others_enter(directory: Path) -> None:
    """The embedded server runs as another user when we are root; it must be able to reach its data."""
    if os.geteuid() == 0:
        directory.chmod(directory.stat().st_mode | stat.S_IXGRP | stat.S_IXOTH)


__all__ = ["play"]
