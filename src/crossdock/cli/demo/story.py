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
import time
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, NoReturn

import psutil
import typer
from rich.console import Console

from crossdock.cli.demo.chaos import Chaos
from crossdock.cli.demo.days import NotSettled, run_days
from crossdock.cli.demo.report import check, print_summary, report, shortcomings
from crossdock.cli.demo.world import World, WorldFailed, holds_earlier
from crossdock.cli.run import wait_for_signal

# Lines to be copied are not broken.
_AS_IS: dict[str, Any] = {"highlight": False, "soft_wrap": True}


@dataclass(frozen=True)
class Wanted:
    """What the command line asks for."""

    project: Path
    directory: Path
    data: Path
    orders: int
    rate: float
    seed: int
    workers: int = 2
    port: int = 0
    chaos: bool = False
    baseline: Path | None = None
    stay: bool = False
    report: Path | None = None

    def undisturbed(self) -> Wanted:
        """The same days in a folder of their own, with nothing killed; their report is what a run is compared with."""
        folder = self.directory / "undisturbed"
        return replace(self, directory=folder, port=0, chaos=False, stay=False, report=folder / "report.json")


def play(console: Console, wanted: Wanted) -> dict[str, Any]:
    """Run the whole demo and return its report. Chaos without a report to compare with begins with undisturbed days."""
    # Asked to end, the demo stops what it started.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    begun_at = psutil.Process().create_time()
    if not wanted.chaos or wanted.baseline is not None:
        return _play_once(console, wanted, begun_at)
    if (wanted.directory / "books").exists():
        _give_up(console, holds_earlier(wanted.directory))
    _make(wanted.directory)
    before = wanted.undisturbed()
    console.print("[bold]First the undisturbed days[/], to compare with.")
    figures = _play_once(console, before, begun_at)
    if wrong := shortcomings(figures):
        console.print(f"The undisturbed days did not end well, so the others are not begun: {'; '.join(wrong)}")
        _write(wanted.report, figures)
        return figures
    console.print("[bold]Now the same days with kills and faults.[/]")
    return _play_once(console, replace(wanted, baseline=before.report), time.time())


def _play_once(console: Console, wanted: Wanted, begun_at: float) -> dict[str, Any]:
    """Set up, open, play, settle, check, report; stay if wanted; stop."""
    _make(wanted.directory)
    world = World(
        wanted.project, wanted.directory, wanted.data, wanted.orders, wanted.rate, wanted.seed,
        workers=wanted.workers, port=wanted.port, begun_at=begun_at,
    )  # fmt: skip
    news: list[str] = []
    world.tell = news.append
    faults = Chaos(world, news.append, wanted.seed) if wanted.chaos else None
    if faults is not None:
        world.children.on_death = faults.died
    _announce(console, wanted)
    try:
        _start(console, world)
        seconds, left = _run_days(console, world, news, faults)
        console.print("Reading the books of all systems and checking ...")
        verdict = check(world, wanted.baseline)
        figures = asyncio.run(report(world, verdict, seconds, left, faults))
        _write(wanted.report, figures)
        print_summary(console, figures)
        if wanted.stay:
            _look_around(console, world, figures)
            wait_for_signal()
        return figures
    finally:
        if world.database:  # a directory in use stays another's: nothing of it is stopped
            console.print("[dim]Stopping ...[/]")
        world.stop()


def _announce(console: Console, wanted: Wanted) -> None:
    console.print(
        f"[bold]Crossdock demo[/]: business time runs {wanted.rate:,.0f} times as fast as ours "
        f"(a day in {86400 / wanted.rate:.0f} s).\nData, logs and books: {wanted.directory}",
        soft_wrap=True,
    )


def _start(console: Console, world: World) -> None:
    try:
        world.start()
    except WorldFailed as failure:
        _give_up(console, str(failure))
    console.print(f"HTTP interface: {world.api}/schema   API key: {world.operator_key}", **_AS_IS)
    console.print("To look around in another terminal, also while the days go by:", **_AS_IS)
    _lines_to_set(console, world)


def _give_up(console: Console, words: str) -> NoReturn:
    console.print(f"[red]{words}[/]", soft_wrap=True)
    raise typer.Exit(1)


def _run_days(console: Console, world: World, news: list[str], faults: Chaos | None) -> tuple[float, str]:
    """Seconds of technical time from opening to rest, or to the end of patience; and what was left then."""
    assert world.days is not None
    assert world.network is not None
    patience = world.days.patience_seconds(world.network, world.rate)
    if faults is not None:
        faults.start()
    try:
        seconds = asyncio.run(run_days(world, console, news, patience_seconds=patience))
    except NotSettled as unsettled:
        seconds = time.monotonic() - world.started_at
        console.print(f"[bold red]Not settled after {seconds:,.0f} s[/]: still waiting for {unsettled}")
        return seconds, str(unsettled)
    finally:
        if faults is not None:
            faults.stop()
    console.print("Settled.")
    return seconds, ""


def _write(path: Path | None, figures: dict[str, Any]) -> None:
    if path is not None:
        path.write_text(json.dumps(figures, indent=2, default=str) + "\n", encoding="utf-8")


def _make(directory: Path) -> None:
    """The embedded server runs as another user when we are root; it must be able to reach its data."""
    directory.mkdir(parents=True, exist_ok=True)
    if os.geteuid() == 0:
        directory.chmod(directory.stat().st_mode | stat.S_IXGRP | stat.S_IXOTH)


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


__all__ = ["Wanted", "play"]
