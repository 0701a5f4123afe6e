"""What channels show: read back, compared with what they were told, and put right by telling them again.

A channel may lose what it was told, or show an older number after a newer one, and answer as if all were well. A sample
of what it was told is read again at each turn: those that were wrong and are told again, and of all others those
longest not looked at; so everything is looked at within `100 / read_back_percent` turns, as long as that is no more
than `_MOST` items at once. What differs is told again with a newer version, and an exception case says why, until the
channel shows what it should. While a publication is on its way nobody knows what should be shown, and nothing is read.
"""

from __future__ import annotations

import asyncio
import datetime as dt
from collections.abc import Mapping, Sequence
from decimal import Decimal

import asyncpg
import structlog

from crossdock.engine.cases.exceptions import change_exceptions
from crossdock.engine.channel_drift import note_drifts
from crossdock.engine.channel_mismatch import INACTIVE, PATIENCE, SOLD, Seen, judge
from crossdock.engine.channel_numbers import SQL, rule_of
from crossdock.engine.channel_orders import known_sold
from crossdock.engine.clock import business_now
from crossdock.engine.context import EngineContext, Publication
from crossdock.engine.deliveries.queue import key_of
from crossdock.engine.tasks import Task, fail, finish
from crossdock.engine.writes import ExceptionChange
from crossdock.events.envelope import Envelope
from crossdock.log import append, uuid7
from crossdock.model.quantity import ZERO
from crossdock.ports.connector import ComparesAndSets, ConnectorUnavailable, ShownLevel, ShowsLevels
from crossdock.store import Connection
from crossdock.store.text import storable

log = structlog.get_logger()
CODE = "channel_mismatch"
LONGEST_SECONDS = 30.0
"""So long a channel may take to say what it shows of one sample (technical time)."""
_MOST = 500
_LEAST_PAUSE = dt.timedelta(seconds=5)
_OFTEN = 10
"""A channel that is told within seconds is read back ten times more slowly than it is told."""
_NOT_ASKED = dt.timedelta(hours=1)
_NOT_TOLD_AGAIN = (SOLD, INACTIVE)
"""What telling again does not mend. It is looked at as often as what is right: were it looked at first, many listings
that stay inactive would keep all others from being looked at."""
Levels = dict[str, ShownLevel]


def task_name(publication: Publication) -> str:
    """The task row of reading back."""
    return f"read-back/{publication.company_id}/{publication.channel}"


class RefusedUnread(ConnectorUnavailable):
    """A channel did not take these items, and cannot be asked now what it shows instead."""

    def __init__(self, items: Sequence[str], detail: str) -> None:
        super().__init__(detail)
        self.items = items


async def refused(context: EngineContext, publication: Publication, number: str) -> Levels | None:
    """What the channel shows of the items of a publication that it did not take, since it showed another version than
    we believed; None if there is nothing to know. Raises `RefusedUnread`."""
    connector = context.connectors.get(publication.system)
    if not number or not isinstance(connector, ComparesAndSets) or not isinstance(connector, ShowsLevels):
        return None
    key = key_of(publication.company_id, "availability", number)
    async with context.store.transaction(readonly=True) as tx:
        row = await tx.fetchrow(SQL.reply, publication.system, key)
    items = connector.conflicts(row["reply"]) if row is not None and row["status"] == "delivered" else ()
    if not items:
        return None
    try:
        found = {level.item: level for level in await _ask(connector, publication.company_id, items)}
    except ConnectorUnavailable as trouble:
        raise RefusedUnread(items, str(trouble)) from trouble
    return {item: found.get(item, ShownLevel(item, ZERO)) for item in items}


async def _ask(connector: ShowsLevels, company_id: str, items: Sequence[str]) -> Sequence[ShownLevel]:
    """What is shown, or `ConnectorUnavailable` once it has taken too long: a slow channel keeps only itself waiting."""
    try:
        async with asyncio.timeout(LONGEST_SECONDS):
            return await connector.levels(company_id, items)
    except TimeoutError:
        raise ConnectorUnavailable(f"it did not say what it shows within {LONGEST_SECONDS:g} s") from None


async def take_refused(
    tx: Connection, publication: Publication, levels: Mapping[str, ShownLevel | None] | None, now: dt.datetime
) -> None:
    """They count as not told, and what is shown is known, except where the channel could not be asked: the next turn
    decides and writes anew."""
    if not levels:
        return
    seen = [Seen(item, ZERO, 0, level, "", 0) for item, level in sorted(levels.items()) if level is not None]
    await _keep(tx, publication, seen, now)
    await tx.execute(SQL.forget, publication.company_id, publication.channel, sorted(levels))


