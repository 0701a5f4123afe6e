"""Channels as people ask for them: what they were told and show, how late they hear, how often they oversell."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

import asyncpg
import msgspec

from crossdock.engine.channel_numbers import SQL, Number, kits_of, numbers, rule_of
from crossdock.engine.channel_orders import sold_since
from crossdock.engine.context import Publication
from crossdock.identity import Actor
from crossdock.model.places import placed
from crossdock.model.quantity import ZERO, tidy
from crossdock.model.stock_policy import PublicationRule
from crossdock.operations.context import Context
from crossdock.operations.problems import Problem, must_be_one_of, not_found
from crossdock.operations.quantities import tidied
from crossdock.project.network import Channel, Company, Policies
from crossdock.project.versions import content_of, version_in_force
from crossdock.store import Connection


class ChannelItem(msgspec.Struct, frozen=True):
    """One item in one channel: truth, what we said, what the channel shows, what it sold since."""

    item: str
    truth: Decimal
    """What may be told now."""
    told: Decimal | None
    """What was told last; None: it must be told (again)."""
    version: int | None
    """Of what was told last, also where that must be told again; None: it was never told."""
    told_at: dt.datetime | None
    shown: Decimal | None
    """What the channel showed when it was last looked at; None: never, or nothing."""
    shown_version: int | None
    active: bool | None
    read_at: dt.datetime | None
    sold_since: Decimal
    """What was promised to the channel since it was told."""
    mismatch: str
    """Why it does not show what it was told: `lost write`, `old version`, `sold since`, `listing inactive`, `unknown`;
    empty where it does."""


class ChannelStock(msgspec.Struct, frozen=True):
    """Items of one company in one channel, behind a cursor."""

    company: str
    channel: str
    as_of: dt.datetime
    items: tuple[ChannelItem, ...]
    next: str = ""


class ChannelStanding(msgspec.Struct, frozen=True):
    """How a channel of one company stands: how soon it is told, how long that took, and how often it oversold.

    Lags are seconds of technical time from the making of a publication to its delivery, of the last hundred;
    `waiting_seconds` is how long one is on its way, or given up and not decided upon. `told_lines` are order lines that
    the channel told us it had promised already, of the last thousand promises of its: the denominator of
    `oversell_percent`. `short_lines` of them took more
    than there was when we heard of them, by `short_units`, of which `open_units` are still lacking. Lines whose goods
    were lost after they had been promised are not among them.
    """

    company: str
    channel: str
    latency: str
    """`seconds`, `minutes`, `nightly`; empty for a channel that is told nothing."""
    every: str
    """In words."""
    rule: str
    publications: int
    lag_seconds: Decimal | None
    longest_lag_seconds: Decimal | None
    waiting_seconds: Decimal | None
    told_at: dt.datetime | None
    told_lines: int
    short_lines: int
    oversell_percent: Decimal | None
    told_units: Decimal
    short_units: Decimal
    open_units: Decimal


class _System(msgspec.Struct):
    sends: tuple[str, ...] = ()


class _Location(msgspec.Struct):
    parent: str = ""


class _Network(msgspec.Struct):
    channels: dict[str, Channel] = {}
    companies: dict[str, Company] = {}
    systems: dict[str, _System] = {}
    policies: Policies = Policies()
    locations: dict[str, _Location] = {}


async def channel_stock(
    context: Context,
    actor: Actor,
    channel: str,
    *,
    company: str = "",
    item: str = "",
    after: str = "",
    limit: int = 200,
) -> tuple[ChannelStock, ...]:
    """What a channel was told and shows, beside the truth of this moment; per company that sells there.

    Raises `Problem` for a channel that is told nothing, and for an `item` that nobody has a number of there.
    """
    actor.must("stock:read")
    async with context.store.transaction(readonly=True, snapshot=True) as tx:
        told = _told_stock([one for one in await publications(tx) if _may_see(actor, one)], channel, company)
        now = context.now()
        found = tuple([await _stock(tx, publication, item, after, limit, now) for publication in told])
    if item and not after and not any(stock.items for stock in found):
        raise not_found(f"item {item!r} in channel {channel!r}", "`crossdock stock show` tells where an item is.")
    return found


def _told_stock(seen: list[Publication], channel: str, company: str) -> list[Publication]:
    """Those of the channel that are told stock. Raises `Problem` where there are none, and says why."""
    selling = [one for one in seen if one.channel == channel]
    if selling and company not in ("", *(one.company_id for one in selling)):
        there = ", ".join(one.company_id for one in selling)
        raise not_found(f"company {company!r} that sells in {channel}", f"The companies there are {there}.")
    told = [one for one in selling if one.system and company in ("", one.company_id)]
    if told:
        return told
    where = "`crossdock channel list` names those that are told stock."
    if selling:
        raise Problem("not_found", f"channel {channel!r} is told no stock, so it shows none of ours", advice=where)
    raise not_found(f"channel {channel!r}", where)


async def _stock(
    tx: Connection, publication: Publication, item: str, after: str, limit: int, now: dt.datetime
) -> ChannelStock:
    whose = publication.company_id, publication.channel
    rows = {row["item"]: row for row in await tx.fetch(SQL.show, *whose, item, after, limit)}
    asked = [item] if item else list(rows)
    truth = await numbers(tx, publication, now, asked, await kits_of(tx, publication, now, asked))
    sold = await sold_since(tx, publication.channel, {name: row["terms"] or "" for name, row in rows.items()})
    names = sorted(rows.keys() | truth.keys()) if item and not after else list(rows)
    items = tuple(tidied(_item(name, rows.get(name), truth.get(name), sold.get(name, ZERO))) for name in names)
    return ChannelStock(*whose, now, items, names[-1] if len(rows) == limit and not item else "")


def _item(name: str, row: asyncpg.Record | None, truth: Number | None, sold: Decimal) -> ChannelItem:
    """One that has stock and was never told has no row."""
    return ChannelItem(
        item=name,
        truth=truth.quantity if truth else ZERO,
        told=row["told"] if row else None,
        version=row["version"] if row else None,
        told_at=row["told_at"] if row else None,
        shown=row["shown"] if row else None,
        shown_version=row["shown_version"] if row else None,
        active=row["active"] if row else None,
        read_at=row["read_at"] if row else None,
        sold_since=sold,
        mismatch=row["cause"] if row else "",
    )


async def list_channels(context: Context, actor: Actor, company: str = "") -> list[ChannelStanding]:
    """How every channel stands, in order; also those that are told no stock, for they may oversell. Raises `Problem`
    for a company that sells in none."""
    actor.must("stock:read")
    async with context.store.transaction(readonly=True, snapshot=True) as tx:
        seen = [one for one in await publications(tx) if _may_see(actor, one)]
        if company:
            must_be_one_of("company", company, {one.company_id for one in seen}, "companies")
        seen = [one for one in seen if company in ("", one.company_id)]
        asked = [one.system for one in seen], [f"publication/{one.company_id}/{one.channel}" for one in seen]
        lags = {row["case_id"]: row for row in await tx.fetch(SQL.lag, *asked)}
        sold = {(row["company_id"], row["channel"]): row for row in await tx.fetch(SQL.oversell, *_columns(seen))}
    return [
        _standing(one, context.now(), lags[case], sold.get((one.company_id, one.channel)))
        for one, case in zip(seen, asked[1], strict=True)
    ]


def _standing(
    publication: Publication, now: dt.datetime, lag: asyncpg.Record, sold: asyncpg.Record | None
) -> ChannelStanding:
    rule = rule_of(publication, now)
    lines, short = (sold["lines"], sold["short_lines"]) if sold else (0, 0)
    return ChannelStanding(
        company=publication.company_id,
        channel=publication.channel,
        latency=rule.latency if publication.system else "",
        every=_every(rule) if publication.system else "not told",
        rule=rule.name if publication.system else "",
        publications=lag["publications"],
        lag_seconds=_rounded(lag["middle"]),
        longest_lag_seconds=_rounded(lag["longest"]),
        waiting_seconds=_rounded(lag["waiting"]),
        told_at=lag["told_at"],
        told_lines=lines,
        short_lines=short,
        oversell_percent=round(Decimal(100 * short) / lines, 2) if lines else None,
        told_units=tidy(sold["units"]) if sold else ZERO,
        short_units=tidy(sold["short_units"]) if sold else ZERO,
        open_units=tidy(sold["open_units"]) if sold else ZERO,
    )


def _columns(channels: list[Publication]) -> tuple[list[str], list[str]]:
    return [one.company_id for one in channels], [one.channel for one in channels]


def _may_see(actor: Actor, publication: Publication) -> bool:
    """Who speaks for one channel is told of no other."""
    return actor.sees(publication.company_id) and actor.channel in ("", publication.channel)


def _rounded(seconds: Decimal | None) -> Decimal | None:
    return None if seconds is None else round(seconds, 3)


def _every(rule: PublicationRule) -> str:
    match rule.latency:
        case "seconds":
            return f"{rule.every_seconds.normalize():f} s"
        case "minutes":
            return f"{rule.every_minutes} min"
    return rule.latency


async def publications(tx: Connection) -> list[Publication]:
    """Every channel of the network in force, by company; its system is empty where it is told no stock."""
    content = await content_of(tx, await version_in_force(tx))
    network = msgspec.json.decode(content, type=_Network) if content else _Network()
    stock = placed(network.policies.stock, {name: place.parent for name, place in network.locations.items()})
    return [
        Publication(
            company, channel.id, _told_by(network, channel),
            channel.policies[company].locations if company in channel.policies else (),
            stock, network.companies[company].zone,
        )
        for _, channel in sorted(network.channels.items())
        for company in sorted(channel.companies)
    ]  # fmt: skip


def _told_by(network: _Network, channel: Channel) -> str:
    system = network.systems.get(channel.system)
    return channel.system if system is not None and "availability" in system.sends else ""
