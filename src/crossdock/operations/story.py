"""The story behind a name: every case, document and event that has to do with it, across all systems, in order.

A name is whatever people have in hand: the number of a purchase order, an order, a ship notice or an invoice, a
tracking number, a customer's reference, an item. Links are followed both ways, but not through the middle of another
document of the same sort: a ship notice over two purchase orders does not make the second one's story the first one's.

An item's story is what the ledger booked of it lately: goods moved and promises made and ended, with who waits for it
and what is to come, and the cases behind these.
"""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from decimal import Decimal
from pathlib import Path
from typing import Literal
from uuid import UUID

import asyncpg
import msgspec

from crossdock.identity import Actor
from crossdock.operations.cases import Name
from crossdock.operations.context import Context
from crossdock.operations.problems import not_found
from crossdock.store import Connection, load_queries

SQL = load_queries(Path(__file__).with_name("story.sql"))
MOST_CASES = 200
MOST_EVENTS = 5_000
_HOPS = 4
_WHERE = (
    "Give the number as it stands on the document, or a whole case id (`crossdock case list` names them). What could "
    "not be taken stands in `crossdock quarantine list`."
)
_LATELY = 200
_ROLES = {"backordered": "backorder"}


class StoryCase(msgspec.Struct, frozen=True):
    """A case of the story. `found`: the name stands for it; else `roles` say how it came in."""

    id: str
    process: str
    company_id: str
    state: str
    finished: bool
    parked: bool
    found: bool
    roles: tuple[str, ...]


class Entry(msgspec.Struct, frozen=True, omit_defaults=True):
    """One thing that happened, `at` in business time; `recorded_at`, when we learned of it, gives the order.

    `reference` is `raw/ID` or `delivery/ID` for documents, an event's id for events, a reservation's for promises.
    """

    at: dt.datetime
    recorded_at: dt.datetime
    kind: Literal["event", "received", "sent", "movement", "promise", "supply"]
    subject: str
    what: str
    detail: str
    system: str = ""
    status: str = ""
    reference: str = ""
    content_type: str = ""
    content: bytes | None = None


class Story(msgspec.Struct, frozen=True):
    """`more`: cases or events were left out because there are too many."""

    key: str
    names: tuple[Name, ...]
    cases: tuple[StoryCase, ...]
    entries: tuple[Entry, ...]
    more: bool = False


async def tell_story(context: Context, actor: Actor, key: str, *, payloads: bool = False) -> Story:
    """The story of whatever goes by `key`. Raises `Problem` if the actor may see nothing that does."""
    actor.must("timeline:read")
    async with context.store.transaction(readonly=True) as tx:
        names, found = await _named(tx, actor, key)
        if not found:
            return await _item_story(tx, actor, key, payloads)
        roles, more = await _follow(tx, found)
        cases = await _cases(tx, actor, found, roles)
        subjects = sorted({case.id for case in cases} | found)
        # A system's message may speak of several channels' orders: its bytes are not for the eyes of one.
        entries, cut = await _entries(tx, subjects, payloads and not actor.channel)
    return Story(key, tuple(names), cases, tuple(entries), more or cut)


async def _cases(
    tx: Connection, actor: Actor, found: Collection[str], roles: Mapping[str, Collection[str]]
) -> tuple[StoryCase, ...]:
    rows = await tx.fetch(SQL.cases, sorted({*found, *roles}), actor.visible())
    return tuple(
        StoryCase(
            *(row["id"], row["process"], row["company_id"], row["state"], row["finished"], row["parked"]),
            row["id"] in found,
            tuple(sorted(roles.get(row["id"], ()))),
        )
        for row in rows
    )


async def _named(tx: Connection, actor: Actor, key: str) -> tuple[list[Name], set[str]]:
    rows = await tx.fetch(SQL.named, key, actor.visible())
    names = [Name(row["kind"], row["issuer"], key) for row in rows]
    found = {row["subject"] for row in rows}
    if "/" in key:
        found |= {row["id"] for row in await tx.fetch(SQL.cases, [key], actor.visible())}
    if actor.partner:
        found = set()  # cases do not say in their ids which partner they are about; partners have pages of their own
    if actor.channel:
        # A consumer with a channel sees its own orders and what became of them, not what others ordered.
        found = {subject for subject in found if _of_channel(subject, actor.channel)}
    return sorted(set(names), key=lambda name: (name.kind, name.issuer)), found


def _of_channel(subject: str, channel: str) -> bool:
    parts = subject.split("/")
    return parts[0] == "sales_order" and len(parts) > 3 and parts[2] == channel


async def _follow(tx: Connection, found: set[str]) -> tuple[dict[str, set[str]], bool]:
    """Cases linked to what was found, with the roles they play; and whether some were left out."""
    sorts = {subject.partition("/")[0] for subject in found}
    roles: dict[str, set[str]] = {}
    edge, seen = set(found), set(found)
    for _ in range(_HOPS):
        following: set[str] = set()
        for row in await tx.fetch(SQL.neighbours, sorted(edge)):
            for here, there in ((row["subject"], row["document"]), (row["document"], row["subject"])):
                if here not in edge or there in seen or there.startswith(("raw/", "delivery/")):
                    continue
                if there.partition("/")[0] in sorts:
                    continue
                roles.setdefault(there, set()).add(row["role"])
                following.add(there)
        seen |= following
        edge = following
        if not edge or len(seen) >= MOST_CASES:
            break
    kept = sorted(roles)[: MOST_CASES - len(found)]
    return {subject: roles[subject] for subject in kept}, len(kept) < len(roles)


