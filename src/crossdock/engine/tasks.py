"""Work that one worker at a time does: a row says who, when next, and from where."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from pathlib import Path

import msgspec

from crossdock.store import Connection, load_queries

SQL = load_queries(Path(__file__).with_name("tasks.sql"))


class TaskLost(Exception):
    """Another worker took this task over; nothing of this turn may be kept."""


class Task(msgspec.Struct):
    """A claimed task: `cursor` says from where, `state` is its own memory."""

    name: str
    cursor: str
    state: str


async def ensure_tasks(tx: Connection, names: Sequence[str]) -> None:
    """Make the rows of tasks that do not exist yet."""
    await tx.execute(SQL.ensure, sorted(names))


async def hold_polls(tx: Connection, names: Sequence[str]) -> None:
    """Keep these tasks from running until they are released: what they fetch would come too early."""
    await tx.execute(SQL.hold, sorted(names))


async def release_polls(tx: Connection, names: Sequence[str]) -> None:
    """Let tasks run that were held."""
    await tx.execute(SQL.let_go, sorted(names))


async def claim_tasks(tx: Connection, owner: str, names: Sequence[str], most: int) -> list[Task]:
    """Take due tasks that nobody alive has."""
    return [Task(*row) for row in await tx.fetch(SQL.claim, owner, list(names), most)]


async def keep(tx: Connection, task: Task, owner: str, cursor: str) -> None:
    """Move the cursor's row together with what was fetched; the task's own follows the commit. Raises `TaskLost`."""
    if await tx.fetchval(SQL.keep, task.name, owner, task.cursor, cursor) is None:
        raise TaskLost(task.name)


async def finish(tx: Connection, task: Task, owner: str, pause: dt.timedelta) -> None:
    """Done until `pause` (technical time) is over. Raises `TaskLost`."""
    if await tx.fetchval(SQL.finish, task.name, owner, task.cursor, task.state, pause) is None:
        raise TaskLost(task.name)


async def fail(tx: Connection, task: Task, owner: str, detail: str, pause: dt.timedelta) -> None:
    """It did not work; try again later."""
    await tx.execute(SQL.fail, task.name, owner, detail, pause)
