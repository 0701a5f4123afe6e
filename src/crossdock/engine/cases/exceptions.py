"""Exception cases: opened and closed set-wise, at most one open per case, code and key."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from crossdock.engine.writes import ExceptionChange
from crossdock.events.envelope import NewEvent
from crossdock.events.intake import ExceptionCaseClosed, ExceptionCaseOpened
from crossdock.log import uuid7
from crossdock.log.append import follow
from crossdock.store import Connection, load_queries
from crossdock.store.arrays import literals

SQL = load_queries(Path(__file__).with_name("cases.sql"))
Key = tuple[str, str, str]


async def change_exceptions(tx: Connection, changes: Sequence[ExceptionChange]) -> list[NewEvent]:
    """Write the changes of a batch and return the events that tell of them.

    Of one key only the ends of its changes matter: a close that comes first ends what was open before the batch, the
    last open says how it stands, a close after it ends it at once.
    """
    by_key: dict[Key, list[ExceptionChange]] = {}
    for change in changes:
        by_key.setdefault((change.case_id, change.code, change.key), []).append(change)
    ordered = [by_key[key] for key in sorted(by_key)]
    before = [group[0] for group in ordered if not group[0].opens]
    opened = [last for group in ordered if (last := _last_open(group)) is not None]
    after = [group[-1] for group in ordered if not group[-1].opens and any(change.opens for change in group)]
    return [*await _close(tx, before), *await _open(tx, opened), *await _close(tx, after)]


def _last_open(group: Sequence[ExceptionChange]) -> ExceptionChange | None:
    return next((change for change in reversed(group) if change.opens), None)


async def _close(tx: Connection, changes: Sequence[ExceptionChange]) -> list[NewEvent]:
    if not changes:
        return []
    rows = [(c.case_id, c.code, c.key, c.text, c.at) for c in changes]
    closed = await tx.fetch(SQL.close_exceptions, *literals(rows))
    cause = {(c.case_id, c.code, c.key): c.cause for c in changes}
    return [
        follow(
            cause[row["case_id"], row["code"], row["key"]],
            ExceptionCaseClosed(exception_id=row["id"], code=row["code"], resolution=row["resolution"]),
            row["case_id"],
        )
        for row in closed
    ]


async def _open(tx: Connection, changes: Sequence[ExceptionChange]) -> list[NewEvent]:
    if not changes:
        return []
    rows = [
        (uuid7(), c.case_id, c.company_id, c.code, c.key, c.text, c.owner, c.money_at_risk, c.currency, c.expected_on,
         c.reference, c.at, "\x1f".join(c.lines))
        for c in changes
    ]  # fmt: skip
    written = await tx.fetch(SQL.open_exceptions, *literals(rows))
    by_key = {(c.case_id, c.code, c.key): c for c in changes}
    events = []
    for row in written:
        if row["fresh"]:
            change = by_key[row["case_id"], row["code"], row["key"]]
            body = ExceptionCaseOpened(exception_id=row["id"], code=change.code, detail=change.text, lines=change.lines)
            events.append(follow(change.cause, body, change.case_id))
    return events
