"""What a channel may be told: what it would be answered if it asked what may be promised, less what is held back.

The same positions count as in an answer (`inventory.availability`): its own pool, everybody's, pools that lend;
no more than keeps as long as the channel needs; and whole kits of components. What a number was added up from is
written down beside it, so that the guard can derive it from the movements. Of what a supplier ships straight to its
customers a channel is told nothing: none of what lies with us is for them, and what the supplier has is not ours.
"""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from pathlib import Path

import asyncpg
import msgspec

from crossdock.engine.context import Publication
from crossdock.inventory.availability.pools import Asker
from crossdock.inventory.guard import number_terms
from crossdock.inventory.guard.number_terms import Keep, Levels, NumberTerms, Part, Shelf, Term
from crossdock.model.quantity import tidy
from crossdock.model.stock_policy import PublicationRule
from crossdock.project.calendars import local_date
from crossdock.rules import stock_policy
from crossdock.rules.bill import kits_in
from crossdock.rules.stock_policy import Subject, serves
from crossdock.store import Connection, load_queries

SQL = load_queries(Path(__file__).with_name("channels.sql"))
DEFAULT_RULE = PublicationRule(name="")
_ZERO = Decimal(0)
Kits = Mapping[str, Mapping[str, Decimal]]
"""What one of each kit is made of."""
_Rows = list[asyncpg.Record]


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


def asker_of(publication: Publication, at: dt.datetime) -> Asker:
    """The channel as somebody who asks what may be promised, on the day (UTC) on which stock policies hold."""
    return Asker(publication.company_id, publication.channel, "", at.date(), publication.policies, 0)


async def kits_of(
    tx: Connection, publication: Publication, at: dt.datetime, items: Sequence[str] | None = None
) -> Kits:
    """What these items are made of today, and kits that hold them, kits in kits taken apart; or all kits."""
    about = publication.company_id, at.date()
    rows = await tx.fetch(SQL.kits, *about) if items is None else await tx.fetch(SQL.kits_of, *about, list(items))
    directly: dict[str, dict[str, Decimal]] = defaultdict(dict)
    for row in rows:  # of several that hold, the one that began last
        directly[row["kit"]][row["component"]] = row["quantity"]
    return kits_in(directly)


async def numbers(
    tx: Connection, publication: Publication, at: dt.datetime, items: Sequence[str] | None, kits: Kits
) -> dict[str, Number]:
    """What may be told of these items, or of all that the channel's locations know; `at` is business time. `kits` are
    those among them."""
    asker = asker_of(publication, at)
    kits = kits if items is None else {item: kits[item] for item in items if item in kits}
    parts = {part for made_of in kits.values() for part in made_of}
    stock = _Stock(publication, asker, await _read(tx, publication, asker, items, parts))
    asked = stock.items | {kit for kit, made_of in kits.items() if stock.items.intersection(made_of)}
    asked -= await _by_suppliers(tx, asker, asked.difference(kits))
    return {
        item: stock.number(item, kits.get(item, {}), rule_of(publication, at, item))
        for item in (asked if items is None else asked.intersection(items))
    }


async def _by_suppliers(tx: Connection, asker: Asker, items: Iterable[str]) -> set[str]:
    """Which of these items, none of them a kit, suppliers ship straight to the customers of the channel."""
    if not asker.policies.drop_ship:
        return set()
    dropped = {item for item in items if asker.drop_ship(item) is not None}
    rows = await tx.fetch(SQL.weighed, asker.company_id, sorted(dropped)) if dropped else []
    return dropped.difference(row["id"] for row in rows)


async def _read(
    tx: Connection, publication: Publication, asker: Asker, items: Sequence[str] | None, parts: Iterable[str]
) -> _Rows:
    pools = sorted({rule.pool for rule in asker.policies.pools if rule.lends or serves(rule, asker.channel, "")})
    some = None if items is None else sorted({*items, *parts})
    query = SQL.keeping if asker.is_fussy else SQL.free
    return list(await tx.fetch(query, publication.company_id, list(publication.locations), pools, some))


