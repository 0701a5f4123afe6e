"""The demo's report: what the independent checker found, and how much work it was."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table

from crossdock.cli.demo.chaos import Chaos
from crossdock.cli.demo.world import World
from crossdock.operations.overview import exceptions_by_code, movements, overview
from crossdock.store import Store


def check(world: World, baseline: Path | None) -> dict[str, Any]:
    """Run the checker in a process of its own; it reads the systems' books, our API and our commands."""
    out = world.directory / "checker.json"
    out.unlink(missing_ok=True)
    done = subprocess.run(checker_command(world, out, baseline), capture_output=True, text=True, check=False)
    if not out.exists():
        raise RuntimeError(f"the checker failed:\n{done.stdout[-2000:]}\n{done.stderr[-4000:]}")
    verdict: dict[str, Any] = json.loads(out.read_text(encoding="utf-8"))
    return verdict


def checker_command(world: World, out: Path, baseline: Path | None) -> list[str]:
    """How the checker is started over this world, so that it writes its verdict to `out`."""
    command = [
        *(sys.executable, "-m", "crossdock.testing.checker", "--books", str(world.books), "--api", world.api),
        # In one word: one key of 64 begins with a dash and would be read as an option.
        *(f"--key={world.operator_key}", "--json", str(out)),
        *("--cli", f"{sys.executable} -m crossdock.cli.main", "--project", str(world.project)),
    ]
    for name, url in world.warehouses():
        command += ["--wms", f"{name}={url}"]
    return [*command, "--baseline", str(baseline)] if baseline is not None else command


async def report(
    world: World, verdict: dict[str, Any], seconds: float, left: str, chaos: Chaos | None
) -> dict[str, Any]:
    """Everything in one JSON object. `left` is what the days still waited for when patience was at its end."""
    store = await Store.connect(world.database, max_size=2)
    try:
        assert world.network is not None
        now = await overview(store, sorted(world.network.partners))
        codes = await exceptions_by_code(store)
        status = world.control("status")
        figures = {
            **verdict["counts"],
            "exception_cases": {code: count for code, (count, _) in codes.items()},
            "open_exception_cases": {code: still for code, (_, still) in codes.items() if still},
            "dead_letters": now.dead_letters,
            "events": now.events,
            "movements": await movements(store),
            "deliveries": now.deliveries,
            "quarantined": now.quarantined,
            "skipped_rows": status["dataset"]["skipped_rows"],
            "rows_by_rule": status["dataset"]["rules"],
            "settled": not left,
            "left": left,
            "first_order_seconds": await world.first_order_seconds(),
            "seconds": round(seconds, 2),
            "orders_per_second": round(verdict["counts"]["orders"] / seconds, 2),
            "rate": world.rate,
            "seed": world.seed,
            "invariants": verdict["invariants"],
            "checked": verdict["checked"],
            "violations": verdict.get("violations", {}),
            "baseline": verdict.get("baseline", {}),
        }
        for key in ("differences", "situations"):
            if key in verdict:
                figures[key] = verdict[key]
        if chaos is not None:
            injected = {kind: count for kind, count in status["faults"].items() if count}
            figures["faults"] = {**chaos.faults, **injected}
            figures["faults_wanting"] = chaos.wanting()
        return figures
    finally:
        await store.close()


def shortcomings(figures: dict[str, Any]) -> list[str]:
    """Why a run did not end well, in words; nothing if it did."""
    left = [] if figures["settled"] else [f"not settled: still waiting for {figures['left']}"]
    broken = [name for name, holds in figures["invariants"].items() if not holds]
    return [*left, *(f"{name} does not hold" for name in broken), *figures.get("faults_wanting", ())]


def print_summary(console: Console, figures: dict[str, Any]) -> None:
    """The report for people."""
    table = Table(title="What the days brought", show_header=False, box=None, title_justify="left", title_style="bold")
    table.add_column(style="dim")
    table.add_column(justify="right")
    table.add_column()
    for key, value in figures.items():
        if isinstance(value, int | float) and not isinstance(value, bool):
            table.add_row(key.replace("_", " "), f"{value:,}")
    still = figures["open_exception_cases"]
    for code, count in sorted(figures["exception_cases"].items()):
        table.add_row(f"exception cases: {code}", f"{count:,}", f"({still[code]:,} open)" if code in still else "")
    for kind, count in sorted(figures.get("faults", {}).items()):
        table.add_row(f"faults: {kind}", f"{count:,}")
    console.print(table)
    verdicts = Table(title="Invariants", title_justify="left", title_style="bold", box=None)
    for heading in ("invariant", "holds", "facts compared"):
        verdicts.add_column(heading, justify="right" if heading != "invariant" else "left")
    for name, holds in figures["invariants"].items():
        word = "[green]yes[/]" if holds else "[bold red]NO[/]"
        verdicts.add_row(name, word, f"{figures['checked'].get(name, 0):,}")
    console.print(verdicts)
    for name, words in figures["violations"].items():
        for text in words[:5]:
            console.print(f"[red]{name}[/]: {text}", highlight=False)
    if lines := figures.get("differences"):
        console.print(
            f"{len(lines)} order lines went another way than in the undisturbed run (`differences` in the report)"
        )
    for words in shortcomings(figures):
        console.print(f"[bold red]{words}[/]", highlight=False)