async def _entries(tx: Connection, subjects: Sequence[str], payloads: bool) -> tuple[list[Entry], bool]:
    events = await tx.fetch(SQL.events, subjects, MOST_EVENTS + 1)
    entries = [
        Entry(
            at=row["at"],
            recorded_at=row["recorded_at"],
            kind="event",
            subject=row["subject"],
            what=row["type"],
            detail=row["summary"],
            system=row["source"],
            reference=str(row["event_id"]),
        )
        for row in events[:MOST_EVENTS]
    ]
    entries += await _documents(tx, subjects, payloads)
    return _in_order(entries), len(events) > MOST_EVENTS


async def _documents(tx: Connection, subjects: Sequence[str], payloads: bool) -> list[Entry]:
    """What came in and went out for these cases."""
    links = await tx.fetch(SQL.neighbours, subjects)
    raw = {row["document"]: row["subject"] for row in links if row["document"].startswith("raw/")}
    received = await tx.fetch(SQL.received, [UUID(name.removeprefix("raw/")) for name in raw], payloads)
    entries = [
        Entry(
            at=row["received_at"],
            recorded_at=_made_at(row["id"]),
            kind="received",
            subject=raw[f"raw/{row['id']}"],
            what=row["kind"],
            detail=f"{row['name'] or row['kind']}, {row['size']:,} bytes",
            system=row["source"],
            status=row["status"],
            reference=f"raw/{row['id']}",
            content_type=row["content_type"],
            content=row["content"],
        )
        for row in received
    ]
    entries += [
        Entry(
            at=row["business_at"],
            recorded_at=row["created_at"],
            kind="sent",
            subject=row["case_id"],
            what=row["document"],
            detail=_sent(row["number"], row["attempts"], row["reply"], row["code"], row["detail"]),
            system=row["system"],
            status=row["status"],
            reference=f"delivery/{row['id']}",
            content_type=row["content_type"],
            content=row["content"],
        )
        for row in await tx.fetch(SQL.sent, subjects, payloads)
    ]
    return entries


def _sent(number: str, attempts: int, reply: str, code: str, detail: str) -> str:
    parts = [number]
    if attempts > 1:
        parts.append(f"{attempts} attempts")
    if reply:
        parts.append(f"answered {reply}")
    if code:
        parts.append(f"{code}: {detail}")
    return ", ".join(parts)


def _made_at(identifier: UUID) -> dt.datetime:
    """When a UUIDv7 was made: its first 48 bits are milliseconds."""
    return dt.datetime.fromtimestamp((identifier.int >> 80) / 1000, dt.UTC)


def _in_order(entries: Iterable[Entry]) -> list[Entry]:
    """As we learned of things: a document comes in, then something happens, then a document goes out.

    Business time would mix them up where a sender's clock is not ours.
    """
    return sorted(entries, key=lambda entry: entry.recorded_at)


async def _item_story(tx: Connection, actor: Actor, key: str, payloads: bool) -> Story:
    entries = [] if actor.channel or actor.partner else await _item_entries(tx, actor, key)
    if not entries:
        raise not_found(f"document, reference or item {key!r}", _WHERE)
    roles: dict[str, set[str]] = {}
    for entry in reversed(_in_order(entries)):
        if entry.subject and (entry.subject in roles or len(roles) < MOST_CASES):
            roles.setdefault(entry.subject, set()).add(_ROLES.get(entry.what, entry.kind))
    more = max(Counter(entry.kind for entry in entries).values()) >= _LATELY
    cases = await _cases(tx, actor, (), roles)
    if payloads:
        entries += await _documents(tx, [case.id for case in cases], payloads)
    return Story(key, (Name("item", "", key),), cases, tuple(_in_order(entries)), more)


async def _item_entries(tx: Connection, actor: Actor, item: str) -> list[Entry]:
    """What the ledger says of an item: moved, promised, waited for, expected; of each the latest."""
    asked = (item, actor.visible(), _LATELY)
    entries = []
    for row in await tx.fetch(SQL.movements, *asked):
        what, why = f"{row['from_state']} -> {row['to_state']}", f" ({row['reason']})" if row["reason"] else ""
        entries.append(_of_ledger(row, "movement", what, f"{_quantity(row)}{why}", row["document"]))
    for row in await tx.fetch(SQL.promised, *asked):
        detail = f"{_quantity(row)}, {_plain(row['free_after'])} free then"
        entries.append(_of_ledger(row, "promise", row["kind"], detail, row["reservation"]))
    for row in await tx.fetch(SQL.waiting, *asked):
        until = f", expected on {row['expected_on']}" if row["expected_on"] else ""
        entries.append(_of_ledger(row, "promise", "backordered", _quantity(row) + until, row["reservation"]))
    for row in await tx.fetch(SQL.expected, *asked):
        detail = f"{_quantity(row)} on {row['expected_on']}, line {row['line']}"
        entries.append(_of_ledger(row, "supply", row["confidence"], detail))
    return entries


def _of_ledger(
    row: asyncpg.Record, kind: Literal["movement", "promise", "supply"], what: str, detail: str, reference: str = ""
) -> Entry:
    return Entry(
        at=row["at"],
        recorded_at=row["recorded_at"],
        kind=kind,
        subject=row["subject"],
        what=what,
        detail=detail,
        system=row["company_id"],
        reference=reference,
    )


def _quantity(row: asyncpg.Record) -> str:
    return f"{_plain(row['quantity'])} at {row['location']}"


def _plain(quantity: Decimal) -> str:
    return f"{quantity.normalize():f}"
