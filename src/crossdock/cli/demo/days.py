"""Running the days: show progress, notice when all is settled."""

from __future__ import annotations

import asyncio
import time

from rich.console import Console
from rich.live import Live
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from crossdock.cli.demo.progress import one_line, picture, waiting_for
from crossdock.cli.demo.world import World
from crossdock.operations.overview import overview, work_left
from crossdock.store import Store
from crossdock.store.pool import TRANSIENT

# At rest means at rest for so long: a webhook may still be on its way.
_QUIET_SECONDS = 2.0
# Where no picture can be drawn, a line is written this often.
_LINE_SECONDS = 15


class NotSettled(Exception):
    """The days are over but something still moves, or never will; the message says what."""


async def run_days(
    world: World,
    console: Console,
    news: list[str],
    *,
    patience_seconds: float,
) -> float:
    """Watch until everything is settled; returns the seconds of technical time from opening to rest.

    Raises `NotSettled` after `patience_seconds`.
    """
    store = await Store.connect(world.database, max_size=2)
    assert world.network is not None
    partners = sorted(world.network.partners)
    bar = Progress(
        TextColumn("orders played"), BarColumn(bar_width=None), MofNCompleteColumn(), TimeElapsedColumn(), expand=True
    )
    played = bar.add_task("orders", total=None)
    quiet_since: float | None = None
    begun = time.monotonic()
    next_line = begun
    try:
        with Live(console=console, refresh_per_second=4, transient=False) as live:
            while True:
                try:
                    last = await overview(store, partners)
                    status = await asyncio.to_thread(world.control, "status")
                    left = await work_left(store)
                except TRANSIENT:
                    # The database is being killed and started again; the next look will do.
                    await asyncio.sleep(0.5)
                    continue
                bar.update(played, total=status["orders_total"] or None, completed=status["orders_placed"])
                live.update(picture(last, left, status, bar, news, world.rate))
                if not console.is_terminal and time.monotonic() >= next_line:
                    console.print(one_line(last, left, status), soft_wrap=True, highlight=False)
                    next_line = time.monotonic() + _LINE_SECONDS
                if not (status["done"] and left.none):
                    quiet_since = None
                elif quiet_since is None:
                    quiet_since = time.monotonic()
                elif time.monotonic() - quiet_since >= _QUIET_SECONDS:
                    return quiet_since - world.started_at
                if time.monotonic() - begun > patience_seconds:
                    raise NotSettled(f"{waiting_for(left, status)}")
                await asyncio.sleep(0.5)
    finally:
        if not console.is_terminal:
            console.print()  # the last picture ends without a line break there
        await store.close()