class _Stock:
    """What was read, by item and location, as it is to the channel."""

    def __init__(self, publication: Publication, asker: Asker, rows: _Rows) -> None:
        self._locations, self._asker = publication.locations, asker
        self._rows: dict[tuple[str, str], _Rows] = defaultdict(list)
        self._lots: dict[tuple[str, str], _Rows] = defaultdict(list)
        self._held: dict[tuple[str, str], _Rows] = defaultdict(list)
        self._free: dict[Term, Decimal] = {}
        self._unrestricted: dict[Term, Decimal] = {}
        self._promised: dict[tuple[int, int, str], Decimal] = {}
        self._levels = Levels(self._free, self._unrestricted, self._promised)
        self.items: set[str] = set()
        for row in rows:
            self._take(row["kind"], (row["item"], row["location"]), (row["id"], row["counter"]), row)

    def _take(self, kind: str, at: tuple[str, str], term: Term, row: asyncpg.Record) -> None:
        if kind == "free":
            self.items.add(at[0])
            self._rows[at].append(row)
            self._free[term] = row["quantity"]
        elif kind == "lot":
            self._lots[at].append(row)
            self._unrestricted[term] = row["quantity"]
        else:
            self._held[at].append(row)
            self._promised[*term, row["name"]] = row["quantity"]

    def number(self, item: str, made_of: Mapping[str, Decimal], rule: PublicationRule) -> Number:
        """What may be told of an item, and of what it is made of."""
        until = self._asker.keeps_until(item)
        if not made_of and until is None and not self._asker.policies.pools:
            return self._plain(item, rule)
        terms = NumberTerms(
            self._shelves(item, until),
            tuple(Part(part, per, self._shelves(part, self._later(part, until))) for part, per in made_of.items()),
        )
        behind = terms.positions()
        return Number(
            number_terms.told(terms, self._levels, rule.hold_back),
            sum(number for _, number in behind),
            number_terms.write(terms),
            rule.hold_back,
            rule.name,
        )

    def _plain(self, item: str, rule: PublicationRule) -> Number:
        """The same where it is a sum of shared positions, as most are: a channel may have a hundred thousand items."""
        rows = [row for place in self._locations for row in self._rows.get((item, place), ()) if not row["name"]]
        free = sum((row["quantity"] for row in rows if row["quantity"] > 0), _ZERO)
        return Number(
            tidy(max(free - rule.hold_back, _ZERO)),
            sum(row["counter"] for row in rows),
            number_terms.write_terms([(row["id"], row["counter"]) for row in rows]),
            rule.hold_back,
            rule.name,
        )

    def _later(self, part: str, kit: dt.date | None) -> dt.date | None:
        """What kits are made of must keep as long as they."""
        days = [day for day in (self._asker.keeps_until(part), kit) if day is not None]
        return max(days, default=None)

    def _shelves(self, item: str, until: dt.date | None) -> tuple[Shelf, ...]:
        return tuple(
            self._shelf(item, location, until) for location in self._locations if (item, location) in self._rows
        )

    def _shelf(self, item: str, location: str, until: dt.date | None) -> Shelf:
        rules = self._asker.rules_at(item, location)
        counts, lends, shared = list[Term](), list[Term](), None
        for row in self._rows[item, location]:
            term = row["id"], row["counter"]
            use = self._asker.use_of(row["name"], rules)
            if use == "shared":
                shared = term
            if use == "lending":
                lends.append(term)
            elif use != "protected":
                counts.append(term)
        keep = None if until is None else self._keep(item, location, until)
        return Shelf(location, tuple(counts), tuple(lends), shared if lends else None, keep)

    def _keep(self, item: str, location: str, until: dt.date) -> Keep:
        lots = sorted((row["id"], row["counter"], row["day"]) for row in self._lots[item, location])
        held = sorted((row["id"], row["counter"], row["name"], row["day"]) for row in self._held[item, location])
        return Keep(until, tuple(lots), tuple(held))
