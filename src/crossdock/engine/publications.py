"""Publications: channels are told what may be promised, coalesced, newest only, as soon as their rule says.

Never more than one publication per channel is on its way, and it is made from the numbers of its moment: an older
number cannot cost a call, let alone overwrite a newer one. One that was given up keeps the next from being made until
a person has decided; if it is skipped, what it said counts as not told.

What did not move is not looked at: items are found by the movements of the transactions since the last turn, below the
horizon that no running transaction can still come under, and kits by what they are made of. Now and then, when a rule,
place or kit changes, and when a day begins, everything is compared. Where more has changed than goes into one
publication, half of it goes round all items, so that none waits for ever, and half is for numbers that have fallen.
"""

from __future__ import annotations

import datetime as dt
from bisect import bisect_right
from collections.abc import Collection, Mapping, Sequence

import msgspec
import structlog

from crossdock.engine.channel_levels import RefusedUnread, refused, take_refused
from crossdock.engine.channel_numbers import SQL, Kits, Number, kits_of, numbers, rule_of
from crossdock.engine.clock import business_now
from crossdock.engine.context import EngineContext, Publication
from crossdock.engine.deliveries.queue import enqueue
from crossdock.engine.tasks import Task, finish
from crossdock.engine.writes import PendingSend, Writes
from crossdock.events.envelope import Envelope
from crossdock.log import uuid7, write_links
from crossdock.model.publication import AvailabilityPublication, AvailableItem
from crossdock.model.quantity import ZERO
from crossdock.model.stock_policy import PublicationRule
from crossdock.ports.connector import ComparesAndSets, ShownLevel
from crossdock.processes._kit import Send
from crossdock.project.calendars import local_date
from crossdock.project.versions import version_in_force
from crossdock.store import Connection

log = structlog.get_logger()
MOST = 500
_PAUSE = dt.timedelta(milliseconds=500)
_COMPARE_ALL_AFTER = dt.timedelta(minutes=10)
_PATIENCE = 5
"""So often a channel that refused a number is asked what it shows before the number is written anew all the same."""
_LONGEST_PAUSE = dt.timedelta(seconds=15)


class Told(msgspec.Struct, omit_defaults=True):
    """How far a channel was told."""

    upto: int = 0
    """Every movement of a transaction below was looked at."""
    terms: str = ""
    """Places, rules, kits and the day of the last comparison of everything."""
    compared_at: dt.datetime | None = None
    """Technical time of it."""
    due_at: dt.datetime | None = None
    """Business time of the next publication, where the channel is not told at once."""
    number: str = ""
    """The publication whose answer was not looked at yet."""
    unread: int = 0
    """So often in a row the channel could not be asked what it shows instead of what it refused."""
    after: str = ""
    """The item up to which the round over all items has come, where not all that changed could be told at once."""


class _Turn(msgspec.Struct):
    """What one turn found: `whole` if it is all that there was."""

    items: list[AvailableItem]
    numbers: dict[str, Number]
    whole: bool = True
    after: str = ""


def task_name(publication: Publication) -> str:
    """The task row of a publication."""
    return f"publish/{publication.company_id}/{publication.channel}"


def case_of(publication: Publication) -> str:
    """The subject of everything that is told to a channel, and of its problems."""
    return f"publication/{publication.company_id}/{publication.channel}"


async def run_publication(context: EngineContext, owner: str, publication: Publication, task: Task) -> int:
    """Send what changed since the channel was told last, by the network in force, at most `MOST` items; returns how
    many."""
    state = msgspec.json.decode(task.state, type=Told) if task.state else Told()
    levels: Mapping[str, ShownLevel | None] | None
    try:
        levels = await refused(context, publication, state.number)
    except RefusedUnread as trouble:
        log.warning("channel_not_read", channel=publication.channel, error=str(trouble))
        state.unread += 1
        if state.unread < _PATIENCE:
            return await _rest(context, owner, task, state)
        levels = dict.fromkeys(trouble.items)
    state.unread = 0
    async with context.store.transaction() as tx:
        if await version_in_force(tx) != context.network_version:
            # A worker that was started with another version of the network tells nobody numbers by its old rules.
            await finish(tx, task, owner, _PAUSE)
            return 0
        now = await business_now(tx)
        rule, found = rule_of(publication, now), _Turn([], {})
        latest = _next(rule, publication, now)
        if latest is None or (state.due_at is not None and state.due_at > latest):
            state.due_at = latest  # the rule has become quicker
        waits = await tx.fetchval(SQL.open_publication, publication.system, case_of(publication))
        if not waits:
            await take_refused(tx, publication, levels, now)
            state.number = ""
        if not waits and (state.due_at is None or state.due_at <= now):
            found = await _look(tx, context, publication, state, now)
            if found.items:
                state.number = await _send(tx, context, publication, found, now)
            if found.whole:
                state.due_at = latest
        task.state = msgspec.json.encode(state).decode()
        pause = dt.timedelta(seconds=float(rule.every_seconds)) if rule.latency == "seconds" else _PAUSE
        await finish(tx, task, owner, pause)
    return len(found.items)


def _next(rule: PublicationRule, publication: Publication, now: dt.datetime) -> dt.datetime | None:
    """When a channel that is told now is told next, in business time; None: at the next turn."""
    match rule.latency:
        case "minutes":
            return now + dt.timedelta(minutes=rule.every_minutes)
        case "nightly":
            return publication.close(now)
    return None


