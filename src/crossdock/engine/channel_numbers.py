"""What a channel may be told: what is free of the shared pool and its own at its locations, less what is held back."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Sequence
from decimal import Decimal
from pathlib import Path

import asyncpg
import msgspec

from crossdock.engine.context import Publication
from crossdock.inventory.guard.derived import told, write_terms
from crossdock.model.stock_policy import PoolRule, PublicationRule
from crossdock.project.calendars import local_date
from crossdock.rules import stock_policy
from crossdock.rules.stock_policy import Subject
from crossdock.store import Connection, load_queries

SQL = load_queries(Path(__file__).with_name("channels.sql"))
DEFAULT_RULE = PublicationRule(name="")
_ZERO = Decimal(0)


class Number(msgspec.Struct, frozen=True):
    """What may be told of one item: `counted` movements stand behind it, `terms` says which."""

    quantity: Decimal
    counted: int = 0
    terms: str = ""
    hold_back: Decimal = _ZERO
    rule: str = ""


def rule_of(publication: Publication, at: dt.datetime, item: str = "") -> PublicationRule:
    """The publication rule of a channel, or of one item in it."""
    subject = Subject(publication.company_id, item, channel=publication.channel)
    rules = publication.policies.publication
    return stock_policy.first(rules, subject, local_date(at, publication.zone)) or DEFAULT_RULE


async def numbers(
    tx: Connection, publication: Publication, at: dt.datetime, items: Sequence[str] | None = None
) -> dict[str, Number]:
    """What may be told of these items, or of all that the channel's locations know; `at` is business time."""
    own = [rule for rule in publication.policies.pools if stock_policy.serves(rule, publication.channel, "")]
    pools = sorted({rule.pool for rule in own})
    some = None if items is None else list(items)
    rows = await tx.fetch(SQL.free, publication.company_id, list(publication.locations), pools, some)
    on = local_date(at, publication.zone)
    by_item: dict[str, list[asyncpg.Record]] = defaultdict(list)
    for row in rows:
        if not row["pool"] or _is_its_own(publication, own, row, on):
            by_item[row["item"]].append(row)
    return {item: _number(publication, item, found, at) for item, found in by_item.items()}


def _is_its_own(publication: Publication, own: Sequence[PoolRule], row: asyncpg.Record, on: dt.date) -> bool:
    """Is this pool there for the channel, today and at this place?"""
    rules = stock_policy.pools_at(publication.policies.pools, publication.company_id, row["item"], row["location"], on)
    return any(rule.pool == row["pool"] and rule in own for rule in rules)


def _number(publication: Publication, item: str, rows: Sequence[asyncpg.Record], at: dt.datetime) -> Number:
    rule = rule_of(publication, at, item)
    return Number(
        told([row["free"] for row in rows], rule.hold_back),
        sum(row["counter"] for row in rows),
        write_terms([(row["id"], row["counter"]) for row in rows]),
        rule.hold_back,
        rule.name,
    )
