"""`crossdock doctor`: how the installation is, and what to do."""

from __future__ import annotations

import asyncio
import os
from pathlib import Path
from typing import Annotated

import asyncpg
import typer
from rich.console import Console

from crossdock.cli._console import AsJson, console, plain, print_json, redacted, why_not
from crossdock.operations.doctor import Check, examine
from crossdock.operations.overview import WorkLeft, work_left
from crossdock.store import Store
from crossdock.store.pool import TRANSIENT, UnusableUrl

_STYLES = {"ok": "green", "warning": "yellow", "fault": "red"}
# Settings that may be shown; of all others only whether they are set.
_SHOWN = ("CROSSDOCK_PROJECT", "CROSSDOCK_CRASH_AT")
# What a server that does not start says in its log, and what it means.
_LOG_SIGNS = {
    "No space left on device": (
        "disk full",
        "Make room on the disk of the data directory, then start again; nothing accepted is lost.",
    ),
    "pre-existing shared memory block": (
        "shared memory block in use",
        "A process of a killed server is still alive: `crossdock up` ends it when it owns the data directory.",
    ),
    "could not resize shared memory": (
        "shared memory full",
        "Give the server more shared memory (/dev/shm), or lower shared_buffers.",
    ),
}


def doctor(
    database: Annotated[
        str, typer.Option("--database", envvar="CROSSDOCK_DATABASE_URL", help="URL of the database.")
    ] = "",
    directory: Annotated[
        Path, typer.Option(help="Data of the embedded server, whose log is read when it does not answer.")
    ] = Path(".crossdock"),
    as_json: AsJson = False,
) -> None:
    """Look at everything that can be wrong: database, disk, workers, systems, dead letters, and say what to do.

    Exit code 1 if something is at fault.

    Example: crossdock doctor --json
    """
    settings = _settings(database)
    checks, left = _checks(database, directory)
    if as_json:
        print_json({"checks": checks, "settings": settings, "work_left": left})
    else:
        _print(console(), checks, settings)
    if any(check.status == "fault" for check in checks):
        raise typer.Exit(1)


def _checks(database: str, directory: Path) -> tuple[list[Check], WorkLeft | None]:
    if not database:
        return [Check("database", "fault", "no URL is given", "Set CROSSDOCK_DATABASE_URL, or use --database.")], None
    try:
        return asyncio.run(_examine(database))
    except (*TRANSIENT, asyncpg.PostgresError, UnusableUrl) as error:
        detail, advice = _why(why_not(error), directory)
        return [Check("database", "fault", detail, advice)], None


async def _examine(database: str) -> tuple[list[Check], WorkLeft | None]:
    store = await Store.connect(database, max_size=1)
    try:
        async with store.transaction(readonly=True) as tx:
            checks = await examine(tx)
        prepared = all(check.name != "schema" or check.status == "ok" for check in checks)
        return checks, await work_left(store) if prepared else None
    finally:
        await store.close()


def _why(error: str, directory: Path) -> tuple[str, str]:
    """The database cannot be used: what the error, or the end of the embedded server's log, says of the cause."""
    log = directory / "data" / "log"
    try:
        text = error + log.read_bytes()[-16_384:].decode(errors="replace")
    except OSError:
        text = error
    for sign, (state, advice) in _LOG_SIGNS.items():
        if sign in text:
            return f"{state}: {error}", advice
    return f"cannot be used: {error}", "Is it running (`crossdock up` starts the embedded one)? Is the URL right?"


def _settings(database: str) -> dict[str, str]:
    shown = {"CROSSDOCK_DATABASE_URL": redacted(database) if database else ""}
    for name, value in sorted(os.environ.items()):
        if name.startswith("CROSSDOCK_") and name not in shown:
            shown[name] = value if name in _SHOWN else "(set)"
    return shown


def _print(out: Console, checks: list[Check], settings: dict[str, str]) -> None:
    for check in checks:
        line = plain(f"{check.status:<8}", _STYLES[check.status])
        line.append(plain(f"{check.name}: {check.detail}"))
        out.print(line, soft_wrap=True)
        if check.advice:
            out.print(plain(f"        {check.advice}", "dim"), soft_wrap=True)
    out.print()
    for name, value in settings.items():
        out.print(plain(f"{name}={value}", "dim"), soft_wrap=True)