async def _rest(context: EngineContext, owner: str, task: Task, state: Told) -> int:
    """Nothing is told before it is known what is there; ask again, more slowly each time."""
    task.state = msgspec.json.encode(state).decode()
    async with context.store.transaction() as tx:
        await finish(tx, task, owner, min(_PAUSE * 2**state.unread, _LONGEST_PAUSE))
    return 0


async def _look(
    tx: Connection, context: EngineContext, publication: Publication, state: Told, now: dt.datetime
) -> _Turn:
    """What is another number than was told: of items that moved, or of all when it is time for that."""
    ((horizon, technical, kits_changed),) = await tx.fetch(SQL.begin)
    days = f"{local_date(now, publication.zone)} {now.date()}"
    terms = f"{days} {context.network_version} {kits_changed or ''} {' '.join(publication.locations)}"
    everything = (
        state.compared_at is None or state.terms != terms or technical - state.compared_at >= _COMPARE_ALL_AFTER
    )
    items = None if everything else await _moved(tx, publication, (state.upto, horizon))
    kits: Kits = {}
    if kits_changed is not None and items != []:
        kits = await kits_of(tx, publication, now, items)
    if items is not None:
        items = sorted({*items, *kits})
    found = await _changed(tx, context, publication, (items, kits, state.after), now)
    state.after = found.after
    if found.whole:
        state.upto = horizon
        if everything:
            state.terms, state.compared_at = terms, technical
    return found


async def _moved(tx: Connection, publication: Publication, span: tuple[int, int]) -> list[str]:
    """Items that moved in these transactions at the channel's locations, and those that must be told again."""
    company, places = publication.company_id, list(publication.locations)
    rows = list(await tx.fetch(SQL.forgotten, company, publication.channel))
    if span[0] < span[1]:
        rows += await tx.fetch(SQL.moved, *span, company, places)
    return sorted({row["item"] for row in rows})


async def _changed(
    tx: Connection,
    context: EngineContext,
    publication: Publication,
    wanted: tuple[Sequence[str] | None, Kits, str],
    now: dt.datetime,
) -> _Turn:
    """`wanted` are items (None: all), the kits among them, and after which item the round goes on. An item that no
    location has any more is told as zero. Versions go on from what was told and from what the channel shows: where a
    location left the channel, the sum of what is counted is less than before."""
    items, kits, after = wanted
    if items is not None and not items:
        return _Turn([], {})
    free = await numbers(tx, publication, now, items, kits)
    rows = await tx.fetch(SQL.told, publication.company_id, publication.channel, None if items is None else list(items))
    told = {row["item"]: row for row in rows}
    compares = isinstance(context.connectors.get(publication.system), ComparesAndSets)
    changed: dict[str, AvailableItem] = {}
    fallen: set[str] = set()
    for item in sorted(free.keys() | told.keys()):
        number, before = free.get(item, Number(ZERO)), told.get(item)
        known = before["quantity"] if before else None
        if number.quantity == known:
            continue
        shown = before["shown_version"] if before else None
        version = max(number.counted, (before["version"] if before else -1) + 1, (-1 if shown is None else shown) + 1)
        believed = before["version"] if before and known is not None else shown
        changed[item] = AvailableItem(item, number.quantity, version, believed if compares else None)
        if before and (known is None or number.quantity < known):
            fallen.add(item)
    chosen, after = choose(list(changed), fallen, after, MOST)
    return _Turn([changed[item] for item in chosen], free, len(chosen) == len(changed), after)


def choose(changed: Sequence[str], fallen: Collection[str], after: str, most: int) -> tuple[list[str], str]:
    """Which of the items that changed (in order) are told now, `most` at most, and after which the next round goes on;
    no item if these are all.

    Half of them are the next ones after `after`: whatever else changes, each item is told within as many publications
    as it takes to go round. The other half are `fallen` first, which a channel might sell beyond what there is: items
    that may be told a smaller number now, or of which it is not known what the channel shows.
    """
    if len(changed) <= most:
        return list(changed), ""
    start = bisect_right(changed, after)
    circle = [*changed[start:], *changed[:start]]
    half = (most + 1) // 2
    others = sorted(circle[half:], key=lambda item: item not in fallen)
    return sorted([*circle[:half], *others[: most - half]]), circle[half - 1]


async def _send(
    tx: Connection, context: EngineContext, publication: Publication, found: _Turn, now: dt.datetime
) -> str:
    identifier, case_id = uuid7(), case_of(publication)
    company, channel, items = publication.company_id, publication.channel, found.items
    body = AvailabilityPublication(company, channel, str(identifier), now, tuple(items))
    cause = Envelope(
        0, 0, 0, identifier, "AvailabilityChanged", 1, case_id, case_id, company, "ledger", None, "engine", "", now,
        "instant", "UTC", now, identifier, None, "", context.network_version, "", "",
    )  # fmt: skip
    send = Send(document="availability", body=body, to=publication.system, number=str(identifier), key=case_id)
    writes = Writes(sends=[PendingSend(send, company, case_id, cause)])
    names, quantities, versions = [i.item for i in items], [i.quantity for i in items], [i.version for i in items]
    behind = [found.numbers.get(name, Number(ZERO)) for name in names]
    await enqueue(tx, context, writes)
    await tx.execute(SQL.mark_told, company, channel, str(identifier), names, quantities, versions)
    await tx.execute(
        SQL.keep_number, company, channel, str(identifier), now, names, quantities, versions,
        [i.expected_version for i in items], [n.hold_back for n in behind], [n.terms for n in behind],
        [_named(n.rule, context) for n in behind],
    )  # fmt: skip
    await write_links(tx, writes.links)
    return str(identifier)


def _named(rule: str, context: EngineContext) -> str:
    return f"{rule}@{context.network_version}" if rule else ""
