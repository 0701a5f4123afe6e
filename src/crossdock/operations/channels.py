"""Channels as people ask for them: what they were told and show, how late they hear, how often they oversell."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

import msgspec

from crossdock.engine.channel_levels import sold_since
from crossdock.engine.channel_numbers import SQL, numbers, rule_of
from crossdock.engine.context import Publication
from crossdock.identity import Actor
from crossdock.operations.context import Context
from crossdock.operations.problems import not_found
from crossdock.project.network import Channel, Company, Policies
from crossdock.project.versions import content_of, version_in_force
from crossdock.store import Connection


class ChannelItem(msgspec.Struct, frozen=True):
    """One item in one channel: truth, what we said, what the channel shows, what it sold since."""

    item: str
    truth: Decimal
    """What may be told now."""
    told: Decimal | None
    """What was told last; None: it must be told again."""
    version: int
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

    Lags are seconds of technical time from the making of a publication to its delivery, of the last hundred. `promises`
    are those that the channel told us it had made; `short_promises` took more than there was.
    """

    company: str
    channel: str
    latency: str
    rule: str
    publications: int
    lag_seconds: Decimal | None
    longest_lag_seconds: Decimal | None
    told_at: dt.datetime | None
    promises: int
    short_promises: int
    oversell_percent: Decimal | None
    short_units: Decimal


class _Network(msgspec.Struct):
    channels: dict[str, Channel] = {}
    companies: dict[str, Company] = {}
    policies: Policies = Policies()


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
    """What a channel was told and shows, beside the truth of this moment; per company that sells there. Raises
    `Problem` for a channel that is told nothing."""
    actor.must("stock:read")
    async with context.store.transaction(readonly=True, snapshot=True) as tx:
        told = [one for one in await publications(tx) if one.channel == channel]
        told = [one for one in told if actor.sees(one.company_id) and company in ("", one.company_id)]
        if not told:
            raise not_found(f"channel {channel!r}", "`crossdock channel list` names those that are told stock.")
        now = context.now()
        return tuple([await _stock(tx, publication, item, after, limit, now) for publication in told])


async def _stock(
    tx: Connection, publication: Publication, item: str, after: str, limit: int, now: dt.datetime
) -> ChannelStock:
    whose = publication.company_id, publication.channel
    rows = await tx.fetch(SQL.show, *whose, item, after, limit)
    names = [row["item"] for row in rows]
    truth = await numbers(tx, publication, now, names)
    sold = await sold_since(tx, publication.channel, {row["item"]: row["terms"] or "" for row in rows})
    items = tuple(
        ChannelItem(
            item=row["item"],
            truth=truth[row["item"]].quantity if row["item"] in truth else Decimal(0),
            told=row["told"],
            version=row["version"],
            told_at=row["told_at"],
            shown=row["shown"],
            shown_version=row["shown_version"],
            active=row["active"],
            read_at=row["read_at"],
            sold_since=sold.get(row["item"], Decimal(0)),
            mismatch=row["cause"],
        )
        for row in rows
    )
    return ChannelStock(*whose, now, items, names[-1] if len(names) == limit else "")


async def list_channels(context: Context, actor: Actor) -> list[ChannelStanding]:
    """How every channel that is told stock stands, in order."""
    actor.must("stock:read")
    async with context.store.transaction(readonly=True, snapshot=True) as tx:
        told = [one for one in await publications(tx) if actor.sees(one.company_id)]
        cases = [f"publication/{one.company_id}/{one.channel}" for one in told]
        lags = {row["case_id"]: row for row in await tx.fetch(SQL.lag, cases)}
        sold = {(row["company_id"], row["channel"]): row for row in await tx.fetch(SQL.oversell, actor.visible())}
    found = []
    for one, case in zip(told, cases, strict=True):
        rule, lag, oversold = rule_of(one, context.now()), lags.get(case), sold.get((one.company_id, one.channel))
        promises, short = (oversold["promises"], oversold["short_promises"]) if oversold else (0, 0)
        found.append(
            ChannelStanding(
                company=one.company_id,
                channel=one.channel,
                latency=rule.latency,
                rule=rule.name,
                publications=lag["publications"] if lag else 0,
                lag_seconds=round(lag["middle"], 3) if lag else None,
                longest_lag_seconds=round(lag["longest"], 3) if lag else None,
                told_at=lag["told_at"] if lag else None,
                promises=promises,
                short_promises=short,
                oversell_percent=round(Decimal(100 * short) / promises, 2) if promises else None,
                short_units=oversold["short_units"] if oversold else Decimal(0),
            )
        )
    return found


async def publications(tx: Connection) -> list[Publication]:
    """Every channel of the network in force that may be told stock, by company."""
    content = await content_of(tx, await version_in_force(tx))
    network = msgspec.json.decode(content, type=_Network) if content else _Network()
    return [
        Publication(
            company, channel.id, channel.system,
            channel.policies[company].locations if company in channel.policies else (),
            network.policies.stock, network.companies[company].zone,
        )
        for _, channel in sorted(network.channels.items())
        for company in sorted(channel.companies)
        if channel.system
    ]  # fmt: skip