async def run_read_back(context: EngineContext, owner: str, publication: Publication, task: Task) -> int:
    """Look at the next sample; returns how many items do not show what they should. A channel that does not answer is
    asked ever less often, and one whose deliveries are paused, halted or failing not at all."""
    connector = context.connectors.get(publication.system)
    if not isinstance(connector, ShowsLevels):
        async with context.store.transaction() as tx:
            await finish(tx, task, owner, _NOT_ASKED)
        return 0
    async with context.store.transaction(readonly=True) as tx:
        now = await business_now(tx)
        rule = rule_of(publication, now)
        closed = await tx.fetchval(SQL.not_asked, publication.system)
        told = [] if closed else await _sample(tx, publication, connector, rule.read_back_percent)
    wrong = 0
    try:
        wrong = await look(context, publication, connector, told) if told else 0
    except ConnectorUnavailable as trouble:
        log.warning("channel_not_read", channel=publication.channel, error=str(trouble))
        async with context.store.transaction() as tx:
            await fail(tx, task, owner, storable(str(trouble)), _LEAST_PAUSE)
        return 0
    async with context.store.transaction() as tx:
        slow = dt.timedelta(seconds=float(rule.every_seconds) * _OFTEN)
        await finish(tx, task, owner, max(slow, _LEAST_PAUSE))
    return wrong


async def _sample(
    tx: Connection, publication: Publication, connector: ShowsLevels, percent: Decimal
) -> list[asyncpg.Record]:
    if not percent:
        return []
    doubtful = await _doubtful(tx, publication, connector)
    rows = await tx.fetch(SQL.to_read, *_of(publication), _MOST, percent, ["", *_NOT_TOLD_AGAIN], *doubtful)
    # Once more, before the channel is asked: a publication made meanwhile may be delivered while the channel answers.
    number, refused_items = await _doubtful(tx, publication, connector)
    return [row for row in rows if row["told_in"] != number and row["item"] not in refused_items]


async def _doubtful(tx: Connection, publication: Publication, connector: ShowsLevels) -> tuple[str, list[str]]:
    """The publication that is on its way or was given up, if there is one, and the items that the channel refused of
    the last one: as long as nobody has looked at its answer they seem to have been told."""
    number = await tx.fetchval(SQL.unanswered, *_of(publication))
    if not number:
        return "", []
    key = key_of(publication.company_id, "availability", number)
    row = await tx.fetchrow(SQL.reply, publication.system, key)
    if row is None or row["status"] != "delivered":
        return number, []
    return "", list(connector.conflicts(row["reply"])) if isinstance(connector, ComparesAndSets) else []


async def look(
    context: EngineContext, publication: Publication, connector: ShowsLevels, told: Sequence[asyncpg.Record]
) -> int:
    """Read some items back, judge them, and have those told again that are wrong. Those that are told another number
    meanwhile are not judged. Raises `ConnectorUnavailable`."""
    shown = await _ask(connector, publication.company_id, [row["item"] for row in told])
    levels = {level.item: level for level in shown}
    async with context.store.transaction() as tx:
        now, names = await business_now(tx), [row["item"] for row in told]
        doubtful = await _doubtful(tx, publication, connector)
        rows = await tx.fetch(SQL.still_told, *_of(publication), names, *doubtful)
        still = {row["item"]: row["version"] for row in rows}
        told = [row for row in told if still.get(row["item"]) == row["version"]]
        known = await known_sold(tx, publication, told, levels)
        seen = [judge(row, levels.get(row["item"]), known.get(row["item"], ZERO)) for row in told]
        await _keep(tx, publication, seen, now)
        again = sorted(one.item for one in seen if one.cause and one.cause not in _NOT_TOLD_AGAIN)
        await tx.execute(SQL.forget, *_of(publication), again)
        await note_drifts(tx, context, publication, seen, now)
        await append(tx, await change_exceptions(tx, [_exception(publication, one, now) for one in seen]))
    return sum(1 for one in seen if one.cause)


async def _keep(tx: Connection, publication: Publication, seen: Sequence[Seen], now: dt.datetime) -> None:
    if not seen:
        return
    rows = [
        (one.item, one.level and one.level.quantity, one.level and one.level.version,
         one.level is None or one.level.active, one.level and one.level.sold, one.cause, one.tries)
        for one in sorted(seen, key=lambda one: one.item)
    ]  # fmt: skip
    await tx.execute(SQL.put_levels, *_of(publication), now, *[list(column) for column in zip(*rows, strict=True)])


def _exception(publication: Publication, seen: Seen, now: dt.datetime) -> ExceptionChange:
    case_id, identifier = _case_of(publication), uuid7()
    company = publication.company_id
    cause = Envelope(
        0, 0, 0, identifier, "ChannelRead", 1, case_id, case_id, company, publication.system, None, "engine", "", now,
        "instant", "UTC", now, identifier, None, "", 0, "", "",
    )  # fmt: skip
    words = _words(seen) if seen.is_problem else f"{publication.channel} shows what it should"
    return ExceptionChange(case_id, company, CODE, seen.item, seen.is_problem, words, now, cause)


def _words(seen: Seen) -> str:
    shows = "nothing" if seen.level is None else f"{seen.level.quantity:f} (version {seen.level.version})"
    again = f"; told again {seen.tries} times, which does not help" if seen.tries > PATIENCE else ""
    helps = "" if seen.cause in _NOT_TOLD_AGAIN else again or "; it is told again"
    return f"{seen.item}: {seen.cause}: told {seen.told:f} (version {seen.version}), shows {shows}{helps}"


def _of(publication: Publication) -> tuple[str, str]:
    return publication.company_id, publication.channel


def _case_of(publication: Publication) -> str:
    return f"publication/{publication.company_id}/{publication.channel}"
