"""One short run of the distributor's days, with planted bugs or without, judged by the checker.

`python -m tests.faults.planted BUGS OUT.json` runs in a process of its own, so that two can run beside each other.
Several bugs are separated by commas; with `-` nothing is planted.
"""

from __future__ import annotations

import asyncio
import json
import os
import signal
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from unittest import mock

from rich.console import Console

from crossdock.cli.demo import world as demo_world
from crossdock.cli.demo.days import NotSettled, run_days
from crossdock.cli.demo.report import check
from crossdock.cli.demo.world import World

ROOT = Path(__file__).parents[2]
PLANTS = Path(__file__).parent / "plants"
ORDERS, RATE, SEED = 12, 17280.0, 7
# Retries are needed for some bugs to show.
FAULTS = {"error_5xx": 0.05, "lost_reply": 0.08, "latency_ms": 30}
NOTHING = "-"
# A run takes a good minute on an idle machine.
PATIENCE_SECONDS = 240.0


@contextmanager
def planted(bugs: str) -> Iterator[None]:
    """Children of Crossdock run with the bugs; the simulated systems, the commands and the checker do not."""
    start = demo_world.start_children
    env = {"PLANTED_BUGS": bugs, "PYTHONPATH": f"{PLANTS}:{ROOT / 'src'}"}

    def start_with_bug(*arguments: Any) -> Any:
        with mock.patch.dict(os.environ, env):
            return start(*arguments)

    with mock.patch.object(demo_world, "start_children", start_with_bug):
        yield


def run() -> dict[str, Any]:
    """The checker's verdict over a short run; also whether it `settled`, and what each process was `planted`
    with."""
    begun = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="crossdock-planted-") as folder:
        directory = Path(folder)
        directory.chmod(0o755)
        project = ROOT / "examples" / "wholesaler"
        world = World(project, directory / "run", project / "data", ORDERS, RATE, SEED)
        (directory / "run").mkdir(mode=0o755)
        with (directory / "console.txt").open("w") as out:
            try:
                world.start()
                world.control("faults", FAULTS)
                settled = _play(world, Console(file=out))
                world.control("faults", {})
                at = world.control("status")["at"]
                bugs = _planted_in(directory / "run" / "logs")
                verdict = {**check(world, None), "settled": settled, "planted": bugs, "business_time": at}
            finally:
                world.stop()
    return {**verdict, "seconds": round(time.monotonic() - begun, 1)}


def _play(world: World, console: Console) -> bool:
    try:
        asyncio.run(run_days(world, console, [], patience_seconds=PATIENCE_SECONDS))
    except NotSettled:
        return False
    return True


def _planted_in(logs: Path) -> Mapping[str, list[str]]:
    """What each process said it was planted with when it was started."""
    marked = {log.stem: log.read_text(encoding="utf-8", errors="replace") for log in sorted(logs.glob("*.log"))}
    return {
        name: sorted({line.removeprefix("planted: ") for line in text.splitlines() if line.startswith("planted: ")})
        for name, text in marked.items()
    }


def main(bugs: str, out: str) -> None:
    """Run and write the verdict."""
    # Asked to end, it stops what it started.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    os.environ["PYTHONPATH"] = str(ROOT / "src")
    if bugs == NOTHING:
        verdict = run()
    else:
        with planted(bugs):
            verdict = run()
    Path(out).write_text(json.dumps(verdict, indent=1), encoding="utf-8")


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2])
